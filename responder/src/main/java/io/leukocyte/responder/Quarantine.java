package io.leukocyte.responder;

import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Nothing reaches the container and it reaches nothing, open connections included. The ways, in
 * this order:
 *
 * <ul>
 *   <li>a packet filter in its network namespace, where the container could not remove it itself
 *       and nobody else lives there: connections go on after the release;
 *   <li>its networks are taken away, where it has NET_ADMIN;
 *   <li>it is paused, where it shares a network namespace, or is privileged enough to leave its
 *       own.
 * </ul>
 *
 * @param length after which time it is released
 * @param mayPause whether it may be paused where there is no other way; else it fails there
 */
record Quarantine(Optional<Duration> length, boolean mayPause) implements Intervention {
  private static final Set<String> WAYS_OUT =
      Set.of("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "BPF", "PERFMON");

  /** One that may pause. */
  Quarantine(Optional<Duration> length) {
    this(length, true);
  }

  @Override
  public String type() {
    return "quarantine";
  }

  @Override
  public boolean outlivesStart() {
    return true;
  }

  @Override
  public Checked check(Host host, Target target) {
    ContainerFacts facts = target.facts();
    Optional<String> loose = canLeave(facts).or(() -> shares(host, target));
    if (loose.isPresent() && !mayPause) {
      return new Checked.Not(
          new Outcome.Failed(
              "it cannot be cut off: " + loose.get() + ", and pausing it is not allowed"));
    }
    if (loose.isPresent()) {
      return byPause(target, loose.get());
    }
    Optional<String> cannotFilter = canUndo(facts).or(() -> host.filter().unusable());
    if (cannotFilter.isPresent()) {
      return byDisconnecting(host, target, cannotFilter.get());
    }
    return new Checked.Ready(
        new Undo.OpenFilter(), "by a packet filter in its network namespace" + whenStarted(target));
  }

  private static String whenStarted(Target target) {
    return target.runs() ? "" : ", as soon as it is started";
  }

  /** Why no packet filter in its network namespace can be relied on; empty when it can. */
  static Optional<String> notFilterable(Host host, Target target) {
    ContainerFacts facts = target.facts();
    return canLeave(facts).or(() -> shares(host, target)).or(() -> canUndo(facts));
  }

  /** Why a container cannot be held by anything in or at its network namespace. */
  private static Optional<String> canLeave(ContainerFacts facts) {
    if (facts.container().privileged()) {
      return Optional.of("it is privileged");
    }
    if (facts.pidMode().equals("host")) {
      return Optional.of("it sees the host's processes");
    }
    return facts.security().capAdd().stream()
        .map(Quarantine::capability)
        .filter(WAYS_OUT::contains)
        .findFirst()
        .map(capability -> "it has the capability " + capability);
  }

  /** Whether a container was given a capability. */
  static boolean has(ContainerFacts facts, String capability) {
    return facts.security().capAdd().stream()
        .map(Quarantine::capability)
        .anyMatch(capability::equals);
  }

  private static String capability(String name) {
    return name.startsWith("CAP_") ? name.substring(4) : name;
  }

  /** Why its network namespace is not its own. */
  private static Optional<String> shares(Host host, Target target) {
    ContainerFacts facts = target.facts();
    if (facts.networkMode().equals("host")) {
      return Optional.of("it has the host's network");
    }
    if (facts.networkMode().startsWith("container:")) {
      return Optional.of("it has the network of another container");
    }
    if (!Host.runs(facts)) {
      return Optional.empty();
    }
    Set<ContainerId> sharers = host.filter().sharers(ContainerProcess.of(facts));
    Set<ContainerId> ours =
        target.held(Undo.TakeAwayWaf.class).map(waf -> Waf.sidecars(host, waf)).orElse(Set.of());
    return sharers.stream()
        .filter(other -> !ours.contains(other))
        .findFirst()
        .map(other -> "the container " + other.brief() + " shares its network");
  }

  private static Optional<String> canUndo(ContainerFacts facts) {
    return has(facts, "NET_ADMIN")
        ? Optional.of("it has the capability NET_ADMIN and could remove a packet filter")
        : Optional.empty();
  }

  private static Checked byPause(Target target, String why) {
    if (target.paused() && target.held(Undo.Unpause.class).isEmpty()) {
      return Checked.skip("it is paused already, and not by us; " + why);
    }
    return new Checked.Ready(
        new Undo.Unpause(), "by pausing it, because " + why + whenStarted(target));
  }

  private static Checked byDisconnecting(Host host, Target target, String why) {
    List<NetworkAttachment> attachments =
        target
            .held(Undo.Reconnect.class)
            .map(Undo.Reconnect::attachments)
            .orElseGet(() -> attached(host, target.id()));
    return new Checked.Ready(
        new Undo.Reconnect(attachments),
        "by taking it off " + Undo.Reconnect.names(attachments) + ", because " + why);
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    return switch (undo) {
      case Undo.OpenFilter filter ->
          new Outcome.Done(
              host.process(container).map(host.filter()::close).orElse("it does not run"));
      case Undo.Reconnect networks -> {
        List<NetworkAttachment> now = attached(host, container);
        now.forEach(a -> host.engine().disconnectNetwork(container, a.networkId()));
        yield new Outcome.Done("taken off " + Undo.Reconnect.names(now));
      }
      case Undo.Unpause pause -> Pause.pause(host, container);
      case Undo.Start other -> unfit(undo);
      case Undo.PutBack other -> unfit(undo);
      case Undo.GiveBack other -> unfit(undo);
      case Undo.TakeAwayWaf other -> unfit(undo);
      case Undo.Ended other -> unfit(undo);
      case Undo.Ran other -> unfit(undo);
      case Undo.Unblock other -> unfit(undo);
    };
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    return switch (undo) {
      case Undo.OpenFilter filter -> verifyFilter(host, container);
      case Undo.Reconnect networks -> {
        List<NetworkAttachment> left = attached(host, container);
        yield left.isEmpty()
            ? new Outcome.Done("it has no network")
            : new Outcome.Failed("it is still attached to " + Undo.Reconnect.names(left));
      }
      case Undo.Unpause pause -> Pause.isPaused(host, container);
      case Undo.Start other -> unfit(undo);
      case Undo.PutBack other -> unfit(undo);
      case Undo.GiveBack other -> unfit(undo);
      case Undo.TakeAwayWaf other -> unfit(undo);
      case Undo.Ended other -> unfit(undo);
      case Undo.Ran other -> unfit(undo);
      case Undo.Unblock other -> unfit(undo);
    };
  }

  /** Its networks; the engine counts "none" as one. */
  private static List<NetworkAttachment> attached(Host host, ContainerId container) {
    return host.engine().attachments(container).stream()
        .filter(a -> !a.networkName().equals("none"))
        .toList();
  }

  private static Outcome verifyFilter(Host host, ContainerId container) {
    Optional<ContainerProcess> process = host.process(container);
    if (process.isEmpty()) {
      return new Outcome.Done("it does not run, and is closed as soon as it is started");
    }
    return host.filter().isClosed(process.get())
        ? new Outcome.Done("the packet filter drops everything but loopback")
        : new Outcome.Failed("the packet filter is not in its network namespace");
  }

  private static Outcome unfit(Undo undo) {
    return new Outcome.Failed("A quarantine is not taken back by " + undo + "; release it by hand");
  }
}
