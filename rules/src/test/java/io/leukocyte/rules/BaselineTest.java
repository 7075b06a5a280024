package io.leukocyte.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.config.Problem;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BaselineTest {
  private static final String WEB =
      """
      - baseline: Web
        desc: What web servers do.
        condition: container.image.repository startswith example/
        learn: 1h
        watch: [processes, parents, files-written, destinations, listening-ports]
        exceptions:
          processes: [/usr/bin/health*]
          destinations: [192.0.2.0/24, "*.example.com:443/tcp"]
        priority: WARNING
        tags: [container, T1204]
      """;

  private static RuleSet.Loaded load(String text) {
    return RuleSet.load(List.of(new RuleFile("b.yaml", text)));
  }

  private static List<String> problems(String text) {
    return load(text).problems().stream().map(Problem::toString).toList();
  }

  private static int alerts(String events) {
    RuleSet.Loaded loaded =
        load(
            WEB
                + "  tests:\n    - title: it\n      matches: 0\n      events:\n"
                + events.indent(8));
    assertThat(loaded.problems()).isEmpty();
    RuleTest test = loaded.rules().tests().getFirst();
    return test.run(loaded.rules());
  }

  @Test
  void saysWhatIsLearnedOfWhomAndAlertsUnderItsName() {
    RuleSet.Loaded loaded = load(WEB);
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.warnings()).isEmpty();
    assertThat(loaded.summary()).isEqualTo("1 rules loaded, 0 skipped, 0 problems");
    Baseline baseline = loaded.rules().baseline("Web").orElseThrow();
    assertThat(baseline.watch()).isEqualTo(Aspect.learned());
    assertThat(baseline.learn().nanos()).isEqualTo(3_600_000_000_000L);
    assertThat(baseline.info(Aspect.PROCESSES).name()).isEqualTo("Web: new process");
    assertThat(baseline.info(Aspect.PROCESSES).tags())
        .containsExactly("container", "T1204", "mitre_execution");
    assertThat(loaded.rules().rules()).isEmpty();
    assertThat(loaded.rules().observers()).hasSize(6);
  }

  @Test
  void collectorLearnsWhatItNeeds() {
    RuleSet rules = load(WEB).rules();
    assertThat(rules.kinds())
        .containsExactlyInAnyOrder(
            Kind.PROCESS_EXEC,
            Kind.FILE_OPEN,
            Kind.NET_CONNECT,
            Kind.NET_FLOW,
            Kind.NET_LISTEN,
            Kind.CONTAINER_LIFECYCLE);
    CallNeed open = Objects.requireNonNull(rules.calls().get("openat"));
    assertThat(open.needs("/etc/passwd", CallNeed.mode(1, false))).isTrue();
    assertThat(open.needs("/etc/passwd", CallNeed.mode(0, false))).isFalse();
    assertThat(open.needs("/etc/passwd", CallNeed.mode(1, true))).isFalse();
    assertThat(open.needs("/var/log/x", CallNeed.mode(1, false))).isFalse();
    assertThat(rules.calls()).containsKey("listen");
    RuleSet processes =
        load(WEB.replace(", files-written, destinations, listening-ports", "")
                .replaceAll("(?m)^    destinations.*\\n", ""))
            .rules();
    assertThat(processes.kinds())
        .containsExactlyInAnyOrder(Kind.PROCESS_EXEC, Kind.CONTAINER_LIFECYCLE);
    assertThat(processes.calls()).isEmpty();
  }

  @Test
  void pathsSayWhereFilesAreWatched() {
    RuleSet rules =
        load(WEB.replace("  priority", "  paths: [/data, \"/srv/*/conf\"]\n  priority")).rules();
    CallNeed open = Objects.requireNonNull(rules.calls().get("openat"));
    assertThat(open.needs("/data/x", CallNeed.mode(1, false))).isTrue();
    assertThat(open.needs("/etc/passwd", CallNeed.mode(1, false))).isFalse();
    RuleSet all = load(WEB.replace("  priority", "  paths: [/]\n  priority")).rules();
    assertThat(
            Objects.requireNonNull(all.calls().get("openat"))
                .needs("/any", CallNeed.mode(2, false)))
        .isTrue();
  }

  @Test
  void programOfManyNamesIsEachOfThem() {
    RuleSet rules =
        load("""
        - baseline: Small
          desc: d
          condition: container.image.repository exists
          learn: 1h
          watch: [processes, parents]
          priority: info
          tests:
            - title: a name of busybox that the image never used
              events:
                - {evt.type: container}
                - {evt.type: execve, proc.exepath: /bin/busybox, proc.name: sh, proc.pexepath: /init, at: 1s}
                - {evt.type: execve, proc.exepath: /bin/busybox, proc.name: wget, proc.pexepath: /init, at: 2s}
                - {evt.type: execve, proc.exepath: /bin/busybox, proc.name: wget, proc.pexepath: /init, at: 2h}
                - {evt.type: execve, proc.exepath: /bin/busybox, proc.name: nc, proc.pexepath: /init, at: 2h}
                - {evt.type: execve, proc.exepath: /bin/busybox, proc.name: nc, proc.pexepath: /init, at: 3h}
              matches: 1
        """)
            .rules();
    assertThat(rules.tests().getFirst().run(rules)).isEqualTo(1);
    assertThat(Values.called("/bin/busybox", "busybox")).isEqualTo("/bin/busybox");
    assertThat(Values.called("/usr/bin/nc", "x")).isEqualTo("/usr/bin/nc");
  }

  @Test
  void coverageNamesBaselinesWhoseEventsDoNotCome() {
    Coverage coverage = Coverage.of(load(WEB).rules(), List.of("net.listen"));
    assertThat(coverage.blind()).containsExactly("Web: new port");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "learn: 1h            | learn: 1y              | b.yaml:4:10: '1y' is no period to learn"
            + " for; write a number with s, m, h or d, from 1m to 90d",
        "watch: [processes    | watch: [proceses       | b.yaml:5:11: a baseline does not learn"
            + " 'proceses'; did you mean 'processes'?",
        "priority: WARNING    | priority: WARN         | b.yaml:9:13: unknown priority 'WARN'; use"
            + " one of emergency, alert, critical, error, warning, notice, informational, debug",
        "condition: container.image.repository startswith example/ | condition: proc.name = sh |"
            + " b.yaml:3:14: the condition of a baseline is about containers, not proc.name; use"
            + " fields that begin with container., and exceptions for the rest",
        "learn: 1h            | by: proc.name          | b.yaml:4:7: a baseline cannot go by"
            + " 'proc.name'; write image, or container.label[NAME]",
        "learn: 1h            | learnt: 1h             | b.yaml:4:3: unknown key 'learnt'; did you"
            + " mean 'learn'?",
        "desc: What web servers do. | tags: [a]        | b.yaml:1:3: the baseline 'Web' has no"
            + " desc; add 'desc:'",
        "learn: 1h            | paths: [etc]           | b.yaml:4:11: 'etc' is no path; begin it"
            + " with /",
        "processes: [/usr     | process: [/usr         | b.yaml:7:5: a baseline does not learn"
            + " 'process'; did you mean 'processes'?",
      })
  void mistakesAreToldWithTheirPlaces(String right, String wrong, String problem) {
    assertThat(WEB).contains(right);
    assertThat(problems(WEB.replace(right, wrong))).contains(problem);
  }

  @Test
  void nameIsOfOneThingAlone() {
    String rule =
        """
        - rule: "Web: new process"
          desc: d
          condition: evt.type = execve
          output: o
          priority: INFO
        """;
    assertThat(problems(rule + WEB))
        .containsExactly(
            "b.yaml:6:13: 'Web: new process' is also the name of a rule or correlation; rename"
                + " one");
  }

  @Test
  void laterEntrySwitchesItOffOrAddsExceptions() {
    String off = WEB + "- baseline: Web\n  enabled: false\n";
    assertThat(load(off).skipped()).extracting(Skipped::reason).containsExactly("not enabled");
    assertThat(load(off).rules().kinds()).isEmpty();
    RuleSet more = load(WEB + "- baseline: Web\n  exceptions: {processes: [/bin/true]}\n").rules();
    Baseline baseline = more.baseline("Web").orElseThrow();
    assertThat(baseline.exempts(Aspect.PROCESSES, "/bin/true")).isTrue();
    assertThat(baseline.exempts(Aspect.PROCESSES, "/usr/bin/healthcheck")).isTrue();
    assertThat(baseline.exempts(Aspect.DESTINATIONS, "192.0.2.9:80/tcp")).isTrue();
    assertThat(baseline.exempts(Aspect.DESTINATIONS, "192.0.3.9:80/tcp")).isFalse();
    assertThat(baseline.exempts(Aspect.DESTINATIONS, "api.example.com:443/tcp")).isTrue();
    assertThat(problems("- baseline: None\n  enabled: false\n"))
        .containsExactly(
            "b.yaml:1:3: nothing to change: the baseline 'None' is not defined before this");
  }

  @Test
  void newProcessAfterLearningIsOneAlertAContainer() {
    assertThat(
            alerts(
                """
                - {evt.type: container}
                - {evt.type: execve, proc.exepath: /usr/sbin/nginx, proc.pexepath: /init, at: 1s}
                - {evt.type: execve, proc.exepath: /usr/sbin/nginx, proc.pexepath: /init, at: 2h}
                - {evt.type: execve, proc.exepath: /usr/bin/nc, proc.pexepath: /init, at: 2h}
                - {evt.type: execve, proc.exepath: /usr/bin/nc, proc.pexepath: /init, at: 4h}
                - {evt.type: execve, proc.exepath: /usr/bin/nc, proc.pexepath: /init, at: 5h, container.id: b2}
                """))
        .isEqualTo(2);
  }

  @Test
  void knownProgramOfAnotherParentIsAnAlert() {
    assertThat(
            alerts(
                """
                - {evt.type: container}
                - {evt.type: execve, proc.exepath: /bin/sh, proc.pexepath: /init, at: 1s}
                - {evt.type: execve, proc.exepath: /usr/sbin/nginx, proc.pexepath: /init, at: 1s}
                - {evt.type: execve, proc.exepath: /bin/sh, proc.pexepath: /usr/sbin/nginx, at: 2h}
                """))
        .isEqualTo(1);
  }

  @Test
  void itLearnsUntilAContainerWasSeenToStart() {
    assertThat(
            alerts(
                """
                - {evt.type: execve, proc.exepath: /usr/sbin/nginx, proc.pexepath: /init}
                - {evt.type: execve, proc.exepath: /usr/bin/nc, proc.pexepath: /init, at: 30h}
                - {evt.type: container, at: 31h}
                - {evt.type: execve, proc.exepath: /bin/entry, proc.pexepath: /init, at: 31h}
                - {evt.type: execve, proc.exepath: /bin/late, proc.pexepath: /init, at: 32h}
                """))
        .isEqualTo(1);
  }

  @Test
  void destinationsPortsAndFilesAreLearned() {
    String learned =
        """
        - {evt.type: container}
        - {evt.type: connect, fd.sip: 10.0.0.5, fd.sport: 5432, at: 1s}
        - {evt.type: listen, fd.sip: 0.0.0.0, fd.sport: 8080, at: 1s}
        - {evt.type: openat, fd.name: /etc/app.conf, evt.arg.flags: O_WRONLY|O_CREAT, at: 1s}
        """;
    assertThat(
            alerts(
                learned
                    + """
                    - {evt.type: connect, fd.sip: 10.0.0.5, fd.sport: 5432, at: 2h}
                    - {evt.type: listen, fd.sip: 0.0.0.0, fd.sport: 8080, at: 2h}
                    - {evt.type: openat, fd.name: /etc/app.conf, evt.arg.flags: O_RDWR, at: 2h}
                    - {evt.type: openat, fd.name: /etc/passwd, at: 2h}
                    - {evt.type: connect, fd.sip: 192.0.2.7, fd.sport: 80, at: 2h}
                    - {evt.type: connect, fd.sip: 127.0.0.1, fd.sport: 80, at: 2h}
                    - {evt.type: execve, proc.exepath: /usr/bin/healthcheck, proc.pexepath: /usr/bin/healthcheck, at: 2h}
                    """))
        .as("what is known, only read, exempt, or within the container; its parent is new")
        .isEqualTo(1);
    assertThat(
            alerts(
                learned
                    + """
                    - {evt.type: connect, fd.sip: 198.51.100.7, fd.sport: 443, at: 2h}
                    - {evt.type: flow, fd.sip: 198.51.100.8, fd.sport: 53, fd.l4proto: udp, at: 2h}
                    - {evt.type: listen, fd.sip: 0.0.0.0, fd.sport: 4444, at: 2h}
                    - {evt.type: openat, fd.name: /etc/passwd, evt.arg.flags: O_WRONLY, at: 2h}
                    """))
        .isEqualTo(4);
  }

  @Test
  void containersAreLearnedByTheirLabel() {
    String text =
        WEB.replace("learn: 1h", "learn: 1h\n  by: container.label[app]")
                .replace("startswith example/", "exists")
            + """
              tests:
                - title: a container of another value learns for itself
                  matches: 1
                  events:
                    - {evt.type: container, 'container.label[app]': shop}
                    - {evt.type: execve, proc.exepath: /a, proc.pexepath: /i, 'container.label[app]': shop}
                    - {evt.type: execve, proc.exepath: /b, proc.pexepath: /i, 'container.label[app]': shop, at: 2h}
                    - {evt.type: execve, proc.exepath: /b, proc.pexepath: /i, 'container.label[app]': mail, container.id: b2, at: 2h}
                    - {evt.type: execve, proc.exepath: /b, proc.pexepath: /i, container.id: c3, at: 2h}
            """
                .indent(0);
    RuleSet.Loaded loaded = load(text);
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.rules().tests().getFirst().run(loaded.rules())).isEqualTo(1);
  }

  @Test
  void crowdOfNewValuesBecomesOneAlertMore() {
    StringBuilder events = new StringBuilder("- {evt.type: container}\n");
    for (int i = 0; i < 40; i++) {
      events.append(
          "- {evt.type: listen, fd.sip: 0.0.0.0, fd.sport: %d, at: 2h}\n".formatted(4000 + i));
    }
    assertThat(alerts(events.toString())).isEqualTo(Facet.MOST_ALERTS + 1);
  }

  /** What containers do all the time costs no object. */
  @Test
  void valuesThatAreKnownAllocateNothing() throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(TestRules.HOST, 1);
    for (int i = 0; i < 200; i++) {
      writer.add(
          TestRules.exec(
              TestRules.WEB_REF, "nginx" + i % 5, List.of("nginx", "-x" + i % 7), "init"));
    }
    BatchCursor row = BatchCursor.over(writer.finish(1));
    RuleSet rules = RuleSet.load(RuleFile.shipped()).rules();
    Matcher matcher = new Matcher(rules, FactsLookup.NONE);
    Observer observer = new Observer(rules, FactsLookup.NONE);
    KnownValues known = new KnownValues();
    assertThat(told(matcher, observer, known, row)).isEqualTo(5);
    for (int round = 0; round < 200; round++) {
      assertThat(told(matcher, observer, known, row)).isZero();
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int round = 0; round < 100; round++) {
      told(matcher, observer, known, row);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).as("bytes for 20,000 events").isLessThan(20_000);
  }

  private static int told(Matcher matcher, Observer observer, KnownValues known, BatchCursor row) {
    int[] told = {0};
    row.rewind();
    matcher.open(row);
    observer.open(row);
    Consumer<Rule> sink =
        rule -> {
          if (rule.watch() != null && observer.observe(rule, row, row.time(), known) != null) {
            told[0]++;
          }
        };
    while (row.next()) {
      matcher.match(row, sink);
    }
    return told[0];
  }

  @Test
  void containerWithTooManyValuesIsCutAndCounted() throws MalformedBatchException {
    RuleSet rules = load(WEB).rules();
    Observer observer = new Observer(rules, FactsLookup.NONE);
    Matcher matcher = new Matcher(rules, FactsLookup.NONE);
    KnownValues known = new KnownValues();
    int told = 0;
    for (int i = 0; i < 30; i++) {
      BatchWriter writer = new BatchWriter(TestRules.HOST, 1);
      for (int j = 0; j < 100; j++) {
        writer.add(
            TestRules.exec(
                new ContainerRef(TestRules.WEB_REF.id(), "web", "example/web", null, null, false),
                "p" + (100 * i + j),
                List.of("p"),
                "init"));
      }
      told += told(matcher, observer, known, BatchCursor.over(writer.finish(i)));
    }
    assertThat(told).as("processes and parents").isEqualTo(2 * KnownValues.MOST);
    assertThat(observer.takeCut()).isGreaterThan(1_000);
    assertThat(observer.takeCut()).isZero();
  }
}
