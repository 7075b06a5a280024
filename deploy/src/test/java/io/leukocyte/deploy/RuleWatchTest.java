package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.rules.Rule;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuleWatchTest {
  private static final String RULE =
      "- rule: %1$s\n  desc: d\n  condition: evt.type = execve and proc.name = %1$s\n"
          + "  output: o\n  priority: WARNING\n";

  @TempDir Path folder;
  private final List<String> told = new ArrayList<>();
  private final List<RuleSet> taken = new ArrayList<>();
  private Path file;

  @BeforeEach
  void writeOneRule() throws IOException {
    file = Files.writeString(folder.resolve("rules.yaml"), RULE.formatted("one"));
  }

  private RuleWatch watch() {
    RuleSource source = new RuleSource(List.of(folder.toString()), false);
    return new RuleWatch(source, Duration.ofDays(1), told::add).feed(taken::add);
  }

  @Test
  void changedRulesComeIntoForce() throws IOException {
    try (RuleWatch watch = watch()) {
      assertThat(names(watch.current().rules())).containsExactly("one");
      Files.writeString(file, RULE.formatted("two") + RULE.formatted("three"));
      watch.reload();
      assertThat(names(watch.current().rules())).containsExactly("two", "three");
      assertThat(taken).containsExactly(watch.current().rules());
      assertThat(told)
          .containsExactly("the rules have changed: 2 rules loaded, 0 skipped, 0 problems");
      assertThat(watch.check().getFirst()).isInstanceOf(CheckResult.Ok.class);
    }
  }

  @Test
  void aBrokenFileLeavesTheFormerRulesInForceAndSaysSo() throws IOException {
    try (RuleWatch watch = watch()) {
      Files.writeString(file, RULE.formatted("two").replace("proc.name", "proc.nam"));
      watch.reload();
      assertThat(names(watch.current().rules())).containsExactly("one");
      assertThat(taken).isEmpty();
      assertThat(told).singleElement().asString().contains("rules.yaml:3:", "former");
      assertThat(watch.check())
          .singleElement()
          .isInstanceOfSatisfying(
              CheckResult.Degraded.class,
              degraded -> assertThat(degraded.problem()).contains("rules.yaml:3:"));

      Files.writeString(file, RULE.formatted("one"));
      watch.reload();
      assertThat(watch.check().getFirst()).isInstanceOf(CheckResult.Ok.class);
      assertThat(taken).as("nothing has changed").isEmpty();
    }
  }

  @Test
  void aFileThatGoesLeavesItsRulesInForce() throws IOException {
    RuleSource source = new RuleSource(List.of(file.toString()), false);
    try (RuleWatch watch = new RuleWatch(source, Duration.ofDays(1), told::add)) {
      Files.delete(file);
      watch.reload();
      assertThat(names(watch.current().rules())).containsExactly("one");
      assertThat(told).singleElement().asString().contains("There is no file");
    }
  }

  @Test
  void rulesThatAreBrokenFromTheStartAreRefused() throws IOException {
    Files.writeString(file, "- rule: [");
    assertThatThrownBy(this::watch)
        .isInstanceOf(BadInputException.class)
        .hasMessageContaining("rules.yaml:1:");
  }

  private static List<String> names(RuleSet rules) {
    return rules.rules().stream().map(Rule::name).toList();
  }
}
