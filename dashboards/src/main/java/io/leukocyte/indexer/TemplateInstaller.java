package io.leukocyte.indexer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.CheckResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;
import org.elasticsearch.client.ResponseException;
import org.elasticsearch.client.RestClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the index templates of the data streams into Elasticsearch, by what the node supports, and
 * brings what is there already up to them: a data stream whose mapping is older is rolled over, an
 * index gets the new fields. Idempotent; where a newer version is there already, nothing is
 * changed.
 */
final class TemplateInstaller {
  /** Grows with each change of a template. */
  static final int VERSION = 4;

  private static final Logger LOG = LoggerFactory.getLogger(TemplateInstaller.class);
  private static final String ASK =
      "let an administrator run 'leuko index --install-templates' and set indexer.templates:"
          + " expect, or give the user the role of docs/elasticsearch.md";
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration MOST_PAUSE = Duration.ofSeconds(5);
  private static final int FORBIDDEN = 403;
  private static final int NOT_FOUND = 404;
  private static final String NAME = "templates";

  private final RestClient rest;
  private final String namespace;
  private final Keeping keeping;
  private final IndexerSettings.Templating templating;
  private final int version;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile boolean lacksLifecycle;
  private volatile CheckResult state =
      new CheckResult.Degraded(NAME, "they are not installed yet", "wait");

  /**
   * An installer for the namespace {@code default}.
   *
   * @param rest connection to the node
   * @param retention how long documents are kept, by data stream lifecycle where the node has it
   */
  TemplateInstaller(RestClient rest, Duration retention) {
    this(rest, "default", Keeping.of(retention), IndexerSettings.Templating.INSTALL);
  }

  /**
   * An installer.
   *
   * @param rest connection to the node
   * @param namespace of the data streams that are brought up to the templates
   * @param keeping how long documents are kept
   * @param templating whether it installs or waits until somebody did
   */
  TemplateInstaller(
      RestClient rest, String namespace, Keeping keeping, IndexerSettings.Templating templating) {
    this(rest, namespace, keeping, templating, VERSION);
  }

  TemplateInstaller(
      RestClient rest,
      String namespace,
      Keeping keeping,
      IndexerSettings.Templating templating,
      int version) {
    this.rest = rest;
    this.namespace = namespace;
    this.keeping = keeping;
    this.templating = templating;
    this.version = version;
  }

  /** What the installation came to. */
  CheckResult state() {
    return state;
  }

  /** Whether the node was asked, and has no lifecycle of data streams although it should. */
  boolean lacksLifecycle() {
    return lacksLifecycle;
  }

  /** Ends the waiting of {@link #installWhenReachable}. */
  void stop() {
    stopped.countDown();
  }

  /** Installs or finds them, and tries again until it worked or {@link #stop} was called. */
  void installWhenReachable() {
    Backoff backoff = new Backoff(MOST_PAUSE);
    String said = "";
    while (stopped.getCount() > 0) {
      try {
        if (isDone()) {
          return;
        }
      } catch (IOException | RuntimeException e) { // the second is what is no HTTP
        ElasticsearchProblem why = ElasticsearchProblem.of(e);
        state =
            new CheckResult.Failed(
                NAME,
                "they cannot be installed: " + why.problem(),
                isRefused(e) ? ASK : why.todo());
      }
      if (state instanceof CheckResult.Failed failed && !failed.todo().equals(said)) {
        LOG.warn(
            "The index templates: {}; {}. Nothing is indexed until then, and nothing is lost",
            failed.problem(),
            failed.todo());
        said = failed.todo();
      }
      sleep(backoff.next());
    }
  }

  private boolean isDone() throws IOException {
    return switch (templating) {
      case INSTALL -> {
        install();
        yield true;
      }
      case EXPECT -> isThere();
    };
  }

