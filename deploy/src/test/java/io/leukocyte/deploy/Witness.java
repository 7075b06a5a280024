package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.analyzer.DetectorSettings;
import io.leukocyte.analyzer.Replay;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.RuleSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What the topics hold, committed records only: alerts of each host in order, steps of actions, and
 * of one host the events, with the alerts that an offline replay makes of them.
 */
final class Witness implements AutoCloseable {
  /**
   * An exec or a line of a probe.
   *
   * @param time unix nanoseconds
   * @param seen the events that tell of it
   */
  record Numbered(long time, Set<EventId> seen) {}

  private final HostId host;
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final Replay replay;
  private final List<Alert> replayed = new ArrayList<>();
  private final Map<HostId, List<String>> alerts = new HashMap<>();
  private final List<Action> actions = new ArrayList<>();
  private final Map<String, NavigableMap<Integer, Numbered>> execs = new HashMap<>();
  private final Map<String, NavigableMap<Integer, Numbered>> lines = new HashMap<>();
  private final Map<EventId, SensorLoss> losses = new LinkedHashMap<>();

  /**
   * A witness that has seen nothing yet.
   *
   * @param kafka properties of a client
   * @param partitions of each topic
   * @param host whose events it looks at
   * @param rules what the analyzer detects by
   */
  Witness(Map<String, Object> kafka, int partitions, HostId host, RuleSet rules) {
    this.host = host;
    this.replay = new Replay(rules, DetectorSettings.DEFAULTS, replayed::add);
    Map<String, Object> properties = new HashMap<>(kafka);
    properties.put("isolation.level", "read_committed");
    properties.put("auto.offset.reset", "earliest");
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> all = new ArrayList<>();
    for (Topic topic : List.of(Topic.EVENTS, Topic.ALERTS, Topic.ACTIONS)) {
      for (int i = 0; i < partitions; i++) {
        all.add(new TopicPartition(topic.text(), i));
      }
    }
    consumer.assign(all);
    consumer.seekToBeginning(all);
  }

  /** Reads what has come, up to the ends of the topics as they are now. */
  void look() {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        take(record);
      }
    }
  }

  /** How far it has read, of how much, of all partitions with records that are not committed. */
  String ends(Map<String, Object> kafka) {
    Map<TopicPartition, Long> committed = consumer.endOffsets(consumer.assignment());
    try (KafkaConsumer<byte[], byte[]> any =
        new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      Map<TopicPartition, Long> all = any.endOffsets(consumer.assignment());
      StringBuilder ends = new StringBuilder();
      committed.forEach((partition, end) ->
          ends.append(
              "%s: read %d, committed %d, written %d%n"
                  .formatted(partition, consumer.position(partition), end, all.get(partition))));
      return ends.toString();
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) {
    try {
      switch (Topic.ofText(record.topic()).orElseThrow()) {
        case ALERTS -> {
          Alert alert = AlertJson.read(record.value());
          alerts.computeIfAbsent(alert.host(), h -> new ArrayList<>()).add(alert.id().value());
        }
        case ACTIONS -> actions.add(ActionJson.read(record.value()));
        default -> {
          if (host.value().equals(new String(record.key(), UTF_8))) {
            batch(record.value());
          }
        }
      }
    } catch (MalformedJsonException | MalformedBatchException e) {
      throw new AssertionError(e);
    }
  }

  private void batch(byte[] batch) throws MalformedBatchException {
    replay.add(batch);
    BatchCursor cursor = BatchCursor.over(batch);
    while (cursor.next()) {
      Event event = cursor.event();
      if (event instanceof ProcessExec exec && exec.process().args().size() > 1) {
        note(execs, exec.process().args().get(1), exec.time(), cursor.id());
      } else if (event instanceof ContainerLog log) {
        note(lines, log.line(), log.time(), cursor.id());
      } else if (event instanceof SensorLoss loss) {
        losses.put(cursor.id(), loss);
      }
    }
  }

  /** Notes {@code NAME=NUMBER}. */
  private static void note(
      Map<String, NavigableMap<Integer, Numbered>> where, String text, long time, EventId id) {
    int sign = text.indexOf('=');
    if (sign > 0 && text.startsWith("probe")) {
      where
          .computeIfAbsent(text.substring(0, sign), n -> new TreeMap<>())
          .computeIfAbsent(
              Integer.parseInt(text.substring(sign + 1)),
              n -> new Numbered(time, new LinkedHashSet<>()))
          .seen()
          .add(id);
    }
  }

  /** The ids of a host's alerts, in order. */
  List<String> alerts(HostId of) {
    return List.copyOf(alerts.getOrDefault(of, List.of()));
  }

  /** All alerts there are. */
  long alertCount() {
    return alerts.values().stream().mapToLong(List::size).sum();
  }

  /** The alerts that a replay of the host's events makes, in order. */
  List<Alert> replayed() {
    return List.copyOf(replayed);
  }

  /** The steps of an action in their order, each once however often it was published. */
  List<Action> steps(String action) {
    TreeMap<Integer, Action> byNumber = new TreeMap<>();
    steps().filter(a -> a.id().value().equals(action)).forEach(a -> byNumber.put(a.number(), a));
    return List.copyOf(byNumber.values());
  }

  Stream<Action> steps() {
    return actions.stream();
  }

  /** Numbered execs of a probe. */
  NavigableMap<Integer, Numbered> execs(String probe) {
    return execs.getOrDefault(probe, new TreeMap<>());
  }

  /** Numbered log lines of a probe. */
  NavigableMap<Integer, Numbered> lines(String probe) {
    return lines.getOrDefault(probe, new TreeMap<>());
  }

  List<SensorLoss> losses() {
    return List.copyOf(losses.values());
  }

  @Override
  public void close() {
    consumer.close();
  }
}
