package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.DB;
import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.NO_RULES;
import static io.leukocyte.analyzer.TestEvents.OTHER_HOST;
import static io.leukocyte.analyzer.TestEvents.OUTSIDE;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULE;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.batch;
import static io.leukocyte.analyzer.TestEvents.container;
import static io.leukocyte.analyzer.TestEvents.destroyed;
import static io.leukocyte.analyzer.TestEvents.egress;
import static io.leukocyte.analyzer.TestEvents.exec;
import static io.leukocyte.analyzer.TestEvents.facts;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.lost;
import static io.leukocyte.analyzer.TestEvents.shell;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.Priority;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SensorLoss;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DetectorTest {
  private static final long MIB = 1 << 20;
  private static final long MINUTE = 60 * SECOND;

  @Nested
  class Folding {
    private final Findings found = new Findings(SHELL_RULES);

    @Test
    void shellInContainerRaisesOneAlertWithWhatIsKnown() {
      found.send(heartbeat(NOON), facts(NOON, WEB, Map.of("tier", "web")));
      found.send(exec(NOON, WEB, "nginx"), shell(NOON + SECOND, WEB));
      assertThat(found.alerts).hasSize(1);
      Alert alert = found.alerts.getFirst();
      assertThat(alert.rule().name()).isEqualTo(SHELL_RULE);
      assertThat(alert.message()).isEqualTo("Shell in container: web");
      assertThat(alert.output()).isEqualTo("Shell started (container=web tier=web)");
      assertThat(alert.labels()).containsEntry("tier", "web");
      assertThat(alert.hostname()).isEqualTo("a.example");
      assertThat(alert.bundle()).isEqualTo(SHELL_RULES.hash());
      assertThat(alert.cause().id()).hasToString("host-a:" + TestEvents.EPOCH + ":1:1");
      assertThat(alert.cause().event()).isEqualTo(shell(NOON + SECOND, WEB));
      assertThat(alert.id()).isEqualTo(Alert.idOf(SHELL_RULE, List.of(), alert.cause().id()));
    }

    @Test
    void matchesWithinAMinuteAreOneAlertAndTheNextIsAnother() {
      found.send(shell(NOON, WEB));
      found.send(shell(NOON + 30 * SECOND, WEB), shell(NOON + MINUTE - 1, WEB));
      assertThat(found.alerts).hasSize(1);
      found.send(shell(NOON + MINUTE, WEB));
      assertThat(found.alerts).hasSize(2);
      assertThat(found.counted(Tally.Count.MATCHES)).isEqualTo(4);
    }

    @Test
    void containersDoNotShareAlerts() {
      found.send(shell(NOON, WEB), shell(NOON, DB));
      assertThat(found.alerts).hasSize(2);
    }

    @Test
    void eventSomewhatEarlierThanTheFirstBelongsToItsAlert() {
      found.send(shell(NOON, WEB));
      found.send(shell(NOON - Fold.LATENESS, WEB));
      assertThat(found.alerts).hasSize(1);
      found.send(shell(NOON - Fold.LATENESS - 1, WEB));
      assertThat(found.alerts).hasSize(2);
    }

    @Test
    void clockSetBackNeitherSilencesNorFloods() {
      found.send(shell(NOON, WEB));
      long back = NOON - 60 * MINUTE;
      for (int i = 0; i < 20; i++) {
        found.send(shell(back + i * SECOND, WEB));
      }
      assertThat(found.alerts).hasSize(2);
      found.send(shell(back + MINUTE, WEB));
      assertThat(found.alerts).hasSize(3);
    }

    @Test
    void oldestAlertMakesRoomWhenTooManyAreOpen() {
      for (int i = 0; i <= CaseFile.MAX_OPEN; i++) {
        found.send(lost(NOON, WEB, 1, "source-" + i));
      }
      assertThat(found.counted(Tally.Count.EVICTED_FOLDS)).isEqualTo(1);
      assertThat(found.alerts).hasSize(CaseFile.MAX_OPEN + 1);
    }

    @Test
    void replacedRulesHoldFromTheNextBatch() {
      found.detector.use(NO_RULES);
      found.send(shell(NOON, WEB));
      assertThat(found.alerts).isEmpty();
      found.detector.use(SHELL_RULES);
      found.send(shell(NOON, WEB));
      assertThat(found.alertedRules()).containsExactly(SHELL_RULE);
    }
  }

  @Nested
  class Incidents {
    private final Findings found = new Findings(SHELL_RULES);

    @Test
    void countsMatchesAndKeepsFirstAndLastCauses() {
      for (int i = 0; i < 40; i++) {
        found.send(shell(NOON + i * SECOND, WEB));
      }
      found.send(heartbeat(NOON + 42 * SECOND));
      assertThat(found.alerts).hasSize(1);
      Incident incident = found.lastIncident();
      assertThat(incident.state()).isEqualTo(Incident.State.OPEN);
      assertThat(incident.alerts()).isEqualTo(1);
      assertThat(incident.matches()).isEqualTo(40);
      assertThat(incident.container()).isEqualTo(WEB);
      assertThat(incident.started()).isEqualTo(NOON);
      assertThat(incident.updated()).isEqualTo(NOON + 39 * SECOND);
      Incident.Entry entry = incident.timeline().getFirst();
      assertThat(entry.alert()).isEqualTo(found.alerts.getFirst().id());
      assertThat(entry.count()).isEqualTo(40);
      assertThat(entry.firstCauses()).hasSize(20);
      assertThat(entry.lastCauses()).hasSize(5);
      assertThat(entry.firstCauses().getFirst().sequence()).isZero();
      assertThat(entry.lastCauses().getLast().sequence()).isEqualTo(39);
    }

    @Test
    void alertsOfOneContainerAreOneIncident() {
      found.send(shell(NOON, WEB), lost(NOON + SECOND, WEB, 3), shell(NOON, DB));
      assertThat(found.incidents).hasSize(2);
      Incident web = found.incidents.getFirst();
      assertThat(web.timeline())
          .extracting(Incident.Entry::rule)
          .containsExactly(SHELL_RULE, "Events lost");
      assertThat(web.priority()).isEqualTo(Priority.WARNING);
      assertThat(found.incidents.getLast().id()).isNotEqualTo(web.id());
    }

    @Test
    void isPublishedAtMostOnceASecondAndNotForgotten() {
      found.send(shell(NOON, WEB));
      for (int i = 1; i <= 9; i++) {
        found.send(shell(NOON + i * SECOND / 10, WEB));
      }
      assertThat(found.incidents).hasSize(1);
      found.send(heartbeat(NOON + SECOND));
      assertThat(found.incidents).hasSize(2);
      assertThat(found.lastIncident().matches()).isEqualTo(10);
      found.send(heartbeat(NOON + 5 * SECOND));
      assertThat(found.incidents).hasSize(2);
    }

    @Test
    void isClosedAfterHalfAnHourWithoutAnAlert() {
      found.send(shell(NOON, WEB));
      found.send(heartbeat(NOON + 29 * MINUTE));
      assertThat(found.lastIncident().state()).isEqualTo(Incident.State.OPEN);
      found.send(heartbeat(NOON + 30 * MINUTE));
      assertThat(found.lastIncident().state()).isEqualTo(Incident.State.CLOSED);
      found.send(shell(NOON + 31 * MINUTE, WEB));
      assertThat(found.lastIncident().state()).isEqualTo(Incident.State.OPEN);
      assertThat(found.lastIncident().id()).isNotEqualTo(found.incidents.getFirst().id());
    }

    @Test
    void matchAfterLongSilenceOfTheHostIsNotClosedAtOnce() {
      found.send(heartbeat(NOON));
      found.send(lost(NOON + 120 * MINUTE, WEB, 1));
      assertThat(found.incidents).hasSize(1);
      found.send(lost(NOON + 120 * MINUTE + 5 * SECOND, WEB, 1));
      assertThat(found.alerts).hasSize(1);
      assertThat(found.lastIncident().state()).isEqualTo(Incident.State.OPEN);
      assertThat(found.lastIncident().matches()).isEqualTo(2);
    }

    @Test
    void longTimelineKeepsItsBeginningAndItsEnd() {
      int alerts = 2 * IncidentDraft.KEPT + 6;
      for (int i = 0; i < alerts; i++) {
        found.send(shell(NOON + i * MINUTE, WEB));
      }
      Incident incident = found.lastIncident();
      assertThat(incident.alerts()).isEqualTo(alerts);
      assertThat(incident.timeline()).hasSize(2 * IncidentDraft.KEPT);
      assertThat(incident.omitted()).isEqualTo(6);
      assertThat(incident.timeline().getFirst().first()).isEqualTo(NOON);
      assertThat(incident.timeline().getLast().first()).isEqualTo(NOON + (alerts - 1) * MINUTE);
    }

    @Test
    void jsonKeepsEverything() {
      found.send(heartbeat(NOON), shell(NOON, WEB));
      for (int i = 0; i < 30; i++) {
        found.send(shell(NOON + i, WEB));
      }
      found.send(heartbeat(NOON + 2 * SECOND));
      assertThat(IncidentJson.read(IncidentJson.write(found.lastIncident())))
          .isEqualTo(found.lastIncident());
    }
  }

  @Nested
  class Egress {
    private final Findings found = new Findings(NO_RULES);

    private static final String UNUSUAL = "Egress above the container's own history";
    private static final long HOUR = 3_600 * SECOND;

    @Test
    void tenTimesWhatAContainerEverSentIsUnusualOnceEachTime() {
      found.send(facts(NOON, WEB, Map.of()), egress(NOON, WEB, OUTSIDE, 3 * MIB));
      found.send(egress(NOON + 30 * SECOND, WEB, OUTSIDE, MIB));
      found.send(egress(NOON + HOUR, WEB, OUTSIDE, 35 * MIB));
      assertThat(found.alertedRules()).as("4 MiB a little faded, times ten").isEmpty();
      found.send(egress(NOON + HOUR + 10 * SECOND, WEB, OUTSIDE, 6 * MIB));
      assertThat(found.alertedRules()).containsExactly(UNUSUAL);
      assertThat(found.alerts.getFirst().output())
          .startsWith("41.0MiB within 60 s")
          .contains("at most 3.9MiB in a minute before")
          .contains("now to " + OUTSIDE + ":");
      found.send(egress(NOON + HOUR + 70 * SECOND, WEB, OUTSIDE, 41 * MIB));
      found.send(egress(NOON + HOUR + 900 * SECOND, WEB, OUTSIDE, 60 * MIB));
      assertThat(found.alerts).hasSize(1);
    }

    @Test
    void containerThatNeverSentHasAFifthOfItsLimit() {
      found.send(
          facts(NOON, WEB, Map.of()), facts(NOON, DB, Map.of(Detector.EGRESS_LABEL, "5MiB")));
      found.send(
          egress(NOON + 2 * HOUR, WEB, OUTSIDE, 20 * MIB - 1),
          egress(NOON + 2 * HOUR, DB, OUTSIDE, MIB - 1));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON + 2 * HOUR, WEB, OUTSIDE, 1), egress(NOON + 2 * HOUR, DB, OUTSIDE, 1));
      assertThat(found.alertedRules()).containsExactly(UNUSUAL, UNUSUAL);
    }

    @Test
    void firstHourIsLearnedAndTheLimitHolds() {
      found.send(facts(NOON, WEB, Map.of()), egress(NOON + HOUR - 1, WEB, OUTSIDE, 90 * MIB));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON + HOUR + SECOND, WEB, OUTSIDE, 90 * MIB));
      assertThat(found.alertedRules()).containsExactly("Unexpected egress volume");
    }

    @Test
    void whatIsSentEachNightIsUsualAndAfterAWeekItIsNot() {
      found.send(facts(NOON, WEB, Map.of()), egress(NOON, WEB, OUTSIDE, 80 * MIB));
      found.send(egress(NOON + 24 * HOUR, WEB, OUTSIDE, 90 * MIB));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON + (24 + 7 * 24) * HOUR, WEB, OUTSIDE, 90 * MIB));
      assertThat(found.alertedRules()).containsExactly(UNUSUAL);
    }

    @Test
    void whatIsReceivedIsNoEgressAndTheDestinationIsNamed() {
      found.send(
          new NetFlow(
              NOON,
              WEB,
              Protocol.TCP,
              new Endpoint(OUTSIDE, 443),
              MIB,
              1,
              SECOND,
              false,
              "cdn.example",
              900 * MIB,
              1));
      assertThat(found.alerts).isEmpty();
      found.send(
          new NetFlow(
              NOON + SECOND,
              WEB,
              Protocol.TCP,
              new Endpoint(OUTSIDE, 443),
              99 * MIB,
              1,
              SECOND,
              false,
              "cdn.example"));
      assertThat(found.alerts.getFirst().output())
          .contains("now to " + OUTSIDE + ":443, which is cdn.example (container=");
    }

    @Test
    void alertsAtTheCrossingWithTheCausingEvent() {
      found.send(egress(NOON, WEB, OUTSIDE, 60 * MIB));
      found.send(egress(NOON + 20 * SECOND, WEB, OUTSIDE, 40 * MIB - 1));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON + 40 * SECOND, WEB, "203.0.113.10", 1));
      assertThat(found.alertedRules()).containsExactly("Unexpected egress volume");
      Alert alert = found.alerts.getFirst();
      assertThat(alert.cause().event())
          .isEqualTo(egress(NOON + 40 * SECOND, WEB, "203.0.113.10", 1));
      assertThat(alert.rule().priority()).isEqualTo(Priority.CRITICAL);
      assertThat(alert.output())
          .isEqualTo(
              "100.0MiB within 60 s to addresses outside the allowed networks, limit 100MiB, now to"
                  + " 203.0.113.10:443 (container=web image=example/web)");
      found.send(egress(NOON + 41 * SECOND, WEB, OUTSIDE, MIB));
      assertThat(found.alerts).hasSize(1);
    }

    @Test
    void bytesLeaveTheWindowBucketByBucket() {
      found.send(egress(NOON + 9 * SECOND, WEB, OUTSIDE, 99 * MIB));
      found.send(egress(NOON + 60 * SECOND, WEB, OUTSIDE, MIB));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON + 69 * SECOND, WEB, OUTSIDE, 98 * MIB));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON + 119 * SECOND, WEB, OUTSIDE, MIB));
      assertThat(found.alerts).hasSize(1);
    }

    @Test
    void lastInstantOfTheWindowStillCounts() {
      found.send(egress(NOON, WEB, OUTSIDE, 99 * MIB));
      found.send(egress(NOON + 60 * SECOND - 1, WEB, OUTSIDE, MIB));
      assertThat(found.alerts).hasSize(1);
    }

    @Test
    void flowThatComesLateCountsWhereItBelongs() {
      found.send(egress(NOON + 30 * SECOND, WEB, OUTSIDE, 60 * MIB));
      found.send(egress(NOON, WEB, OUTSIDE, 39 * MIB));
      found.send(egress(NOON - 30 * SECOND, WEB, OUTSIDE, 50 * MIB));
      assertThat(found.alerts).isEmpty();
      assertThat(found.counted(Tally.Count.LATE_FLOWS)).isEqualTo(1);
      found.send(egress(NOON + 31 * SECOND, WEB, OUTSIDE, MIB));
      assertThat(found.alerts).hasSize(1);
    }

    @Test
    void allowedNetworksDoNotCount() {
      found.send(egress(NOON, WEB, "10.0.0.7", 500 * MIB), egress(NOON, WEB, "fd00::7", 500 * MIB));
      assertThat(found.alerts).isEmpty();
    }

    @Test
    void labelSetsTheContainersOwnLimit() {
      found.send(facts(NOON, WEB, Map.of(Detector.EGRESS_LABEL, "1MiB")));
      found.send(egress(NOON, WEB, OUTSIDE, MIB), egress(NOON, DB, OUTSIDE, 2 * MIB));
      assertThat(found.alerts).hasSize(1);
      assertThat(found.alerts.getFirst().container()).isEqualTo(WEB);
      found.send(facts(NOON, DB, Map.of(Detector.EGRESS_LABEL, "4MiB")));
      found.send(egress(NOON, DB, OUTSIDE, 2 * MIB));
      assertThat(found.alerts).hasSize(2);
    }

    @Test
    void labelThatCannotBeReadIsCountedAndTheDefaultHolds() {
      found.send(facts(NOON, WEB, Map.of(Detector.EGRESS_LABEL, "plenty")));
      found.send(egress(NOON, WEB, OUTSIDE, 99 * MIB));
      assertThat(found.alerts).isEmpty();
      assertThat(found.counted(Tally.Count.INVALID_LABELS)).isEqualTo(1);
    }

    @Test
    void sumThatWouldOverflowStaysAtItsMost() {
      found.send(
          egress(NOON, WEB, OUTSIDE, Long.MAX_VALUE), egress(NOON, WEB, OUTSIDE, Long.MAX_VALUE));
      assertThat(found.alerts).hasSize(1);
    }

    @Test
    void clockSetBackBeginsTheWindowAnew() {
      found.send(egress(NOON, WEB, OUTSIDE, 99 * MIB));
      found.send(egress(NOON - 60 * MINUTE, WEB, OUTSIDE, 99 * MIB));
      assertThat(found.alerts).isEmpty();
      found.send(egress(NOON - 60 * MINUTE, WEB, OUTSIDE, MIB));
      assertThat(found.alerts).hasSize(1);
    }
  }

  @Nested
  class Clocks {
    private final Findings found = new Findings(SHELL_RULES);
    private static final long YEARS = 10 * 365 * 24 * 60 * MINUTE;

    @Test
    void oneWrongTimeDoesNotAgeWhatIsRemembered() {
      found.send(facts(NOON, WEB, Map.of("tier", "web")), egress(NOON, WEB, OUTSIDE, 60 * MIB));
      found.send(
          heartbeat(NOON + SECOND),
          shell(NOON + YEARS, WEB),
          egress(NOON + YEARS, WEB, OUTSIDE, MIB));
      assertThat(found.alertedRules()).containsExactly(SHELL_RULE);
      assertThat(found.counted(Tally.Count.AHEAD_EVENTS)).isEqualTo(2);
      found.send(heartbeat(NOON + 20 * SECOND));
      found.send(egress(NOON + 30 * SECOND, WEB, OUTSIDE, 40 * MIB));
      assertThat(found.alertedRules()).containsExactly(SHELL_RULE, "Unexpected egress volume");
      assertThat(found.alerts.getLast().labels()).containsEntry("tier", "web");
      assertThat(found.counted(Tally.Count.CLOCK_STEPS)).isZero();
    }

    @Test
    void wrongTimeAgainAndAgainIsBelieved() {
      found.send(heartbeat(NOON));
      found.send(heartbeat(NOON + SECOND), shell(NOON + YEARS, WEB));
      found.send(heartbeat(NOON + 2 * SECOND), shell(NOON + YEARS + SECOND, WEB));
      assertThat(found.counted(Tally.Count.AHEAD_EVENTS)).isEqualTo(1);
      assertThat(found.counted(Tally.Count.CLOCK_STEPS)).isEqualTo(1);
    }

    @Test
    void clockYearsAheadAndBackLeavesWhatIsKnownOfContainers() {
      found.send(facts(NOON, WEB, Map.of("tier", "web")), heartbeat(NOON));
      found.send(heartbeat(NOON + YEARS));
      found.send(heartbeat(NOON + YEARS + 9 * MINUTE));
      found.send(heartbeat(NOON + 2 * SECOND));
      found.send(shell(NOON + 3 * SECOND, WEB));
      assertThat(found.alerts.getLast().labels()).containsEntry("tier", "web");
      assertThat(found.counted(Tally.Count.CLOCK_STEPS)).isEqualTo(3);
    }

    @Test
    void containerThatIsNotSeenAfterTheClockWasSetIsForgottenInTheEnd() {
      found.send(facts(NOON, WEB, Map.of("tier", "web")));
      found.send(heartbeat(NOON + YEARS));
      assertThat(found.state.containers()).isEqualTo(1);
      found.send(heartbeat(NOON + YEARS + 10 * MINUTE));
      assertThat(found.state.containers()).isZero();
    }

    @Test
    void incidentOfTheFutureIsClosedAfterTheClockWasSetBack() {
      found.send(heartbeat(NOON));
      found.send(lost(NOON + YEARS, WEB, 1));
      found.send(heartbeat(NOON + SECOND));
      found.send(heartbeat(NOON + 4 * MINUTE));
      found.send(heartbeat(NOON + 31 * MINUTE));
      assertThat(found.lastIncident().state()).isEqualTo(Incident.State.CLOSED);
    }

    @Test
    void timesAtTheEndsOfTheirRangeAreTaken() {
      for (long time : new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 0, -1, Long.MAX_VALUE, 1}) {
        found.send(shell(time, WEB), egress(time, WEB, OUTSIDE, MIB), lost(NOON, WEB, 1));
      }
      found.send(heartbeat(NOON));
      found.send(egress(NOON, WEB, OUTSIDE, 200 * MIB));
      assertThat(found.alertedRules()).contains("Unexpected egress volume");
    }
  }

  @Nested
  class Losses {
    private final Findings found = new Findings(SHELL_RULES);

    @Test
    void repeatedBatchIsDroppedAndCounted() {
      byte[] batch = batch(HOST, 0, shell(NOON, WEB));
      found.take(batch).take(batch);
      assertThat(found.counted(Tally.Count.MATCHES)).isEqualTo(1);
      assertThat(found.counted(Tally.Count.REPEATED_BATCHES)).isEqualTo(1);
      assertThat(found.detector.tally().of(Kind.PROCESS_EXEC)).isEqualTo(1);
    }

    @Test
    void gapIsAnAlertThatNamesCountFromAndTo() {
      found.take(batch(HOST, 0, heartbeat(NOON)));
      found.take(batch(HOST, 4, heartbeat(NOON + 9 * SECOND)));
      assertThat(found.alertedRules()).containsExactly("Events lost");
      Alert alert = found.alerts.getFirst();
      assertThat(alert.output()).contains("3 batches (1 to 3)", "(host=a.example)");
      assertThat(alert.message()).isEqualTo("Events lost: a.example");
      assertThat(alert.cause().event())
          .isInstanceOfSatisfying(
              SensorLoss.class,
              loss -> {
                assertThat(loss.source()).isEqualTo("sequence");
                assertThat(loss.from()).isEqualTo(NOON);
                assertThat(loss.to()).isEqualTo(NOON + 9 * SECOND);
              });
      assertThat(found.counted(Tally.Count.MISSING_BATCHES)).isEqualTo(3);
      assertThat(found.incidents).isEmpty();
    }

    @Test
    void eventsOfBatchAfterGapAreDetected() {
      found.take(batch(HOST, 0, heartbeat(NOON)));
      found.take(batch(HOST, 2, shell(NOON, WEB)));
      assertThat(found.alertedRules()).containsExactly("Events lost", SHELL_RULE);
    }

    @Test
    void newEpochThatBeginsAtZeroIsNoGap() {
      found.take(batch(HOST, 0, heartbeat(NOON)));
      found.take(batch(HOST, TestEvents.EPOCH + 1, 0, 0, heartbeat(NOON)));
      found.sendFrom(OTHER_HOST, heartbeat(NOON));
      assertThat(found.alerts).isEmpty();
    }

    @Test
    void lossThatACollectorReportsIsTheSameAlert() {
      found.send(lost(NOON, WEB, 17), lost(NOON + SECOND, WEB, 2));
      assertThat(found.alertedRules()).containsExactly("Events lost");
      assertThat(found.alerts.getFirst().output())
          .contains("at ring", "count=17", "kind=process.exec", "reason=full");
      assertThat(found.alerts.getFirst().container()).isEqualTo(WEB);
    }
  }

  @Nested
  class Memory {
    @Test
    void changedFactsArePassedOnAndSameOnesAreNot() {
      Findings found = new Findings(NO_RULES);
      found.send(facts(NOON, WEB, Map.of("a", "1")));
      found.send(facts(NOON + SECOND, WEB, Map.of("a", "1")));
      found.send(facts(NOON + 2 * SECOND, WEB, Map.of("a", "2")));
      assertThat(found.facts).hasSize(2);
    }

    @Test
    void factsOfAContainerThatLivesAreToldAgainEachDay() {
      Findings found = new Findings(NO_RULES);
      long minute = 60 * SECOND;
      for (long minutes = 0; minutes < 3 * 24 * 60; minutes += 30) {
        found.send(facts(NOON + minutes * minute, WEB, Map.of("a", "1")));
      }
      assertThat(found.facts).hasSize(3);
    }

    @Test
    void aContainerThatIsDestroyedIsToldAsSuchAndLateFactsDoNotBringItBack() {
      Findings found = new Findings(NO_RULES);
      found.send(facts(NOON, WEB, Map.of("a", "1")), destroyed(NOON + SECOND, WEB));
      found.send(facts(NOON + 2 * SECOND, WEB, Map.of("a", "2")));
      assertThat(found.facts)
          .extracting(o -> ((ContainerFacts) o.event()).state())
          .containsExactly("running", ContainerFacts.DESTROYED, ContainerFacts.DESTROYED);
    }

    @Test
    void destroyedContainerIsForgottenAfterItsLateEvents() {
      Findings found = new Findings(NO_RULES);
      found.send(exec(NOON, WEB, "nginx"), destroyed(NOON, WEB));
      found.send(heartbeat(NOON + MINUTE));
      assertThat(found.state.containers()).isEqualTo(1);
      found.send(heartbeat(NOON + 2 * MINUTE));
      assertThat(found.state.containers()).isZero();
    }

    @Test
    void containerOfOpenIncidentIsRememberedUntilItCloses() {
      Findings found = new Findings(SHELL_RULES);
      found.send(shell(NOON, WEB), destroyed(NOON, WEB));
      found.send(heartbeat(NOON + 5 * MINUTE));
      assertThat(found.state.containers()).isEqualTo(1);
      found.send(heartbeat(NOON + 30 * MINUTE));
      assertThat(found.lastIncident().state()).isEqualTo(Incident.State.CLOSED);
      assertThat(found.state.containers()).isZero();
    }

    @Test
    void containerUnseenForAnHourIsForgotten() {
      Findings found = new Findings(NO_RULES);
      found.send(exec(NOON, WEB, "nginx"), exec(NOON, DB, "postgres"));
      found.send(exec(NOON + 50 * MINUTE, DB, "postgres"));
      found.send(heartbeat(NOON + 61 * MINUTE));
      assertThat(found.state.containers()).isEqualTo(1);
      assertThat(found.state.find(DB.id())).isNotNull();
    }

    @Test
    void oldestContainersMakeRoomAndAreCounted() {
      DetectorSettings small =
          new DetectorSettings(DetectorSettings.DEFAULTS.allowedNetworks(), 1 << 20, 32);
      Findings found = new Findings(NO_RULES, small, new DetectorState());
      for (int i = 1; i <= 33; i++) {
        found.send(exec(NOON + 20L * i * SECOND, container(i, "c" + i), "x"));
      }
      assertThat(found.counted(Tally.Count.EVICTED_CONTAINERS)).isEqualTo(2);
      assertThat(found.state.containers()).isEqualTo(31);
      assertThat(found.state.find(container(1, "c1").id())).isNull();
      assertThat(found.state.find(container(33, "c33").id())).isNotNull();
    }
  }
}
