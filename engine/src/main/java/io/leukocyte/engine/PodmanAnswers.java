package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Podman's answers in Docker's words, so that rules and policies mean the same whichever of the two
 * runs a container. Source: the Docker-compatible API of Podman 4.
 */
final class PodmanAnswers {
  private static final String HUB = "docker.io/";
  private static final String LIBRARY = "library/";
  private static final String RESOURCE = "RLIMIT_";

  /** The header that tells of a file, also of a link that leads nowhere. */
  static final String FILE = "X-Docker-Container-Path-Stat";

  private static final long LINK = 1L << 27;
  private static final int PERMISSIONS = 0777;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** What {@link #processes} needs; the first two are of the host, the others of the container. */
  static final String COLUMNS = "hpid,huser,pid,ppid,args";

  private PodmanAnswers() {}

  /** What it says of a container. */
  static JsonNode inspect(JsonNode answer) {
    if (!answer.isObject()) {
      return answer;
    }
    ObjectNode inspect = answer.deepCopy();
    inspect.put("Image", imageId(inspect.path("Image").asText("")));
    if (inspect.path("State") instanceof ObjectNode state) {
      state.put("Status", status(state.path("Status").asText("")));
    }
    if (inspect.path("Config") instanceof ObjectNode config) {
      config.put("Image", image(config.path("Image").asText("")));
    }
    if (inspect.path("HostConfig") instanceof ObjectNode host) {
      correct(host);
      String mode = host.path("NetworkMode").asText("");
      if (mode.equals("bridge")) {
        host.put("NetworkMode", networkMode(inspect));
      } else if (mode.startsWith("container:")
          && inspect.path("NetworkSettings") instanceof ObjectNode settings) {
        settings.putObject("Networks"); // they are those of the other one
      }
    }
    return inspect;
  }

  private static void correct(ObjectNode host) {
    if (host.path("LogConfig") instanceof ObjectNode log
        && log.path("Type").asText("").equals("json-file")) {
      log.put("Type", "k8s-file"); // its file is another one than Docker's
    }
    for (String mode : List.of("PidMode", "UTSMode")) {
      if (host.path(mode).asText("").equals("private")) {
        host.put(mode, "");
      }
    }
    if (host.path("CpuQuota").asLong(0) > 0) {
      host.remove("NanoCpus"); // derived from the quota
    }
    for (JsonNode limit : host.path("Ulimits")) {
      String name = limit.path("Name").asText("");
      if (limit instanceof ObjectNode named && name.startsWith(RESOURCE)) {
        named.put("Name", name.substring(RESOURCE.length()).toLowerCase(Locale.ROOT));
      }
    }
  }

  /** Docker names the first network; Podman says bridge of each. */
  private static String networkMode(JsonNode inspect) {
    TreeSet<String> names = new TreeSet<>();
    inspect.path("NetworkSettings").path("Networks").fieldNames().forEachRemaining(names::add);
    return names.isEmpty() || names.contains("podman") ? "bridge" : names.first();
  }

  /** A line of its list of containers. */
  static JsonNode summary(JsonNode line) {
    if (!line.isObject()) {
      return line;
    }
    ObjectNode summary = line.deepCopy();
    summary.put("State", status(line.path("State").asText("")));
    summary.put("Image", image(line.path("Image").asText("")));
    return summary;
  }

  /** Podman knows more states: between made and started, and around the end. */
  private static String status(String status) {
    return switch (status) {
      case "configured", "initialized" -> "created";
      case "stopping" -> "running";
      case "stopped" -> "exited";
      default -> status;
    };
  }

  /** An event. */
  static JsonNode event(JsonNode event) {
    if (!event.isObject() || !(event.path("Actor").path("Attributes") instanceof ObjectNode)) {
      return event;
    }
    ObjectNode told = event.deepCopy();
    ObjectNode attributes = (ObjectNode) told.path("Actor").path("Attributes");
    JsonNode code = attributes.remove("containerExitCode");
    if (attributes.path("podId").asText("").isEmpty()) {
      attributes.remove("podId");
    }
    if (told.path("Type").asText("").equals("network")) {
      return ofNetwork(told, attributes);
    }
    String action = action(told.path("Action").asText(""));
    told.put("Action", action);
    attributes.remove("exitCode");
    if (code != null && (action.equals("die") || action.equals("exec_die"))) {
      attributes.set("exitCode", code);
    }
    attributes.put("image", image(attributes.path("image").asText("")));
    return told;
  }

  private static String action(String action) {
    return switch (action) {
      case "died" -> "die";
      case "remove" -> "destroy";
      case "exec" -> "exec_start";
      case "exec_died" -> "exec_die";
      default -> action;
    };
  }

  /** It is the container's id that such an event has, and not the network's. */
  private static JsonNode ofNetwork(ObjectNode event, ObjectNode attributes) {
    String id = event.path("Actor").path("ID").asText("");
    attributes.remove(List.of("image", "exitCode"));
    if (ContainerId.isWellFormed(id) && !attributes.has("container")) {
      attributes.put("container", id);
      attributes.put("name", attributes.path("network").asText(""));
      ((ObjectNode) event.path("Actor")).put("ID", "");
    }
    return event;
  }

  /**
   * The name of an image as one writes it for Docker: what comes from Docker Hub goes without its
   * address. Podman always tells the whole name.
   */
  static String image(String name) {
    if (!name.startsWith(HUB)) {
      return name;
    }
    String path = name.substring(HUB.length());
    return path.startsWith(LIBRARY) ? path.substring(LIBRARY.length()) : path;
  }

  /** An image's id with its kind; nothing for what is no id: some releases tell the name here. */
  static String imageId(String id) {
    if (ContainerId.isWellFormed(id)) {
      return "sha256:" + id;
    }
    return id.startsWith("sha256:") ? id : "";
  }

  /**
   * The processes of a container, asked for by {@link #COLUMNS}. Podman tells the parent's number
   * in the container alone: it is looked up among the others, and 0 when it is outside.
   */
  static List<ProcessRow> processes(JsonNode top) {
    List<String> titles = new ArrayList<>();
    top.path("Titles").forEach(title -> titles.add(title.asText("")));
    int host = titles.indexOf("HPID");
    int user = titles.indexOf("HUSER");
    int inside = titles.indexOf("PID");
    int parent = titles.indexOf("PPID");
    int command = titles.indexOf("COMMAND");
    JsonNode processes = top.path("Processes");
    if (host < 0 || inside < 0 || parent < 0 || !(processes.isArray() || processes.isNull())) {
      throw new IllegalArgumentException("it has no processes, or no column HPID");
    }
    Map<Integer, Integer> hosts = new HashMap<>();
    processes.forEach(p -> hosts.put(p.path(inside).asInt(0), p.path(host).asInt(0)));
    List<ProcessRow> rows = new ArrayList<>();
    for (JsonNode process : processes) {
      rows.add(
          new ProcessRow(
              process.path(host).asInt(0),
              hosts.getOrDefault(process.path(parent).asInt(0), 0),
              uid(process.path(user).asText("")),
              process.path(command).asText("")));
    }
    return rows;
  }

  private static int uid(String user) {
    return user.equals("root") ? 0 : number(user);
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  /**
   * The link at the end of a path, which Podman follows where Docker gives the link itself. Where
   * it leads is told with all links on the way resolved.
   *
   * @param header {@link #FILE}
   * @return empty when it is none
   */
  static Optional<ContainerFile> link(String header) {
    try {
      JsonNode file = MAPPER.readTree(Base64.getDecoder().decode(header));
      long mode = file.path("mode").asLong(0);
      return (mode & LINK) == 0
          ? Optional.empty()
          : Optional.of(
              new ContainerFile(
                  ContainerFile.Type.LINK,
                  0,
                  (int) mode & PERMISSIONS,
                  -1,
                  -1,
                  seconds(file.path("mtime").asText("")),
                  file.path("linkTarget").asText("")));
    } catch (IllegalArgumentException | IOException e) {
      return Optional.empty(); // then the file is asked for
    }
  }

  private static long seconds(String time) {
    try {
      return OffsetDateTime.parse(time).toEpochSecond();
    } catch (DateTimeException e) {
      return 0;
    }
  }

  /**
   * What Podman is sent to make a container like another.
   *
   * @param body what Docker is sent
   * @param inspect what the engine says of the other one, in Docker's words
   */
  static ObjectNode like(ObjectNode body, JsonNode inspect) {
    if (body.path("HostConfig") instanceof ObjectNode host) {
      host.remove(List.of("Runtime", "ConsoleSize", "ContainerIDFile"));
      JsonNode networks = inspect.path("NetworkSettings").path("Networks");
      if (!DockerBody.hasNoNetworks(inspect) && !networks.isEmpty()) {
        host.put("NetworkMode", "bridge");
        body.set("NetworkingConfig", networks(inspect));
      }
    }
    ArrayNode environment = JsonNodeFactory.instance.arrayNode();
    String hostname = hostname(body, inspect);
    for (JsonNode variable : body.path("Env")) {
      if (!variable.asText("").equals(hostname)) {
        environment.add(variable);
      }
    }
    body.set("Env", environment);
    return body;
  }

  /**
   * What Podman adds to the environment by itself: of the old container where it chose the name.
   */
  private static @Nullable String hostname(ObjectNode body, JsonNode inspect) {
    String id = inspect.path("Id").asText("");
    return body.has("Hostname") ? null : "HOSTNAME=" + id.substring(0, Math.min(12, id.length()));
  }

  /** Podman takes all of a container's networks when it is made. */
  private static ObjectNode networks(JsonNode inspect) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    ObjectNode endpoints = config.putObject("EndpointsConfig");
    for (Map.Entry<String, JsonNode> network :
        inspect.path("NetworkSettings").path("Networks").properties()) {
      endpoints.set(network.getKey(), DockerBody.endpoint(inspect, network.getValue()));
    }
    return config;
  }
}
