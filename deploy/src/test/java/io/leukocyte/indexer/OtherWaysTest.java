package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Topic;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The samples for other ways than the indexer bring the same documents under the same ids into the
 * same data streams. Logstash, the sink connector and the shippers themselves do not run here.
 */
class OtherWaysTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Path SAMPLES = Path.of("samples");
  private static final HostId HOST = new HostId("host-1");
  private static final ContainerRef WEB =
      new ContainerRef(new ContainerId("ab".repeat(32)), "web", "shop/web", "1", null, false);

  /** What each plugin of Logstash 8 and 9 takes, of what the sample could need. */
  private static final Map<String, Set<String>> SETTINGS =
      Map.of(
          "kafka",
          Set.of(
              "auto_offset_reset",
              "bootstrap_servers",
              "client_id",
              "codec",
              "consumer_threads",
              "decorate_events",
              "ecs_compatibility",
              "enable_auto_commit",
              "group_id",
              "id",
              "isolation_level",
              "jaas_path",
              "max_poll_records",
              "sasl_jaas_config",
              "sasl_mechanism",
              "security_protocol",
              "ssl_truststore_location",
              "ssl_truststore_password",
              "ssl_truststore_type",
              "topics",
              "topics_pattern"),
          "json",
          Set.of("charset", "ecs_compatibility", "target"),
          "mutate",
          Set.of("add_field", "convert", "copy", "id", "remove_field", "rename", "replace"),
          "ruby",
          Set.of("code", "id", "init", "path", "script_params"),
          "elasticsearch",
          Set.of(
              "action",
              "api_key",
              "compression_level",
              "data_stream",
              "document_id",
              "ecs_compatibility",
              "hosts",
              "id",
              "index",
              "manage_template",
              "password",
              "pipeline",
              "silence_errors_in_log",
              "ssl_certificate_authorities",
              "ssl_enabled",
              "ssl_verification_mode",
              "timeout",
              "user"));

  /** What the sink takes, and the worker for each connector. */
  private static final Set<String> OF_THE_SINK =
      Set.of(
          "name",
          "connector.class",
          "tasks.max",
          "topics",
          "consumer.override.isolation.level",
          "consumer.override.auto.offset.reset",
          "key.converter",
          "value.converter",
          "value.converter.schemas.enable",
          "transforms",
          "connection.url",
          "connection.username",
          "connection.password",
          "elastic.security.protocol",
          "elastic.https.ssl.truststore.type",
          "elastic.https.ssl.truststore.location",
          "data.stream.type",
          "data.stream.dataset",
          "data.stream.namespace",
          "data.stream.timestamp.field",
          "key.ignore",
          "schema.ignore",
          "write.method",
          "behavior.on.null.values",
          "behavior.on.malformed.documents",
          "max.retries",
          "retry.backoff.ms",
          "errors.tolerance",
          "errors.deadletterqueue.topic.name",
          "errors.deadletterqueue.context.headers.enable");

  private static Map<Topic, List<byte[]>> records() {
    EventId cause = new EventId(HOST, 1, 7, 0);
    Alert shell =
        new Alert(
            Alert.idOf("Shell", List.of(), cause),
            new Alert.RuleInfo("Shell", "d", Priority.WARNING, List.of("T1059.004"), "test"),
            "Shell",
            "a shell",
            List.of(),
            new Observed(
                cause,
                new ProcessExec(
                    1_795_860_000_123_456_789L,
                    WEB,
                    ProcessInfo.unknown(new ProcessRef(42, 1_795_860_000_000_000_000L)))),
            new TreeMap<>(Map.of("com.docker.compose.project", "shop")),
            "web-1",
            "hash");
    EventId line = new EventId(HOST, 1, 8, 3);
    Alert log =
        new Alert(
            Alert.idOf("Log", List.of(), line),
            new Alert.RuleInfo("Log", "", Priority.NOTICE, List.of(), "test"),
            "Log",
            "a line",
            List.of(),
            new Observed(
                line,
                new ContainerLog(
                    1_795_860_001_000_000_000L,
                    WEB,
                    ContainerLog.Stream.STDERR,
                    "GET /",
                    5,
                    false,
                    1)),
            new TreeMap<>(),
            null,
            "hash");
    Action action =
        new Action(
            ActionId.of("a", "b"),
            Action.Step.VERIFIED,
            2,
            1_795_860_002_000_000_001L,
            HOST,
            "quarantine",
            WEB,
            new Outcome.Done("it holds"),
            shell.id(),
            "Shell",
            "p",
            "policies/leukocyte.yaml:5",
            null,
            0,
            false);
    return Map.of(
        Topic.ALERTS, List.of(AlertJson.write(shell), AlertJson.write(log)),
        Topic.ACTIONS, List.of(ActionJson.write(action)));
  }

  private static Document indexed(Topic topic, byte[] value) throws Exception {
    Documents documents = new Documents("default", InstantSource.fixed(Instant.EPOCH));
    return documents
        .of(topic, new ConsumerRecord<>(topic.text(), 0, 17, HOST.value().getBytes(UTF_8), value))
        .getFirst();
  }

  /** The same stream, id and action as the indexer's, and all of its document but the one time. */
  private static void requireSame(Topic topic, byte[] value, OtherWays.Sent sent) throws Exception {
    Document document = indexed(topic, value);
    assertThat(sent.index()).isEqualTo(document.stream().name("default"));
    assertThat(sent.id()).isEqualTo(document.id());
    assertThat(sent.action()).isEqualTo("create");
    ObjectNode expected = (ObjectNode) MAPPER.readTree(document.source());
    assertThat(Instant.parse(sent.source().at("/event/ingested").asText())).isNotNull();
    expected.withObjectProperty("event").remove("ingested");
    sent.source().withObjectProperty("event").remove("ingested");
    assertThat(sent.source()).isEqualTo(expected);
  }

  private static String logstash() throws Exception {
    return Files.readString(SAMPLES.resolve("logstash/leukocyte.conf"));
  }

  private static void requireLogstash(String text) throws Exception {
    LogstashFile file = LogstashFile.parse(text);
    for (String section : List.of("input", "filter", "output")) {
      file.section(section).forEach(OtherWaysTest::requireKnown);
    }
    LogstashFile.Plugin input = file.section("input").getFirst();
    assertThat(input.text("isolation_level")).isEqualTo("read_committed");
    assertThat(input.text("auto_offset_reset")).isEqualTo("earliest");
    assertThat(input.text("ecs_compatibility")).isEqualTo("disabled");
    assertThat(input.settings().get("codec"))
        .isEqualTo(new LogstashFile.Plugin("json", Map.of("ecs_compatibility", "disabled")));
    assertThat(input.list("topics")).isEqualTo(List.of(Topic.ALERTS.text(), Topic.ACTIONS.text()));
    LogstashFile.Plugin output = file.section("output").getFirst();
    assertThat(output.text("data_stream")).as("it takes no document_id else").isEqualTo("false");
    assertThat(output.text("manage_template")).isEqualTo("false");
    for (Map.Entry<Topic, List<byte[]>> records : records().entrySet()) {
      for (byte[] value : records.getValue()) {
        requireSame(records.getKey(), value, OtherWays.byLogstash(file, value));
      }
    }
  }

  private static void requireKnown(LogstashFile.Plugin plugin) {
    assertThat(SETTINGS).containsKey(plugin.name());
    assertThat(SETTINGS.get(plugin.name())).containsAll(plugin.settings().keySet());
    plugin.settings().values().stream()
        .filter(LogstashFile.Plugin.class::isInstance)
        .forEach(value -> requireKnown((LogstashFile.Plugin) value));
  }

  @Test
  void logstashBringsTheSameDocuments() throws Exception {
    requireLogstash(logstash());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "document_id => \"%{[event][id]}\" | document_id => \"%{[event][uid]}\"",
        "document_id => \"%{[event][id]}\" | ",
        "action => \"create\" | action => \"index\"",
        "data_stream => \"false\" | data_stream => \"true\"",
        "read_committed | read_uncommitted",
        "remove_field => [\"@version\"] | ",
        "[data_stream][dataset] | [datastream][dataset]",
        "logs-%{[event][dataset]}-default | logs-leukocyte-default",
        "manage_template | manage_templates",
        "codec => json { ecs_compatibility => \"disabled\" } | codec => json { }",
        "'[event][ingested]' | '[event][created]'",
        "output { | outputs {",
        "hosts => [ | hosts = [",
        "\"leuko.alerts\" | \"leuko.alert\"",
      })
  void aChangeOfTheLogstashSampleIsFound(String good, String bad) throws Exception {
    String text = logstash();
    assertThat(text).contains(good);
    String mutant = text.replace(good, bad == null ? "" : bad);
    assertThatThrownBy(() -> requireLogstash(mutant))
        .isInstanceOfAny(AssertionError.class, RuntimeException.class);
  }

  private static String connector(String topic) throws Exception {
    return Files.readString(SAMPLES.resolve("connect/leukocyte-" + topic + ".json"));
  }

  private static void requireConnector(Topic topic, String text) throws Exception {
    Map<String, String> config = new TreeMap<>();
    MAPPER
        .readTree(text)
        .path("config")
        .properties()
        .forEach(entry -> config.put(entry.getKey(), entry.getValue().asText()));
    Set<String> own = new HashSet<>(config.keySet());
    own.removeIf(name -> name.startsWith("transforms."));
    assertThat(OF_THE_SINK).containsAll(own);
    assertThat(config)
        .containsEntry("topics", topic.text())
        .containsEntry("consumer.override.isolation.level", "read_committed")
        .containsEntry("behavior.on.null.values", "IGNORE")
        .containsEntry("errors.tolerance", "all")
        .containsEntry("schema.ignore", "true");
    for (byte[] value : records().getOrDefault(topic, List.of())) {
      requireSame(topic, value, OtherWays.byConnect(config, HOST.value().getBytes(UTF_8), value));
    }
  }

  @Test
  void kafkaConnectBringsTheSameDocuments() throws Exception {
    requireConnector(Topic.ALERTS, connector("alerts"));
    requireConnector(Topic.ACTIONS, connector("actions"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"key.ignore\": \"false\" | \"key.ignore\": \"true\"",
        "\"data.stream.timestamp.field\" | \"data.stream.timestamp.fields\"",
        "\"transforms.id.field\": \"id\" | \"transforms.id.field\": \"kind\"",
        "\"transforms.id.field\" | \"transforms.id.fields\"",
        "document,event,id,type | document,event,type",
        "type,dataset,namespace,ingested | type,namespace,ingested",
        "\"schemas.enable\": \"false\" | \"schemas.enable\": \"true\"",
        "\"write.method\": \"INSERT\" | \"write.method\": \"UPSERT\"",
        "\"data.stream.dataset\": \"leukocyte.alerts\" | \"data.stream.dataset\": \"alerts\"",
        "read_committed | read_uncommitted",
        "ingested,instant | ingested",
        "leuko.alerts | leuko.events",
      })
  void aChangeOfTheConnectorIsFound(String good, String bad) throws Exception {
    String text = connector("alerts");
    String from = good.replace("\"schemas.enable\"", "\"value.converter.schemas.enable\"");
    String to = bad.replace("\"schemas.enable\"", "\"value.converter.schemas.enable\"");
    assertThat(text).contains(from);
    assertThatThrownBy(() -> requireConnector(Topic.ALERTS, text.replace(from, to)))
        .isInstanceOfAny(
            AssertionError.class, RuntimeException.class, ReflectiveOperationException.class);
  }

  @Test
  void shippersTakeTheFilesOfTheTailIntoTheSameStreamsUnderTheSameIds() throws Exception {
    Object filebeat = yaml("filebeat/filebeat.yml");
    assertThat(filebeat.toString())
        .contains("/var/log/leuko/alerts.ndjson", "type=filestream", "disable_host=true")
        .contains("overwrite_keys=true", "from=event.id, to=@metadata._id")
        .contains("index=logs-%{[event.dataset]}-default");
    Object vector = yaml("vector/vector.yaml");
    assertThat(vector.toString())
        .contains("/var/log/leuko/alerts.ndjson", "strategy=device_and_inode")
        .contains("action=create, index=logs-{{ event.dataset }}-default", "id_key=_id")
        .contains("._id = .event.id", "except_fields=[_id]");
    String fluent = Files.readString(SAMPLES.resolve("fluent-bit/fluent-bit.conf"));
    assertThat(fluent)
        .containsPattern("Index +" + DataStream.ALERTS.name("default") + "\n")
        .containsPattern("Id_Key +\\$event\\['id']\n")
        .containsPattern("Write_Operation +create\n")
        .containsPattern("Time_Key +@timestamp\n");
  }

  private static Object yaml(String name) throws Exception {
    return new Load(LoadSettings.builder().setLabel(name).build())
        .loadFromString(Files.readString(SAMPLES.resolve(name)));
  }
}
