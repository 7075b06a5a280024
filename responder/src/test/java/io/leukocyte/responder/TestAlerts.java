package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Alerts as the analyzer makes them, each with an id of its own. */
final class TestAlerts {
  static final HostId HOST = new HostId("host-1");
  static final String SHELL = "Terminal shell in container";

  private static final AtomicLong SEQUENCE = new AtomicLong();

  private TestAlerts() {}

  static Alert shell(ContainerId container, long time) {
    return alert(HOST, SHELL, Priority.WARNING, ref(container, "web"), Map.of(), time);
  }

  static ContainerRef ref(ContainerId container, String name) {
    return new ContainerRef(container, name, "leuko/test-web", "1", null, false);
  }

  static Alert alert(
      HostId host,
      String rule,
      Priority priority,
      @Nullable ContainerRef container,
      Map<String, String> labels,
      long time) {
    ProcessInfo process = ProcessInfo.unknown(new ProcessRef(4711, time));
    return alert(host, rule, priority, labels, new ProcessExec(time, container, process));
  }

  /** A shell that is this very process. */
  static Alert shellOf(ContainerRef container, ProcessRef process, long time) {
    return alert(
        HOST,
        SHELL,
        Priority.WARNING,
        Map.of(),
        new ProcessExec(time, container, ProcessInfo.unknown(process)));
  }

  /** An alert that an event caused. */
  static Alert alert(
      HostId host, String rule, Priority priority, Map<String, String> labels, Event event) {
    EventId id = new EventId(host, 1, SEQUENCE.getAndIncrement(), 0);
    Observed cause = new Observed(id, event);
    return new Alert(
        Alert.idOf(rule, List.of(), id),
        new Alert.RuleInfo(rule, "", priority, List.of("shell", "T1059"), "leukocyte.yaml"),
        rule,
        rule + " (test)",
        List.of(),
        cause,
        new TreeMap<>(labels),
        null,
        "bundle");
  }
}
