package io.leukocyte.responder;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * So many requests a second to one address, each on a connection of its own, until it is closed,
 * and never more than a bound. Where answers are slow it waits for them: 200 are on their way at
 * most.
 */
final class SteadyLoad implements AutoCloseable {
  private static final int MOST = 30_000;
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final byte[] REQUEST =
      "GET /catalogue?page=2 HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: load\r\nAccept: */*\r\nConnection: close\r\n\r\n"
          .getBytes(StandardCharsets.US_ASCII);

  private final InetSocketAddress address;
  private final long intervalNanos;
  private final Semaphore room = new Semaphore(200);
  private final AtomicInteger answered = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread clock = Thread.ofPlatform().daemon().name("load").unstarted(this::run);
  private final long begin = System.nanoTime();
  private volatile boolean ended;

  SteadyLoad(InetSocketAddress address, int perSecond) {
    this.address = address;
    intervalNanos = 1_000_000_000L / perSecond;
    clock.start();
  }

  private void run() {
    long next = System.nanoTime();
    for (int i = 0; i < MOST && !ended; i++) {
      LockSupport.parkNanos(next - System.nanoTime());
      next += intervalNanos;
      room.acquireUninterruptibly();
      threads.execute(this::ask);
    }
  }

  private void ask() {
    try (WireClient client = new WireClient(address, TIMEOUT_MILLIS)) {
      WireClient.Answer answer = client.send(REQUEST, false);
      if (answer.status() == 200 && answer.body().contains("hello")) {
        answered.incrementAndGet();
      } else {
        failures.add("status " + answer.status());
      }
    } catch (IOException e) {
      failures.add(e.toString());
    } finally {
      room.release();
    }
  }

  int answered() {
    return answered.get();
  }

  /** Answers a second since it began. */
  double perSecond() {
    return answered.get() * 1e9 / (System.nanoTime() - begin);
  }

  /** Ends it, and gives what failed. */
  List<String> failures() {
    close();
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    ended = true;
    try {
      clock.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    threads.close();
  }
}
