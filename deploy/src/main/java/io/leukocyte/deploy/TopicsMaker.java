package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.TopicException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics that are missing, beside a role that begins without Kafka: tried again until
 * Kafka answers. Topics with other numbers than configured are its failed check.
 */
final class TopicsMaker implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(TopicsMaker.class);
  private static final String CHECK = "topics";

  private final Runnable ensure;
  private final Duration pause;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile CheckResult state =
      new CheckResult.Degraded(CHECK, "not looked at yet", "wait for Kafka to answer");

  /**
   * A maker that does nothing yet.
   *
   * @param ensure makes the topics, or throws {@link EnvironmentException}
   * @param pause between two tries
   */
  TopicsMaker(Runnable ensure, Duration pause) {
    this.ensure = ensure;
    this.pause = pause;
  }

  @Override
  public void start() {
    Thread.ofPlatform().daemon().name("leuko-topics").start(this::run);
  }

  private void run() {
    try {
      while (!tryOnce() && !closed.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("The topics are looked at again");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }

  /** Whether there is nothing left to do. */
  private boolean tryOnce() {
    try {
      ensure.run();
      state = new CheckResult.Ok(CHECK, "as configured");
      return true;
    } catch (EnvironmentException e) {
      String problem = String.valueOf(e.getMessage());
      boolean other = e.getCause() instanceof TopicException t && t.getCause() == null;
      state =
          other
              ? new CheckResult.Failed(CHECK, problem, "correct topics.partitions, and restart")
              : new CheckResult.Degraded(CHECK, problem, "start Kafka or correct kafka.bootstrap");
      LOG.warn("{}", problem);
      return other;
    }
  }

  @Override
  public List<CheckResult> check() {
    return List.of(state);
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
