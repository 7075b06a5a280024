package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.HOST;
import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.SHELL_RULES;
import static io.leukocyte.analyzer.TestEvents.WEB;
import static io.leukocyte.analyzer.TestEvents.batch;
import static io.leukocyte.analyzer.TestEvents.shell;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.AppenderBase;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a container writes never stands in the analyzer's own log, whatever goes wrong with it. */
class AnalyzerOwnLogIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Stands in each line, and nowhere else. */
  private static final String SECRET = "kq7zebraofthecontainer";

  @TempDir private Path folder;
  private final Logger root = logger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Logger kafka = logger("org.apache.kafka");
  private final Appender<ILoggingEvent> console = root.getAppender("CONSOLE");
  private final List<String> said = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          String trace =
              event.getThrowableProxy() == null
                  ? ""
                  : ThrowableProxyUtil.asString(event.getThrowableProxy());
          said.add(event.getLevel() + " " + event.getFormattedMessage() + " " + trace);
        }
      };

  private static Logger logger(String name) {
    return (Logger) LoggerFactory.getLogger(name);
  }

  /** Everything at INFO and above, also of Kafka's classes, and none of it on the screen. */
  @BeforeEach
  void listen() {
    root.detachAppender(console);
    appender.start();
    root.addAppender(appender);
    root.setLevel(Level.INFO);
    kafka.setLevel(Level.INFO);
  }

  @AfterEach
  void close() {
    kafka.setLevel(Level.OFF);
    root.setLevel(Level.ERROR);
    root.detachAppender(appender);
    root.addAppender(console);
  }

  private static byte[] lines(long sequence, String text) {
    return batch(
        HOST,
        sequence,
        new ContainerLog(
            NOON + sequence * SECOND, WEB, ContainerLog.Stream.STDOUT, text, text.length(), false));
  }

  @Test
  void aLineInABatchThatCannotBeReadOrFailsIsADeadLetterAndNotInTheLog() throws Exception {
    byte[] whole = lines(0, SECRET + " in a batch that is cut");
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    byte[] rubbish = (SECRET + " instead of a batch").getBytes(UTF_8);
    byte[] failing = lines(1, SECRET + " that detection cannot take");
    Failing rules = new Failing();
    try (TestBroker broker = TestBroker.start(folder.resolve("kafka"), 1);
        Analyzer analyzer =
            new Analyzer(
                AnalyzerProcess.settings(folder.resolve("state")),
                broker.settings(),
                SHELL_RULES,
                new SimpleMeterRegistry())) {
      analyzer.start();
      send(broker, cut);
      send(broker, rubbish);
      assertThat(records(broker, Topic.DEAD, 2)).containsExactly(cut, rubbish);
      analyzer.replaceRules(rules);
      send(broker, failing);
      assertThat(records(broker, Topic.DEAD, 3)).endsWith(failing);
      send(broker, batch(HOST, 2, shell(NOON + 2 * SECOND, WEB)));
      assertThat(records(broker, Topic.ALERTS, 1)).hasSize(1);
    }
    assertThat(rules.failed).hasValue(1);
    assertThat(said).as("without the lines").noneMatch(line -> line.contains(SECRET));
    assertThat(said)
        .as("that detection failed is said, and where")
        .anyMatch(line -> line.startsWith("ERROR Detection failed at leuko.events-0@2"));
  }

  /** Rules that fail over a line once, and quote it. */
  private static final class Failing implements Supplier<RuleSet> {
    private final AtomicInteger failed = new AtomicInteger();

    @Override
    public RuleSet get() {
      if (Thread.currentThread().getName().contains("StreamThread") && failed.compareAndSet(0, 1)) {
        throw new IllegalArgumentException(
            "cannot match '" + SECRET + "'", new IllegalStateException(SECRET));
      }
      return SHELL_RULES;
    }
  }

  private static void send(TestBroker broker, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            broker.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
      byte[] key = HOST.value().getBytes(UTF_8);
      producer.send(new ProducerRecord<>(Topic.EVENTS.text(), key, value)).get();
    }
  }

  /** What a topic holds, once there are so many records. */
  private static List<byte[]> records(TestBroker broker, Topic topic, int count) {
    List<byte[]> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            broker.client(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partition = List.of(new TopicPartition(topic.text(), 0));
      consumer.assign(partition);
      consumer.seekToBeginning(partition);
      await()
          .atMost(PATIENCE)
          .until(() -> {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
              values.add(record.value());
            }
            return values.size() >= count;
          });
    }
    return values;
  }
}
