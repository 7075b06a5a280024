package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event from its ECS object: the inverse of {@link EventTree}. */
final class EventFields {
  private final Fields root;
  private final Fields own;

  private EventFields(Fields root) throws MalformedJsonException {
    this.root = root;
    this.own = root.in("leukocyte");
  }

  /**
   * Reads an event.
   *
   * @param root the whole document
   * @param line the text of a log line; absent in other kinds
   */
  static Event read(Fields root, @Nullable String line) throws MalformedJsonException {
    return new EventFields(root).event(line == null ? "" : line);
  }

  private Event event(String line) throws MalformedJsonException {
    long time = root.requiredParsed("@timestamp", Json::nanos);
    ContainerRef container = container(root);
    Kind kind = kind();
    return switch (kind) {
      case PROCESS_EXEC -> new ProcessExec(time, container, requiredProcess());
      case PROCESS_EXIT ->
          new ProcessExit(
              time,
              container,
              requiredProcess(),
              root.in("process").integer("exit_code", 0),
              own.in("process").integer("signal", 0));
      case NET_CONNECT ->
          new NetConnect(
              time,
              container,
              root.has("process") ? requiredProcess() : null,
              protocol(),
              endpoint("source"),
              endpoint("destination"),
              root.in("destination").text("domain"));
      case NET_FLOW -> flow(time, container);
      case CONTAINER_LIFECYCLE -> lifecycle(time, required(container));
      case CONTAINER_FACTS -> FactsJson.read(own.in("facts"), time, required(container));
      case CONTAINER_LOG -> log(time, required(container), line);
      case CONTAINER_STATS -> stats(time, required(container));
      case SENSOR_LOSS -> loss(time, container);
      case SENSOR_HEARTBEAT -> heartbeat(time);
      case PROC_TRACE,
          PROC_CONTROL,
          NS_CHANGE,
          CRED_CHANGE,
          SIGNAL_KILL,
          NET_ACCEPT,
          NET_LISTEN,
          NET_SEND,
          NET_SOCKET,
          FD_DUP,
          FILE_OPEN,
          FILE_CHANGE,
          FS_MOUNT,
          KERNEL_MODULE,
          KERNEL_CALL,
          BPF_LOAD,
          MEM_FILELESS ->
          CallFields.read(kind, this, root, own, time, container);
    };
  }

  /** The kind by its name; of a foreign event by how ECS classifies it. */
  private Kind kind() throws MalformedJsonException {
    String name = own.text("kind");
    if (name != null) {
      Kind kind = Kind.ofText(name);
      if (kind == null) {
        throw own.wrong("kind", "a kind such as process.exec");
      }
      return kind;
    }
    Fields event = root.in("event");
    List<String> categories = event.texts("category");
    List<String> types = event.texts("type");
    if (categories.contains("process") && types.contains("start")) {
      return Kind.PROCESS_EXEC;
    }
    if (categories.contains("process") && types.contains("end")) {
      return Kind.PROCESS_EXIT;
    }
    if (categories.contains("network") && types.contains("start")) {
      return Kind.NET_CONNECT;
    }
    if (categories.isEmpty() && root.has("message")) {
      return Kind.CONTAINER_LOG;
    }
    throw own.wrong("kind", "a kind such as process.exec");
  }

  static @Nullable ContainerRef container(Fields root) throws MalformedJsonException {
    Fields container = root.in("container");
    ContainerId id = container.parsed("id", ContainerId::new);
    if (id == null) {
      return null;
    }
    Fields image = container.in("image");
    return new ContainerRef(
        id,
        container.textOr("name", ""),
        image.textOr("name", ""),
        image.first("tag"),
        image.in("hash").first("all"),
        container.in("security_context").flag("privileged"));
  }

  private ContainerRef required(@Nullable ContainerRef container) throws MalformedJsonException {
    if (container == null) {
      throw root.in("container").wrong("id", "a container id");
    }
    return container;
  }

  ProcessInfo requiredProcess() throws MalformedJsonException {
    Fields process = root.in("process");
    Fields more = own.in("process");
    if (!process.has("pid")) {
      throw process.wrong("pid", "a whole number");
    }
    return new ProcessInfo(
        ref(process),
        process.integer("vpid", 0),
        process.text("name"),
        process.text("executable"),
        args(process),
        more.flag("args_truncated"),
        process.text("working_directory"),
        more.integer("tty", 0),
        id(process.in("user"), "id"),
        id(process.in("group"), "id"),
        more.integer("login_uid", -1),
        capabilities(more, "capabilities"),
        flags(more),
        process.has("parent") ? parent(process.in("parent")) : null,
        more.texts("ancestors"),
        more(process, more));
  }

  private static ProcessInfo.More more(Fields process, Fields more) throws MalformedJsonException {
    return new ProcessInfo.More(
        capabilities(more, "capabilities_permitted"),
        process.texts("env_vars"),
        more.flag("env_truncated"),
        more.flag("group_leader"),
        more.has("program") ? program(more.in("program")) : null,
        lineage(more),
        new ProcessInfo.Names(
            process.in("user").text("name"),
            process.in("group").text("name"),
            more.text("login_name")));
  }

  private static ProgramFile program(Fields file) throws MalformedJsonException {
    Long inode = file.parsed("inode", Long::parseUnsignedLong);
    return new ProgramFile(
        inode == null ? 0 : inode,
        file.time("changed", 0),
        file.time("modified", 0),
        file.time("namespace_start", 0));
  }

