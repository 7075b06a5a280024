package io.leukocyte.rules;

import static io.leukocyte.rules.TestRules.HOST;
import static io.leukocyte.rules.TestRules.SHELL_BELOW_NGINX;
import static io.leukocyte.rules.TestRules.WEB;
import static io.leukocyte.rules.TestRules.WEB_REF;
import static io.leukocyte.rules.TestRules.load;
import static io.leukocyte.rules.TestRules.rule;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.MalformedBatchException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class MatcherTest {
  private static BatchCursor batch(Event... events) throws MalformedBatchException {
    BatchWriter writer = new BatchWriter(HOST, 1);
    for (Event event : events) {
      writer.add(event);
    }
    return BatchCursor.over(writer.finish(1));
  }

  private static List<String> matches(Matcher matcher, BatchCursor row) {
    List<String> found = new ArrayList<>();
    matcher.open(row);
    while (row.next()) {
      matcher.match(row, rule -> found.add(row.index() + rule.name()));
    }
    return found;
  }

  @Test
  void allRulesThatMatchAreReportedInTheOrderOfTheirFiles() throws MalformedBatchException {
    StringBuilder file = new StringBuilder();
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 150; i++) {
      file.append(rule("r" + i, i % 2 == 0 ? "proc.name = bash" : "proc.name = sh" + i));
      if (i % 2 == 0) {
        expected.add("0r" + i);
      }
    }
    Matcher matcher = new Matcher(load(file.toString()).rules(), FactsLookup.NONE);
    assertThat(matches(matcher, batch(SHELL_BELOW_NGINX))).isEqualTo(expected);
  }

  @Test
  void newFactsAreSeenByTheNextBatchAndAfterAFactsRow() throws MalformedBatchException {
    Map<ContainerId, ContainerFacts> known = new HashMap<>();
    RuleSet rules = load(rule("web", "container.label[tier] = web and evt.type = execve")).rules();
    Matcher matcher = new Matcher(rules, known::get);
    assertThat(matches(matcher, batch(SHELL_BELOW_NGINX))).isEmpty();
    ContainerFacts facts = RandomWorld.labelled(WEB_REF, "tier", "web");
    known.put(WEB, facts);
    assertThat(matches(matcher, batch(SHELL_BELOW_NGINX))).containsExactly("0web");
    known.clear();
    BatchCursor row = batch(SHELL_BELOW_NGINX, facts, SHELL_BELOW_NGINX);
    matcher.open(row);
    List<Integer> found = new ArrayList<>();
    while (row.next()) {
      if (row.index() == 1) {
        known.put(WEB, facts);
      }
      matcher.match(row, rule -> found.add(row.index()));
    }
    assertThat(found).containsExactly(2);
  }

  @Test
  void aRenamedContainerIsSeenByItsNewName() throws MalformedBatchException {
    RuleSet rules =
        load(rule("a", "container.name = web-1") + rule("b", "container.name = x")).rules();
    Matcher matcher = new Matcher(rules, FactsLookup.NONE);
    ContainerRef renamed = new ContainerRef(WEB, "x", "nginx", "1.27", "sha256:77", false);
    assertThat(matches(matcher, batch(SHELL_BELOW_NGINX))).containsExactly("0a");
    assertThat(matches(matcher, batch(TestRules.exec(renamed, "sh", List.of(), "p"))))
        .containsExactly("0b");
    assertThat(matches(matcher, batch(SHELL_BELOW_NGINX))).containsExactly("0a");
  }

  @Test
  void aFloodOfNewStringsIsForgottenAndNothingGoesWrong() throws MalformedBatchException {
    RuleSet rules =
        load(rule("a", "proc.name = bash")
                + rule("b", "proc.args contains secret")
                + rule("c", "proc.cmdline endswith 77 and container.name startswith web"))
            .rules();
    Matcher matcher = new Matcher(rules, FactsLookup.NONE);
    int next = 0;
    for (int round = 0; round < 80; round++) {
      BatchWriter writer = new BatchWriter(HOST, 1);
      for (int i = 0; i < 2_000; i++) {
        String last = "n" + next++;
        writer.add(TestRules.exec(WEB_REF, "sh", List.of("sh", last), "nginx"));
      }
      writer.add(TestRules.exec(WEB_REF, "bash", List.of("bash", "secret77"), "nginx"));
      List<String> found = matches(matcher, BatchCursor.over(writer.finish(1)));
      assertThat(found).hasSize(3 + 20).contains("2000a", "2000b", "2000c");
    }
    assertThat(matcher.forgotten()).isPositive();
  }

  @Test
  void eventsThatMatchNothingAllocateNothing() throws MalformedBatchException {
    Event[] events = new Event[200];
    for (int i = 0; i < events.length; i++) {
      events[i] =
          i % 4 == 0
              ? new ContainerLog(
                  i, WEB_REF, ContainerLog.Stream.STDOUT, "GET /a" + i + " HTTP/1.1 200", 20, false)
              : TestRules.exec(WEB_REF, "nginx", List.of("nginx", "-x" + i % 7), "containerd-shim");
    }
    Matcher matcher = new Matcher(RuleSet.load(RuleFile.shipped()).rules(), FactsLookup.NONE);
    BatchCursor row = batch(events);
    for (int round = 0; round < 200; round++) {
      assertThat(pass(matcher, row)).isZero();
    }
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int round = 0; round < 100; round++) {
      pass(matcher, row);
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(allocated).as("bytes for 20,000 events").isLessThan(20_000);
  }

  private static int pass(Matcher matcher, BatchCursor row) {
    int[] found = {0};
    row.rewind();
    matcher.open(row);
    Consumer<Rule> sink = rule -> found[0] += rule.watch() == null ? 1 : 0;
    while (row.next()) {
      matcher.match(row, sink);
    }
    return found[0];
  }

  @Test
  void outputsShowFieldsAndHideNothingBehindControlCharacters() {
    String file =
        """
        - rule: r
          desc: d
          output: "*%proc.name %proc.aname[1] %proc.aname %container.label[tier] %fd.name 100% %k8s.rc.name %proc.args %evt.time (%container.info)"
          priority: info
          condition: proc.name = bash
        """;
    Rule rule = load(file).rules().rules().getFirst();
    String expected =
        "bash nginx nginx containerd-shim web <NA> 100% <NA> -c id\\x1b[31m"
            + " 2026-01-01T00:00:00Z (container_id=a1b2c3a1b2c3 container_name=web-1)";
    ContainerFacts facts = RandomWorld.labelled(WEB_REF, "tier", "web");
    assertThat(rule.output(TestRules.observed(SHELL_BELOW_NGINX), id -> facts)).isEqualTo(expected);
    BatchCursor row = Rows.of(TestRules.observed(SHELL_BELOW_NGINX));
    assertThat(rule.output(row, id -> facts)).isEqualTo(expected);
  }

  @Test
  void outputsAreBounded() {
    String many = "%proc.args ".repeat(50);
    Rule rule =
        load(rule("proc.name = sh").replace("output: o", "output: '" + many + "'"))
            .rules()
            .rules()
            .getFirst();
    Event event = TestRules.exec(WEB_REF, "sh", List.of("sh", "\u0001".repeat(30_000)), "nginx");
    assertThat(rule.output(TestRules.observed(event), FactsLookup.NONE))
        .hasSizeLessThanOrEqualTo(OutputTemplate.MAX_OUTPUT + 1);
  }
}
