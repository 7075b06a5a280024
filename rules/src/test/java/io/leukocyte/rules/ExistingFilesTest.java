package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.load;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Files as people have them: large, grown over years, with all forms of the language at once. */
class ExistingFilesTest {
  /** A vendor's file: lists in lists, macros in macros, exceptions of each form. */
  private static final String VENDOR =
      """
      - required_engine_version: 0.31.0
      - required_plugin_versions:
        - name: container
          version: 0.2.2

      - list: shells_posix
        items: [ash, bash, "csh", 'ksh', sh, "\\"odd shell\\""]
      - list: shells_other
        items: [fish, zsh]
      - list: shells_all
        items: [shells_posix, shells_other]
      - list: nothing_yet
        items: []
      - list: port_numbers
        items: [22, "443", 0x1f90]

      - macro: never_here
        condition: (evt.num=0)
      - macro: started
        condition: (evt.type in (execve, execveat) and evt.dir=<)
      - macro: in_container
        condition: (container.id != host)
      - macro: shell_started
        condition: >
          (started and
           proc.name in (shells_all))
      - macro: odd_parent
        condition: (proc.pname in (nginx, "my server", shells_other) or
                    proc.aname[2]=cron or proc.aname[3]="cron")
      - macro: allowed_by_user
        condition: (never_here)

      - rule: Shell in a container
        desc: >
          Somebody started a shell.
        condition: >
          shell_started and in_container
          and not odd_parent
          and not (proc.cmdline contains "-c 'exit 0'" or proc.args startswith "--version")
          and not allowed_by_user
        exceptions:
          - name: by_name_and_parent
            fields: [proc.name, proc.pname]
            comps: [=, in]
            values:
              - [bash, [runc, conmon]]
              - [sh, "(shells_other, node)"]
          - name: by_image
            fields: container.image.repository
            comps: startswith
            values: [registry.example/tools, "docker.io/library/"]
          - name: by_path
            fields: [proc.exepath]
            values:
              - [/opt/tool/bin/sh]
          - name: to_be_filled
            fields: [proc.pname, fd.name]
        output: "*A shell (user=%user.name parent2=%proc.aname[2] exe=%proc.exe args=%evt.args flags=%evt.arg.flags
          pod=%k8s.pod.name ns=%k8s.ns.name %container.info 100% sure)"
        priority: Notice
        enabled: True
        tags: [container, shell, mitre_execution, T1059]
        warn_evttypes: False

      - rule: Write below a folder
        desc: a file
        condition: evt.type in (open,openat,openat2) and evt.is_open_write=true and fd.typechar='f' and fd.num>=0 and fd.name pmatch (/etc, /usr/*/conf) and in_container
        output: wrote %fd.name
        priority: ERROR
        skip-if-unknown-filter: true

      - rule: Unknown by now
        desc: a field of the future
        condition: started and proc.future_field = x
        output: x
        priority: DEBUG
        skip-if-unknown-filter: true

      - rule: Connection by port
        desc: ports
        condition: evt.type=connect and fd.sport in (port_numbers) and in_container
        output: to %fd.name
        priority: informational
      """;

  /** Another document behind it, for the audit log of a cluster. */
  private static final String AUDIT =
      """
      ---
      - macro: from_api
        condition: (jevt.value[/stage] in (audit_stages))
      - macro: custom_verb
        condition: (acme.verb[0] = create and from_api)
      - list: audit_stages
        items: ["ResponseComplete"]
      - rule: Secret read
        desc: of a cluster
        condition: from_api and ka.verb=get and ka.target.resource=secrets
        output: Secret (user=%ka.user.name verb=%ka.verb uri=%jevt.value[/requestURI])
        priority: WARNING
        source: k8s_audit
        tags: [k8s]
      - rule: Of a plugin that nobody knows
        desc: x
        condition: custom_verb
        output: x
        priority: WARNING
        source: acme
      """;

  /** What people put into a file of their own. */
  private static final String LOCAL =
      """
      - macro: allowed_by_user
        condition: (proc.pname = ansible)
      - list: shells_other
        items: [xonsh]
        override: {items: append}
      - macro: odd_parent
        append: true
        condition: or proc.pname = supervisord
      - rule: Shell in a container
        append: yes
        condition: and not user.name = nobody
        exceptions:
          - name: to_be_filled
            values:
              - [cron, /dev/null]
          - name: by_image
            values: [quay.example/]
      - rule: Write below a folder
        enabled: no
      - rule: Connection by port
        desc: ", to be looked at"
        priority: WARNING
        tags: [mine]
        override: {desc: append, priority: replace, tags: append}
      """;

  private static RuleSet.Loaded all() {
    return load(VENDOR + AUDIT, LOCAL);
  }

