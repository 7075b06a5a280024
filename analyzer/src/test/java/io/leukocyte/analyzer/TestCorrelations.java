package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.egress;
import static io.leukocyte.analyzer.TestEvents.exec;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.rules.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Correlations of all kinds and both stages, and histories for them. */
final class TestCorrelations {
  static final String BURST = "Burst of shells";
  static final String BURSTS = "Bursts again and again";
  static final String FETCHED = "Fetched and run";
  static final String SPREAD = "Tool on several hosts";
  static final String SPREADS = "Several tools on several hosts";
  static final String SENT = "Much sent to one address";

  /** Building blocks are silent, but for the shell. */
  static final RuleSet RULES =
      TestEvents.rules(
          """
          - rule: Shell in container
            desc: A shell was started in a container.
            condition: evt.type = execve and container.id != host and proc.name = sh
            output: Shell started
            priority: WARNING
          - rule: Fetch
            desc: A program that fetches was started.
            condition: evt.type = execve and proc.name = curl
            output: Fetched
            priority: INFO
          - rule: Tool
            desc: A tool was started.
            condition: evt.type = execve and proc.name startswith tool
            output: Tool
            priority: INFO
          - rule: Flow
            desc: Something was sent.
            condition: evt.type = flow
            output: Sent
            priority: INFO
          - correlation: Burst of shells
            desc: Three shells within ten seconds.
            type: event_count
            rules: [Shell in container]
            group-by: [container.id]
            timespan: 10s
            condition: {gte: 3}
            generate: true
            output: "%correlation.count shells within %correlation.timespan in %correlation.group, last %proc.name in %container.name"
            priority: ERROR
            tags: [container, T1059]
          - correlation: Bursts again and again
            desc: Two bursts within ten minutes.
            type: event_count
            rules: [Burst of shells]
            group-by: [container.id]
            timespan: 10m
            condition: {gte: 2}
            generate: true
            output: "%correlation.count bursts"
            priority: CRITICAL
          - correlation: Fetched and run
            desc: Fetched, then a tool.
            type: temporal_ordered
            rules: [Fetch, Tool]
            group-by: [container.id]
            timespan: 60s
            output: "%proc.name after a fetch"
            priority: CRITICAL
          - correlation: Tool on several hosts
            desc: The same tool in three containers.
            type: value_count
            rules: [Tool]
            group-by: [proc.name]
            timespan: 60s
            condition: {field: container.full_id, gte: 3}
            output: "%correlation.group in %correlation.count containers"
            priority: CRITICAL
          - correlation: Several tools on several hosts
            desc: Two such tools.
            type: event_count
            rules: [Tool on several hosts]
            timespan: 5m
            condition: {gte: 2}
            generate: true
            output: "%correlation.count tools, last %proc.name"
            priority: CRITICAL
          - correlation: Much sent to one address
            desc: One mebibyte to one address.
            type: value_sum
            rules: [Flow]
            group-by: [fd.rip]
            timespan: 60s
            condition: {field: flow.bytes, gte: 1MiB}
            output: "%correlation.count bytes to %correlation.group"
            priority: CRITICAL
          """);

  /** A temporal correlation of a log line and a program, over a stage that its group decides. */
  static RuleSet attacks(String group) {
    return TestEvents.rules(
        """
        - {rule: Attack, desc: d, output: o, priority: info, condition: evt.type = log and log.line contains attack}
        - {rule: Shell, desc: d, output: o, priority: info, condition: evt.type = execve and proc.name = sh}
        - {rule: Tool, desc: d, output: o, priority: info, condition: evt.type = execve and proc.name = curl}
        - correlation: Attack and programs
          desc: d
          type: temporal
          rules: [Attack, Shell, Tool]
          group-by: [%s]
          timespan: 30s
          aliases: {first: {Shell: proc.name}, second: {Tool: proc.name}}
          output: "%%proc.cmdline %%alias.first %%alias.second line=%%log.line port=%%fd.sport"
          priority: CRITICAL
        """
            .formatted(group));
  }

  static final ContainerRef WEB = container(1, "web");
  static final ContainerRef DB = container(2, "db");

  private TestCorrelations() {}

  /** A container whose id differs in the digits that rules see. */
  static ContainerRef container(int number, String name) {
    return new ContainerRef(
        new ContainerId("%012x".formatted(number) + "0".repeat(52)),
        name,
        "example/" + name,
        "1",
        null,
        false);
  }

  /**
   * What some hosts might send: late, out of order, of every kind.
   *
   * @param hosts how many; with one alone the order of matches over all hosts is the host's
   */
  static List<TestHistory.Batch> random(long seed, int hosts, int batches) {
    Random random = new Random(seed);
    long[] sequences = new long[hosts];
    List<TestHistory.Batch> history = new ArrayList<>();
    for (int i = 0; i < batches; i++) {
      int host = random.nextInt(hosts);
      Event[] events = new Event[1 + random.nextInt(4)];
      for (int e = 0; e < events.length; e++) {
        events[e] = anything(random, NOON + i * SECOND, host);
      }
      history.add(batch(host, sequences[host]++, events));
    }
    return history;
  }

  static TestHistory.Batch batch(int host, long sequence, Event... events) {
    HostId id = new HostId("h" + host);
    return TestHistory.batch(id, TestEvents.batch(id, sequence, events));
  }

  private static Event anything(Random random, long time, int host) {
    ContainerRef container = container(host * 100 + random.nextInt(5) + 1, "c");
    long late = random.nextInt(4) == 0 ? random.nextInt(15) * SECOND : 0;
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> exec(time - late, container, "sh");
      case 3 -> exec(time - late, container, "curl");
      case 4 -> exec(time - late, container, "tool" + random.nextInt(3));
      case 5 -> egress(time - late, container, "203.0.113." + random.nextInt(3), 100_000);
      default -> exec(time - late, container, "cat");
    };
  }
}
