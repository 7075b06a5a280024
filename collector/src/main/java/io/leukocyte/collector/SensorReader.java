package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.SensorLoss;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sensor's one thread: it waits for records, delivers them as events, and reports the flows at
 * each interval. Everything it keeps (process table, owners of networks) belongs to it alone.
 */
final class SensorReader {
  private static final Logger LOG = LoggerFactory.getLogger(SensorReader.class);
  private static final int MOST_PROCESSES = 16_384;
  private static final int POLL_ENTRY = 8;
  private static final short POLLIN = 1;

  /** For this long after a record the reader looks by itself: to be woken costs the container. */
  private static final long ACTIVE = 50_000_000;

  private static final long PAUSE = 4_000_000;
  private static final long RESCAN_PAUSE = 10_000_000_000L;

  private final SensorOptions options;
  private final BpfObject object;
  private final RingOverflow records;
  private final int wake;
  private final SensorCounters counters;
  private final BootClock clock;
  private final Consumer<? super Event> handler;
  private final FlowTable flows;
  private final FlowTable hostFlows;
  private final SensorSeed seed;
  private final ProcessTable processes;
  private final NetworkOwners networks = new NetworkOwners();
  private final RecordTranslator translator;
  private final ContainerIds ids = new ContainerIds();
  private final SleepFlag sleeping;
  private final Thread thread;
  private final AtomicLong undelivered = new AtomicLong();
  private volatile boolean closing;
  private volatile @Nullable Throwable failure;
  private long failures;
  private long lastRead;
  private long lastTick;
  private long lastFlows;
  private long lastScan;
  private long dropped;
  private boolean hostNetwork;

  SensorReader(
      SensorOptions options,
      BpfObject object,
      BpfRing ring,
      int wake,
      SensorCounters counters,
      BootClock clock,
      ProcFiles files,
      Function<ContainerId, ContainerRef> containers,
      Consumer<? super Event> handler) {
    this.options = options;
    this.object = object;
    this.records = new RingOverflow(ring, options.ringBytes());
    this.wake = wake;
    this.counters = counters;
    this.clock = clock;
    this.handler = handler;
    this.flows = FlowTable.ofNetworks(object);
    this.hostFlows = FlowTable.ofHost(object);
    this.sleeping = new SleepFlag(object);
    this.seed = new SensorSeed(files, object);
    this.processes =
        new ProcessTable(
            files, clock, MOST_PROCESSES, options.redact() ? Redaction.ON : Redaction.OFF);
    this.translator =
        new RecordTranslator(
            processes, networks, clock, containers, this::reportFlows, this::followHostNetwork);
    this.thread = Thread.ofPlatform().name("leuko-sensor").daemon().unstarted(this::run);
  }

  /** Tells these variables of the environment from now on. */
  void tell(EnvironmentNames names) {
    translator.tell(names);
  }

  /** Learns what runs already, then reads. */
  void start() {
    lastFlows = clock.now();
    lastTick = lastFlows;
    if (seed.processes(processes, networks, options.includeHost())) {
      followHostNetwork();
    }
    thread.start();
  }

  /** Once a container has the host's network, what it reads there is told. */
  private void followHostNetwork() {
    if (!hostNetwork) {
      hostNetwork = true;
      if (!object.attachHostNetwork()) {
        LOG.error("What containers in the host's network receive is not told: no attach point");
      }
    }
  }

