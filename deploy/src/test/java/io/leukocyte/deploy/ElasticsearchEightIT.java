package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.indexer.StoreContract;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The contract with Elasticsearch 8.19, and what each of the documented roles may do there. */
class ElasticsearchEightIT extends StoreContract {
  private static final Path DOCUMENT = Path.of("../docs/elasticsearch.md");
  private static final Pattern ROLE =
      Pattern.compile("### Role `(\\w+)`.*?```json\n(.*?)```", Pattern.DOTALL);
  private static final String PASSWORD = "a-password-of-the-test";
  private static final String ALERTS = "logs-leukocyte.alerts-roles";
  private static final String INCIDENTS = "leukocyte-incidents-roles";
  private static final String ALERT =
      "{\"@timestamp\":\"2026-11-28T10:00:00Z\",\"event\":{\"id\":\"a\",\"kind\":\"alert\"}}";

  private static final String SETTING = "{\"persistent\":{\"cluster.max_shards_per_node\":500}}";

  @TempDir static Path temporary;
  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static EmbeddedElasticsearch elasticsearch;

  @BeforeAll
  static void start() throws Exception {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    EmbeddedElasticsearch.Settings settings =
        EmbeddedElasticsearch.Settings.defaults()
            .withPort(LoopbackPorts.free())
            .withShortLife(true);
    Path node = temporary.resolve("node");
    FileRealm.write(node.resolve("elasticsearch/config"), roles(), PASSWORD);
    elasticsearch = EmbeddedElasticsearch.create(node, settings);
    elasticsearch.start();
  }

  @AfterAll
  static void stop() {
    elasticsearch.close();
    HTTP.close();
  }

  /** The roles of the documentation, as they stand there. */
  private static Map<String, String> roles() throws IOException {
    Map<String, String> roles = new TreeMap<>();
    Matcher found = ROLE.matcher(Files.readString(DOCUMENT));
    while (found.find()) {
      roles.put(found.group(1), found.group(2));
    }
    assertThat(roles)
        .containsOnlyKeys("leukocyte_installer", "leukocyte_indexer", "leukocyte_reader");
    return roles;
  }

  @Override
  protected IndexerSettings administrator() {
    EmbeddedElasticsearch.Login login = elasticsearch.connection().login().orElseThrow();
    return settings(login.user(), login.password());
  }

  private static IndexerSettings settings(String user, String password) {
    return new IndexerSettings(
        List.of(elasticsearch.connection().url().toString()),
        Optional.of(user),
        Optional.of(password),
        Optional.empty(),
        Optional.empty(),
        "default",
        Duration.ofDays(90),
        1 << 20,
        true);
  }

  @Test
  void eachRoleDoesItsWorkAndNothingElse() throws Exception {
    installsUpgradesAndWrites(
        settings("leukocyte_installer", PASSWORD), settings("leukocyte_indexer", PASSWORD));
    ask("elastic", "PUT", "/foreign/_doc/1?refresh=true", "{\"a\":1}", 201);
    ask("elastic", "PUT", "/" + ALERTS + "/_create/0?refresh=true", ALERT, 201);

    String indexer = "leukocyte_indexer";
    ask(indexer, "PUT", "/" + ALERTS + "/_create/1", ALERT, 201);
    ask(indexer, "PUT", "/" + ALERTS + "/_create/1", ALERT, 409);
    ask(indexer, "PUT", "/" + INCIDENTS + "/_doc/1?version=2&version_type=external", ALERT, 201);
    ask(indexer, "PUT", "/" + INCIDENTS + "/_doc/1?version=3&version_type=external", ALERT, 200);
    ask(indexer, "GET", "/" + ALERTS + "/_search", "", 200); // whether a document is there already
    forbidden(indexer, "POST", "/" + ALERTS + "/_update/0", "{\"doc\":{}}");
    forbidden(indexer, "DELETE", "/" + ALERTS, "");
    forbidden(indexer, "GET", "/" + INCIDENTS + "/_doc/1", "");
    forbidden(indexer, "DELETE", "/" + INCIDENTS + "/_doc/1", "");
    forbidden(indexer, "DELETE", "/" + INCIDENTS, "");
    forbidden(indexer, "POST", "/" + ALERTS + "/_rollover", "");
    forbidden(indexer, "GET", "/foreign/_search", "");
    forbidden(indexer, "PUT", "/foreign/_doc/2", "{}");
    forbidden(indexer, "PUT", "/logs-other-default/_create/1", ALERT);
    forbidden(indexer, "DELETE", "/_index_template/logs-leukocyte.alerts", "");
    forbidden(indexer, "PUT", "/_security/role/mine", "{\"cluster\":[\"all\"]}");
    forbidden(indexer, "PUT", "/_cluster/settings", SETTING);

    String installer = "leukocyte_installer";
    forbidden(installer, "GET", "/" + ALERTS + "/_search", "");
    forbidden(installer, "PUT", "/" + ALERTS + "/_create/2", ALERT);
    forbidden(installer, "DELETE", "/foreign", "");
    forbidden(installer, "PUT", "/_security/role/mine", "{\"cluster\":[\"all\"]}");

    String reader = "leukocyte_reader";
    ask(reader, "GET", "/logs-leukocyte.*,leukocyte-*/_search?q=event.id:a", "", 200);
    forbidden(reader, "PUT", "/" + ALERTS + "/_create/3", ALERT);
    forbidden(reader, "DELETE", "/" + INCIDENTS, "");
    forbidden(reader, "GET", "/foreign/_search", "");
    forbidden(reader, "GET", "/_nodes/plugins", "");
  }

  private static void forbidden(String user, String method, String path, String body)
      throws Exception {
    ask(user, method, path, body, 403);
  }

  private static void ask(String user, String method, String path, String body, int status)
      throws Exception {
    EmbeddedElasticsearch.Login login =
        user.equals("elastic")
            ? elasticsearch.connection().login().orElseThrow()
            : new EmbeddedElasticsearch.Login(user, PASSWORD);
    HttpRequest request =
        HttpRequest.newBuilder(elasticsearch.connection().url().resolve(path))
            .header("Authorization", login.header())
            .header("Content-Type", "application/json")
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
            .build();
    var answer = HTTP.send(request, BodyHandlers.ofString());
    assertThat(answer.statusCode())
        .as("%s %s by %s: %s", method, path, user, answer.body())
        .isEqualTo(status);
  }
}
