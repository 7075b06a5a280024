package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.engine.JsonLogListener;
import io.leukocyte.engine.JsonLogReader;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogListener;
import io.leukocyte.engine.LogOptions;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * CPU time of a line of a log on its way from a json-file to a batch, beside reading the bytes of
 * the same file and splitting them at line ends, in the same run. All of it is done by one thread,
 * whose CPU time is measured.
 */
public final class LogBench {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final long FIRST = 1_790_000_000_000_000_000L;
  private static final int BUFFER = JsonLogReader.BUFFER;

  private final Path folder;
  private final Plan plan;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  /**
   * How much.
   *
   * @param lines lines in the file
   * @param bytes of each line's text
   * @param rounds measured passes of each kind, in turn; two more of each go before
   */
  public record Plan(int lines, int bytes, int rounds) {
    /** A million lines of 200 bytes, five rounds. */
    public static final Plan DEFAULT = new Plan(1_000_000, 200, 5);
  }

  /** What is measured, each step with those before it. */
  public enum Step {
    /** Reading the bytes and finding the line ends. */
    SPLIT,
    /** The reader: lines with their times and places. */
    READ,
    /** The way of the collector without masking secrets: to a finished batch. */
    BATCH,
    /** The way of the collector. */
    REDACTED_BATCH
  }

  /**
   * What came out.
   *
   * @param nanos CPU nanoseconds a line, by step, one figure for each round
   */
  public record Figures(Map<Step, List<Double>> nanos) {
    /** Copies the figures. */
    public Figures {
      nanos = Map.copyOf(nanos);
    }

    /** The median of a step, CPU nanoseconds a line. */
    public double median(Step step) {
      double[] sorted = sorted(step);
      return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    private double[] sorted(Step step) {
      return nanos.getOrDefault(step, List.of()).stream()
          .mapToDouble(Double::doubleValue)
          .sorted()
          .toArray();
    }

    /** Lines of one core in a second. */
    public double linesPerSecond(Step step) {
      return 1e9 / median(step);
    }

    /** The time of the limit over that of a step. */
    public double ratio(Step step) {
      return median(Step.SPLIT) / median(step);
    }

    /** The report, a line each. */
    public List<String> report() {
      List<String> lines = new ArrayList<>();
      for (Step step : Step.values()) {
        double[] sorted = sorted(step);
        lines.add(
            String.format(
                Locale.ROOT,
                "%-15s %6.0f ns/line (%.0f to %.0f), %,11.0f lines/s of a core, %.2f of the limit",
                step.name().toLowerCase(Locale.ROOT).replace('_', ' '),
                median(step),
                sorted[0],
                sorted[sorted.length - 1],
                linesPerSecond(step),
                ratio(step)));
      }
      return lines;
    }
  }

  /**
   * Describes it.
   *
   * @param folder where the log is written; it is removed afterwards
   * @param plan how much
   */
  public LogBench(Path folder, Plan plan) {
    this.folder = folder;
    this.plan = plan;
  }

  /** Writes the log, measures, removes it. */
  public Figures run() throws IOException {
    Path log = folder.resolve("bench-json.log");
    write(log);
    Map<Step, List<Double>> nanos = new TreeMap<>();
    try {
      for (int round = -2; round < plan.rounds(); round++) {
        for (Step step : Step.values()) {
          double figure = measure(step, log);
          if (round >= 0) {
            nanos.computeIfAbsent(step, s -> new ArrayList<>()).add(figure);
          }
        }
      }
    } finally {
      Files.delete(log);
    }
    return new Figures(nanos);
  }

  private void write(Path log) throws IOException {
    try (OutputStream out = new java.io.BufferedOutputStream(Files.newOutputStream(log), BUFFER)) {
      for (int i = 0; i < plan.lines(); i++) {
        String text =
            "10.0.%d.%d - - \\\"GET /api/v1/orders/%d?page=%d HTTP/1.1\\\" 200 %d \\\"-\\\" agent/1.%d"
                .formatted(i % 250, i % 99, i, i % 7, i % 5000, i % 10);
        text += " the request was handled by worker ".repeat(6).substring(0, plan.bytes() - text.length());
        String entry =
            "{\"log\":\"%s\\n\",\"stream\":\"%s\",\"time\":\"%s\"}\n"
                .formatted(
                    text,
                    i % 10 == 0 ? "stderr" : "stdout",
                    Instant.ofEpochSecond(0, FIRST + i * 5_000L));
        out.write(entry.getBytes(UTF_8));
      }
    }
  }

