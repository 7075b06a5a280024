package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.MalformedBatchException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Collectors that are processes, killed with -9 at random moments, between a real engine with a
 * container that never stops to write and a real Kafka: nothing comes twice and nothing is missing.
 */
class CollectorKillIT {
  private static final Duration SECONDS = Duration.ofSeconds(90);
  private static final String WRITER = "leuko-kill-it-writer";
  private static final String TOGGLED = "leuko-kill-it-toggled";
  private static final String BUSYBOX = "busybox:latest";
  private static final int KILLS = 6;

  /** Writes on both streams until it is told to stop, and says how much it wrote. */
  private static final String WRITE =
      "i=0; while ! test -e /stop; do echo out $i; echo err $i >&2; i=$((i+1));"
          + " test $((i%10)) = 0 && sleep 0.02; done; echo $i > /written; sleep 1000";

  @TempDir private Path folder;
  private final Random random = new Random(System.nanoTime());
  private final List<Process> processes = new ArrayList<>();

  @BeforeEach
  void begin() {
    SensorProbe.requireDocker();
  }

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
    Docker.remove(WRITER);
    Docker.remove(TOGGLED);
  }

  private Process start(TestBroker broker) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path", ""),
                LoggingCollector.class.getName(),
                broker.bootstrap(),
                folder.resolve("data").toString())
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), "out-" + processes.size()))
            .start();
    processes.add(process);
    return process;
  }

  private Path data(String name) {
    return folder.resolve("data/collector").resolve(name);
  }

  /** The line of the last batch that the positions know of; empty when there is none. */
  private String storedLine() throws IOException {
    return Files.exists(data("positions"))
        ? Files.readString(data("positions"))
            .lines()
            .filter(line -> line.startsWith("stored "))
            .findFirst()
            .orElse("")
        : "";
  }

  /** Waits until the collector that was started last has read lines and saved so, twice. */
  private void awaitProgress() throws IOException {
    for (int i = 0; i < 2; i++) {
      String before = logLine();
      await()
          .atMost(SECONDS)
          .pollInterval(Duration.ofMillis(20))
          .until(() -> !logLine().equals(before));
    }
  }

  private String logLine() throws IOException {
    return Files.exists(data("positions"))
        ? Files.readString(data("positions"))
            .lines()
            .filter(line -> line.startsWith("log "))
            .findFirst()
            .orElse("")
        : "";
  }

  private long segments() throws IOException {
    if (!Files.isDirectory(data("spool"))) {
      return 0;
    }
    try (var files = Files.list(data("spool"))) {
      return files.filter(f -> SpoolSegment.numberOf(f) >= 0).count();
    }
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void afterEachKillEveryLineOfBothStreamsAndEveryEngineEventComesOnceInOrder() throws Exception {
    try (TestBroker broker = new TestBroker(folder.resolve("kafka"))) {
      broker.start();
      broker.createTopic();
      ContainerId writer =
          Docker.start(
              WRITER,
              "--label=" + LogFollower.LABEL + "=true",
              "--log-opt=max-size=100k",
              "--log-opt=max-file=100",
              BUSYBOX,
              "sh",
              "-c",
              WRITE);
      ContainerId toggled = Docker.start(TOGGLED, BUSYBOX, "sleep", "1000");
      for (int i = 0; i < KILLS; i++) {
        Process process = start(broker);
        awaitProgress();
        Docker.ok("pause", TOGGLED);
        Docker.ok("unpause", TOGGLED);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(400)); // the moment is by chance
        kill(process);
      }
      killWhileKafkaIsAway(broker);
      Docker.sh(WRITER, "touch /stop");
      endAfterAll(broker);
      assertDelivered(broker, writer, toggled);
    }
  }

  private void killWhileKafkaIsAway(TestBroker broker) throws Exception {
    Process process = start(broker);
    awaitProgress();
    broker.stop();
    await().atMost(SECONDS).until(() -> segments() > 0);
    awaitProgress(); // what is spooled is saved too
    kill(process);
    Process next = start(broker); // the log cannot be read: the spool knows all that is there
    awaitProgress();
    broker.start();
    kill(next);
  }

  private void endAfterAll(TestBroker broker) throws IOException, InterruptedException {
    Process last = start(broker);
    await().atMost(SECONDS).until(() -> Docker.sh(WRITER, "cat /written").code() == 0);
    int written = written();
    await()
        .atMost(SECONDS)
        .pollInterval(Duration.ofSeconds(1))
        .until(() ->
            broker.batches().stream()
                .flatMap(b -> lines(b).stream())
                .anyMatch(line -> line.equals("err " + (written - 1))));
    last.getOutputStream().close();
    assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(last.exitValue()).isZero();
    assertThat(Files.readString(data("positions")).lines()).contains("ended");
    assertThat(storedLine()).matches("stored [0-9]+ [0-9]+ 0:[0-9]+");
  }

  private static int written() {
    return Integer.parseInt(Docker.ok("exec", WRITER, "cat", "/written"));
  }

  private static List<String> lines(byte[] batch) {
    List<String> lines = new ArrayList<>();
    try {
      BatchCursor cursor = BatchCursor.over(batch);
      while (cursor.next()) {
        if (cursor.event() instanceof ContainerLog log) {
          lines.add(log.line());
        }
      }
    } catch (MalformedBatchException e) {
      throw new AssertionError(e);
    }
    return lines;
  }

  private static void assertDelivered(TestBroker broker, ContainerId writer, ContainerId toggled)
      throws MalformedBatchException {
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    List<String> actions = new ArrayList<>();
    Map<Long, Long> last = new HashMap<>();
    for (byte[] batch : broker.batches()) {
      BatchCursor cursor = BatchCursor.over(batch);
      if (cursor.sequence() <= last.getOrDefault(cursor.epoch(), -1L)) {
        continue; // the analyzer drops a batch that comes again
      }
      last.put(cursor.epoch(), cursor.sequence());
      while (cursor.next()) {
        switch (cursor.event()) {
          case ContainerLog log when log.container().id().equals(writer) ->
              (log.stream() == ContainerLog.Stream.STDERR ? err : out).add(log.line());
          case ContainerLifecycle event when event.container().id().equals(toggled) ->
              actions.add(event.action());
          default -> {}
        }
      }
    }
    assertThat(last).hasSize(KILLS + 3);
    assertWhole(out, "out");
    assertWhole(err, "err");
    assertThat(actions).filteredOn("pause"::equals).hasSize(KILLS);
    assertThat(actions).filteredOn("unpause"::equals).hasSize(KILLS);
  }

  private static void assertWhole(List<String> lines, String word) {
    List<String> wanted = numbered(word);
    List<String> again = new ArrayList<>(lines);
    new HashSet<>(lines).forEach(again::remove);
    assertThat(again).as("twice").isEmpty();
    List<String> missing = new ArrayList<>(wanted);
    missing.removeAll(new HashSet<>(lines));
    assertThat(missing).as("missing").isEmpty();
    assertThat(lines).isEqualTo(wanted);
  }

  private static List<String> numbered(String word) {
    return IntStream.range(0, written()).mapToObj(i -> word + " " + i).toList();
  }
}
