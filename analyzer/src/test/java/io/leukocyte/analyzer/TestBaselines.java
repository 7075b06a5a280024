package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.SECOND;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.rules.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/** A baseline, containers of its image on several hosts, and orders about it. */
final class TestBaselines {
  static final String BASELINE = "Web";
  static final String IMAGE = "example/web";
  static final String NEW_PROCESS = "Web: new process";
  static final long HOUR = 3_600 * SECOND;

  private static final String WEB =
      """
      - baseline: Web
        desc: What web servers run.
        condition: container.image.repository = example/web
        learn: 1h
        watch: [processes]
        exceptions: {processes: [/bin/exempt]}
        priority: WARNING
        tags: [container]
      """;

  static final RuleSet RULES = TestEvents.rules(WEB);

  /** The baseline beside a rule. */
  static final RuleSet WITH_A_RULE =
      TestEvents.rules(
          WEB
              + """
              - rule: Shell
                desc: A shell.
                condition: evt.type = execve and proc.name = sh
                output: a shell
                priority: CRITICAL
              """);

  static final OrderKeys KEYS = OrderKeys.parse("k1:0123456789abcdef0123456789abcdef");

  private TestBaselines() {}

  /** A container of the image: its id differs from the first digit on. */
  static ContainerRef web(int number) {
    return new ContainerRef(
        new ContainerId("%012x".formatted(number) + "0".repeat(52)),
        "web-" + number,
        IMAGE,
        "1",
        null,
        false);
  }

  static Event start(long time, ContainerRef container) {
    return new ContainerLifecycle(time, container, "start", null, new TreeMap<>());
  }

  static Event exec(long time, ContainerRef container, String name) {
    return TestEvents.exec(time, container, name);
  }

  static TestHistory.Batch batch(int host, long sequence, Event... events) {
    HostId id = new HostId("h" + host);
    return TestHistory.batch(id, TestEvents.batch(id, sequence, events));
  }

  static ProfileOrder order(ProfileOrder.Kind kind, long created, String... items) {
    return new ProfileOrder(
        ActionId.of("test", kind.text(), Long.toString(created)),
        BASELINE,
        IMAGE,
        kind,
        List.of(items),
        Optional.empty(),
        "",
        "ada",
        created);
  }

  /**
   * Three hosts with a container each, which all run the same in the hour of learning; after it
   * each container runs, in turn, what is known, what is new everywhere and what is new once.
   */
  static List<TestHistory.Batch> history() {
    int hosts = 3;
    List<TestHistory.Batch> batches = new ArrayList<>();
    long[] sequences = new long[hosts];
    for (int host = 0; host < hosts; host++) {
      ContainerRef container = web(host + 1);
      batches.add(
          batch(
              host,
              sequences[host]++,
              start(NOON + host * SECOND, container),
              exec(NOON + (host + 3) * SECOND, container, "nginx")));
    }
    for (int round = 0; round < 30; round++) {
      for (int host = 0; host < hosts; host++) {
        ContainerRef container = web(host + 1);
        long time = NOON + 2 * HOUR + (100L * round + host) * SECOND;
        batches.add(
            batch(
                host,
                sequences[host]++,
                exec(time, container, "nginx"),
                exec(time + 1, container, "exempt"),
                exec(time + 2, container, "tool" + round % 10),
                exec(time + 3, container, "h" + host + "r" + round)));
      }
    }
    return batches;
  }
}
