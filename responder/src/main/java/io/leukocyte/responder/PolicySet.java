package io.leukocyte.responder;

import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Yaml;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** The policies in force, in the order of their files. */
public final class PolicySet {
  /** Without a policy nothing is acted on. */
  public static final PolicySet EMPTY = new PolicySet(List.of(), List.of(), List.of());

  private final List<Policy> policies;
  private final List<Maintenance> windows;
  private final List<PolicyTest> tests;
  private List<AgeLimit> ages = List.of();

  private PolicySet(List<Policy> policies, List<Maintenance> windows, List<PolicyTest> tests) {
    this.policies = List.copyOf(policies);
    this.windows = List.copyOf(windows);
    this.tests = List.copyOf(tests);
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

    /** For the last line of a check: {@code 3 policies, 0 problems}. */
    public String summary() {
      return "%d policies, %d problems".formatted(policies.size(), problems.size());
    }
  }

  /**
   * Reads policies and checks them whole.
   *
   * @param files in their order
   * @param webhooks the names of the endpoints in {@code notify.webhooks}
   */
  public static Loaded load(List<PolicyFile> files, Collection<String> webhooks) {
    return load(files, Channels.ofWebhooks(webhooks));
  }

  /**
   * Reads policies and checks them whole.
   *
   * @param files in their order
   * @param channels the names under which people are told
   */
  public static Loaded load(List<PolicyFile> files, Channels channels) {
    List<Problem> problems = new ArrayList<>();
    PolicyReader reader = new PolicyReader(channels, problems);
    for (PolicyFile file : files) {
      Yaml.read(file.name(), file.text(), problems).ifPresent(reader::file);
    }
    problems.sort(Comparator.comparing(Problem::at));
    PolicySet read = new PolicySet(reader.policies(), reader.windows(), reader.tests());
    return new Loaded(read.with(reader.ages()), problems);
  }

  /**
   * What a test among the policies gave.
   *
   * @param at where it stands
   * @param title what it shows
   * @param expected the actions that it says, with their ends, in order
   * @param came those that came
   */
  public record Tested(Position at, String title, List<String> expected, List<String> came) {
    /** Copies the lists. */
    public Tested {
      expected = List.copyOf(expected);
      came = List.copyOf(came);
    }

    /** Whether what was expected came. */
    public boolean passed() {
      return expected.equals(came);
    }
  }

  /**
   * Runs the tests that stand among the policies, in their order. Policies act in them whatever
   * their mode, maintenance windows are closed, and nothing is touched.
   */
  public List<Tested> test() {
    PolicySet rehearsed = acting();
    return tests.stream()
        .map(t -> new Tested(t.at(), t.title(), t.expected(), Rehearsal.of(rehearsed, t)))
        .toList();
  }

  /** The same policies, which act whatever their mode, without maintenance windows. */
  PolicySet acting() {
    return new PolicySet(
        policies.stream().map(p -> p.in(Policy.Mode.ENFORCE)).toList(), List.of(), List.of());
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

  /** Whether something of it is counted over all hosts, where it is counted so. */
  boolean asksFleet() {
    return bounded() || ages.stream().anyMatch(AgeLimit::enforced);
  }

  List<Policy> policies() {
    return policies;
  }

  private PolicySet with(List<AgeLimit> limits) {
    ages = List.copyOf(limits);
    return this;
  }

  /** Containers that are recycled when they are old. */
  List<AgeLimit> ages() {
    return ages;
  }

  /** Times in which the policies hold back. */
  List<Maintenance> windows() {
    return windows;
  }
}
