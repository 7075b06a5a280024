package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.engine.JsonLogListener;
import io.leukocyte.engine.JsonLogReader;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.bench.Alternated;
import io.leukocyte.events.bench.Report;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedOutputStream;
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
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * CPU time of a line of a log on its way from a json-file to a batch, beside reading the bytes of
 * the same file and splitting them at line ends, in the same run. All of it is done by one thread,
 * whose CPU time is measured.
 */
public final class LogBench {
  private static final ContainerRegistry.Limits HOLD =
      new ContainerRegistry.Limits(
          Duration.ofSeconds(2), 10_000, Duration.ofHours(1), Duration.ofHours(1));
  private static final long FIRST = 1_790_000_000_000_000_000L;
  private static final int BUFFER = JsonLogReader.BUFFER;
  private static final double GOAL = 200_000;
  private static final String FILL = " the request was handled by a worker";
  private static final String UNIT = "ns/line";
  private static final String SPLIT = "bytes read and split at line ends";
  private static final String READ = "lines with times and places";
  private static final String BATCH = "to a batch, secrets left";
  private static final String REDACTED = "to a batch, as a collector does it";

  private final Path folder;
  private final int lines;
  private final int bytes;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  /**
   * Describes it.
   *
   * @param folder where the log is written; it is removed afterwards
   * @param lines lines in the file
   * @param bytes of each line's text, at least 120
   */
  public LogBench(Path folder, int lines, int bytes) {
    this.folder = folder;
    this.lines = lines;
    this.bytes = bytes;
  }

  /**
   * Writes the log, measures all in turn, removes it.
   *
   * @param warm rounds before
   * @param rounds how often each is measured
   * @param report takes the figures, CPU nanoseconds a line
   */
  public void run(int warm, int rounds, Report report) throws Exception {
    Path log = folder.resolve("bench-json.log");
    write(log);
    try {
      Alternated.Rounds measured =
          new Alternated()
              .add(SPLIT, round -> measure(() -> split(log)))
              .add(READ, round -> measure(() -> read(log)))
              .add(BATCH, round -> measure(() -> batch(log, Redaction.OFF)))
              .add(REDACTED, round -> measure(() -> batch(log, Redaction.ON)))
              .run(warm, rounds);
      measured.figures().keySet().forEach(name -> report.figure(name, UNIT, measured.of(name)));
      for (String step : List.of(READ, BATCH, REDACTED)) {
        report.ratio(step, SPLIT, measured.ratio(step, SPLIT));
      }
      report.count("lines", lines);
      report.count("bytes of text a line", bytes);
      report.atLeast(
          "lines of one core in a second", 1e9 / measured.of(REDACTED).median(), GOAL, "lines/s");
    } finally {
      Files.delete(log);
    }
  }

  private void write(Path log) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(log), BUFFER)) {
      for (int i = 0; i < lines; i++) {
        String text =
            "10.0.%d.%d - - \\\"GET /api/v1/orders/%d?page=%d HTTP/1.1\\\" 200 %d \\\"-\\\" agent/1.%d"
                .formatted(i % 250, i % 99, i, i % 7, i % 5000, i % 10);
        text += FILL.repeat(1 + bytes / FILL.length()).substring(0, bytes - text.length());
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

  /** One turn over the file; gives how many lines it found. */
  private interface Pass {
    long run() throws IOException;
  }

  /** CPU nanoseconds of this thread a line. */
  private double measure(Pass pass) throws IOException {
    long before = threads.getCurrentThreadCpuTime();
    long found = pass.run();
    long after = threads.getCurrentThreadCpuTime();
    if (found != lines) {
      throw new IllegalStateException(found + " lines were read, not " + lines);
    }
    return (double) (after - before) / found;
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
    readAll(log, counting);
    if (counting.characters == 0) {
      throw new IllegalStateException("The lines were empty");
    }
    return counting.lines;
  }

  private static void readAll(Path log, JsonLogListener listener) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (JsonLogReader reader =
        new JsonLogReader(log, false, LogPlace.BEGIN, LogPlace.BEGIN, listener)) {
      int got = reader.read(buffer);
      while (got > 0) {
        got = reader.read(buffer);
      }
    }
  }

  /** From the reader through intake and registry to finished batches, as the collector does it. */
  private static long batch(Path log, Redaction redaction) throws IOException {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    Counters counters = new Counters(meters);
    LogPlaces places = new LogPlaces();
    Batches batches = new Batches(places);
    try (InMemoryEngine engine = new InMemoryEngine();
        ContainerRegistry registry =
            new ContainerRegistry(
                engine,
                redaction,
                counters,
                batches,
                facts -> {},
                HOLD,
                TimeSource.SYSTEM,
                meters)) {
      ContainerId id = engine.run(ContainerSpec.of("web", "shop/web:1.2"));
      Intake intake = new Intake(counters, redaction, Optional.empty(), registry::accept);
      Counting counting =
          new Counting() {
            @Override
            public void line(LogLine line, LogPlace out, LogPlace err) {
              super.line(line, out, err);
              places.put(id, new Marks.LogMark(out, err));
              intake.accept(line.of(id));
            }
          };
      readAll(log, counting);
      return counting.lines;
    }
  }

  /** Makes batches and keeps none. */
  private static final class Batches implements Consumer<Event> {
    private final BatchWriter writer = new BatchWriter(new HostId("bench"), 1);
    private final LogPlaces places;
    private Batch open;
    private long sequence;

    Batches(LogPlaces places) {
      this.places = places;
      open = new Batch(places);
    }

    @Override
    public synchronized void accept(Event event) {
      writer.add(event);
      open.note(event);
      if (writer.isFull()) {
        open.finished(writer.finish(sequence), 1, sequence);
        sequence++;
        open = new Batch(places);
      }
    }
  }
}
