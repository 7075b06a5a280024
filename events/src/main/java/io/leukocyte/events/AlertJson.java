package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An alert as the ECS document of the topic of alerts. Every way into Elasticsearch takes it as it
 * is. It embeds the event that caused it; event.id is the alert's own, the event's is {@code
 * leukocyte.cause.id}. Reading gives back exactly what was written.
 */
public final class AlertJson {
  /**
   * Most bytes of a document. One that would be longer, because a program was started with a novel
   * for an argument, has its texts and lists cut and {@code leukocyte.alert.truncated} set.
   */
  public static final int MAX_BYTES = 512 << 10;

  private AlertJson() {}

  /** The document in UTF-8. It lacks event.ingested, which whoever stores it sets. */
  public static byte[] write(Alert alert) {
    ObjectNode tree = tree(alert);
    return Json.bytesWithin(MAX_BYTES, tree, tree.withObject("/leukocyte/alert"));
  }

  private static ObjectNode tree(Alert alert) {
    ObjectNode cause = EventTree.of(alert.cause());
    ObjectNode root = Json.object();
    root.set("@timestamp", cause.get("@timestamp"));
    root.put("message", alert.message());
    root.set("ecs", cause.get("ecs"));
    root.set("event", event(alert, cause));
    root.set("rule", rule(alert));
    Json.put(root, "tags", alert.rule().tags());
    Json.put(root, "threat", Attack.threat(alert.rule().tags()));
    cause
        .properties()
        .forEach(field -> {
          if (!root.has(field.getKey())) {
            root.set(field.getKey(), field.getValue());
          }
        });
    host(alert, root);
    container(alert, root);
    process(alert.cause(), root);
    root.set("observer", observer());
    Json.put(root, "related", related(alert));
    own(alert, root.withObject("/leukocyte"));
    return root;
  }

  private static ObjectNode event(Alert alert, ObjectNode cause) {
    ObjectNode event = Json.object();
    if (alert.cause().event() instanceof ContainerLog log) {
      event.put("original", log.line());
    }
    event.setAll(cause.withObject("/event"));
    Taxonomy taxonomy = Taxonomy.of(alert.cause().event());
    event.put("id", alert.id().value());
    event.put("kind", "alert");
    put(event, "category", Stream.concat(taxonomy.category().stream(), INTRUSION.stream()));
    put(event, "type", Stream.concat(taxonomy.type().stream(), INFO.stream()));
    event.put("dataset", "leukocyte.alerts");
    event.put("severity", alert.rule().priority().severity());
    event.put("risk_score", (double) alert.rule().priority().severity());
    return event;
  }

  private static final List<String> INTRUSION = List.of("intrusion_detection");
  private static final List<String> INFO = List.of("info");

  private static void put(ObjectNode object, String name, Stream<String> values) {
    Json.put(object, name, values.distinct().toList());
  }

  private static ObjectNode rule(Alert alert) {
    Alert.RuleInfo info = alert.rule();
    ObjectNode rule = Json.object();
    rule.put("id", idOf(info.name()));
    rule.put("name", info.name());
    rule.put("description", info.description());
    rule.put("ruleset", info.ruleset());
    Json.put(rule, "version", alert.bundle().isEmpty() ? null : alert.bundle());
    return rule;
  }

  /** The rule's name with its words in lower case and dashes between them. */
  private static String idOf(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-");
  }

  private static void host(Alert alert, ObjectNode root) {
    if (alert.hostname() != null) {
      root.withObject("/host").put("name", alert.hostname()).put("hostname", alert.hostname());
    }
  }

  private static void container(Alert alert, ObjectNode root) {
    if (alert.container() != null) {
      root.withObject("/container").put("runtime", "docker");
    }
    if (!alert.labels().isEmpty()) {
      FactsJson.putMap(root.withObject("/container"), "labels", alert.labels());
    }
  }

