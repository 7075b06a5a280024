package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.RuleSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The second stage as a processor of Kafka Streams: matches in, alerts to the sink. */
final class CorrelateProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(CorrelateProcessor.class);

  /** How often old windows are looked for. */
  private static final Duration TICK = Duration.ofSeconds(10);

  private final DetectorSettings settings;
  private final Supplier<RuleSet> rules;
  private final AnalyzerMetrics metrics;
  private final Poison poison;
  private @Nullable Task task;

  CorrelateProcessor(
      DetectorSettings settings, Supplier<RuleSet> rules, AnalyzerMetrics metrics, Poison poison) {
    this.settings = settings;
    this.rules = rules;
    this.metrics = metrics;
    this.poison = poison;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    PrimStore<WindowState> store = context.getStateStore(DetectionTopology.WINDOWS);
    store.state().index();
    task =
        new Task(
            context, store, new FleetDetector(rules.get(), settings, store.state(), new Tally()));
    context.schedule(
        DetectProcessor.COMMIT_PACE,
        PunctuationType.WALL_CLOCK_TIME,
        now -> task().commitWhenDue());
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> task().tick());
  }

  @Override
  public void close() {
    task = null;
  }

  private Task task() {
    if (task == null) {
      throw new IllegalStateException("The processor has not been initialized");
    }
    return task;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    Poison.Place place = task().place();
    byte[] value = record.value();
    String failed = poison.reason(place);
    if (failed != null || value == null) {
      task().dead(record, failed == null ? "no value" : failed, place);
      return;
    }
    FleetMatch match;
    try {
      match = FleetMatchJson.read(value);
    } catch (IllegalArgumentException e) {
      task().dead(record, String.valueOf(e.getMessage()), place);
      return;
    }
    try {
      task().detect(record, match);
    } catch (KafkaException e) {
      throw e; // of forwarding: the task has moved, Kafka is away; the record is not to blame
    } catch (RuntimeException e) {
      poison.add(place, "Detection failed: " + e);
      LOG.debug("Why detection failed at {}", place, e);
      throw new DetectionException(place, e);
    }
  }

  /** What there is once the task runs. */
  private final class Task implements AlertSink {
    private final ProcessorContext<byte[], byte[]> context;
    private final PrimStore<WindowState> store;
    private final FleetDetector detector;
    private @Nullable Record<byte[], byte[]> record;
    private boolean alertWaits;
    private boolean matchWaits;
    private long lastCommit = System.nanoTime() - DetectProcessor.COMMIT_PACE.toNanos();

    Task(
        ProcessorContext<byte[], byte[]> context,
        PrimStore<WindowState> store,
        FleetDetector detector) {
      this.context = context;
      this.store = store;
      this.detector = detector;
    }

    Poison.Place place() {
      RecordMetadata at =
          context
              .recordMetadata()
              .orElseThrow(() -> new IllegalStateException("Not called for a record"));
      return new Poison.Place(at.topic(), at.partition(), at.offset());
    }

    void detect(Record<byte[], byte[]> input, FleetMatch match) {
      record = input;
      detector.use(rules.get());
      try {
        detector.process(match, this);
      } finally {
        store.changed();
      }
      metrics.take(detector.tally());
      commitWhenDue();
    }

    void tick() {
      record = null;
      try {
        detector.tick(TICK.toNanos(), this);
      } finally {
        store.changed();
      }
    }

    @Override
    public void alert(Alert alert) {
      metrics.alert(alert, context.currentSystemTimeMs());
      byte[] key = alert.host().value().getBytes(StandardCharsets.UTF_8);
      forward(key, AlertJson.write(alert), DetectionTopology.FLEET_ALERTS);
      alertWaits = true;
    }

    @Override
    public void match(FleetMatch match) {
      forward(
          FleetMatchJson.key(match), FleetMatchJson.write(match), DetectionTopology.FLEET_INNER);
      matchWaits = true;
    }

    @Override
    public void incident(Incident incident) {
      metrics.incident(incident);
      byte[] key = incident.id().value().getBytes(StandardCharsets.UTF_8);
      forward(key, IncidentJson.write(incident), DetectionTopology.FLEET_INCIDENTS);
    }

    @Override
    public void facts(Observed facts) {
      throw new IllegalStateException("The second stage sees no facts");
    }

    private void forward(byte[] key, byte[] value, String sink) {
      long timestamp = record == null ? context.currentSystemTimeMs() : record.timestamp();
      context.forward(new Record<>(key, value, Math.max(0, timestamp)), sink);
    }

    void dead(Record<byte[], byte[]> match, String reason, Poison.Place place) {
      DeadLetter.Original original =
          new DeadLetter.Original(
              place.topic(),
              place.partition(),
              place.offset(),
              match.timestamp(),
              match.key(),
              match.value(),
              match.headers());
      DeadLetter.bury(DeadLetter.Role.ANALYZER, reason, original)
          .forEach(dead ->
              context.forward(
                  new Record<>(dead.key(), dead.value(), dead.timestamp(), dead.headers()),
                  DetectionTopology.FLEET_DEAD));
    }

    /** Asks for the commit that an alert waits for, or an outer correlation, at the slow pace. */
    void commitWhenDue() {
      long now = System.nanoTime();
      long since = now - lastCommit;
      if ((alertWaits && since >= DetectProcessor.COMMIT_PACE.toNanos())
          || (matchWaits && since >= DetectProcessor.LATE_COMMIT_PACE.toNanos())) {
        alertWaits = false;
        matchWaits = false;
        lastCommit = now;
        context.commit();
      }
    }
  }
}
