package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Rules checked and compiled: immutable, shared by all matchers. */
public final class RuleSet {
  private final List<Rule> rules;
  private final Map<Kind, Plan> plans;
  private final List<Correlation> correlations;
  private final List<Baseline> baselines;
  private final List<Rule> observers;
  private final Set<String> silent;
  private final List<RuleTest> tests;
  private final String hash;

  RuleSet(
      List<Rule> rules,
      List<Correlation> correlations,
      List<Baseline> baselines,
      List<Rule> observers,
      List<RuleTest> tests,
      String hash) {
    this.baselines = List.copyOf(baselines);
    this.observers = List.copyOf(observers);
    this.rules = List.copyOf(rules);
    this.correlations = List.copyOf(correlations);
    this.silent = silent(correlations);
    this.tests = List.copyOf(tests);
    this.hash = hash;
    this.plans = plans(evaluated());
  }

  /** What correlations are made of alerts by itself only where one of them says so. */
  private static Set<String> silent(List<Correlation> correlations) {
    Set<String> silent = new HashSet<>();
    correlations.forEach(c -> silent.addAll(c.rules()));
    for (Correlation correlation : correlations) {
      silent.removeIf(correlation::generates);
    }
    return Set.copyOf(silent);
  }

  /** All that is held against events: the rules, then those that observe for baselines. */
  private List<Rule> evaluated() {
    List<Rule> all = new ArrayList<>(rules);
    all.addAll(observers);
    return all;
  }

