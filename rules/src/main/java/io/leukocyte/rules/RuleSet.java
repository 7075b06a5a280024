package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Problem;
import java.util.List;
import java.util.Set;

/** Rules checked and compiled: immutable, shared by all matchers. */
public final class RuleSet {
  RuleSet() {}

  /**
   * Reads rule files in their order, later ones building on earlier ones.
   *
   * @param files the files
   * @return the rules that are right, every problem of all files, and what was left out and why
   */
  public static Loaded load(List<RuleFile> files) {
    return new Loaded(new RuleSet(), List.of(), List.of());
  }

  /** The rules in force, in the order of their files. */
  public List<Rule> rules() {
    return List.of();
  }

  /** Kinds of events that some rule can match. */
  public Set<Kind> kinds() {
    return Set.of();
  }

  /** SHA-256 of the files' names and contents, in hexadecimal; line ends do not matter. */
  public String hash() {
    return "";
  }

  /**
   * What loading gave.
   *
   * @param rules the rules that are right; use them only when there is no problem
   * @param problems everything wrong in the files, in their order
   * @param skipped rules left out and why
   */
  public record Loaded(RuleSet rules, List<Problem> problems, List<Skipped> skipped) {
    /** Copies the lists. */
    public Loaded {
      problems = List.copyOf(problems);
      skipped = List.copyOf(skipped);
    }

    /** {@code N rules loaded, M skipped, K problems}. */
    public String summary() {
      return "%d rules loaded, %d skipped, %d problems"
          .formatted(rules.rules().size(), skipped.size(), problems.size());
    }
  }
}
