package io.leukocyte.responder;

import io.leukocyte.engine.ContainerSettings;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The container goes on with less: processor time, memory and processes by the engine, what it
 * sends by the packet filter. A limit that it has already and that is lower stays.
 *
 * @param cpus billionths of a processor
 * @param memory bytes
 * @param pids processes and threads
 * @param egress bits a second, over all of its interfaces but loopback
 * @param length after which time it has what it had
 */
record Throttle(
    OptionalLong cpus,
    OptionalLong memory,
    OptionalLong pids,
    OptionalLong egress,
    Optional<Duration> length)
    implements Intervention {
  private static final double BILLION = 1e9;

  @Override
  public String type() {
    return "throttle";
  }

  @Override
  public boolean outlivesStart() {
    return true;
  }

  @Override
  public Checked check(Host host, Target target) {
    if (egress.isPresent()) {
      Optional<String> cannot = cannotLimit(host, target);
      if (cannot.isPresent()) {
        return new Checked.Not(
            new Outcome.Failed("what it sends cannot be limited: " + cannot.get()));
      }
    }
    ContainerSettings before =
        target
            .held(Undo.GiveBack.class)
            .map(Undo.GiveBack::settings)
            .orElseGet(() -> host.engine().settings(target.id()));
    return new Checked.Ready(
        new Undo.GiveBack(before, egress.isPresent()), "to " + String.join(", ", words()));
  }

  private List<String> words() {
    List<String> words = new ArrayList<>();
    cpus.ifPresent(n -> words.add(String.format(Locale.ROOT, "%.2f processors", n / BILLION)));
    memory.ifPresent(n -> words.add(n + " bytes of memory"));
    pids.ifPresent(n -> words.add(n + " processes"));
    egress.ifPresent(n -> words.add(n + " bits a second sent"));
    return words;
  }

  private static Optional<String> cannotLimit(Host host, Target target) {
    return Quarantine.notFilterable(host, target).or(() -> host.egress().unusable());
  }

  /** The container's settings under the limits. */
  ContainerSettings limited(ContainerSettings before) {
    ContainerSettings now = before;
    if (cpus.isPresent()) {
      now = now.withCpus(lower(now.cpus(), cpus.getAsLong()));
    }
    if (memory.isPresent() && (now.memory() == 0 || memory.getAsLong() < now.memory())) {
      now = now.withMemory(memory.getAsLong());
    }
    if (pids.isPresent()) {
      now = now.withPids(lower(now.pids(), pids.getAsLong()));
    }
    return now;
  }

  private static long lower(long has, long wanted) {
    return has == 0 ? wanted : Math.min(has, wanted);
  }

  @Override
  public Outcome apply(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.GiveBack plan)) {
      return unfit(undo);
    }
    host.engine().update(container, limited(host, container, plan));
    if (egress.isPresent()) {
      Optional<ContainerProcess> process = host.process(container);
      process.ifPresent(p -> host.egress().limit(p, egress.getAsLong()));
    }
    return new Outcome.Done("limited");
  }

  /** The restart policy is whatever it is: that is none of ours. */
  private ContainerSettings limited(Host host, ContainerId container, Undo.GiveBack plan) {
    ContainerSettings now = host.engine().settings(container);
    return limited(plan.settings()).restarting(now.restartPolicy(), now.restartRetries());
  }

  @Override
  public Outcome verify(Host host, ContainerId container, Undo undo) {
    if (!(undo instanceof Undo.GiveBack plan)) {
      return unfit(undo);
    }
    ContainerSettings now = host.engine().settings(container);
    if (!now.equals(limited(host, container, plan))) {
      return new Outcome.Failed("the engine says its limits are others: " + now);
    }
    if (egress.isPresent()) {
      Optional<ContainerProcess> process = host.process(container);
      if (process.isPresent() && !host.egress().isLimited(process.get(), egress.getAsLong())) {
        return new Outcome.Failed("what it sends is not limited");
      }
    }
    return new Outcome.Done("it has no more than " + String.join(", ", words()));
  }

  private static Outcome unfit(Undo undo) {
    return new Outcome.Failed("A throttle is not taken back by " + undo + "; release it by hand");
  }
}
