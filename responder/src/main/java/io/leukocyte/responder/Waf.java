package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.FrontDoor.Speech;
import io.leukocyte.responder.Undo.TakeAwayWaf.Front;
import io.leukocyte.responder.WafOptions.Established;
import io.leukocyte.responder.WafOptions.Mode;
import io.leukocyte.responder.WafOptions.OnDeath;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A web application firewall stands in front of the container, at the same name, address and ports:
 * it lives in the container's network namespace, where the kernel sends new connections to it. No
 * request fails for it; connections that were open go on, or are cut.
 *
 * @param options how it works
 * @param blocked what is refused altogether
 * @param length after which time it is taken away
 */
record Waf(WafOptions options, Blocked blocked, Optional<Duration> length) implements Intervention {
  private static final int FIRST_PORT = 18080;

  @Override
  public String type() {
    return "waf";
  }

  @Override
  public boolean outlivesStart() {
    return true;
  }

  /** The same, refusing what the alert names where that is wanted. */
  @Override
  public Response about(Alert alert) {
    return new Waf(options, Blocked.of(alert, options.block()), length);
  }

  @Override
  public Checked check(Host host, Target target) {
    ContainerFacts facts = target.facts();
    Optional<String> never = notItsOwnNetwork(facts);
    if (never.isPresent()) {
      return new Checked.Not(new Outcome.Refused(never.get()));
    }
    Optional<String> cannot =
        host.door()
            .unusable()
            .or(() ->
                options.established() == Established.CUT
                    ? host.door().cannotCut()
                    : Optional.empty());
    if (cannot.isPresent()) {
      return new Checked.Not(new Outcome.Failed(cannot.get()));
    }
    if (!target.runs()) {
      return Checked.skip("it does not run");
    }
    if (target.held(Undo.TakeAwayWaf.class).isPresent()) {
      return Checked.skip("a WAF stands in front of it already");
    }
    return atPorts(host, facts);
  }

  private static Optional<String> notItsOwnNetwork(ContainerFacts facts) {
    String mode = facts.networkMode();
    if (mode.equals("host")) {
      return Optional.of("it has the host's network, where nothing is redirected");
    }
    if (mode.startsWith("container:")) {
      return Optional.of(
          "it has the network of another container: put the WAF in front of "
              + mode.substring("container:".length()));
    }
    return Sidecar.address(facts).isEmpty() && Host.runs(facts)
        ? Optional.of("it has no network")
        : Optional.empty();
  }

  private Checked atPorts(Host host, ContainerFacts facts) {
    ContainerProcess process = ContainerProcess.of(facts);
    SortedSet<Integer> listening = host.door().listening(process);
    List<Integer> ports = new ArrayList<>();
    List<String> others = new ArrayList<>();
    for (int port : options.ports().isEmpty() ? listening : options.ports()) {
      Speech speech = host.door().speech(Sidecar.address(facts).orElseThrow(), port);
      boolean named = !options.ports().isEmpty();
      if (speech == Speech.HTTP || (named && speech != Speech.TLS)) {
        ports.add(port);
      } else {
        others.add(port + " " + said(speech));
      }
    }
    boolean refused = !options.ports().isEmpty() && !others.isEmpty();
    if (refused || ports.isEmpty() || ports.size() > WafOptions.MOST_PORTS) {
      return new Checked.Not(new Outcome.Failed(noPorts(ports, others)));
    }
    return ready(host, facts, ports, listening);
  }

  private static String said(Speech speech) {
    return switch (speech) {
      case HTTP -> "speaks HTTP";
      case TLS -> "speaks TLS, which a WAF cannot read";
      case OTHER -> "does not speak HTTP";
      case SILENCE -> "does not answer";
    };
  }

  private static String noPorts(List<Integer> ports, List<String> others) {
    if (ports.size() > WafOptions.MOST_PORTS) {
      return "it speaks HTTP at "
          + ports
          + ": name at most "
          + WafOptions.MOST_PORTS
          + " of them with ports";
    }
    return others.isEmpty()
        ? "it listens at no port; name one with ports"
        : "no WAF goes in front of it: port " + String.join(", port ", others);
  }

  private Checked ready(
      Host host, ContainerFacts facts, List<Integer> ports, SortedSet<Integer> listening) {
    List<Front> fronts = new ArrayList<>();
    int listen = FIRST_PORT;
    for (int port : ports) {
      while (listening.contains(listen) || listening.contains(listen + 1)) {
        listen += 2;
      }
      fronts.add(new Front(port, listen, Sidecar.newName(facts, port)));
      listen += 2;
    }
    Undo undo = new Undo.TakeAwayWaf(fronts, options.drain(), facts.started());
    List<String> way = new ArrayList<>();
    way.add(
        "by a WAF (%s, paranoia level %d, %s) in front of port %s"
            .formatted(
                options.image(),
                options.paranoia(),
                options.mode() == Mode.BLOCK ? "refusing attacks" : "logging attacks only",
                ports.stream().map(String::valueOf).collect(Collectors.joining(" and "))));
    way.addAll(remarks(host, facts));
    return new Checked.Ready(undo, String.join("; ", way));
  }

