package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.CALL_RECORD;
import static io.leukocyte.collector.SensorLayout.CONNECT_RECORD;
import static io.leukocyte.collector.SensorLayout.EXEC_RECORD;
import static io.leukocyte.collector.SensorLayout.EXIT_RECORD;
import static io.leukocyte.collector.SensorLayout.RECORD;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;

/**
 * The way of the kernel's records to a batch, over a ring in memory and with records that no kernel
 * wrote: for the JVM to write down what a sensor loads. It needs no rights, and tells nobody.
 */
public final class SensorRehearsal {
  private static final int PAGE = 4096;
  private static final int SIZE = 64 << 10;
  private static final int ROUNDS = 500;
  private static final int RECORDS = 4;
  private static final int DISCARDED = 1 << 30;
  private static final int PID = 4242;
  private static final byte[] NAME = bytes("rehearsal\0");
  private static final byte[] PATH = bytes("/srv/none\0");
  private static final byte[] CONTAINER = bytes("a".repeat(SensorLayout.CONTAINER_ID_SIZE));

  private final MemorySegment consumer = Arena.ofAuto().allocate(PAGE, 8);
  private final MemorySegment producer = Arena.ofAuto().allocate(PAGE + 2L * SIZE, 8);
  private final RingOverflow ring =
      new RingOverflow(new BpfRing(consumer, producer, PAGE, SIZE), SIZE);
  private final BatchWriter batch = new BatchWriter(new HostId("rehearsal"), 1);
  private final ContainerIds ids = new ContainerIds();
  private final RecordTranslator translator;
  private final BootClock clock = BootClock.ofHost();
  private final int open =
      CallInterest.table(Set.of("openat"), CallInterest.isArm()).keySet().iterator().next();
  private int events;

  private SensorRehearsal() {
    ProcFiles nobody = new ProcFiles(Path.of("/proc/self/none"));
    translator =
        new RecordTranslator(
            new ProcessTable(nobody, clock, RECORDS, Redaction.ON),
            new NetworkOwners(),
            clock,
            ContainerRef::unknown,
            () -> {},
            () -> {});
  }

  /** Runs it; how many events came of it. */
  public static int run() {
    SensorRehearsal rehearsal = new SensorRehearsal();
    for (int i = 0; i < ROUNDS; i++) {
      rehearsal.round(i);
    }
    return rehearsal.events;
  }

  /** Every other round as much waits as makes the reader move it. */
  private void round(int number) {
    long rest = SIZE - (position() & (SIZE - 1));
    if (rest < SIZE / 2) {
      end(rest - BpfRing.HEADER, DISCARDED);
      read(); // what follows lies at the ring's begin: its second copy has nothing
    }
    for (int i = 0; i < (number % 2 == 0 ? 1 : SIZE / 4096); i++) {
      exec();
      open();
      connect();
      exit();
    }
    read();
  }

  private void read() {
    while (ring.read(this::take) > 0) {
      // until nothing is left
    }
  }

  private void take(MemorySegment record) {
    Event event = translator.translate(new SensorRecord(record, ids));
    if (event != null) {
      batch.add(Redaction.ON.apply(event));
      events++;
    }
    if (batch.isFull()) {
      batch.finish(0);
    }
  }

  private void exec() {
    MemorySegment record =
        begin(SensorLayout.EXEC, EXEC_RECORD.byteSize() + PATH.length + NAME.length);
    record.set(JAVA_SHORT, at(EXEC_RECORD, "filename_size"), (short) PATH.length);
    record.set(JAVA_INT, at(EXEC_RECORD, "args_size"), NAME.length);
    write(record, EXEC_RECORD.byteSize(), PATH);
    write(record, EXEC_RECORD.byteSize() + PATH.length, NAME);
    end(record.byteSize(), 0);
  }

  private void open() {
    MemorySegment record = begin(SensorLayout.CALL, CALL_RECORD.byteSize() + PATH.length);
    record.set(JAVA_INT, at(CALL_RECORD, "number"), open);
    record.set(JAVA_LONG, at(CALL_RECORD, "result"), -LibC.ENOENT);
    record.set(JAVA_SHORT, at(CALL_RECORD, "text_size"), (short) PATH.length);
    write(record, CALL_RECORD.byteSize(), PATH);
    end(record.byteSize(), 0);
  }

  private void connect() {
    MemorySegment record = begin(SensorLayout.CONNECT, CONNECT_RECORD.byteSize());
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "family"), (short) 2);
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "protocol"), (short) 6);
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "remote_port"), (short) 443);
    end(record.byteSize(), 0);
  }

  private void exit() {
    end(begin(SensorLayout.EXIT, EXIT_RECORD.byteSize()).byteSize(), 0);
  }

  /** A record where the next one lies. */
  private MemorySegment begin(int kind, long size) {
    long at = PAGE + (position() & (SIZE - 1)) + BpfRing.HEADER;
    MemorySegment record = producer.asSlice(at, size).fill((byte) 0);
    record.set(JAVA_INT, at(RECORD, "kind"), kind);
    record.set(JAVA_LONG, at(RECORD, "time"), clock.now());
    record.set(JAVA_LONG, at(RECORD, "start"), 1);
    record.set(JAVA_INT, at(RECORD, "pid"), PID);
    record.set(JAVA_INT, at(RECORD, "container_pid"), 2);
    record.set(JAVA_INT, at(RECORD, "net_namespace"), 1);
    write(record, at(RECORD, "comm"), NAME);
    write(record, at(RECORD, "container"), CONTAINER);
    return record;
  }

  /** Ends a record of so many bytes. */
  private void end(long size, int flag) {
    producer.set(JAVA_INT, PAGE + (position() & (SIZE - 1)), (int) size | flag);
    producer.set(JAVA_LONG, 0, position() + BpfRing.room((int) size));
  }

  private long position() {
    return producer.get(JAVA_LONG, 0);
  }

  private static void write(MemorySegment to, long at, byte[] bytes) {
    MemorySegment.copy(bytes, 0, to, JAVA_BYTE, at, bytes.length);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
