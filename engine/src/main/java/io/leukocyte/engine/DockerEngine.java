package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Docker, or what speaks its API. */
public final class DockerEngine implements Engine {
  private static final Logger LOG = LoggerFactory.getLogger(DockerEngine.class);
  private static final Pattern NAME = Pattern.compile("/?[a-zA-Z0-9][a-zA-Z0-9_.-]*");
  private static final Pattern SIGNAL = Pattern.compile("[A-Za-z0-9+-]{1,16}");

  private final EngineOptions options;
  private final DockerHttp http;
  private final DockerFiles files;
  private final DockerMaker maker;
  private final Set<Subscription> open = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService flusher;
  private volatile String rootDir = "";

  /** Does no I/O yet. */
  public DockerEngine(EngineOptions options) {
    this.options = options;
    http = new DockerHttp(options);
    files = new DockerFiles(http, options.deadline());
    maker = new DockerMaker(http, files, options.endTime());
    flusher =
        Executors.newSingleThreadScheduledExecutor(task -> {
          Thread thread = new Thread(task, "engine-flush");
          thread.setDaemon(true);
          return thread;
        });
    long pause = Math.max(1, options.lineTimeout().toMillis() / 4);
    var _ = flusher.scheduleWithFixedDelay(this::flushIdle, pause, pause, TimeUnit.MILLISECONDS);
  }

  @Override
  public EngineInfo info() {
    String what = "ask the engine what it is";
    JsonNode version = http.object(what, "/version");
    return http.understand(
        what, http.object(what, "/info"), info -> DockerFacts.info(version, info, http.version()));
  }

  @Override
  public void ping() {
    http.ping();
  }

  @Override
  public List<ContainerSummary> list() {
    return summaries("/containers/json?all=1");
  }

  @Override
  public List<ContainerSummary> running() {
    return switch (http.product()) {
      case DOCKER -> summaries("/containers/json");
      // Without asking for all it leaves out those that are paused.
      case PODMAN ->
          list().stream().filter(s -> !hasEnded(s.state()) && !s.state().isEmpty()).toList();
    };
  }

  private List<ContainerSummary> summaries(String path) {
    List<ContainerSummary> summaries = new ArrayList<>();
    String what = "list the containers";
    boolean podman = http.product() == Product.PODMAN;
    for (JsonNode line : http.list(what, path)) {
      JsonNode said = podman ? PodmanAnswers.summary(line) : line;
      summaries.add(http.understand(what, said, DockerFacts::summary));
    }
    return summaries;
  }

  @Override
  public Optional<ContainerFacts> inspect(ContainerId container) {
    try {
      long now = LogTime.nanos(Instant.now());
      return Optional.of(
          http.understand(
              DockerHttp.inspecting(container),
              http.inspect(container),
              inspect -> DockerFacts.facts(inspect, now)));
    } catch (EngineException.NotFound e) {
      return Optional.empty();
    }
  }

  @Override
  public Optional<ContainerId> resolve(String nameOrIdPrefix) {
    if (!NAME.matcher(nameOrIdPrefix).matches()) {
      return Optional.empty();
    }
    String name = DockerEvents.name(nameOrIdPrefix);
    try {
      String what = "look for container '" + name + "'";
      JsonNode found = http.object(what, "/containers/" + name + "/json");
      return Optional.of(
          http.understand(what, found, f -> new ContainerId(f.path("Id").asText(""))));
    } catch (EngineException.NotFound e) {
      return Optional.empty();
    } catch (EngineException.Refused e) {
      String message = String.valueOf(e.getMessage());
      if (message.contains("ultiple IDs") || message.contains("more than one result")) {
        throw ambiguous(name, e);
      }
      throw e;
    }
  }

  static EngineException ambiguous(String prefix, @Nullable Throwable cause) {
    return new EngineException.Conflict(
        "Cannot tell which container is meant by '"
            + Text.clip(prefix, 64)
            + "': several ids start so; give more digits",
        cause);
  }

  @Override
  public Subscription events(@Nullable EventPosition since, EventListener listener) {
    Subscriptions slot = new Subscriptions();
    EventStream stream = new EventStream(http, options, since, listener, slot);
    slot.start(stream, "engine-events");
    return stream;
  }

