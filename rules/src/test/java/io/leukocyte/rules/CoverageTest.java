package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which rules a host does not cover. */
class CoverageTest {
  private static RuleSet rules(String... conditions) {
    String yaml =
        IntStream.range(0, conditions.length)
            .mapToObj(i ->
                "- {rule: r%d, desc: d, condition: '%s', output: o, priority: WARNING}\n"
                    .formatted(i, conditions[i]))
            .collect(Collectors.joining());
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("test.yaml", yaml)));
    assertThat(loaded.report()).contains(conditions.length + " rules loaded");
    return loaded.rules();
  }

  @Test
  void rulesThatNeedAMissingKindAreNamed() {
    RuleSet rules =
        rules(
            "evt.type = execve and proc.name = sh",
            "evt.type = openat and fd.name = /etc/shadow",
            "evt.type in (execve, ptrace) and proc.name = x");

    Coverage coverage = Coverage.of(rules, List.of("file.open", "proc.trace", "fs.mount", "new"));

    assertThat(coverage.missing()).containsExactly("file.open", "proc.trace");
    assertThat(coverage.blind()).containsExactly("r1");
    assertThat(coverage.partly()).containsExactly("r2");
    assertThat(coverage.isFull()).isFalse();
    assertThat(coverage.text())
        .isEqualTo(
            "no, or not all, events of file.open, proc.trace; 1 rule blind: r1; 1 rule partly"
                + " blind: r2");
  }

  @Test
  void whatNoRuleNeedsIsNotMissed() {
    Coverage coverage = Coverage.of(rules("evt.type = execve"), List.of("file.open", "net.flow"));

    assertThat(coverage).isEqualTo(new Coverage(List.of(), List.of(), List.of()));
    assertThat(coverage.isFull()).isTrue();
  }

  @Test
  void ofManyRulesTheRestIsANumber() {
    String[] many = new String[12];
    Arrays.fill(many, "evt.type = execve");

    assertThat(Coverage.of(rules(many), List.of("process.exec")).text())
        .endsWith("12 rules blind: r0, r1, r2, r3, r4, r5, r6, r7, r8, r9 and 2 more");
  }
}
