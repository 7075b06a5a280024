package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerStats;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What each running container uses, a {@link ContainerStats} each round: by its control groups or,
 * where those cannot be read from here, by the engine's statistics. A round that would begin while
 * one is still running is left out. Thread-safe.
 */
final class Stats {
  private static final String CHECK = "stats";
  private static final Set<String> RUNNING = Set.of("running", "paused");
  private static final double PERCENT = 100;

  private final Supplier<Collection<ContainerFacts>> containers;
  private final Consumer<? super ContainerStats> next;
  private final ProcFiles files;
  private final StatsReader reader;
  private final EngineStats engine;
  private final TimeSource time;
  private final AtomicBoolean busy = new AtomicBoolean();
  private final Map<ContainerId, Last> last = new HashMap<>();
  private final Map<ContainerId, Long> engineOomKills = new ConcurrentHashMap<>();
  private @Nullable Cgroups cgroups;
  private volatile int unread;

  /**
   * None yet.
   *
   * @param containers what is known by now
   * @param next takes what was read
   * @param engine is asked where the control groups cannot be read
   */
  Stats(
      Supplier<Collection<ContainerFacts>> containers,
      Consumer<? super ContainerStats> next,
      ProcFiles files,
      EngineStats engine,
      TimeSource time) {
    this.containers = containers;
    this.next = next;
    this.files = files;
    this.reader = new StatsReader(files);
    this.engine = engine;
    this.time = time;
  }

  /**
   * A container as it was in the last round.
   *
   * @param pid of the run that the figures are of
   * @param groups null when the engine was asked
   * @param ticks when they were read
   * @param oomKillsBefore in earlier runs
   */
  private record Last(
      int pid,
      long started,
      Cgroups.@Nullable Groups groups,
      long ticks,
      long cpuNanos,
      long oomKills,
      long oomKillsBefore) {
    boolean isOf(ContainerFacts facts) {
      return pid == facts.pid() && started == facts.started();
    }
  }

  /** The engine's word of a kill is there even when the container has ended with it. */
  void follow(ContainerLifecycle event) {
    ContainerId id = event.container().id();
    if (event.action().equals("oom")) {
      engineOomKills.merge(id, 1L, Long::sum);
    } else if (event.action().equals("destroy")) {
      engineOomKills.remove(id);
    }
  }

  /** Reads all running containers once. */
  void round() {
    if (!busy.compareAndSet(false, true)) {
      return;
    }
    try {
      readAll();
    } finally {
      busy.set(false);
    }
  }

  private void readAll() {
    Map<ContainerId, Last> now = new HashMap<>();
    int failed = 0;
    for (ContainerFacts facts : containers.get()) {
      ContainerId id = facts.container().id();
      Last before = last.get(id);
      if (!RUNNING.contains(facts.state()) || facts.pid() == 0) {
        if (before != null) {
          now.put(id, before); // it may start again
        }
        continue;
      }
      Last read = read(facts, before);
      if (read != null) {
        now.put(id, read);
      } else if (files.isAlive(facts.pid())) {
        failed++;
      }
    }
    last.clear();
    last.putAll(now);
    unread = failed;
  }

  private @Nullable Last read(ContainerFacts facts, @Nullable Last before) {
    ContainerId id = facts.container().id();
    Last run = before != null && before.isOf(facts) ? before : null;
    Cgroups.Groups known = run == null ? null : run.groups();
    Cgroups.Groups groups = known == null ? cgroups().of(id, facts.pid()) : known;
    StatsReader.Reading reading = groups == null ? null : reader.read(facts, groups);
    if (reading == null) {
      reading = engine.read(facts);
    }
    if (reading == null) {
      return null;
    }
    long ticks = time.ticks();
    double percent = 0;
    if (run != null && ticks > run.ticks()) {
      percent = PERCENT * (reading.cpuNanos() - run.cpuNanos()) / (ticks - run.ticks());
    }
    long earlier = oomKillsBefore(run, before);
    long oomKills = Math.max(earlier + reading.oomKills(), engineOomKills.getOrDefault(id, 0L));
    next.accept(
        reading.stats(time.unixNanos(), facts, Math.max(0, percent), facts.restarts(), oomKills));
    return new Last(
        facts.pid(),
        facts.started(),
        groups,
        ticks,
        reading.cpuNanos(),
        reading.oomKills(),
        earlier);
  }

  /** Kills in runs before the present one, which is null when it is seen for the first time. */
  private static long oomKillsBefore(@Nullable Last run, @Nullable Last before) {
    if (run != null) {
      return run.oomKillsBefore();
    }
    return before == null ? 0 : before.oomKillsBefore() + before.oomKills();
  }

  private Cgroups cgroups() {
    Cgroups known = cgroups;
    if (known == null) {
      known = Cgroups.of(files);
      cgroups = known;
    }
    return known;
  }

  /** What is wrong; empty when all containers can be read. */
  Optional<CheckResult> check() {
    int count = unread;
    return count == 0
        ? Optional.empty()
        : Optional.of(
            new CheckResult.Degraded(
                CHECK,
                "neither control groups nor engine tell what " + count + " containers use",
                "run the collector as root, in the host's pid and cgroup namespaces"));
  }
}
