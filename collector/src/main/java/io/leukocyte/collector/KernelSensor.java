package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.rules.CallNeed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel sensor: BPF programs on raw tracepoints report what processes of containers do, and
 * one thread turns their records into {@link io.leukocyte.events.ProcessExec}, {@link
 * io.leukocyte.events.ProcessExit}, {@link io.leukocyte.events.NetConnect} and {@link
 * io.leukocyte.events.NetFlow}.
 *
 * <p>{@link #open} loads the programs, {@link #start} attaches them and begins to read, {@link
 * #close} detaches, delivers what is left and frees everything. Users are numbers here: whose names
 * they have is the registry's to find out.
 *
 * <p>Egress of a container with its own network comes from the network device: all protocols, bytes
 * of layer 2, every {@link SensorOptions#flowInterval}. A container in the host's network is told
 * apart only by its sockets: its TCP connections give a flow each two seconds in which they send,
 * and when they end, with the bytes that the other end acknowledged.
 */
final class KernelSensor implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelSensor.class);
  private static final Path BTF = Path.of("/sys/kernel/btf/vmlinux");
  private static final Path PROC = Path.of("/proc");
  private static final String NAME = "kernel sensor";
  private static final int OLDEST_MAJOR = 5;
  private static final int OLDEST_MINOR = 8;

  private final SensorOptions options;
  private final Path proc;
  private final BpfObject object;
  private final BpfRing ring;
  private final int wake;
  private final BootClock clock = BootClock.ofHost();
  private final SensorCounters counters;
  private final SensorLosses losses;
  private final CallInterest interest;
  private EnvironmentNames environment = EnvironmentNames.NONE;
  private @Nullable SensorReader reader;
  private final long[] filtered = new long[SensorLayout.COUNTERS];

  /** Why the program of system calls is not attached; null when it is, or is not wanted. */
  private @Nullable SensorUnavailable unattached;

  private boolean closed;

  private KernelSensor(SensorOptions options, Path proc, BpfObject object, BpfRing ring, int wake) {
    this.options = options;
    this.proc = proc;
    this.object = object;
    this.ring = ring;
    this.wake = wake;
    this.counters = new SensorCounters(object);
    this.losses = new SensorLosses(object, counters, clock);
    this.interest = new CallInterest(object);
  }

  /**
   * Loads the programs into the kernel; nothing is observed yet.
   *
   * @throws SensorUnavailableException when the sensor cannot work here; it says what to do
   */
  static KernelSensor open(SensorOptions options) throws SensorUnavailableException {
    return open(options, PROC);
  }

  /**
   * The same.
   *
   * @param proc where the host's proc is mounted
   */
  static KernelSensor open(SensorOptions options, Path proc) throws SensorUnavailableException {
    checkSystem();
    return over(BpfObject.load(options), options, proc);
  }

  /** The same with one form of the object. */
  static KernelSensor openForm(String form, SensorOptions options)
      throws SensorUnavailableException {
    checkSystem();
    return over(BpfObject.load(form, options), options, PROC);
  }

  private static KernelSensor over(BpfObject object, SensorOptions options, Path proc)
      throws SensorUnavailableException {
    try {
      BpfRing ring = BpfRing.map(object.fd("ring"), options.ringBytes(), LibC.pageSize());
      return new KernelSensor(options, proc, object, ring, eventCounter(ring));
    } catch (SensorUnavailableException e) {
      object.close();
      throw e;
    }
  }

  private static int eventCounter(BpfRing ring) throws SensorUnavailableException {
    int fd = LibC.eventfd();
    if (fd < 0) {
      ring.close();
      throw new SensorUnavailableException(
          new SensorUnavailable.LoadFailed("eventfd: errno " + -fd));
    }
    return fd;
  }

  private static void checkSystem() throws SensorUnavailableException {
    String system = System.getProperty("os.name", "");
    String processor = System.getProperty("os.arch", "");
    if (!system.equals("Linux") || !List.of("amd64", "aarch64").contains(processor)) {
      throw new SensorUnavailableException(
          new SensorUnavailable.UnsupportedSystem(system + " on " + processor));
    }
    String release = System.getProperty("os.version", "");
    if (isTooOld(release)) {
      throw new SensorUnavailableException(new SensorUnavailable.KernelTooOld(release));
    }
    if (!Files.exists(BTF)) {
      throw new SensorUnavailableException(new SensorUnavailable.NoBtf(BTF.toString()));
    }
  }

  /** Whether a kernel release, such as {@code 5.4.0-42-generic}, is below 5.8. */
  static boolean isTooOld(String release) {
    String[] parts = release.split("[^0-9]+", 3);
    if (parts.length < 2 || parts[0].isEmpty() || parts[1].isEmpty()) {
      return false; // it does not say; loading will tell
    }
    int major = Integer.parseInt(parts[0]);
    int minor = Integer.parseInt(parts[1]);
    return major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR);
  }

  /**
   * Attaches the programs and begins to deliver. Processes of containers that run already are known
   * from then on, without an event of their own. Called once.
   *
   * @param containers what is known of a container; called on the sensor's thread
   * @param handler takes each event, in the kernel's order, on the sensor's thread; what it throws
   *     is logged and the event counts as lost
   * @throws SensorUnavailableException when the kernel lacks one of the attach points
   */
  synchronized void start(
      Function<ContainerId, ContainerRef> containers, Consumer<? super Event> handler)
      throws SensorUnavailableException {
    if (closed || reader != null) {
      throw new IllegalStateException("The sensor can be started once, before it is closed");
    }
    SensorSeed.host(new ProcFiles(proc), object);
    object.attach();
    reader =
        new SensorReader(
            options, object, ring, wake, counters, clock, new ProcFiles(proc), containers, handler);
    reader.tell(environment);
    reader.start();
    attachCalls();
  }

  /** As {@link #observe(Map, EnvironmentNames)}, with everything of these calls. */
  void observe(Set<String> calls, EnvironmentNames names) {
    Map<String, CallNeed> whole = new TreeMap<>();
    calls.forEach(call -> whole.put(call, CallNeed.EVERYTHING));
    observe(whole, names);
  }

  /**
   * Reports so much of these system calls from now on, and no others; until the first call none.
   *
   * @param calls by names of {@link TracedCalls}
   * @param names variables of the environment that are told with a program's start
   */
  synchronized void observe(Map<String, CallNeed> calls, EnvironmentNames names) {
    if (closed) {
      return;
    }
    interest.set(calls);
    interest.setEnvironment(!names.names().isEmpty());
    environment = names;
    if (reader != null) {
      reader.tell(names);
      attachCalls();
    }
  }

  private void attachCalls() {
    try {
      object.attachCalls(!interest.names().isEmpty());
      unattached = null;
    } catch (SensorUnavailableException e) {
      unattached = e.reason();
      LOG.error("System calls are not reported: {}", e.getMessage());
    }
  }

  /** The programs and maps in the kernel. */
  BpfObject object() {
    return object;
  }

  /** The kinds that are asked for and cannot be reported. */
  synchronized List<Kind> missing() {
    if (unattached == null) {
      return List.of();
    }
    Set<String> names = interest.names();
    return TracedCalls.kinds().stream()
        .filter(kind -> TracedCalls.of(Set.of(kind)).stream().anyMatch(names::contains))
        .toList();
  }

  /** Whether records are being read. */
  synchronized CheckResult check() {
    if (closed || reader == null) {
      return new CheckResult.Failed(NAME, "it is not running", "start the collector");
    }
    Throwable failure = reader.failure();
    if (failure != null) {
      return new CheckResult.Failed(
          NAME, "its thread has ended: " + failure, "restart the collector and report this");
    }
    if (unattached != null) {
      return new CheckResult.Degraded(
          NAME, "system calls are not reported: " + unattached.problem(), unattached.todo());
    }
    return new CheckResult.Ok(NAME, "eBPF, " + counters.total() + " records");
  }

  /** Bytes of records that are not read yet, in the ring or moved out of it. */
  synchronized long waitingBytes() {
    return closed ? 0 : ring.used() + (reader == null ? 0 : reader.waitingBytes());
  }

  /** What was lost since the last call, by kind; empty when nothing was. */
  synchronized List<SensorLoss> losses() {
    if (closed) {
      return List.of();
    }
    List<SensorLoss> all = new ArrayList<>(losses.take());
    if (reader != null) {
      all.addAll(reader.losses());
    }
    return List.copyOf(all);
  }

  /** How many of each kind the programs left out since the last call, as nobody asked for them. */
  synchronized Map<Kind, Long> filtered() {
    Map<Kind, Long> since = new EnumMap<>(Kind.class);
    if (closed) {
      return since;
    }
    for (Kind kind : TracedCalls.kinds()) {
      int counter = SensorCounters.counterOf(kind);
      long all = counters.count(counter).filtered();
      if (all > filtered[counter]) {
        since.put(kind, all - filtered[counter]);
        filtered[counter] = all;
      }
    }
    return since;
  }

  /** What the programs made, kept and dropped of a kind of {@link SensorLayout}. */
  synchronized SensorCounters.Count count(int kind) {
    return counters.count(kind);
  }

  /** Detaches the programs, delivers what they had recorded, and frees all. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    object.detach();
    if (reader != null) {
      reader.close();
    }
    ring.close();
    LibC.close(wake);
    object.close();
  }
}
