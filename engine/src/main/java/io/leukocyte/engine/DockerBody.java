package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.ContainerFacts.Mount;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/** What the engine is sent when a container is made or changed. */
final class DockerBody {
  static final JsonNode NOTHING = MissingNode.getInstance();

  /** What the kernel says where there is no limit of memory, bytes. */
  static final long NO_MEMORY_LIMIT = 9_223_372_036_854_771_712L;

  /** What the engine itself says of an attachment; the rest was asked for. */
  private static final List<String> FOUND =
      List.of(
          "NetworkID",
          "EndpointID",
          "Gateway",
          "IPAddress",
          "IPPrefixLen",
          "IPv6Gateway",
          "GlobalIPv6Address",
          "GlobalIPv6PrefixLen",
          "MacAddress",
          "DNSNames");

  private DockerBody() {}

  /** A container of ours. */
  static ObjectNode of(NewContainer wanted) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("Image", wanted.image());
    putSome(body, "Entrypoint", wanted.entrypoint());
    putSome(body, "Cmd", wanted.command());
    ArrayNode environment = body.putArray("Env");
    wanted.environment().forEach((key, value) -> environment.add(key + "=" + value));
    put(body.putObject("Labels"), wanted.labels());
    if (!wanted.user().isEmpty()) {
      body.put("User", wanted.user());
    }
    ObjectNode host = body.putObject("HostConfig");
    host.put("NetworkMode", wanted.networkMode());
    putSome(host, "CapAdd", wanted.capAdd());
    putSome(host, "CapDrop", wanted.capDrop());
    putSome(host, "SecurityOpt", wanted.securityOptions());
    host.put("ReadonlyRootfs", wanted.readOnlyRoot());
    put(host.putObject("Tmpfs"), wanted.tmpfs());
    ArrayNode mounts = host.putArray("Mounts");
    wanted.mounts().forEach(mount -> mounts.add(mount(mount)));
    host.put("Memory", wanted.limits().memory());
    host.put("NanoCpus", wanted.limits().nanoCpus());
    if (wanted.limits().pids() > 0) {
      host.put("PidsLimit", wanted.limits().pids());
    }
    host.putObject("RestartPolicy").put("Name", wanted.restartPolicy());
    if (!wanted.logDriver().isEmpty() || !wanted.logOptions().isEmpty()) {
      ObjectNode log = host.putObject("LogConfig").put("Type", wanted.logDriver());
      put(log.putObject("Config"), wanted.logOptions());
    }
    return body;
  }

  private static ObjectNode mount(Mount mount) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("Type", mount.type())
        .put("Source", mount.source())
        .put("Target", mount.destination())
        .put("ReadOnly", !mount.writable());
  }

  private static void putSome(ObjectNode node, String field, Collection<String> values) {
    if (!values.isEmpty()) {
      values.forEach(node.putArray(field)::add);
    }
  }

  private static void put(ObjectNode node, SortedMap<String, String> values) {
    values.forEach(node::put);
  }

  /**
   * A container like another.
   *
   * @param inspect what the engine says of that one
   * @param image what the engine says of its image; nothing when it is gone
   * @param imageName name or id of the same image
   */
  static ObjectNode like(JsonNode inspect, JsonNode image, String imageName) {
    ObjectNode body = copy(inspect.path("Config"));
    body.put("Image", imageName);
    JsonNode entrypoint = image.path("Config").path("Entrypoint");
    if (isEmpty(body.path("Entrypoint")) && !isEmpty(entrypoint)) {
      body.putArray("Entrypoint").add(""); // how one says: none, and not the image's
    }
    if (ofAnother(inspect)) {
      // These are of the container whose network it shares; the engine refuses them here.
      body.remove(List.of("Hostname", "Domainname", "ExposedPorts"));
    } else if (body.path("Hostname").asText("").equals(brief(inspect))) {
      body.remove("Hostname");
    }
    ObjectNode host = copy(inspect.path("HostConfig"));
    keepVolumes(inspect, host);
    if (host.path("Memory").asLong() >= NO_MEMORY_LIMIT) {
      host.put("Memory", 0).put("MemorySwap", 0);
    }
    body.set("HostConfig", host);
    JsonNode networks = inspect.path("NetworkSettings").path("Networks");
    String first = firstNetwork(inspect);
    if (!hasNoNetworks(inspect) && networks.has(first)) {
      body.putObject("NetworkingConfig")
          .putObject("EndpointsConfig")
          .set(first, endpoint(inspect, networks.path(first)));
    }
    return body;
  }

  /** Whether it is on no network of its own. */
  static boolean hasNoNetworks(JsonNode inspect) {
    String mode = mode(inspect);
    return ofAnother(inspect) || mode.equals("host") || mode.equals("none");
  }

  private static boolean ofAnother(JsonNode inspect) {
    return mode(inspect).startsWith("container:");
  }

  private static String mode(JsonNode inspect) {
    return inspect.path("HostConfig").path("NetworkMode").asText("");
  }

  /** The network that its mode names, by its name. */
  private static String firstNetwork(JsonNode inspect) {
    String mode = mode(inspect);
    if (mode.isEmpty() || mode.equals("default")) {
      return "bridge";
    }
    for (Map.Entry<String, JsonNode> network :
        inspect.path("NetworkSettings").path("Networks").properties()) {
      if (network.getValue().path("NetworkID").asText("").equals(mode)) {
        return network.getKey();
      }
    }
    return mode;
  }

  /** What was asked for of an attachment, without what the engine found. */
  static ObjectNode endpoint(JsonNode inspect, JsonNode attachment) {
    ObjectNode endpoint = copy(attachment);
    endpoint.remove(FOUND);
    if (attachment.path("Aliases").isArray()) {
      ArrayNode aliases = endpoint.putArray("Aliases");
      for (JsonNode alias : attachment.path("Aliases")) {
        if (!alias.asText("").equals(brief(inspect))) {
          aliases.add(alias.asText(""));
        }
      }
    }
    return endpoint;
  }

  /** Volumes without a name get the one that they have, else the engine would make new ones. */
  private static void keepVolumes(JsonNode inspect, ObjectNode host) {
    ArrayNode binds = JsonNodeFactory.instance.arrayNode();
    Set<String> named = new HashSet<>();
    for (JsonNode bind : host.path("Binds")) {
      String[] parts = bind.asText("").split(":", -1);
      if (parts.length > 1) {
        binds.add(bind);
        named.add(parts[1]);
      }
    }
    for (JsonNode mount : host.path("Mounts")) {
      nameVolume(inspect, mount);
      named.add(mount.path("Target").asText(""));
    }
    for (JsonNode mount : inspect.path("Mounts")) {
      if (isOwnVolume(inspect, mount) && !named.contains(mount.path("Destination").asText(""))) {
        String end = mount.path("RW").asBoolean(true) ? "" : ":ro";
        binds.add(mount.path("Name").asText("") + ":" + mount.path("Destination").asText("") + end);
      }
    }
    if (!binds.isEmpty()) {
      host.set("Binds", binds);
    }
  }

  private static void nameVolume(JsonNode inspect, JsonNode mount) {
    if (mount instanceof ObjectNode wanted
        && mount.path("Type").asText("").equals("volume")
        && mount.path("Source").asText("").isEmpty()) {
      for (JsonNode has : inspect.path("Mounts")) {
        if (has.path("Destination").equals(mount.path("Target"))) {
          wanted.put("Source", has.path("Name").asText(""));
        }
      }
    }
  }

  /** Whether it is a volume that does not come from another container. */
  private static boolean isOwnVolume(JsonNode inspect, JsonNode mount) {
    String place = mount.path("Destination").asText("");
    boolean shares = !isEmpty(inspect.path("HostConfig").path("VolumesFrom"));
    return mount.path("Type").asText("").equals("volume")
        && (!shares || inspect.path("Config").path("Volumes").has(place));
  }

  private static boolean isEmpty(JsonNode array) {
    return !array.isArray() || array.isEmpty();
  }

  private static String brief(JsonNode inspect) {
    String id = inspect.path("Id").asText("");
    return id.substring(0, Math.min(12, id.length()));
  }

  private static ObjectNode copy(JsonNode node) {
    return node.isObject() ? node.deepCopy() : JsonNodeFactory.instance.objectNode();
  }

  /** What can be changed, from the engine's own words: where it lifted a limit it says so. */
  static ContainerSettings settings(JsonNode host) {
    long memory = host.path("Memory").asLong(0);
    boolean unlimited = memory <= 0 || memory >= NO_MEMORY_LIMIT;
    String policy = host.path("RestartPolicy").path("Name").asText("");
    return new ContainerSettings(
        Math.max(0, host.path("NanoCpus").asLong(0)),
        Math.max(0, host.path("CpuPeriod").asLong(0)),
        Math.max(0, host.path("CpuQuota").asLong(0)),
        unlimited ? 0 : memory,
        unlimited ? 0 : swap(host.path("MemorySwap").asLong(0)),
        Math.max(0, host.path("PidsLimit").asLong(0)),
        policy.isEmpty() ? "no" : policy,
        host.path("RestartPolicy").path("MaximumRetryCount").asInt(0));
  }

  private static long swap(long bytes) {
    return bytes < 0 || bytes >= NO_MEMORY_LIMIT ? -1 : bytes;
  }

  /** What has to be sent to get from one to the other; empty when nothing. */
  static ObjectNode update(ContainerSettings now, ContainerSettings wanted) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    if (wanted.nanoCpus() != now.nanoCpus()) {
      body.put("NanoCpus", wanted.nanoCpus());
    }
    if (wanted.cpuQuota() != now.cpuQuota()) {
      body.put("CpuQuota", wanted.cpuQuota() == 0 ? -1 : wanted.cpuQuota());
    }
    if (wanted.cpuPeriod() != now.cpuPeriod()) {
      body.put(
          "CpuPeriod", wanted.cpuPeriod() == 0 ? ContainerSettings.PERIOD : wanted.cpuPeriod());
    }
    if (wanted.memory() != now.memory() || wanted.memorySwap() != now.memorySwap()) {
      boolean none = wanted.memory() == 0;
      body.put("Memory", none ? NO_MEMORY_LIMIT : wanted.memory());
      body.put(
          "MemorySwap", none || wanted.memorySwap() < 0 ? NO_MEMORY_LIMIT : wanted.memorySwap());
    }
    if (wanted.pids() != now.pids()) {
      body.put("PidsLimit", wanted.pids());
    }
    if (!wanted.restartPolicy().equals(now.restartPolicy())
        || wanted.restartRetries() != now.restartRetries()) {
      body.putObject("RestartPolicy")
          .put("Name", wanted.restartPolicy())
          .put("MaximumRetryCount", wanted.restartRetries());
    }
    return body;
  }
}
