package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.CheckResult;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the index templates of the data streams into Elasticsearch, by what the node supports.
 * Idempotent; a newer version that is there already is left alone.
 */
final class TemplateInstaller {
  /** Grows with each change of a template. */
  static final int VERSION = 4;

  private static final Logger LOG = LoggerFactory.getLogger(TemplateInstaller.class);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration MOST_PAUSE = Duration.ofSeconds(5);

  private final RestClient rest;
  private final Duration retention;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile CheckResult state =
      new CheckResult.Degraded("templates", "they are not installed yet", "wait");

  /**
   * An installer.
   *
   * @param rest connection to the node
   * @param retention how long documents are kept, by data stream lifecycle where the node has it
   */
  TemplateInstaller(RestClient rest, Duration retention) {
    this.rest = rest;
    this.retention = retention;
  }

  /** What the installation came to. */
  CheckResult state() {
    return state;
  }

  /** Ends the waiting of {@link #installWhenReachable}. */
  void stop() {
    stopped.countDown();
  }

  /** Installs, and tries again until it worked or {@link #stop} was called. */
  void installWhenReachable() {
    Backoff backoff = new Backoff(MOST_PAUSE);
    boolean said = false;
    while (stopped.getCount() > 0) {
      try {
        install();
        return;
      } catch (IOException e) {
        String problem = "the templates cannot be installed: " + e.getMessage();
        state =
            new CheckResult.Failed(
                "templates", problem, "check elasticsearch.url, credentials and the node");
        if (!said) {
          LOG.warn("{}; nothing is indexed until they are, and nothing is lost", problem);
          said = true;
        }
      }
      sleep(backoff.next());
    }
  }

  private void sleep(Duration time) {
    try {
      if (stopped.await(time.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.debug("Stopped before the templates were installed");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stopped.countDown();
    }
  }

  /**
   * Installs each template unless the node has the same or a newer version.
   *
   * @throws IOException when the node is away or refuses
   */
  void install() throws IOException {
    Set<String> modules = modules();
    put("_component_template/leukocyte-ecs", Templates.ecs(modules, VERSION));
    put("_component_template/leukocyte-own", Templates.own(VERSION));
    for (DataStream stream : DataStream.values()) {
      put(
          "_index_template/logs-" + stream.dataset(),
          Templates.index(stream, modules, retention, VERSION));
    }
    state = new CheckResult.Ok("templates", "version " + VERSION + " is installed");
  }

  private Set<String> modules() throws IOException {
    JsonNode nodes = get("_nodes/plugins?filter_path=nodes.*.modules.name").path("nodes");
    Set<String> names = new HashSet<>();
    for (JsonNode node : nodes) {
      for (JsonNode module : node.path("modules")) {
        names.add(module.path("name").asText().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  private void put(String path, ObjectNode body) throws IOException {
    int installed = installedVersion(path);
    if (installed >= VERSION) {
      if (installed > VERSION) {
        LOG.warn("{} has version {}, newer than {}: it is left alone", path, installed, VERSION);
      }
      return;
    }
    Request request = new Request("PUT", "/" + path);
    request.setJsonEntity(MAPPER.writeValueAsString(body));
    rest.performRequest(request);
  }

  private int installedVersion(String path) throws IOException {
    try {
      JsonNode answer = get(path);
      String list = path.startsWith("_component") ? "component_template" : "index_template";
      return answer.path(list + "s").path(0).path(list).path("version").asInt(0);
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() == 404) {
        return 0;
      }
      throw e;
    }
  }

  private JsonNode get(String path) throws IOException {
    Response response = rest.performRequest(new Request("GET", "/" + path));
    return MAPPER.readTree(EntityUtils.toString(response.getEntity()));
  }
}
