package io.leukocyte.events;

import io.leukocyte.events.bench.Alternated;
import io.leukocyte.events.bench.Report;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the batch costs beside the JSON form in the same run: CPU nanoseconds of this thread for one
 * event, to write it, to read the fields that rules ask for, and to make the event again.
 */
public final class CodecBench {
  private static final int EVENTS = 20_000;
  private static final String UNIT = "ns/event";
  private static final String WRITE = "batch: write";
  private static final String SCAN = "batch: read the fields of rules";
  private static final String READ = "batch: make events again";
  private static final String JSON_WRITE = "JSON: write";
  private static final String JSON_READ = "JSON: make events again";
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
   * Measures everything, all in turn.
   *
   * @param warm rounds before
   * @param rounds how often each is measured
   * @param report takes the figures
   */
  public void run(int warm, int rounds, Report report) throws Exception {
    encodeBatches();
    encodeLines();
    Alternated.Rounds measured =
        new Alternated()
            .add(WRITE, round -> measure(this::encodeBatches))
            .add(JSON_WRITE, round -> measure(this::encodeLines))
            .add(SCAN, round -> measure(this::scanBatches))
            .add(READ, round -> measure(this::decodeBatches))
            .add(JSON_READ, round -> measure(this::decodeLines))
            .run(warm, rounds);
    measured.figures().keySet().forEach(name -> report.figure(name, UNIT, measured.of(name)));
    report.ratio(WRITE, JSON_WRITE, measured.ratio(WRITE, JSON_WRITE));
    report.ratio(SCAN, JSON_READ, measured.ratio(SCAN, JSON_READ));
    report.ratio(READ, JSON_READ, measured.ratio(READ, JSON_READ));
    report.count("events", EVENTS);
    report.count("bytes/event in batches", total(batches) / EVENTS);
    report.count("bytes/event in JSON", total(lines) / EVENTS);
    report.note("Check sum of what was read: %x".formatted(sink));
  }

  private static long total(List<byte[]> parts) {
    return parts.stream().mapToLong(part -> part.length).sum();
  }

  /** CPU nanoseconds of this thread an event. */
  private static double measure(Pass pass) throws MalformedBatchException, MalformedJsonException {
    long before = THREADS.getCurrentThreadCpuTime();
    pass.run();
    return (THREADS.getCurrentThreadCpuTime() - before) / (double) EVENTS;
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
      case CONTAINER_STATS -> cursor.longAt(Columns.Stats.CPU);
      case PROC_TRACE,
          PROC_CONTROL,
          NS_CHANGE,
          CRED_CHANGE,
          SIGNAL_KILL,
          NET_ACCEPT,
          NET_LISTEN,
          NET_SEND,
          NET_SOCKET,
          FD_DUP,
          FILE_OPEN,
          FILE_CHANGE,
          FS_MOUNT,
          KERNEL_MODULE,
          KERNEL_CALL,
          BPF_LOAD,
          MEM_FILELESS ->
          process() + cursor.symbol(CallColumns.Call.NAME);
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
