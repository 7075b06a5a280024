package io.leukocyte.rules;

import io.leukocyte.events.Capabilities;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.ProgramFile;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An event of a test, written as the fields that a rule reads. What is not given is as in an
 * ordinary container; {@code container.id: host} makes it an event of the host itself.
 */
final class EventShorthand {
  private static final Pattern KEYED = Pattern.compile("([a-z.]+)\\[([^\\]]+)\\]");
  private static final Pattern OFFSET = Pattern.compile("(\\d{1,9})(ms|s|m|h)");
  private static final ContainerId CONTAINER = new ContainerId("c0ffee".repeat(10) + "c0ff");
  private static final long START = 1_767_225_600_000_000_000L;
  private static final int ROOT = 0;
  private static final int USER = 1000;
  private static final int NOBODY = -1;

  /** Keys that say something; the event's type decides which of them are looked at. */
  private static final Set<String> KEYS =
      Set.of(
          "evt.type",
          "at",
          "proc.name",
          "proc.exepath",
          "proc.args",
          "proc.cmdline",
          "proc.cwd",
          "proc.tty",
          "proc.pid",
          "proc.vpid",
          "proc.aname",
          "proc.pname",
          "proc.pexepath",
          "proc.pcmdline",
          "proc.is_exe_upper_layer",
          "proc.is_exe_from_memfd",
          "proc.is_setup",
          "proc.is_vpgid_leader",
          "proc.env",
          "proc.exe_ino",
          "proc.exe_ino.ctime",
          "proc.exe_ino.mtime",
          "proc.exit_code",
          "proc.exit_signal",
          "thread.cap_effective",
          "user.uid",
          "user.uid_before",
          "user.name",
          "user.loginuid",
          "user.loginname",
          "group.gid",
          "group.name",
          "fd.cip",
          "fd.cip.name",
          "fd.cport",
          "fd.sip",
          "fd.sip.name",
          "fd.sport",
          "fd.l4proto",
          "fd.name",
          "fd.nameraw",
          "fd.is_upper_layer",
          "evt.rawres",
          "evt.is_open_create",
          "evt.arg.cmd",
          "evt.arg.dev",
          "evt.arg.dir",
          "evt.arg.domain",
          "evt.arg.filename",
          "evt.arg.flags",
          "evt.arg.gid",
          "evt.arg.linkpath",
          "evt.arg.mode",
          "evt.arg.name",
          "evt.arg.newpath",
          "evt.arg.oldpath",
          "evt.arg.option",
          "evt.arg.path",
          "evt.arg.pid",
          "evt.arg.proto",
          "evt.arg.request",
          "evt.arg.sig",
          "evt.arg.target",
          "evt.arg.type",
          "evt.arg.uid",
          "dns.question.name",
          "dns.question.type",
          "module.name",
          "module.path",
          "kernel.arg",
          "flow.bytes",
          "flow.bytes_received",
          "flow.packets_received",
          "flow.inbound",
          "flow.packets",
          "log.line",
          "log.stream",
          "container.id",
          "container.name",
          "container.image.repository",
          "container.image.tag",
          "container.image.digest",
          "container.privileged",
          "container.network_mode",
          "container.action",
          "container.exit_code",
          "sensor.hostname",
          "sensor.missing",
          "sensor.mode",
          "stats.cpu_percent",
          "stats.memory",
          "stats.memory_limit",
          "stats.oom_kills",
          "stats.pids",
          "stats.restarts",
          "stats.throttled");

  private static final Set<String> KEYED_KEYS =
      Set.of("container.label", "container.attribute", "container.mount.source");

  private final YamlNode.Mapping mapping;
  private final int index;
  private final List<Problem> problems;
  private final Map<String, List<String>> values = new HashMap<>();
  private final SortedMap<String, String> labels = new TreeMap<>();
  private final SortedMap<String, String> attributes = new TreeMap<>();
  private final SortedMap<String, String> mounts = new TreeMap<>();

