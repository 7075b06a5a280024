package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnginePatienceTest {
  private static final EnginePatience SHORT =
      new EnginePatience(Duration.ofMillis(200), Duration.ofMillis(1));

  @TempDir Path folder;

  @Test
  void anEngineThatIsAwayForAMomentIsAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    String answer =
        SHORT.call(() ->
            switch (asked.incrementAndGet()) {
              case 1 -> throw new EngineException.Unavailable("gone", null);
              case 2 -> throw new EngineException.Timeout("late", null);
              default -> "here";
            });
    assertThat(answer).isEqualTo("here");
    assertThat(asked).hasValue(3);
  }

  @Test
  void whoIsToldToEndDecidesNothing() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() ->
              SHORT.call(() -> {
                throw new EngineException.Unavailable("gone", null);
              }))
          .isInstanceOf(CancellationException.class);
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void anEngineThatStaysAwayIsGivenUp() {
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() ->
            SHORT.call(() -> {
              asked.incrementAndGet();
              throw new EngineException.Unavailable("gone", null);
            }))
        .isInstanceOf(EngineException.Unavailable.class);
    assertThat(asked.get()).isGreaterThan(2);
  }

  @Test
  void whatTheEngineAnsweredIsNotAskedAgain() {
    AtomicInteger asked = new AtomicInteger();
    assertThatThrownBy(() ->
            SHORT.call(() -> {
              asked.incrementAndGet();
              throw new EngineException.Refused("no", null);
            }))
        .isInstanceOf(EngineException.Refused.class);
    assertThat(asked).hasValue(1);
  }

  @Test
  void anActionSurvivesAnEngineThatIsAwayForAMoment() {
    Ward ward = new Ward(folder);
    ContainerId web = ward.run("web");
    AtomicInteger calls = new AtomicInteger();
    Host flaky =
        Ward.host(
            FailingEngine.wrap(
                ward.docker,
                "pause",
                () -> {
                  if (calls.incrementAndGet() <= 2) {
                    throw new EngineException.Unavailable("the engine restarts", null);
                  }
                }),
            ward.filter);
    ward.close();
    ward = new Ward(folder, ward.docker, ward.filter, ward.clock, flaky, () -> {}, Ward.shielded());
    ward.policies(
        "- policy: p\n"
            + "  match: {tags: [shell]}\n"
            + "  actions: [pause: {}]\n"
            + "  guard: {mode: enforce}\n");
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(ward.steps())
        .extracting(Action::step)
        .containsExactly(Action.Step.INTENDED, Action.Step.APPLIED, Action.Step.VERIFIED);
    ward.close();
  }
}
