package io.leukocyte.analyzer;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The analyzer: batches of {@code leuko.events} through the detector, on Kafka Streams with
 * exactly-once. Several of them share the partitions; each alert is committed once.
 *
 * <p>The topics must exist when it starts.
 */
public final class Analyzer implements Component {
  private static final Logger LOG = LoggerFactory.getLogger(Analyzer.class);
  private static final Duration CLOSE = Duration.ofSeconds(20);

  /** How long Kafka Streams waits for records before it looks at commits and timers again. */
  private static final Duration POLL = Duration.ofMillis(10);

  private static final int BUFFERED_BATCHES = 500;
  private static final int CACHE_BYTES = 1 << 20;

  private final AnalyzerSettings settings;
  private final KafkaSettings kafka;
  private final AnalyzerMetrics metrics;
  private final Poison poison = new Poison();
  private final AnalyzerFailures failures = new AnalyzerFailures();
  private final Set<TaskWatch> watches = ConcurrentHashMap.newKeySet();
  private final AnalyzerHealth health;
  private final FactsSweep sweep;
  private final OrderTrust trust;
  private volatile Supplier<RuleSet> rules;
  private volatile @Nullable KafkaStreams streams;

  /** The same, which carries out no orders about profiles. */
  public Analyzer(
      AnalyzerSettings settings, KafkaSettings kafka, RuleSet rules, MeterRegistry registry) {
    this(settings, kafka, rules, OrderTrust.NONE, registry);
  }

  /**
   * An analyzer that does nothing yet.
   *
   * @param settings how it runs
   * @param kafka how it reaches Kafka
   * @param rules the rules in force at first
   * @param trust whose orders about profiles are carried out
   * @param registry where it counts
   */
  public Analyzer(
      AnalyzerSettings settings,
      KafkaSettings kafka,
      RuleSet rules,
      OrderTrust trust,
      MeterRegistry registry) {
    this.trust = trust;
    this.settings = settings;
    this.kafka = kafka;
    this.rules = () -> rules;
    this.metrics = new AnalyzerMetrics(registry);
    this.health =
        new AnalyzerHealth(
            this::meters, watches, settings.sessionTimeout(), System::currentTimeMillis);
    health.register(registry);
    this.sweep = new FactsSweep(kafka);
  }

  /** Puts other rules in force, from each partition's next batch on. */
  public void replaceRules(RuleSet newRules) {
    replaceRules(() -> newRules);
  }

  /** Asks for the rules before each batch from now on. */
  void replaceRules(Supplier<RuleSet> source) {
    rules = source;
  }

  /** Starts the threads and returns; {@link #check} tells when they run. */
  @Override
  public synchronized void start() {
    if (streams != null) {
      return;
    }
    KafkaStreams starting =
        new KafkaStreams(
            DetectionTopology.build(
                settings.detector(),
                () -> rules.get(),
                metrics,
                poison,
                watches,
                new Silence(settings.silence(), health::hears),
                trust),
            properties(settings, kafka));
    starting.setUncaughtExceptionHandler(this::failed);
    starting.setStateListener((now, before) -> {
      health.changed(now);
      if (now == KafkaStreams.State.REBALANCING) {
        metrics.rebalance();
      }
    });
    state(metrics.registry());
    streams = starting;
    starting.start();
    sweep.start();
  }

  static Properties properties(AnalyzerSettings settings, KafkaSettings kafka) {
    Properties properties = new Properties();
    properties.putAll(kafka.clientProperties());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.applicationId());
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
    properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, settings.standbys());
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, settings.commitInterval().toMillis());
    properties.put(StreamsConfig.POLL_MS_CONFIG, POLL.toMillis());
    // Batches do not wait for alerts, nor matches for orders: their order among each other is free.
    properties.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
    properties.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, BUFFERED_BATCHES);
    properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
    settings
        .stateDir()
        .ifPresent(folder -> properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.toString()));
    int silence = Math.toIntExact(settings.sessionTimeout().toMillis());
    properties.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), silence);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), silence / 4);
    properties.put(
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
    properties.put(
        StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), silence);
    properties.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    return properties;
  }

  /** A thread died: another takes its place, unless a newer analyzer is needed. */
  private StreamThreadExceptionResponse failed(Throwable failure) {
    AnalyzerFailures.Failure noted = failures.note(failure);
    if (noted.lasting()) {
      LOG.error("{}; {}", noted.problem(), noted.todo());
      return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
    }
    LOG.error("{}; {}", noted.problem(), noted.todo(), failure);
    return StreamThreadExceptionResponse.REPLACE_THREAD;
  }

  private Map<MetricName, ? extends Metric> meters() {
    KafkaStreams running = streams;
    return running == null ? Map.of() : running.metrics();
  }

  private void state(MeterRegistry registry) {
    for (KafkaStreams.State state : KafkaStreams.State.values()) {
      Gauge.builder("leuko.analyzer.streams", this, a -> a.isIn(state) ? 1 : 0)
          .description("1 for the state that Kafka Streams is in.")
          .tag("state", state.name().toLowerCase(Locale.ROOT))
          .register(registry);
    }
  }

  private boolean isIn(KafkaStreams.State state) {
    KafkaStreams running = streams;
    return running != null && running.state() == state;
  }

  @Override
  public List<CheckResult> check() {
    KafkaStreams running = streams;
    if (running == null) {
      return List.of(new CheckResult.Failed("analyzer", "It has not been started", "start it"));
    }
    AnalyzerFailures.Failure failure = failures.current();
    if (failure != null) {
      return List.of(new CheckResult.Failed("analyzer", failure.problem(), failure.todo()));
    }
    List<CheckResult> results = new ArrayList<>();
    results.add(health.detection(running.state(), rules.get().rules().size()));
    if (running.state().isRunningOrRebalancing()) {
      results.addAll(health.check());
    }
    return results;
  }

  @Override
  public synchronized void close() {
    sweep.close();
    KafkaStreams running = streams;
    streams = null;
    if (running != null && !running.close(CLOSE)) {
      LOG.warn(
          "Kafka Streams did not stop within {}; what it had not committed is done again", CLOSE);
    }
  }
}
