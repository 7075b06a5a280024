package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Processes without a kernel, for tests: they begin, start others, and end as they are told. */
final class InMemoryProcesses implements Processes {
  private final Map<Integer, Seen> running = new TreeMap<>();
  private final Map<Integer, Set<Signal>> deaf = new HashMap<>();
  private final Map<Integer, Runnable> forks = new HashMap<>();
  private final Set<Integer> held = new HashSet<>();
  private final List<String> signals = new ArrayList<>();

  /**
   * A process begins.
   *
   * @param started unix nanoseconds
   * @param containers whose it is
   */
  synchronized Seen begin(int pid, int parent, long started, ContainerId... containers) {
    Seen process =
        new Seen(
            pid, parent, started / HostProc.TICK, started, "p" + pid, false, Set.of(containers));
    running.put(pid, process);
    held.remove(pid);
    return process;
  }

  /** From now on a process does not hear a signal. */
  synchronized void deafen(int pid, Signal signal) {
    deaf.computeIfAbsent(pid, p -> EnumSet.noneOf(Signal.class)).add(signal);
  }

  /** Happens each time that the processes are listed while this one is not held. */
  synchronized void onList(int pid, Runnable fork) {
    forks.put(pid, fork);
  }

  /** The signals that arrived, in order: {@code KILL 7}. */
  synchronized List<String> signals() {
    return List.copyOf(signals);
  }

  /** The pids of those that run and are held. */
  synchronized Set<Integer> held() {
    Set<Integer> found = new HashSet<>(held);
    found.retainAll(running.keySet());
    return found;
  }

  @Override
  public Optional<String> unusable() {
    return Optional.empty();
  }

  @Override
  public synchronized Optional<Seen> find(int pid) {
    return Optional.ofNullable(running.get(pid));
  }

  @Override
  public synchronized List<Seen> of(ContainerId container, int first) {
    List<Seen> all =
        running.values().stream().filter(p -> p.containers().contains(container)).toList();
    for (Map.Entry<Integer, Runnable> fork : Map.copyOf(forks).entrySet()) {
      if (running.containsKey(fork.getKey()) && !held.contains(fork.getKey())) {
        fork.getValue().run();
      }
    }
    return all;
  }

  @Override
  public synchronized boolean signal(Seen process, ContainerId container, Signal signal) {
    Seen now = running.get(process.pid());
    if (now == null || !now.isSameAs(process)) {
      return false;
    }
    if (!now.containers().contains(container)) {
      throw new HostException("The process " + process.pid() + " is elsewhere", null);
    }
    signals.add(signal + " " + process.pid());
    if (!deaf.getOrDefault(process.pid(), Set.of()).contains(signal)) {
      switch (signal) {
        case STOP -> held.add(process.pid());
        case CONT -> held.remove(process.pid());
        case TERM, KILL -> running.remove(process.pid());
      }
    }
    return true;
  }
}
