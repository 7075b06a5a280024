package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/** The templates' bodies, pure functions of what the node supports. */
final class Templates {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The module that has the lifecycle of data streams. */
  static final String DATA_STREAMS = "data-streams";

  /** The module that has index lifecycle management. */
  static final String ILM = "x-pack-ilm";

  /** The component template of ECS fields. */
  static final String ECS = "leukocyte-ecs";

  /** The component template of Leukocyte's own fields. */
  static final String OWN_FIELDS = "leukocyte-own";

  /** Where a user's own fields and settings go; it need not be there. */
  static final String CUSTOM = "leukocyte@custom";

  /** Of a mapping's {@code _meta}: the version of the templates that it comes from. */
  static final String VERSION = "leukocyte";

  private static final int PRIORITY = 500;
  private static final int IGNORE_ABOVE = 8191;

  private static final List<String> KEYWORDS =
      List.of(
          "agent.id",
          "agent.type",
          "agent.version",
          "client.address",
          "container.id",
          "container.image.hash.all",
          "container.image.name",
          "container.image.tag",
          "container.name",
          "container.runtime",
          "destination.address",
          "destination.domain",
          "dns.question.name",
          "dns.question.type",
          "dns.type",
          "ecs.version",
          "error.code",
          "error.message",
          "event.action",
          "event.category",
          "event.dataset",
          "event.id",
          "event.kind",
          "event.module",
          "event.outcome",
          "event.provider",
          "event.reason",
          "event.type",
          "file.gid",
          "file.mode",
          "file.path",
          "file.uid",
          "group.id",
          "host.hostname",
          "host.id",
          "host.name",
          "http.request.method",
          "http.request.referrer",
          "http.version",
          "log.level",
          "network.direction",
          "network.protocol",
          "network.transport",
          "network.type",
          "observer.product",
          "observer.type",
          "observer.vendor",
          "observer.version",
          "orchestrator.type",
          "package.architecture",
          "package.name",
          "package.path",
          "package.type",
          "package.version",
          "process.args",
          "process.entity_id",
          "process.env_vars",
          "process.executable",
          "process.group.id",
          "process.group.name",
          "process.name",
          "process.parent.args",
          "process.parent.entity_id",
          "process.parent.executable",
          "process.parent.name",
          "process.thread.capabilities.effective",
          "process.thread.capabilities.permitted",
          "process.user.id",
          "process.user.name",
          "process.working_directory",
          "related.hash",
          "related.hosts",
          "related.user",
          "rule.category",
          "rule.description",
          "rule.id",
          "rule.name",
          "rule.reference",
          "rule.ruleset",
          "rule.version",
          "server.address",
          "source.address",
          "source.domain",
          "tags",
          "threat.framework",
          "threat.tactic.id",
          "threat.tactic.name",
          "threat.tactic.reference",
          "threat.technique.id",
          "threat.technique.name",
          "threat.technique.reference",
          "threat.technique.subtechnique.id",
          "threat.technique.subtechnique.name",
          "threat.technique.subtechnique.reference",
          "url.domain",
          "url.path",
          "url.query",
          "user.id",
          "user.name",
          "user_agent.original",
          "vulnerability.classification",
          "vulnerability.description",
          "vulnerability.enumeration",
          "vulnerability.id",
          "vulnerability.reference",
          "vulnerability.scanner.vendor",
          "vulnerability.score.version",
          "vulnerability.severity");
  private static final List<String> OWN_KEYWORDS =
      List.of(
          "action.alert",
          "action.evidence",
          "action.id",
          "action.operator",
          "action.outcome",
          "action.policy",
          "action.source",
          "action.step",
          "action.type",
          "alert.bundle",
          "alert.correlation",
          "alert.group_by",
          "alert.id",
          "alert.output",
          "alert.priority",
          "bpf.command_name",
          "call.name",
          "cause.id",
          "control.option_name",
          "control.text",
          "correlation.causes.container",
          "correlation.causes.host",
          "correlation.causes.id",
          "correlation.causes.rule",
          "correlation.fields",
          "correlation.type",
          "correlation.values",
          "credentials.capabilities",
          "credentials.capabilities_before",
          "file.asked",
          "file.flag_names",
          "file.target",
          "finding.fixed_by",
          "finding.fixed_version",
          "finding.id",
          "finding.purl",
          "finding.state",
          "heartbeat.bundle",
          "heartbeat.hostname",
          "heartbeat.missing",
          "heartbeat.mode",
          "heartbeat.version",
          "incident.id",
          "incident.priority",
          "incident.rules",
          "incident.state",
          "incident.timeline.alert",
          "incident.timeline.first_causes",
          "incident.timeline.group_by",
          "incident.timeline.last_causes",
          "incident.timeline.priority",
          "incident.timeline.rule",
          "kind",
          "log.attacks",
          "log.format",
          "log.stream",
          "log.waf_rules",
          "loss.kind",
          "loss.reason",
          "loss.source",
          "memory.flag_names",
          "memory.name",
          "module.name",
          "module.path",
          "mount.flag_names",
          "mount.source",
          "mount.target",
          "mount.type",
          "namespace.flag_names",
          "process.ancestors",
          "process.capabilities",
          "process.capabilities_permitted",
          "process.lineage.command_line",
          "process.lineage.executable",
          "process.lineage.first_arg",
          "process.login_name",
          "process.program.inode",
          "signal.name",
          "signal.target.name",
          "socket.domain_name",
          "socket.type_name",
          "trace.request_name",
          "trace.target.name");
  private static final List<String> OWN_LONGS =
      List.of(
          "action.latency",
          "action.number",
          "bpf.command",
          "bpf.program_type",
          "call.result",
          "control.option",
          "control.value",
          "correlation.count",
          "correlation.timespan",
          "credentials.gid",
          "credentials.gid_before",
          "credentials.uid",
          "credentials.uid_before",
          "fd.new",
          "fd.old",
          "file.flags",
          "finding.version",
          "heartbeat.clock_offset",
          "heartbeat.filtered",
          "heartbeat.lost",
          "heartbeat.published",
          "heartbeat.received",
          "incident.alerts",
          "incident.matches",
          "incident.omitted",
          "incident.timeline.count",
          "incident.version",
          "kernel.args",
          "log.lines",
          "log.original_bytes",
          "loss.count",
          "memory.flags",
          "mount.flags",
          "namespace.flags",
          "process.lineage.pid",
          "process.login_uid",
          "process.signal",
          "process.tty",
          "sensor.filtered",
          "sensor.lag",
          "sensor.lost",
          "sensor.period",
          "sensor.published",
          "sensor.received",
          "signal.number",
          "signal.target.pid",
          "socket.backlog",
          "socket.domain",
          "socket.protocol",
          "socket.type",
          "stats.block_read",
          "stats.block_write",
          "stats.cpu",
          "stats.memory",
          "stats.memory_limit",
          "stats.network_received",
          "stats.network_sent",
          "stats.oom_kills",
          "stats.pids",
          "stats.pids_limit",
          "stats.restarts",
          "stats.throttled",
          "trace.request",
          "trace.target.pid");
  private static final List<String> OWN_DATES =
      List.of(
          "action.undo_at",
          "correlation.causes.time",
          "incident.timeline.first",
          "incident.timeline.last",
          "loss.from",
          "loss.to",
          "signal.target.start",
          "trace.target.start");

