package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ShippedRulesTest {
  private final RuleSet.Loaded loaded = RuleSet.load(RuleFile.shipped());

  @Test
  void theShippedFilesHaveNoProblemAndNothingIsSkipped() {
    assertThat(loaded.report()).isEqualTo("13 rules loaded, 0 skipped, 0 problems");
  }

  @Test
  void eachShippedRuleHasDescriptionTechniqueAndTestsBothWays() {
    for (Rule rule : loaded.rules().rules()) {
      assertThat(rule.info().description()).contains("False positives:");
      assertThat(rule.info().tags()).anyMatch(tag -> tag.matches("T\\d{4}(\\.\\d{3})?"));
      assertThat(rule.info().ruleset()).isIn("leukocyte.yaml", "correlations.yaml");
      List<RuleTest> tests =
          loaded.rules().tests().stream().filter(t -> t.rule().equals(rule.name())).toList();
      assertThat(tests).anyMatch(t -> t.matches() > 0).anyMatch(t -> t.matches() == 0);
    }
  }

  @Test
  void eachShippedCorrelationHasDescriptionTechniqueAndTestsBothWays() {
    assertThat(loaded.rules().correlations()).hasSize(4);
    for (Correlation correlation : loaded.rules().correlations()) {
      assertThat(correlation.info().description()).contains("False positives:");
      assertThat(correlation.info().tags()).anyMatch(tag -> tag.matches("T\\d{4}(\\.\\d{3})?"));
      List<RuleTest> tests =
          loaded.rules().tests().stream().filter(t -> t.rule().equals(correlation.name())).toList();
      assertThat(tests).anyMatch(t -> t.matches() > 0).anyMatch(t -> t.matches() == 0);
    }
  }

  @Test
  void correlationsSilenceOnlyTheirOwnBuildingBlocks() {
    assertThat(loaded.rules().rules().stream().map(Rule::name))
        .filteredOn(name -> !loaded.rules().alerts(name))
        .containsExactly(
            "Program started that the image does not have",
            "Shell or download tool connected outside");
  }

  @Test
  void theShippedRulesReadExecsConnectsAndLogLinesOnly() {
    assertThat(loaded.rules().kinds())
        .containsExactlyInAnyOrder(Kind.PROCESS_EXEC, Kind.NET_CONNECT, Kind.CONTAINER_LOG);
  }

  @TestFactory
  Stream<DynamicTest> testsInTheFile() {
    return loaded.rules().tests().stream()
        .map(test ->
            DynamicTest.dynamicTest(
                test.rule() + ": " + test.title(),
                () ->
                    assertThat(test.run(loaded.rules()))
                        .as("%s", test.at())
                        .isEqualTo(test.matches())));
  }
}
