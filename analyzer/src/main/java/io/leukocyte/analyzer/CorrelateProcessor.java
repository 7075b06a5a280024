package io.leukocyte.analyzer;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.events.ProfileOrderJson;
import io.leukocyte.events.Text;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.RuleSet;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second stage as a processor of Kafka Streams: matches, what baselines observed, and orders
 * about profiles in; alerts and profiles to the sinks.
 */
final class CorrelateProcessor implements Processor<byte[], byte[], byte[], byte[]> {
  private static final Logger LOG = LoggerFactory.getLogger(CorrelateProcessor.class);

  private static final int MOST_SHOWN = 200;

  /** How often old windows are looked for. */
  private static final Duration TICK = Duration.ofSeconds(10);

  /** How often profiles that changed are published. */
  private static final Duration PUBLISH = Duration.ofSeconds(2);

  private final DetectorSettings settings;
  private final Supplier<RuleSet> rules;
  private final AnalyzerMetrics metrics;
  private final Poison poison;
  private final OrderTrust trust;
  private @Nullable Task task;

  CorrelateProcessor(
      DetectorSettings settings,
      Supplier<RuleSet> rules,
      AnalyzerMetrics metrics,
      Poison poison,
      OrderTrust trust) {
    this.trust = trust;
    this.settings = settings;
    this.rules = rules;
    this.metrics = metrics;
    this.poison = poison;
  }

  @Override
  public void init(ProcessorContext<byte[], byte[]> context) {
    PrimStore<WindowState> store = context.getStateStore(DetectionTopology.WINDOWS);
    store.state().index();
    PrimStore<ProfileState> profiles = context.getStateStore(DetectionTopology.PROFILES);
    profiles.state().index();
    FleetDetector fleet = new FleetDetector(rules.get(), settings, store.state(), new Tally());
    task =
        new Task(
            context,
            store,
            fleet,
            profiles,
            new ProfileDetector(rules.get(), profiles.state(), fleet.tally()));
    context.schedule(
        DetectProcessor.COMMIT_PACE,
        PunctuationType.WALL_CLOCK_TIME,
        now -> task().commitWhenDue());
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> task().tick());
    context.schedule(PUBLISH, PunctuationType.WALL_CLOCK_TIME, now -> task().publish());
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
    boolean order = place.topic().equals(Topic.COMMANDS.text());
    if (order && !ProfileOrderJson.isKey(record.key())) {
      return; // an order to responders
    }
    byte[] value = record.value();
    String failed = poison.reason(place);
    if (failed != null || value == null) {
      task().dead(record, failed == null ? "no value" : failed, place);
      return;
    }
    Work work;
    try {
      work = order ? order(value, place) : found(value);
    } catch (IllegalArgumentException | MalformedJsonException e) {
      task().dead(record, String.valueOf(e.getMessage()), place);
      return;
    }
    try {
      task().detect(record, work);
    } catch (KafkaException e) {
      throw e; // of forwarding: the task has moved, Kafka is away; the record is not to blame
    } catch (RuntimeException e) {
      poison.add(place, "Detection failed: " + e);
      LOG.debug("Why detection failed at {}", place, e);
      throw new DetectionException(place, e);
    }
  }

  /** What a record is to the task. */
  private sealed interface Work {
    /** A match that a correlation counts. */
    record Match(FleetMatch match) implements Work {}

    /** What a baseline observed. */
    record Seen(FleetObservation seen) implements Work {}

    /** An order that somebody vouches for. */
    record Ordered(ProfileOrder order) implements Work {}

    /** An order that nobody vouches for. */
    record Refused() implements Work {}
  }

  private static Work found(byte[] value) {
    JsonNode root = FleetMatchJson.tree(value);
    return FleetObservationJson.isOne(root)
        ? new Work.Seen(FleetObservationJson.read(root))
        : new Work.Match(FleetMatchJson.read(root));
  }

  private Work order(byte[] value, Poison.Place place) throws MalformedJsonException {
    ProfileOrderJson.Signed signed = ProfileOrderJson.read(value);
    Optional<String> distrust = trust.distrust(signed);
    if (distrust.isEmpty()) {
      return new Work.Ordered(signed.order());
    }
    LOG.warn(
        "The order {} about the profile of {} by {} is refused: {} ({})",
        signed.order().kind().text(),
        Text.printable(Text.clip(signed.order().subject(), MOST_SHOWN)),
        Text.printable(Text.clip(signed.order().author(), MOST_SHOWN)),
        distrust.get(),
        place);
    return new Work.Refused();
  }

  /** What there is once the task runs. */
  private final class Task implements AlertSink {
    private final ProcessorContext<byte[], byte[]> context;
    private final PrimStore<WindowState> store;
    private final FleetDetector detector;
    private final PrimStore<ProfileState> profiles;
    private final ProfileDetector profiler;
    private @Nullable Record<byte[], byte[]> record;
    private boolean alertWaits;
    private boolean matchWaits;
    private long lastCommit = System.nanoTime() - DetectProcessor.COMMIT_PACE.toNanos();

    Task(
        ProcessorContext<byte[], byte[]> context,
        PrimStore<WindowState> store,
        FleetDetector detector,
        PrimStore<ProfileState> profiles,
        ProfileDetector profiler) {
      this.profiles = profiles;
      this.profiler = profiler;
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

    void detect(Record<byte[], byte[]> input, Work work) {
      record = input;
      RuleSet now = rules.get();
      detector.use(now);
      profiler.use(now);
      try {
        switch (work) {
          case Work.Match(FleetMatch match) -> detector.process(match, this);
          case Work.Seen(FleetObservation seen) -> profiler.process(seen, this);
          case Work.Ordered(ProfileOrder order) ->
              profiler.order(order, context.currentSystemTimeMs() * 1_000_000, this);
          case Work.Refused refused -> detector.tally().add(Tally.Count.REFUSED_ORDERS, 1);
        }
      } finally {
        store.changed();
        profiles.changed();
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

    void publish() {
      record = null;
      profiler.publish(this);
    }

    @Override
    public void alert(Alert alert) {
      alert(alert, new RecordHeaders());
    }

    @Override
    public void joining(Alert alert) {
      alert(alert, new RecordHeaders().add(DetectionTopology.JOINS, new byte[0]));
    }

    private void alert(Alert alert, Headers headers) {
      metrics.alert(alert, context.currentSystemTimeMs());
      byte[] key = alert.host().value().getBytes(StandardCharsets.UTF_8);
      context.forward(
          new Record<>(key, AlertJson.write(alert), timestamp(), headers),
          DetectionTopology.FLEET_ALERTS);
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
    public void profile(Profile.Key key, byte @Nullable [] document) {
      context.forward(
          new Record<>(ProfileOrderJson.key(key.baseline(), key.subject()), document, timestamp()),
          DetectionTopology.FLEET_PROFILES);
    }

    @Override
    public void facts(Observed facts) {
      throw new IllegalStateException("The second stage sees no facts");
    }

    private void forward(byte[] key, byte[] value, String sink) {
      context.forward(new Record<>(key, value, timestamp()), sink);
    }

    private long timestamp() {
      return Math.max(0, record == null ? context.currentSystemTimeMs() : record.timestamp());
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