  private static List<ProcessInfo.Ancestor> lineage(Fields more) throws MalformedJsonException {
    List<ProcessInfo.Ancestor> lineage = new ArrayList<>();
    for (Fields ancestor : more.each("lineage")) {
      lineage.add(
          new ProcessInfo.Ancestor(
              ancestor.integer("pid", 0),
              ancestor.text("executable"),
              ancestor.text("first_arg"),
              ancestor.text("command_line")));
    }
    return lineage;
  }

  static ProcessRef ref(Fields process) throws MalformedJsonException {
    return new ProcessRef(process.integer("pid", 0), process.time("start", 0));
  }

  /** The arguments; of a foreign event that has but a command line its words. */
  private static List<String> args(Fields process) throws MalformedJsonException {
    String line = process.text("command_line");
    return line == null || process.has("args")
        ? process.texts("args")
        : Arrays.stream(line.split(" ")).filter(word -> !word.isEmpty()).toList();
  }

  static int id(Fields owner, String name) throws MalformedJsonException {
    Integer id = owner.parsed(name, Integer::parseUnsignedInt);
    return id == null ? -1 : id;
  }

  static long capabilities(Fields more, String name) throws MalformedJsonException {
    Long bits = more.parsed(name, text -> Long.parseUnsignedLong(text, 16));
    return bits == null ? 0 : bits;
  }

  private static ProcessInfo.Flags flags(Fields more) throws MalformedJsonException {
    return new ProcessInfo.Flags(
        more.flag("setup"),
        more.flag("upper_layer"),
        more.flag("fileless"),
        more.flag("host_mounts"));
  }

  private static ProcessInfo.Parent parent(Fields parent) throws MalformedJsonException {
    return new ProcessInfo.Parent(
        ref(parent), parent.text("name"), parent.text("executable"), args(parent));
  }

  Protocol protocol() throws MalformedJsonException {
    String transport = root.in("network").textOr("transport", "");
    for (Protocol protocol : Protocol.values()) {
      if (protocol.text().equals(transport)) {
        return protocol;
      }
    }
    return Protocol.OTHER;
  }

  Endpoint endpoint(String name) throws MalformedJsonException {
    Fields end = root.in(name);
    String ip = end.text("ip");
    return new Endpoint(
        ip != null ? ip : end.textOr("address", ""), end.integer("port", 0, 0, 65535));
  }

  private Event flow(long time, @Nullable ContainerRef container) throws MalformedJsonException {
    Fields network = root.in("network");
    Fields destination = root.in("destination");
    Fields source = root.in("source");
    // Before received bytes were told, what was sent stood in network alone.
    Fields sent = source.has("bytes") ? source : network;
    return new NetFlow(
        time,
        container,
        protocol(),
        endpoint("destination"),
        sent.number("bytes", 0),
        sent.number("packets", 0),
        root.in("event").number("duration", 0),
        "ingress".equals(network.text("direction")),
        destination.text("domain"),
        destination.number("bytes", 0),
        destination.number("packets", 0));
  }

  private Event lifecycle(long time, ContainerRef container) throws MalformedJsonException {
    Fields process = root.in("process");
    return new ContainerLifecycle(
        time,
        container,
        root.in("event").required("action"),
        process.has("exit_code") ? process.integer("exit_code", 0) : null,
        own.in("lifecycle").map("attributes"));
  }

  private Event log(long time, ContainerRef container, String line) throws MalformedJsonException {
    Fields log = own.in("log");
    return new ContainerLog(
        time,
        container,
        stream(log),
        line,
        log.has("original_bytes")
            ? log.number("original_bytes", 0)
            : line.getBytes(StandardCharsets.UTF_8).length,
        log.flag("truncated"),
        log.integer("lines", 1, 1, Integer.MAX_VALUE));
  }

  private static ContainerLog.Stream stream(Fields log) throws MalformedJsonException {
    String name = log.textOr("stream", ContainerLog.Stream.STDOUT.text());
    for (ContainerLog.Stream stream : ContainerLog.Stream.values()) {
      if (stream.text().equals(name)) {
        return stream;
      }
    }
    throw log.wrong("stream", "stdout, stderr or tty");
  }

  private Event stats(long time, ContainerRef container) throws MalformedJsonException {
    Fields stats = own.in("stats");
    return new ContainerStats(
        time,
        container,
        stats.number("cpu", 0),
        stats.decimal("cpu_percent", 0),
        stats.number("throttled", 0),
        stats.number("memory", 0),
        stats.number("memory_limit", 0),
        stats.number("pids", -1),
        stats.number("pids_limit", 0),
        stats.number("block_read", -1),
        stats.number("block_write", -1),
        stats.number("network_received", -1),
        stats.number("network_sent", -1),
        stats.number("restarts", 0),
        stats.number("oom_kills", 0));
  }

  private Event loss(long time, @Nullable ContainerRef container) throws MalformedJsonException {
    Fields loss = own.in("loss");
    return new SensorLoss(
        time,
        container,
        loss.textOr("source", ""),
        loss.textOr("kind", ""),
        loss.textOr("reason", ""),
        loss.number("count", 0),
        loss.time("from", 0),
        loss.time("to", 0));
  }

  private Event heartbeat(long time) throws MalformedJsonException {
    Fields beat = own.in("heartbeat");
    return new SensorHeartbeat(
        time,
        beat.textOr("hostname", ""),
        beat.textOr("mode", ""),
        beat.texts("missing"),
        beat.text("bundle"),
        beat.textOr("version", ""),
        beat.number("clock_offset", 0),
        beat.number("received", 0),
        beat.number("published", 0),
        beat.number("filtered", 0),
        beat.number("lost", 0));
  }
}
