package io.leukocyte.collector;

import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A collector as a process of its own, which a test kills: it sees 250 numbered execs a second, and
 * notes each one's time in a file before it hands it on. Closes in order at the end of its input.
 */
final class NumberedCollector {
  private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(4);

  private NumberedCollector() {}

  /**
   * Runs until the input ends.
   *
   * @param args bootstrap servers, data folder, number of the first exec, file for the times
   */
  public static void main(String[] args) throws IOException {
    InMemoryEngine engine = new InMemoryEngine(TimeSource.SYSTEM::unixNanos, Duration.ofSeconds(5));
    try (FileChannel notes =
            FileChannel.open(
                Path.of(args[3]), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        Collector collector =
            new Collector(
                CollectorSettings.from(
                    Config.parse("test", "", Map.of(), CollectorSettings.KEYS), Path.of(args[1])),
                TestBatches.HOST,
                engine,
                new Numbers(Integer.parseInt(args[2]), notes),
                new KafkaPublisher(Map.of("bootstrap.servers", args[0]), TestBatches.HOST),
                new SimpleMeterRegistry(),
                TimeSource.SYSTEM)) {
      collector.start();
      while (System.in.read() >= 0) {
        // nothing is said
      }
    } finally {
      engine.close();
    }
    System.exit(0); // the source's thread has ended; others are daemons or Kafka's
  }

  /** The source of the execs. */
  private static final class Numbers implements EventSource {
    private final int first;
    private final FileChannel notes;
    private final Thread thread;
    private volatile boolean closed;
    private volatile Consumer<? super Event> next = event -> {};

    Numbers(int first, FileChannel notes) {
      this.first = first;
      this.notes = notes;
      this.thread = Thread.ofPlatform().daemon().unstarted(this::run);
    }

    @Override
    public void start(Consumer<? super Event> consumer) {
      next = consumer;
      thread.start();
    }

    private void run() {
      for (int number = first; !closed; number++) {
        long now = TimeSource.SYSTEM.unixNanos();
        note(now);
        next.accept(new ProcessExec(now, null, TestEvents.process(number, "/bin/true")));
        LockSupport.parkNanos(PAUSE);
      }
    }

    private void note(long time) {
      try {
        notes.write(ByteBuffer.allocate(Long.BYTES).putLong(0, time));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public CheckResult check() {
      return new CheckResult.Ok("numbers", "counting");
    }

    @Override
    public List<Kind> missing() {
      return List.of();
    }

    @Override
    public List<SensorLoss> losses() {
      return List.of();
    }

    @Override
    public void close() {
      closed = true;
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
