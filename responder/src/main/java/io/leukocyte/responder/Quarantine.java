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
 * <p>What it leaves open only a packet filter can leave open. Where there is none, nothing is let
 * through; and one that cuts some interfaces alone fails, for it would do harm that nobody asked
 * for.
 *
 * @param length after which time it is released
 * @param mayPause whether it may be paused where there is no other way; else it fails there
 * @param scope how far it goes
 */
record Quarantine(Optional<Duration> length, boolean mayPause, Scope scope)
    implements Intervention {
  private static final Set<String> WAYS_OUT =
      Set.of("ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "BPF", "PERFMON");

  /** One that goes everywhere, and may pause. */
  Quarantine(Optional<Duration> length) {
    this(length, true, Scope.ALL);
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
    Optional<String> cannotFilter =
        loose.or(() -> canUndo(facts)).or(() -> host.filter().unusable());
    if (cannotFilter.isPresent() && !scope.interfaces().isEmpty()) {
      return new Checked.Not(
          new Outcome.Failed(
              "some interfaces alone cannot be cut without a packet filter: "
                  + cannotFilter.get()));
    }
    if (loose.isPresent()) {
      return byPause(target, loose.get());
    }
    if (cannotFilter.isPresent()) {
      return byDisconnecting(host, target, cannotFilter.get());
    }
    return new Checked.Ready(
        new Undo.OpenFilter(together(target)),
        "by a packet filter in its network namespace" + whenStarted(target));
  }

  /** Other quarantines that hold the container hold as before. */
  private Scope together(Target target) {
    Scope together = scope;
    for (Undo undo : target.held()) {
      if (undo instanceof Undo.OpenFilter filter) {
        together = together.and(filter.scope());
      }
    }
    return together;
  }

  /** That nothing is let through although something is allowed. */
  private String withoutPassages() {
    return scope.passages().isEmpty() ? "" : "; what is allowed cannot be let through then";
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

  private Checked byPause(Target target, String why) {
    if (target.paused() && target.held(Undo.Unpause.class).isEmpty()) {
      return Checked.skip("it is paused already, and not by us; " + why);
    }
    return new Checked.Ready(
        new Undo.Unpause(),
        "by pausing it, because " + why + whenStarted(target) + withoutPassages());
  }

  private Checked byDisconnecting(Host host, Target target, String why) {
    List<NetworkAttachment> attachments =
        target
            .held(Undo.Reconnect.class)
            .map(Undo.Reconnect::attachments)
            .orElseGet(() -> attached(host, target.id()));
    return new Checked.Ready(
        new Undo.Reconnect(attachments),
        "by taking it off "
            + Undo.Reconnect.names(attachments)
            + ", because "
            + why
            + withoutPassages());
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    return switch (undo) {
      case Undo.OpenFilter filter ->
          new Outcome.Done(
              host.process(container)
                  .map(process -> host.filter().close(process, filter.scope()))
                  .orElse("it does not run"));
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
      case Undo.OpenFilter filter -> verifyFilter(host, container, filter.scope());
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

  private static Outcome verifyFilter(Host host, ContainerId container, Scope scope) {
    Optional<ContainerProcess> process = host.process(container);
    if (process.isEmpty()) {
      return new Outcome.Done("it does not run, and is closed as soon as it is started");
    }
    return host.filter().isClosed(process.get(), scope)
        ? new Outcome.Done("the packet filter drops everything but loopback" + scope.exceptions())
        : new Outcome.Failed("the packet filter is not in its network namespace");
  }

  private static Outcome unfit(Undo undo) {
    return new Outcome.Failed("A quarantine is not taken back by " + undo + "; release it by hand");
  }
}
