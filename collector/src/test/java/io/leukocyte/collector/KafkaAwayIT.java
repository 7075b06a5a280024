package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorLoss;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Collectors that are processes, killed with -9, before a real Kafka that goes and comes. */
class KafkaAwayIT {
  private static final Duration SECONDS = Duration.ofSeconds(90);
  private static final int RUN = 1_000_000;
  private static final int RUNS = 4;

  @TempDir private Path folder;
  private final List<Process> processes = new ArrayList<>();
  private final List<SensorLoss> losses = new ArrayList<>();

  @AfterEach
  void end() {
    processes.forEach(Process::destroyForcibly);
  }

  private Process start(int run, TestBroker broker) throws IOException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path", ""),
                NumberedCollector.class.getName(),
                broker.bootstrap(),
                folder.resolve("data").toString(),
                Integer.toString(run * RUN),
                notes(run).toString())
            .redirectErrorStream(true)
            .redirectOutput(new File(folder.toFile(), "out-" + run))
            .start();
    processes.add(process);
    return process;
  }

  private Path notes(int run) {
    return folder.resolve("times-" + run);
  }

  /** How many execs a collector has seen. */
  private int seen(int run) throws IOException {
    return Files.exists(notes(run)) ? (int) (Files.size(notes(run)) / Long.BYTES) : 0;
  }

  private void awaitMore(int run, int count) throws IOException {
    int before = seen(run);
    await().atMost(SECONDS).until(() -> seen(run) >= before + count);
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  private static void endInOrder(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isZero();
  }

  @Test
  void eachEventComesOnceInOrderAndWhatWasOnlyInMemoryIsWithinTheReportedGap() throws Exception {
    try (TestBroker broker = new TestBroker(folder.resolve("kafka"))) {
      broker.start();
      broker.createTopic();
      Process first = start(0, broker);
      awaitMore(0, 300);
      broker.stop();
      awaitMore(0, 900); // spooled, but for the last
      kill(first);
      Process second = start(1, broker); // while Kafka is away
      awaitMore(1, 900);
      kill(second);
      Process third = start(2, broker);
      awaitMore(2, 300);
      broker.start();
      awaitMore(2, 300);
      endInOrder(third);
      Process last = start(3, broker); // sends what the third had to leave
      awaitMore(3, 300);
      await().atMost(SECONDS).until(() -> segments() == 0);
      endInOrder(last);
      assertDelivered(broker);
    }
  }

  private long segments() throws IOException {
    try (var files = Files.list(folder.resolve("data/collector/spool"))) {
      return files.filter(f -> SpoolSegment.numberOf(f) >= 0).count();
    }
  }

  private void assertDelivered(TestBroker broker) throws Exception {
    List<List<Integer>> delivered = delivered(broker);
    List<SensorLoss> gaps =
        losses.stream().filter(l -> l.reason().equals("collector-down")).toList();
    assertThat(gaps).hasSize(RUNS - 1);
    for (int run = 0; run < RUNS; run++) {
      int count = delivered.get(run).size();
      assertThat(delivered.get(run)).isEqualTo(IntStream.range(0, count).boxed().toList());
      if (run < 2) { // killed: what is missing is the end, and the gap after it begins before it
        assertThat(count).isGreaterThan(500);
        assertThat(count == seen(run) || time(run, count) >= gaps.get(run).from())
            .as("run %d: %d of %d", run, count, seen(run))
            .isTrue();
        assertThat(gaps.get(run).to()).isLessThan(time(run + 1, 5));
      } else {
        assertThat(count).isEqualTo(seen(run));
      }
    }
    assertThat(losses.stream().filter(l -> l.source().equals("sensor")))
        .hasSize(RUNS - 1)
        .allSatisfy(l -> assertThat(l.reason()).isEqualTo("collector-down"));
  }

  private long time(int run, int number) throws IOException {
    return ByteBuffer.wrap(Files.readAllBytes(notes(run))).getLong(number * Long.BYTES);
  }

  /** The numbers of each run as the analyzer takes them: repeats are dropped, a gap fails. */
  private List<List<Integer>> delivered(TestBroker broker) throws MalformedBatchException {
    List<List<Integer>> numbers = new ArrayList<>();
    IntStream.range(0, RUNS).forEach(r -> numbers.add(new ArrayList<>()));
    Map<Long, Long> last = new HashMap<>();
    for (byte[] batch : broker.batches()) {
      BatchCursor cursor = BatchCursor.over(batch);
      long before = last.getOrDefault(cursor.epoch(), -1L);
      if (cursor.sequence() <= before) {
        continue;
      }
      assertThat(cursor.sequence()).isEqualTo(before + 1);
      last.put(cursor.epoch(), cursor.sequence());
      while (cursor.next()) {
        if (cursor.event() instanceof ProcessExec exec) {
          int pid = exec.process().ref().pid();
          numbers.get(pid / RUN).add(pid % RUN);
        } else if (cursor.event() instanceof SensorLoss loss) {
          losses.add(loss);
        }
      }
    }
    return numbers;
  }
}
