package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.SHELL_BELOW_NGINX;
import static io.leukocyte.rules.TestRules.WEB_REF;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConditionTest {
  private static final Position AT = new Position("p.yaml", 4, 16);
  private final List<Problem> problems = new ArrayList<>();

  @Test
  void aPolicysConditionReadsTheEventAndTheFacts() {
    Condition condition =
        Condition.parse("container.label[tier] = web and proc.name = bash", AT, problems)
            .orElseThrow();
    ContainerFacts facts = RandomWorld.labelled(WEB_REF, "tier", "web");
    assertThat(condition.test(TestRules.observed(SHELL_BELOW_NGINX), facts)).isTrue();
    assertThat(condition.test(TestRules.observed(SHELL_BELOW_NGINX), null)).isFalse();
    assertThat(condition.test(TestRules.observed(facts), facts)).isFalse();
    assertThat(problems).isEmpty();
  }

  @Test
  void aConditionMayBeOfTheHost() {
    Condition condition = Condition.parse("container.id = host", AT, problems).orElseThrow();
    assertThat(condition.test(TestRules.observed(SHELL_BELOW_NGINX), null)).isFalse();
    assertThat(condition.test(TestRules.observed(TestRules.exec(null, "sh", List.of(), "p")), null))
        .isTrue();
  }

  @Test
  void aConditionMayUseMacrosAndListsOfRuleFiles() {
    Optional<Condition> condition =
        Condition.parse(
            "shell_process and proc.pname in (web_server_binaries)",
            AT,
            RuleFile.shipped(),
            problems);
    assertThat(condition.orElseThrow().test(TestRules.observed(SHELL_BELOW_NGINX), null)).isTrue();
  }

  @Test
  void whatIsWrongIsAProblemAtItsPlace() {
    assertThat(Condition.parse("container.labl[x] = y", AT, problems)).isEmpty();
    assertThat(Condition.parse("proc.name = x and k8s.deployment.name = y", AT, problems))
        .isEmpty();
    assertThat(problems.stream().map(Object::toString))
        .containsExactly(
            "p.yaml:4:16: unknown field 'container.labl'; did you mean 'container.label'?",
            "p.yaml:4:34: no collector has the field k8s.deployment.name; remove it");
  }
}
