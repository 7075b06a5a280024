package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The templates' bodies, pure functions of what the node supports. */
final class Templates {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int PRIORITY = 500;
  private static final int IGNORE_ABOVE = 8191;

  private static final List<String> KEYWORDS =
      List.of(
          "agent.id",
          "agent.type",
          "agent.version",
          "client.address",
          "container.id",
          "container.name",
          "container.runtime",
          "container.image.name",
          "container.image.tag",
          "container.image.hash.all",
          "destination.address",
          "destination.domain",
          "ecs.version",
          "error.message",
          "event.action",
          "event.category",
          "event.dataset",
          "event.id",
          "event.kind",
          "event.module",
          "event.outcome",
          "event.provider",
          "event.type",
          "event.reason",
          "group.id",
          "host.hostname",
          "host.id",
          "host.name",
          "http.request.method",
          "http.request.referrer",
          "http.version",
          "log.level",
          "network.direction",
          "network.transport",
          "network.type",
          "observer.product",
          "observer.type",
          "observer.vendor",
          "observer.version",
          "orchestrator.type",
          "process.args",
          "process.entity_id",
          "process.executable",
          "process.name",
          "process.working_directory",
          "process.parent.args",
          "process.parent.executable",
          "process.parent.name",
          "process.user.id",
          "process.user.name",
          "process.group.id",
          "related.hosts",
          "related.user",
          "rule.category",
          "rule.description",
          "rule.id",
          "rule.name",
          "rule.reference",
          "rule.ruleset",
          "rule.version",
          "source.address",
          "tags",
          "threat.framework",
          "threat.tactic.id",
          "threat.tactic.name",
          "threat.tactic.reference",
          "threat.technique.id",
          "threat.technique.name",
          "threat.technique.reference",
          "url.domain",
          "url.path",
          "url.query",
          "user.id",
          "user.name",
          "user_agent.original");
  private static final List<String> OWN_KEYWORDS =
      List.of(
          "action.alert",
          "action.id",
          "action.outcome",
          "action.policy",
          "action.source",
          "action.step",
          "action.type",
          "alert.correlation",
          "alert.id",
          "alert.priority");
  private static final List<String> LONGS =
      List.of(
          "destination.bytes",
          "destination.port",
          "event.duration",
          "event.sequence",
          "event.severity",
          "http.response.status_code",
          "network.bytes",
          "network.packets",
          "process.exit_code",
          "process.parent.pid",
          "process.pid",
          "source.port");
  private static final List<String> DATES =
      List.of(
          "container.start",
          "event.created",
          "event.end",
          "event.ingested",
          "event.start",
          "process.parent.start",
          "process.start");
  private static final List<String> IPS =
      List.of("client.ip", "destination.ip", "host.ip", "related.ip", "source.ip");

  private Templates() {}

  /** ECS fields of the documents. */
  static ObjectNode ecs(Set<String> modules, int version) {
    ObjectNode properties = MAPPER.createObjectNode();
    KEYWORDS.forEach(f -> field(properties, f, keyword()));
    LONGS.forEach(f -> field(properties, f, type("long")));
    DATES.forEach(f -> field(properties, f, type("date_nanos")));
    IPS.forEach(f -> field(properties, f, type("ip")));
    properties.set("@timestamp", type("date_nanos"));
    field(properties, "event.risk_score", type("float"));
    field(
        properties, "event.original", type("keyword").put("index", false).put("doc_values", false));
    field(properties, "container.labels", type("flattened"));
    field(properties, "container.security_context.privileged", type("boolean"));
    String text = modules.contains("mapper-extras") ? "match_only_text" : "text";
    String line = modules.contains("wildcard") ? "wildcard" : "keyword";
    properties.set("message", type(text));
    for (String f : List.of("process.command_line", "process.parent.command_line")) {
      ObjectNode both = line.equals("keyword") ? keyword() : type(line);
      both.putObject("fields").set("text", type(text));
      field(properties, f, both);
    }
    return component(properties, version);
  }

  /** Fields of Leukocyte's own, below one prefix. */
  static ObjectNode own(int version) {
    ObjectNode properties = MAPPER.createObjectNode();
    ObjectNode own = properties.putObject("leukocyte");
    own.put("type", "object");
    own.put("dynamic", "true");
    OWN_KEYWORDS.forEach(f -> field(properties, "leukocyte." + f, keyword()));
    field(properties, "leukocyte.action.number", type("long"));
    field(properties, "leukocyte.action.dry_run", type("boolean"));
    // Labels of Docker Compose are com.docker.compose.project and …project.config_files: both a
    // text
    // and an object, if their dots were levels.
    field(properties, "leukocyte.lifecycle.attributes", type("flattened"));
    field(properties, "leukocyte.log.original_bytes", type("long"));
    field(properties, "leukocyte.log.truncated", type("boolean"));
    field(properties, "leukocyte.log.lines", type("long"));
    field(properties, "leukocyte.log.format", keyword());
    field(properties, "leukocyte.log.stream", keyword());
    return component(properties, version);
  }

  /** The index template of a data stream. */
  static ObjectNode index(DataStream stream, Set<String> modules, Duration retention, int version) {
    ObjectNode body = MAPPER.createObjectNode();
    body.putArray("index_patterns").add(stream.pattern());
    body.put("priority", PRIORITY);
    body.put("version", version);
    body.putObject("data_stream");
    ArrayNode parts = body.putArray("composed_of");
    parts.add("leukocyte-ecs").add("leukocyte-own");
    ObjectNode template = body.putObject("template");
    template
        .putObject("settings")
        .put("index.mapping.total_fields.limit", 2000)
        .put("index.refresh_interval", "1s");
    if (modules.contains("data-streams")) {
      template.putObject("lifecycle").put("data_retention", retention.toDays() + "d");
    }
    ObjectNode mappings = template.putObject("mappings");
    if (modules.contains("constant-keyword")) {
      ObjectNode dataStream =
          mappings.putObject("properties").putObject("data_stream").putObject("properties");
      dataStream.set("type", type("constant_keyword").put("value", "logs"));
      dataStream.set("dataset", type("constant_keyword").put("value", stream.dataset()));
      dataStream.set("namespace", type("constant_keyword"));
    }
    body.putObject("_meta").put("managed_by", "leukocyte").put("version", version);
    return body;
  }

  private static ObjectNode component(ObjectNode properties, int version) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("version", version);
    ObjectNode mappings = body.putObject("template").putObject("mappings");
    mappings.put("date_detection", false);
    ObjectNode strings = mappings.putArray("dynamic_templates").addObject();
    ObjectNode rule = strings.putObject("strings_as_keyword");
    rule.put("match_mapping_type", "string");
    rule.set("mapping", keyword());
    mappings.set("properties", properties);
    body.putObject("_meta").put("managed_by", "leukocyte").put("version", version);
    return body;
  }

  private static ObjectNode keyword() {
    return type("keyword").put("ignore_above", IGNORE_ABOVE);
  }

  private static ObjectNode type(String name) {
    return MAPPER.createObjectNode().put("type", name);
  }

  /** Puts a dotted field into nested properties. */
  private static void field(ObjectNode properties, String dotted, ObjectNode mapping) {
    String[] parts = dotted.split("\\.", -1);
    ObjectNode at = properties;
    for (int i = 0; i < parts.length - 1; i++) {
      at = at.withObjectProperty(parts[i]).withObjectProperty("properties");
    }
    at.set(parts[parts.length - 1], mapping);
  }
}
