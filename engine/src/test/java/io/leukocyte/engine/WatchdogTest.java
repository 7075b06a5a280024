package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.hamcrest.Matchers;
import org.junit.jupiter.api.Test;

final class WatchdogTest {
  private static final Duration SHORT = Duration.ofMillis(100);

  /** A call that has begun is given up; on a busy machine one may be before it has. */
  private static void assertTimesOut(
      Watchdog watchdog, Callable<String> call, Consumer<String> discard) {
    AtomicBoolean begun = new AtomicBoolean();
    while (!begun.get()) {
      assertThatThrownBy(() ->
              watchdog.call(
                  "wait",
                  SHORT,
                  () -> {
                    begun.set(true);
                    return call.call();
                  },
                  discard))
          .isInstanceOf(EngineException.Timeout.class)
          .hasMessageStartingWith("Gave up to wait after 100 ms: ");
    }
  }

  @Test
  void aHungCallIsInterruptedAndItsPlaceIsFreeAgain() {
    try (Watchdog watchdog = new Watchdog(1)) {
      CountDownLatch never = new CountDownLatch(1);
      CountDownLatch interrupted = new CountDownLatch(1);
      assertTimesOut(
          watchdog,
          () -> {
            try {
              never.await();
            } catch (InterruptedException e) {
              interrupted.countDown();
              throw e;
            }
            return "";
          },
          late -> {});
      await().until(() -> interrupted.getCount() == 0);
      assertThat(watchdog.<Integer>call("go on", Duration.ofSeconds(5), () -> 2, late -> {}))
          .isEqualTo(2);
    }
  }

  @Test
  void aResultThatComesTooLateIsDiscarded() {
    try (Watchdog watchdog = new Watchdog(1)) {
      CountDownLatch open = new CountDownLatch(1);
      AtomicReference<String> discarded = new AtomicReference<>();
      assertTimesOut(watchdog, () -> deaf(open), discarded::set);
      open.countDown();
      await().untilAtomic(discarded, Matchers.equalTo("late"));
    }
  }

  /** Waits whatever interrupts it. */
  private static String deaf(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return "late";
      } catch (InterruptedException e) {
        // Deaf.
      }
    }
  }

  @Test
  void callsBeyondTheBoundWaitWithinTheirDeadline() {
    try (Watchdog watchdog = new Watchdog(1)) {
      CountDownLatch open = new CountDownLatch(1);
      Thread first =
          Thread.ofPlatform()
              .start(
                  () -> watchdog.call("hold", Duration.ofSeconds(10), () -> deaf(open), x -> {}));
      await().until(() -> first.getState() == Thread.State.TIMED_WAITING);
      assertThatThrownBy(() -> watchdog.call("wait", SHORT, () -> 1, late -> {}))
          .isInstanceOf(EngineException.Timeout.class)
          .hasMessageContaining("1 calls wait for it already");
      open.countDown();
      assertThat(watchdog.<Integer>call("go on", Duration.ofSeconds(5), () -> 2, late -> {}))
          .isEqualTo(2);
    }
  }

  @Test
  void errorsOfTheEngineComeThrough() {
    try (Watchdog watchdog = new Watchdog(1)) {
      EngineException conflict = new EngineException.Conflict("no", null);
      assertThatThrownBy(() ->
              watchdog.call(
                  "try",
                  SHORT,
                  () -> {
                    throw conflict;
                  },
                  late -> {}))
          .isSameAs(conflict);
    }
  }
}
