package io.leukocyte.responder;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads from Kafka by one consumer after the other, until it is closed. Then its
 * consumer is woken, not interrupted: an interrupted one cannot close in order, and logs that as an
 * error with a trace. Only what does not hear that is interrupted, late.
 */
final class ReadingThread implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(8);

  private final Thread thread;
  private final CountDownLatch closed = new CountDownLatch(1);
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  /**
   * Makes the thread.
   *
   * @param work ends soon once this is closed
   */
  ReadingThread(Thread.Builder thread, Runnable work) {
    this.thread = thread.unstarted(work);
  }

  void start() {
    thread.start();
  }

  boolean isClosed() {
    return closed.getCount() == 0;
  }

  /** Waits before the next try; false when this is closed. */
  boolean pause(Duration time) {
    try {
      return !closed.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Opens a consumer for as long as somebody reads by it.
   *
   * @param properties its settings
   * @param reading ends by a WakeupException when this is closed
   */
  void read(Map<String, Object> properties, Consumer<KafkaConsumer<byte[], byte[]>> reading) {
    try (KafkaConsumer<byte[], byte[]> opened = new KafkaConsumer<>(properties)) {
      wakeAtTheEnd(opened);
      reading.accept(opened);
    } finally {
      wakeAtTheEnd(null);
    }
  }

  private synchronized void wakeAtTheEnd(@Nullable KafkaConsumer<byte[], byte[]> opened) {
    consumer = opened;
    if (opened != null && isClosed()) {
      opened.wakeup();
    }
  }

  private synchronized void wake() {
    if (consumer != null) {
      consumer.wakeup();
    }
  }

  /** Returns when the thread has ended, or takes too long. */
  @Override
  public void close() {
    closed.countDown();
    wake();
    if (!join(thread, PATIENCE)) {
      thread.interrupt();
      boolean _ = join(thread, PATIENCE);
    }
  }

  /** Waits for a thread; false when it takes too long, or we were interrupted. */
  static boolean join(Thread thread, Duration most) {
    if (thread.getState() == Thread.State.NEW) {
      return true; // it was never started: there is nothing to wait for
    }
    try {
      return thread.join(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
