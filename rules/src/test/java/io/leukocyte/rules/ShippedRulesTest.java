package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.CallColumns.Open;
import io.leukocyte.events.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class ShippedRulesTest {
  private final RuleSet.Loaded loaded = RuleSet.load(RuleFile.shipped());

  @Test
  void theShippedFilesHaveNoProblemAndNothingIsSkipped() {
    assertThat(loaded.report()).isEqualTo("146 rules loaded, 0 skipped, 0 problems");
  }

  @Test
  void eachShippedRuleHasDescriptionTechniqueAndTestsBothWays() {
    for (Rule rule : loaded.rules().rules()) {
      assertThat(rule.info().description()).contains("False positives:");
      assertThat(rule.info().tags()).anyMatch(tag -> tag.matches("T\\d{4}(\\.\\d{3})?"));
      List<RuleTest> tests =
          loaded.rules().tests().stream().filter(t -> t.rule().equals(rule.name())).toList();
      assertThat(tests).anyMatch(t -> t.matches() > 0).anyMatch(t -> t.matches() == 0);
    }
  }

  /** Each message, connection, signal and name of a thread would cost busy servers much. */
  @Test
  void noShippedRuleReadsWhatABusyServerDoesAllTheTime() {
    assertThat(loaded.rules().kinds())
        .doesNotContain(Kind.NET_SEND, Kind.NET_ACCEPT, Kind.SIGNAL_KILL, Kind.PROC_CONTROL);
  }

  @Test
  void eachShippedCorrelationHasDescriptionTechniqueAndTestsBothWays() {
    assertThat(loaded.rules().correlations()).hasSizeGreaterThanOrEqualTo(15);
    for (Correlation correlation : loaded.rules().correlations()) {
      assertThat(correlation.info().description()).contains("False positives:");
      assertThat(correlation.info().tags()).anyMatch(tag -> tag.matches("T\\d{4}(\\.\\d{3})?"));
      List<RuleTest> tests =
          loaded.rules().tests().stream().filter(t -> t.rule().equals(correlation.name())).toList();
      assertThat(tests).anyMatch(t -> t.matches() > 0).anyMatch(t -> t.matches() == 0);
    }
  }

  @Test
  void eachShippedBaselineSaysWhatMayBeAFalseAlarmAndHasTestsBothWays() {
    assertThat(loaded.rules().baselines()).isNotEmpty();
    for (Baseline baseline : loaded.rules().baselines()) {
      assertThat(baseline.info(Aspect.PROCESSES).description()).contains("False positives:");
      List<RuleTest> tests =
          loaded.rules().tests().stream().filter(t -> t.rule().equals(baseline.name())).toList();
      assertThat(tests).anyMatch(t -> t.matches() > 0).anyMatch(t -> t.matches() == 0);
    }
  }

  @Test
  void correlationsSilenceOnlyTheirOwnBuildingBlocks() {
    assertThat(loaded.rules().rules().stream().map(Rule::name))
        .filteredOn(name -> !loaded.rules().alerts(name))
        .containsExactly(
            "Program started that the image does not have",
            "Shell or download tool connected outside",
            "Login refused",
            "Login accepted",
            "Password refused",
            "Password accepted",
            "Request for what is not there",
            "Connection tried by a tool",
            "Much sent outside",
            "Name server asked",
            "Connection to the outside begun");
  }

  /** A rule that any path can match would have the sensor report each file that is opened. */
  @Test
  void eachRuleOnOpenedFilesSaysWhereTheyLie() {
    List<Rule> all = new ArrayList<>(loaded.rules().rules());
    all.addAll(loaded.rules().observers());
    assertThat(all)
        .filteredOn(rule -> rule.conditions().containsKey(Kind.FILE_OPEN))
        .isNotEmpty()
        .allSatisfy(rule ->
            assertThat(saysWhere(rule.conditions().get(Kind.FILE_OPEN))).as(rule.name()).isTrue());
  }

  private static boolean saysWhere(@Nullable Node node) {
    return switch (node) {
      case Node.All all -> all.parts().stream().anyMatch(ShippedRulesTest::saysWhere);
      case Node.Any any -> any.parts().stream().allMatch(ShippedRulesTest::saysWhere);
      case Node.Read read -> isPath(read.source()) && isBeginning(read.predicate());
      case null, default -> false;
    };
  }

  private static boolean isPath(Source source) {
    return source instanceof Source.Symbol symbol
        && symbol.column().equals(Open.PATH)
        && symbol.view() instanceof View.NonEmpty;
  }

  private static boolean isBeginning(Predicate predicate) {
    return predicate instanceof Predicate.Equal
        || predicate instanceof Predicate.StartsWith
        || predicate instanceof Predicate.Below;
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
