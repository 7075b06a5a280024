package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Text;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes containers, changes what they are, and removes them, over the engine's API. */
final class DockerMaker {
  private static final Pattern ID = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern IMAGE_ID = Pattern.compile("sha256:[0-9a-f]{64}");
  private static final Logger LOG = LoggerFactory.getLogger(DockerMaker.class);
  private static final Duration COMMIT_TIME = Duration.ofMinutes(5);
  private static final long POLL_MILLIS = 50;

  private final DockerHttp http;
  private final DockerFiles files;
  private final Duration removalTime;

  DockerMaker(DockerHttp http, DockerFiles files, Duration endTime) {
    this.http = http;
    this.files = files;
    this.removalTime = endTime.multipliedBy(2);
  }

  ContainerId create(NewContainer wanted) {
    return post(wanted.name(), wanted.image(), DockerBody.of(wanted));
  }

  private ContainerId post(String name, String image, ObjectNode body) {
    String what = "make the container '" + Text.clip(name, 100) + "'";
    try {
      JsonNode made = http.post(what, "/containers/create?name=" + query(name), body, removalTime);
      String id = made.path("Id").asText("");
      if (!ID.matcher(id).matches()) {
        throw http.strange(what, "it names no container");
      }
      return new ContainerId(id);
    } catch (EngineException.Refused e) {
      throw taken(e);
    } catch (EngineException.NotFound e) {
      if (!String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT).contains("no such image")) {
        throw e;
      }
      throw new EngineException.NotFound(
          "Cannot "
              + what
              + ": the image "
              + image
              + " is not on this host; fetch or build it (docker pull "
              + image
              + ")",
          e);
    }
  }

  /** Podman has no word of its own for a name that another container has. */
  private static EngineException taken(EngineException.Refused refused) {
    String message = String.valueOf(refused.getMessage());
    return message.contains("already in use")
        ? new EngineException.Conflict(message, refused)
        : refused;
  }

  ContainerId createLike(ContainerId original, String name) {
    JsonNode inspect = inspect(original);
    String imageId = inspect.path("Image").asText("");
    String imageName = inspect.path("Config").path("Image").asText("");
    JsonNode image = image(imageId).orElse(DockerBody.NOTHING);
    boolean same = imageId(imageName).filter(id -> id.equals(imageId)).isPresent();
    ContainerId made = like(inspect, image, same ? imageName : imageId, name);
    if (same && !inspect(made).path("Image").asText("").equals(imageId)) {
      remove(made, true); // the name was given to another image in this moment
      return like(inspect, image, imageId, name);
    }
    return made;
  }

  private ContainerId like(JsonNode inspect, JsonNode image, String imageName, String name) {
    ObjectNode body = DockerBody.like(inspect, image, imageName);
    if (http.product() == Product.PODMAN) {
      body = PodmanAnswers.like(body, inspect);
    }
    ContainerId made = post(name, imageName, body);
    try {
      attach(made, inspect);
      return made;
    } catch (EngineException e) {
      try {
        remove(made, true);
      } catch (EngineException more) {
        LOG.warn("Container {} is left over: {}", made.brief(), more.getMessage());
      }
      throw e;
    }
  }

  /** The engine's API takes only one network when a container is made. */
  private void attach(ContainerId made, JsonNode original) {
    if (DockerBody.hasNoNetworks(original)) {
      return;
    }
    JsonNode wanted = original.path("NetworkSettings").path("Networks");
    JsonNode has = inspect(made).path("NetworkSettings").path("Networks");
    String brief = made.brief();
    for (Map.Entry<String, JsonNode> network : has.properties()) {
      if (!wanted.has(network.getKey())) {
        ObjectNode body = http.mapper().createObjectNode().put("Container", made.value());
        body.put("Force", true);
        String what = "take container " + brief + " off network " + network.getKey();
        http.order(what, network(network.getKey(), "disconnect"), body);
      }
    }
    for (Map.Entry<String, JsonNode> network : wanted.properties()) {
      if (!has.has(network.getKey())) {
        ObjectNode body = http.mapper().createObjectNode().put("Container", made.value());
        body.set("EndpointConfig", DockerBody.endpoint(original, network.getValue()));
        String what = "attach container " + brief + " to network " + network.getKey();
        http.order(what, network(network.getKey(), "connect"), body);
      }
    }
  }

  private static String network(String name, String verb) {
    return "/networks/" + query(name).replace("+", "%20") + "/" + verb;
  }

  Optional<String> imageId(String nameOrId) {
    return image(nameOrId).map(this::imageId).filter(id -> !id.isEmpty());
  }

  private String imageId(JsonNode answer) {
    String id = answer.path("Id").asText("");
    return switch (http.product()) {
      case DOCKER -> id;
      case PODMAN -> PodmanAnswers.imageId(id);
    };
  }

  private Optional<JsonNode> image(String nameOrId) {
    try {
      String name = query(nameOrId).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
      return Optional.of(
          http.object("look for the image " + nameOrId, "/images/" + name + "/json"));
    } catch (EngineException.NotFound e) {
      return Optional.empty();
    }
  }

  void remove(ContainerId container, boolean force) {
    String what = "remove container " + container.brief();
    try {
      http.delete(what, "/containers/" + container + "?v=1&force=" + force, removalTime);
    } catch (EngineException.NotFound e) {
      return;
    } catch (EngineException.Refused e) {
      String status = inspect(container).path("State").path("Status").asText("");
      if (force || !List.of("running", "paused").contains(status)) {
        throw e;
      }
      throw new EngineException.Conflict("Cannot " + what + ": it is " + status, e);
    } catch (EngineException.Conflict e) {
      if (!String.valueOf(e.getMessage()).contains("already in progress")) {
        throw e;
      }
      awaitRemoval(container, e);
    }
  }

  private void awaitRemoval(ContainerId container, EngineException.Conflict conflict) {
    long end = System.nanoTime() + removalTime.toNanos();
    try {
      while (System.nanoTime() < end) {
        inspect(container);
        Thread.sleep(POLL_MILLIS);
      }
    } catch (EngineException.NotFound e) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw conflict;
  }

  void rename(ContainerId container, String name) {
    String what = "rename container " + container.brief();
    try {
      String path = "/containers/" + container + "/rename?name=" + query(name);
      http.post(what, path, null, Duration.ZERO);
    } catch (EngineException.Conflict | EngineException.Refused e) {
      if (!DockerEvents.name(inspect(container).path("Name").asText("")).equals(name)) {
        throw e instanceof EngineException.Refused refused ? taken(refused) : e;
      }
    }
  }

  ContainerSettings settings(ContainerId container) {
    return DockerBody.settings(inspect(container).path("HostConfig"));
  }

  void update(ContainerId container, ContainerSettings wanted) {
    String what = "change the settings of container " + container.brief();
    ContainerSettings now = settings(container);
    ObjectNode body = DockerBody.update(now, wanted);
    if (!body.isEmpty()) {
      try {
        http.post(what, "/containers/" + container + "/update", body, Duration.ZERO);
      } catch (EngineException.Refused e) {
        throw http.product() == Product.PODMAN ? unchangeable(what, e) : e;
      }
    }
    if (wanted.memorySwap() < 0 && body.has("MemorySwap")) {
      // The engine does not tell the kernel of -1: the limit is lifted by a number, then named so.
      ObjectNode unlimited = http.mapper().createObjectNode().put("MemorySwap", -1);
      unlimited.put("Memory", wanted.memory());
      http.post(what, "/containers/" + container + "/update", unlimited, Duration.ZERO);
    }
  }

  private static EngineException unchangeable(String what, EngineException.Refused refused) {
    return new EngineException.Refused(
        "Cannot "
            + what
            + ": this Podman does not change limits and restart policy over Docker's API ("
            + refused.getMessage()
            + "); use podman update, or another response",
        refused);
  }

  Health health(ContainerId container) {
    JsonNode state = inspect(container).path("State");
    if (!state.path("Running").asBoolean(false)) {
      return Health.NONE;
    }
    return switch (state.path("Health").path("Status").asText("")) {
      case "starting" -> Health.STARTING;
      case "healthy" -> Health.HEALTHY;
      case "unhealthy" -> Health.UNHEALTHY;
      default -> Health.NONE;
    };
  }

  String commit(ContainerId container, String repository, String tag, Map<String, String> labels) {
    String what = "make an image of container " + container.brief();
    StringBuilder path = new StringBuilder("/commit?pause=1&container=").append(container);
    path.append("&repo=").append(query(repository)).append("&tag=").append(query(tag));
    if (http.product() == Product.PODMAN) { // which does not read the body
      labels.forEach(
          (key, value) -> path.append("&changes=").append(query("LABEL " + key + "=" + value)));
    }
    ObjectNode body = http.mapper().createObjectNode();
    labels.forEach(body.putObject("Labels")::put);
    JsonNode answer = http.post(what, path.toString(), body, COMMIT_TIME);
    String id = imageId(answer);
    if (!IMAGE_ID.matcher(id).matches()) {
      throw http.strange(what, "it names no image");
    }
    return id;
  }

  void removeImage(String name) {
    try {
      http.delete("remove image " + name, "/images/" + path(name), removalTime);
    } catch (EngineException.NotFound e) {
      // there is none of that name
    }
  }

  /** A name in a path: its parts stay apart. */
  private static String path(String name) {
    return query(name).replace("%2F", "/");
  }

  RunResult run(NewContainer wanted, Duration most) {
    ContainerId made = create(wanted);
    try {
      String of = "container " + made.brief();
      http.post("start " + of, "/containers/" + made + "/start", null, Duration.ZERO);
      boolean inTime = ended(made, most);
      if (!inTime) {
        kill(made);
      }
      int code = inspect(made).path("State").path("ExitCode").asInt(-1);
      return new RunResult(code, inTime, files.lastLines(made, RunResult.MOST_LINES));
    } finally {
      try {
        remove(made, true);
      } catch (EngineException e) {
        LOG.warn("Container {} is left over: {}", made.brief(), e.getMessage());
      }
    }
  }

  private void kill(ContainerId made) {
    try {
      http.post(
          "kill container " + made.brief(),
          "/containers/" + made + "/kill?signal=KILL",
          null,
          Duration.ZERO);
    } catch (EngineException.Conflict e) {
      LOG.debug("Container {} ended in the last moment", made.brief());
    }
    if (!ended(made, removalTime)) {
      throw new EngineException.Timeout(
          "Container "
              + made.brief()
              + " still runs "
              + removalTime.toSeconds()
              + " s after SIGKILL",
          null);
    }
  }

  /** Whether a container that was started ends within a time. */
  private boolean ended(ContainerId container, Duration most) {
    long end = System.nanoTime() + most.toNanos();
    try {
      while (inspect(container).path("State").path("Running").asBoolean(false)) {
        if (System.nanoTime() > end) {
          return false;
        }
        Thread.sleep(POLL_MILLIS);
      }
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private JsonNode inspect(ContainerId container) {
    return http.inspect(container);
  }

  private static String query(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }
}
