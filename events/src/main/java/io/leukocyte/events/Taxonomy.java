package io.leukocyte.events;

import java.util.List;
import java.util.Set;

/**
 * How ECS classifies an event; only values that ECS allows.
 *
 * @param kind event.kind
 * @param category event.category; may be empty
 * @param type event.type
 * @param action event.action
 * @param provider event.provider: what observed it
 */
record Taxonomy(
    String kind, List<String> category, List<String> type, String action, String provider) {
  private static final Set<String> STARTS = Set.of("start", "restart", "create");
  private static final Set<String> ENDS = Set.of("die", "stop", "kill", "destroy", "oom");
  private static final Set<String> CHANGES =
      Set.of("pause", "unpause", "rename", "update", "connect", "disconnect");

  static Taxonomy of(Event event) {
    return switch (event) {
      case ProcessExec e -> event("process", List.of("start"), "exec", "kernel");
      case ProcessExit e -> event("process", List.of("end"), "exit", "kernel");
      case NetConnect e -> event("network", List.of("connection", "start"), "connect", "kernel");
      case NetFlow e -> event("network", List.of("connection", "info"), "flow", "kernel");
      case ContainerLifecycle e ->
          event("host", List.of(lifecycleType(e.action())), e.action(), "engine");
      case ContainerFacts e ->
          new Taxonomy("asset", List.of("host"), List.of("info"), "facts", "engine");
      case ContainerLog e -> new Taxonomy("event", List.of(), List.of("info"), "log", "log");
      case ContainerStats e ->
          new Taxonomy("metric", List.of("host"), List.of("info"), "stats", "engine");
      case SensorLoss e -> event("host", List.of("info"), "loss", "collector");
      case SensorHeartbeat e ->
          new Taxonomy("metric", List.of("host"), List.of("info"), "heartbeat", "collector");
      case SystemCall e -> call(e);
    };
  }

  private static Taxonomy call(SystemCall call) {
    return switch (call) {
      case FileOpen e ->
          of(e, "file", e.created() ? List.of("access", "creation") : List.of("access"));
      case FileChange e -> of(e, "file", List.of(changeType(e.call())));
      case NetAccept e -> of(e, "network", List.of("connection", "start"));
      case NetListen e -> of(e, "network", List.of("info"));
      case NetSend e ->
          of(
              e,
              "network",
              e.dnsName() == null ? List.of("connection") : List.of("connection", "protocol"));
      case NetSocket e -> of(e, "network", List.of("info"));
      case FdDup e -> of(e, "process", List.of("change"));
      case ProcTrace e -> of(e, "process", List.of("access"));
      case ProcControl e -> of(e, "process", List.of("change"));
      case NsChange e -> of(e, "process", List.of("change"));
      case CredChange e -> of(e, "process", List.of("change"));
      case SignalKill e -> of(e, "process", List.of("info"));
      case FsMount e -> of(e, "host", List.of("change"));
      case KernelModule e ->
          of(e, "driver", List.of(e.call().equals("delete_module") ? "end" : "start"));
      case KernelCall e -> of(e, "process", List.of("info"));
      case BpfLoad e -> of(e, "driver", List.of("info"));
      case MemFileless e -> of(e, "process", List.of("info"));
    };
  }

  /** The call's name is the action. */
  private static Taxonomy of(SystemCall call, String category, List<String> type) {
    return event(category, type, call.call(), "kernel");
  }

  private static String changeType(String call) {
    if (call.startsWith("unlink") || call.equals("rmdir")) {
      return "deletion";
    }
    boolean makes =
        call.startsWith("link")
            || call.startsWith("symlink")
            || call.startsWith("mkdir")
            || call.startsWith("mknod");
    return makes ? "creation" : "change";
  }

  private static Taxonomy event(
      String category, List<String> type, String action, String provider) {
    return new Taxonomy("event", List.of(category), type, action, provider);
  }

  private static String lifecycleType(String action) {
    if (STARTS.contains(action)) {
      return "start";
    }
    if (ENDS.contains(action)) {
      return "end";
    }
    return CHANGES.contains(action) ? "change" : "info";
  }
}
