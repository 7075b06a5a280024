package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.HostPort;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedElasticsearchIT {
  private static final String DOCUMENT = "/notes/_doc/1";

  @TempDir(cleanup = CleanupMode.ALWAYS)
  Path temporary;

  private final EmbeddedElasticsearch.Settings settings =
      EmbeddedElasticsearch.Settings.defaults().withPort(LoopbackPorts.free()).withShortLife(true);
  private final HttpClient client = HttpClient.newHttpClient();
  private Path data = Path.of("");

  @BeforeEach
  void letOthersThrough() throws IOException {
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    data = temporary.resolve("data");
  }

  @AfterEach
  void closeClient() {
    client.close();
  }

  @Test
  void documentsAreThereAfterARestartAndTheNodeEndsWithItsParent() throws Exception {
    try (EmbeddedElasticsearch elasticsearch = EmbeddedElasticsearch.create(data, settings)) {
      elasticsearch.start();
      EmbeddedElasticsearch.Connection connection = elasticsearch.connection();
      assertThat(put(connection, DOCUMENT, "{\"text\":\"kept\"}")).isEqualTo(201);
      assertThat(get(connection.url(), Optional.empty()).statusCode()).isEqualTo(401);
      assertThat(elasticsearch.problem()).isEmpty();
      assertThat(templates(connection, connection.login().orElseThrow().password()))
          .isInstanceOf(CheckResult.Ok.class);
      assertThat(templates(connection, "wrong"))
          .isInstanceOfSatisfying(
              CheckResult.Failed.class,
              failed -> {
                assertThat(failed.problem()).contains("401: security_exception", "elastic");
                assertThat(failed.todo()).startsWith("check elasticsearch.username and password");
              });
      assertThat(nodeUser()).isEqualTo(expectedUser());
    }
    assertThat(PortOwner.of(settings.port())).isEmpty();

    Process holder = hold();
    try (BufferedReader output = holder.inputReader()) {
      assertThat(output.readLine()).isEqualTo("started");
      EmbeddedElasticsearch.Connection connection =
          EmbeddedElasticsearch.connection(data).orElseThrow();
      assertThat(get(connection.url(), connection.login()).body()).contains("kept");
      assertThat(nodes()).isNotEmpty();
    } finally {
      holder.destroyForcibly();
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> PortOwner.of(settings.port()).isEmpty() && nodes().isEmpty());
  }

  @Test
  void takenPortIsAnErrorBeforeAnythingIsWritten() throws IOException {
    try (ServerSocket taken =
            new ServerSocket(settings.port(), 1, InetAddress.ofLiteral("127.0.0.1"));
        EmbeddedElasticsearch elasticsearch = EmbeddedElasticsearch.create(data, settings)) {
      assertThatThrownBy(elasticsearch::start)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("Cannot start Elasticsearch on 127.0.0.1:" + taken.getLocalPort())
          .hasMessageContaining("pid " + ProcessHandle.current().pid());
      assertThat(data).doesNotExist();
    }
  }

  @Test
  void missingArchiveNamesTheCommandThatFetchesIt() {
    var nothing =
        new EmbeddedElasticsearch.Settings(settings.port(), Access.OPEN, 512, temporary, true);
    try (EmbeddedElasticsearch elasticsearch = EmbeddedElasticsearch.create(data, nothing)) {
      assertThatThrownBy(elasticsearch::start)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("no elasticsearch-*.zip in " + temporary)
          .hasMessageContaining("./mvnw package");
    }
  }

  /** What an indexer says of its templates once it has tried to install them. */
  private static CheckResult templates(
      EmbeddedElasticsearch.Connection connection, String password) {
    IndexerSettings settings =
        new IndexerSettings(
            List.of(connection.url().toString()),
            connection.login().map(EmbeddedElasticsearch.Login::user),
            Optional.of(password),
            Optional.empty(),
            Optional.empty(),
            "default",
            Duration.ofDays(30),
            1 << 20,
            true);
    KafkaSettings nowhere = KafkaSettings.plain(new HostPort("127.0.0.1", LoopbackPorts.free()));
    try (Indexer indexer = new Indexer(settings, nowhere, new SimpleMeterRegistry())) {
      indexer.start();
      return await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> indexer.check().getFirst(),
              templates -> !(templates instanceof CheckResult.Degraded));
    }
  }

  private Process hold() throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--class-path",
            System.getProperty("java.class.path"),
            ElasticsearchHolder.class.getName(),
            data.toString(),
            Integer.toString(settings.port()),
            settings.distribution().toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  /** The processes of this test's node, the launcher and the server. */
  private List<ProcessHandle> nodes() {
    return ProcessHandle.allProcesses()
        .filter(process ->
            process
                .info()
                .commandLine()
                .filter(line -> line.contains("-Des.path.conf=" + data))
                .isPresent())
        .toList();
  }

  private int nodeUser() throws IOException {
    return PortOwner.of(settings.port()).orElseThrow().uid();
  }

  private int expectedUser() throws IOException {
    return switch (ServiceUser.current()) {
      case ServiceUser.Other(int uid) -> uid;
      case ServiceUser.Self _ -> (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    };
  }

  private int put(EmbeddedElasticsearch.Connection connection, String path, String body)
      throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(connection.url().resolve(path))
            .header("Authorization", connection.login().orElseThrow().header())
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body))
            .build();
    return client.send(request, BodyHandlers.discarding()).statusCode();
  }

  private HttpResponse<String> get(URI url, Optional<EmbeddedElasticsearch.Login> login)
      throws Exception {
    HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(DOCUMENT));
    login.ifPresent(known -> request.header("Authorization", known.header()));
    return client.send(request.build(), BodyHandlers.ofString());
  }
}
