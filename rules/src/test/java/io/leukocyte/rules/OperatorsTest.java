package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.SHELL_BELOW_NGINX;
import static io.leukocyte.rules.TestRules.WEB_REF;
import static io.leukocyte.rules.TestRules.exec;
import static io.leukocyte.rules.TestRules.holds;
import static io.leukocyte.rules.TestRules.load;
import static io.leukocyte.rules.TestRules.matched;
import static io.leukocyte.rules.TestRules.rule;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Event;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Regular expressions, paths, bytes, functions and comparisons of fields. */
class OperatorsTest {
  private static final Event NETCAT =
      exec(WEB_REF, "nc", List.of("nc", "-nvl", "-p", "4444", "-e/bin/sh", "host", "-x"), "nc");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "proc.cmdline regex \"bash -c i.*\"",
        "proc.name regex 'b[a-z]{3}'",
        "proc.name regex \"(?i)BASH\"",
        "not proc.name regex \"bas\"",
        "proc.name regex anyof (\"z.*\", \"b.*h\")",
        "proc.name regex \"b\\\\x61sh\"",
        "proc.exepath pmatch (/bin)",
        "proc.exepath pmatch (/opt, /b*/bash)",
        "proc.exepath pmatch (/)",
        "not proc.exepath pmatch (/bi, /bin/bas, /bin/bash/x, /b*/zsh)",
        "proc.name bcontains 6173",
        "proc.name bstartswith 62617368",
        "not proc.name bstartswith 61",
        "proc.name startswith oneof (b, z)",
        "not proc.name startswith oneof (b, ba)",
        "toupper(proc.name) = BASH",
        "tolower(toupper(proc.name)) = bash",
        "basename(proc.exepath) = bash",
        "len(proc.name) = 4 and len(proc.name) < 5",
        "len(basename(proc.exepath)) in (3, 4)",
        "len(proc.args) = 2",
        "len(proc.aname) = 2",
        "join(\"->\", proc.aname) = \"nginx->containerd-shim\"",
        "join(\"-\", (proc.name, proc.pname, \"x\")) = bash-nginx-x",
        "concat(proc.name, \":\", proc.pid) = bash:500",
        "len(concat(proc.name, proc.pname)) = 9",
        "toupper(concat(proc.pname, proc.name)) startswith NGINXB",
        "proc.name = val(proc.name) and not proc.name = val(proc.pname)",
        "proc.exepath endswith val(proc.name)",
        "basename(proc.exepath) = tolower(proc.name)",
        "proc.pid > val(proc.ppid)",
        "proc.pname in val(proc.aname)",
        "container.name startswith val(log.stream) or proc.name = bash",
        "concat(container.image, \"/\", proc.name) = nginx:1.27/bash",
        "not proc.name = val(container.label[x])",
      })
  void holdsForAShellBelowNginx(String condition) {
    assertThat(holds(condition, SHELL_BELOW_NGINX)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "getopt(proc.args, \"nvlp:e:\") intersects (e)",
        "getopt(proc.args, \"nvlp:e:\") in (n, v, l, p, 4444, e, /bin/sh)",
        "not getopt(proc.args, \"nvlp:e:\") in (n, v, l)",
        "getopt(proc.args, \"p:\")[p] = 4444 and not getopt(proc.args, \"p:\")[n] exists",
        "getopt(proc.args, \"nvlp:e:\")[e] = /bin/sh",
        "not getopt(proc.args, \"nvlp:e:x\") intersects (x)",
        "not getopt(proc.args, \"nvle:\")[e] exists",
        "getopt(proc.args, \"nvlp:e:\")[e] pmatch (/bin)",
        "len(getopt(proc.args, \"nvlp:e:\")) = 7",
        "proc.name = val(proc.pname)",
        "proc.cmdnargs = 6",
      })
  void optionsOfACommandLineAreRead(String condition) {
    assertThat(holds(condition, NETCAT)).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "proc.name regex \"[a\" | a.yaml:1:80: '[a' is not a regular expression: missing closing ]; write it in RE2's dialect",
        "proc.name regex \"a(?=b)\" | a.yaml:1:80: 'a(?=b)' is not a regular expression: invalid or unsupported Perl syntax; write it in RE2's dialect",
        "proc.name bcontains xyz | a.yaml:1:84: 'xyz' is not bytes; write two hexadecimal digits for each byte",
        "proc.pid regex 1 | a.yaml:1:64: 'regex' does not compare proc.pid, which is a number",
        "tolower(proc.pid) = 1 | a.yaml:1:64: tolower( takes text, not a number",
        "tolower(proc.name, proc.pname) = 1 | a.yaml:1:64: tolower( takes one field or function",
        "join(proc.aname) = x | a.yaml:1:64: join( takes a separator and a list",
        "join(\"-\", proc.name) = x | a.yaml:1:74: proc.name is not a list; take a field of many values, getopt(…), or several in parentheses",
        "proc.name = val(proc.pid) | a.yaml:1:64: proc.name is a text, proc.pid a number; compare fields of one type",
        "proc.name regex val(proc.pname) | a.yaml:1:64: 'regex' compares with values, not with a field",
        "proc.pid startswith val(proc.ppid) | a.yaml:1:64: 'startswith' does not compare proc.pid, which is a number",
        "val(proc.name) = x | a.yaml:1:64: val( stands to the right of an operator only; name the field alone",
        "proc.name = val(proc.nam) | a.yaml:1:80: unknown field 'proc.nam'; did you mean 'proc.name'?",
        "len(proc.name) = x | a.yaml:1:81: len(proc.name) is a number, 'x' is not",
        "tolower(proc.name = x | a.yaml:1:82: expected ')' to close tolower(, found '='",
        "concat(proc.name)[x] = x | a.yaml:1:64: concat(…) takes nothing in brackets",
      })
  void errorsSayWhereAndWhatToDo(String condition, String problem) {
    String yaml =
        "- {rule: r, desc: d, output: o, priority: info, condition:    '"
            + condition.replace("'", "''")
            + "'}\n";
    assertThat(load(yaml).problems().stream().map(Object::toString)).containsExactly(problem);
  }

  @Test
  void regularExpressionsOverLogLinesAreFoundWithAndWithoutALiteral() {
    RuleSet rules =
        load(rule("literal", "log.line regex \".*GET /admin[0-9]+ .*\"")
                + rule("none", "log.line regex \"[A-Z]+ .*\"")
                + rule("other", "log.line regex \".*POST /x.*\""))
            .rules();
    assertThat(matched(rules, line("GET /admin77 HTTP/1.1"))).containsExactly("literal", "none");
    assertThat(matched(rules, line("GET /admin HTTP/1.1"))).containsExactly("none");
    assertThat(matched(rules, line("x POST /x"))).containsExactly("other");
  }

  private static Event line(String text) {
    return new ContainerLog(1, WEB_REF, ContainerLog.Stream.STDOUT, text, text.length(), false);
  }

  /** What the literal rules out must never be a match. */
  @Test
  void theLiteralOfARegularExpressionIsInEachOfItsMatches() {
    List<String> atoms =
        List.of(
            "a",
            "b",
            "ab",
            ".",
            "[ab]",
            "(a|b)",
            "(?:ab)",
            "\\.",
            "a?",
            "b*",
            "a+",
            "a{0,2}",
            "b{2}",
            "\\x61",
            "\\pL",
            "\\p{L}",
            "[^]a]",
            "\\Qa.\\E",
            "|",
            "^",
            "$",
            "(a(b)?)",
            "a{x");
    Random random = new Random(3);
    int matches = 0;
    for (int i = 0; i < 100_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        text.append(atoms.get(random.nextInt(atoms.size())));
      }
      Regex regex = Regex.of(text.toString());
      StringBuilder value = new StringBuilder();
      for (int n = random.nextInt(5); n > 0; n--) {
        value.append("aab.x{".charAt(random.nextInt(6)));
      }
      if (com.google.re2j.Pattern.matches(text.toString(), value)) {
        assertThat(value.toString()).as(text.toString()).contains(regex.literal());
        matches++;
      }
    }
    assertThat(matches).isGreaterThan(5_000);
    assertThat(Regex.of(".*/etc/(passwd|shadow)x?").literal()).isEqualTo("/etc/");
    assertThat(Regex.of("a|bc").literal()).isEmpty();
    assertThat(Regex.of("ab+cd?e").literal()).isEqualTo("ab");
  }

  @Test
  void noExpressionTakesMoreThanLinearTime() {
    String text = "a".repeat(30_000) + "!";
    Predicate predicate = new Predicate.MatchesRegex(Regex.of("(a+)+(a*)*[b!]b"));
    assertThat(Duration.ofSeconds(20)).isGreaterThan(timed(() -> predicate.test(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a{500}){500}",
        "((a{99}){99}){99}",
        "(.{1000}|b){30}",
        "a{1000}{1000}",
        "x{99999999999}"
      })
  void expressionsThatGrowWithoutBoundAreRefused(String text) {
    assertThatThrownBy(() -> Regex.of(text)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Regex.of("(".repeat(300) + "a" + ")".repeat(300)))
        .hasMessage("it repeats or nests too much");
    assertThat(Regex.of("[0-9a-f]{64}(:[0-9]{1,5})?").matches("0".repeat(64) + ":1")).isTrue();
  }

  private static Duration timed(Runnable task) {
    long start = System.nanoTime();
    task.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  @Test
  void anEncodedTextIsComparedDecoded() {
    Event event = exec(WEB_REF, "x", List.of("aWQ="), "cG93ZXJzaGVsbA");
    assertThat(holds("b64(proc.pname) = powershell and b64(proc.exe) = id", event)).isTrue();
    assertThat(holds("b64(proc.name) exists", event)).isFalse();
    assertThat(holds("b64(proc.name) != x", event)).isFalse();
  }

  @Test
  void equalComparisonsAreOneSlotHoweverManyRulesAskThem() {
    StringBuilder file = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      file.append(rule("r" + i, "evt.type = execve and proc.name = val(proc.pname)"));
    }
    RuleSet rules = load(file.toString()).rules();
    assertThat(rules.plans().values().iterator().next().slots())
        .filteredOn(slot -> slot.source() instanceof Source.Joint)
        .hasSize(1);
    assertThat(matched(rules, NETCAT)).isEqualTo(Set.of("r0", "r1", "r2", "r3", "r4"));
  }
}
