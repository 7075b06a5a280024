package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.SHELL_BELOW_NGINX;
import static io.leukocyte.rules.TestRules.load;
import static io.leukocyte.rules.TestRules.matched;
import static io.leukocyte.rules.TestRules.rule;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoadTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "proc.name = sh and k8s.deployment.name = x | needs the field k8s.deployment.name",
        "evt.type = execve and evt.arg.fd contains x | needs the field evt.arg.fd",
        "evt.type = execve and evt.arg.flags contains x | no event can make it true",
        "evt.type = sendto and fd.connected = false | no event can make it true",
        "proc.aname[12] = x | needs the field proc.aname[12]",
        "evt.type = read and fd.name = /etc/shadow | needs the event read",
        "evt.type in (openat, write) | needs the event write",
        "evt.type in (connect, ioctl) | needs the event ioctl",
        "evt.type = send | needs the event send",
        "evt.buffer bcontains ff and proc.name = sh | needs the field evt.buffer",
        "concat(proc.name, evt.abspath) = x | needs the field evt.abspath",
        "proc.name = val(proc.sname) | needs the field proc.sname",
        "evt.type = connect and log.line = val(proc.name) | no event can make it true",
        "evt.type = execve and log.line contains x | no event can make it true",
        "container.id = host and proc.name = sh | is about the host's own processes, which are not"
            + " sent",
      })
  void aRuleThatCannotWorkHereIsSkippedByName(String condition, String reason) {
    RuleSet.Loaded loaded = load(rule(condition));
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.rules().rules()).isEmpty();
    assertThat(loaded.skipped().stream().map(Skipped::reason)).containsExactly(reason);
    assertThat(loaded.summary()).isEqualTo("0 rules loaded, 1 skipped, 0 problems");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(evt.type = connect or (evt.type in (sendto, sendmsg) and fd.connected = false))"
            + " and fd.sip exists",
        "evt.type in (execve, execveat) and evt.dir=< and not evt.type = open",
        "(evt.type in (connect, send, sendto) and fd.name_changed = true) or evt.type = connect",
        "evt.type in (open, openat, openat2) and evt.is_open_read = true and fd.num >= 0",
        "evt.type in (umount2, mount) and evt.arg.flags contains MS_BIND",
        "(evt.type = container or (evt.type = execve and proc.vpid = 1)) and container",
        "evt.type = connect and (evt.rawres >= 0 or evt.res = EINPROGRESS)",
      })
  void idiomsOfExistingFilesLoad(String condition) {
    RuleSet.Loaded loaded =
        load("- {macro: container, condition: (container.id != host)}\n" + rule(condition));
    assertThat(loaded.report()).isEqualTo("1 rules loaded, 0 skipped, 0 problems");
  }

  @Test
  void theTypeContainerIsTheStartOfOne() {
    RuleSet rules =
        load(rule("start", "evt.type = container") + rule("life", "evt.type = lifecycle")).rules();
    assertThat(matched(rules, lifecycle("start"))).containsExactly("life", "start");
    assertThat(matched(rules, lifecycle("die"))).containsExactly("life");
    assertThat(rules.kinds()).containsExactly(Kind.CONTAINER_LIFECYCLE);
  }

  private static Event lifecycle(String action) {
    return new ContainerLifecycle(1, TestRules.WEB_REF, action, null, new TreeMap<>());
  }

  @Test
  void aHundredErrorsAreAHundredProblems() {
    StringBuilder file = new StringBuilder();
    IntStream.range(0, 100)
        .forEach(i -> file.append(rule("r" + i, "proc.nope = " + i + " and proc.name = x")));
    RuleSet.Loaded loaded = load(file.toString());
    assertThat(loaded.problems()).hasSize(100);
    assertThat(loaded.problems().get(41).at().line()).isEqualTo(42);
  }

  @Test
  void shapesThatAreWrongAreProblems() {
    String file =
        """
        - rule: a
          desc: d
          output: "%proc.nme"
          priority: URGENT
          condition: proc.name = x
          tagz: [x]
        - rule: b
        - list: l
        - macro: m
        - lst: x
        - text
        - rule: c
          enabled: maybe
          tags: x
          condition: proc.name = x
        - {rule: nobody, append: true, condition: and proc.name = x}
        - required_engine_version: soon
        """;
    assertThat(load(file).problems().stream().map(Object::toString))
        .contains(
            "a.yaml:6:3: unknown key 'tagz'; did you mean 'tags'?",
            "a.yaml:3:12: unknown field 'proc.nme' in the output; did you mean 'proc.name'?",
            "a.yaml:7:3: the rule 'b' has no condition; add 'condition:'",
            "a.yaml:8:3: the list 'l' has no items; add 'items: […]'",
            "a.yaml:9:3: the macro 'm' has no condition; add 'condition:'",
            "a.yaml:10:3: an entry is a rule, a correlation, a baseline, a macro or a list, not"
                + " 'lst'; did you mean 'list'?",
            "a.yaml:11:3: 'text' is not an entry",
            "a.yaml:13:12: enabled is true or false, not 'maybe'",
            "a.yaml:14:9: tags must be a list, not 'x'",
            "a.yaml:16:3: nothing to change: the rule 'nobody' is not defined before this",
            "a.yaml:17:28: a version is a number or x.y.z, not 'soon'")
        .anyMatch(
            p -> p.startsWith("a.yaml:4:13: unknown priority 'URGENT'; use one of emergency"));
    assertThat(load("rule: x").problems()).singleElement().asString().contains("is a list");
    assertThat(load("- rule: [").problems()).singleElement().asString().contains("not YAML");
    assertThat(load("").problems()).isEmpty();
  }

  @Test
  void laterEntriesAppendToAndReplaceEarlierOnes() {
    String base =
        """
        - {list: shells, items: [sh]}
        - {macro: shell, condition: proc.name in (shells)}
        - {rule: r, desc: d, output: o, priority: info, condition: shell, tags: [a]}
        - {rule: off, desc: d, output: o, priority: info, condition: shell}
        """;
    String changes =
        """
        - {list: shells, items: [bash], override: {items: append}}
        - {macro: shell, condition: and proc.pname = nginx, append: true}
        - rule: r
          condition: and proc.tty = 0
          output: more
          tags: [b]
          priority: ERROR
          override: {condition: append, output: append, tags: append, priority: replace}
        - {rule: off, enabled: false}
        """;
    RuleSet.Loaded loaded = load(base, changes);
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped().stream().map(Skipped::reason)).containsExactly("not enabled");
    Rule rule = loaded.rules().rules().getFirst();
    assertThat(rule.info().tags()).containsExactly("a", "b");
    assertThat(rule.info().priority()).isEqualTo(Priority.ERROR);
    assertThat(rule.output(TestRules.observed(SHELL_BELOW_NGINX), FactsLookup.NONE))
        .isEqualTo("o more");
    assertThat(matched(loaded.rules(), SHELL_BELOW_NGINX)).containsExactly("r");
  }

  @Test
  void anOverrideMustNameEachKeyAndOnlyWhatItCanChange() {
    String base = rule("proc.name = sh");
    assertThat(
            load(base, "- {rule: r, desc: x, output: y, override: {desc: replace}}\n").problems())
        .singleElement()
        .asString()
        .contains("the key 'output' is not named under override");
    assertThat(load(base, "- {rule: r, priority: info, override: {priority: append}}\n").problems())
        .isNotEmpty();
  }

  @Test
  void aRedefinitionReplacesTheRuleInItsPlace() {
    RuleSet.Loaded loaded =
        load(
            rule("a", "proc.name = x") + rule("b", "proc.name = y"), rule("a", "proc.name = bash"));
    assertThat(loaded.rules().rules().stream().map(Rule::name)).containsExactly("a", "b");
    assertThat(matched(loaded.rules(), SHELL_BELOW_NGINX)).containsExactly("a");
  }

  @Test
  void otherSourcesAreSkippedByName() {
    RuleSet.Loaded loaded =
        load(
            "- {rule: a, desc: d, output: o, priority: info, condition: ka.verb = x,"
                + " source: k8s_audit, exceptions: [{name: e, fields: ka.x, values: [y]}]}\n");
    assertThat(loaded.report())
        .isEqualTo(
            "a.yaml:1:10: rule 'a' skipped: needs the event source k8s_audit\n"
                + "    1 needs the event source k8s_audit\n"
                + "0 rules loaded, 1 skipped, 0 problems");
  }

  @Test
  void skippedRulesAreCountedByReason() {
    RuleSet.Loaded loaded =
        load(
            rule("a", "proc.sname = x")
                + rule("b", "evt.type = read")
                + rule("c", "proc.sname = y or proc.name = x"));
    assertThat(loaded.reasons().toString())
        .isEqualTo("{needs the field proc.sname=2, needs the event read=1}");
  }

  @Test
  void whatHasNoEffectAndOlderFormsAreWarnings() {
    RuleSet.Loaded loaded =
        load(
            """
            - required_engine_version: 0.99.1
            - required_plugin_versions:
                - {name: json, version: 0.7.0}
            - rule: a
              desc: d
              output: o
              priority: info
              condition: proc.name = sh
              examples_found: [x]
            - {rule: a, append: true, condition: and proc.pname = x}
            - {rule: a, enabled: false}
            - {list: l, items: [a]}
            - {list: l, append: true, items: [b]}
            """);
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings().stream().map(Object::toString))
        .containsExactly(
            "a.yaml:1:28: the file is for version 0.99.1 of the language; this is 0.63.0; what is"
                + " newer in it is reported where it stands",
            "a.yaml:9:3: unknown key 'examples_found', which has no effect",
            "a.yaml:10:3: append is the older form; write 'override: {condition: append}'",
            "a.yaml:11:3: enabled alone is the older form; write 'override: {enabled: replace}'",
            "a.yaml:13:3: append is the older form; write 'override: {items: append}'");
  }

  /** Which names a container has is only known where it runs. */
  @Test
  void namesOfAnyUserOrGroupLoadWithoutAWord() {
    RuleSet.Loaded loaded =
        load(
            """
            - macro: by_daemon
              condition: user.name in (daemon, bin, games, nobody)
            - rule: a
              desc: d
              output: o %user.name %user.loginname %group.name
              priority: info
              condition: by_daemon or user.loginname = root or group.name = wheel
            """);
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.rules().rules()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"43", "0.63.0", "0.60.0", "63"})
  void filesOfEarlierVersionsOfTheLanguageLoad(String version) {
    RuleSet.Loaded loaded = load("- required_engine_version: " + version + "\n");
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
  }

  @Test
  void theHashIsOfNamesAndContentsWhateverTheLineEnds() {
    String text = rule("proc.name = sh");
    String hash = load(text).rules().hash();
    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(load(text.replace("\n", "\r\n")).rules().hash()).isEqualTo(hash);
    assertThat(load(text + "# more").rules().hash()).isNotEqualTo(hash);
    assertThat(RuleSet.load(List.of(new RuleFile("other.yaml", text))).rules().hash())
        .isNotEqualTo(hash);
    assertThat(RuleSet.load(List.of(new RuleFile("etc/a.yaml", text))).rules().hash())
        .isEqualTo(hash);
  }

  @Test
  void noTextMakesTheLoaderFail() {
    String shipped = RuleFile.shipped().getFirst().text();
    Random random = new Random(7);
    for (int i = 0; i < 300; i++) {
      StringBuilder mutant = new StringBuilder(shipped);
      for (int cut = 1 + random.nextInt(4); cut > 0; cut--) {
        int at = random.nextInt(mutant.length());
        switch (random.nextInt(3)) {
          case 0 -> mutant.delete(at, Math.min(mutant.length(), at + random.nextInt(200)));
          case 1 -> mutant.insert(at, "()[]\"'=,:{}-\\%\n >|&*".charAt(random.nextInt(20)));
          default -> mutant.setCharAt(at, (char) random.nextInt(0x250));
        }
      }
      RuleSet.Loaded loaded = load(mutant.toString());
      loaded.problems().forEach(p -> assertThat(p.at().line()).isPositive());
    }
  }

  @Test
  void noConditionMakesTheParserFail() {
    Random random = new Random(11);
    List<String> words =
        List.of(
            "proc.name",
            "=",
            "in",
            "(",
            ")",
            "not",
            "and",
            "or",
            "x",
            "\"",
            "'",
            "[",
            "]",
            "\\",
            "!=",
            "tolower(",
            "val(",
            "concat(",
            "join(",
            "getopt(",
            "len(",
            "proc.args",
            "regex",
            "pmatch",
            "oneof",
            "1",
            ",",
            "evt.type",
            "execve",
            "anyof",
            "contains",
            "fd.sip",
            "\u0000");
    for (int i = 0; i < 40_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int word = random.nextInt(12); word >= 0; word--) {
        text.append(words.get(random.nextInt(words.size())))
            .append(random.nextInt(3) == 0 ? "" : " ");
      }
      List<Problem> problems = new ArrayList<>();
      boolean parsed =
          Condition.parse(text.toString(), new Position("f", 1, 1), problems).isPresent();
      assertThat(parsed).as(text.toString()).isEqualTo(problems.isEmpty());
    }
  }
}
