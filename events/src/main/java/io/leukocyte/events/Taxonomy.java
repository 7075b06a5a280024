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
      case SensorLoss e -> event("host", List.of("info"), "loss", "collector");
      case SensorHeartbeat e ->
          new Taxonomy("metric", List.of("host"), List.of("info"), "heartbeat", "collector");
    };
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
