package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Container facts as the JSON object that rows and the JSON form share. */
final class FactsJson {
  /** What is left out, in this order, when the object would be too long. */
  private static final List<String> LEFT_OUT =
      List.of("labels", "entrypoint", "mounts", "ports", "networks", "security");

  private FactsJson() {}

  /** Everything but time and container; what has its default is absent. */
  static ObjectNode tree(ContainerFacts f) {
    ObjectNode tree = Json.object();
    tree.put("state", f.state());
    Json.put(tree, "pid", f.pid(), 0);
    Json.put(tree, "created", f.created() == 0 ? null : Json.time(f.created()));
    Json.put(tree, "started", f.started() == 0 ? null : Json.time(f.started()));
    putMap(tree, "labels", f.labels());
    putAll(tree, "mounts", f.mounts().stream().map(FactsJson::mount).toList());
    putAll(tree, "networks", f.networks().stream().map(FactsJson::network).toList());
    putText(tree, "network_mode", f.networkMode());
    putText(tree, "pid_mode", f.pidMode());
    putAll(tree, "ports", f.ports().stream().map(FactsJson::port).toList());
    putText(tree, "user", f.user());
    Json.put(tree, "entrypoint", f.entrypoint());
    Json.put(tree, "tty", f.tty());
    putText(tree, "log_driver", f.logDriver());
    putText(tree, "restart_policy", f.restartPolicy());
    Json.put(tree, "limits", limits(f.limits()));
    Json.put(tree, "security", security(f.security()));
    Json.put(tree, "restarts", f.restarts(), 0);
    return tree;
  }

  static void putMap(ObjectNode tree, String name, Map<String, String> map) {
    ObjectNode nested = Json.object();
    map.forEach(nested::put);
    Json.put(tree, name, nested);
  }

  private static void putText(ObjectNode tree, String name, String text) {
    Json.put(tree, name, text.isEmpty() ? null : text);
  }

  private static void putAll(ObjectNode tree, String name, Collection<ObjectNode> objects) {
    if (!objects.isEmpty()) {
      ArrayNode array = tree.putArray(name);
      objects.forEach(array::add);
    }
  }

  private static ObjectNode mount(ContainerFacts.Mount mount) {
    ObjectNode tree = Json.object();
    tree.put("type", mount.type());
    tree.put("source", mount.source());
    tree.put("destination", mount.destination());
    Json.put(tree, "writable", mount.writable());
    return tree;
  }

  private static ObjectNode network(ContainerFacts.Network network) {
    ObjectNode tree = Json.object();
    tree.put("name", network.name());
    tree.put("id", network.id());
    Json.put(tree, "address", network.address());
    Json.put(tree, "address6", network.address6());
    Json.put(tree, "mac", network.mac());
    Json.put(tree, "aliases", network.aliases());
    return tree;
  }

  private static ObjectNode port(ContainerFacts.Port port) {
    ObjectNode tree = Json.object();
    tree.put("container_port", port.containerPort());
    tree.put("protocol", port.protocol());
    tree.put("host_address", port.hostAddress());
    tree.put("host_port", port.hostPort());
    return tree;
  }

  private static ObjectNode limits(ContainerFacts.Limits limits) {
    ObjectNode tree = Json.object();
    Json.put(tree, "memory", limits.memory(), 0);
    Json.put(tree, "nano_cpus", limits.nanoCpus(), 0);
    Json.put(tree, "pids", limits.pids(), 0);
    return tree;
  }

  private static ObjectNode security(ContainerFacts.Security security) {
    ObjectNode tree = Json.object();
    Json.put(tree, "cap_add", security.capAdd());
    Json.put(tree, "cap_drop", security.capDrop());
    Json.put(tree, "options", security.options());
    Json.put(tree, "read_only_root", security.readOnlyRoot());
    putText(tree, "userns", security.userns());
    return tree;
  }

  /**
   * The object as text within a bound.
   *
   * @param json the text
   * @param cut whether something was left out; the text then names it in {@code left_out}
   */
  record Bounded(String json, boolean cut) {}