  private static Map<Kind, Plan> plans(List<Rule> rules) {
    Map<Kind, Plan> plans = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      Map<Rule, Node> conditions = new LinkedHashMap<>();
      for (Rule rule : rules) {
        Node condition = rule.conditions().get(kind);
        if (condition != null) {
          conditions.put(
              rule, kind == Kind.CONTAINER_LOG ? LogHints.narrowed(condition) : condition);
        }
      }
      if (!conditions.isEmpty()) {
        plans.put(kind, Plan.of(conditions));
      }
    }
    return plans;
  }

  /**
   * Reads rule files in their order, later ones building on earlier ones.
   *
   * @param files the files
   * @return the rules that are right, every problem of all files, and what was left out and why
   */
  public static Loaded load(List<RuleFile> files) {
    return RuleBook.of(files).loaded();
  }

  /** What files make, given what was read of them. */
  static Loaded load(
      List<RuleFile> files,
      Definitions definitions,
      List<Problem> problems,
      List<Problem> warnings) {
    RuleCompiler compiler = new RuleCompiler(definitions, problems);
    List<Rule> rules = compiler.rules();
    List<Skipped> skipped = compiler.skipped();
    List<Correlation> correlations =
        new CorrelationCompiler(definitions, rules, problems, skipped).correlations();
    BaselineCompiler baselines = new BaselineCompiler(definitions, compiler, problems, skipped);
    List<RuleTest> tests = new ArrayList<>(TestReader.read(definitions.rules.values(), problems));
    tests.addAll(TestReader.ofCorrelations(definitions.correlations.values(), problems));
    tests.addAll(TestReader.ofBaselines(definitions.baselines.values(), problems));
    problems.sort(inOrderOf(files));
    warnings.sort(inOrderOf(files));
    RuleSet set =
        new RuleSet(
            rules, correlations, baselines.baselines(), baselines.observers(), tests, hash(files));
    return new Loaded(set, problems, warnings, skipped);
  }

  private static Comparator<Problem> inOrderOf(List<RuleFile> files) {
    List<String> names = files.stream().map(RuleFile::name).toList();
    return Comparator.<Problem>comparingInt(p -> names.indexOf(p.at().file()))
        .thenComparing(Problem::at);
  }

  private static String hash(List<RuleFile> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (RuleFile file : files) {
        String text = file.text().replace("\r\n", "\n").replace('\r', '\n').stripTrailing();
        digest.update(file.baseName().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(text.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("This Java has no SHA-256", e);
    }
  }

  /** The rules in force, in the order of their files. */
  public List<Rule> rules() {
    return rules;
  }

  /** The baselines in force, in the order of their files. */
  public List<Baseline> baselines() {
    return baselines;
  }

  /** The baseline of a name; empty when none is in force. */
  public Optional<Baseline> baseline(String name) {
    return baselines.stream().filter(b -> b.name().equals(name)).findFirst();
  }

  /** The rules that observe for baselines: matched like others, they raise no alerts. */
  public List<Rule> observers() {
    return observers;
  }

  /** The correlations in force; each stands after those it is made of. */
  public List<Correlation> correlations() {
    return correlations;
  }

  /** The correlation of a name; empty when none is in force. */
  public Optional<Correlation> correlation(String name) {
    return correlations.stream().filter(c -> c.name().equals(name)).findFirst();
  }

  /**
   * Whether a rule or correlation alerts by itself: it is not one that correlations are made of, or
   * one of these names it under {@code generate}.
   */
  public boolean alerts(String name) {
    return !silent.contains(name);
  }

  /** The tests that stand under rules in force. */
  public List<RuleTest> tests() {
    return tests;
  }

  /** Kinds of events that some rule, correlation or baseline can match. */
  public Set<Kind> kinds() {
    return Set.copyOf(plans.keySet());
  }

  /**
   * What the rules and baselines need of system calls, by the call's name. Calls that no rule can
   * match are left out.
   */
  public Map<String, CallNeed> calls() {
    Map<String, CallNeed> calls = new TreeMap<>();
    for (Rule rule : evaluated()) {
      rule.conditions()
          .forEach((kind, condition) -> {
            if (CallNeeds.concern(kind)) {
              CallNeeds.of(condition, kind)
                  .forEach((call, need) -> calls.merge(call, need, CallNeed::or));
            }
          });
    }
    return calls;
  }

  /** Variables of a process's environment that some rule asks for, in upper case. */
  public Set<String> environment() {
    return rules.stream()
        .flatMap(rule -> rule.environment().stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** SHA-256 of the files' names and contents, in hexadecimal; line ends do not matter. */
  public String hash() {
    return hash;
  }

  Map<Kind, Plan> plans() {
    return plans;
  }

  /**
   * What loading gave.
   *
   * @param rules the rules that are right; use them only when there is no problem
   * @param problems everything wrong in the files, in their order
   * @param warnings what has no effect or is an older form, in the order of the files
   * @param skipped rules left out and why
   */
  public record Loaded(
      RuleSet rules, List<Problem> problems, List<Problem> warnings, List<Skipped> skipped) {
    /** Copies the lists. */
    public Loaded {
      problems = List.copyOf(problems);
      warnings = List.copyOf(warnings);
      skipped = List.copyOf(skipped);
    }

    /** {@code N rules loaded, M skipped, K problems}; correlations and baselines count as rules. */
    public String summary() {
      return "%d rules loaded, %d skipped, %d problems"
          .formatted(
              rules.rules().size() + rules.correlations().size() + rules.baselines().size(),
              skipped.size(),
              problems.size());
    }

    /**
     * Rules and correlations that alert no longer by themselves although no correlation says so, a
     * line each.
     */
    public List<String> quiet() {
      List<String> quiet = new ArrayList<>();
      for (Correlation correlation : rules.correlations()) {
        for (String name : correlation.rules()) {
          if (!correlation.saysWhatAlerts() && !rules.alerts(name)) {
            quiet.add(
                "%s: '%s' raises no alerts of its own: it is part of the correlation '%s'; write 'generate: true' there, or 'generate: false' if that is meant"
                    .formatted(correlation.at(), name, correlation.name()));
          }
        }
      }
      return quiet;
    }

    /** How many rules each reason left out, the most frequent reason first. */
    public Map<String, Integer> reasons() {
      Map<String, Integer> counts = new TreeMap<>();
      skipped.forEach(s -> counts.merge(s.reason(), 1, Integer::sum));
      Map<String, Integer> ordered = new LinkedHashMap<>();
      counts.entrySet().stream()
          .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
          .forEach(e -> ordered.put(e.getKey(), e.getValue()));
      return ordered;
    }

    /**
     * Each problem, each warning, each rule left out or silenced on a line, how many rules each
     * reason left out, then the {@link #summary}.
     */
    public String report() {
      StringBuilder report = new StringBuilder();
      problems.forEach(p -> report.append(p).append('\n'));
      warnings.forEach(w -> report.append("warning: ").append(w).append('\n'));
      skipped.forEach(s -> report.append(s).append('\n'));
      quiet().forEach(q -> report.append(q).append('\n'));
      reasons()
          .forEach((reason, count) ->
              report.append("%5d ".formatted(count)).append(reason).append('\n'));
      return report.append(summary()).toString();
    }
  }
}