  private static boolean isRefused(Exception e) {
    return e instanceof ResponseException answer
        && answer.getResponse().getStatusLine().getStatusCode() == FORBIDDEN;
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

  /** Whether the templates are there, in this version or a newer one. */
  private boolean isThere() throws IOException {
    for (String path : paths()) {
      int found = installed(path).version();
      if (found < version) {
        state =
            new CheckResult.Failed(
                NAME,
                path.substring(path.indexOf('/') + 1)
                    + (found == 0 ? " is not there" : " has version " + found),
                "let an administrator run 'leuko index --install-templates' of this version ("
                    + version
                    + ")");
        return false;
      }
    }
    state = new CheckResult.Ok(NAME, "version " + version + " is there");
    return true;
  }

  private static List<String> paths() {
    List<String> paths = new ArrayList<>();
    paths.add(component(Templates.ECS));
    paths.add(component(Templates.OWN_FIELDS));
    for (DataStream stream : DataStream.values()) {
      paths.add(template(stream));
    }
    return paths;
  }

  private static String component(String name) {
    return "_component_template/" + name;
  }

  private static String template(DataStream stream) {
    return "_index_template/" + stream.template();
  }

  /**
   * Installs each template unless the node has the same, or any of them in a newer version; then
   * brings up to them what is there of the namespace.
   *
   * @throws IOException when the node is away or refuses
   */
  void install() throws IOException {
    Set<String> modules = modules();
    lacksLifecycle =
        keeping.lifecycle() == Keeping.Lifecycle.DATA_STREAM
            && !modules.contains(Templates.DATA_STREAMS);
    Map<String, ObjectNode> wanted = wanted(modules);
    Map<String, Installed> there = new LinkedHashMap<>();
    for (String path : wanted.keySet()) {
      there.put(path, installed(path));
    }
    int newest = there.values().stream().mapToInt(Installed::version).max().orElse(0);
    if (newest > version) {
      leaveAlone(newest);
      return;
    }
    for (Map.Entry<String, ObjectNode> template : wanted.entrySet()) {
      if (!hash(template.getValue()).equals(hash(there, template.getKey()))) {
        put(template.getKey(), template.getValue());
      }
    }
    for (DataStream stream : DataStream.values()) {
      bringUp(stream, modules);
    }
    state = installed(modules);
  }

  private void leaveAlone(int newest) {
    String problem =
        "version " + newest + " is there, newer than this indexer's " + version + ": left alone";
    LOG.warn("Index templates: {}", problem);
    state =
        new CheckResult.Degraded(
            NAME, problem, "upgrade this indexer; until then it writes by the newer templates");
  }

  private CheckResult installed(Set<String> modules) {
    String done = "version " + version + " is installed";
    return switch (keeping.lifecycle()) {
      case OFF -> new CheckResult.Ok(NAME, done);
      case DATA_STREAM ->
          new CheckResult.Ok(
              NAME,
              lacksLifecycle
                  ? done + "; this node has no lifecycle of data streams: the indexer removes"
                  : done);
      case ILM ->
          modules.contains(Templates.ILM)
              ? new CheckResult.Ok(NAME, done)
              : new CheckResult.Degraded(
                  NAME,
                  done + "; this node has no index lifecycle management and keeps all documents",
                  "set indexer.lifecycle to data-stream");
    };
  }

  /** Everything to be installed, what others are composed of first. */
  private Map<String, ObjectNode> wanted(Set<String> modules) {
    Map<String, ObjectNode> wanted = new LinkedHashMap<>();
    if (keeping.lifecycle() == Keeping.Lifecycle.ILM && modules.contains(Templates.ILM)) {
      for (DataStream stream : DataStream.streams()) {
        ObjectNode policy = Templates.policy(keeping.of(stream), version);
        wanted.put("_ilm/policy/" + Templates.policy(stream), stamped(policy));
      }
    }
    wanted.put(component(Templates.ECS), stamped(Templates.ecs(modules, version)));
    wanted.put(component(Templates.OWN_FIELDS), stamped(Templates.own(version)));
    for (DataStream stream : DataStream.values()) {
      wanted.put(template(stream), stamped(Templates.index(stream, modules, keeping, version)));
    }
    return wanted;
  }

  /** The body with its own hash in it: settings change a template without a new version. */
  private static ObjectNode stamped(ObjectNode body) {
    ObjectNode meta = meta(body);
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(body.toString().getBytes(StandardCharsets.UTF_8));
      meta.put("hash", HexFormat.of().formatHex(hash, 0, 8));
      return body;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JVM has SHA-256", e);
    }
  }

