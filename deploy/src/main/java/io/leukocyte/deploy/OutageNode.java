package io.leukocyte.deploy;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** An Elasticsearch of its own, to which things happen. */
final class OutageNode implements AutoCloseable {
  /** The last parts of the data streams' names. */
  static final List<String> DATASETS = List.of("alerts", "actions", "container");

  private static final String SETTINGS = "/_cluster/settings";
  private static final String WATERMARKS =
      """
      {"persistent":{
        "cluster.routing.allocation.disk.watermark.low":%1$s,
        "cluster.routing.allocation.disk.watermark.high":%2$s,
        "cluster.routing.allocation.disk.watermark.flood_stage":%3$s}}
      """;
  private static final String BLOCK = "{\"index.blocks.read_only_allow_delete\":%s}";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Path folder;
  private final EmbeddedElasticsearch.Settings settings;
  private final HttpClient http = HttpClient.newHttpClient();
  private EmbeddedElasticsearch node;

  private OutageNode(Path folder, EmbeddedElasticsearch.Settings settings) {
    this.folder = folder;
    this.settings = settings;
    this.node = EmbeddedElasticsearch.create(folder, settings);
  }

  /**
   * Starts it.
   *
   * @param parent a folder that takes its data, and whose permissions are widened for its user
   */
  static OutageNode start(Path parent, boolean shortLived)
      throws IOException, InterruptedException {
    Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwx--x--x"));
    OutageNode made =
        new OutageNode(
            parent.resolve("node"),
            EmbeddedElasticsearch.Settings.defaults()
                .withPort(LoopbackPorts.free())
                .withAccess(Access.OPEN)
                .withShortLife(shortLived));
    try {
      made.node.start();
      return made;
    } catch (RuntimeException | InterruptedException e) {
      made.close();
      throw e;
    }
  }

  int port() {
    return settings.port();
  }

  String url() {
    return "http://127.0.0.1:" + settings.port();
  }

  /** SIGKILL; started again, it answers when this returns. */
  void killAndStart() throws IOException, InterruptedException {
    node.kill();
    node.close();
    node = EmbeddedElasticsearch.create(folder, settings);
    node.start();
  }

  /** SIGSTOP, and SIGCONT after a time. */
  void freeze(Duration time) throws IOException, InterruptedException {
    node.freeze();
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
    node.thaw();
  }

  /**
   * For a time its disk is above the flood-stage watermark, and no index takes documents. The block
   * is there at once, where the node itself would look twice a minute.
   */
  void fill(Duration time) throws IOException, InterruptedException {
    put(SETTINGS, WATERMARKS.formatted("\"900000gb\"", "\"800000gb\"", "\"700000gb\""));
    put("/logs-leukocyte.*/_settings", BLOCK.formatted("true"));
    TimeUnit.NANOSECONDS.sleep(time.toNanos());
    put(SETTINGS, WATERMARKS.formatted("null", "null", "null"));
    put("/logs-leukocyte.*/_settings", BLOCK.formatted("null"));
  }

  private void put(String path, String body) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 200) {
      throw new IOException("Elasticsearch does not take " + path + ": " + answer.body());
    }
  }

  @Override
  public void close() {
    http.close();
    node.close();
  }
}
