package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Actions whose engine stays away longer than is worth standing still for. */
class EngineWaitTest {
  private static final Duration LENGTH = Duration.ofMinutes(15);
  private static final String REASON = "until the container engine answers: nobody listens";

  @TempDir Path folder;
  private final InMemoryEngine docker = new InMemoryEngine();
  private final InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
  private final MutableClock clock = new MutableClock();
  private final AtomicInteger calls = new AtomicInteger();
  private volatile Predicate<String> away = call -> true;
  private Ward ward;
  private ContainerId web;

  @BeforeEach
  void open() {
    ward = ward();
    web = ward.run("web");
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private Ward ward() {
    Host host =
        new Host(
            FailingEngine.wrap(
                docker,
                call -> {
                  calls.incrementAndGet();
                  if (away.test(call)) {
                    throw new EngineException.Unavailable("nobody listens", null);
                  }
                }),
            filter);
    return new Ward(folder, docker, filter, clock, host, () -> {}, Ward.shielded());
  }

  private void use(String actions) {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: ["
            + actions
            + "]\n  guard: {mode: enforce}\n");
  }

  /** The responder ends and starts again, with the engine as it is. */
  private void restart() {
    ward.close();
    ward = ward();
    ward.evidence.recover();
    Recovery.run(
        ward.journal,
        ward.guards,
        ward.interventions,
        ward.snapshots,
        ward.notifier,
        ward.sequels,
        clock);
  }

  private boolean isHeld(String action) {
    return switch (action) {
      case "pause" -> ward.facts(web).state().equals("paused");
      case "kill", "stop" -> ward.facts(web).state().equals("exited");
      default -> ward.isClosed(web);
    };
  }

  private void secondsPass(int seconds) {
    for (int i = 0; i < seconds; i++) {
      clock.advance(Duration.ofSeconds(1));
      ward.tick();
    }
  }

  private OpenAction open(int which) {
    return ward.desk.actions().get(which);
  }

  @ParameterizedTest
  @ValueSource(strings = {"quarantine", "pause", "kill", "stop"})
  void anActionWaitsForTheEngineAndIsDoneOnceWhenItIsBack(String action) {
    use(action + ": {for: 15m}");
    Instant began = clock.instant();
    ward.shell(web);
    assertThat(open(0).state()).isEqualTo("waiting-for-engine");
    assertThat(open(0).until()).isEqualTo(began.plus(Ward.MAX_AGE));
    secondsPass(200);
    assertThat(isHeld(action)).isFalse();
    assertThat(ward.steps())
        .as("journalled once")
        .extracting(Action::step)
        .containsExactly(Action.Step.INTENDED, Action.Step.WAITING);
    assertThat(ward.steps().getLast().outcome()).isEqualTo(new Outcome.Done(REASON));

    away = call -> false;
    secondsPass(1);
    assertThat(isHeld(action)).isTrue();
    assertThat(ward.steps())
        .extracting(Action::step)
        .containsExactly(
            Action.Step.INTENDED, Action.Step.WAITING, Action.Step.APPLIED, Action.Step.VERIFIED);
    assertThat(open(0).until())
        .as("its time counts from when it begins")
        .isEqualTo(clock.instant().plus(LENGTH));
    clock.advance(LENGTH);
    ward.tick();
    assertThat(isHeld(action)).isFalse();
  }

  @Test
  void whatWaitedUntilItsAlertIsTooOldFailsAndSaysWhy() {
    use("pause: {}");
    ward.shell(web);
    secondsPass((int) Ward.MAX_AGE.toSeconds());
    assertThat(ward.desk.actions()).hasSize(1);
    secondsPass(1);
    assertThat(ward.desk.actions()).isEmpty();
    Action last = ward.steps().getLast();
    assertThat(last.step()).isEqualTo(Action.Step.FAILED);
    assertThat(last.outcome())
        .isEqualTo(new Outcome.Failed("it waited " + REASON + "; too late by now"));
    away = call -> false;
    secondsPass(5);
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void theTimeOfTheAlertCountsAndNotThatOfItsReceipt() {
    use("pause: {}");
    ward.alert(
        TestAlerts.alert(
            TestAlerts.HOST,
            TestAlerts.SHELL,
            Priority.WARNING,
            ward.facts(web).container(),
            Map.of(),
            clock.nanos() - Duration.ofMinutes(4).toNanos()));
    assertThat(open(0).until()).isEqualTo(clock.instant().plus(Duration.ofMinutes(1)));
    secondsPass(61);
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.FAILED);
  }

  @Test
  void whileSomethingWaitsTheEngineIsAskedOnceASecondAndElseNotAtAll() {
    use("pause: {}");
    ward.shell(web);
    calls.set(0);
    secondsPass(100);
    assertThat(calls).hasValue(100);
    away = call -> false;
    secondsPass(1);
    calls.set(0);
    secondsPass(100);
    assertThat(calls).hasValue(0);
  }

  @Test
  void itWaitsOnThroughRestartsAndIsDoneOnce() {
    use("quarantine: {}");
    ward.shell(web);
    secondsPass(10);
    restart();
    assertThat(open(0).state()).isEqualTo("waiting-for-engine");
    secondsPass(10);
    restart();
    away = call -> false;
    secondsPass(1);
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.steps())
        .extracting(Action::step)
        .containsExactly(
            Action.Step.INTENDED, Action.Step.WAITING, Action.Step.APPLIED, Action.Step.VERIFIED);
  }

