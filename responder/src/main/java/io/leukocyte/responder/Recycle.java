package io.leukocyte.responder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A fresh container from the same image and with the whole configuration takes the place of the
 * container, which is kept, stopped and under another name, as evidence. Where the fresh one does
 * not become healthy the old one comes back. What we hold on the old one, such as a quarantine,
 * stays on it and not on the fresh one. Before it is stopped its connections may end.
 *
 * @param grace between the old one's stop signal and SIGKILL
 * @param settle how long the fresh one must run, where it has no health check of its own
 * @param within how long it has to become healthy, or to accept connections
 * @param drain how long connections to the old one may last before it is stopped, while new ones
 *     are refused; zero: they are not waited for
 * @param keep after which time the old one is removed; empty: when somebody does
 * @param length after which time the old one comes back
 */
record Recycle(
    Duration grace,
    Duration settle,
    Duration within,
    Duration drain,
    Optional<Duration> keep,
    Optional<Duration> length)
    implements Intervention {
  /** One of which nothing is known but what it left. */
  static final Recycle LOST =
      new Recycle(
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Duration.ZERO,
          Optional.empty(),
          Optional.empty());

  private static final String SWARM_TASK = "com.docker.swarm.task.id";

  @Override
  public String type() {
    return "recycle";
  }

  @Override
  public boolean outlivesStart() {
    return false;
  }

  @Override
  public boolean triedTwice() {
    return false;
  }

  @Override
  public Checked check(Host host, Target target) {
    if (!target.runs()) {
      return Checked.skip("it does not run");
    }
    Optional<Checked> barred = BlockImage.cannotStart(host, target);
    if (barred.isPresent()) {
      return barred.get();
    }
    JsonNode described = described(host, target.id());
    Optional<String> obstacle = obstacle(host, target.facts(), described);
    if (obstacle.isPresent()) {
      return new Checked.Not(new Outcome.Failed("it cannot be recycled: " + obstacle.get()));
    }
    return new Checked.Ready(
        new Undo.PutBack(
            target.facts().container().name(),
            host.engine().settings(target.id()),
            ports(host, target, described),
            target.held(Undo.Reconnect.class).map(Undo.Reconnect::attachments).orElse(List.of()),
            null),
        "by a fresh container from the same image");
  }

  private static Optional<String> obstacle(Host host, ContainerFacts facts, JsonNode described) {
    if (described.path("HostConfig").path("AutoRemove").asBoolean(false)) {
      return Optional.of("the engine removes it as soon as it stops (--rm)");
    }
    if (facts.labels().containsKey(SWARM_TASK)) {
      return Optional.of("it is a task of a swarm, which replaces it itself");
    }
    if (facts.networkMode().equals("host") || facts.networkMode().startsWith("container:")) {
      return Optional.empty();
    }
    return host.filter().sharers(ContainerProcess.of(facts)).stream()
        .findFirst()
        .map(
            other -> "the container " + other.brief() + " shares its network and would be cut off");
  }

  private static JsonNode described(Host host, ContainerId container) {
    try {
      Optional<String> text = host.engine().describe(container);
      return text.isEmpty() ? MissingNode.getInstance() : JournalLines.MAPPER.readTree(text.get());
    } catch (JsonProcessingException e) {
      return MissingNode.getInstance();
    }
  }

  /**
   * The ports that the fresh one must listen at: those published or exposed at which the old one
   * does. Where we hold the old one it may not answer us: then those that are published.
   */
  private static List<Integer> ports(Host host, Target target, JsonNode described) {
    Set<Integer> published = new TreeSet<>();
    target.facts().ports().stream()
        .filter(p -> p.protocol().equals("tcp"))
        .forEach(p -> published.add(p.containerPort()));
    if (!target.held().isEmpty()) {
      return List.copyOf(published);
    }
    Set<Integer> all = new TreeSet<>(published);
    described
        .path("Config")
        .path("ExposedPorts")
        .fieldNames()
        .forEachRemaining(name -> {
          if (name.matches("[0-9]{1,5}/tcp")) {
            all.add(Integer.parseInt(name.substring(0, name.indexOf('/'))));
          }
        });
    return all.stream().filter(p -> host.accepts(target.facts(), p)).toList();
  }

  @Override
  public Checked.Ready stage(Host host, ContainerId container, Checked.Ready ready) {
    if (!(ready.undo() instanceof Undo.PutBack plan) || plan.fresh() != null) {
      return ready;
    }
    ContainerId fresh = new Swap(host, container, plan).make();
    return new Checked.Ready(
        plan.with(fresh), "by the fresh container " + fresh.brief() + " from the same image");
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    return undo instanceof Undo.PutBack plan ? forward(host, container, plan) : unfit(undo);
  }

  private Outcome forward(Host host, ContainerId container, Undo.PutBack plan) {
    Swap swap = new Swap(host, container, plan);
    if (drain.isZero()) {
      return swap.forward(grace);
    }
    Drain before = new Drain(host, container);
    String drained = before.run(drain);
    try {
      Outcome outcome = swap.forward(grace);
      return outcome instanceof Outcome.Done done
          ? new Outcome.Done(drained + "; " + done.detail())
          : outcome;
    } catch (EngineException | HostException e) {
      before.giveUp(); // it serves until this is done again, or taken back
      throw e;
    }
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    return undo instanceof Undo.PutBack plan
        ? new Trial(host, plan).await(settle, within)
        : unfit(undo);
  }

  @Override
  public Outcome undo(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.PutBack plan)) {
      return unfit(undo);
    }
    if (!drain.isZero()) {
      new Drain(host, container).end();
    }
    return new Swap(host, container, plan).back(grace);
  }

  private static Outcome unfit(Undo undo) {
    return new Outcome.Failed("A recycle is not taken back by " + undo + "; release it by hand");
  }

  @Override
  public Optional<Outcome> over(Host host, ContainerFacts facts, Undo undo, Duration since) {
    if (Host.runs(facts) || keep.isEmpty() || since.compareTo(keep.get()) < 0) {
      return Optional.empty();
    }
    host.engine().remove(facts.container().id(), false);
    return Optional.of(
        new Outcome.Done(
            "it stays: the old container was kept for "
                + Durations.format(keep.get())
                + " and is removed"));
  }
}
