package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the installer asks of a node that has all of Elastic's modules. */
class TemplateInstallerTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** A node that keeps what is put, and answers as Elasticsearch's documentation has it. */
  private final Map<String, JsonNode> kept = new ConcurrentHashMap<>();

  private final List<String> writes = new CopyOnWriteArrayList<>();
  private String modules = "data-streams x-pack-ilm mapper-extras wildcard constant-keyword";
  private boolean readOnly;
  private HttpServer node;
  private ElasticsearchConnection connection;

  @BeforeEach
  void startNode() throws IOException {
    node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    node.createContext("/", this::answer);
    node.start();
    String url = "http://127.0.0.1:" + node.getAddress().getPort();
    connection =
        ElasticsearchConnection.open(
            IndexerSettings.from(
                Config.load(null, Map.of("LEUKO_ELASTICSEARCH_URL", url), IndexerSettings.KEYS)));
  }

  @AfterEach
  void stopNode() {
    connection.close();
    node.stop(0);
  }

  private TemplateInstaller installer(Keeping keeping) {
    return new TemplateInstaller(
        connection.rest(), "prod", keeping, IndexerSettings.Templating.INSTALL);
  }

  private CheckResult install(Keeping keeping) throws IOException {
    writes.clear();
    TemplateInstaller installer = installer(keeping);
    installer.install();
    return installer.state();
  }

  private static Keeping days(Keeping.Lifecycle lifecycle, int days) {
    return new Keeping(
        lifecycle, Duration.ofDays(days), Map.of("alerts", Duration.ofDays(2L * days)));
  }

  @Test
  void lifecycleOfDataStreamsKeepsEachKindItsTime() throws IOException {
    assertThat(install(days(Keeping.Lifecycle.DATA_STREAM, 60)))
        .isEqualTo(
            new CheckResult.Ok(
                "templates", "version " + TemplateInstaller.VERSION + " is installed"));

    assertThat(retention("logs-leukocyte.alerts")).isEqualTo("120d");
    assertThat(retention("logs-leukocyte.actions")).isEqualTo("60d");
    assertThat(retention("logs-leukocyte.events")).isEqualTo("7d");
    assertThat(retention("metrics-leukocyte.sensor")).isEqualTo("30d");
    assertThat(template("leukocyte-incidents").at("/template/lifecycle").isMissingNode()).isTrue();
    assertThat(template("leukocyte-incidents").has("data_stream")).isFalse();
    assertThat(kept.keySet()).noneMatch(path -> path.contains("_ilm"));
    assertThat(template("logs-leukocyte.alerts").path("composed_of").toString())
        .isEqualTo("[\"leukocyte-ecs\",\"leukocyte-own\",\"leukocyte@custom\"]");
    assertThat(template("logs-leukocyte.alerts").at("/ignore_missing_component_templates/0"))
        .hasToString("\"leukocyte@custom\"");
  }

  @Test
  void sameIsNotWrittenAgainAndAnotherTimeIsAlsoForStreamsThatAreThere() throws IOException {
    install(days(Keeping.Lifecycle.DATA_STREAM, 60));
    assertThat(writes).hasSize(2 + DataStream.values().length);
    install(days(Keeping.Lifecycle.DATA_STREAM, 60));
    assertThat(writes).isEmpty();

    kept.put("/logs-leukocyte.alerts-prod/_mapping", mapping(TemplateInstaller.VERSION));
    install(days(Keeping.Lifecycle.DATA_STREAM, 50));

    assertThat(retention("logs-leukocyte.alerts")).isEqualTo("100d");
    assertThat(writes)
        .containsExactlyInAnyOrder(
            "PUT /_index_template/logs-leukocyte.alerts",
            "PUT /_index_template/logs-leukocyte.actions",
            "PUT /_index_template/logs-leukocyte.container",
            "PUT /_data_stream/logs-leukocyte.alerts-prod/_lifecycle");
    assertThat(put("/_data_stream/logs-leukocyte.alerts-prod/_lifecycle"))
        .hasToString("{\"data_retention\":\"100d\"}");
  }

  @Test
  void policiesOfIndexLifecycleManagementAreInstalledBeforeTheirTemplates() throws IOException {
    install(days(Keeping.Lifecycle.ILM, 60));

    JsonNode policy = put("/_ilm/policy/leukocyte-alerts").path("policy");
    assertThat(policy.at("/phases/delete/min_age").asText()).isEqualTo("120d");
    assertThat(policy.at("/phases/delete/actions/delete").isObject()).isTrue();
    assertThat(policy.at("/phases/hot/actions/rollover/max_age").asText()).isEqualTo("12d");
    assertThat(put("/_ilm/policy/leukocyte-sensor").at("/policy/phases/delete/min_age"))
        .hasToString("\"30d\"");
    assertThat(template("logs-leukocyte.alerts").at("/template/settings/index.lifecycle.name"))
        .hasToString("\"leukocyte-alerts\"");
    assertThat(template("logs-leukocyte.alerts").at("/template/lifecycle").isMissingNode())
        .isTrue();
    assertThat(writes.indexOf("PUT /_ilm/policy/leukocyte-alerts"))
        .isNotNegative()
        .isLessThan(writes.indexOf("PUT /_index_template/logs-leukocyte.alerts"));
    install(days(Keeping.Lifecycle.ILM, 60));
    assertThat(writes).isEmpty();
  }

  @Test
  void newerPolicyIsLeftAloneWithEverythingElse() throws IOException {
    kept.put(
        "/_ilm/policy/leukocyte-alerts",
        MAPPER.readTree("{\"policy\":{\"_meta\":{\"version\":999}}}"));

    assertThat(install(days(Keeping.Lifecycle.ILM, 60))).isInstanceOf(CheckResult.Degraded.class);
    assertThat(writes).isEmpty();
  }

  @Test
  void nodeWithoutTheLifecycleIsNotAskedForItAndThatIsSaid() throws IOException {
    modules = "wildcard";
    assertThat(install(days(Keeping.Lifecycle.DATA_STREAM, 60)))
        .isInstanceOfSatisfying(
            CheckResult.Ok.class, ok -> assertThat(ok.detail()).endsWith("the indexer removes"));
    assertThat(template("logs-leukocyte.alerts").path("template").has("lifecycle")).isFalse();

    assertThat(install(days(Keeping.Lifecycle.ILM, 60)))
        .isInstanceOfSatisfying(
            CheckResult.Degraded.class,
            degraded -> assertThat(degraded.problem()).endsWith("keeps all documents"));
    assertThat(template("logs-leukocyte.alerts").at("/template/settings").toString())
        .doesNotContain("lifecycle");
  }

  @Test
  void onlyWhatIsOlderIsRolledOver() throws IOException {
    kept.put("/logs-leukocyte.alerts-prod/_mapping", mapping(TemplateInstaller.VERSION - 1));
    kept.put("/logs-leukocyte.actions-prod/_mapping", mapping(TemplateInstaller.VERSION));
    kept.put(
        "/logs-leukocyte.container-prod/_mapping",
        mapping(TemplateInstaller.VERSION - 1, TemplateInstaller.VERSION));
    kept.put("/leukocyte-incidents-prod/_mapping", mapping(TemplateInstaller.VERSION - 1));
    install(new Keeping(Keeping.Lifecycle.OFF, Duration.ofDays(90), Map.of()));

    assertThat(writes)
        .filteredOn(write -> !write.contains("_template"))
        .containsExactly(
            "POST /logs-leukocyte.alerts-prod/_rollover",
            "PUT /leukocyte-incidents-prod/_mapping",
            "PUT /leukocyte-incidents-prod/_mapping");
  }

  @Test
  void whoMayNotInstallIsToldWhoMay() throws InterruptedException {
    readOnly = true;
    TemplateInstaller installer = installer(Keeping.of(Duration.ofDays(90)));
    Thread thread = Thread.ofPlatform().start(installer::installWhenReachable);
    while (!(installer.state() instanceof CheckResult.Failed)) {
      Thread.sleep(10);
    }
    installer.stop();
    thread.join();
    assertThat(installer.state())
        .isInstanceOfSatisfying(
            CheckResult.Failed.class,
            failed -> {
              assertThat(failed.problem())
                  .isEqualTo(
                      "they cannot be installed: HTTP/1.1 403 Forbidden to PUT"
                          + " /_component_template/leukocyte-ecs HTTP/1.1");
              assertThat(failed.todo()).contains("leuko index --install-templates", "expect");
            });
  }

  private JsonNode template(String name) {
    return put("/_index_template/" + name);
  }

  private JsonNode put(String path) {
    return Objects.requireNonNull(kept.get(path), path);
  }

  private String retention(String name) {
    return template(name).at("/template/lifecycle/data_retention").asText();
  }

  private static JsonNode mapping(int... versions) throws IOException {
    StringBuilder json = new StringBuilder("{");
    for (int i = 0; i < versions.length; i++) {
      json.append(i == 0 ? "" : ",")
          .append(
              "\"index-%d\":{\"mappings\":{\"_meta\":{\"leukocyte\":%d}}}"
                  .formatted(i, versions[i]));
    }
    return MAPPER.readTree(json.append('}').toString());
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      String body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
      int status = 200;
      String answer = "{\"acknowledged\":true}";
      if (exchange.getRequestMethod().equals("GET")) {
        answer = path.equals("/_nodes/plugins") ? plugins() : there(path);
        status = answer.isEmpty() ? 404 : 200;
      } else if (readOnly) {
        status = 403;
      } else {
        writes.add(exchange.getRequestMethod() + " " + path);
        kept.put(path, body.isEmpty() ? MAPPER.createObjectNode() : MAPPER.readTree(body));
      }
      byte[] bytes = answer.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private String plugins() {
    StringBuilder names = new StringBuilder();
    for (String name : modules.split(" ", -1)) {
      names.append(names.isEmpty() ? "" : ",").append("{\"name\":\"" + name + "\"}");
    }
    return "{\"nodes\":{\"a\":{\"modules\":[" + names + "]}}}";
  }

  private String there(String path) {
    JsonNode body = kept.get(path);
    if (body == null) {
      return "";
    }
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (path.startsWith("/_component_template")) {
      return "{\"component_templates\":[{\"component_template\":" + body + "}]}";
    } else if (path.startsWith("/_index_template")) {
      return "{\"index_templates\":[{\"index_template\":" + body + "}]}";
    } else if (path.startsWith("/_ilm")) {
      return "{\"" + name + "\":" + body + "}";
    }
    return body.toString();
  }
}
