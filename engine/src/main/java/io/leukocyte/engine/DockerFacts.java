package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Mount;
import io.leukocyte.events.ContainerFacts.Network;
import io.leukocyte.events.ContainerFacts.Port;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The engine's answers about containers as facts. What an engine leaves out reads as absent. */
final class DockerFacts {
  private static final long BILLION = 1_000_000_000L;

  private DockerFacts() {}

  /** From the engine's inspect. */
  static ContainerFacts facts(JsonNode inspect, long now) {
    JsonNode state = inspect.path("State");
    JsonNode config = inspect.path("Config");
    JsonNode host = inspect.path("HostConfig");
    return new ContainerFacts(
        now,
        container(inspect),
        text(state, "Status"),
        state.path("Pid").asInt(0),
        time(text(inspect, "Created")),
        time(text(state, "StartedAt")),
        strings(config.path("Labels")),
        mounts(inspect),
        networks(inspect),
        networkMode(text(host, "NetworkMode")),
        text(host, "PidMode"),
        ports(inspect.path("NetworkSettings").path("Ports")),
        text(config, "User"),
        entrypoint(inspect),
        config.path("Tty").asBoolean(false),
        text(host.path("LogConfig"), "Type"),
        orElse(text(host.path("RestartPolicy"), "Name"), "no"),
        limits(host),
        security(host),
        inspect.path("RestartCount").asInt(0));
  }

  /** A line of the engine's list. */
  static ContainerSummary summary(JsonNode line) {
    return new ContainerSummary(
        new ContainerId(text(line, "Id")),
        DockerEvents.name(line.path("Names").path(0).asText("")),
        text(line, "Image"),
        text(line, "State"),
        line.path("Created").asLong(0),
        strings(line.path("Labels")));
  }

  /** How the container of an inspect is attached, by the networks' names. */
  static List<NetworkAttachment> attachments(JsonNode inspect) {
    String brief = text(inspect, "Id").substring(0, 12);
    List<NetworkAttachment> attachments = new ArrayList<>();
    for (Map.Entry<String, JsonNode> network : attached(inspect).entrySet()) {
      JsonNode endpoint = network.getValue();
      JsonNode wanted = endpoint.path("IPAMConfig");
      attachments.add(
          new NetworkAttachment(
              text(endpoint, "NetworkID"),
              network.getKey(),
              orNull(orElse(text(wanted, "IPv4Address"), text(endpoint, "IPAddress"))),
              orNull(orElse(text(wanted, "IPv6Address"), text(endpoint, "GlobalIPv6Address"))),
              orNull(text(endpoint, "MacAddress")),
              aliases(endpoint, brief),
              texts(endpoint.path("Links")),
              strings(endpoint.path("DriverOpts"))));
    }
    return attachments;
  }

  /** From the engine's version and info. */
  static EngineInfo info(JsonNode version, JsonNode info, ApiVersion spoken) {
    return new EngineInfo(
        product(version),
        text(version, "Version"),
        spoken.toString(),
        text(info, "OperatingSystem"),
        text(info, "KernelVersion"),
        text(info, "Architecture"),
        text(info, "Driver"),
        text(info, "LoggingDriver"),
        text(info, "DockerRootDir"),
        info.path("CgroupVersion").asInt(0),
        text(info, "CgroupDriver"),
        texts(info.path("SecurityOptions")),
        info.path("LiveRestoreEnabled").asBoolean(false));
  }

  private static String product(JsonNode version) {
    String name = version.path("Components").path(0).path("Name").asText("");
    return switch (Product.of(version)) {
      case DOCKER -> name.isEmpty() || name.equals("Engine") ? "Docker" : name;
      case PODMAN -> "Podman";
    };
  }

  /** From the engine's top. */
  static List<ProcessRow> processes(JsonNode top) {
    List<String> titles = texts(top.path("Titles"));
    int pid = titles.indexOf("PID");
    int parent = titles.indexOf("PPID");
    int uid = titles.indexOf("UID");
    int command = titles.indexOf("COMMAND");
    if (pid < 0 || !(top.path("Processes").isArray() || top.path("Processes").isNull())) {
      throw new IllegalArgumentException("it has no processes, or no column PID");
    }
    List<ProcessRow> rows = new ArrayList<>();
    for (JsonNode process : top.path("Processes")) {
      rows.add(
          new ProcessRow(
              process.path(pid).asInt(0),
              process.path(parent).asInt(0),
              process.path(uid).asInt(0),
              process.path(command).asText("")));
    }
    return rows;
  }

  private static ContainerRef container(JsonNode inspect) {
    String imageId = orNull(text(inspect, "Image"));
    ImageName image = ImageName.parse(text(inspect.path("Config"), "Image"), imageId);
    return new ContainerRef(
        new ContainerId(text(inspect, "Id")),
        DockerEvents.name(text(inspect, "Name")),
        image.repository(),
        image.tag(),
        imageId,
        inspect.path("HostConfig").path("Privileged").asBoolean(false));
  }

