package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EnvironmentUseTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "proc.env icontains \"HISTFILE=/dev/null\"|HISTFILE",
        "proc.env contains GLIBC_TUNABLES|GLIBC_TUNABLES",
        "not proc.env icontains ld_preload|LD_PRELOAD",
        "proc.env contains \" A_B=\" or proc.env startswith \"X=1\"|A_B,X",
        "proc.name = sh and proc.cmdline contains \"SECRET=\"|``"
      })
  void theVariablesThatAConditionComparesAreAskedFor(String condition, String names) {
    String yaml =
        "- rule: r\n  desc: d\n  condition: >\n    container.id != host and evt.type = execve and ("
            + condition
            + ")\n  output: o\n  priority: NOTICE\n";
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("r.yaml", yaml)));
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped()).isEmpty();
    assertThat(loaded.rules().environment())
        .containsExactlyInAnyOrder(names.isEmpty() ? new String[0] : names.split(",", -1));
  }
}
