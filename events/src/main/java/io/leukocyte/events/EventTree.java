package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/**
 * An event as an ECS object, field by field: what {@link EventJson} writes and {@link AlertJson}
 * embeds. {@link EventFields} is its inverse.
 */
final class EventTree {
  private EventTree() {}

  static ObjectNode of(Observed observed) {
    Event event = observed.event();
    ObjectNode root = Json.object();
    root.put("@timestamp", Json.time(event.time()));
    if (event instanceof ContainerLog log) {
      root.put("message", log.line());
    }
    root.putObject("ecs").put("version", Json.ECS_VERSION);
    root.set("event", classification(observed));
    root.putObject("host").put("id", observed.id().host().value());
    ContainerRef container = event.container();
    if (container != null) {
      root.set("container", container(container));
    }
    ObjectNode own = Json.object();
    own.put("kind", event.kind().text());
    details(event, root, own);
    root.set("leukocyte", own);
    return root;
  }

  private static ObjectNode classification(Observed observed) {
    Taxonomy taxonomy = Taxonomy.of(observed.event());
    ObjectNode event = Json.object();
    event.put("id", observed.id().toString());
    event.put("kind", taxonomy.kind());
    Json.put(event, "category", taxonomy.category());
    Json.put(event, "type", taxonomy.type());
    event.put("action", taxonomy.action());
    event.put("module", "leukocyte");
    event.put("dataset", "leukocyte.events");
    event.put("provider", taxonomy.provider());
    return event;
  }

  static ObjectNode container(ContainerRef container) {
    ObjectNode tree = Json.object();
    tree.put("id", container.id().value());
    Json.put(tree, "name", container.name().isEmpty() ? null : container.name());
    ObjectNode image = Json.object();
    Json.put(image, "name", container.image().isEmpty() ? null : container.image());
    if (container.tag() != null) {
      image.putArray("tag").add(container.tag());
    }
    if (container.digest() != null) {
      image.putObject("hash").putArray("all").add(container.digest());
    }
    Json.put(tree, "image", image);
    if (container.privileged()) {
      tree.putObject("security_context").put("privileged", true);
    }
    return tree;
  }

  private static void details(Event event, ObjectNode root, ObjectNode own) {
    switch (event) {
      case ProcessExec e -> process(e.process(), root, own);
      case ProcessExit e -> {
        process(e.process(), root, own);
        root.withObject("/process").put("exit_code", e.exitCode());
        Json.put(own.withObject("/process"), "signal", e.signal(), 0);
      }
      case NetConnect e -> connect(e, root, own);
      case NetFlow e -> flow(e, root);
      case ContainerLifecycle e -> lifecycle(e, root, own);
      case ContainerFacts e -> own.set("facts", FactsJson.tree(e));
      case ContainerLog e -> {
        ObjectNode log =
            own.putObject("log")
                .put("stream", e.stream().text())
                .put("original_bytes", e.originalBytes())
                .put("truncated", e.truncated());
        Json.put(log, "lines", e.lines(), 1);
      }
      case ContainerStats e -> own.set("stats", stats(e));
      case SensorLoss e -> own.set("loss", loss(e));
      case SensorHeartbeat e -> own.set("heartbeat", heartbeat(e));
      case SystemCall e -> {
        process(e.process(), root, own);
        CallTree.put(e, root, own);
      }
    }
  }

  private static void process(ProcessInfo p, ObjectNode root, ObjectNode own) {
    ObjectNode process = root.putObject("process");
    put(process, p.ref(), p.name(), p.executable());
    Json.put(process, "vpid", p.containerPid(), 0);
    Json.put(process, "args", p.args());
    Json.put(process, "working_directory", p.workingDirectory());
    Json.put(process, "env_vars", p.more().environment());
    Json.put(process, "user", owner(p.uid(), p.more().names().user()));
    Json.put(process, "group", owner(p.gid(), p.more().names().group()));
    ProcessInfo.Parent parent = p.parent();
    if (parent != null) {
      ObjectNode tree = process.putObject("parent");
      put(tree, parent.ref(), parent.name(), parent.executable());
      Json.put(tree, "args", parent.args());
    }
    Json.put(own, "process", ownProcess(p));
  }

  /** A user or group as ECS has it; empty when neither number nor name is known. */
  static ObjectNode owner(int id, @Nullable String name) {
    ObjectNode tree = Json.object();
    if (id != -1) {
      tree.put("id", Integer.toUnsignedString(id));
    }
    Json.put(tree, "name", name);
    return tree;
  }

  static void put(
      ObjectNode process, ProcessRef ref, @Nullable String name, @Nullable String executable) {
    process.put("pid", ref.pid());
    Json.put(process, "start", ref.startTime() == 0 ? null : Json.time(ref.startTime()));
    Json.put(process, "name", name);
    Json.put(process, "executable", executable);
  }

  private static ObjectNode ownProcess(ProcessInfo p) {
    ObjectNode own = Json.object();
    Json.put(own, "args_truncated", p.argsTruncated());
    Json.put(own, "tty", p.tty(), 0);
    Json.put(own, "login_uid", p.loginUid(), -1);
    Json.put(own, "login_name", p.more().names().loginUser());
    capabilities(own, "capabilities", p.capabilities());
    capabilities(own, "capabilities_permitted", p.more().permittedCapabilities());
    Json.put(own, "setup", p.flags().setup());
    Json.put(own, "upper_layer", p.flags().upperLayer());
    Json.put(own, "fileless", p.flags().fileless());
    Json.put(own, "host_mounts", p.flags().hostMounts());
    Json.put(own, "ancestors", p.ancestors());
    Json.put(own, "env_truncated", p.more().environmentTruncated());
    Json.put(own, "group_leader", p.more().groupLeader());
    ProgramFile file = p.more().file();
    if (file != null) {
      own.set("program", program(file));
    }
    for (ProcessInfo.Ancestor ancestor : p.more().lineage()) {
      own.withArray("/lineage").add(ancestor(ancestor));
    }
    return own;
  }