  /**
   * Reads the keys.
   *
   * @param index place among the test's events: a millisecond later than the one before, unless
   *     {@code at} says otherwise
   */
  EventShorthand(YamlNode.Mapping mapping, int index, List<Problem> problems) {
    this.mapping = mapping;
    this.index = index;
    this.problems = problems;
    mapping.entries().forEach(this::take);
  }

  private void take(YamlNode.Entry entry) {
    String key = entry.key().text();
    Matcher keyed = KEYED.matcher(key);
    if (keyed.matches() && KEYED_KEYS.contains(keyed.group(1))) {
      keyed(keyed.group(1)).put(keyed.group(2), String.join(" ", texts(entry.value())));
    } else if (KEYS.contains(key)) {
      values.put(key, texts(entry.value()));
    } else {
      problems.add(
          new Problem(
              entry.key().at(),
              "'" + key + "' cannot be set in a test's event",
              Suggestion.didYouMean(key, KEYS)));
    }
  }

  private SortedMap<String, String> keyed(String key) {
    return switch (key) {
      case "container.label" -> labels;
      case "container.mount.source" -> mounts;
      default -> attributes;
    };
  }

  private List<String> texts(YamlNode node) {
    return switch (node) {
      case YamlNode.Scalar s -> List.of(s.text());
      case YamlNode.Sequence s -> s.items().stream().flatMap(i -> texts(i).stream()).toList();
      case YamlNode.Mapping m -> {
        problems.add(new Problem(m.at(), "a field's value is text or a list", ""));
        yield List.of();
      }
    };
  }

  /** The event; empty when its type is missing or a value is wrong, which is reported. */
  Optional<Event> event() {
    String type = text("evt.type", "");
    try {
      return switch (type) {
        case "execve", "process.exec" ->
            Optional.of(new ProcessExec(time(), container(), process()));
        case "procexit", "process.exit" ->
            Optional.of(
                new ProcessExit(
                    time(),
                    container(),
                    process(),
                    (int) number("proc.exit_code", 0),
                    (int) number("proc.exit_signal", 0)));
        case "connect", "net.connect" -> Optional.of(connect());
        case "flow", "net.flow" -> Optional.of(flow());
        case "log", "container.log" -> Optional.of(log());
        case "container" -> Optional.of(lifecycle(EventTypes.START));
        case "lifecycle", "container.lifecycle" ->
            Optional.of(lifecycle(text("container.action", EventTypes.START)));
        case "heartbeat", "sensor.heartbeat" -> Optional.of(heartbeat());
        case "stats", "container.stats" -> Optional.of(stats());
        default -> call(type);
      };
    } catch (IllegalArgumentException e) {
      return wrong("not an event: " + e.getMessage());
    }
  }

  private Optional<Event> wrong(String what) {
    problems.add(
        new Problem(
            mapping.at(),
            what,
            "use execve, procexit, connect, flow, log, container, lifecycle, stats, heartbeat or the"
                + " name of a system call such as openat"));
    return Optional.empty();
  }

  private Optional<Event> call(String type) {
    Kind kind = CallShorthand.kind(type);
    return kind == null
        ? wrong("an event of a test needs evt.type, not '" + type + "'")
        : Optional.of(new CallShorthand(this, time(), container(), process()).event(kind, type));
  }

  /** The container's facts; null for the host itself. */
  @Nullable ContainerFacts facts() {
    ContainerRef container = container();
    if (container == null) {
      return null;
    }
    ContainerFacts f = ContainerFacts.unknown(START, container);
    return new ContainerFacts(
        f.time(),
        f.container(),
        f.state(),
        f.pid(),
        f.created(),
        f.started(),
        labels,
        mounts.entrySet().stream()
            .map(m -> new ContainerFacts.Mount("bind", m.getValue(), m.getKey(), true))
            .toList(),
        f.networks(),
        text("container.network_mode", f.networkMode()),
        f.pidMode(),
        f.ports(),
        f.user(),
        f.entrypoint(),
        f.tty(),
        f.logDriver(),
        f.restartPolicy(),
        f.limits(),
        f.security());
  }