  private static List<Mount> mounts(JsonNode inspect) {
    List<Mount> mounts = new ArrayList<>();
    for (JsonNode mount : inspect.path("Mounts")) {
      String type = text(mount, "Type");
      mounts.add(
          new Mount(
              type,
              type.equals("volume") ? text(mount, "Name") : text(mount, "Source"),
              text(mount, "Destination"),
              mount.path("RW").asBoolean(false)));
    }
    for (Map.Entry<String, JsonNode> tmpfs :
        inspect.path("HostConfig").path("Tmpfs").properties()) {
      boolean readOnly = List.of(tmpfs.getValue().asText("").split(",", -1)).contains("ro");
      mounts.add(new Mount("tmpfs", "", tmpfs.getKey(), !readOnly));
    }
    mounts.sort(Comparator.comparing(Mount::destination));
    return mounts;
  }

  private static List<Network> networks(JsonNode inspect) {
    String brief = text(inspect, "Id").substring(0, 12);
    List<Network> networks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> network : attached(inspect).entrySet()) {
      JsonNode endpoint = network.getValue();
      networks.add(
          new Network(
              network.getKey(),
              text(endpoint, "NetworkID"),
              orNull(text(endpoint, "IPAddress")),
              orNull(text(endpoint, "GlobalIPv6Address")),
              orNull(text(endpoint, "MacAddress")),
              aliases(endpoint, brief)));
    }
    return networks;
  }

  private static SortedMap<String, JsonNode> attached(JsonNode inspect) {
    SortedMap<String, JsonNode> networks = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry :
        inspect.path("NetworkSettings").path("Networks").properties()) {
      networks.put(entry.getKey(), entry.getValue());
    }
    return networks;
  }

  /** Without the short id that the engine adds to each. */
  private static List<String> aliases(JsonNode endpoint, String brief) {
    List<String> aliases = new ArrayList<>(texts(endpoint.path("Aliases")));
    aliases.remove(brief);
    return aliases;
  }

  private static List<Port> ports(JsonNode ports) {
    List<Port> published = new ArrayList<>();
    for (Map.Entry<String, JsonNode> entry : ports.properties()) {
      String name = entry.getKey();
      int slash = name.indexOf('/');
      for (JsonNode binding : entry.getValue()) {
        published.add(
            new Port(
                number(slash < 0 ? name : name.substring(0, slash)),
                slash < 0 ? "tcp" : name.substring(slash + 1),
                text(binding, "HostIp"),
                number(text(binding, "HostPort"))));
      }
    }
    published.sort(
        Comparator.comparingInt(Port::containerPort)
            .thenComparing(Port::protocol)
            .thenComparing(Port::hostAddress));
    return published;
  }

  private static List<String> entrypoint(JsonNode inspect) {
    List<String> command = new ArrayList<>();
    command.add(text(inspect, "Path"));
    command.addAll(texts(inspect.path("Args")));
    return command;
  }

  private static Limits limits(JsonNode host) {
    long cpus = host.path("NanoCpus").asLong(0);
    long quota = host.path("CpuQuota").asLong(0);
    if (cpus == 0 && quota > 0) {
      long period = host.path("CpuPeriod").asLong(0);
      cpus = quota * BILLION / (period > 0 ? period : 100_000);
    }
    ContainerSettings settings = DockerBody.settings(host);
    return new Limits(settings.memory(), cpus, settings.pids());
  }

  private static Security security(JsonNode host) {
    return new Security(
        capabilities(host.path("CapAdd")),
        capabilities(host.path("CapDrop")),
        texts(host.path("SecurityOpt")),
        host.path("ReadonlyRootfs").asBoolean(false),
        text(host, "UsernsMode"));
  }

  private static List<String> capabilities(JsonNode names) {
    return texts(names).stream()
        .map(name -> name.toUpperCase(Locale.ROOT))
        .map(name -> name.startsWith("CAP_") ? name.substring(4) : name)
        .toList();
  }

  private static String networkMode(String mode) {
    return mode.equals("default") ? "bridge" : mode;
  }

  /** Unix nanoseconds; 0 for the engine's year 1 and for what is no time. */
  private static long time(String text) {
    try {
      OffsetDateTime time = OffsetDateTime.parse(text);
      return time.getYear() < 1970 ? 0 : LogTime.nanos(time.toInstant());
    } catch (DateTimeException e) {
      return 0;
    }
  }

  private static int number(String text) {
    try {
      return Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private static String text(JsonNode node, String field) {
    return node.path(field).asText("");
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    for (JsonNode element : array) {
      texts.add(element.asText(""));
    }
    return List.copyOf(texts);
  }

  private static SortedMap<String, String> strings(JsonNode object) {
    SortedMap<String, String> strings = new TreeMap<>();
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      strings.put(entry.getKey(), entry.getValue().asText(""));
    }
    return strings;
  }

  private static String orElse(String text, String other) {
    return text.isEmpty() ? other : text;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
