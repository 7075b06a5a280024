package io.leukocyte.indexer;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The role that brings alerts, incidents, steps of actions, findings, container logs, metrics and,
 * where they are asked for, events from Kafka to Elasticsearch. Several instances share the
 * partitions as one consumer group.
 */
public final class Indexer implements Component {
  /** The consumer group of all indexers. */
  public static final String GROUP = "leuko-indexer";

  private static final Logger LOG = LoggerFactory.getLogger(Indexer.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * After so long the group takes a killed indexer for dead, and others read in its place; its own
   * successor, too, waits for that. Kafka's default is 45 s. {@code kafka.properties} wins.
   */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final IndexerSettings settings;
  private final KafkaSettings kafka;
  private final Meters meters;
  private @Nullable Running running;

  /** An indexer that does nothing yet. */
  public Indexer(IndexerSettings settings, KafkaSettings kafka, MeterRegistry registry) {
    this.settings = settings;
    this.kafka = kafka;
    this.meters = new Meters(registry);
  }

  @Override
  public synchronized void start() {
    if (running == null) {
      running = Running.start(settings, kafka, meters);
    }
  }

  @Override
  public synchronized List<CheckResult> check() {
    Running now = running;
    if (now == null) {
      return List.of(new CheckResult.Failed("indexer", "it is not started", "start it"));
    }
    return List.of(now.templates(), now.loop().state(), now.loop().batches(), now.threadState());
  }

  @Override
  public synchronized void close() {
    Running now = running;
    running = null;
    if (now != null) {
      now.close();
    }
  }

  static Map<String, Object> consumerProperties(KafkaSettings kafka) {
    Map<String, Object> properties = new HashMap<>();
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, (int) SILENCE.toMillis());
    properties.putAll(kafka.clientProperties());
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, GROUP);
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    properties.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return properties;
  }

  /**
   * Everything that lives from start to close.
   *
   * @param connection to Elasticsearch; its threads keep the process alive until it is closed
   * @param consumer of the topics
   * @param producer of dead letters
   * @param installer of templates
   * @param loop the work
   * @param thread that runs installer and loop
   * @param sweeper removes what is too old, each hour
   */
  private record Running(
      ElasticsearchConnection connection,
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> producer,
      TemplateInstaller installer,
      IndexerLoop loop,
      Thread thread,
      ScheduledExecutorService sweeper) {

    static Running start(IndexerSettings settings, KafkaSettings kafka, Meters meters) {
      ElasticsearchConnection connection = ElasticsearchConnection.open(settings);
      Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(consumerProperties(kafka));
      Producer<byte[], byte[]> producer = new KafkaProducer<>(producerProperties(kafka));
      TemplateInstaller installer =
          new TemplateInstaller(
              connection.rest(), settings.namespace(), settings.keeping(), settings.templates());
      Documents documents =
          new Documents(
              settings.namespace(), settings.selection(), InstantSource.system(), meters::leftOut);
      IndexerLoop loop =
          new IndexerLoop(
              consumer,
              producer,
              topics(settings),
              documents,
              new ElasticsearchSink(connection.transport(), settings.namespace()),
              settings.bulkBytes(),
              meters);
      Thread thread =
          Thread.ofPlatform()
              .name("leuko-indexer")
              .uncaughtExceptionHandler(
                  (t, e) -> LOG.error("The indexer ended; restart it to go on", e))
              .start(() -> {
                installer.installWhenReachable();
                loop.run();
              });
      Sweep sweep =
          new Sweep(
              connection.rest(), settings.namespace(), settings.keeping(), InstantSource.system());
      ScheduledExecutorService sweeper =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("leuko-indexer-sweep").factory());
      var _ =
          sweeper.scheduleWithFixedDelay(() -> sweep(sweep, installer), 5, 60, TimeUnit.MINUTES);
      return new Running(connection, consumer, producer, installer, loop, thread, sweeper);
    }

    /** What nobody foresaw must not end the sweeps that follow. */
    private static void sweep(Sweep sweep, TemplateInstaller installer) {
      try {
        sweep.run(installer.lacksLifecycle());
      } catch (RuntimeException e) {
        LOG.warn("Removing old documents failed", e);
      }
    }

    CheckResult templates() {
      return installer.state();
    }

    CheckResult threadState() {
      return thread.isAlive()
          ? new CheckResult.Ok("indexer", "reads the topics")
          : new CheckResult.Failed(
              "indexer", "its thread ended by an error", "read the log above and restart it");
    }

    void close() {
      installer.stop();
      loop.stop();
      sweeper.shutdownNow();
      try {
        if (!thread.join(PATIENCE)) {
          LOG.warn("The indexer did not end within {} s", PATIENCE.toSeconds());
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      consumer.close();
      producer.close();
      connection.close();
    }

    private static List<String> topics(IndexerSettings settings) {
      List<String> topics = new ArrayList<>();
      topics.add(Topic.ALERTS.text());
      topics.add(Topic.ACTIONS.text());
      topics.add(Topic.INCIDENTS.text());
      topics.add(Topic.FINDINGS.text());
      if (settings.selection().readsEvents()) {
        topics.add(Topic.EVENTS.text());
      }
      return topics;
    }

    private static Map<String, Object> producerProperties(KafkaSettings kafka) {
      Map<String, Object> properties = ProducerSettings.of(kafka.clientProperties());
      properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
      properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 4 << 20);
      return properties;
    }
  }
}
