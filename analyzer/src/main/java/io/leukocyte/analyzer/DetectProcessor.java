package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.RuleSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
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

/**
 * The detector as a processor of Kafka Streams: batches in, findings to the sinks; and alerts of
 * the second stage that belong to incidents of containers.
 */
final class DetectProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(DetectProcessor.class);

  /** Wall clock between two commits that alerts ask for, when detection keeps up. */
  static final Duration COMMIT_PACE = Duration.ofMillis(20);

  /** The same when batches are late: an alert waits for no more than a tenth of their age. */
  static final Duration LATE_COMMIT_PACE = Duration.ofMillis(200);

  private static final int AGE_PER_PACE = 10;

  /** Wall clock between two looks for hosts that are silent. */
  static final Duration LISTEN_PACE = Duration.ofSeconds(1);

  /** A look that comes later than that finds an analyzer that stood still, not silent hosts. */
  private static final Duration LATE_LOOK = Duration.ofSeconds(5);

  private final DetectorSettings settings;
  private final Supplier<RuleSet> rules;
  private final AnalyzerMetrics metrics;
  private final Poison poison;
  private final Set<TaskWatch> watches;
  private final Silence silence;
  private final BatchCursor cursor = new BatchCursor();

  private @Nullable Task task;

  /**
   * A processor that has no task yet.
   *
   * @param watches where its task shows itself while it runs
   * @param silence when a host's silence is an alert
   */
  DetectProcessor(
      DetectorSettings settings,
      Supplier<RuleSet> rules,
      AnalyzerMetrics metrics,
      Poison poison,
      Set<TaskWatch> watches,
      Silence silence) {
    this.settings = settings;
    this.rules = rules;
    this.metrics = metrics;
    this.poison = poison;
    this.watches = watches;
    this.silence = silence;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    PrimStore<DetectorState> store = context.getStateStore(DetectionTopology.STORE);
    store.state().index();
    Detector detector = new Detector(rules.get(), settings, store.state());
    TaskWatch watch = new TaskWatch(context.taskId().partition());
    watch.begin(store.state(), context.currentSystemTimeMs());
    watches.add(watch);
    task = new Task(context, store, detector, watch);
    context.schedule(COMMIT_PACE, PunctuationType.WALL_CLOCK_TIME, now -> task().commitWhenDue());
    context.schedule(LISTEN_PACE, PunctuationType.WALL_CLOCK_TIME, now -> task().listen(now));
  }

  @Override
  public void close() {
    Task closed = task;
    task = null;
    if (closed != null) {
      watches.remove(closed.watch);
    }
  }

  private Task task() {
    if (task == null) {
      throw new IllegalStateException("The processor has not been initialized");
    }
    return task;
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (record.headers().lastHeader(DeadLetter.DOCUMENT) != null) {
      metrics.batch(AnalyzerMetrics.Batch.REPEATED); // for indexers: its event came with its batch
      return;
    }
    byte[] value = record.value();
    Poison.Place place = task().place();
    if (place.topic().equals(Topic.ALERTS.text())) {
      if (record.headers().lastHeader(DetectionTopology.JOINS) != null) {
        join(record, place);
      }
      return; // one of its own
    }
    String failed = poison.reason(place);
    if (failed != null) {
      task().dead(record, failed, place, AnalyzerMetrics.Batch.POISONED);
    } else if (value == null) {
      task().dead(record, "no value", place, AnalyzerMetrics.Batch.MALFORMED);
    } else {
      requireReadable(value, place);
      detect(record, value, place);
    }
  }

  /** An alert of the second stage: it becomes part of its container's incident. */
  private void join(Record<byte[], byte[]> record, Poison.Place place) {
    String failed = poison.reason(place);
    byte[] value = record.value();
    if (failed != null || value == null) {
      task().bury(record, failed == null ? "no value" : failed, place);
      return;
    }
    Alert alert;
    try {
      alert = AlertJson.read(value);
    } catch (MalformedJsonException e) {
      task().bury(record, String.valueOf(e.getMessage()), place);
      return;
    }
    try {
      task().join(record, alert);
    } catch (KafkaException e) {
      throw e; // of forwarding, as below
    } catch (RuntimeException e) {
      poison.add(place, "Detection failed: " + e);
      LOG.debug("Why detection failed at {}", place, e);
      throw new DetectionException(place, e);
    }
  }

  /** Versions begin at 1: what claims 0 is no batch at all. */
  private static void requireReadable(byte[] value, Poison.Place place) {
    int major = BatchCursor.majorOf(value);
    if (major > 0 && !BatchCursor.reads(major)) {
      throw new NewerBatchException(major, place.toString());
    }
  }

  private void detect(Record<byte[], byte[]> record, byte[] value, Poison.Place place) {
    try {
      cursor.open(value);
    } catch (MalformedBatchException e) {
      String reason = String.valueOf(e.getMessage());
      task().dead(record, reason, place, AnalyzerMetrics.Batch.MALFORMED);
      return;
    }
    try {
      task().detect(record);
    } catch (KafkaException e) {
      throw e; // of forwarding: the task has moved, Kafka is away; the record is not to blame
    } catch (RuntimeException e) {
      poison.add(place, "Detection failed: " + e);
      LOG.debug("Why detection failed at {}", place, e);
      throw new DetectionException(place, e);
    }
  }

  /** Time between two commits that alerts ask for, given the age of a batch, milliseconds. */
  static Duration pace(long age) {
    long pace = Math.clamp(age / AGE_PER_PACE, COMMIT_PACE.toMillis(), LATE_COMMIT_PACE.toMillis());
    return Duration.ofMillis(pace);
  }

  /** What there is once the task runs. */
  private final class Task implements AlertSink {
    private final ProcessorContext<byte[], byte[]> context;
    private final PrimStore<DetectorState> store;
    private final Detector detector;
    private final TaskWatch watch;
    private @Nullable Record<byte[], byte[]> record;
    private boolean commitWanted;
    private boolean matchWanted;
    private long pace = COMMIT_PACE.toNanos();
    private long lastCommit = System.nanoTime() - COMMIT_PACE.toNanos();
    private long lastLook;
    private long hearsSince;

    Task(
        ProcessorContext<byte[], byte[]> context,
        PrimStore<DetectorState> store,
        Detector detector,
        TaskWatch watch) {
      this.watch = watch;
      this.context = context;
      this.store = store;
      this.detector = detector;
    }

    Poison.Place place() {
      return context
          .recordMetadata()
          .map(Task::place)
          .orElseThrow(() -> new IllegalStateException("Not called for a record"));
    }

    private static Poison.Place place(RecordMetadata at) {
      return new Poison.Place(at.topic(), at.partition(), at.offset());
    }

    void detect(Record<byte[], byte[]> batch) {
      long now = context.currentSystemTimeMs();
      long begun = System.nanoTime();
      record = batch;
      pace = pace(now - batch.timestamp()).toNanos();
      detector.use(rules.get());
      try {
        detector.process(cursor, this);
      } finally {
        store.changed();
      }
      boolean repeated = detector.tally().of(Tally.Count.REPEATED_BATCHES) > 0;
      metrics.batch(repeated ? AnalyzerMetrics.Batch.REPEATED : AnalyzerMetrics.Batch.PROCESSED);
      metrics.take(detector.tally());
      metrics.batchTook(System.nanoTime() - begun);
      watch.batch(store.state(), cursor.host(), batch.timestamp(), now);
      commitWhenDue();
    }

    void join(Record<byte[], byte[]> raised, Alert alert) {
      record = raised;
      try {
        detector.join(alert, this);
      } finally {
        store.changed();
      }
    }

    /** Looks for hosts that are silent although this task hears all there is. */
    void listen(long now) {
      boolean late = now - lastLook > LATE_LOOK.toMillis();
      lastLook = now;
      if (late || !silence.hears().test(context.taskId().partition())) {
        hearsSince = now;
        return;
      }
      long before = now - silence.after().toMillis();
      if (hearsSince > before) {
        return;
      }
      record = null;
      boolean found = false;
      for (Map.Entry<HostId, TaskWatch.Heard> host : watch.heard().entrySet()) {
        found |=
            host.getValue().at() < before && detector.silent(host.getKey(), now * 1_000_000L, this);
      }
      if (found) {
        store.changed();
        metrics.take(detector.tally());
        commitWhenDue();
      }
    }

    @Override
    public void alert(Alert alert) {
      metrics.alert(alert, context.currentSystemTimeMs());
      forward(alert.host().value(), AlertJson.write(alert), DetectionTopology.ALERTS);
      commitWanted = true;
    }

    @Override
    public void incident(Incident incident) {
      metrics.incident(incident);
      forward(incident.id().value(), IncidentJson.write(incident), DetectionTopology.INCIDENTS);
    }

    @Override
    public void facts(Observed facts) {
      if (facts.event() instanceof ContainerFacts known) {
        forward(
            known.container().id().value(), EventJson.write(facts), DetectionTopology.CONTAINERS);
      }
    }

    @Override
    public void match(FleetMatch match) {
      byte[] key = FleetMatchJson.key(match);
      forward(key, FleetMatchJson.write(match), DetectionTopology.TO_MATCHES);
      matchWanted = true;
    }

    @Override
    public void observation(FleetObservation seen) {
      forward(
          FleetObservationJson.key(seen),
          FleetObservationJson.write(seen),
          DetectionTopology.TO_MATCHES);
      matchWanted = true;
    }

    /** Forwards with the batch's own timestamp, which is what retention goes by. */
    private void forward(String key, byte[] value, String sink) {
      forward(key.getBytes(StandardCharsets.UTF_8), value, sink);
    }

    private void forward(byte[] key, byte[] value, String sink) {
      long timestamp = record == null ? context.currentSystemTimeMs() : record.timestamp();
      context.forward(new Record<>(key, value, Math.max(0, timestamp)), sink);
    }

    void dead(
        Record<byte[], byte[]> batch,
        String reason,
        Poison.Place place,
        AnalyzerMetrics.Batch result) {
      metrics.batch(result);
      bury(batch, reason, place);
    }

    void bury(Record<byte[], byte[]> batch, String reason, Poison.Place place) {
      DeadLetter.Original original =
          new DeadLetter.Original(
              place.topic(),
              place.partition(),
              place.offset(),
              batch.timestamp(),
              batch.key(),
              batch.value(),
              batch.headers());
      DeadLetter.bury(DeadLetter.Role.ANALYZER, reason, original)
          .forEach(dead ->
              context.forward(
                  new Record<>(dead.key(), dead.value(), dead.timestamp(), dead.headers()),
                  DetectionTopology.DEAD));
    }

    /**
     * Asks for the commit that an alert waits for, at the pace of the last batch; the second stage
     * waits for matches, of which there may be many, at the slow pace.
     */
    void commitWhenDue() {
      long since = System.nanoTime() - lastCommit;
      if ((commitWanted && since >= pace) || (matchWanted && since >= LATE_COMMIT_PACE.toNanos())) {
        long now = System.nanoTime();
        commitWanted = false;
        matchWanted = false;
        lastCommit = now;
        context.commit();
      }
    }
  }
}