  private static ObjectNode meta(ObjectNode body) {
    return body.has("policy") ? body.withObject("/policy/_meta") : body.withObject("/_meta");
  }

  private static String hash(ObjectNode body) {
    return meta(body).path("hash").asText();
  }

  private static @Nullable String hash(Map<String, Installed> there, String path) {
    Installed installed = there.get(path);
    return installed == null ? null : installed.hash();
  }

  /**
   * What is there.
   *
   * @param version 0 when there is none
   * @param hash of its body, empty where none was kept
   */
  private record Installed(int version, String hash) {
    static final Installed NONE = new Installed(0, "");
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
    Request request = new Request("PUT", "/" + path);
    request.setJsonEntity(MAPPER.writeValueAsString(body));
    rest.performRequest(request);
    LOG.info("{}: version {} is installed", path, version);
  }

  private Installed installed(String path) throws IOException {
    JsonNode answer = find(path);
    if (answer == null) {
      return Installed.NONE;
    }
    JsonNode body;
    if (path.startsWith("_ilm/")) {
      body = answer.path(path.substring(path.lastIndexOf('/') + 1)).path("policy");
    } else {
      String list = path.startsWith("_component") ? "component_template" : "index_template";
      body = answer.path(list + "s").path(0).path(list);
    }
    JsonNode meta = body.path("_meta");
    int found = body.path("version").asInt(meta.path("version").asInt(0));
    return new Installed(found, meta.path("hash").asText(""));
  }

  private @Nullable JsonNode find(String path) throws IOException {
    try {
      return get(path);
    } catch (ResponseException e) {
      if (e.getResponse().getStatusLine().getStatusCode() == NOT_FOUND) {
        return null;
      }
      throw e;
    }
  }

  private JsonNode get(String path) throws IOException {
    Response response = rest.performRequest(new Request("GET", "/" + path));
    return MAPPER.readTree(EntityUtils.toString(response.getEntity()));
  }

  /** Brings what is there of a stream up to its template. */
  private void bringUp(DataStream stream, Set<String> modules) throws IOException {
    String name = stream.name(namespace);
    JsonNode mappings = find(name + "/_mapping?filter_path=*.mappings._meta");
    if (mappings == null) {
      return;
    }
    if (youngest(mappings) < version) {
      if (stream.isLatest()) {
        addFields(name, modules);
      } else {
        rest.performRequest(new Request("POST", "/" + name + "/_rollover"));
        LOG.info("{}: rolled over, for its mapping was older than version {}", name, version);
      }
    }
    if (!stream.isLatest()
        && keeping.lifecycle() == Keeping.Lifecycle.DATA_STREAM
        && modules.contains(Templates.DATA_STREAMS)) {
      // A template gives its lifecycle only to what is made by it.
      Request request = new Request("PUT", "/_data_stream/" + name + "/_lifecycle");
      request.setJsonEntity("{\"data_retention\":\"" + Templates.time(keeping.of(stream)) + "\"}");
      rest.performRequest(request);
    }
  }

  /** The highest version that a mapping of the stream's indices comes from. */
  private static int youngest(JsonNode mappings) {
    int youngest = 0;
    for (JsonNode index : mappings) {
      youngest = Math.max(youngest, index.at("/mappings/_meta/" + Templates.VERSION).asInt(0));
    }
    return youngest;
  }

  private void addFields(String name, Set<String> modules) throws IOException {
    for (ObjectNode component : List.of(Templates.ecs(modules, version), Templates.own(version))) {
      Request request = new Request("PUT", "/" + name + "/_mapping");
      ObjectNode mappings = component.withObject("/template/mappings");
      mappings.putObject("_meta").put(Templates.VERSION, version);
      request.setJsonEntity(MAPPER.writeValueAsString(mappings));
      rest.performRequest(request);
    }
    LOG.info("{}: got the fields of version {}", name, version);
  }
}
