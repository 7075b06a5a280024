package io.leukocyte.indexer;

import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What the indexer counts. Every meter is there from the start, with zero. */
final class Meters {
  /** What became of a document. */
  enum Result {
    CREATED,
    KNOWN,
    REJECTED
  }

  private static final List<Topic> TOPICS =
      List.of(Topic.ALERTS, Topic.ACTIONS, Topic.INCIDENTS, Topic.FINDINGS, Topic.EVENTS);
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2500),
    Duration.ofSeconds(10)
  };

  private final MeterRegistry registry;
  private final Timer bulk;
  private final Timer commit;
  private final DistributionSummary bulkDocuments;
  private final Counter retries;
  private final Map<DataStream, Map<Result, Counter>> documents = new EnumMap<>(DataStream.class);
  private final AtomicLong lag = new AtomicLong();

  Meters(MeterRegistry registry) {
    this.registry = registry;
    this.bulk = timer("leuko.indexer.bulk", "Time of one bulk request.");
    this.commit = timer("leuko.indexer.commit", "Time of committing offsets after bulk requests.");
    this.bulkDocuments =
        DistributionSummary.builder("leuko.indexer.bulk.documents")
            .description("Documents in one bulk request.")
            .serviceLevelObjectives(1, 10, 100, 1_000, 10_000)
            .register(registry);
    this.retries =
        Counter.builder("leuko.indexer.retries")
            .description("Bulk requests, or parts of one, that had to be sent again.")
            .register(registry);
    Gauge.builder("leuko.indexer.lag", lag, AtomicLong::doubleValue)
        .description("Records of this member's partitions that wait in Kafka.")
        .register(registry);
    for (Topic topic : TOPICS) {
      unreadableOf(topic.text());
      deadOf(topic.text());
    }
    for (RawEvents.Reason reason : RawEvents.Reason.values()) {
      leftOutOf(reason);
    }
    for (DataStream stream : DataStream.values()) {
      for (Result result : Result.values()) {
        documentsOf(stream, result);
      }
    }
  }

  private Timer timer(String name, String description) {
    return Timer.builder(name)
        .description(description)
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  private Counter documentsOf(DataStream stream, Result result) {
    return Counter.builder("leuko.indexer.documents")
        .description("Documents by what became of them; known is stored before.")
        .tag("stream", stream.text())
        .tag("result", result.name().toLowerCase(Locale.ROOT))
        .register(registry);
  }

  private Counter unreadableOf(String topic) {
    return Counter.builder("leuko.indexer.unreadable")
        .description("Records that are not what their topic holds.")
        .tag("topic", topic)
        .register(registry);
  }

  private Counter deadOf(String topic) {
    return Counter.builder("leuko.indexer.dead")
        .description(
            "Records, and single events of batches, sent to leuko.dead, by the topic they came from.")
        .tag("topic", topic)
        .register(registry);
  }

  private Counter leftOutOf(RawEvents.Reason reason) {
    return Counter.builder("leuko.indexer.events.left.out")
        .description("Events that were chosen by indexer.events and left out all the same.")
        .tag("reason", reason.text())
        .register(registry);
  }

  /** An event that was chosen and is left out. */
  void leftOut(RawEvents.Reason reason) {
    leftOutOf(reason).increment();
  }

  /** Documents by what became of them. */
  void documents(DataStream stream, Result result) {
    documents
        .computeIfAbsent(stream, s -> new EnumMap<>(Result.class))
        .computeIfAbsent(result, r -> documentsOf(stream, r))
        .increment();
  }

  /** A record that is not what its topic holds. */
  void unreadable(String topic) {
    unreadableOf(topic).increment();
  }

  /** A record that goes to the dead letters. */
  void dead(String topic) {
    deadOf(topic).increment();
  }

  /** A bulk request, or a part of one, that has to be sent again. */
  void retry() {
    retries.increment();
  }

  void bulk(int documents, long nanos) {
    bulkDocuments.record(documents);
    bulk.record(nanos, TimeUnit.NANOSECONDS);
  }

  void commitTook(long nanos) {
    commit.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** Records that wait. */
  void lag(long records) {
    lag.set(records);
  }
}
