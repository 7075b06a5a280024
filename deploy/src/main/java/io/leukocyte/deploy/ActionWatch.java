package io.leukocyte.deploy;

import io.leukocyte.events.Action;
import io.leukocyte.events.Action.Step;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The steps of actions that are published, by the alert that led to them. */
final class ActionWatch implements AutoCloseable {
  private static final Set<Step> ENDS =
      Set.of(Step.VERIFIED, Step.UNDONE, Step.FAILED, Step.SKIPPED, Step.REFUSED);

  private final Map<AlertId, Map<Step, Seen>> actions = new ConcurrentHashMap<>();
  private final TopicFollower follower;

  /**
   * A step.
   *
   * @param time when it was journalled, unix nanoseconds
   * @param detail what the journal says of it
   */
  record Seen(long time, String detail) {}

  /** Follows the topic from now on. */
  ActionWatch(KafkaSettings kafka) {
    follower = TopicFollower.start(kafka.clientProperties(), List.of(Topic.ACTIONS), this::read);
  }

  private void read(ConsumerRecord<byte[], byte[]> record) {
    try {
      Action action = ActionJson.read(record.value());
      AlertId alert = action.alert();
      if (alert != null) {
        actions
            .computeIfAbsent(alert, a -> new ConcurrentHashMap<>())
            .put(action.step(), new Seen(action.time(), detail(action.outcome())));
      }
    } catch (MalformedJsonException e) {
      throw new IllegalStateException("Unreadable on " + Topic.ACTIONS.text(), e);
    }
  }

  private static String detail(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Done done -> done.detail();
      case Outcome.Skipped skipped -> "skipped: " + skipped.reason();
      case Outcome.Refused refused -> "refused: " + refused.reason();
      case Outcome.Failed failed -> "failed: " + failed.problem();
    };
  }

  /**
   * Waits for a step, or until the action has ended otherwise.
   *
   * @return all steps that were seen by then
   */
  Map<Step, Seen> await(AlertId alert, Step step, Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (System.nanoTime() < end) {
      Map<Step, Seen> seen = actions.getOrDefault(alert, Map.of());
      boolean over = step == Step.VERIFIED && seen.keySet().stream().anyMatch(ENDS::contains);
      if (seen.containsKey(step) || over) {
        break;
      }
      TimeUnit.MILLISECONDS.sleep(2);
    }
    return Map.copyOf(actions.getOrDefault(alert, Map.of()));
  }

  @Override
  public void close() {
    follower.close();
  }
}