  private List<String> remarks(Host host, ContainerFacts facts) {
    List<String> remarks = new ArrayList<>();
    Set<ContainerId> sharers = host.filter().sharers(ContainerProcess.of(facts));
    for (ContainerId other : sharers) {
      remarks.add("the container " + other.brief() + " shares its network and is behind it too");
    }
    if (facts.container().privileged()) {
      remarks.add("it is privileged and could take the WAF away");
    } else if (Quarantine.has(facts, "NET_ADMIN")) {
      remarks.add("it has the capability NET_ADMIN and could take the WAF away");
    }
    if (!options.block().isEmpty()) {
      remarks.add(
          blocked.isEmpty()
              ? "the alert names nothing that could be blocked"
              : "blocked altogether: " + blocked.addresses() + " " + blocked.paths());
      if (!options.hasOwnImage()) {
        remarks.add("only the image of deploy/waf blocks by address and path");
      }
    }
    return remarks;
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.TakeAwayWaf way)) {
      return unfit(undo);
    }
    Optional<ContainerFacts> facts = host.engine().inspect(container).filter(Host::runs);
    if (facts.isEmpty()) {
      return new Outcome.Done("it does not run");
    }
    if (Sidecar.address(facts.get()).isEmpty()) {
      return new Outcome.Done("it has no network");
    }
    try {
      return putInFront(host, facts.get(), way);
    } catch (EngineException.NotFound e) {
      return new Outcome.Failed(
          e.getMessage()
              + "; build the image with deploy/waf/build.sh, or fetch the one that 'image' names");
    }
  }

  private Outcome putInFront(Host host, ContainerFacts facts, Undo.TakeAwayWaf way) {
    ContainerProcess process = ContainerProcess.of(facts);
    List<String> said = new ArrayList<>();
    boolean unknown = host.door().prepare(process);
    boolean before = !host.door().routes(process).isEmpty();
    List<Sidecar> sidecars = sidecars(host, facts, way);
    if (before && !sidecars.stream().allMatch(Sidecar::isUp)) {
      boolean open = options.onDeath() == OnDeath.OPEN;
      if (open) {
        host.door().redirect(process, new TreeMap<>());
      }
      said.add(
          "the WAF was gone; until now new connections were "
              + (open ? "let through without it" : "refused"));
    }
    sidecars.forEach(Sidecar::start);
    for (Sidecar sidecar : sidecars) {
      Optional<Outcome.Failed> failed = sidecar.await();
      if (failed.isPresent()) {
        return failed.get();
      }
    }
    host.door().redirect(process, way.routes());
    said.addFirst("new connections go to the WAF");
    said.add(connections(host, process, way));
    if (unknown && way.instance() != facts.started()) {
      said.add(gap(host, facts));
    }
    return new Outcome.Done(String.join("; ", said));
  }

  private String connections(Host host, ContainerProcess process, Undo.TakeAwayWaf way) {
    return switch (options.established()) {
      case KEEP -> host.door().open(process, way.ports()) + " open ones bypass it until they end";
      case CUT -> host.door().cut(process, way.ports()) + " open ones were cut";
    };
  }

  /** How long a container that was started again had no WAF. */
  private static String gap(Host host, ContainerFacts facts) {
    long now = host.engine().inspect(facts.container().id()).map(ContainerFacts::time).orElse(0L);
    Duration gap = Duration.ofNanos(Math.max(0, now - facts.started()));
    return "it was started again and had no WAF for " + gap.toMillis() + " ms";
  }

  private List<Sidecar> sidecars(Host host, ContainerFacts facts, Undo.TakeAwayWaf way) {
    return way.fronts().stream().map(front -> new Sidecar(host, this, front, facts)).toList();
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.TakeAwayWaf way)) {
      return unfit(undo);
    }
    Optional<ContainerFacts> facts = host.engine().inspect(container).filter(Host::runs);
    if (facts.isEmpty() || Sidecar.address(facts.get()).isEmpty()) {
      return new Outcome.Done("it does not run, or has no network; the WAF comes with them");
    }
    if (!host.door().routes(ContainerProcess.of(facts.get())).equals(way.routes())) {
      return new Outcome.Failed("new connections do not go to the WAF");
    }
    return sidecars(host, facts.get(), way).stream().allMatch(Sidecar::isUp)
        ? new Outcome.Done("the WAF listens, and new connections go to it")
        : new Outcome.Failed("the WAF does not run");
  }

  /** What a firewall of ours that no journal knows left in a container's namespace. */
  static Optional<Undo.TakeAwayWaf> found(Host host, ContainerFacts facts) {
    if (host.door().unusable().isPresent()) {
      return Optional.empty();
    }
    ContainerProcess process = ContainerProcess.of(facts);
    SortedMap<Integer, Integer> routes = host.door().routes(process);
    if (routes.isEmpty()) {
      return Optional.empty();
    }
    List<String> names = new ArrayList<>();
    for (ContainerId other : host.filter().sharers(process)) {
      host.engine()
          .inspect(other)
          .map(sharer -> sharer.container().name())
          .filter(name -> name.startsWith(Sidecar.PREFIX))
          .ifPresent(names::add);
    }
    List<Front> fronts = new ArrayList<>();
    routes.forEach((port, listen) -> fronts.add(new Front(port, listen, nameFor(port, names))));
    return Optional.of(new Undo.TakeAwayWaf(fronts, WafOptions.DEFAULT.drain(), facts.started()));
  }

  private static String nameFor(int port, List<String> names) {
    return names.stream()
        .filter(name -> name.contains("-" + port + "-"))
        .findFirst()
        .orElse(Sidecar.PREFIX + "of-a-lost-journal");
  }

  /** Containers of ours that live in the namespace of another one. */
  static Set<ContainerId> sidecars(Host host, Undo.TakeAwayWaf way) {
    Set<ContainerId> found = new HashSet<>();
    way.fronts().forEach(front -> host.engine().resolve(front.sidecar()).ifPresent(found::add));
    return found;
  }

  private static Outcome unfit(Undo undo) {
    return new Outcome.Failed("A WAF is not taken away by " + undo + "; release it by hand");
  }
}
