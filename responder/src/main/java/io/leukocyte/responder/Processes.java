package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The processes of this host's containers, each known by its pid and its start. */
interface Processes {
  /** Signals by their numbers, the same on each machine that Linux runs on. */
  enum Signal {
    /** Asks to end. */
    TERM(15),
    /** Ends. */
    KILL(9),
    /** Holds; a process cannot be against it. */
    STOP(19),
    /** Lets go on what is held. */
    CONT(18);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    int number() {
      return number;
    }
  }

  /**
   * A process as it was found.
   *
   * @param pid in the host's pid namespace
   * @param parent its parent's pid
   * @param ticks its start in the kernel's ticks since boot: with the pid it is its identity
   * @param started the same in unix nanoseconds, to about 20 ms
   * @param name the kernel's comm
   * @param ended whether it has ended, and only waits to be collected
   * @param containers whose it is by its control groups, also when one is within the other; empty:
   *     it is in none
   */
  record Seen(
      int pid,
      int parent,
      long ticks,
      long started,
      String name,
      boolean ended,
      Set<ContainerId> containers) {
    public Seen {
      containers = Set.copyOf(containers);
    }

    /** Whether both are the same process. */
    boolean isSameAs(Seen other) {
      return pid == other.pid && ticks == other.ticks;
    }
  }

  /** Why no process can be sent a signal; empty when it can. */
  Optional<String> unusable();

  /** The process that has the pid now; empty when none has. */
  Optional<Seen> find(int pid);

  /**
   * The processes of a container.
   *
   * @param first its first one
   */
  List<Seen> of(ContainerId container, int first);

  /**
   * Sends a signal to this very process while it is the container's, and to no other that got its
   * pid since.
   *
   * @return false when it has ended
   * @throws HostException when the kernel refuses, or the process left the container
   */
  boolean signal(Seen process, ContainerId container, Signal signal);
}