  @Override
  public Subscription logs(ContainerId container, LogOptions wanted, LogListener listener) {
    Subscriptions slot = new Subscriptions();
    LogStream stream = new LogStream(http, options, container, wanted, listener, slot);
    slot.start(stream, "engine-logs-" + container.brief());
    return stream;
  }

  @Override
  public Optional<Path> logFile(ContainerFacts container) {
    if (!container.logDriver().equals("json-file") || !"unix".equals(options.host().getScheme())) {
      return Optional.empty();
    }
    String root = rootDir;
    if (root.isEmpty()) {
      root = info().rootDir();
      rootDir = root;
    }
    String id = container.container().id().value();
    return root.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(root, "containers", id, id + "-json.log"));
  }

  /** Keeps a stream among the open ones from its start to its end. */
  private final class Subscriptions implements Runnable {
    private @Nullable StreamThread stream;

    void start(StreamThread started, String name) {
      stream = started;
      open.add(started);
      started.start(name);
    }

    @Override
    public void run() {
      if (stream != null) {
        open.remove(stream);
      }
    }
  }

  private void flushIdle() {
    for (Subscription subscription : open) {
      if (subscription instanceof LogStream stream) {
        stream.flushIdle();
      }
    }
  }

  @Override
  public void pause(ContainerId container) {
    change("pause", container, "/pause", Duration.ZERO, status -> status.equals("paused"));
  }

  @Override
  public void unpause(ContainerId container) {
    change("unpause", container, "/unpause", Duration.ZERO, status -> status.equals("running"));
  }

  @Override
  public void stop(ContainerId container, Duration grace) {
    if (http.product() == Product.PODMAN && status(container).equals("paused")) {
      unpause(container); // it refuses to stop what is frozen
    }
    change(
        "stop",
        container,
        "/stop?t=" + seconds(grace),
        grace.plus(options.endTime()),
        DockerEngine::hasEnded);
  }

  @Override
  public void kill(ContainerId container, String signal) {
    if (!SIGNAL.matcher(signal).matches()) {
      throw new EngineException.Refused(
          "Cannot kill container "
              + container.brief()
              + ": '"
              + Text.clip(Text.printable(signal), 40)
              + "' is not a signal; give a name such as SIGKILL or a number",
          null);
    }
    String path = "/kill?signal=" + query(signal);
    switch (http.product()) {
      case DOCKER -> change("kill", container, path, Duration.ZERO, DockerEngine::hasEnded);
      case PODMAN -> killByPodman(container, path);
    }
  }

  /**
   * By Podman's own API: behind the other one it waits for the end of what it kills, for ever when
   * that is frozen. What is frozen gets the signal when it is thawed.
   */
  private void killByPodman(ContainerId container, String path) {
    String of = "/libpod/containers/" + container;
    changeAt("kill", container, of + path, Duration.ZERO, DockerEngine::hasEnded);
    if (status(container).equals("paused")) {
      unpause(container);
    }
  }

  @Override
  public void start(ContainerId container) {
    change("start", container, "/start", Duration.ZERO, status -> false);
  }

  @Override
  public void restart(ContainerId container, Duration grace) {
    change(
        "restart",
        container,
        "/restart?t=" + seconds(grace),
        grace.plus(options.endTime()),
        status -> false);
  }

  private static boolean hasEnded(String status) {
    return List.of("exited", "created", "dead", "removing").contains(status);
  }

  /** Makes a change; an error is none when the container is already as it should be. */
  private void change(
      String verb,
      ContainerId container,
      String path,
      Duration extraTime,
      Predicate<String> alreadySo) {
    changeAt(verb, container, "/containers/" + container + path, extraTime, alreadySo);
  }

  private void changeAt(
      String verb,
      ContainerId container,
      String path,
      Duration extraTime,
      Predicate<String> alreadySo) {
    String what = verb + " container " + container.brief();
    try {
      http.post(what, path, null, extraTime);
    } catch (EngineException.Conflict | EngineException.Refused e) {
      String status = status(container);
      if (alreadySo.test(status)) {
        return;
      }
      if (e instanceof EngineException.Refused && hasEnded(status) && !verb.equals("start")) {
        throw new EngineException.Conflict("Cannot " + what + ": it is " + status, e);
      }
      throw e;
    }
  }

  @Override
  public List<NetworkAttachment> attachments(ContainerId container) {
    return http.understand(
        DockerHttp.inspecting(container), http.inspect(container), DockerFacts::attachments);
  }

  @Override
  public void disconnectNetwork(ContainerId container, String network) {
    String what = "take container " + container.brief() + " off network " + network;
    ObjectNode body = http.mapper().createObjectNode();
    body.put("Container", container.value());
    try {
      http.order(what, "/networks/" + path(network) + "/disconnect", body);
    } catch (EngineException e) {
      if (e instanceof EngineException.Timeout || e instanceof EngineException.Unavailable) {
        throw e;
      }
      requireNetwork(what, network);
      if (attached(container, network).isPresent()) {
        throw e;
      }
    }
  }

  @Override
  public NetworkAttachment connectNetwork(ContainerId container, NetworkAttachment wanted) {
    Optional<NetworkAttachment> before = attached(container, wanted.networkId());
    if (before.isPresent()) {
      return before.get();
    }
    try {
      connect(container, wanted);
    } catch (EngineException.Refused e) {
      String message = String.valueOf(e.getMessage());
      boolean addressChosenByEngine = message.contains("user specified IP address is supported");
      boolean aliasesRefused = message.contains("network-scoped alias is supported only");
      if (!addressChosenByEngine && !aliasesRefused) {
        throw e;
      }
      // The default network and those whose range the engine chose take no wishes.
      connect(container, aliasesRefused ? bare(wanted) : wanted.anyAddress());
    }
    return attached(container, wanted.networkId())
        .orElseThrow(() ->
            new EngineException.Conflict(
                "Container "
                    + container.brief()
                    + " is not on network "
                    + wanted.networkName()
                    + " although it was attached; somebody took it off at the same time",
                null));
  }

  private static NetworkAttachment bare(NetworkAttachment wanted) {
    return new NetworkAttachment(
        wanted.networkId(),
        wanted.networkName(),
        null,
        null,
        null,
        List.of(),
        wanted.links(),
        wanted.driverOptions());
  }

  private void connect(ContainerId container, NetworkAttachment wanted) {
    String what = "attach container " + container.brief() + " to network " + wanted.networkName();
    ObjectNode body = http.mapper().createObjectNode();
    body.put("Container", container.value());
    ObjectNode endpoint = body.putObject("EndpointConfig");
    putAll(endpoint.putArray("Aliases"), wanted.aliases());
    putAll(endpoint.putArray("Links"), wanted.links());
    if (wanted.mac() != null) {
      endpoint.put("MacAddress", wanted.mac());
    }
    if (wanted.address() != null || wanted.address6() != null) {
      ObjectNode addresses = endpoint.putObject("IPAMConfig");
      if (wanted.address() != null) {
        addresses.put("IPv4Address", wanted.address());
      }
      if (wanted.address6() != null) {
        addresses.put("IPv6Address", wanted.address6());
      }
    }
    if (!wanted.driverOptions().isEmpty()) {
      ObjectNode driver = endpoint.putObject("DriverOpts");
      for (Map.Entry<String, String> option : wanted.driverOptions().entrySet()) {
        driver.put(option.getKey(), option.getValue());
      }
    }
    String network = "/networks/" + path(wanted.networkId());
    try {
      http.order(what, network + "/connect", body);
    } catch (EngineException.Refused e) {
      if (http.product() == Product.PODMAN) {
        forget(container, network);
      }
      throw e;
    }
  }

  /** Podman keeps an attachment that failed, and would refuse the next one for it. */
  private void forget(ContainerId container, String network) {
    String what = "forget a failed attachment of container " + container.brief();
    ObjectNode body = http.mapper().createObjectNode();
    body.put("Container", container.value()).put("Force", true);
    try {
      http.order(what, network + "/disconnect", body);
    } catch (EngineException e) {
      LOG.debug("{}", e.getMessage());
    }
  }

  @Override
  public List<ProcessRow> top(ContainerId container) {
    String what = "list the processes of container " + container.brief();
    String top = "/containers/" + container + "/top?ps_args=";
    try {
      return switch (http.product()) {
        case DOCKER ->
            http.understand(
                what,
                http.object(what, top + query("-eo pid,ppid,uid,args")),
                DockerFacts::processes);
        // Arguments of ps it would run inside of the container, with the numbers of there.
        case PODMAN ->
            http.understand(
                what,
                http.object(what, top + query(PodmanAnswers.COLUMNS)),
                PodmanAnswers::processes);
      };
    } catch (EngineException.Refused e) {
      String status = status(container);
      if (status.equals("running") || status.equals("paused")) {
        throw e;
      }
      throw new EngineException.Conflict("Cannot " + what + ": it is " + status, e);
    }
  }

  @Override
  public Optional<ResourceUse> use(ContainerId container) {
    String what = "read what container " + container.brief() + " uses";
    try {
      return http.understand(
          what,
          http.object(what, "/containers/" + container + "/stats?stream=false&one-shot=true"),
          DockerUse::of);
    } catch (EngineException.Conflict | EngineException.Refused e) {
      if (status(container).equals("running")) {
        throw e;
      }
      return Optional.empty(); // Podman has no words for it
    }
  }

  @Override
  public Optional<String> describe(ContainerId container) {
    try {
      return Optional.of(http.inspectRaw(container).toString());
    } catch (EngineException.NotFound e) {
      return Optional.empty();
    }
  }

  @Override
  public List<FileChange> fileChanges(ContainerId container) {
    return files.changes(container);
  }

  @Override
  public <T> T readFile(ContainerId container, String path, FileReader<T> reader) {
    return files.read(container, path, reader);
  }

  @Override
  public List<LogLine> lastLines(ContainerId container, int most) {
    return files.lastLines(container, most);
  }

  @Override
  public ContainerId create(NewContainer wanted) {
    return maker.create(wanted);
  }

  @Override
  public ContainerId createLike(ContainerId original, String name) {
    return maker.createLike(original, name);
  }

  @Override
  public void remove(ContainerId container, boolean force) {
    maker.remove(container, force);
  }

  @Override
  public void rename(ContainerId container, String name) {
    maker.rename(container, name);
  }

  @Override
  public ContainerSettings settings(ContainerId container) {
    return maker.settings(container);
  }

  @Override
  public void update(ContainerId container, ContainerSettings wanted) {
    maker.update(container, wanted);
  }

  @Override
  public Optional<String> imageId(String nameOrId) {
    return maker.imageId(nameOrId);
  }

  @Override
  public Health health(ContainerId container) {
    return maker.health(container);
  }

  @Override
  public String commit(
      ContainerId container, String repository, String tag, Map<String, String> labels) {
    return maker.commit(container, repository, tag, labels);
  }

  @Override
  public void removeImage(String name) {
    maker.removeImage(name);
  }

  @Override
  public RunResult run(NewContainer wanted, Duration most) {
    return maker.run(wanted, most);
  }

  private String status(ContainerId container) {
    return http.inspect(container).path("State").path("Status").asText("");
  }

  private Optional<NetworkAttachment> attached(ContainerId container, String network) {
    return attachments(container).stream()
        .filter(a -> a.networkId().equals(network) || a.networkName().equals(network))
        .findFirst();
  }

  private void requireNetwork(String what, String network) {
    http.object(what, "/networks/" + path(network));
  }

  private static void putAll(ArrayNode array, List<String> values) {
    for (String value : values) {
      array.add(value);
    }
  }

  private static long seconds(Duration grace) {
    return Math.max(0, grace.plusNanos(999_999_999).toSeconds());
  }

  private static String query(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  private static String path(String value) {
    return query(value).replace("+", "%20");
  }

  @Override
  public void close() {
    flusher.shutdownNow();
    for (Subscription subscription : List.copyOf(open)) {
      subscription.close();
    }
    http.close();
  }
}