  private @Nullable ContainerRef container() {
    if (text("container.id", "").equals("host")) {
      return null;
    }
    return new ContainerRef(
        containerId(),
        text("container.name", "web-1"),
        text("container.image.repository", "example/web"),
        text("container.image.tag", "1"),
        values.containsKey("container.image.digest") ? text("container.image.digest", "") : null,
        text("container.privileged", "false").equals("true"));
  }

  /** Digits of an id, filled up with zeros; the ordinary container's when there are none. */
  private ContainerId containerId() {
    String digits = text("container.id", "");
    return digits.matches("[0-9a-f]{1,64}")
        ? new ContainerId(digits + "0".repeat(64 - digits.length()))
        : CONTAINER;
  }

  private ContainerRef ownContainer() {
    ContainerRef container = container();
    if (container == null) {
      throw new IllegalArgumentException("the host itself has no such event");
    }
    return container;
  }

  private ProcessInfo process() {
    List<String> command = words("proc.cmdline");
    String name = text("proc.name", command.isEmpty() ? "" : command.getFirst());
    String path = text("proc.exepath", name.isEmpty() ? "" : "/usr/bin/" + name);
    name = name.isEmpty() ? baseName(path) : name;
    List<String> args = new ArrayList<>(command.isEmpty() ? List.of(name) : command);
    args.addAll(values.containsKey("proc.args") ? words("proc.args") : List.of());
    List<String> ancestors = values.getOrDefault("proc.aname", List.of());
    return new ProcessInfo(
        new ProcessRef((int) number("proc.pid", 4000), START),
        (int) number("proc.vpid", 40),
        name,
        path,
        args,
        false,
        text("proc.cwd", "/"),
        (int) number("proc.tty", 0),
        (int) number("user.uid", idOf("user.name", ROOT)),
        (int) number("group.gid", idOf("group.name", ROOT)),
        (int) number("user.loginuid", idOf("user.loginname", NOBODY)),
        Capabilities.bits(words("thread.cap_effective")),
        new ProcessInfo.Flags(
            truth("proc.is_setup"),
            truth("proc.is_exe_upper_layer"),
            truth("proc.is_exe_from_memfd"),
            false),
        parent(ancestors),
        ancestors.isEmpty() ? List.of() : ancestors.subList(1, ancestors.size()),
        new ProcessInfo.More(
            0,
            values.getOrDefault("proc.env", List.of()),
            false,
            truth("proc.is_vpgid_leader"),
            file(),
            List.of(),
            new ProcessInfo.Names(name("user.name"), name("group.name"), name("user.loginname"))));
  }

  /** A number that goes with a name. */
  private int idOf(String key, int otherwise) {
    String name = given(key);
    return name == null ? otherwise : name.equals("root") ? ROOT : USER;
  }

  /** A name that events carry: root is root without one. */
  private @Nullable String name(String key) {
    String name = given(key);
    return name == null || name.equals("root") ? null : name;
  }

  /** The program's file, where something is said of it; the container runs since {@code START}. */
  private @Nullable ProgramFile file() {
    if (!values.containsKey("proc.exe_ino.ctime") && !values.containsKey("proc.exe_ino.mtime")) {
      return null;
    }
    long changed = number("proc.exe_ino.ctime", START - 1);
    return new ProgramFile(
        number("proc.exe_ino", 1), changed, number("proc.exe_ino.mtime", changed), START);
  }

  private ProcessInfo.@Nullable Parent parent(List<String> ancestors) {
    List<String> command = words("proc.pcmdline");
    String first =
        !command.isEmpty()
            ? command.getFirst()
            : ancestors.isEmpty() ? "containerd-shim" : ancestors.getFirst();
    String name = text("proc.pname", first);
    return new ProcessInfo.Parent(
        new ProcessRef(3999, START),
        name,
        text("proc.pexepath", "/usr/bin/" + name),
        command.isEmpty() ? List.of(name) : command);
  }

