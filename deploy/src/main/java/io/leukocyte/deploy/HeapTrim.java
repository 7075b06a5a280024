package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the heap of a small process near what lives in it. The serial collector lets its old
 * generation grow to the heap's bound before it looks there; a process that has to stay small
 * cannot wait that long. So a collection is asked for when more than some megabytes came there
 * since the last one. With another collector it does nothing.
 */
final class HeapTrim implements Component {
  /** Bytes that may come to the old generation from one collection to the next. */
  static final long ALLOWANCE = 8 << 20;

  /** Bytes that may be there before the first one: most of them live as long as the process. */
  static final long FIRST = 32 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(HeapTrim.class);
  private static final String POOL = "Tenured Gen";
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final LongSupplier used;
  private final LongSupplier kept;
  private final Runnable collect;
  private final CountDownLatch closed = new CountDownLatch(1);

  /**
   * A trim of any heap.
   *
   * @param used bytes in the old generation
   * @param kept bytes that its last collection left there
   * @param collect collects it
   */
  HeapTrim(LongSupplier used, LongSupplier kept, Runnable collect) {
    this.used = used;
    this.kept = kept;
    this.collect = collect;
  }

  /** The trim of this process's heap. */
  static HeapTrim ofThisProcess() {
    Optional<MemoryPoolMXBean> old =
        ManagementFactory.getMemoryPoolMXBeans().stream()
            .filter(pool -> pool.getName().equals(POOL))
            .findFirst();
    return new HeapTrim(
        () -> old.map(pool -> used(pool.getUsage())).orElse(0L),
        () -> old.map(pool -> used(pool.getCollectionUsage())).orElse(0L),
        System::gc);
  }

  private static long used(MemoryUsage usage) {
    return usage.getUsed();
  }

  @Override
  public void start() {
    Thread.ofPlatform().daemon().name("leuko-heap").start(this::run);
  }

  private void run() {
    try {
      while (!closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("Nobody interrupts this thread", e);
    }
  }

  /** Collects where too much came; says whether it did. */
  boolean look() {
    long left = kept.getAsLong();
    long came = used.getAsLong() - left;
    if (came <= (left == 0 ? FIRST : ALLOWANCE)) {
      return false;
    }
    collect.run();
    LOG.debug("{} bytes had come to the old generation since its last collection", came);
    return true;
  }

  /** Nothing that could be wrong with it. */
  @Override
  public List<CheckResult> check() {
    return List.of();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
