package io.leukocyte.responder;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.Processes.Seen;
import io.leukocyte.responder.Processes.Signal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Ends a process of a container, alone or with its descendants. Those are held first, so that none
 * starts another while it is looked for, until there is no new one; then they are ended, the first
 * of them last: who dies in between finds it again, and the rest below it.
 */
final class Ending {
  /** So often descendants are looked for; what starts faster than that is not ended whole. */
  private static final int MOST_ROUNDS = 100;

  private static final Duration END = Duration.ofSeconds(5);
  private static final long POLL_MILLIS = 10;

  private final Processes processes;
  private final ContainerId container;
  private final int first;
  private final boolean init;

  /**
   * Makes it.
   *
   * @param facts of the container, which runs
   * @param init whether the container's first process may be ended
   */
  Ending(Processes processes, ContainerFacts facts, boolean init) {
    this(processes, facts.container().id(), facts.pid(), init);
  }

  private Ending(Processes processes, ContainerId container, int first, boolean init) {
    this.processes = processes;
    this.container = container;
    this.first = first;
    this.init = init;
  }

  /**
   * Lets a process of a container and its descendants go on, which an ending that was cut off may
   * hold. The engine is not asked.
   *
   * @return how many there are
   */
  static int letGo(Processes processes, ContainerId container, Seen process) {
    Ending ending = new Ending(processes, container, process.pid(), true);
    Map<Integer, Seen> family = new LinkedHashMap<>();
    family.put(process.pid(), process);
    List<Seen> _ = ending.found(family, process);
    family.values().forEach(p -> processes.signal(p, container, Signal.CONT));
    return family.size();
  }

  /** Ends a process; returns when it is gone, or stays. */
  Outcome of(Seen process, Signal signal, boolean tree, Duration grace) {
    Map<Integer, Seen> family = new LinkedHashMap<>();
    family.put(process.pid(), process);
    String asked = "";
    if (signal == Signal.TERM) {
      if (asked(family, process, tree, grace)) {
        return new Outcome.Done(count(family) + " ended after SIGTERM");
      }
      asked = "after " + grace.toSeconds() + " s of SIGTERM ";
    }
    boolean whole = !tree || held(family, process);
    reversed(family).forEach(p -> processes.signal(p, container, Signal.KILL));
    List<Seen> left = awaitEnd(family, END);
    if (!left.isEmpty()) {
      return new Outcome.Failed(
          "%d of %d processes, such as %d, are there %d s after SIGKILL; a paused container must be unpaused first"
              .formatted(left.size(), family.size(), left.getFirst().pid(), END.toSeconds()));
    }
    return whole
        ? new Outcome.Done(asked + count(family) + " ended by SIGKILL")
        : new Outcome.Failed(
            "%d processes were ended, but it starts new ones faster than they are found; use kill"
                .formatted(family.size()));
  }

  private static String count(Map<Integer, Seen> family) {
    return family.size() == 1 ? "one process" : family.size() + " processes";
  }

  /** Whether all ended because they were asked to: who is held hears it when he goes on. */
  private boolean asked(Map<Integer, Seen> family, Seen process, boolean tree, Duration grace) {
    long end = System.nanoTime() + grace.toNanos();
    if (tree) {
      boolean _ = held(family, process);
    }
    reversed(family).forEach(p -> processes.signal(p, container, Signal.TERM));
    if (tree) {
      reversed(family).forEach(p -> processes.signal(p, container, Signal.CONT));
    }
    List<Seen> left;
    do {
      if (tree) {
        found(family, process).forEach(p -> processes.signal(p, container, Signal.TERM));
      }
      left = left(family);
    } while (!left.isEmpty() && System.nanoTime() < end && pause());
    return left.isEmpty();
  }

  /**
   * Holds the descendants, until twice there is no new one: who is on his way to start another is
   * held a moment later. False when there were always new ones.
   */
  private boolean held(Map<Integer, Seen> family, Seen process) {
    List<Seen> fresh = new ArrayList<>(family.values());
    boolean quiet = false;
    for (int round = 0; round < MOST_ROUNDS; round++) {
      fresh.forEach(p -> processes.signal(p, container, Signal.STOP));
      fresh = found(family, process);
      if (fresh.isEmpty() && quiet) {
        return true;
      }
      quiet = fresh.isEmpty() && pause();
    }
    return false;
  }

  /** Descendants that were not known, which are added; a parent comes before its children. */
  private List<Seen> found(Map<Integer, Seen> family, Seen process) {
    Map<Integer, Seen> all = new LinkedHashMap<>();
    processes.of(container, first).forEach(p -> all.put(p.pid(), p));
    List<Seen> fresh = new ArrayList<>();
    boolean grew = true;
    while (grew) {
      grew = false;
      for (Seen one : all.values()) {
        boolean fits = !one.ended() && one.pid() != process.pid() && mayEnd(one);
        if (fits && !isIn(family, one) && isIn(family, all.get(one.parent()))) {
          family.put(one.pid(), one);
          fresh.add(one);
          grew = true;
        }
      }
    }
    return fresh;
  }

  private static boolean isIn(Map<Integer, Seen> family, @Nullable Seen one) {
    if (one == null) {
      return false;
    }
    Seen known = family.get(one.pid());
    return known != null && known.isSameAs(one);
  }

  private boolean mayEnd(Seen one) {
    return one.containers().contains(container)
        && one.pid() > 1
        && one.pid() != ProcessHandle.current().pid()
        && (init || one.pid() != first);
  }

  private static List<Seen> reversed(Map<Integer, Seen> family) {
    return new ArrayList<>(family.values()).reversed();
  }

  private List<Seen> awaitEnd(Map<Integer, Seen> family, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    List<Seen> left = left(family);
    while (!left.isEmpty() && System.nanoTime() < end && pause()) {
      left = left(family);
    }
    return left;
  }

  private List<Seen> left(Map<Integer, Seen> family) {
    return family.values().stream()
        .filter(p -> processes.find(p.pid()).filter(n -> n.isSameAs(p) && !n.ended()).isPresent())
        .toList();
  }

  private static boolean pause() {
    try {
      Thread.sleep(POLL_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
