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
import io.leukocyte.engine.Subscription;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.bench.Alternated;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
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
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * CPU time of a line of a log on its way from a json-file to a batch, beside reading the bytes of
 * the same file and splitting them at line ends, and, where the file is a container's, beside the
 * engine's own stream of the same log. Each is done by one thread, whose CPU time is measured.
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
  private static final String API = "limit: lines by the engine's API";
  private static final String BATCH = "to a batch, secrets left";
  private static final String REDACTED = "to a batch, lines not joined";
  private static final String JOINED = "to a batch, as a collector does it";
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final Path log;
  private final Optional<Source> source;
  private final int lines;
  private final int bytes;
  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final Map<String, List<Double>> rates = new LinkedHashMap<>();

  /**
   * Whose log the file is.
   *
   * @param engine where its log is read, too; stays open
   * @param container it
   */
  public record Source(Engine engine, ContainerId container) {}

  /**
   * Describes it.
   *
   * @param log the file, by {@link #write} or a container's
   * @param source the container; empty when the file is none's, and the engine is left out
   * @param lines lines in the file
   * @param bytes of each line's text
   */
  public LogBench(Path log, Optional<Source> source, int lines, int bytes) {
    this.log = log;
    this.source = source;
    this.lines = lines;
    this.bytes = bytes;
  }

  /**
   * Measures all in turn.
   *
   * @param warm rounds before
   * @param rounds how often each is measured
   * @param report takes the figures: CPU nanoseconds a line, and lines a second of the clock
   */
  public void run(int warm, int rounds, Report report) throws Exception {
    Alternated ways =
        new Alternated()
            .add(SPLIT, round -> measure(SPLIT, round, () -> own(() -> split(log))))
            .add(READ, round -> measure(READ, round, () -> own(() -> read(log))));
    source.ifPresent(of -> ways.add(API, round -> measure(API, round, () -> stream(of))));
    Alternated.Rounds measured =
        ways.add(
                BATCH,
                round -> measure(BATCH, round, () -> own(() -> batch(log, Redaction.OFF, false))))
            .add(
                REDACTED,
                round -> measure(REDACTED, round, () -> own(() -> batch(log, Redaction.ON, false))))
            .add(
                JOINED,
                round -> measure(JOINED, round, () -> own(() -> batch(log, Redaction.ON, true))))
            .run(warm, rounds);
    measured.figures().keySet().forEach(name -> report.figure(name, UNIT, measured.of(name)));
    rates.forEach((name, all) -> report.figure(name + ", rate", "lines/s", Samples.of(all)));
    for (String step : List.of(READ, BATCH, REDACTED, JOINED)) {
      report.ratio(step, SPLIT, measured.ratio(step, SPLIT));
    }
    report.ratio(JOINED, REDACTED, measured.ratio(JOINED, REDACTED));
    if (source.isPresent()) {
      report.ratio(READ, "the engine's API", measured.ratio(READ, API));
      report.note(
          "By the engine's API the engine itself works, too; its CPU time is in no figure.");
    }
    report.count("lines", lines);
    report.count("bytes of text a line", bytes);
    report.atLeast(
        "lines of one core in a second", 1e9 / measured.of(JOINED).median(), GOAL, "lines/s");
    report.atLeast(
        "lines of one container in a second of the clock",
        Samples.of(rates.getOrDefault(JOINED, List.of())).median(),
        GOAL,
        "lines/s");
  }

  /**
   * Writes a log as the json-file driver does.
   *
   * @param log the file
   * @param lines how many
   * @param bytes of each line's text, at least 120
   */
  public static void write(Path log, int lines, int bytes) throws IOException {
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

  /** One turn over the log. */
  private interface Pass {
    Turn run() throws IOException, InterruptedException;
  }

  /**
   * What a turn found.
   *
   * @param lines so many
   * @param cpu nanoseconds of the thread that read them
   */
  private record Turn(long lines, long cpu) {}

  /** A pass by this thread. */
  private interface OwnPass {
    long run() throws IOException;
  }

  private Turn own(OwnPass pass) throws IOException {
    long before = threads.getCurrentThreadCpuTime();
    long found = pass.run();
    return new Turn(found, threads.getCurrentThreadCpuTime() - before);
  }

  /** CPU nanoseconds a line; how many lines a second of the clock those were is kept. */
  private double measure(String name, int round, Pass pass)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Turn turn = pass.run();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (turn.lines() != lines) {
      throw new IllegalStateException(turn.lines() + " lines were read, not " + lines);
    }
    if (round >= 0) {
      rates.computeIfAbsent(name, n -> new ArrayList<>()).add(turn.lines() / seconds);
    }
    return (double) turn.cpu() / turn.lines();
  }

  /** The same log by the engine's API. One thread of its own reads a stream, and ends with it. */
  private Turn stream(Source of) throws IOException, InterruptedException {
    CompletableFuture<Turn> read = new CompletableFuture<>();
    LogListener listener =
        new LogListener() {
          private long lines;

          @Override
          public void line(LogLine line) {
            lines++;
          }

          @Override
          public void closed(@Nullable EngineException cause) {
            if (cause == null) {
              read.complete(new Turn(lines, threads.getCurrentThreadCpuTime()));
            } else {
              read.completeExceptionally(cause);
            }
          }
        };
    try (Subscription _ = of.engine().logs(of.container(), new LogOptions(0, false), listener)) {
      return read.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("The engine did not give the log: " + e, e);
    }
  }

  private static long split(Path log) throws IOException {
    long count = 0;
    byte[] bytes = new byte[BUFFER];
    try (FileChannel channel = FileChannel.open(log)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (channel.read(buffer) > 0) {
        for (int i = 0; i < buffer.position(); i++) {
          if (bytes[i] == '\n') {
            count++;
          }
        }
        buffer.clear();
      }
    }
    return count;
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
  private static long batch(Path log, Redaction redaction, boolean joins) throws IOException {
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
      LineRate rate = new LineRate(joins ? Integer.MAX_VALUE : 0);
      LineGroups groups =
          new LineGroups(
              joins,
              Marks.LogMark.NONE,
              (line, lines, after) -> {
                places.put(id, after);
                intake.accept(line.of(id));
              });
      Counting counting =
          new Counting() {
            @Override
            public void line(LogLine line, LogPlace out, LogPlace err) {
              super.line(line, out, err);
              if (rate.take(line.time())) {
                groups.line(line, new Marks.LogMark(out, err), 0);
              }
            }
          };
      readAll(log, counting);
      groups.flush();
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