  private static ObjectNode program(ProgramFile file) {
    ObjectNode tree = Json.object();
    tree.put("inode", Long.toUnsignedString(file.inode()));
    tree.put("changed", Json.time(file.changed()));
    tree.put("modified", Json.time(file.modified()));
    Json.put(
        tree,
        "namespace_start",
        file.namespaceStart() == 0 ? null : Json.time(file.namespaceStart()));
    return tree;
  }

  private static ObjectNode ancestor(ProcessInfo.Ancestor ancestor) {
    ObjectNode tree = Json.object();
    tree.put("pid", ancestor.pid());
    Json.put(tree, "executable", ancestor.executable());
    Json.put(tree, "first_arg", ancestor.first());
    Json.put(tree, "command_line", ancestor.commandLine());
    return tree;
  }

  /** Bits as hexadecimal; nothing when none is set. */
  static void capabilities(ObjectNode to, String name, long bits) {
    Json.put(to, name, bits == 0 ? null : Long.toHexString(bits));
  }

  private static void connect(NetConnect e, ObjectNode root, ObjectNode own) {
    if (e.process() != null) {
      process(e.process(), root, own);
    }
    Json.put(root, "source", endpoint(e.source()));
    Json.put(root, "destination", named(e.destination(), e.domain()));
    root.set("network", network(e.protocol(), e.destination(), "egress"));
  }

  private static void flow(NetFlow e, ObjectNode root) {
    root.withObject("/event").put("duration", e.interval());
    ObjectNode destination = named(e.destination(), e.domain());
    Json.put(destination, "bytes", e.receivedBytes(), 0);
    Json.put(destination, "packets", e.receivedPackets(), 0);
    Json.put(root, "destination", destination);
    root.putObject("source").put("bytes", e.bytes()).put("packets", e.packets());
    root.set(
        "network",
        network(e.protocol(), e.destination(), e.inbound() ? "ingress" : "egress")
            .put("bytes", e.bytes() + e.receivedBytes())
            .put("packets", e.packets() + e.receivedPackets()));
  }

  static ObjectNode network(Protocol protocol, Endpoint remote, String direction) {
    ObjectNode network = Json.object();
    if (protocol != Protocol.OTHER) {
      network.put("transport", protocol.text());
    }
    if (IpAddress.isLiteral(remote.address())) {
      network.put("type", remote.address().indexOf(':') >= 0 ? "ipv6" : "ipv4");
    }
    return network.put("direction", direction);
  }

  static ObjectNode named(Endpoint endpoint, @Nullable String domain) {
    ObjectNode tree = endpoint(endpoint);
    Json.put(tree, "domain", domain);
    return tree;
  }

  /** Text that is no IP address goes where ECS wants it: an index refuses it as {@code ip}. */
  static ObjectNode endpoint(Endpoint endpoint) {
    ObjectNode tree = Json.object();
    String address = endpoint.address();
    if (!address.isEmpty()) {
      tree.put(IpAddress.isLiteral(address) ? "ip" : "address", address);
    }
    Json.put(tree, "port", endpoint.port(), 0);
    return tree;
  }

  private static void lifecycle(ContainerLifecycle e, ObjectNode root, ObjectNode own) {
    Integer exitCode = e.exitCode();
    if (exitCode != null) {
      root.putObject("process").put("exit_code", exitCode);
    }
    ObjectNode lifecycle = Json.object();
    FactsJson.putMap(lifecycle, "attributes", e.attributes());
    Json.put(own, "lifecycle", lifecycle);
  }

  private static ObjectNode stats(ContainerStats e) {
    ObjectNode tree = Json.object();
    tree.put("cpu", e.cpuNanos());
    tree.put("cpu_percent", e.cpuPercent());
    tree.put("throttled", e.throttledNanos());
    tree.put("memory", e.memoryBytes());
    Json.put(tree, "memory_limit", e.memoryLimit(), 0);
    Json.put(tree, "pids", e.pids(), -1);
    Json.put(tree, "pids_limit", e.pidsLimit(), 0);
    Json.put(tree, "block_read", e.blockReadBytes(), -1);
    Json.put(tree, "block_write", e.blockWriteBytes(), -1);
    Json.put(tree, "network_received", e.networkReceivedBytes(), -1);
    Json.put(tree, "network_sent", e.networkSentBytes(), -1);
    tree.put("restarts", e.restarts());
    return tree.put("oom_kills", e.oomKills());
  }

  private static ObjectNode loss(SensorLoss e) {
    return Json.object()
        .put("source", e.source())
        .put("kind", e.lostKind())
        .put("reason", e.reason())
        .put("count", e.count())
        .put("from", Json.time(e.from()))
        .put("to", Json.time(e.to()));
  }

  private static ObjectNode heartbeat(SensorHeartbeat e) {
    ObjectNode tree = Json.object();
    tree.put("hostname", e.hostname());
    tree.put("mode", e.mode());
    Json.put(tree, "missing", e.missing());
    Json.put(tree, "bundle", e.bundle());
    tree.put("version", e.version());
    tree.put("clock_offset", e.clockOffset());
    tree.put("received", e.received());
    tree.put("published", e.published());
    tree.put("filtered", e.filtered());
    return tree.put("lost", e.lost());
  }
}
