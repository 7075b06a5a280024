package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class HeapTrimTest {
  @Test
  void aCollectionIsAskedForWhenTooMuchCameSinceTheLast() {
    AtomicLong used = new AtomicLong(HeapTrim.FIRST);
    AtomicLong kept = new AtomicLong();
    AtomicInteger collections = new AtomicInteger();
    HeapTrim trim =
        new HeapTrim(
            used::get,
            kept::get,
            () -> {
              collections.incrementAndGet();
              used.set(5);
              kept.set(5);
            });
    assertThat(trim.look()).isFalse();
    used.incrementAndGet();
    assertThat(trim.look()).isTrue();
    assertThat(trim.look()).as("what was left counts no more").isFalse();
    used.set(6 + HeapTrim.ALLOWANCE);
    assertThat(trim.look()).isTrue();
    assertThat(collections).hasValue(2);
  }

  /** The tests run with the serial collector, as the collector's role does. */
  @Test
  void thePoolOfTheSerialCollectorIsFound() {
    assertThat(ManagementFactory.getMemoryPoolMXBeans())
        .extracting(MemoryPoolMXBean::getName)
        .contains("Tenured Gen");
    System.gc();
    assertThat(HeapTrim.ofThisProcess().look()).as("just collected").isFalse();
  }
}
