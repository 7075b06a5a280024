package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.SHELL_BELOW_NGINX;
import static io.leukocyte.rules.TestRules.WEB_REF;
import static io.leukocyte.rules.TestRules.exec;
import static io.leukocyte.rules.TestRules.load;
import static io.leukocyte.rules.TestRules.matched;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Event;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExceptionsTest {
  private static final Event ZSH_BELOW_CRON = exec(WEB_REF, "zsh", List.of("zsh"), "cron");

  private static String rule(String exceptions) {
    return """
    - {list: web, items: [nginx, httpd]}
    - rule: r
      desc: d
      output: o
      priority: info
      condition: proc.name endswith sh or proc.name = id
      exceptions:
    %s
    """
        .formatted(exceptions.indent(4));
  }

  /** Every form takes the shell below nginx off and leaves the one below cron. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "- {name: e, fields: proc.pname, values: [nginx, apache2]}",
        "- {name: e, fields: proc.pname, comps: in, values: [web]}",
        "- {name: e, fields: proc.pname, comps: startswith, values: [x, ngin]}",
        "- {name: e, fields: proc.exepath, comps: pmatch, values: [/bin/bash]}",
        "- {name: e, fields: tolower(proc.pname), values: [nginx]}",
        "- {name: e, fields: [proc.pname], values: [[nginx]]}",
        "- {name: e, fields: [proc.name, proc.pname], values: [[zsh, nginx], [bash, nginx]]}",
        "- {name: e, fields: [proc.name, proc.pname], comps: [=, in], values: [[bash, [x, nginx]]]}",
        "- {name: e, fields: [proc.name, proc.pname], comps: [=, in], values: [[bash, web]]}",
        "- {name: e, fields: [proc.name, proc.pname], comps: [=, in], values: [[bash, '(a, web)']]}",
        "- {name: e, fields: [proc.args, proc.pname], comps: [contains, =], values: [['-c', nginx]]}",
        "- {name: a, fields: proc.pname}\n- {name: b, fields: proc.name, values: [bash]}",
      })
  void whatAnExceptionNamesIsNotReported(String exception) {
    RuleSet.Loaded loaded = load(rule(exception));
    assertThat(loaded.report()).isEqualTo("1 rules loaded, 0 skipped, 0 problems");
    assertThat(matched(loaded.rules(), SHELL_BELOW_NGINX)).isEmpty();
    assertThat(matched(loaded.rules(), ZSH_BELOW_CRON)).containsExactly("r");
  }

  @Test
  void anExceptionCoversAllAlternativesOfTheCondition() {
    RuleSet.Loaded loaded = load(rule("- {name: e, fields: proc.pname, values: [cron]}"));
    assertThat(matched(loaded.rules(), exec(WEB_REF, "id", List.of("id"), "cron"))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "- rule: r\n  exceptions: [{name: e, values: [nginx]}]\n  override: {exceptions: append}",
        "- {rule: r, append: true, exceptions: [{name: e, values: [nginx]}]}",
        "- rule: r\n  exceptions: [{name: f, fields: proc.name, values: [bash]}]\n"
            + "  override: {exceptions: append}",
      })
  void laterEntriesAddValuesAndExceptions(String entry) {
    String file = rule("- {name: e, fields: proc.pname, values: [x]}") + entry + "\n";
    RuleSet.Loaded loaded = load(file);
    assertThat(loaded.problems()).isEmpty();
    assertThat(matched(loaded.rules(), SHELL_BELOW_NGINX)).isEmpty();
  }

  @Test
  void exceptionsCanBeReplaced() {
    String file =
        rule("- {name: e, fields: proc.pname, values: [nginx]}")
            + "- rule: r\n  exceptions: [{name: f, fields: proc.pname, values: [cron]}]\n"
            + "  override: {exceptions: replace}\n";
    assertThat(matched(load(file).rules(), SHELL_BELOW_NGINX)).containsExactly("r");
    assertThat(matched(load(file).rules(), ZSH_BELOW_CRON)).isEmpty();
  }

  @Test
  void aFieldThatIsNotCollectedSkipsTheRuleByName() {
    RuleSet.Loaded loaded = load(rule("- {name: e, fields: proc.sname, values: [x]}"));
    assertThat(loaded.skipped().stream().map(Object::toString))
        .containsExactly("a.yaml:8:25: rule 'r' skipped: needs the field proc.sname");
  }

  @Test
  void whatIsWrongInAnExceptionIsReportedWhereItStands() {
    RuleSet.Loaded loaded =
        load(
            rule(
                """
                - {fields: proc.pname, values: [x]}
                - {name: b, values: [x]}
                - {name: c, fields: proc.pnam, values: [x]}
                - {name: d, fields: [proc.name, proc.pname], comps: [=], values: [[a, b]]}
                - {name: e, fields: [proc.name, proc.pname], values: [[a]]}
                - {name: f, fields: [proc.name], values: [a]}
                - {name: g, fields: proc.name, comps: like, values: [a]}
                - {name: h, fields: [proc.pid], values: [[x]]}
                - {name: i, fields: [proc.name], values: [[web]]}
                - {name: j, fields: proc.name, values: x}
                - k
                """));
    assertThat(loaded.problems().stream().map(Object::toString))
        .contains(
            "a.yaml:8:7: the exception has no name; add 'name:'",
            "a.yaml:9:7: the exception 'b' has no fields; add 'fields: […]'",
            "a.yaml:11:7: 1 comps stand for 2 fields",
            "a.yaml:12:59: the row has 1 values for 2 fields",
            "a.yaml:13:47: a row of values is a list, not 'a'",
            "a.yaml:14:43: 'like' is no operator of an exception",
            "a.yaml:16:48: 2 values stand where '=' compares one",
            "a.yaml:17:44: values must be a list, not 'x'",
            "a.yaml:18:7: an exception is a mapping, not 'k'");
    assertThat(
            load(rule("- {name: c, fields: proc.pnam, values: [x]}")).problems().stream()
                .map(Object::toString))
        .containsExactly("a.yaml:8:25: unknown field 'proc.pnam'; did you mean 'proc.pname'?");
    assertThat(
            load(rule("- {name: h, fields: [proc.pid], values: [[x]]}")).problems().stream()
                .map(Object::toString))
        .containsExactly("a.yaml:8:47: proc.pid is a number, 'x' is not");
  }
}
