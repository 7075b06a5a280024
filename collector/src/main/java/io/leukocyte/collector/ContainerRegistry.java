package io.leukocyte.collector;

import io.leukocyte.collector.UserLookup.Look;
import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Text;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the containers of this host. Each event that passes gets the name and image of
 * its container and the names of its process's users, and the facts of a container pass before its
 * first event: until the engine has answered, the container's events are held, up to {@link
 * Limits#holdTime} and {@link Limits#holdEvents}. Order within a container is kept. Facts pass
 * again on each change and every {@link Limits#factsInterval}. Thread-safe.
 *
 * <p>A container that the engine does not know, another engine's for instance, keeps the name that
 * its events bring, which is none for those of the kernel.
 */
final class ContainerRegistry implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerRegistry.class);
  private static final int ASKERS = 4;

  /** Threads of their own: a file that lets its reader wait holds up nothing else. */
  private static final int LOOKERS = 4;

  private static final int MOST_LOOKS = 256;

  /** What may change the facts of a container, in the engine's words. */
  private static final Set<String> CHANGES =
      Set.of(
          "start",
          "die",
          "pause",
          "unpause",
          "rename",
          "update",
          "connect",
          "disconnect",
          "restart",
          "stop");

  private final Engine engine;
  private final Redaction redaction;
  private final Counters counters;
  private final Consumer<? super Event> next;
  private final Consumer<ContainerFacts> listener;
  private final Limits limits;
  private final TimeSource time;
  private final Map<ContainerId, TrackedContainer> containers = new ConcurrentHashMap<>();
  private final AtomicInteger held = new AtomicInteger();
  private final NameMemo memo = new NameMemo();
  private final UserLookup users;
  private final HostUsers hostUsers;
  private final ExecutorService lookers = lookers();
  private final ExecutorService askers =
      Executors.newFixedThreadPool(ASKERS, Thread.ofVirtual().name("leuko-inspect-", 0).factory());

  /**
   * Bounds in time and number.
   *
   * @param holdTime longest time that events wait for facts
   * @param holdEvents most events of all containers that wait
   * @param factsInterval how often facts are read and sent again
   * @param forget how long a container is remembered that is gone or unknown to the engine
   */
  record Limits(Duration holdTime, int holdEvents, Duration factsInterval, Duration forget) {}

  /**
   * A registry that knows nothing yet.
   *
   * @param next takes events; called under the container's lock, so that its order is kept
   * @param listener hears facts each time they were read; called without a lock
   */
  ContainerRegistry(
      Engine engine,
      Redaction redaction,
      Counters counters,
      Consumer<? super Event> next,
      Consumer<ContainerFacts> listener,
      Limits limits,
      TimeSource time,
      MeterRegistry meters) {
    this(engine, UserLookup.NONE, redaction, counters, next, listener, limits, time, meters);
  }

  /**
   * The same.
   *
   * @param users where the names of users come from; asked on threads of their own
   */
  ContainerRegistry(
      Engine engine,
      UserLookup users,
      Redaction redaction,
      Counters counters,
      Consumer<? super Event> next,
      Consumer<ContainerFacts> listener,
      Limits limits,
      TimeSource time,
      MeterRegistry meters) {
    this.users = users;
    this.hostUsers = new HostUsers(this::lookAtHost, memo, time);
    this.engine = engine;
    this.redaction = redaction;
    this.counters = counters;
    this.next = next;
    this.listener = listener;
    this.limits = limits;
    this.time = time;
    Gauge.builder("leuko.collector.held", held, AtomicInteger::get)
        .description("Events that wait for the facts of their container")
        .register(meters);
    Gauge.builder("leuko.collector.containers", containers, Map::size)
        .description("Containers that are remembered")
        .register(meters);
  }

  /** Passes an event on, now or when the facts of its container are there. */
  void accept(Event event) {
    ContainerRef container = event.container();
    if (container == null) {
      next.accept(hostUsers.named(event));
      return;
    }
    while (!tracked(container.id()).accept(event)) {
      containers.remove(container.id()); // it was being forgotten; a new one takes its place
    }
    if (event instanceof ContainerLifecycle lifecycle) {
      follow(lifecycle);
    }
  }

  private void follow(ContainerLifecycle event) {
    ContainerId id = event.container().id();
    if (event.action().equals("destroy")) {
      tracked(id).gone();
    } else if (CHANGES.contains(event.action())) {
      tracked(id).ask(false);
    }
  }

  private TrackedContainer tracked(ContainerId id) {
    return containers.computeIfAbsent(id, i -> new TrackedContainer(i, new Outlet(), limits, time));
  }

  /** Reads the facts of all running containers, and of those known that may have ended. */
  void readAll() {
    try {
      Set<ContainerId> running =
          engine.running().stream().map(ContainerSummary::id).collect(Collectors.toSet());
      running.forEach(id -> tracked(id).ask(false));
      for (TrackedContainer container : containers.values()) {
        if (!running.contains(container.id())) {
          container.askWhenKnown(false);
        }
      }
    } catch (EngineException e) {
      LOG.warn("The running containers are not known: {}", e.getMessage());
    }
  }

  /** Sends the facts of all known containers again. */
  void sendAll() {
    containers.values().forEach(c -> c.askWhenKnown(true));
  }

  /** The facts as they were last read; null when they never were. */
  @Nullable ContainerFacts facts(ContainerId id) {
    TrackedContainer container = containers.get(id);
    return container == null ? null : container.facts();
  }

  /** The facts of all containers that the engine has, as they were last read. */
  List<ContainerFacts> present() {
    return containers.values().stream()
        .map(TrackedContainer::present)
        .filter(Objects::nonNull)
        .toList();
  }

  /** Releases what has waited too long, asks again, forgets; called every 100 ms or so. */
  void sweep() {
    containers.values().removeIf(TrackedContainer::sweep);
  }

  /** Events that wait. */
  int held() {
    return held.get();
  }

  /** Releases what waits, and asks no more. */
  @Override
  public void close() {
    askers.shutdownNow();
    lookers.shutdownNow();
    containers.values().forEach(TrackedContainer::release);
  }

  /** What a container needs of the registry. */
  final class Outlet {
    private Outlet() {}

    /** Passes an event on. */
    void pass(Event event) {
      next.accept(event);
    }

    /** Passes facts on, as an event of their own. */
    void pass(ContainerFacts facts) {
      counters.received(Kind.CONTAINER_FACTS);
      next.accept(facts);
    }

    /** Whether one more event may wait; each that was let in is to be {@link #released}. */
    boolean hold() {
      if (held.incrementAndGet() <= limits.holdEvents()) {
        return true;
      }
      held.decrementAndGet();
      return false;
    }

    /** Events wait no more. */
    void released(int count) {
      held.addAndGet(-count);
    }

    /** Looks the names of a container's users up, on another thread. */
    void look(TrackedContainer container, List<Integer> pids, @Nullable Users before) {
      try {
        lookers.execute(() -> container.looked(users(container.id(), pids, before)));
      } catch (RejectedExecutionException e) {
        container.looked(new Look.Gone());
      }
    }

    /** The event with the names of its process's users. */
    Event named(Event event, UserNames names) {
      return names.named(event, memo);
    }

    /** Asks the engine for a container's facts, on another thread. */
    void ask(TrackedContainer container) {
      try {
        askers.execute(() -> inspect(container));
      } catch (RejectedExecutionException e) {
        LOG.debug("Closing; {} is not asked for any more", container.id());
      }
    }
  }

  private static ExecutorService lookers() {
    ThreadPoolExecutor lookers =
        new ThreadPoolExecutor(
            LOOKERS,
            LOOKERS,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_LOOKS),
            Thread.ofPlatform().daemon().name("leuko-users-", 0).factory());
    lookers.allowCoreThreadTimeOut(true);
    return lookers;
  }

  private void lookAtHost(@Nullable Users before) {
    try {
      lookers.execute(() -> hostUsers.looked(users(null, List.of(), before)));
    } catch (RejectedExecutionException e) {
      hostUsers.looked(new Look.Gone());
    }
  }

  private Look users(@Nullable ContainerId container, List<Integer> pids, @Nullable Users before) {
    try {
      Look look = users.look(container, pids, before);
      if (look instanceof Look.Refused(String reason)) {
        LOG.debug("The users of {} have no names: {}", container, reason);
      }
      return look;
    } catch (RuntimeException e) {
      LOG.warn("The users of {} have no names: {}", container, Text.kind(e));
      return new Look.Gone();
    }
  }

  private void inspect(TrackedContainer container) {
    ContainerFacts facts;
    try {
      Optional<ContainerFacts> found = engine.inspect(container.id()).map(redaction::apply);
      facts = found.orElse(null);
      container.answered(facts);
    } catch (EngineException e) {
      LOG.debug("Container {} cannot be inspected: {}", container.id().brief(), e.getMessage());
      container.failed();
      return;
    }
    if (facts != null) {
      listener.accept(facts);
    }
  }
}
