package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Actions that wait for somebody's approval. */
class ApprovalsTest {
  private static final String GUARD = "{mode: approve, approve-within: 10m, cooldown: 1h}";

  @TempDir Path folder;
  private Ward ward;
  private ContainerId web;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
    web = ward.run("web");
    use("[quarantine: {for: 15m}, notify: {log: {}}]", GUARD);
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private void use(String actions, String guard) {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: "
            + actions
            + "\n  guard: "
            + guard
            + "\n");
  }

  private String lastReason() {
    return switch (ward.steps().getLast().outcome()) {
      case Outcome.Refused o -> o.reason();
      case Outcome.Skipped o -> o.reason();
      case Outcome.Done o -> o.detail();
      case Outcome.Failed o -> o.problem();
    };
  }

  @Test
  void eachStepKnowsWhenTheEventOfItsAlertWasAlsoAfterARestart() {
    Alert alert = ward.shell(web);
    ward.clock.advance(Duration.ofMinutes(2));
    ward = ward.restarted();
    use("[quarantine: {for: 15m}, notify: {log: {}}]", GUARD);
    ward.desk.approve("web", "alice");
    assertThat(ward.steps()).extracting(Action::alertedAt).containsOnly(alert.time());
    Action verified = ward.steps().getLast();
    assertThat(verified.step()).isEqualTo(Action.Step.VERIFIED);
    assertThat(verified.time() - verified.alertedAt())
        .isBetween(Duration.ofMinutes(2).toNanos(), Duration.ofMinutes(3).toNanos());
  }

  @Test
  void nothingIsChangedUntilSomebodyApprovesButPeopleAreTold() {
    ward.shell(web);
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.stepNames()).startsWith("quarantine waiting", "notify intended");
    assertThat(ward.stepNames()).contains("notify verified");
    OpenAction waiting = ward.desk.actions().getFirst();
    assertThat(waiting.state()).isEqualTo("waiting");
    assertThat(waiting.until()).isEqualTo(ward.clock.instant().plus(Duration.ofMinutes(10)));

    ward.clock.advance(Duration.ofMinutes(9));
    assertThat(ward.desk.approve(waiting.id().substring(0, 12), "alice"))
        .singleElement()
        .satisfies(d -> {
          assertThat(d.done()).isTrue();
          assertThat(d.type()).isEqualTo("quarantine");
          assertThat(d.container()).isEqualTo("web");
        });
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.stepNames())
        .endsWith("quarantine intended", "quarantine applied", "quarantine verified");
    assertThat(ward.steps().getLast().operator()).isEqualTo("alice");
    assertThat(ward.desk.actions().getFirst().until())
        .as("its time counts from the approval")
        .isEqualTo(ward.clock.instant().plus(Duration.ofMinutes(15)));
    assertThat(ward.steps().stream().filter(s -> s.type().equals("quarantine")))
        .extracting(Action::number)
        .containsExactly(0, 1, 2, 3);
  }

  @Test
  void whatNobodyApprovesInTimeIsRefused() {
    ward.shell(web);
    ward.clock.advance(Duration.ofMinutes(10));
    ward.tick();
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.REFUSED);
    assertThat(lastReason())
        .isEqualTo("not approved in time: it waited for 10m, guard.approve-within");
    assertThat(ward.desk.actions()).isEmpty();
    assertThatThrownBy(() -> ward.desk.approve("web", "alice"))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("Nothing waits for an approval on 'web'");
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void anApprovalThatComesTooLateIsRefusedAlsoBeforeTheTimerSaysSo() {
    ward.shell(web);
    ward.clock.advance(Duration.ofMinutes(11));
    assertThat(ward.desk.approve("web", "alice"))
        .singleElement()
        .satisfies(d -> {
          assertThat(d.done()).isFalse();
          assertThat(d.detail()).startsWith("approved by alice, but too late");
        });
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void whoDeniesIsInTheAuditWithTheReason() {
    ward.shell(web);
    assertThat(ward.desk.deny("web", "bob", "it was me")).singleElement().matches(Decided::done);
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.REFUSED);
    assertThat(ward.steps().getLast().operator()).isEqualTo("bob");
    assertThat(lastReason()).isEqualTo("denied by bob: it was me");
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void whatWaitsStillWaitsAfterARestart() {
    ward.shell(web);
    ward = ward.restarted();
    use("[quarantine: {for: 15m}]", GUARD);
    assertThat(ward.desk.actions()).singleElement().matches(a -> a.state().equals("waiting"));
    ward.desk.approve("web", "alice");
    assertThat(ward.isClosed(web)).isTrue();
  }

  @Test
  void whatExpiredWhileTheResponderWasDownIsRefused() {
    ward.shell(web);
    ward.clock.advance(Duration.ofHours(2));
    ward = ward.restarted();
    ward.tick();
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void allThatWaitsOnAContainerIsApprovedTogetherDespiteTheCooldown() {
    use("[quarantine: {}, kill: {}]", GUARD);
    ward.shell(web);
    assertThat(ward.desk.approve("web", "alice")).hasSize(2).allMatch(Decided::done);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
  }

  @Test
  void oneQuestionAboutAContainerIsEnough() {
    ward.shell(web);
    ward.shell(web);
    assertThat(ward.desk.actions()).hasSize(1);
    assertThat(lastReason()).startsWith("waiting: the policy's quarantine of this container waits");
  }

  @Test
  void theCooldownIsAskedAgainAtTheApproval() {
    ward.shell(web);
    ward.desk.approve("web", "alice");
    ward.desk.releaseAll("alice");
    ward.clock.advance(Duration.ofMinutes(61));
    ward.shell(web);
    String second = ward.desk.actions().getFirst().id();
    use("[quarantine: {for: 15m}]", "{mode: approve, cooldown: 2h}");
    assertThat(ward.desk.approve(second, "alice"))
        .singleElement()
        .satisfies(d -> {
          assertThat(d.done()).isFalse();
          assertThat(d.detail()).startsWith("approved by alice, but cooldown: ");
        });
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void theBudgetIsAskedAgainAtTheApproval() {
    String guard = "{mode: approve, at-most: {containers: 1, per: 10m}}";
    use("[quarantine: {}]", guard);
    ContainerId shop = ward.run("shop");
    ward.shell(web);
    ward.shell(shop);
    assertThat(ward.desk.actions()).as("waiting takes nothing of it").hasSize(2);
    assertThat(ward.desk.approve("web", "alice")).allMatch(Decided::done);
    assertThat(ward.desk.approve("shop", "alice"))
        .singleElement()
        .satisfies(d -> {
          assertThat(d.done()).isFalse();
          assertThat(d.detail()).contains("at-most: the policy acted on 1 containers");
        });
    assertThat(ward.isClosed(shop)).isFalse();
  }

  @Test
  void whatIsToldAtOnceTakesNothingOfTheBudget() {
    use(
        "[quarantine: {}, notify: {log: {}}]",
        "{mode: approve, at-most: {containers: 1, per: 10m}}");
    ContainerId shop = ward.run("shop");
    ward.shell(web);
    ward.shell(shop);
    assertThat(ward.desk.approve("web", "alice")).allMatch(Decided::done);
    assertThat(ward.isClosed(web)).isTrue();
  }

  @Test
  void aPolicyThatIsGoneOrOnlyTriesByNowIsNotCarriedOut() {
    ward.shell(web);
    use("[quarantine: {for: 15m}]", "{mode: dry-run}");
    assertThat(ward.desk.approve("web", "alice").getFirst().detail())
        .isEqualTo("approved by alice, but its policy only tries by now");
    use("[quarantine: {for: 15m}]", GUARD);
    ward.clock.advance(Duration.ofHours(2));
    ward.shell(web);
    ward.dispatcher.use(PolicySet.EMPTY);
    assertThat(ward.desk.approve("web", "alice").getFirst().detail())
        .isEqualTo("approved by alice, but its policy is not in force any more");
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void aContainerThatIsGoneOrProtectedByNowIsLeftAlone() {
    ward.shell(web);
    String id = ward.desk.actions().getFirst().id();
    ward.docker.remove(web);
    Decided decided = ward.desk.approve(id, "alice").getFirst();
    assertThat(decided.done()).isFalse();
    assertThat(decided.detail()).isEqualTo("the container is gone");
  }

  @Test
  void aContainerOfTheSameNameIsAnotherOne() {
    ward.shell(web);
    ward.docker.remove(web);
    ContainerId next = ward.run("web");
    assertThat(ward.desk.approve("web", "alice").getFirst().detail())
        .isEqualTo("the container is gone");
    assertThat(ward.isClosed(next)).isFalse();
  }

  @Test
  void aShortIdOfSeveralContainersIsNotGuessed() {
    ward.shell(web);
    assertThatThrownBy(() -> ward.desk.approve("zzzz", "alice")).isInstanceOf(OrderException.class);
    assertThatThrownBy(() -> ward.desk.deny("zzzz", "alice", ""))
        .isInstanceOf(OrderException.class);
    assertThat(List.copyOf(ward.desk.actions())).hasSize(1);
  }
}
