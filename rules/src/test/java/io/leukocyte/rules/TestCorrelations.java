package io.leukocyte.rules;

/** Correlations that tests share, over the rules a, b, c and flow. */
final class TestCorrelations {
  /** Programs named a, b and c start; a flow is reported. */
  static final String RULES =
      """
      - {rule: a, desc: d, output: o, priority: info, condition: evt.type = execve and proc.name = a}
      - {rule: b, desc: d, output: o, priority: info, condition: evt.type = execve and proc.name = b}
      - {rule: c, desc: d, output: o, priority: info, condition: evt.type = connect and proc.name = c}
      - {rule: flow, desc: d, output: o, priority: info, condition: evt.type = flow}
      """;

  private TestCorrelations() {}

  /** A correlation named x over container.id; more lines replace or add to the usual ones. */
  static String correlation(String name, String type, String rules, String more) {
    return """
    - correlation: %s
      desc: d
      type: %s
      rules: [%s]
      output: o
      priority: warning
    %s
    """
        .formatted(name, type, rules, more.indent(2).stripTrailing());
  }

  static String correlation(String type, String rules, String condition) {
    return correlation(
        "x", type, rules, "group-by: [container.id]\ntimespan: 60s\ncondition: " + condition);
  }

  static RuleSet rules(String correlations) {
    RuleSet.Loaded loaded = TestRules.load(RULES + correlations);
    if (!loaded.problems().isEmpty() || !loaded.skipped().isEmpty()) {
      throw new AssertionError(loaded.report());
    }
    return loaded.rules();
  }

  static Correlation one(String correlations) {
    return rules(correlations).correlations().getLast();
  }
}
