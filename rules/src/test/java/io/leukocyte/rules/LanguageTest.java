package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.SHELL_BELOW_NGINX;
import static io.leukocyte.rules.TestRules.holds;
import static io.leukocyte.rules.TestRules.load;
import static io.leukocyte.rules.TestRules.rule;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LanguageTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "proc.name = bash",
        "proc.name == bash",
        "proc.name=bash and proc.pname=nginx",
        "proc.name = \"bash\"",
        "proc.name = 'bash'",
        "proc.name = \"\\x62ash\"",
        "proc.name in (sh, bash)",
        "proc.name in ( sh , \"bash\" )",
        "not proc.name = sh",
        "not(proc.name = sh)",
        "not not proc.name = bash",
        "proc.name = sh or proc.name = bash and proc.pname = nginx",
        "not proc.name = sh and proc.pname = nginx",
        "proc.args startswith -c",
        "proc.cmdline contains \"bash -c\"",
        "proc.cmdline icontains \"BASH\"",
        "proc.exepath endswith /bash",
        "proc.exepath glob /*/b?s[a-h]",
        "proc.exepath iglob /BIN/*",
        "proc.aname = containerd-shim",
        "proc.aname[2] = containerd-shim",
        "proc.aname in (nginx)",
        "proc.pname exists",
        "proc.tty = 0",
        "proc.pid >= 0x1f4",
        "proc.pid < 500.5",
        "user.name = root",
        "user.name != nobody",
        "thread.cap_effective contains CAP_SYS_ADMIN",
        "container.id != host and container.image.repository = nginx",
        "container.image = nginx:1.27",
        "container.id = a1b2c3a1b2c3",
        "container.type = docker",
        "evt.type in (execve, execveat) and evt.dir = <",
        "evt.type = process.exec",
        "evt.num > 0",
        "proc.args contains anyof (xx, id)",
        "proc.args contains allof (-c, id)",
        "proc.name intersects (bash, zsh)",
      })
  void holdsForAShellBelowNginx(String condition) {
    assertThat(holds(condition, SHELL_BELOW_NGINX)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proc.name = sh",
        "proc.name in ()",
        "not proc.name = bash",
        "(proc.name = sh or proc.name = bash) and proc.pname = sh",
        "proc.exepath glob /bin",
        "proc.args contains allof (-c, xx)",
        "proc.pid > 500",
        "proc.vpid = 1.5",
        "log.line contains x or proc.name = sh",
        "evt.num = 0 or proc.name = sh",
        "container.id = host or proc.name = sh",
        "evt.type != execve or proc.name = sh",
      })
  void doesNotHoldForAShellBelowNginx(String condition) {
    assertThat(holds(condition, SHELL_BELOW_NGINX)).isFalse();
  }

  @Test
  void aMissingFieldMakesEveryCheckFalse() {
    assertThat(holds("fd.sip != \"10.0.0.1\" or proc.name = sh", SHELL_BELOW_NGINX)).isFalse();
    assertThat(holds("not fd.sip = \"10.0.0.1\"", SHELL_BELOW_NGINX)).isTrue();
    assertThat(holds("proc.aname[3] != x or proc.name = sh", SHELL_BELOW_NGINX)).isFalse();
    assertThat(holds("not container.label[tier] exists", SHELL_BELOW_NGINX)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proc.name = bash AND proc.pname = nginx | a.yaml:1:81: expected 'and', 'or' or the end, found 'AND'; and, or and not are written in lower case with a blank behind them",
        "proc.name = | a.yaml:1:75: expected a value after =, found the end of the condition; quote a value that has blanks or one of ( ) = , in it",
        "proc.name bash | a.yaml:1:74: unknown operator 'bash'",
        "proc.name contain x | a.yaml:1:74: unknown operator 'contain'; did you mean 'contains'?",
        "proc.nme = x | a.yaml:1:64: unknown field 'proc.nme'; did you mean 'proc.name'?",
        "(proc.name = x | a.yaml:1:78: expected ')' to close the parenthesis, found the end of the condition",
        "proc.name in x | a.yaml:1:77: expected '(' after in, found 'x'",
        "proc.name in (a b) | a.yaml:1:80: expected ')' or ',' in the list, found 'b)'",
        "proc.name = \"x | a.yaml:1:76: a quote is not closed; add \"",
        "proc.name = \"\\q\" | a.yaml:1:77: unknown escape '\\q'; write \\\\ for a backslash",
        "proc.pid = abc | a.yaml:1:75: proc.pid is a number, 'abc' is not",
        "proc.pid startswith 1 | a.yaml:1:64: 'startswith' does not compare proc.pid, which is a number",
        "proc.name < 1 | a.yaml:1:64: '<' does not compare proc.name, which is a text",
        "fd.sip = localhost | a.yaml:1:73: 'localhost' is not an address or a block such as 10.0.0.0/8",
        "container.privileged = yes | a.yaml:1:87: container.privileged is true or false, not 'yes'",
        "container.label = x | a.yaml:1:64: the field container.label needs a name in brackets",
        "proc.name[1] = x | a.yaml:1:64: the field proc.name takes nothing in brackets",
        "evt.type = execv | a.yaml:1:75: unknown event type 'execv'; did you mean 'execve'?",
        "shell_proces | a.yaml:1:64: unknown macro 'shell_proces'; did you mean 'shell_process'?",
        "shells | a.yaml:1:64: 'shells' is a list, not a macro: it stands after 'in ('",
        "proc. = x | a.yaml:1:64: 'proc.' is not a name: a part between dots is empty",
        "proc.name = x and | a.yaml:1:81: expected a field, a macro, 'not' or '(', found the end of the condition",
      })
  void errorsSayWhereAndWhatToDo(String conditionAndProblem) {
    int bar = conditionAndProblem.lastIndexOf(" | ");
    String condition = conditionAndProblem.substring(0, bar);
    String rule =
        "- {rule: r, desc: d, output: o, priority: info, condition:     " + condition + " }\n";
    String quoted =
        "- {rule: r, desc: d, output: o, priority: info, condition:    '"
            + condition.replace("'", "''")
            + "'}\n";
    assertThat(quoted).hasSameSizeAs(rule);
    String defined =
        "- {macro: shell_process, condition: proc.name = sh}\n- {list: shells, items: [sh]}\n";
    assertThat(load(quoted + defined).problems().stream().map(Object::toString))
        .containsExactly(conditionAndProblem.substring(bar + 3));
  }

  @Test
  void placesAreFoundInFoldedAndLiteralBlocks() {
    String file =
        """
        - rule: r
          desc: d
          output: o
          priority: info
          condition: >
            evt.type = execve
              and proc.name = x

            and proc.nme = y
        - macro: m
          condition: |
            proc.name = x and
            proc.pnme = y
        """;
    assertThat(load(file).problems().stream().map(p -> p.at().toString()))
        .containsExactly("a.yaml:9:9", "a.yaml:13:5");
  }

  @Test
  void listsArePutInWithinListsAndWhereOneValueStands() {
    String lists =
        """
        - {list: shells, items: [sh, bash]}
        - {list: mine, items: [zsh, shells, '"two words"']}
        - {list: one, items: [bash]}
        - {list: none, items: []}
        """;
    assertThat(
            TestRules.matched(
                load(lists
                        + rule("nested", "proc.name in (mine)")
                        + rule("single", "proc.name = one")
                        + rule("empty", "proc.name in (none, bash)")
                        + rule("quoted", "proc.name in (\"mine\") or proc.name = nothing"))
                    .rules(),
                SHELL_BELOW_NGINX))
        .containsExactly("empty", "nested", "single");
    assertThat(load(lists + rule("proc.name = shells")).problems())
        .singleElement()
        .asString()
        .contains("a list of 2 items stands where one value is compared; use 'in (…)'");
  }

  @Test
  void aMacroSeesTheMacrosBeforeItsOwnLastDefinition() {
    String early = "- {macro: a, condition: b}\n- {macro: b, condition: proc.name = bash}\n";
    assertThat(load(early + rule("a")).problems())
        .singleElement()
        .asString()
        .isEqualTo("a.yaml:1:25: the macro 'b' is defined only after it is used here");
    assertThat(load(early + "- {macro: a, condition: b}\n" + rule("a")).problems()).isEmpty();
    assertThat(load("- {macro: a, condition: not a}\n").problems()).hasSize(1);
  }

  @Test
  void aRuleSeesMacrosThatAreDefinedAfterIt() {
    RuleSet.Loaded loaded = load(rule("late"), "- {macro: late, condition: proc.name = bash}\n");
    assertThat(loaded.problems()).isEmpty();
    assertThat(TestRules.matched(loaded.rules(), SHELL_BELOW_NGINX)).containsExactly("r");
  }

  @Test
  void conditionsThatGrowWithoutBoundAreRefused() {
    StringBuilder file = new StringBuilder("- {macro: m0, condition: proc.name = x}\n");
    for (int i = 1; i < 40; i++) {
      file.append("- {macro: m%d, condition: m%d or m%d}\n".formatted(i, i - 1, i - 1));
    }
    assertThat(load(file.toString()).problems())
        .isNotEmpty()
        .allMatch(p -> p.what().contains("more than 20000 comparisons"));
    assertThat(load(rule("(".repeat(100_000))).problems())
        .singleElement()
        .asString()
        .contains("more than 200 levels");
    assertThat(load(rule("not ".repeat(100_000) + "proc.name = x")).problems()).hasSize(1);
  }
}
