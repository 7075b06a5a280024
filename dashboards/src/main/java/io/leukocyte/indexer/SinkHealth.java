package io.leukocyte.indexer;

import io.leukocyte.events.CheckResult;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether Elasticsearch takes documents, for the health and the log: a trouble is logged when it
 * begins, when it becomes another one, and every five minutes while it lasts. Written by the loop,
 * read by anybody.
 */
final class SinkHealth {
  /** A request that takes longer is worth a word. */
  static final Duration SLOW = Duration.ofSeconds(10);

  private static final Logger LOG = LoggerFactory.getLogger(SinkHealth.class);
  private static final String NAME = "elasticsearch";
  private static final String SLOW_TODO =
      "look at the node's load, disk and collections of garbage (GET _nodes/hot_threads); nothing"
          + " is lost meanwhile";
  private static final long AGAIN = TimeUnit.MINUTES.toNanos(5);

  private final BulkSender sender;
  private final Duration slow;
  private volatile CheckResult state = new CheckResult.Ok(NAME, "nothing was to be sent yet");
  private @Nullable String said;
  private long since;
  private long lastSaid;

  /**
   * The health of what a sender sends to.
   *
   * @param slow what takes longer is worth a word
   */
  SinkHealth(BulkSender sender, Duration slow) {
    this.sender = sender;
    this.slow = slow;
  }

  /** What the last request came to, or that the present one takes long. */
  CheckResult state() {
    CheckResult now = state;
    Duration waiting = sender.waiting();
    if (waiting.compareTo(slow) < 0 || now instanceof CheckResult.Failed) {
      return now;
    }
    return new CheckResult.Degraded(
        NAME,
        "Elasticsearch has not answered a request for " + waiting.toSeconds() + " s",
        SLOW_TODO);
  }

  /** All documents of a request were taken. */
  void works(Duration took) {
    if (said != null) {
      LOG.info(
          "Elasticsearch takes documents again, after {} s",
          TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - since));
      said = null;
    }
    state =
        took.compareTo(slow) < 0
            ? new CheckResult.Ok(NAME, "takes documents")
            : new CheckResult.Degraded(
                NAME,
                "Elasticsearch takes documents, but took " + took.toSeconds() + " s for the last",
                SLOW_TODO);
  }

  /** Documents have to be sent again. */
  void fails(String problem, String todo) {
    long now = System.nanoTime();
    if (said == null) {
      since = now;
    }
    if (!todo.equals(said) || now - lastSaid > AGAIN) {
      LOG.warn("{}; {}", problem, todo);
      said = todo;
      lastSaid = now;
    }
    state = new CheckResult.Failed(NAME, problem, todo);
  }
}
