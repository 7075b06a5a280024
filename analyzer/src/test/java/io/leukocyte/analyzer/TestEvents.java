package io.leukocyte.analyzer;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Hosts, containers and events with names. */
final class TestEvents {
  static final long SECOND = 1_000_000_000L;

  /** A time at the beginning of a bucket of ten seconds. */
  static final long NOON = 1_790_000_000L * SECOND;

  static final HostId HOST = new HostId("host-a");
  static final HostId OTHER_HOST = new HostId("host-b");
  static final ContainerRef WEB = container(1, "web");
  static final ContainerRef DB = container(2, "db");
  static final String OUTSIDE = "203.0.113.9";
  static final long EPOCH = 1_789_999_000_000L;

  static final String SHELL_RULE = "Shell in container";

  /** One rule: a program named sh was executed in a container. */
  static final RuleSet SHELL_RULES =
      rules(
          """
          - rule: Shell in container
            desc: A shell was started in a container.
            condition: evt.type = execve and container.id != host and proc.name = sh
            output: Shell started (container=%container.name tier=%container.label[tier])
            priority: WARNING
            tags: [container, shell, mitre_execution, T1059]
          """);

  static final RuleSet NO_RULES = rules("[]");

  private TestEvents() {}

  static RuleSet rules(String yaml) {
    RuleSet.Loaded loaded = RuleSet.load(List.of(new RuleFile("test.yaml", yaml)));
    if (!loaded.problems().isEmpty() || !loaded.skipped().isEmpty()) {
      throw new AssertionError(loaded.problems() + " " + loaded.skipped());
    }
    return loaded.rules();
  }

  static ContainerRef container(int number, String name) {
    return new ContainerRef(
        new ContainerId("%064x".formatted(number)), name, "example/" + name, "1", null, false);
  }

  static ProcessExec shell(long time, ContainerRef container) {
    return exec(time, container, "sh");
  }

  static ProcessExec exec(long time, ContainerRef container, String name) {
    ProcessInfo process =
        new ProcessInfo(
            new ProcessRef(4711, time),
            7,
            name,
            "/bin/" + name,
            List.of(name),
            false,
            "/",
            0,
            0,
            0,
            -1,
            0,
            ProcessInfo.Flags.NONE,
            null,
            List.of());
    return new ProcessExec(time, container, process);
  }

  static NetFlow egress(long time, ContainerRef container, String address, long bytes) {
    return new NetFlow(
        time, container, Protocol.TCP, new Endpoint(address, 443), bytes, bytes / 1400 + 1, SECOND);
  }

  static ContainerFacts facts(long time, ContainerRef container, Map<String, String> labels) {
    ContainerFacts unknown = ContainerFacts.unknown(time, container);
    return new ContainerFacts(
        time,
        container,
        unknown.state(),
        unknown.pid(),
        unknown.created(),
        unknown.started(),
        new TreeMap<>(labels),
        unknown.mounts(),
        unknown.networks(),
        unknown.networkMode(),
        unknown.pidMode(),
        unknown.ports(),
        unknown.user(),
        unknown.entrypoint(),
        unknown.tty(),
        unknown.logDriver(),
        unknown.restartPolicy(),
        unknown.limits(),
        unknown.security());
  }

  static ContainerLifecycle destroyed(long time, ContainerRef container) {
    return new ContainerLifecycle(time, container, "destroy", null, new TreeMap<>());
  }

  static SensorHeartbeat reduced(long time, String... missing) {
    return new SensorHeartbeat(
        time, "a.example", "reduced", List.of(missing), null, "test", 0, 10, 10, 0, 0);
  }

  static SensorHeartbeat heartbeat(long time) {
    return new SensorHeartbeat(time, "a.example", "ebpf", List.of(), null, "test", 0, 10, 10, 0, 0);
  }

  static SensorLoss lost(long time, ContainerRef container, long count) {
    return lost(time, container, count, "ring");
  }

  static SensorLoss lost(long time, ContainerRef container, long count, String source) {
    return new SensorLoss(
        time, container, source, "process.exec", "full", count, time - SECOND, time);
  }

  static byte[] batch(HostId host, long sequence, Event... events) {
    return batch(host, EPOCH, sequence, 0, events);
  }

  static byte[] batch(HostId host, long epoch, long sequence, int firstIndex, Event... events) {
    BatchWriter writer = new BatchWriter(host, epoch);
    for (Event event : events) {
      writer.add(event);
    }
    return writer.finish(sequence, firstIndex);
  }
}
