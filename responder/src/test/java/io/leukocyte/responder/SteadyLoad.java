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

  private final InetSocketAddress address;
  private final List<byte[]> requests;
  private final long intervalNanos;
  private final Semaphore room = new Semaphore(200);
  private final AtomicInteger answered = new AtomicInteger();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread clock = Thread.ofPlatform().daemon().name("load").unstarted(this::run);
  private final long begin = System.nanoTime();
  private volatile boolean ended;

  SteadyLoad(InetSocketAddress address, int perSecond) {
    this(address, perSecond, List.of("/catalogue?page=2"));
  }

  /** Of these targets, in turn. */
  SteadyLoad(InetSocketAddress address, int perSecond, List<String> targets) {
    this.address = address;
    requests = targets.stream().map(SteadyLoad::request).toList();
    intervalNanos = 1_000_000_000L / perSecond;
    clock.start();
  }

  private static byte[] request(String target) {
    return "GET %s HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: load\r\nAccept: */*\r\nConnection: close\r\n\r\n"
        .formatted(target)
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void run() {
    long next = System.nanoTime();
    for (int i = 0; i < MOST && !ended; i++) {
      LockSupport.parkNanos(next - System.nanoTime());
      next += intervalNanos;
      room.acquireUninterruptibly();
      byte[] request = requests.get(i % requests.size());
      threads.execute(() -> ask(request));
    }
  }

  private void ask(byte[] request) {
    try (WireClient client = new WireClient(address, TIMEOUT_MILLIS)) {
      WireClient.Answer answer = client.send(request, false);
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
