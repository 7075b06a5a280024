package io.leukocyte.events;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the batch costs beside the JSON form in the same run: CPU nanoseconds of this thread for one
 * event, to write it, to read the fields that rules ask for, and to make the event again.
 */
public final class CodecBench {
  private static final int EVENTS = 20_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final List<Event> events = new SampleStream(1).next(EVENTS);
  private final BatchWriter writer = new BatchWriter(new HostId("bench"), 1);
  private final BatchCursor cursor = new BatchCursor();
  private final List<byte[]> batches = new ArrayList<>();
  private final List<byte[]> lines = new ArrayList<>();
  private long sink;

  /** One turn over all events. */
  private interface Pass {
    void run() throws MalformedBatchException, MalformedJsonException;
  }

  /**
   * What was measured.
   *
   * @param name what was done
   * @param nanos CPU nanoseconds for one event: the median of the rounds
   * @param least of the rounds
   * @param most of the rounds
   */
  public record Figure(String name, double nanos, double least, double most) {
    /** One line of a table. */
    @Override
    public String toString() {
      return "%-34s %8.0f ns/event (%.0f to %.0f)".formatted(name, nanos, least, most);
    }
  }

  /** Prints the figures; the argument is the seconds for each, 5 when it is left out. */
  public static void main(String[] args) throws MalformedBatchException, MalformedJsonException {
    int seconds = args.length == 0 ? 5 : Integer.parseInt(args[0]);
    CodecBench bench = new CodecBench();
    bench.run(Duration.ofSeconds(seconds)).forEach(System.out::println);
    System.out.println(bench.sizes());
  }

  /**
   * Measures everything.
   *
   * @param each time for each figure, its warm-up included
   */
  public List<Figure> run(Duration each) throws MalformedBatchException, MalformedJsonException {
    encodeBatches();
    encodeLines();
    return List.of(
        measure("batch: write", each, this::encodeBatches),
        measure("batch: read the fields of rules", each, this::scanBatches),
        measure("batch: make events again", each, this::decodeBatches),
        measure("JSON: write", each, this::encodeLines),
        measure("JSON: make events again", each, this::decodeLines));
  }

  /** Bytes of an event in each form, not compressed. */
  public String sizes() {
    return "%d bytes/event in batches, %d in JSON, check %x"
        .formatted(total(batches) / EVENTS, total(lines) / EVENTS, sink);
  }

  private static long total(List<byte[]> parts) {
    return parts.stream().mapToLong(part -> part.length).sum();
  }

  private static Figure measure(String name, Duration each, Pass pass)
      throws MalformedBatchException, MalformedJsonException {
    long begin = System.nanoTime();
    List<Double> rounds = new ArrayList<>();
    while (System.nanoTime() - begin < each.toNanos() || rounds.size() < 4) {
      long before = THREADS.getCurrentThreadCpuTime();
      pass.run();
      rounds.add((THREADS.getCurrentThreadCpuTime() - before) / (double) EVENTS);
    }
    double[] steady =
        rounds.stream().skip(rounds.size() / 2).mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(steady);
    return new Figure(name, steady[steady.length / 2], steady[0], steady[steady.length - 1]);
  }

  private void encodeBatches() {
    batches.clear();
    for (Event event : events) {
      writer.add(event);
      if (writer.isFull()) {
        batches.add(writer.finish(batches.size()));
      }
    }
    if (writer.count() > 0) {
      batches.add(writer.finish(batches.size()));
    }
  }

  private void scanBatches() throws MalformedBatchException {
    for (byte[] batch : batches) {
      cursor.open(batch);
      while (cursor.next()) {
        sink += cursor.time() + cursor.container() + fields();
      }
    }
  }

  private long fields() {
    return switch (cursor.kind()) {
      case PROCESS_EXEC, PROCESS_EXIT -> process();
      case NET_CONNECT ->
          process()
              + cursor.symbol(Columns.Connect.DESTINATION)
              + cursor.intAt(Columns.Connect.DESTINATION_PORT);
      case NET_FLOW -> cursor.symbol(Columns.Flow.DESTINATION) + cursor.longAt(Columns.Flow.BYTES);
      case CONTAINER_LOG -> length(cursor.text(Columns.Log.LINE));
      case CONTAINER_LIFECYCLE -> cursor.symbol(Columns.Lifecycle.ACTION);
      case CONTAINER_FACTS -> length(cursor.text(Columns.Facts.JSON));
      case SENSOR_LOSS, SENSOR_HEARTBEAT -> 0;
    };
  }

  private static int length(@Nullable String text) {
    return text == null ? 0 : text.length();
  }

  private long process() {
    return (long) cursor.symbol(Columns.Proc.NAME)
        + cursor.symbol(Columns.Proc.EXECUTABLE)
        + cursor.symbol(Columns.Proc.ARGS)
        + cursor.symbol(Columns.Proc.PARENT_NAME)
        + cursor.intAt(Columns.Proc.UID)
        + cursor.intAt(Columns.Proc.TTY);
  }

  private void decodeBatches() throws MalformedBatchException {
    for (byte[] batch : batches) {
      cursor.open(batch);
      while (cursor.next()) {
        sink += cursor.event().time();
      }
    }
  }

  private void encodeLines() {
    lines.clear();
    EventId id = new EventId(writer.host(), 1, 0, 0);
    for (Event event : events) {
      lines.add(EventJson.write(new Observed(id, event)));
    }
  }

  private void decodeLines() throws MalformedJsonException {
    for (byte[] line : lines) {
      sink += EventJson.read(new String(line, StandardCharsets.UTF_8)).event().time();
    }
  }
}
