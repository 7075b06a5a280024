package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What a container writes never stands in our own log, whatever goes wrong with it. */
class OwnLogTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);

  /** Stands in each line, and nowhere else. */
  private static final String SECRET = "kq7zebraofthecontainer";

  @TempDir private Path data;
  private final InMemoryEngine engine =
      new InMemoryEngine(TimeSource.SYSTEM::unixNanos, Duration.ofSeconds(5));
  private final Said said = new Said();
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);

  /** Keeps what is logged at warning and above, with its exceptions. */
  private static final class Said extends AppenderBase<ILoggingEvent> {
    private final List<String> lines = new ArrayList<>();

    @Override
    protected void append(ILoggingEvent event) {
      if (event.getLevel().isGreaterOrEqual(Level.WARN)) {
        String trace =
            event.getThrowableProxy() == null
                ? ""
                : ThrowableProxyUtil.asString(event.getThrowableProxy());
        synchronized (lines) {
          lines.add(event.getFormattedMessage() + " " + trace);
        }
      }
    }

    List<String> lines() {
      synchronized (lines) {
        return List.copyOf(lines);
      }
    }
  }

  @BeforeEach
  void listen() {
    said.start();
    root.addAppender(said);
  }

  @AfterEach
  void close() {
    root.detachAppender(said);
    engine.close();
  }

  private Collector start(BatchPublisher publisher, String yaml) {
    Collector collector =
        new Collector(
            CollectorSettings.from(
                Config.parse("test", yaml, Map.of(), CollectorSettings.KEYS), data),
            TestBatches.HOST,
            engine,
            new FakeSensor(),
            publisher,
            new SimpleMeterRegistry(),
            TimeSource.SYSTEM);
    collector.start();
    await()
        .atMost(SECONDS)
        .until(() ->
            collector.check().stream()
                .anyMatch(c -> c instanceof CheckResult.Ok ok && ok.name().equals("engine")));
    return collector;
  }

  private void assertSaidWithoutTheLines() {
    assertThat(said.lines())
        .as("what goes wrong is said")
        .isNotEmpty()
        .as("without the lines")
        .noneMatch(line -> line.contains(SECRET));
  }

  @Test
  void linesThatKafkaRefusesOrThatHaveNoRoomAreLostWithoutBeingQuoted() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    ContainerId web = engine.run(ContainerSpec.of("web", "shop/web"));
    Collector collector =
        start(publisher, "collector: {heartbeat-interval: 100ms, logs: {from: all}}");
    engine.print(web, Stream.STDOUT, SECRET + " first\n");
    await().atMost(SECONDS).until(() -> !publisher.events(ContainerLog.class).isEmpty());
    publisher.refuse();
    engine.print(web, Stream.STDERR, SECRET + " refused\n" + SECRET.repeat(10_000) + "\n");
    await().atMost(SECONDS).until(() -> collector.lost(Kind.CONTAINER_LOG) > 0);
    collector.close();
    assertSaidWithoutTheLines();
  }

  @Test
  void filesOfWhichAnyByteIsDamagedAreNotQuoted() throws IOException {
    Random random = new Random(47);
    Path log = Files.createDirectory(data.resolve("c")).resolve("c-json.log");
    ContainerId web = engine.create(ContainerSpec.of("web", "shop/web"));
    engine.keepLog(web, log);
    engine.start(web);
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector =
        start(publisher, "collector: {heartbeat-interval: 100ms, logs: {from: all}}");
    for (int i = 0; i < 500; i++) {
      byte[] entry = entry(SECRET + " " + i);
      for (int n = random.nextInt(4); n > 0; n--) {
        entry[random.nextInt(entry.length)] = (byte) random.nextInt();
      }
      Files.write(log, entry, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
    Files.write(log, "\n".getBytes(UTF_8), StandardOpenOption.APPEND);
    Files.write(log, entry("the last one"), StandardOpenOption.APPEND);
    await()
        .atMost(SECONDS)
        .until(() ->
            publisher.events(ContainerLog.class).stream()
                .anyMatch(line -> line.line().equals("the last one")));
    collector.close();
    assertThat(said.lines()).noneMatch(line -> line.contains(SECRET));
  }

  private static byte[] entry(String line) {
    return ("{\"log\":\""
            + line
            + "\\n\",\"stream\":\"stdout\",\"time\":\""
            + Instant.now()
            + "\"}\n")
        .getBytes(UTF_8);
  }

  private static boolean isTold(List<IOException> told) {
    synchronized (told) {
      return !told.isEmpty();
    }
  }

  @Test
  void aReaderThatFailsOverALineDoesNotQuoteIt() throws IOException {
    Path log = data.resolve("d-json.log");
    Files.write(log, entry(SECRET));
    List<IOException> told = new ArrayList<>();
    LogFiles files = new LogFiles(quiet -> true);
    files.start();
    files.follow(
        log,
        false,
        Marks.LogMark.NONE,
        new LogFiles.Listener() {
          @Override
          public void line(LogLine line, LogPlace out, LogPlace err) {
            throw new IllegalArgumentException("cannot take '" + line.text() + "'");
          }

          @Override
          public void lost(String reason, long count, long from, long to) {}

          @Override
          public void damaged(long bytes) {}

          @Override
          public void ended(boolean found) {}

          @Override
          public void unreadable(IOException cause) {
            synchronized (told) {
              told.add(cause);
            }
          }
        });
    await().atMost(SECONDS).until(() -> isTold(told));
    files.close();
    assertSaidWithoutTheLines();
    assertThat(told.getFirst().toString()).doesNotContain(SECRET);
  }
}