  @Test
  void aRestartThatComesTooLateFailsIt() {
    use("quarantine: {}");
    ward.shell(web);
    clock.advance(Ward.MAX_AGE.plusSeconds(1));
    restart();
    assertThat(ward.steps().getLast().outcome())
        .isEqualTo(new Outcome.Failed("it waited " + REASON + "; too late by now"));
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void anEngineThatGoesAwayInTheMiddleIsWaitedForTooAndRolledBackWhenItIsTooLate() {
    away = "pause"::equals;
    use("pause: {}");
    ward.shell(web);
    assertThat(open(0).state()).isEqualTo("waiting-for-engine");
    secondsPass(3);
    assertThat(ward.steps()).hasSize(2);
    restart();
    clock.advance(Ward.MAX_AGE);
    secondsPass(1);
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(ward.steps().getLast().outcome())
        .isEqualTo(
            new Outcome.Failed("it waited " + REASON + "; too late by now; it was taken back"));
  }

  @Test
  void anEngineThatGoesAwayInTheMiddleIsWaitedForTooAndTheRestIsDone() {
    away = "pause"::equals;
    use("pause: {for: 15m}");
    ward.shell(web);
    secondsPass(3);
    away = call -> false;
    secondsPass(1);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(open(0).until()).isEqualTo(clock.instant().plus(LENGTH));
  }

  @Test
  void whatComesAfterItOnTheContainerStaysBehindIt() {
    away = call -> ward.desk.actions().stream().noneMatch(a -> a.state().contains("engine"));
    use("snapshot: {}, kill: {}");
    ward.shell(web);
    assertThat(ward.stepNames())
        .as("the engine is back between the two")
        .containsExactly("snapshot intended", "kill intended", "snapshot waiting", "kill waiting");
    away = call -> false;
    secondsPass(1);
    assertThat(ward.stepNames().subList(4, 7))
        .containsExactly("snapshot verified", "kill applied", "kill verified");
  }

  @Test
  void othersAndWhatNeedsNoEngineDoNotWait() {
    use("quarantine: {}, notify: {log: {}}");
    ward.shell(web);
    assertThat(ward.stepNames()).contains("notify verified");
    away = call -> false;
    ContainerId shop = ward.run("shop");
    ward.shell(shop);
    assertThat(ward.isClosed(shop)).isTrue();
    assertThat(open(0).state()).isEqualTo("waiting-for-engine");
  }

  @Test
  void anEmergencyStopOvertakesWhatWaits() {
    use("quarantine: {}");
    ward.shell(web);
    ContainerId shop = ward.run("shop");
    away = "pause"::equals;
    use("pause: {}");
    ward.shell(shop);
    assertThat(ward.desk.actions()).hasSize(2);
    ward.desk.stop("ann", "drill");
    away = call -> false;
    secondsPass(1);
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.facts(shop).state()).isEqualTo("running");
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void healthSaysWhatWaitsAndSinceWhen() {
    assertThat(ward.engineWait.check()).isEmpty();
    use("pause: {}");
    ward.shell(web);
    assertThat(ward.engineWait.check())
        .get()
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            check -> assertThat(check.toString()).contains("1, the oldest since ", REASON));
    away = call -> false;
    secondsPass(1);
    assertThat(ward.engineWait.check()).isEmpty();
  }

