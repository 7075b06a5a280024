package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.SensorLoss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sensor without BPF. Its best way is the process connector, which tells of each start and end
 * of a program, with {@code /proc} for the rest; where the kernel does not tell this process, it
 * looks at {@code /proc} four times a second; where that is not the host's, it asks the engine
 * which processes containers have, each second. Connections and listeners are looked for each
 * second. {@link #missing} names what it does not deliver whole.
 */
final class FallbackSource implements EventSource {
  private static final Logger LOG = LoggerFactory.getLogger(FallbackSource.class);
  private static final String NAME = "fallback sensor";
  private static final long LOOK = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LOOK_AT_SOCKETS = TimeUnit.SECONDS.toNanos(1);
  private static final long SWEEP = TimeUnit.SECONDS.toNanos(2);
  private static final int CLOCK_MONOTONIC = 1;
  private static final int MOST_MESSAGES = 1024;

  /** Number of the first pid namespace, the host's: the kernel gives it no other. */
  private static final long HOST_PIDS = 0xEFFFFFFCL;

  /** How it sees processes. */
  enum Way {
    /** The kernel tells of each. */
    CONNECTOR("the process connector and /proc", true, true),
    /** By looking, for what lives long enough. */
    PROC("looking at /proc four times a second", false, true),
    /** By asking the engine. */
    TOP("asking the engine for processes each second", false, false);

    private final String words;
    private final boolean whole;
    private final boolean sockets;

    Way(String words, boolean whole, boolean sockets) {
      this.words = words;
      this.whole = whole;
      this.sockets = sockets;
    }

    /** Kinds that it delivers whole. */
    Set<Kind> whole() {
      return whole ? EnumSet.of(Kind.PROCESS_EXEC, Kind.PROCESS_EXIT) : EnumSet.noneOf(Kind.class);
    }

    /** Kinds of which it delivers what lasts long enough to be seen. */
    Set<Kind> part() {
      Set<Kind> kinds =
          sockets ? EnumSet.of(Kind.NET_CONNECT, Kind.NET_LISTEN) : EnumSet.noneOf(Kind.class);
      if (!whole) {
        kinds.add(Kind.PROCESS_EXEC);
      }
      return kinds;
    }
  }

  private final CollectorSettings.Sensor settings;
  private final Engine engine;
  private final AtomicLong undelivered = new AtomicLong();
  private Interest interest = Interest.NONE;
  private @Nullable FallbackProcesses processes;
  private @Nullable SocketWatch sockets;
  private @Nullable ProcessConnector connector;
  private @Nullable Thread thread;
  private @Nullable Thread looker;
  private Way way = Way.TOP;
  private @Nullable String why;
  private volatile @Nullable Throwable failure;
  private volatile boolean closing;
  private final List<SensorLoss> connectorLosses = new ArrayList<>();

  FallbackSource(CollectorSettings.Sensor settings, Engine engine) {
    this.settings = settings;
    this.engine = engine;
  }

  @Override
  public synchronized void start(Consumer<? super Event> next) {
    Path proc = settings.proc();
    BootClock clock = BootClock.ofHost();
    Consumer<Event> safe = event -> deliver(event, next);
    ProcFacts facts = new ProcFacts(proc);
    if (!isHosts(facts)) {
      way = Way.TOP;
      why = proc + " is not the host's";
      TopProcesses top = new TopProcesses(engine, clock, safe);
      thread = run("leuko-sensor", () -> every(LOOK_AT_SOCKETS, () -> ask(top)));
      return;
    }
    FallbackProcesses table =
        new FallbackProcesses(facts, clock, settings.options().includeHost(), safe);
    SocketWatch watch = new SocketWatch(proc, facts, clock, safe);
    processes = table;
    sockets = watch;
    tell();
    try {
      ProcessConnector opened = ProcessConnector.open();
      connector = opened;
      way = Way.CONNECTOR;
      table.seed(); // what begins meanwhile waits in the connector
      thread = run("leuko-sensor", () -> listen(opened, table, clock));
    } catch (ProcessConnector.NotPermitted e) {
      way = Way.PROC;
      why = "the process connector does not answer: " + e.getMessage();
      table.seed();
      thread = run("leuko-sensor", () -> every(LOOK, table::look));
    }
    watch.look(table.ofContainers());
    looker =
        run("leuko-sockets", () -> every(LOOK_AT_SOCKETS, () -> watch.look(table.ofContainers())));
  }

  /** Whether a mount of proc shows the host's pids: those of the first namespace. */
  private static boolean isHosts(ProcFacts facts) {
    long namespace = facts.hostNamespace("pid");
    ProcFacts.Stat second = facts.stat(2);
    return namespace == HOST_PIDS || (second != null && second.name().equals("kthreadd"));
  }

  private static Thread run(String name, Runnable task) {
    return Thread.ofPlatform().name(name).daemon().start(task);
  }

  private void deliver(Event event, Consumer<? super Event> next) {
    try {
      next.accept(event);
    } catch (RuntimeException e) {
      if (Long.bitCount(undelivered.incrementAndGet()) == 1) {
        LOG.warn("Events of the fallback sensor were lost: they were not taken", e);
      }
    }
  }

  private void listen(ProcessConnector from, FallbackProcesses table, BootClock clock) {
    long swept = System.nanoTime();
    boolean stale = false;
    try {
      boolean last = false;
      while (!last) {
        from.await(500);
        last = closing; // what is there by then is still delivered
        long difference = clock.now() - LibC.clock(CLOCK_MONOTONIC);
        from.drain(message -> table.take(message, difference), MOST_MESSAGES);
        stale |= noteLost(from, clock);
        if (System.nanoTime() - swept > SWEEP) {
          swept = System.nanoTime();
          table.sweep();
          if (stale) {
            stale = false;
            table.seed();
          }
        }
      }
    } catch (RuntimeException e) {
      failure = e;
      LOG.error("The fallback sensor's thread has ended: no more processes are seen", e);
    }
  }

  private boolean noteLost(ProcessConnector from, BootClock clock) {
    return from.takeLost()
        .map(count -> {
          long now = clock.time(clock.now());
          synchronized (connectorLosses) {
            connectorLosses.add(
                new SensorLoss(
                    now, null, "process-connector", Counters.ANY, "full", count, now, now));
          }
          return true;
        })
        .orElse(false);
  }

  private void every(long nanos, Runnable look) {
    try {
      while (!closing) {
        long begun = System.nanoTime();
        look.run();
        long rest = nanos - (System.nanoTime() - begun);
        TimeUnit.NANOSECONDS.sleep(Math.max(rest, nanos / 4));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      failure = e;
      LOG.error("A thread of the fallback sensor has ended", e);
    }
  }

  private static void ask(TopProcesses top) {
    try {
      top.look();
    } catch (EngineException e) {
      LOG.debug("The engine tells of no processes: {}", e.getMessage());
    }
  }

  @Override
  public synchronized void observe(Interest wanted) {
    interest = wanted;
    tell();
  }

  private void tell() {
    FallbackProcesses table = processes;
    SocketWatch watch = sockets;
    if (table != null && watch != null) {
      table.tell(new EnvironmentNames(interest.environment()));
      watch.listeners(
          interest.kinds().contains(Kind.NET_LISTEN) || settings.kinds().contains(Kind.NET_LISTEN));
    }
  }

  @Override
  public synchronized CheckResult check() {
    Throwable ended = failure;
    if (ended != null) {
      return new CheckResult.Failed(
          NAME, "its thread has ended: " + ended, "restart the collector and report this");
    }
    if (thread == null) {
      return new CheckResult.Failed(NAME, "it is not running", "start the collector");
    }
    String problem =
        "reduced coverage by %s%s: %s only in part; no %s"
            .formatted(
                way.words,
                why == null ? "" : " (" + why + ")",
                names(way.part()),
                names(
                    KernelSource.KINDS.stream()
                        .filter(kind -> !way.whole().contains(kind) && !way.part().contains(kind))
                        .toList()));
    return new CheckResult.Degraded(NAME, problem, "let the kernel sensor run for all of it");
  }

  private static String names(Iterable<Kind> kinds) {
    List<String> names = new ArrayList<>();
    kinds.forEach(kind -> names.add(kind.text()));
    return names.stream().sorted().collect(Collectors.joining(", "));
  }

  Way way() {
    return way;
  }

  @Override
  public synchronized List<Kind> missing() {
    if (thread == null || failure != null) {
      return KernelSource.KINDS;
    }
    return KernelSource.KINDS.stream().filter(kind -> !way.whole().contains(kind)).toList();
  }

  @Override
  public synchronized List<SensorLoss> losses() {
    List<SensorLoss> losses = new ArrayList<>();
    if (processes != null) {
      losses.addAll(processes.losses());
    }
    if (sockets != null) {
      losses.addAll(sockets.losses());
    }
    synchronized (connectorLosses) {
      losses.addAll(connectorLosses);
      connectorLosses.clear();
    }
    long untaken = undelivered.getAndSet(0);
    if (untaken > 0) {
      long now = TimeSource.SYSTEM.unixNanos();
      losses.add(new SensorLoss(now, null, "sensor", Counters.ANY, "handler", untaken, now, now));
    }
    return losses;
  }

  @Override
  public synchronized void close() {
    closing = true;
    if (connector != null) {
      connector.wake();
    }
    boolean first = end(thread, connector == null);
    boolean interrupted = end(looker, true) || first;
    if (connector != null) {
      connector.close();
      connector = null;
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a thread's end; whether this one was interrupted. */
  private static boolean end(@Nullable Thread ending, boolean interrupt) {
    if (ending == null) {
      return false;
    }
    if (interrupt) {
      ending.interrupt();
    }
    boolean interrupted = false;
    while (ending.isAlive()) {
      try {
        ending.join();
      } catch (InterruptedException e) {
        interrupted = true; // it uses memory that is about to be freed: wait on
      }
    }
    return interrupted;
  }
}
