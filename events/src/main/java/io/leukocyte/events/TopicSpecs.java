package io.leukocyte.events;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the topics are made where they are missing.
 *
 * @param partitions of each topic; fixed for good once a topic exists
 * @param replication copies of each partition; 0 leaves it to the brokers' own default
 * @param eventsBytes bytes of {@link Topic#EVENTS} kept over all its partitions; older ones go
 *     although they are younger than its retention
 */
public record TopicSpecs(int partitions, int replication, long eventsBytes) {
  /** Most bytes of a message: a batch of events with Kafka's own envelope, not compressed. */
  public static final int MAX_MESSAGE_BYTES = BatchLimits.MAX_BYTES + (64 << 10);

  /** Most bytes of a {@link Bundle} as JSON, where quotes and line ends take two. */
  public static final int MAX_BUNDLE_BYTES = 2 * Bundle.MOST_BYTES;

  private static final long MAX_SEGMENT = 256L << 20;
  private static final long MIN_SEGMENT = 1L << 20;
  private static final int COPIES_FOR_TWO_IN_SYNC = 3;

  /** {@code topics.partitions}. */
  public static final Key<Integer> PARTITIONS =
      Key.of(
          "topics.partitions",
          ValueType.integer(1, 1024),
          12,
          "Partitions of each topic where it is missing: the most analyzers that can share the"
              + " work. Fixed once the topics exist.");

  /** {@code topics.replication}. */
  public static final Key<Integer> REPLICATION =
      Key.of(
          "topics.replication",
          ValueType.integer(0, 32),
          0,
          "Copies of each partition where a topic is missing; 0 leaves it to the brokers.");

  /** {@code topics.events-bytes}. */
  public static final Key<Long> EVENTS_BYTES =
      Key.of(
          "topics.events-bytes",
          ValueType.bytes(16L << 20, 1L << 60),
          256L << 30,
          "Bytes of events that Kafka keeps at most, besides the 24 hours.");

  /** All settings of this kind. */
  public static final List<Key<?>> KEYS = List.of(PARTITIONS, REPLICATION, EVENTS_BYTES);

  /** The settings of a configuration. */
  public static TopicSpecs from(Config config) {
    return new TopicSpecs(
        config.get(PARTITIONS), config.get(REPLICATION), config.get(EVENTS_BYTES));
  }

  /** For everything on one machine: 2 partitions, 1 copy, 2 GiB of events. */
  public static TopicSpecs oneMachine() {
    return new TopicSpecs(2, 1, 2L << 30);
  }

  /** How many partitions a topic has: as many as asked for, but where one order decides one. */
  int partitionsOf(Topic topic) {
    return topic == Topic.PERMITS || topic == Topic.CONFIG ? 1 : partitions;
  }

  /** The settings of a topic as Kafka names them. */
  Map<String, String> configOf(Topic topic) {
    Map<String, String> config = new TreeMap<>();
    config.put("max.message.bytes", String.valueOf(maxMessageBytes(topic)));
    config.put("compression.type", "producer");
    switch (topic.keep()) {
      case DELETE -> config.put("cleanup.policy", "delete");
      case COMPACT -> config.put("cleanup.policy", "compact");
      case COMPACT_DELETE -> config.put("cleanup.policy", "compact,delete");
    }
    if (!topic.retention().isZero()) {
      config.put("retention.ms", String.valueOf(topic.retention().toMillis()));
    }
    if (topic == Topic.EVENTS) {
      long bytes = eventsBytes / partitions;
      config.put("retention.bytes", String.valueOf(bytes));
      config.put("segment.bytes", String.valueOf(Math.clamp(bytes / 8, MIN_SEGMENT, MAX_SEGMENT)));
    }
    if (topic == Topic.PERMITS) {
      config.put("message.timestamp.type", "LogAppendTime");
    }
    if (replication >= COPIES_FOR_TWO_IN_SYNC) {
      config.put("min.insync.replicas", "2");
    }
    return config;
  }

  private static int maxMessageBytes(Topic topic) {
    if (topic == Topic.CONFIG) {
      return MAX_BUNDLE_BYTES;
    }
    // a dead letter has the whole message and the reason besides
    return topic == Topic.DEAD ? MAX_MESSAGE_BYTES + (64 << 10) : MAX_MESSAGE_BYTES;
  }
}