  @Test
  void whatIsOrderedByHandWaitsForFiveMinutes() {
    away = "pause"::equals;
    Answer answer =
        ward.desk.contain(new Containment.Pause(Optional.empty()), "web", "ann", "drill");
    assertThat(answer.done()).isFalse();
    assertThat(answer.detail()).isEqualTo("it waits " + REASON);
    clock.advance(Duration.ofSeconds(299));
    away = call -> false;
    secondsPass(1);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void whatIsApprovedWaitsFromThenOn() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {for: 15m}]\n"
            + "  guard: {mode: approve, approve-within: 1h}\n");
    ward.shell(web);
    secondsPass(1800);
    assertThat(ward.desk.approve("web", "ann")).hasSize(1);
    assertThat(open(0).state()).isEqualTo("waiting-for-engine");
    assertThat(open(0).until()).isEqualTo(clock.instant().plus(Ward.MAX_AGE));
    secondsPass(200);
    away = call -> false;
    secondsPass(1);
    assertThat(open(0).until()).isEqualTo(clock.instant().plus(LENGTH));
    assertThat(open(0).state()).isEqualTo("in-force");
  }

  @Test
  void whatFollowsAnotherWaitsForTheEngineToo() {
    ContainerId shop = docker.run(ContainerSpec.of("shop", "web:1").networkMode("host"));
    away = "pause"::equals;
    use("quarantine: {pause: false}, {pause: {for: 15m}, if: failed}");
    Instant began = clock.instant();
    ward.shell(shop);
    assertThat(ward.journalled()).containsExactly("quarantine failed", "pause waiting");
    assertThat(open(0).state()).isEqualTo("waiting-for-engine");
    assertThat(open(0).until()).isEqualTo(began.plus(Ward.MAX_AGE));
    secondsPass(3);
    restart();
    away = call -> false;
    secondsPass(1);
    assertThat(ward.facts(shop).state()).isEqualTo("paused");
    assertThat(open(0).until()).isEqualTo(clock.instant().plus(LENGTH));
  }

  @Test
  void whatFollowsAnotherWaitsNoLongerThanThatOneMight() {
    use("quarantine: {}, {pause: {}, if: failed}, {notify: {log: {}}, if: pause failed}");
    ward.shell(web);
    secondsPass(10);
    assertThat(ward.journalled())
        .containsExactly("quarantine waiting", "pause waiting", "notify waiting");
    secondsPass((int) Ward.MAX_AGE.toSeconds());
    assertThat(ward.journalled())
        .containsExactly("quarantine failed", "pause failed", "notify verified");
    away = call -> false;
    secondsPass(5);
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void whatFollowsSomethingApprovedWaitsAsLongAsThat() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n"
            + "  actions: [quarantine: {pause: false}, {snapshot: {}, if: failed}]\n"
            + "  guard: {mode: approve, approve-within: 1h}\n");
    ContainerId shop = docker.run(ContainerSpec.of("shop", "web:1").networkMode("host"));
    ward.shell(shop);
    secondsPass(1800);
    away = call -> ward.journalled().contains("quarantine failed") && call.equals("inspect");
    ward.desk.approve("shop", "ann");
    assertThat(ward.journalled()).containsExactly("quarantine failed", "snapshot waiting");
    assertThat(open(0).until()).isEqualTo(clock.instant().plus(Ward.MAX_AGE));
    clock.advance(Duration.ofSeconds(200));
    away = call -> false;
    secondsPass(1);
    assertThat(ward.journalled()).containsExactly("quarantine failed", "snapshot verified");
  }

  @Test
  void aFalseAlertOvertakesWhatWaits() {
    use("quarantine: {}, {pause: {}, if: refused}");
    String alert = ward.shell(web).id().value();
    ward.desk.markFalse(alert, "ann", "ours");
    away = call -> false;
    secondsPass(1);
    assertThat(ward.journalled()).containsExactly("quarantine refused", "pause refused");
    assertThat(ward.isClosed(web)).isFalse();
  }
}