  private double measure(Step step, Path log) throws IOException {
    long before = threads.getCurrentThreadCpuTime();
    long lines =
        switch (step) {
          case SPLIT -> split(log);
          case READ -> read(log);
          case BATCH -> batch(log, Redaction.OFF);
          case REDACTED_BATCH -> batch(log, Redaction.ON);
        };
    long after = threads.getCurrentThreadCpuTime();
    if (lines != plan.lines()) {
      throw new IllegalStateException(lines + " lines were read, not " + plan.lines());
    }
    return (double) (after - before) / lines;
  }

  private static long split(Path log) throws IOException {
    long lines = 0;
    byte[] bytes = new byte[BUFFER];
    try (FileChannel channel = FileChannel.open(log)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (channel.read(buffer) > 0) {
        for (int i = 0; i < buffer.position(); i++) {
          if (bytes[i] == '\n') {
            lines++;
          }
        }
        buffer.clear();
      }
    }
    return lines;
  }

  /** Takes lines and counts them. */
  private static class Counting implements JsonLogListener {
    private long lines;
    private long characters;

    @Override
    public void line(LogLine line, LogPlace out, LogPlace err) {
      lines++;
      characters += line.text().length();
    }

    @Override
    public void lost(String reason, long count, long from, long to) {
      throw new IllegalStateException("Lines of the bench's own file were lost: " + reason);
    }

    @Override
    public void damaged(long bytes) {
      throw new IllegalStateException(bytes + " bytes of the bench's own file are damaged");
    }
  }

  private static long read(Path log) throws IOException {
    Counting counting = new Counting();
    readAll(log, counting, () -> {});
    if (counting.characters == 0) {
      throw new IllegalStateException("The lines were empty");
    }
    return counting.lines;
  }

  private static void readAll(Path log, JsonLogListener listener, Runnable afterTurn)
      throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (JsonLogReader reader =
        new JsonLogReader(log, false, LogPlace.BEGIN, LogPlace.BEGIN, listener)) {
      while (reader.read(buffer) > 0) {
        afterTurn.run();
      }
    }
  }

  /** From the reader through intake and registry to finished batches, as the collector does it. */
  private long batch(Path log, Redaction redaction) throws IOException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Counters counters = new Counters(meters);
    Positions positions = new Positions(new DataFolder(folder));
    Stored stored = new Stored();
    try (InMemoryEngine engine = new InMemoryEngine();
        Batcher batcher =
            new Batcher(
                new HostId("bench"),
                1,
                stored,
                counters,
                new LossLedger(),
                positions,
                new Batcher.Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 32 << 20),
                TimeSource.SYSTEM,
                meters);
        ContainerRegistry registry = registry(engine, counters, batcher, redaction, meters)) {
      ContainerId id = engine.run(ContainerSpec.of("web", "shop/web:1.2"));
      Intake intake =
          new Intake(counters, redaction, java.util.Optional.empty(), registry::accept);
      Counting counting =
          new Counting() {
            @Override
            public void line(LogLine line, LogPlace out, LogPlace err) {
              super.line(line, out, err);
              positions.places().put(id, new Marks.LogMark(out, err));
              intake.accept(line.of(id));
            }
          };
      readAll(log, counting, batcher::publishDue);
      batcher.start(); // publishes the rest when it is closed
      return counting.lines;
    }
  }

  private static ContainerRegistry registry(
      Engine engine,
      Counters counters,
      Batcher batcher,
      Redaction redaction,
      SimpleMeterRegistry meters) {
    return new ContainerRegistry(
        engine,
        redaction,
        counters,
        batcher::offer,
        facts -> {},
        new ContainerRegistry.Limits(
            Duration.ofSeconds(2), 10_000, Duration.ofHours(1), Duration.ofHours(1)),
        TimeSource.SYSTEM,
        meters);
  }

  /** Keeps nothing, and says it is stored. */
  private static final class Stored implements BatchPublisher {
    @Override
    public void publish(byte[] batch, Receipt receipt) {
      receipt.stored();
    }

    @Override
    public void start() {}

    @Override
    public List<io.leukocyte.events.CheckResult> check() {
      return List.of();
    }

    @Override
    public void close() {}
  }

  /**
   * The same for a container that has stopped: its lines by the engine.
   *
   * @return CPU nanoseconds of this process a line; that of the engine is not in it
   */
  public double byEngine(Engine engine, ContainerId container)
      throws InterruptedException, TimeoutException {
    CompletableFuture<Double> figure = new CompletableFuture<>();
    var _ =
        engine.logs(
            container,
            new LogOptions(0, false),
            new LogListener() {
              private long lines;

              @Override
              public void line(LogLine line) {
                lines++;
              }

              @Override
              public void closed(@Nullable EngineException cause) {
                long cpu = threads.getCurrentThreadCpuTime(); // the stream's thread is this one
                figure.complete((double) cpu / Math.max(1, lines));
              }
            });
    try {
      return figure.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