  private Event connect() {
    return new NetConnect(
        time(),
        container(),
        process(),
        protocol("tcp"),
        client("172.17.0.2", 0),
        server("172.17.0.3", 443),
        domain());
  }

  private @Nullable String domain() {
    String name = text("fd.sip.name", "");
    return name.isEmpty() ? null : name;
  }

  private Event flow() {
    return new NetFlow(
        time(),
        container(),
        protocol("tcp"),
        server("172.17.0.3", 443),
        number("flow.bytes", 1_000),
        number("flow.packets", 1),
        1_000_000_000L,
        text("flow.inbound", "false").equals("true"),
        domain(),
        number("flow.bytes_received", 0),
        number("flow.packets_received", 0));
  }

  private Event log() {
    ContainerLog.Stream stream =
        Arrays.stream(ContainerLog.Stream.values())
            .filter(s -> s.text().equals(text("log.stream", "stdout")))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("log.stream is stdout, stderr or tty"));
    String line = text("log.line", "");
    return new ContainerLog(time(), ownContainer(), stream, line, line.length(), false);
  }

  private Event lifecycle(String action) {
    Integer code =
        values.containsKey("container.exit_code") ? (int) number("container.exit_code", 0) : null;
    return new ContainerLifecycle(time(), ownContainer(), action, code, attributes);
  }

  private Event heartbeat() {
    return new SensorHeartbeat(
        time(),
        text("sensor.hostname", "host-1"),
        text("sensor.mode", "ebpf"),
        words("sensor.missing"),
        null,
        "1",
        0,
        0,
        0,
        0,
        0);
  }

  private Event stats() {
    return new ContainerStats(
        time(),
        ownContainer(),
        0,
        number("stats.cpu_percent", 1),
        number("stats.throttled", 0),
        number("stats.memory", 1 << 20),
        number("stats.memory_limit", 0),
        number("stats.pids", 1),
        0,
        -1,
        -1,
        -1,
        -1,
        number("stats.restarts", 0),
        number("stats.oom_kills", 0));
  }

  Endpoint client(String address, int port) {
    return new Endpoint(text("fd.cip", address), (int) number("fd.cport", port));
  }

  Endpoint server(String address, int port) {
    return new Endpoint(text("fd.sip", address), (int) number("fd.sport", port));
  }

  Protocol protocol(String otherwise) {
    String name = text("fd.l4proto", otherwise);
    return Arrays.stream(Protocol.values())
        .filter(p -> p.text().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("fd.l4proto is tcp, udp, icmp or other"));
  }

  private long time() {
    Matcher offset = OFFSET.matcher(text("at", index + "ms"));
    if (!offset.matches()) {
      throw new IllegalArgumentException("at is a time after the first event, such as 5s");
    }
    long unit =
        switch (offset.group(2)) {
          case "ms" -> 1_000_000L;
          case "s" -> 1_000_000_000L;
          case "m" -> 60_000_000_000L;
          default -> 3_600_000_000_000L;
        };
    return START + Long.parseLong(offset.group(1)) * unit;
  }

  private static String baseName(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return name.length() > 15 ? name.substring(0, 15) : name;
  }

  /** What is given; null when nothing is. */
  @Nullable String given(String key) {
    return values.containsKey(key) ? text(key, "") : null;
  }

  String text(String key, String otherwise) {
    List<String> texts = values.get(key);
    return texts == null ? otherwise : String.join(" ", texts);
  }

  /** A list as it is; one text split at blanks. */
  private List<String> words(String key) {
    List<String> texts = values.getOrDefault(key, List.of());
    return texts.size() == 1 ? List.of(texts.getFirst().strip().split("\\s+")) : texts;
  }

  boolean truth(String key) {
    return text(key, "false").equals("true");
  }

  long number(String key, long otherwise) {
    String text = text(key, "");
    try {
      return text.isEmpty() ? otherwise : Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " is a number, not '" + text + "'", e);
    }
  }
}
