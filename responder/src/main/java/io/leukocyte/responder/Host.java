package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * What changes are made with: this host's container engine and the packet filter of its containers'
 * network namespaces, and their ports.
 *
 * @param engine the container engine
 * @param filter the packet filter
 * @param egress bounds of what containers send
 * @param probe looks whether containers listen
 * @param door the ports at which containers are reached
 * @param processes the processes of containers
 * @param programs what policies may run
 * @param blocked the images that may not start
 * @param known a process that the engine said is a container's first; empty: it is asked
 * @param hurry whether something else waits for the container that is changed, so that nothing is
 *     waited for that can be done without
 */
record Host(
    Engine engine,
    NetworkFilter filter,
    EgressLimit egress,
    PortProbe probe,
    FrontDoor door,
    Processes processes,
    Programs programs,
    BlockList blocked,
    Optional<ContainerProcess> known,
    BooleanSupplier hurry) {
  private static final long POLL_MILLIS = 20;

  /** With the kernel of this host, which asks the engine and has nothing to run. */
  Host(Engine engine, NetworkFilter filter, EgressLimit egress, PortProbe probe, FrontDoor door) {
    this(
        engine,
        filter,
        egress,
        probe,
        door,
        new LinuxProcesses(),
        Programs.NONE,
        nothingBlocked(),
        Optional.empty(),
        () -> false);
  }

  /** The same, which knows a container as the engine just gave it. */
  Host knowing(ContainerFacts facts) {
    Optional<ContainerProcess> process =
        Optional.of(facts).filter(Host::runs).map(ContainerProcess::of);
    return new Host(
        engine, filter, egress, probe, door, processes, programs, blocked, process, hurry);
  }

  /** The same with other processes. */
  Host with(Processes others) {
    return new Host(engine, filter, egress, probe, door, others, programs, blocked, known, hurry);
  }

  private static BlockList nothingBlocked() {
    return new BlockList(null, Clock.systemUTC());
  }

  /** The same with a list of images that may not start. */
  Host with(BlockList others) {
    return new Host(engine, filter, egress, probe, door, processes, programs, others, known, hurry);
  }

  /** The same with programs that policies may run. */
  Host with(Programs others) {
    return new Host(engine, filter, egress, probe, door, processes, others, blocked, known, hurry);
  }

  /** The same, which knows whether something else waits for the container. */
  Host hurrying(BooleanSupplier others) {
    return new Host(
        engine, filter, egress, probe, door, processes, programs, blocked, known, others);
  }

  /** With the kernel of this host, but that no port is redirected but in memory. */
  Host(Engine engine, NetworkFilter filter) {
    this(engine, filter, new InMemoryFrontDoor(engine));
  }

  /** With the kernel of this host behind a door. */
  Host(Engine engine, NetworkFilter filter, FrontDoor door) {
    this(engine, filter, new NftEgressLimit(), PortProbe.TCP, door);
  }

  /** Without a kernel: no port of a container is redirected but in memory. */
  Host(Engine engine, NetworkFilter filter, EgressLimit egress, PortProbe probe) {
    this(engine, filter, egress, probe, new InMemoryFrontDoor(engine));
  }

  /** With the programs of this host. */
  static Host local(Engine engine) {
    return new Host(engine, new NftNetworkFilter(), new NftFrontDoor());
  }

  /** Whether a container accepts connections at a port, on one of its networks. */
  boolean accepts(ContainerFacts facts, int port) {
    if (facts.networkMode().equals("host")) {
      return probe.accepts("127.0.0.1", port);
    }
    return facts.networks().stream()
        .anyMatch(n -> n.address() != null && probe.accepts(n.address(), port));
  }

  /** Whether a container has processes, frozen ones included. */
  static boolean runs(ContainerFacts facts) {
    return facts.pid() > 0
        && (facts.state().equals("running")
            || facts.state().equals("paused")
            || facts.state().equals("restarting"));
  }

  /**
   * The container's first process; empty when there is none. The engine is asked, unless a process
   * that is known still is the container's: a container has no process that outlives its first.
   */
  Optional<ContainerProcess> process(ContainerId container) {
    return known
        .filter(p -> p.container().equals(container) && filter.isStill(p))
        .or(() -> engine.inspect(container).filter(Host::runs).map(ContainerProcess::of));
  }

  /** Waits until the container is as wanted, or gone; false when the time is over before. */
  boolean await(ContainerId container, Duration most, Predicate<ContainerFacts> wanted) {
    long end = System.nanoTime() + most.toNanos();
    while (!engine.inspect(container).map(wanted::test).orElse(true)) {
      if (System.nanoTime() - end > 0 || !pause()) {
        return false;
      }
    }
    return true;
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