  /** Delivers what is left and ends the thread; the programs are detached already. */
  void close() {
    closing = true;
    LibC.signal(wake);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // memory the thread reads is about to be unmapped: wait on
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** What ended the thread; null while it is well. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Bytes of records that are out of the ring and not read yet. */
  long waitingBytes() {
    return records.used();
  }

  /** Events that the handler did not take since the last call. */
  List<SensorLoss> losses() {
    long count = undelivered.getAndSet(0);
    long now = clock.time(clock.now());
    return count == 0
        ? List.of()
        : List.of(new SensorLoss(now, null, "sensor", "any", "handler", count, now, now));
  }

  // ---- the thread ----

  private void run() {
    try (Arena arena = Arena.ofConfined()) {
      Precedence.take();
      MemorySegment descriptors = descriptors(arena);
      while (!closing) {
        int read = records.read(this::deliver);
        long now = clock.now();
        long left = lastTick + options.flowInterval().toNanos() - now;
        if (read > 0) {
          lastRead = now;
        }
        if (left <= 0) {
          tick();
        } else if (read == 0) {
          await(descriptors, left, now - lastRead >= ACTIVE);
        }
      }
      while (records.read(this::deliver) > 0) {
        // until nothing is left
      }
      reportFlows();
    } catch (Throwable t) {
      failure = t;
      LOG.error("The kernel sensor's thread has ended: no more events from the kernel", t);
    } finally {
      records.close();
    }
  }

  /**
   * Waits for records: a short while, or to be woken. Poll looks into the ring itself before it
   * waits, so that no record comes between.
   */
  private void await(MemorySegment descriptors, long left, boolean asleep) {
    if (asleep) {
      sleeping.set(true);
    }
    LibC.poll(descriptors, 2, (int) ((asleep ? left : Math.min(left, PAUSE)) / 1_000_000) + 1);
    if (asleep) {
      sleeping.set(false);
    }
  }

  private MemorySegment descriptors(Arena arena) {
    MemorySegment descriptors = arena.allocate(2L * POLL_ENTRY, 4);
    descriptors.set(JAVA_INT, 0, object.fd("ring"));
    descriptors.set(JAVA_SHORT, 4, POLLIN);
    descriptors.set(JAVA_INT, POLL_ENTRY, wake);
    descriptors.set(JAVA_SHORT, POLL_ENTRY + 4, POLLIN);
    return descriptors;
  }

  private void deliver(MemorySegment record) {
    try {
      Event event = translator.translate(new SensorRecord(record, ids));
      if (event != null) {
        deliver(event);
      }
    } catch (RuntimeException e) {
      lost(e);
    }
  }

  private void deliver(Event event) {
    try {
      handler.accept(event);
    } catch (RuntimeException e) {
      lost(e);
    }
  }

  /** Counts each, but logs ever more rarely. */
  private void lost(RuntimeException cause) {
    undelivered.incrementAndGet();
    failures++;
    if (Long.bitCount(failures) == 1) {
      LOG.warn("{} events of the kernel sensor were lost: they were not taken", failures, cause);
    }
  }

  /** Once an interval: follow the clock, report the flows, forget what has ended. */
  private void tick() {
    lastTick = clock.now();
    try {
      clock.adjust();
      forgetAfterLoss();
      reportFlows();
      networks.forgetEnded();
      processes.sweep();
    } catch (RuntimeException e) {
      lost(e); // what was not read stays in the kernel's map for a later report
    }
  }

  /** Lost records may have told of a network that went over to another container. */
  private void forgetAfterLoss() {
    long now = counters.lost();
    if (now != dropped) {
      dropped = now;
      networks.clear();
      seed.networks(networks);
    }
  }

  private void reportFlows() {
    List<FlowTable.Flow> taken = flows.take();
    long now = clock.now();
    long interval = now - lastFlows;
    lastFlows = now;
    if (now - lastScan > RESCAN_PAUSE && hasStranger(taken)) {
      lastScan = now;
      seed.networks(networks);
    }
    taken.addAll(hostFlows.take());
    for (FlowTable.Flow flow : taken) {
      Event event = translator.flow(flow, now, interval);
      if (event != null) {
        deliver(event);
      }
    }
  }

  private boolean hasStranger(List<FlowTable.Flow> taken) {
    for (FlowTable.Flow flow : taken) {
      if (networks.of(flow.namespace()) == null) {
        return true;
      }
    }
    return false;
  }
}