  /** The object within a bound: the longest labels are left out first, then whole members. */
  static Bounded write(ContainerFacts facts, int mostBytes) {
    ObjectNode tree = tree(facts);
    String json = Json.text(tree);
    int excess = Utf8.length(json) - mostBytes;
    if (excess <= 0) {
      return new Bounded(json, false);
    }
    List<String> leftOut = new ArrayList<>();
    if (tree.get("labels") instanceof ObjectNode labels) {
      leftOut.add("labels");
      leaveOutLongest(labels, excess + 100);
    }
    json = marked(tree, leftOut);
    for (String member : LEFT_OUT) {
      if (Utf8.length(json) <= mostBytes) {
        break;
      }
      tree.remove(member);
      leftOut.remove(member);
      leftOut.add(member);
      json = marked(tree, leftOut);
    }
    if (Utf8.length(json) > mostBytes) {
      json = marked(Json.object(), List.of("all"));
    }
    return new Bounded(json, true);
  }

  private static String marked(ObjectNode tree, List<String> leftOut) {
    tree.remove("left_out");
    Json.put(tree, "left_out", leftOut);
    return Json.text(tree);
  }

  private static void leaveOutLongest(ObjectNode labels, int excess) {
    List<String> longestFirst = new ArrayList<>();
    labels.fieldNames().forEachRemaining(longestFirst::add);
    longestFirst.sort(
        Comparator.comparingInt((String name) -> -bytes(labels, name))
            .thenComparing(Comparator.naturalOrder()));
    int removed = 0;
    for (String name : longestFirst) {
      if (removed >= excess) {
        return;
      }
      removed += bytes(labels, name);
      labels.remove(name);
    }
  }

  private static int bytes(ObjectNode labels, String name) {
    return Utf8.length(name) + Utf8.length(labels.get(name).toString());
  }

  /** The facts; those of which only the container is known when the text is not such an object. */
  static ContainerFacts readOrUnknown(String json, long time, ContainerRef container) {
    try {
      return read(Json.read(json), time, container);
    } catch (MalformedJsonException e) {
      return ContainerFacts.unknown(time, container);
    }
  }

  static ContainerFacts read(Fields f, long time, ContainerRef container)
      throws MalformedJsonException {
    return new ContainerFacts(
        time,
        container,
        f.textOr("state", "running"),
        f.integer("pid", 0),
        f.time("created", 0),
        f.time("started", 0),
        f.map("labels"),
        mounts(f.objects("mounts")),
        networks(f.objects("networks")),
        f.textOr("network_mode", ""),
        f.textOr("pid_mode", ""),
        ports(f.objects("ports")),
        f.textOr("user", ""),
        f.texts("entrypoint"),
        f.flag("tty"),
        f.textOr("log_driver", ""),
        f.textOr("restart_policy", ""),
        limits(f.in("limits")),
        security(f.in("security")),
        f.integer("restarts", 0));
  }

  private static List<ContainerFacts.Mount> mounts(List<Fields> all) throws MalformedJsonException {
    List<ContainerFacts.Mount> mounts = new ArrayList<>();
    for (Fields f : all) {
      mounts.add(
          new ContainerFacts.Mount(
              f.textOr("type", ""),
              f.textOr("source", ""),
              f.textOr("destination", ""),
              f.flag("writable")));
    }
    return mounts;
  }

  private static List<ContainerFacts.Network> networks(List<Fields> all)
      throws MalformedJsonException {
    List<ContainerFacts.Network> networks = new ArrayList<>();
    for (Fields f : all) {
      networks.add(
          new ContainerFacts.Network(
              f.textOr("name", ""),
              f.textOr("id", ""),
              f.text("address"),
              f.text("address6"),
              f.text("mac"),
              f.texts("aliases")));
    }
    return networks;
  }

  private static List<ContainerFacts.Port> ports(List<Fields> all) throws MalformedJsonException {
    List<ContainerFacts.Port> ports = new ArrayList<>();
    for (Fields f : all) {
      ports.add(
          new ContainerFacts.Port(
              f.integer("container_port", 0),
              f.textOr("protocol", ""),
              f.textOr("host_address", ""),
              f.integer("host_port", 0)));
    }
    return ports;
  }

  private static ContainerFacts.Limits limits(Fields f) throws MalformedJsonException {
    return new ContainerFacts.Limits(
        f.number("memory", 0), f.number("nano_cpus", 0), f.number("pids", 0));
  }

  private static ContainerFacts.Security security(Fields f) throws MalformedJsonException {
    return new ContainerFacts.Security(
        f.texts("cap_add"),
        f.texts("cap_drop"),
        f.texts("options"),
        f.flag("read_only_root"),
        f.textOr("userns", ""));
  }
}
