package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Alerts that are marked false, and the emergency stop by a file. */
class FalseAlarmTest {
  private static final String POLICIES =
      """
      - policy: hold
        match: {tags: [shell]}
        actions: [{quarantine: {for: 15m}}, {notify: {log: {}}}]
        guard: {mode: enforce}
      - policy: ask
        match: {tags: [shell]}
        actions: [pause, {kill: {}, if: failed or refused}]
        guard: {mode: approve}
      """;

  @TempDir Path folder;
  Ward ward;
  ContainerId web;

  @BeforeEach
  void open() {
    ward = new Ward(folder).policies(POLICIES);
    web = ward.run("web");
  }

  @Test
  void allThatAFalseAlertCausedIsTakenBackAndSaysWho() {
    Alert alert = ward.shell(web);
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.desk.markFalse(alert.id().value().substring(0, 8), "alice", "our deployment"))
        .extracting(Released::type)
        .containsExactlyInAnyOrder("quarantine", "pause");
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(ward.journalled())
        .containsExactly("quarantine undone", "notify verified", "pause refused", "kill refused");
    assertThat(ward.steps())
        .filteredOn(a -> a.type().equals("false-alert"))
        .singleElement()
        .matches(a -> "alice".equals(a.operator()) && alert.id().equals(a.alert()));
    assertThat(ward.steps())
        .filteredOn(a -> a.step() == Action.Step.UNDONE)
        .singleElement()
        .matches(a -> "alice".equals(a.operator()));
  }

  @Test
  void theSameRuleKeepsOffTheContainerForAWhileAlsoAfterARestart() {
    Alert alert = ward.shell(web);
    ContainerId shop = ward.run("shop");
    ward.desk.markFalse(alert.id().value(), "alice", "our deployment");
    ward = ward.restarted().policies(POLICIES);
    ward.clock.advance(Duration.ofMinutes(9));
    ward.shell(web);
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.steps().getLast().outcome())
        .isEqualTo(new Outcome.Refused("marked false by alice: our deployment"));
    ward.shell(shop);
    assertThat(ward.isClosed(shop)).isTrue();
    ward.clock.advance(Duration.ofMinutes(2));
    ward.shell(web);
    assertThat(ward.isClosed(web)).isTrue();
  }

  @Test
  void theCooldownOfThePolicyIsKeptWhereItIsLonger() {
    ward.policies(POLICIES.replace("mode: enforce", "mode: enforce, cooldown: 1h"));
    Alert alert = ward.shell(web);
    ward.desk.markFalse(alert.id().value(), "alice", "");
    ward.clock.advance(Duration.ofMinutes(59));
    ward.shell(web);
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void whatWaitsForAnApprovalCannotBeApprovedAnyMore() {
    Alert alert = ward.shell(web);
    FalseAlarm alarm =
        new FalseAlarm(alert.id(), TestAlerts.SHELL, web, "alice", "", ward.clock.nanos());
    ward.journal.append(new JournalEntry.MarkedFalse(alarm)); // where no responder ran
    assertThat(ward.desk.approve("web", "bob"))
        .singleElement()
        .matches(d -> d.detail().contains("marked false by alice"));
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void anAlertThatCausedNothingIsSaidToBeUnknown() {
    assertThatThrownBy(() -> ward.desk.markFalse("0123456789ab", "alice", ""))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("No action of this host was caused by an alert '0123456789ab'");
  }

  @Test
  void theFileStopsAndItsEndResumes() throws Exception {
    Path file = folder.resolve("STOP");
    StopFile stop = new StopFile(file, ward.journal, ward.desk.emergency());
    stop.look();
    assertThat(ward.journal.read(Ledger::halt)).isEmpty();
    Files.writeString(file, "a drill\nmore\n");
    stop.look();
    stop.look();
    ward.shell(web);
    assertThat(ward.docker.changes()).isEmpty();
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.journal.read(Ledger::halt).orElseThrow().refusal())
        .startsWith("emergency stop by ")
        .endsWith("the file STOP: a drill");
    Files.delete(file);
    stop.look();
    assertThat(ward.journal.read(Ledger::halt)).isEmpty();
    assertThat(ward.steps())
        .extracting(Action::type)
        .filteredOn(t -> t.equals("emergency-stop") || t.equals("resume"))
        .containsExactly("emergency-stop", "resume");
  }

  @Test
  void theEndOfTheFileDoesNotEndAnOperatorsOwnStop() {
    ward.desk.stop("alice", "mine");
    new StopFile(folder.resolve("STOP"), ward.journal, ward.desk.emergency()).look();
    assertThat(ward.journal.read(Ledger::halt)).isPresent();
  }
}