  /** Times of files, which may be before 1970: nanoseconds do not reach there. */
  private static final List<String> OWN_FILE_TIMES =
      List.of(
          "process.program.changed", "process.program.modified", "process.program.namespace_start");

  private static final List<String> OWN_BOOLEANS =
      List.of(
          "action.dry_run",
          "action.truncated",
          "alert.truncated",
          "fd.socket",
          "file.created",
          "file.path_truncated",
          "file.upper_layer",
          "finding.fix_available",
          "finding.truncated",
          "log.truncated",
          "process.args_truncated",
          "process.env_truncated",
          "process.fileless",
          "process.group_leader",
          "process.host_mounts",
          "process.setup",
          "process.upper_layer",
          "truncated");

  /** Objects whose keys are other people's: one field each, whatever is in it. */
  private static final List<String> OWN_FLATTENED = List.of("facts", "lifecycle.attributes");

  private static final List<String> LONGS =
      List.of(
          "destination.bytes",
          "destination.packets",
          "destination.port",
          "event.duration",
          "event.sequence",
          "event.severity",
          "http.response.status_code",
          "network.bytes",
          "network.packets",
          "process.args_count",
          "process.exit_code",
          "process.parent.args_count",
          "process.parent.pid",
          "process.pid",
          "process.vpid",
          "server.port",
          "source.bytes",
          "source.packets",
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
      List.of("client.ip", "destination.ip", "host.ip", "related.ip", "server.ip", "source.ip");

  private static final String OWN = "leukocyte.";

  /** Less than for keywords: a term has the key in it, and may have 32 KiB at most. */
  private static final int IGNORE_ABOVE_IN_OBJECT = 4096;

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
    field(properties, "container.memory.usage", type("float"));
    field(properties, "vulnerability.score.base", type("float"));
    field(
        properties, "event.original", type("keyword").put("index", false).put("doc_values", false));
    field(properties, "container.labels", flattened());
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
    OWN_KEYWORDS.forEach(f -> field(properties, OWN + f, keyword()));
    OWN_LONGS.forEach(f -> field(properties, OWN + f, type("long")));
    OWN_DATES.forEach(f -> field(properties, OWN + f, type("date_nanos")));
    OWN_FILE_TIMES.forEach(f -> field(properties, OWN + f, type("date")));
    OWN_BOOLEANS.forEach(f -> field(properties, OWN + f, type("boolean")));
    OWN_FLATTENED.forEach(f -> field(properties, OWN + f, flattened()));
    field(properties, OWN + "stats.cpu_percent", type("double"));
    for (Kind kind : Kind.values()) {
      field(properties, OWN + "sensor.events." + kind.text(), type("long"));
    }
    return component(properties, version);
  }