  @Test
  void filesLoadWithoutAProblemAndSayWhatIsLeftOut() {
    RuleSet.Loaded loaded = all();

    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.rules().rules().stream().map(Rule::name))
        .containsExactly("Shell in a container", "Connection by port");
    assertThat(loaded.reasons())
        .containsOnly(
            Map.entry("not enabled", 1),
            Map.entry("needs the field proc.future_field, which is not known", 1),
            Map.entry("needs the event source k8s_audit", 1),
            Map.entry("needs the event source acme", 1));
    assertThat(loaded.warnings().stream().map(Object::toString))
        .containsExactly(
            "b.yaml:6:3: append is the older form; write 'override: {condition: append}'",
            "b.yaml:9:3: append is the older form; write 'override: {condition: append}'",
            "b.yaml:18:3: enabled alone is the older form; write 'override: {enabled: replace}'");
  }

  @Test
  void listInParenthesesThatYamlTearsApartIsSaid() {
    String torn = VENDOR.replace("\"(shells_other, node)\"", "(shells_other, node)");
    assertThat(load(torn).problems().stream().map(Object::toString))
        .containsExactly(
            "a.yaml:47:11: the row has 3 values for 2 fields; quote a list in parentheses, or write"
                + " it in brackets");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "proc.name = a && proc.pname = b | expected 'and', 'or' or the end, found '&&'; write 'and'"
            + " for &&",
        "not !proc.name = a | expected a field, a macro, 'not' or '(', found '!proc.name'; write"
            + " 'not' for !",
        "proc.name = a AND x | expected 'and', 'or' or the end, found 'AND'; and, or and not are"
            + " written in lower case with a blank behind them",
        "proc.name in a | expected '(' after in, found 'a'",
        "proc.name contains \"\\d\" | unknown escape '\\d'; write \\\\ for a backslash",
      })
  void slipsAreExplained(String condition, String problem) {
    String rule = "- rule: r\n  desc: d\n  output: o\n  priority: info\n  condition: >\n    ";
    assertThat(load(rule + condition + "\n").problems())
        .singleElement()
        .asString()
        .endsWith(": " + problem);
  }

  @Test
  void macrosThatAreMadeOfThemselvesAreProblemsAndListsAreNot() {
    RuleSet.Loaded loaded =
        load(
            """
            - {list: a, items: [x]}
            - {list: b, items: [a, y]}
            - {macro: m, condition: proc.name in (b)}
            - {macro: n, condition: m or proc.name = z}
            - {rule: r, desc: d, output: o, priority: info, condition: evt.type = execve and n}
            """,
            """
            - {list: a, items: [b], override: {items: append}}
            - {macro: m, condition: or n, override: {condition: append}}
            """);
    assertThat(loaded.problems().stream().map(Object::toString))
        .containsExactly("a.yaml:4:25: the macro 'm' is made of itself");
    RuleSet circle =
        load("- {list: a, items: [bash]}\n- {list: b, items: [a]}\n"
                + "- {list: a, items: [b], override: {items: append}}\n"
                + TestRules.rule("evt.type = execve and proc.name in (b)"))
            .rules();
    assertThat(TestRules.matched(circle, TestRules.SHELL_BELOW_NGINX)).containsExactly("r");
  }

  @Test
  void changesOfASecondFileAreInForce() {
    List<Rule> rules = all().rules().rules();

    assertThat(rules.getLast().info().description()).isEqualTo("ports , to be looked at");
    assertThat(rules.getLast().info().tags()).containsExactly("mine");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{proc.name: bash} | 1",
        "{proc.name: odd shell} | 1",
        "{proc.name: zsh} | 1",
        "{proc.name: xonsh} | 1",
        "{proc.name: vi} | 0",
        "{proc.name: bash, proc.aname: [nginx]} | 0",
        "{proc.name: bash, proc.aname: [my server]} | 0",
        "{proc.name: bash, proc.aname: [supervisord]} | 0",
        "{proc.name: bash, proc.aname: [ansible]} | 0",
        "{proc.name: bash, proc.aname: [x, cron]} | 0",
        "{proc.name: bash, proc.aname: [runc]} | 0",
        "{proc.name: ksh, proc.aname: [runc]} | 1",
        "{proc.name: sh, proc.aname: [node]} | 0",
        "{proc.name: sh, proc.aname: [fish]} | 0",
        "{proc.name: bash, container.image.repository: registry.example/tools/x} | 0",
        "{proc.name: bash, container.image.repository: quay.example/x} | 0",
        "{proc.name: sh, proc.exepath: /opt/tool/bin/sh} | 0",
        "{proc.name: bash, user.uid: 65534} | 1",
        "{proc.cmdline: [bash, --version]} | 0",
        "{proc.cmdline: [bash, -c, 'exit 0']} | 1",
      })
  void conditionsMeanWhatTheyMeanElsewhere(String fields, int matches) {
    String tests =
        "  tests: [{title: t, matches: %d, events: [{evt.type: execve, %s]}]\n"
            .formatted(matches, fields.substring(1));
    String vendor = VENDOR.replace("  warn_evttypes: False\n", tests);
    RuleSet.Loaded loaded = load(vendor + AUDIT, LOCAL);
    assertThat(loaded.problems()).isEmpty();
    RuleTest test = loaded.rules().tests().getFirst();
    assertThat(test.run(loaded.rules())).isEqualTo(matches);
  }
}
