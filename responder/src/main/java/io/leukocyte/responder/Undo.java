package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSettings;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a change to a container is taken back. Journalled before the change is made, so that it can
 * be taken back whatever happens in between.
 */
sealed interface Undo {

  /** Takes the change back; done already is done. */
  Outcome run(Host host, ContainerId container);

  /** Whether there is anything to take back: the change stays in force until then. */
  default boolean wanted() {
    return true;
  }

  /** Removes what stands beside a container that is gone. */
  default void tidy(Host host) {}

  /** Whether a container of this name is ours, made for the change. */
  default boolean owns(String name) {
    return false;
  }

  /**
   * The packet filter in the network namespace is opened.
   *
   * @param scope how far it is closed until then
   */
  record OpenFilter(Scope scope) implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      Optional<ContainerProcess> process = host.process(container);
      if (process.isEmpty()) {
        return new Outcome.Done("the container does not run: its network namespace is gone");
      }
      try {
        host.filter().open(process.get());
      } catch (NetworkFilterException.Gone e) {
        return new Outcome.Done("the container ended: its network namespace is gone");
      }
      return new Outcome.Done("the packet filter is removed from its network namespace");
    }
  }

  /**
   * The container is attached to its networks again.
   *
   * @param attachments as they were
   */
  record Reconnect(List<NetworkAttachment> attachments) implements Undo {
    public Reconnect {
      attachments = List.copyOf(attachments);
    }

    @Override
    public Outcome run(Host host, ContainerId container) {
      if (host.engine().inspect(container).isEmpty()) {
        return new Outcome.Done("the container is gone");
      }
      List<String> notes = new ArrayList<>();
      for (NetworkAttachment attachment : attachments) {
        reconnect(host, container, attachment, notes);
      }
      String remarks = notes.isEmpty() ? "" : "; " + String.join("; ", notes);
      return new Outcome.Done("attached to " + names(attachments) + " again" + remarks);
    }

    /** A start meanwhile may have attached it again without its aliases: then once more. */
    private static void reconnect(
        Host host, ContainerId container, NetworkAttachment wanted, List<String> notes) {
      try {
        host.engine().disconnectNetwork(container, wanted.networkId());
        host.engine().connectNetwork(container, wanted);
      } catch (EngineException.NotFound e) {
        notes.add("the network " + wanted.networkName() + " is gone");
      } catch (EngineException.Refused e) {
        host.engine().connectNetwork(container, wanted.anyAddress());
        notes.add("its address in " + wanted.networkName() + " was taken; it has a new one");
      }
    }

    static String names(List<NetworkAttachment> attachments) {
      return attachments.isEmpty()
          ? "no network"
          : String.join(", ", attachments.stream().map(NetworkAttachment::networkName).toList());
    }
  }

  /**
   * The web application firewall is taken away: new connections go to the application, those
   * through the firewall may end within a time, then it is removed.
   *
   * @param fronts one for each port
   * @param drain how long connections through it may last
   * @param instance when the instance that it was put in front of had been started, unix
   *     nanoseconds
   */
  record TakeAwayWaf(List<Front> fronts, Duration drain, long instance) implements Undo {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 20;

    public TakeAwayWaf {
      fronts = List.copyOf(fronts);
    }

    /**
     * A firewall in front of a port.
     *
     * @param port of the application
     * @param listen the firewall's own
     * @param sidecar the name of its container
     */
    record Front(int port, int listen, String sidecar) {}

    SortedMap<Integer, Integer> routes() {
      SortedMap<Integer, Integer> routes = new TreeMap<>();
      fronts.forEach(front -> routes.put(front.port(), front.listen()));
      return routes;
    }

    List<Integer> ports() {
      return fronts.stream().map(Front::port).toList();
    }

    private List<Integer> listens() {
      return fronts.stream().map(Front::listen).toList();
    }

    @Override
    public Outcome run(Host host, ContainerId container) {
      Optional<ContainerProcess> process = host.process(container);
      try {
        process.ifPresent(p -> sendDirectly(host, p));
      } catch (NetworkFilterException.Gone e) {
        process = Optional.empty();
      }
      fronts.forEach(front -> remove(host, front));
      try {
        boolean clean = process.isEmpty() || removed(host, process.get());
        return clean
            ? new Outcome.Done(
                process.isPresent()
                    ? "the WAF is taken away, and nothing of it is left in its network namespace"
                    : "the WAF is removed; the container does not run")
            : new Outcome.Failed("a connection through the WAF has not ended yet");
      } catch (NetworkFilterException.Gone e) {
        return new Outcome.Done("the WAF is removed; the container ended");
      }
    }

    /** Who is on the way to the firewall arrives there, and is accepted, before it ends. */
    private void sendDirectly(Host host, ContainerProcess process) {
      boolean were = !host.door().routes(process).isEmpty();
      host.door().redirect(process, new TreeMap<>());
      if (were) {
        await(PATIENCE, () -> !host.door().waiting(process, listens()));
      }
    }

    private void remove(Host host, Front front) {
      Optional<ContainerId> sidecar = host.engine().resolve(front.sidecar());
      if (sidecar.isPresent()) {
        host.engine().stop(sidecar.get(), drain);
        host.engine().remove(sidecar.get(), true);
      }
    }

    private boolean removed(Host host, ContainerProcess process) {
      return await(PATIENCE, () -> host.door().remove(process, listens()));
    }

    private static boolean await(Duration most, BooleanSupplier what) {
      long end = System.nanoTime() + most.toNanos();
      while (!what.getAsBoolean()) {
        if (System.nanoTime() > end || !pause(POLL_MILLIS)) {
          return false;
        }
      }
      return true;
    }

    private static boolean pause(long millis) {
      try {
        Thread.sleep(millis);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }

    @Override
    public void tidy(Host host) {
      fronts.forEach(front ->
          host.engine()
              .resolve(front.sidecar())
              .ifPresent(sidecar -> host.engine().remove(sidecar, true)));
    }

    @Override
    public boolean owns(String name) {
      return fronts.stream().anyMatch(front -> front.sidecar().equals(name));
    }
  }

  /** The container's processes are thawed. */
  record Unpause() implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      Optional<ContainerFacts> facts = host.engine().inspect(container);
      if (facts.isEmpty() || !facts.get().state().equals("paused")) {
        return new Outcome.Done("it was not paused any more");
      }
      host.engine().unpause(container);
      return new Outcome.Done("unpaused");
    }
  }

  /**
   * The container takes its place again, and the fresh one is removed.
   *
   * @param name that it had
   * @param settings that it had
   * @param ports at which the fresh one must accept connections
   * @param networks that we had taken from it, and that the fresh one gets
   * @param fresh the container in its place; null until it is made
   */
  record PutBack(
      String name,
      ContainerSettings settings,
      List<Integer> ports,
      List<NetworkAttachment> networks,
      @Nullable ContainerId fresh)
      implements Undo {
    public PutBack {
      ports = List.copyOf(ports);
      networks = List.copyOf(networks);
    }

    /** The same once the fresh one is made. */
    PutBack with(ContainerId made) {
      return new PutBack(name, settings, ports, networks, made);
    }

    @Override
    public Outcome run(Host host, ContainerId container) {
      return new Swap(host, container, this).back(Duration.ofSeconds(10));
    }
  }

  /**
   * The container has the limits again that it had.
   *
   * @param settings that it had
   * @param egress whether what it sends is limited
   */
  record GiveBack(ContainerSettings settings, boolean egress) implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      if (host.engine().inspect(container).isEmpty()) {
        return new Outcome.Done("the container is gone");
      }
      ContainerSettings now = host.engine().settings(container);
      host.engine()
          .update(container, settings.restarting(now.restartPolicy(), now.restartRetries()));
      if (egress) {
        try {
          host.process(container).ifPresent(host.egress()::lift);
        } catch (NetworkFilterException.Gone e) {
          return new Outcome.Done("its limits are as they were; its network namespace is gone");
        }
      }
      return new Outcome.Done("its limits are as they were");
    }
  }

  /**
   * The container is started.
   *
   * @param instance when the instance that was ended had been started, unix nanoseconds
   * @param wanted whether it is to be started again at all
   */
  record Start(long instance, boolean wanted) implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      Optional<ContainerFacts> facts = host.engine().inspect(container);
      if (facts.isEmpty()) {
        return new Outcome.Done("the container is gone");
      }
      if (Host.runs(facts.get())) {
        return new Outcome.Done("it runs already");
      }
      host.engine().start(container);
      return new Outcome.Done("started");
    }

    /** Whether the instance that is to end still runs; a later one is none of ours. */
    boolean stillRuns(ContainerFacts facts) {
      return Host.runs(facts) && facts.started() == instance;
    }
  }

  /**
   * Nothing: a process that was ended stays so.
   *
   * @param pid in the host's pid namespace
   * @param ticks its start in the kernel's ticks since boot
   */
  record Ended(int pid, long ticks) implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      return new Outcome.Done("a process that was ended stays so");
    }

    @Override
    public boolean wanted() {
      return false;
    }
  }

  /**
   * Nothing: nobody knows what a program did.
   *
   * @param sidecar the name of the container that it runs in; empty when it runs on the host
   */
  record Ran(String sidecar) implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      return new Outcome.Done("what a program did is not taken back");
    }

    @Override
    public boolean wanted() {
      return false;
    }

    @Override
    public boolean owns(String name) {
      return !sidecar.isEmpty() && sidecar.equals(name);
    }
  }

  /**
   * The image is trusted again.
   *
   * @param digest its content id
   */
  record Unblock(String digest) implements Undo {
    @Override
    public Outcome run(Host host, ContainerId container) {
      if (host.blocked().find(digest).isEmpty()) {
        return new Outcome.Done("its image was trusted again already");
      }
      host.blocked().lift(digest, "leuko", "the action was taken back");
      return new Outcome.Done("its image may start again; what was stopped stays so");
    }
  }
}