  /** The index template of a data stream, or of an index of what changes. */
  static ObjectNode index(DataStream stream, Set<String> modules, Keeping keeping, int version) {
    ObjectNode body = MAPPER.createObjectNode();
    body.putArray("index_patterns").add(stream.pattern());
    body.put("priority", PRIORITY);
    body.put("version", version);
    if (!stream.isLatest()) {
      body.putObject("data_stream");
    }
    body.putArray("composed_of").add(ECS).add(OWN_FIELDS).add(CUSTOM);
    body.putArray("ignore_missing_component_templates").add(CUSTOM);
    ObjectNode template = body.putObject("template");
    ObjectNode settings = template.putObject("settings");
    settings.put("index.mapping.total_fields.limit", 2000).put("index.refresh_interval", "1s");
    if (!stream.isLatest()) {
      retain(stream, modules, keeping, template);
    }
    ObjectNode mappings = template.putObject("mappings");
    mappings.putObject("_meta").put(VERSION, version);
    stream.type().ifPresent(type -> dataStream(type, stream, modules, mappings));
    body.putObject("_meta").put("managed_by", "leukocyte").put("version", version);
    return body;
  }

  /** Where a node has no lifecycle of its own, nothing is said of it: it would be refused. */
  private static void retain(
      DataStream stream, Set<String> modules, Keeping keeping, ObjectNode template) {
    switch (keeping.lifecycle()) {
      case DATA_STREAM -> {
        if (modules.contains(DATA_STREAMS)) {
          template.putObject("lifecycle").put("data_retention", time(keeping.of(stream)));
        }
      }
      case ILM -> {
        if (modules.contains(ILM)) {
          template.withObject("/settings").put("index.lifecycle.name", policy(stream));
        }
      }
      case OFF -> {}
    }
  }

  /** The name of a stream's policy. */
  static String policy(DataStream stream) {
    return "leukocyte-" + stream.text();
  }

  /** The policy of index lifecycle management that keeps a stream's documents so long. */
  static ObjectNode policy(Duration retention, int version) {
    ObjectNode body = MAPPER.createObjectNode();
    ObjectNode policy = body.putObject("policy");
    policy.putObject("_meta").put("managed_by", "leukocyte").put("version", version);
    policy
        .withObject("/phases/hot/actions/rollover")
        .put("max_age", time(turn(retention)))
        .put("max_primary_shard_size", "50gb");
    ObjectNode delete = policy.withObject("/phases/delete");
    delete.put("min_age", time(retention)).withObject("/actions/delete");
    return body;
  }

  /**
   * How long an index takes documents in. It goes when its last one is too old, so that a tenth
   * more is kept at most.
   */
  static Duration turn(Duration retention) {
    return Duration.ofDays(Math.clamp(retention.toDays() / 10, 1, 30));
  }

  /** A time as Elasticsearch writes it. */
  static String time(Duration time) {
    return time.toDays() + "d";
  }

  private static void dataStream(
      String type, DataStream stream, Set<String> modules, ObjectNode mappings) {
    ObjectNode fields =
        mappings.putObject("properties").putObject("data_stream").putObject("properties");
    if (modules.contains("constant-keyword")) {
      fields.set("type", type("constant_keyword").put("value", type));
      fields.set("dataset", type("constant_keyword").put("value", stream.dataset()));
      fields.set("namespace", type("constant_keyword"));
    } else {
      List.of("type", "dataset", "namespace").forEach(name -> fields.set(name, keyword()));
    }
  }

  private static ObjectNode component(ObjectNode properties, int version) {
    ObjectNode body = MAPPER.createObjectNode();
    body.put("version", version);
    ObjectNode mappings = body.putObject("template").putObject("mappings");
    // What is not listed is stored and shown, but not indexed: nobody can fill the mapping.
    mappings.put("dynamic", false);
    mappings.put("date_detection", false);
    mappings.set("properties", properties);
    body.putObject("_meta").put("managed_by", "leukocyte").put("version", version);
    return body;
  }

  private static ObjectNode keyword() {
    return type("keyword").put("ignore_above", IGNORE_ABOVE);
  }

  private static ObjectNode flattened() {
    return type("flattened").put("ignore_above", IGNORE_ABOVE_IN_OBJECT);
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
