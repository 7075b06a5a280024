package io.leukocyte.deploy;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What can be seen on the topics while probes run, with the time at which a consumer had it: the
 * batches of events, alerts as soon as they are written, alerts once they are committed, and the
 * steps of actions. Times are unix nanoseconds.
 */
final class LatencyWatch implements AutoCloseable {
  private final Map<Batch, Seen> batches = new ConcurrentHashMap<>();
  private final Map<LatencyProbes.Key, Long> written = new ConcurrentHashMap<>();
  private final Map<LatencyProbes.Key, Committed> committed = new ConcurrentHashMap<>();
  private final Map<AlertId, Map<Action.Step, Long>> actions = new ConcurrentHashMap<>();
  private final Set<AlertId> alerts = ConcurrentHashMap.newKeySet();
  private final AtomicInteger repeated = new AtomicInteger();
  private final List<TopicFollower> followers = new ArrayList<>();

  private record Batch(long epoch, long sequence) {}

  private record Seen(long sent, long read) {}

  /**
   * An alert that was read.
   *
   * @param alert it
   * @param read when
   */
  record Committed(Alert alert, long read) {}

  /**
   * Where the time between an exec and its committed alert went, nanoseconds.
   *
   * @param gather from the kernel's time of the exec until the batch was handed to Kafka
   * @param store until a consumer of events had the batch
   * @param detect until a consumer that does not wait for commits had the alert
   * @param commit until a consumer that waits for them had it
   */
  record Stages(long gather, long store, long detect, long commit) {}

  /** Follows the topics from now on. */
  LatencyWatch(Map<String, Object> client) {
    follow(client, Topic.EVENTS, "read_uncommitted", this::batch);
    follow(client, Topic.ALERTS, "read_uncommitted", this::written);
    follow(client, Topic.ALERTS, "read_committed", this::committed);
    follow(client, Topic.ACTIONS, "read_committed", this::action);
  }

  private interface Reader {
    void read(ConsumerRecord<byte[], byte[]> record, long now)
        throws MalformedBatchException, MalformedJsonException;
  }

  private void follow(Map<String, Object> client, Topic topic, String isolation, Reader reader) {
    followers.add(
        TopicFollower.start(
            client,
            List.of(topic.text()),
            isolation,
            record -> {
              try {
                reader.read(record, now());
              } catch (MalformedBatchException | MalformedJsonException e) {
                throw new IllegalStateException("Unreadable on " + topic.text(), e);
              }
            }));
  }

  static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000 + now.getNano();
  }

  private final BatchCursor cursor = new BatchCursor(); // of the follower of events alone

  private void batch(ConsumerRecord<byte[], byte[]> record, long now)
      throws MalformedBatchException {
    cursor.open(record.value());
    if (cursor.next()) {
      EventId id = cursor.id();
      Seen seen = new Seen(record.timestamp() * 1_000_000, now);
      batches.put(new Batch(id.epoch(), id.sequence()), seen);
    }
  }

  private void written(ConsumerRecord<byte[], byte[]> record, long now)
      throws MalformedJsonException {
    key(AlertJson.read(record.value())).ifPresent(key -> written.putIfAbsent(key, now));
  }

  private void committed(ConsumerRecord<byte[], byte[]> record, long now)
      throws MalformedJsonException {
    Alert alert = AlertJson.read(record.value());
    alerts.add(alert.id());
    key(alert)
        .ifPresent(key -> {
          if (committed.putIfAbsent(key, new Committed(alert, now)) != null) {
            repeated.incrementAndGet();
          }
        });
  }

  private static Optional<LatencyProbes.Key> key(Alert alert) {
    ContainerRef container = alert.container();
    return container == null
        ? Optional.empty()
        : Optional.of(new LatencyProbes.Key(alert.rule().name(), container.id()));
  }

  private void action(ConsumerRecord<byte[], byte[]> record, long now)
      throws MalformedJsonException {
    Action action = ActionJson.read(record.value());
    if (action.alert() != null && action.type().equals("quarantine")) {
      actions
          .computeIfAbsent(action.alert(), a -> new ConcurrentHashMap<>())
          .putIfAbsent(action.step(), action.time());
    }
  }

  /** The committed alert of a probe. */
  Optional<Committed> alert(LatencyProbes.Key probe) {
    return Optional.ofNullable(committed.get(probe));
  }

  /** All committed alerts, of whatever rule. */
  Set<AlertId> alerts() {
    return Set.copyOf(alerts);
  }

  /** When each step of the quarantine of a probe was journalled; empty before its alert. */
  Map<Action.Step, Long> steps(LatencyProbes.Key probe) {
    return alert(probe)
        .map(alert -> actions.getOrDefault(alert.alert().id(), Map.of()))
        .orElse(Map.of());
  }

  /** Alerts of probes that were seen a second time. */
  int repeated() {
    return repeated.get();
  }

  /** Where the time of a probe's alert went; empty while something of it was not seen. */
  Optional<Stages> stages(LatencyProbes.Key probe) {
    Committed alert = committed.get(probe);
    Long visible = written.get(probe);
    if (alert == null || visible == null) {
      return Optional.empty();
    }
    EventId id = alert.alert().cause().id();
    Seen batch = batches.get(new Batch(id.epoch(), id.sequence()));
    return batch == null
        ? Optional.empty()
        : Optional.of(
            new Stages(
                batch.sent() - alert.alert().time(),
                batch.read() - batch.sent(),
                visible - batch.read(),
                alert.read() - visible));
  }

  @Override
  public void close() {
    followers.forEach(TopicFollower::close);
  }
}
