package io.leukocyte.responder;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Yaml;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The policies in force, in the order of their files. */
public final class PolicySet {
  /** Without a policy nothing is acted on. */
  public static final PolicySet EMPTY = new PolicySet(List.of(), List.of());

  private final List<Policy> policies;
  private final List<Maintenance> windows;

  private PolicySet(List<Policy> policies, List<Maintenance> windows) {
    this.policies = List.copyOf(policies);
    this.windows = List.copyOf(windows);
  }

  /**
   * What reading files gave.
   *
   * @param policies those without a problem
   * @param problems everything that is wrong, by place; empty when all can be used
   */
  public record Loaded(PolicySet policies, List<Problem> problems) {
    /** Copies the list. */
    public Loaded {
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads policies and checks them whole.
   *
   * @param files in their order
   * @param webhooks the names of the endpoints in {@code notify.webhooks}
   */
  public static Loaded load(List<PolicyFile> files, Collection<String> webhooks) {
    List<Problem> problems = new ArrayList<>();
    PolicyReader reader = new PolicyReader(webhooks, problems);
    for (PolicyFile file : files) {
      Yaml.read(file.name(), file.text(), problems).ifPresent(reader::file);
    }
    problems.sort(Comparator.comparing(Problem::at));
    return new Loaded(new PolicySet(reader.policies(), reader.windows()), problems);
  }

  /** How many there are. */
  public int size() {
    return policies.size();
  }

  /** How many of them act, at once or when somebody approves, and do not only try. */
  public int enforced() {
    return (int)
        policies.stream()
            .filter(p -> p.guards().stream().anyMatch(g -> g.mode() != Policy.Mode.DRY_RUN))
            .count();
  }

  /** Whether one of them has a bound of containers. */
  boolean bounded() {
    return policies.stream()
        .anyMatch(p -> p.guards().stream().anyMatch(g -> g.atMost().isPresent()));
  }

  List<Policy> policies() {
    return policies;
  }

  /** Times in which the policies hold back. */
  List<Maintenance> windows() {
    return windows;
  }
}