  /** What an analyst searches for and the event says in other words. */
  static void process(Observed observed, ObjectNode root) {
    HostId host = observed.id().host();
    ProcessInfo process = processOf(observed.event());
    if (process == null) {
      return;
    }
    ObjectNode tree = root.withObject("/process");
    tree.put("entity_id", entity(host, process.ref()));
    commandLine(tree, process.args());
    capabilities(tree, "effective", process.capabilities());
    capabilities(tree, "permitted", process.more().permittedCapabilities());
    Json.put(root, "user", EventTree.owner(process.uid(), process.userName()));
    ProcessInfo.Parent parent = process.parent();
    if (parent != null) {
      ObjectNode parentTree = tree.withObject("/parent");
      parentTree.put("entity_id", entity(host, parent.ref()));
      commandLine(parentTree, parent.args());
    }
  }

  private static @Nullable ProcessInfo processOf(Event event) {
    return switch (event) {
      case ProcessExec e -> e.process();
      case ProcessExit e -> e.process();
      case NetConnect e -> e.process();
      case NetFlow e -> null;
      case ContainerLifecycle e -> null;
      case ContainerFacts e -> null;
      case ContainerLog e -> null;
      case SensorLoss e -> null;
      case ContainerStats e -> null;
      case SensorHeartbeat e -> null;
      case SystemCall e -> e.process();
    };
  }

  private static String entity(HostId host, ProcessRef ref) {
    return host.value() + ":" + ref.pid() + ":" + ref.startTime();
  }

  private static void commandLine(ObjectNode process, List<String> args) {
    if (!args.isEmpty()) {
      process.put("args_count", args.size());
      process.put("command_line", String.join(" ", args));
    }
  }

  private static void capabilities(ObjectNode process, String which, long bits) {
    if (bits == 0) {
      return;
    }
    ArrayNode names = process.withObject("/thread/capabilities").putArray(which);
    Capabilities.names(bits).forEach(names::add);
  }

  private static ObjectNode observer() {
    return Json.object().put("vendor", "Leukocyte").put("product", "Leukocyte").put("type", "ids");
  }

  private static List<Endpoint> ends(Event event) {
    return switch (event) {
      case NetConnect e -> List.of(e.source(), e.destination());
      case NetFlow e -> List.of(e.destination());
      case NetAccept e -> List.of(e.client(), e.server());
      case NetListen e -> List.of(e.local());
      case NetSend e -> List.of(e.local(), e.remote());
      case FdDup e -> e.socket() == null ? List.of() : e.socket().ends();
      case SystemCall e -> List.of();
      case ProcessExec e -> List.of();
      case ProcessExit e -> List.of();
      case ContainerLifecycle e -> List.of();
      case ContainerFacts e -> List.of();
      case ContainerLog e -> List.of();
      case ContainerStats e -> List.of();
      case SensorLoss e -> List.of();
      case SensorHeartbeat e -> List.of();
    };
  }

  private static ObjectNode related(Alert alert) {
    ContainerRef container = alert.container();
    return related(alert.cause().event(), hosts(alert), container);
  }

  static ObjectNode related(Event event, Set<String> hosts, @Nullable ContainerRef container) {
    Set<String> ips = new LinkedHashSet<>();
    Set<String> users = new LinkedHashSet<>();
    for (Endpoint end : ends(event)) {
      if (IpAddress.isLiteral(end.address())) {
        ips.add(end.address());
      }
    }
    ProcessInfo process = processOf(event);
    if (process != null && process.uid() != -1) {
      users.add(Integer.toUnsignedString(process.uid()));
    }
    String name = process == null ? null : process.userName();
    if (name != null) {
      users.add(name);
    }
    ObjectNode related = Json.object();
    Json.put(related, "ip", ips);
    Json.put(related, "user", users);
    Json.put(related, "hosts", hosts);
    Json.put(
        related,
        "hash",
        container == null || container.digest() == null ? List.of() : List.of(container.digest()));
    return related;
  }

