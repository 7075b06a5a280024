package io.leukocyte.rules;

import static io.leukocyte.rules.TestCorrelations.RULES;
import static io.leukocyte.rules.TestCorrelations.correlation;
import static io.leukocyte.rules.TestCorrelations.one;
import static io.leukocyte.rules.TestCorrelations.rules;
import static io.leukocyte.rules.TestRules.load;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CorrelationTest {
  /** What is wrong with the correlations after the rules a, b, c and flow. */
  private static List<String> problems(String correlations) {
    return load(RULES + correlations).problems().stream()
        .map(problem -> problem.what() + (problem.todo().isEmpty() ? "" : "; " + problem.todo()))
        .toList();
  }

  private static int alerts(String correlations, String name, String events) {
    RuleSet set = rules(correlations + "  tests: [{events: [" + events + "], matches: 0}]\n");
    return set.tests().stream()
        .filter(test -> test.rule().equals(name))
        .findFirst()
        .orElseThrow()
        .run(set);
  }

  private static int alerts(String correlation, String events) {
    return alerts(correlation, "x", events);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "event_cuont | a | {gte: 2} | unknown type of correlation 'event_cuont'; did you mean 'event_count'?",
        "event_count | A1 | {gte: 2} | there is no rule or correlation 'A1'; did you mean 'a'?",
        "event_count | a, a | {gte: 2} | 'a' stands twice under rules; remove one",
        "event_count | a | {gtee: 2} | unknown key 'gtee' in the condition; did you mean 'gte'?",
        "event_count | a | {gte: two} | 'two' is no whole number of 0 or more",
        "event_count | a | {field: fd.sip, gte: 2} | a correlation of type event_count has no field; remove it",
        "event_count | a | {gt: 5, lt: 6} | the condition can never hold: there is no number from 6 to 5",
        "value_count | a | {gte: 2} | a correlation of type value_count needs a field; add such as 'field: fd.rip'",
        "value_count | a | {field: proc.pname, gte: 2000} | the condition can never hold: at most 1024 different values are counted",
        "value_count | a | {field: fd.sip, gte: 2} | no event that the rule 'a' matches has the field fd.sip",
        "value_count | c | {field: fd.ip, gte: 2} | the field fd.ip has several values: name one of them",
        "value_count | a | {field: proc.aname, gte: 2} | the field proc.aname has several values: name one of them",
        "value_count | a | {field: proc.pnam, gte: 2} | unknown field or alias 'proc.pnam'; did you mean 'proc.pname'?",
        "value_sum | a | {field: proc.pname, gte: 2} | the field proc.pname is no number: it cannot be added up",
        "event_count | a | {gte: 10, regular: 15} | '15' is no share of the gaps; write 1% to 100%",
        "event_count | a | {gte: 3, regular: 15%} | whether matches are regular is seen of 5 to 256; ask for that many, such as 'gte: 10'",
        "value_count | a | {field: proc.pname, gte: 9, regular: 5%} | regular is for correlations of type event_count; remove it",
        "temporal | a | {gte: 1} | a temporal correlation is of two rules or more",
        "temporal | a, b | {gte: 3} | the condition can never hold: it is made of 2 rules",
      })
  void whatIsWrongIsSaid(String type, String rules, String condition, String problem) {
    assertThat(problems(correlation(type, rules, condition))).contains(problem);
  }

  private static String starts(int... seconds) {
    return Arrays.stream(seconds)
        .mapToObj("{evt.type: execve, proc.name: a, at: %ds}"::formatted)
        .collect(Collectors.joining(", "));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 10 20 30 40 50 | 1",
        "0 11 19 30 41 49 | 1",
        "0 10 30 40 50 60 | 1",
        "0 10 20 30 40 | 0",
        "0 10 14 30 41 58 | 0",
        "0 0 0 0 0 0 0 0 | 0",
        "0 3 3 30 40 50 60 70 80 | 1",
      })
  void regularMatchesAreThoseWhoseGapsAreAlike(String seconds, int alerts) {
    int[] times = Arrays.stream(seconds.split(" ")).mapToInt(Integer::parseInt).toArray();
    String correlation =
        correlation(
            "x",
            "event_count",
            "a",
            "group-by: [container.id]\ntimespan: 10m\ncondition: {gte: 6, regular: 10%}");
    assertThat(alerts(correlation, starts(times))).isEqualTo(alerts);
    assertThat(one(correlation).condition())
        .isEqualTo("matches >= 6 at regular intervals (within 10 %)");
  }

  @Test
  void everythingIsSaidAtOnceWithItsPlace() {
    RuleSet.Loaded loaded =
        load(
            RULES
                + """
                - correlation: x
                  desc: d
                  type: event_count
                  rules: [nothing]
                  group-by: [container.ide]
                  timespan: 60
                  condition: {}
                  priority: wraning
                  output: "%proc.nam"
                """);
    assertThat(loaded.problems().stream().map(Object::toString))
        .containsExactly(
            "a.yaml:8:11: there is no rule or correlation 'nothing'",
            "a.yaml:10:13: '60' is no timespan; write a number with s, m, h or d, from 1s to 7d",
            "a.yaml:12:13: unknown priority 'wraning'; did you mean 'warning'?",
            "a.yaml:13:12: unknown field 'proc.nam' in the output; did you mean 'proc.name'?");
  }

  @Test
  void aliasesInTheOutputAreChecked() {
    String more =
        "group-by: [container.id]\ntimespan: 60s\n"
            + "aliases: {program: {a: proc.name, b: proc.nam}}\noutput: '%alias.program'";
    assertThat(problems(correlation("x", "temporal", "a, b", more).replace("  output: o\n", "")))
        .containsExactly("unknown field 'proc.nam' in the output; did you mean 'proc.name'?");
    String unknown =
        more.replace("proc.nam}", "proc.name}").replace("%alias.program", "%alias.progam");
    assertThat(problems(correlation("x", "temporal", "a, b", unknown).replace("  output: o\n", "")))
        .containsExactly("unknown alias 'progam' in the output; did you mean 'program'?");
  }

  @Test
  void missingKeysAreNamed() {
    assertThat(problems("- {correlation: x}\n"))
        .contains(
            "the correlation 'x' has no type; add 'type:'",
            "the correlation 'x' has no rules; add 'rules:'",
            "the correlation 'x' has no timespan; add 'timespan:'",
            "the correlation 'x' has no output; add 'output:'");
  }

  @Test
  void circlesAreFound() {
    String more = "group-by: [container.id]\ntimespan: 60s\ncondition: {gte: 2}";
    assertThat(
            problems(
                correlation("x", "event_count", "y", more)
                    + correlation("y", "event_count", "z", more)
                    + correlation("z", "event_count", "a, x", more)))
        .containsExactly("the correlation 'x' is made of itself: x, y, z, x");
  }

  @Test
  void ruleAndCorrelationCannotHaveOneName() {
    assertThat(problems(correlation("a", "event_count", "b", "timespan: 60s\ncondition: {gte: 2}")))
        .contains("'a' is also the name of a rule; rename one");
  }

  @Test
  void correlationOfASkippedRuleIsSkippedByName() {
    RuleSet.Loaded loaded =
        load(
            RULES
                + "- {rule: a, enabled: false}\n"
                + correlation("event_count", "a", "{gte: 2}")
                + correlation(
                    "y",
                    "event_count",
                    "x",
                    "group-by: [container.id]\ntimespan: 60s\ncondition: {gte: 2}"));
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped().stream().map(Skipped::reason))
        .containsExactly(
            "not enabled",
            "needs the rule 'a', which is skipped",
            "needs the correlation 'x', which is skipped");
    assertThat(loaded.rules().correlations()).isEmpty();
    assertThat(loaded.rules().alerts("b")).isTrue();
  }

  @Test
  void correlationCanBeSwitchedOffByALaterFile() {
    RuleSet.Loaded loaded =
        load(
            RULES + correlation("event_count", "a", "{gte: 2}"),
            "- {correlation: x, enabled: false}\n");
    assertThat(loaded.summary()).isEqualTo("4 rules loaded, 1 skipped, 0 problems");
    assertThat(loaded.rules().alerts("a")).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[container.id] | HOST",
        "[proc.name, container.id] | HOST",
        "[proc.pid] | HOST",
        "[container.image] | FLEET",
        "[container.name] | FLEET",
        "[] | FLEET",
      })
  void stageFollowsFromWhatIsGroupedBy(String groupBy, Correlation.Stage stage) {
    Correlation correlation =
        one(
            correlation(
                "x",
                "event_count",
                "a, b",
                "group-by: " + groupBy + "\ntimespan: 60s\ncondition: {gte: 2}"));
    assertThat(correlation.stage()).isEqualTo(stage);
  }

  @Test
  void outerCorrelationIsEvaluatedWhereTheInnerOneLetsIt() {
    String inner =
        correlation(
            "inner",
            "event_count",
            "a",
            "group-by: [container.id, proc.pname]\ntimespan: 60s\ncondition: {gte: 2}");
    assertThat(
            one(inner
                    + correlation(
                        "x", "temporal", "inner, b", "group-by: [container.id]\ntimespan: 60s"))
                .stage())
        .isEqualTo(Correlation.Stage.HOST);
    assertThat(
            one(inner
                    + correlation(
                        "x", "temporal", "inner, b", "group-by: [proc.pname]\ntimespan: 60s"))
                .stage())
        .isEqualTo(Correlation.Stage.FLEET);
    assertThat(
            problems(
                inner
                    + correlation(
                        "x", "temporal", "inner, b", "group-by: [proc.name]\ntimespan: 60s")))
        .containsExactly(
            "the correlation 'inner' is not grouped by 'proc.name'; it has container.id, proc.pname");
  }

  @Test
  void explanationSaysWhatAndWhere() {
    assertThat(one(correlation("event_count", "a, b", "{gte: 2, lt: 9}")).explanation())
        .isEqualTo(
            "event_count of 'a', 'b' within 60s, by container.id: matches >= 2 and matches < 9;"
                + " stage 1, with the events of each host");
    assertThat(
            one(correlation(
                    "x",
                    "value_sum",
                    "flow",
                    "group-by: [fd.rip]\ntimespan: 1h\ncondition: {field: flow.bytes, gt: 1GiB}"))
                .explanation())
        .isEqualTo(
            "value_sum of 'flow' within 1h, by fd.rip: sum of flow.bytes > 1073741824; stage 2, over"
                + " leuko.matches");
  }

  @Test
  void whatACorrelationIsMadeOfIsSilentUnlessNamed() {
    RuleSet silent = rules(correlation("event_count", "a, b", "{gte: 2}"));
    assertThat(silent.alerts("a")).isFalse();
    assertThat(silent.alerts("c")).isTrue();
    assertThat(silent.alerts("x")).isTrue();
    String more = "group-by: [container.id]\ntimespan: 60s\ncondition: {gte: 2}\n";
    RuleSet some = rules(correlation("x", "event_count", "a, b", more + "generate: [b]"));
    assertThat(some.alerts("a")).isFalse();
    assertThat(some.alerts("b")).isTrue();
    RuleSet two =
        rules(
            correlation("x", "event_count", "a, b", more)
                + correlation("y", "event_count", "a", more + "generate: true"));
    assertThat(two.alerts("a")).isTrue();
    assertThat(two.alerts("b")).isFalse();
    assertThat(problems(correlation("x", "event_count", "a, b", more + "generate: [c]")))
        .containsExactly("generate names 'c', which does not stand under rules; did you mean 'a'?");
  }

  @Test
  void silencedRulesAreTold() {
    RuleSet.Loaded loaded = load(RULES + correlation("event_count", "a", "{gte: 2}"));
    assertThat(loaded.quiet())
        .singleElement()
        .asString()
        .startsWith("a.yaml:5:16: 'a' raises no alerts of its own")
        .contains("correlation 'x'");
    assertThat(loaded.report()).contains(loaded.quiet().getFirst());
    String said =
        correlation("x", "event_count", "a", "timespan: 60s\ncondition: {gte: 2}\ngenerate: false");
    assertThat(load(RULES + said).quiet()).isEmpty();
  }

  @Test
  void aliasesNameTheFieldOfEachRule() {
    String x =
        correlation(
            "x",
            "temporal",
            "a, c",
            """
            aliases: {who: {a: proc.pname, c: proc.name}}
            group-by: [who]
            timespan: 60s\
            """);
    assertThat(
            alerts(
                x,
                "{evt.type: execve, proc.name: a, proc.pname: c}, {evt.type: connect, proc.name: c}"))
        .isEqualTo(1);
    assertThat(
            alerts(
                x,
                "{evt.type: execve, proc.name: a, proc.pname: d}, {evt.type: connect, proc.name: c}"))
        .isZero();
    assertThat(problems(x.replace(", c: proc.name", "")))
        .containsExactly("the alias 'who' lacks 'c'; add 'c: FIELD' to it");
    assertThat(problems(x.replace(", c: proc.name", ", d: proc.name")))
        .contains("the alias 'who' names 'd', which does not stand under rules; did you mean 'a'?");
  }

  @Test
  void matchWithoutTheFieldIsLeftOut() {
    String x =
        correlation(
            "x",
            "event_count",
            "a",
            "group-by: ['container.label[tier]']\ntimespan: 60s\ncondition: {gte: 2}");
    String plain = "{evt.type: execve, proc.name: a, repeat: 3}";
    assertThat(alerts(x, plain)).isZero();
    assertThat(alerts(x, plain.replace("}", ", 'container.label[tier]': web}"))).isEqualTo(1);
  }

  @Test
  void anInnerCorrelationCountsAsOftenAsItWouldAlert() {
    String inner =
        correlation(
            "inner",
            "event_count",
            "a",
            "group-by: [container.id]\ntimespan: 10s\ncondition: {gte: 3}");
    String x =
        inner
            + correlation(
                "x",
                "event_count",
                "inner",
                "group-by: [container.id]\ntimespan: 10m\ncondition: {gte: 2}");
    String burst = "{evt.type: execve, proc.name: a, repeat: 9, at: %ds}";
    assertThat(alerts(x, burst.formatted(0))).isZero();
    assertThat(alerts(x, burst.formatted(0) + "," + burst.formatted(100))).isEqualTo(1);
    assertThat(alerts(x, burst.formatted(0) + "," + burst.formatted(700))).isZero();
  }

  @Test
  void innerOverOneHostFeedsAnOuterOneOverAll() {
    String inner =
        correlation(
            "inner",
            "event_count",
            "a",
            "group-by: [container.id, proc.pname]\ntimespan: 60s\ncondition: {gte: 2}");
    String x =
        inner
            + correlation(
                "x",
                "value_count",
                "inner",
                "group-by: [proc.pname]\ntimespan: 60s\ncondition: {field: container.id, gte: 2}");
    String twice = "{evt.type: execve, proc.name: a, proc.pname: p, container.id: %s, repeat: 2}";
    String once = "{evt.type: execve, proc.name: a, proc.pname: p, container.id: b2}";
    assertThat(alerts(x, twice.formatted("a1") + "," + once)).isZero();
    assertThat(alerts(x, twice.formatted("a1") + "," + twice.formatted("b2"))).isEqualTo(1);
  }

  @Test
  void bytesAreAddedUp() {
    String x =
        correlation(
            "x",
            "value_sum",
            "flow",
            "group-by: [container.id, fd.rip]\ntimespan: 60s\ncondition: {field: flow.bytes, gte: 1KiB}");
    String flow = "{evt.type: flow, fd.sip: 203.0.113.9, flow.bytes: %d, repeat: %d}";
    assertThat(alerts(x, flow.formatted(100, 10))).isZero();
    assertThat(alerts(x, flow.formatted(100, 30))).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"0s", "8d", "213504d", "999999999d", "99999999999s", "1w", "60", "1.5h", "''"})
  void timespansHaveBounds(String timespan) {
    assertThat(
            problems(
                correlation(
                    "x", "event_count", "a", "timespan: '" + timespan + "'\ncondition: {gte: 2}")))
        .containsExactly(
            "'" + timespan + "' is no timespan; write a number with s, m, h or d, from 1s to 7d");
  }

  @Test
  void levelsHaveABound() {
    StringBuilder levels = new StringBuilder();
    for (int i = 0; i < 1_000; i++) {
      levels.append(
          correlation("x" + i, "event_count", "x" + (i + 1), "timespan: 60s\ncondition: {gte: 2}"));
    }
    levels.append(correlation("x1000", "event_count", "a", "timespan: 60s\ncondition: {gte: 2}"));
    assertThat(problems(levels.toString()))
        .contains("correlations of correlations go deeper than 16");
  }

  @Test
  void repeatedEventsHaveABound() {
    assertThat(
            problems(
                correlation("event_count", "a", "{gte: 2}")
                    + "  tests: [{matches: 0, events: [{evt.type: flow, repeat: 9999}, {evt.type: flow, repeat: 2}]}]\n"))
        .containsExactly("a test has at most 10000 events");
  }

  @Test
  void noTextMakesTheLoaderFail() {
    RuleFile rules = RuleFile.shipped().getFirst();
    String text = RuleFile.shipped().getLast().text();
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      StringBuilder mutant = new StringBuilder(text);
      for (int cut = 1 + random.nextInt(4); cut > 0; cut--) {
        int at = random.nextInt(mutant.length());
        switch (random.nextInt(3)) {
          case 0 -> mutant.delete(at, Math.min(mutant.length(), at + random.nextInt(200)));
          case 1 -> mutant.insert(at, "()[]\"'=,:{}-\\%\n >|&*9".charAt(random.nextInt(21)));
          default -> mutant.setCharAt(at, (char) random.nextInt(0x250));
        }
      }
      RuleSet.Loaded loaded =
          RuleSet.load(List.of(rules, new RuleFile("m.yaml", mutant.toString())));
      loaded.problems().forEach(p -> assertThat(p.at().line()).isPositive());
      if (loaded.problems().isEmpty()) {
        loaded.rules().tests().forEach(test -> test.run(loaded.rules()));
      }
    }
  }
}
