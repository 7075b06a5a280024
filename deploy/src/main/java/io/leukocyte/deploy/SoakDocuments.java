package io.leukocyte.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An Elasticsearch of a bench's own, and the documents that came to it. */
final class SoakDocuments implements AutoCloseable {
  private static final int PAGE = 5_000;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final EmbeddedElasticsearch node;
  private final HttpClient http = HttpClient.newHttpClient();

  private SoakDocuments(EmbeddedElasticsearch node) {
    this.node = node;
  }

  /**
   * Starts the node.
   *
   * @param kafka whose folder takes its data
   * @param shortLived whether it will end soon
   * @throws EnvironmentException when it cannot run here; it says why
   */
  static SoakDocuments start(BenchKafka kafka, boolean shortLived)
      throws IOException, InterruptedException {
    BenchNeed.ELASTICSEARCH.require();
    Files.setPosixFilePermissions(
        kafka.folder(), PosixFilePermissions.fromString("rwx--x--x")); // the node's user enters
    EmbeddedElasticsearch node =
        EmbeddedElasticsearch.create(
            kafka.folder().resolve("node"),
            EmbeddedElasticsearch.Settings.defaults()
                .withPort(LoopbackPorts.free())
                .withAccess(Access.OPEN)
                .withShortLife(shortLived));
    try {
      node.start();
      return new SoakDocuments(node);
    } catch (RuntimeException | InterruptedException e) {
      node.close();
      throw e;
    }
  }

  /** Where it listens. */
  String url() {
    return node.connection().url().toString();
  }

  /** The ids of all alerts, as often as they are there. */
  List<String> alerts() throws IOException, InterruptedException {
    return all("alerts", MAPPER.createObjectNode().set("match_all", object()), "event", "id");
  }

  /** The lines of a container, as often as they are there. */
  List<String> lines(ContainerId container) throws IOException, InterruptedException {
    ObjectNode term = object().put("container.id", container.value());
    return all("container", MAPPER.createObjectNode().set("term", term), "message");
  }

  private static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** One field of all documents that a query finds, page by page. */
  private List<String> all(String stream, JsonNode query, String... field)
      throws IOException, InterruptedException {
    String index = "/logs-leukocyte." + stream + "-default";
    List<String> found = new ArrayList<>();
    if (post(index + "/_refresh", "").statusCode() == 404) {
      return found; // nothing came yet
    }
    ObjectNode search = object().put("size", PAGE);
    search.set("query", query);
    search.putArray("sort").add("event.id");
    @Nullable JsonNode last = null;
    do {
      if (last != null) {
        search.set("search_after", last.path("sort"));
      }
      HttpResponse<String> answer = post(index + "/_search", search.toString());
      if (answer.statusCode() != 200) {
        throw new IOException("Elasticsearch does not search: " + answer.body());
      }
      last = null;
      for (JsonNode hit : MAPPER.readTree(answer.body()).at("/hits/hits")) {
        JsonNode value = hit.path("_source");
        for (String name : field) {
          value = value.path(name);
        }
        found.add(value.asText());
        last = hit;
      }
    } while (last != null);
    return found;
  }

  private HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url() + path))
            .timeout(PATIENCE)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Override
  public void close() {
    http.close();
    node.close();
  }
}