  private static Set<String> hosts(Alert alert) {
    Set<String> hosts = new LinkedHashSet<>();
    if (alert.hostname() != null) {
      hosts.add(alert.hostname());
    }
    hosts.addAll(domains(alert.cause().event()));
    return hosts;
  }

  static Set<String> domains(Event event) {
    String domain =
        switch (event) {
          case NetConnect e -> e.domain();
          case NetFlow e -> e.domain();
          case NetAccept e -> e.domain();
          case NetSend e -> e.domain();
          case Event e -> null;
        };
    return domain == null ? Set.of() : Set.of(domain);
  }

  private static void own(Alert alert, ObjectNode own) {
    own.putObject("cause").put("id", alert.cause().id().toString());
    ObjectNode tree = own.putObject("alert");
    tree.put("id", alert.id().value());
    tree.put("priority", alert.rule().priority().text());
    tree.put("output", alert.output());
    Json.put(tree, "group_by", alert.groupBy());
    tree.put("bundle", alert.bundle());
    if (alert.correlation() != null) {
      tree.put("correlation", alert.rule().name());
      correlation(alert.correlation(), own.putObject("correlation"));
    }
  }

  private static void correlation(Alert.Correlation correlation, ObjectNode tree) {
    tree.put("type", correlation.type());
    tree.put("timespan", correlation.timespan());
    tree.put("count", correlation.count());
    Json.put(tree, "fields", correlation.fields());
    Json.put(tree, "values", correlation.values());
    ArrayNode causes = tree.putArray("causes");
    for (Alert.Cause cause : correlation.causes()) {
      ObjectNode node = causes.addObject();
      node.put("rule", cause.rule());
      node.put("id", cause.event().toString());
      node.put("time", Json.time(cause.time()));
      node.put("host", cause.event().host().value());
      Json.put(node, "container", cause.container() == null ? null : cause.container().value());
    }
  }

  /**
   * Reads an alert.
   *
   * @param document one JSON object in UTF-8
   * @throws MalformedJsonException when it is not an alert; the message names the field
   */
  public static Alert read(byte[] document) throws MalformedJsonException {
    Fields root = Json.read(new String(document, StandardCharsets.UTF_8));
    Fields own = root.in("leukocyte");
    Fields alert = own.in("alert");
    EventId causeId = own.in("cause").requiredParsed("id", EventId::parse);
    Event cause = EventFields.read(root, root.in("event").text("original"));
    return new Alert(
        alert.requiredParsed("id", AlertId::new),
        rule(root, alert),
        root.required("message"),
        alert.textOr("output", ""),
        alert.texts("group_by"),
        new Observed(causeId, cause),
        root.in("container").map("labels"),
        root.in("host").text("name"),
        alert.textOr("bundle", ""),
        own.has("correlation") ? correlation(own.in("correlation")) : null);
  }

  private static Alert.Correlation correlation(Fields tree) throws MalformedJsonException {
    List<Alert.Cause> causes = new ArrayList<>();
    for (Fields cause : tree.objects("causes")) {
      causes.add(
          new Alert.Cause(
              cause.required("rule"),
              cause.requiredParsed("id", EventId::parse),
              cause.time("time", 0),
              cause.parsed("container", ContainerId::new)));
    }
    return new Alert.Correlation(
        tree.required("type"),
        tree.number("timespan", 0),
        tree.number("count", 0),
        tree.texts("fields"),
        tree.texts("values"),
        causes);
  }

  private static Alert.RuleInfo rule(Fields root, Fields alert) throws MalformedJsonException {
    Fields rule = root.in("rule");
    return new Alert.RuleInfo(
        rule.required("name"),
        rule.textOr("description", ""),
        alert.requiredParsed("priority", AlertJson::priority),
        root.texts("tags"),
        rule.textOr("ruleset", ""));
  }

  private static Priority priority(String text) {
    return Priority.parse(text)
        .orElseThrow(() -> new IllegalArgumentException("a priority such as warning is expected"));
  }
}
