package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.config.Problem;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Times in which policies hold back. */
class MaintenanceTest {
  private static final String POLICY =
      "- policy: p\n"
          + "  match: {tags: [shell]}\n"
          + "  actions: [quarantine: {for: 15m}, notify: {log: {}}]\n"
          + "  guard: {mode: enforce}\n";
  private static final ZoneId ZURICH = ZoneId.of("Europe/Zurich");

  @TempDir Path folder;
  private Ward ward;
  private ContainerId web;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
    web = ward.run("web");
  }

  @AfterEach
  void close() {
    ward.close();
  }

  /** A window around now, an hour to both sides. */
  private String window(String more) {
    Instant now = ward.clock.instant().truncatedTo(ChronoUnit.SECONDS);
    return "- maintenance: upgrade\n  from: %s\n  to: %s\n  %s\n"
        .formatted(
            now.minus(Duration.ofHours(1)).atOffset(ZoneOffset.ofHours(2)),
            now.plus(Duration.ofHours(1)),
            more);
  }

  private static String reason(Action action) {
    return switch (action.outcome()) {
      case Outcome.Refused o -> o.reason();
      case Outcome.Skipped o -> o.reason();
      case Outcome.Done o -> o.detail();
      case Outcome.Failed o -> o.problem();
    };
  }

  @Test
  void nothingIsDoneOnAContainerInAWindowButPeopleAreTold() {
    ward.policies(POLICY + window("effect: off")).shell(web);
    assertThat(ward.stepNames()).startsWith("quarantine refused", "notify intended");
    assertThat(reason(ward.steps().getFirst()))
        .isEqualTo(
            "maintenance window upgrade until "
                + ward.clock.instant().truncatedTo(ChronoUnit.SECONDS).plus(Duration.ofHours(1)));
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void aWindowMayTurnAPolicyIntoATrial() {
    ward.policies(POLICY + window("effect: dry-run")).shell(web);
    assertThat(ward.stepNames()).contains("quarantine skipped");
    assertThat(ward.steps()).allMatch(Action::dryRun);
    assertThat(reason(ward.steps().getFirst())).startsWith("allowed; maintenance window upgrade");
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void aWindowMayAskForApproval() {
    ward.policies(POLICY + window("effect: approve")).shell(web);
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(reason(ward.steps().getFirst()))
        .startsWith("until somebody approves: leuko approve ")
        .contains("; maintenance window upgrade until ");
    assertThat(ward.desk.approve("web", "alice")).allMatch(Decided::done);
    assertThat(ward.isClosed(web)).isTrue();
  }

  @Test
  void aTrialStaysOneInAWindowThatAsksForApproval() {
    ward.policies(POLICY.replace("enforce", "dry-run") + window("effect: approve")).shell(web);
    assertThat(ward.steps()).allMatch(Action::dryRun);
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void theStrictestWindowWins() {
    String both = window("effect: approve") + window("effect: off").replace("upgrade", "move");
    ward.policies(POLICY + both).shell(web);
    assertThat(reason(ward.steps().getFirst())).startsWith("maintenance window move");
  }

  @Test
  void afterAWindowPoliciesActAgain() {
    ward.policies(POLICY + window("effect: off"));
    ward.clock.advance(Duration.ofHours(1));
    ward.shell(web);
    assertThat(ward.isClosed(web)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "containers: [\"w*\"]                      | true",
        "containers: [shop]                        | false",
        "condition: container.image contains test  | true",
        "condition: container.image contains other | false",
        "labels: [tier=web]                        | false"
      })
  void aWindowIsForTheContainersItNames(String scope, boolean held) {
    ward.policies(POLICY + window(scope)).shell(web);
    assertThat(ward.isClosed(web)).isEqualTo(!held);
  }

  private static String until(Maintenance.When when, String now) {
    return when.until(Instant.parse(now)).map(Instant::toString).orElse("");
  }

  @Test
  void aWeeklyWindowGoesPastMidnight() {
    Maintenance.When when =
        new Maintenance.When.Weekly(
            Set.of(DayOfWeek.SATURDAY), LocalTime.of(22, 0), Duration.ofHours(5), ZURICH);
    assertThat(until(when, "2026-11-21T20:59:59Z")).isEmpty();
    assertThat(until(when, "2026-11-21T21:00:00Z")).isEqualTo("2026-11-22T02:00:00Z");
    assertThat(until(when, "2026-11-22T01:59:59Z")).isEqualTo("2026-11-22T02:00:00Z");
    assertThat(until(when, "2026-11-22T02:00:00Z")).isEmpty();
    assertThat(until(when, "2026-11-22T21:30:00Z")).as("Sunday").isEmpty();
  }

  @Test
  void aWindowOfAWeekIsAlwaysOpen() {
    Maintenance.When when =
        new Maintenance.When.Weekly(
            Set.of(DayOfWeek.MONDAY), LocalTime.NOON, Duration.ofDays(7), ZoneOffset.UTC);
    assertThat(until(when, "2026-11-22T00:00:00Z")).isEqualTo("2026-11-23T12:00:00Z");
    assertThat(until(when, "2026-11-23T12:00:00Z")).isEqualTo("2026-11-30T12:00:00Z");
  }

  /** On 2026-03-29 the clocks go from 02:00 to 03:00. */
  @Test
  void whereTheClocksGoForwardItBeginsAsMuchLater() {
    Maintenance.When when =
        new Maintenance.When.Weekly(
            Set.of(DayOfWeek.SUNDAY), LocalTime.of(2, 30), Duration.ofHours(1), ZURICH);
    assertThat(until(when, "2026-03-29T01:29:59Z")).isEmpty();
    assertThat(until(when, "2026-03-29T01:30:00Z")).isEqualTo("2026-03-29T02:30:00Z");
    assertThat(until(when, "2026-03-22T01:30:00Z")).isEqualTo("2026-03-22T02:30:00Z");
    assertThat(until(when, "2026-04-05T00:30:00Z")).isEqualTo("2026-04-05T01:30:00Z");
  }

  /** On 2026-10-25 the clocks go from 03:00 to 02:00. */
  @Test
  void whereTheClocksGoBackItBeginsOnceAndLastsAsLongAsItSays() {
    Maintenance.When when =
        new Maintenance.When.Weekly(
            Set.of(DayOfWeek.SUNDAY), LocalTime.of(2, 30), Duration.ofMinutes(90), ZURICH);
    assertThat(until(when, "2026-10-25T00:30:00Z")).isEqualTo("2026-10-25T02:00:00Z");
    assertThat(until(when, "2026-10-25T01:59:59Z")).isEqualTo("2026-10-25T02:00:00Z");
    assertThat(until(when, "2026-10-25T02:00:00Z")).isEmpty();
  }

  private static List<String> problems(String yaml) {
    return PolicySet.load(List.of(new PolicyFile("w.yaml", yaml)), List.of()).problems().stream()
        .map(Problem::toString)
        .toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "at: \"02:00\"\n"
            + "  for: 3h\n"
            + "  days: [sat, sunn] | w.yaml:4:9: unknown day 'sunn'; did you mean 'sun'",
        "at: \"25:00\"\n  for: 3h | w.yaml:2:7: at is '25:00': not a time of day",
        "at: \"02:00\"\n"
            + "  for: 3h\n"
            + "  zone: Europe/Zurch | w.yaml:4:9: unknown time zone 'Europe/Zurch'; did you mean"
            + " 'Europe/Zurich'",
        "at: \"02:00\"\n"
            + "  for: 3h\n"
            + "  efect: off | w.yaml:4:3: unknown key 'efect' in a maintenance window; did you mean"
            + " 'effect'",
        "at: \"02:00\"\n"
            + "  for: 3h\n"
            + "  effect: dryrun | w.yaml:4:11: unknown effect 'dryrun'; did you mean 'dry-run'",
        "at: \"02:00\"\n  for: 8d | w.yaml:3:8: for in a maintenance window is '8d': ",
        "at: \"02:00\" | w.yaml:1:3: a maintenance window has no 'for'",
        "from: yesterday\n  to: 2026-11-22T20:00 | w.yaml:2:9: from is 'yesterday': not a time",
        "from: 2026-11-22T20:00\n  to: 2026-11-22T20:00 | w.yaml:3:7: 'to' is not after 'from'",
        "from: 2026-11-22T20:00\n"
            + "  to: 2026-11-22T21:00\n"
            + "  at: \"02:00\" | w.yaml:1:16: a maintenance window needs one time",
        "description: x | w.yaml:1:16: a maintenance window needs one time",
        "condition: container.id ==\n  at: \"02:00\"\n  for: 3h | w.yaml:2:"
      })
  void whatIsWrongIsSaidAtItsPlace(String line) {
    int bar = line.lastIndexOf(" | ");
    assertThat(problems("- maintenance: upgrade\n  " + line.substring(0, bar) + "\n"))
        .singleElement()
        .asString()
        .startsWith(line.substring(bar + 3));
  }

  @Test
  void theSameNameTwiceIsAProblem() {
    assertThat(problems(window("effect: off") + window("effect: off")))
        .singleElement()
        .asString()
        .contains("the maintenance window 'upgrade' stands twice, first at w.yaml:1:16");
  }
}
