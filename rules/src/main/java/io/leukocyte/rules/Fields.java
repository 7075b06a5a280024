package io.leukocyte.rules;

import static io.leukocyte.rules.Field.Type.ADDRESS;
import static io.leukocyte.rules.Field.Type.BOOL;
import static io.leukocyte.rules.Field.Type.NETWORK;
import static io.leukocyte.rules.Field.Type.NUMBER;
import static io.leukocyte.rules.Field.Type.STRING;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Capabilities;
import io.leukocyte.events.Column;
import io.leukocyte.events.Columns;
import io.leukocyte.events.Columns.Connect;
import io.leukocyte.events.Columns.Flow;
import io.leukocyte.events.Columns.Heartbeat;
import io.leukocyte.events.Columns.Lifecycle;
import io.leukocyte.events.Columns.Log;
import io.leukocyte.events.Columns.Loss;
import io.leukocyte.events.Columns.Proc;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Protocol;
import io.leukocyte.rules.Source.NumberReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Every field that rules can read, in one table; docs/rules.md shows it. */
final class Fields {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
  private static final Set<Kind> PROCESS =
      EnumSet.of(Kind.PROCESS_EXEC, Kind.PROCESS_EXIT, Kind.NET_CONNECT);
  private static final Set<Kind> CONNECT = EnumSet.of(Kind.NET_CONNECT);
  private static final Set<Kind> FLOW = EnumSet.of(Kind.NET_FLOW);
  private static final Set<Kind> NET = EnumSet.of(Kind.NET_CONNECT, Kind.NET_FLOW);
  private static final Set<Kind> SYSCALLS = PROCESS;

  private static final View WHOLE = new View.Whole();
  private static final View FILLED = new View.NonEmpty();
  private static final LongFunction<@Nullable String> DECIMAL = Long::toString;

  private static final Source LOCAL_PORT = few(row -> port(row, Connect.SOURCE_PORT));

  private static final Source REMOTE_PORT = few(row -> port(row, Connect.DESTINATION_PORT));

  private static final Source FLOW_PORT = few(row -> port(row, Flow.DESTINATION_PORT));

  /** What happened to a container. */
  static final Source ACTION = new Source.Symbol(Lifecycle.ACTION, WHOLE);

  /** The field's name for the type of an event; it is compared kind by kind. */
  static final String EVENT_TYPE = "evt.type";

  /** The field that a rule reads to see the container runtime's own set-up tasks. */
  static final String SETUP = "proc.is_setup";

  private static final Map<String, Field> TABLE = table();

  private Fields() {}

  /** The field of that name; null when no event has it. */
  static @Nullable Field find(String name) {
    return TABLE.get(name);
  }

  /** Every field, by name. */
  static Collection<Field> all() {
    return TABLE.values();
  }

  static Set<String> names() {
    return TABLE.keySet();
  }

  private static Map<String, Field> table() {
    List<Field> fields = new ArrayList<>();
    addEvent(fields);
    addProcess(fields);
    addParent(fields);
    addUser(fields);
    addEnds(fields);
    addConnection(fields);
    addContainer(fields);
    addOwn(fields);
    Map<String, Field> table = new TreeMap<>();
    fields.forEach(field -> table.put(field.name(), field));
    return table;
  }

  private static void addEvent(List<Field> to) {
    to.add(
        plain(EVENT_TYPE, STRING, "type of the event; see the table of types")
            .with(ALL, a -> typeName()));
    to.add(
        plain("evt.time", STRING, "when it happened, UTC, ISO 8601")
            .in(ALL, new Source.Computed(Fields::time)));
    to.add(
        plain("evt.rawtime", NUMBER, "when it happened, unix nanoseconds")
            .in(ALL, diverse(BatchCursor::time)));
    to.add(
        plain("evt.num", NUMBER, "number of the event in its batch, from 1")
            .in(ALL, diverse(row -> row.index() + 1L)));
    to.add(
        plain("evt.source", STRING, "always syscall, as rules without a source")
            .in(ALL, new Source.Constant("syscall")));
    to.add(
        plain("evt.dir", STRING, "always <: the call has been made")
            .in(SYSCALLS, new Source.Constant("<")));
    to.add(
        plain("evt.res", STRING, "always SUCCESS: calls that failed are not sent")
            .in(SYSCALLS, new Source.Constant("SUCCESS")));
    to.add(
        plain("evt.rawres", NUMBER, "always 0: calls that failed are not sent")
            .in(SYSCALLS, new Source.Constant("0")));
    to.add(
        plain("evt.failed", BOOL, "always false: calls that failed are not sent")
            .in(SYSCALLS, new Source.Constant("false")));
  }

  private static void addProcess(List<Field> to) {
    to.add(
        symbol(
            "proc.name", "the kernel's name of the process (comm), at most 15 bytes", Proc.NAME));
    to.add(symbol("proc.exepath", "path of the program", Proc.EXECUTABLE));
    to.add(symbol("proc.cwd", "working directory", Proc.CWD));
    to.add(view("proc.exe", "the first argument (argv[0])", Proc.ARGS, new View.Item(0)));
    to.add(
        view(
            "proc.args",
            "the arguments after the first, joined by blanks",
            Proc.ARGS,
            new View.Rest()));
    to.add(view("proc.exeline", "all arguments joined by blanks", Proc.ARGS, new View.Joined()));
    to.add(
        plain("proc.cmdline", STRING, "name and arguments after the first, joined by blanks")
            .in(PROCESS, new Source.CommandLine(Proc.NAME, Proc.ARGS)));
    to.add(number("proc.pid", "pid in the host's namespace", diverse(of(Proc.PID, 0))));
    to.add(number("proc.vpid", "pid in the container's namespace", diverse(of(Proc.VPID, 0))));
    to.add(number("proc.pid.ts", "start of the process, unix nanoseconds", diverse(start())));
    to.add(
        number("proc.tty", "number of the controlling terminal; 0 is none", few(of(Proc.TTY, -1))));
    to.add(flag("proc.is_exe_upper_layer", "the program is not from the image", Proc.UPPER_LAYER));
    to.add(
        flag(
            "proc.is_exe_from_memfd", "the program has no name in any file system", Proc.FILELESS));
    to.add(
        flag(
            SETUP,
            "a task of the container runtime that prepares the container; a rule that does not read"
                + " this field never matches such a task",
            Proc.SETUP));
    to.add(
        flag(
            "proc.is_host_mounts",
            "the task has the host's mount namespace although it is in a container",
            Proc.HOST_MOUNTS));
    to.add(
        number(
            "proc.exit_code",
            "0 to 255; 0 when a signal ended it",
            EnumSet.of(Kind.PROCESS_EXIT),
            few(row -> row.intAt(Columns.Exit.CODE))));
    to.add(
        number(
            "proc.exit_signal",
            "the signal that ended it; 0 when it exited",
            EnumSet.of(Kind.PROCESS_EXIT),
            few(row -> row.intAt(Columns.Exit.SIGNAL))));
    to.add(
        plain("thread.cap_effective", STRING, "effective capabilities, CAP_… joined by blanks")
            .in(
                PROCESS,
                new Source.Numeral(
                    row -> hasProcess(row) ? row.longAt(Proc.CAPABILITIES) : NumberReader.MISSING,
                    false,
                    bits -> String.join(" ", Capabilities.names(bits)))));
  }

  private static void addParent(List<Field> to) {
    to.add(number("proc.ppid", "the parent's pid", diverse(of(Proc.PARENT_PID, 0))));
    to.add(symbol("proc.pname", "the parent's name (comm)", Proc.PARENT_NAME));
    to.add(symbol("proc.pexepath", "path of the parent's program", Proc.PARENT_EXECUTABLE));
    to.add(
        view(
            "proc.pexe",
            "the parent's first argument (argv[0])",
            Proc.PARENT_ARGS,
            new View.Item(0)));
    to.add(
        plain("proc.pcmdline", STRING, "the parent's name and arguments after the first")
            .in(PROCESS, new Source.CommandLine(Proc.PARENT_NAME, Proc.PARENT_ARGS)));
    to.add(
        new Field(
                "proc.aname",
                STRING,
                Field.Argument.INDEX,
                false,
                "name of an ancestor: [0] the process, [1] its parent, and so on up to [9]; without"
                    + " index any ancestor")
            .with(PROCESS, Fields::ancestor));
    to.add(
        self(
            "proc.aexepath",
            "program of [0] the process or [1] its parent",
            Proc.EXECUTABLE,
            Proc.PARENT_EXECUTABLE,
            WHOLE));
    to.add(
        self(
            "proc.aexe",
            "argv[0] of [0] the process or [1] its parent",
            Proc.ARGS,
            Proc.PARENT_ARGS,
            new View.Item(0)));
  }

  private static void addUser(List<Field> to) {
    to.add(number("user.uid", "real user id on the host", few(of(Proc.UID, -1))));
    to.add(
        number(
            "user.loginuid",
            "audit login user; -1 when unset",
            few(row -> hasProcess(row) ? row.intAt(Proc.LOGIN_UID) : NumberReader.MISSING)));
    to.add(number("group.gid", "real group id on the host", few(of(Proc.GID, -1))));
    to.add(named("user.name", "root for user 0; other names are not known", of(Proc.UID, -1)));
    to.add(
        named(
            "user.loginname",
            "root for login user 0; other names are not known",
            of(Proc.LOGIN_UID, -1)));
    to.add(named("group.name", "root for group 0; other names are not known", of(Proc.GID, -1)));
  }

  private static void addEnds(List<Field> to) {
    Source source = new Source.Symbol(Connect.SOURCE, FILLED);
    Source remote = new Source.Symbol(Connect.DESTINATION, FILLED);
    Source flowRemote = new Source.Symbol(Flow.DESTINATION, FILLED);
    for (String end : List.of("s", "r")) {
      String what = end.equals("s") ? "the server's" : "the remote";
      to.add(
          plain("fd." + end + "ip", ADDRESS, what + " address")
              .in(CONNECT, remote)
              .in(FLOW, flowRemote));
      to.add(
          plain("fd." + end + "net", NETWORK, what + " address")
              .in(CONNECT, remote)
              .in(FLOW, flowRemote));
      to.add(
          plain("fd." + end + "port", NUMBER, what + " port")
              .in(CONNECT, REMOTE_PORT)
              .in(FLOW, FLOW_PORT));
    }
    for (String end : List.of("c", "l")) {
      String what = end.equals("c") ? "the client's" : "the local";
      to.add(plain("fd." + end + "ip", ADDRESS, what + " address").in(CONNECT, source));
      to.add(plain("fd." + end + "net", NETWORK, what + " address").in(CONNECT, source));
      to.add(plain("fd." + end + "port", NUMBER, what + " port").in(CONNECT, LOCAL_PORT));
    }
    to.add(
        bothEnds("fd.ip", ADDRESS, "address of either end")
            .in(CONNECT, List.of(source, remote))
            .in(FLOW, flowRemote));
    to.add(
        bothEnds("fd.net", NETWORK, "address of either end")
            .in(CONNECT, List.of(source, remote))
            .in(FLOW, flowRemote));
    to.add(
        bothEnds("fd.port", NUMBER, "port of either end")
            .in(CONNECT, List.of(LOCAL_PORT, REMOTE_PORT))
            .in(FLOW, FLOW_PORT));
  }

  private static void addConnection(List<Field> to) {
    to.add(
        plain("fd.name", STRING, "both ends: 10.0.0.2:41000->192.0.2.9:443")
            .in(CONNECT, new Source.Computed(Fields::bothNames))
            .in(FLOW, new Source.Computed(Fields::remoteName)));
    to.add(family("fd.type", "ipv4 or ipv6", "ipv4", "ipv6"));
    to.add(family("fd.typechar", "4 or 6", "4", "6"));
    to.add(plain("fd.sockfamily", STRING, "always ip").in(NET, new Source.Constant("ip")));
    to.add(
        plain("fd.is_server", BOOL, "always false: only outbound connections are sent")
            .in(NET, new Source.Constant("false")));
    to.add(
        plain("fd.l4proto", STRING, "tcp, udp, icmp or other")
            .in(
                CONNECT,
                new Source.Numeral(row -> row.intAt(Connect.PROTOCOL), false, Fields::protocol))
            .in(
                FLOW,
                new Source.Numeral(row -> row.intAt(Flow.PROTOCOL), false, Fields::protocol)));
  }

  private static void addContainer(List<Field> to) {
    to.add(
        container(
            "container.id",
            STRING,
            "first 12 digits of the id; host for the host itself",
            (c, f, a) -> c == null ? "host" : c.id().brief()));
    to.add(
        container(
            "container.full_id",
            STRING,
            "the whole id",
            (c, f, a) -> c == null ? null : c.id().value()));
    to.add(
        container(
            "container.name",
            STRING,
            "name; host for the host itself",
            (c, f, a) -> c == null ? "host" : filled(c.name())));
    to.add(
        container(
            "container.type",
            STRING,
            "docker; host for the host itself",
            (c, f, a) -> c == null ? "host" : "docker"));
    to.add(
        container(
            "container.image",
            STRING,
            "image as repository:tag",
            (c, f, a) -> c == null ? null : image(c)));
    to.add(
        container(
            "container.image.repository",
            STRING,
            "image without tag",
            (c, f, a) -> c == null ? null : filled(c.image())));
    to.add(
        container(
            "container.image.tag",
            STRING,
            "tag of the image",
            (c, f, a) -> c == null ? null : c.tag()));
    to.add(
        container(
            "container.image.digest",
            STRING,
            "content id of the image, sha256:…",
            (c, f, a) -> c == null ? null : c.digest()));
    to.add(
        container(
            "container.privileged",
            BOOL,
            "whether it runs with --privileged",
            (c, f, a) -> c == null ? null : Boolean.toString(c.privileged())));
    to.add(
        keyed(
            "container.label",
            "value of a label: container.label[tier]",
            (c, f, a) -> f == null ? null : f.labels().get(a)));
    to.add(
        keyed(
            "container.mount.dest",
            "where a host path (a shell pattern) is mounted; N/A when it is not: container.mount.dest[/proc*]",
            Fields::mountDestination));
    to.add(
        keyed(
            "container.mount.source",
            "what is mounted at a path (a shell pattern); N/A when nothing is",
            Fields::mountSource));
    to.add(
        container(
            "container.ip",
            STRING,
            "address in its first network",
            (c, f, a) -> f == null ? null : firstAddress(f)));
    to.add(
        container(
            "container.user",
            STRING,
            "the configured user; root when none is",
            (c, f, a) -> f == null ? null : f.user().isEmpty() ? "root" : f.user()));
    to.add(
        container(
            "container.network_mode",
            STRING,
            "bridge, host, none, container:ID or a network's name",
            (c, f, a) -> f == null ? null : filled(f.networkMode())));
  }

  private static void addOwn(List<Field> to) {
    Set<Kind> life = EnumSet.of(Kind.CONTAINER_LIFECYCLE);
    Set<Kind> log = EnumSet.of(Kind.CONTAINER_LOG);
    Set<Kind> loss = EnumSet.of(Kind.SENSOR_LOSS);
    Set<Kind> beat = EnumSet.of(Kind.SENSOR_HEARTBEAT);
    to.add(
        plain("container.action", STRING, "what happened to it: start, die, oom, exec_create …")
            .in(life, ACTION));
    to.add(
        new Field(
                "container.attribute",
                STRING,
                Field.Argument.KEY,
                false,
                "what the engine adds: container.attribute[signal]")
            .with(
                life,
                a ->
                    List.of(
                        new Source.Symbol(
                            Lifecycle.ATTRIBUTES, new View.ValueOf(a == null ? "" : a)))));
    to.add(
        number(
            "container.exit_code",
            "of the actions die and exec_die",
            life,
            few(Fields::lifecycleExit)));
    to.add(
        plain("log.line", STRING, "the line without its end").in(log, new Source.Line(Log.LINE)));
    to.add(
        plain("log.stream", STRING, "stdout, stderr or tty")
            .in(
                log,
                new Source.Numeral(
                    row -> row.intAt(Log.STREAM),
                    false,
                    n -> ContainerLog.Stream.ofCode((int) n).text())));
    to.add(
        plain("log.truncated", BOOL, "whether the bound cut the line")
            .in(log, new Source.Numeral(row -> row.intAt(Log.TRUNCATED), false, Fields::truth)));
    to.add(
        number(
            "flow.bytes",
            "bytes sent in the interval, layer 2",
            FLOW,
            diverse(row -> row.longAt(Flow.BYTES))));
    to.add(
        number(
            "flow.packets",
            "packets sent in the interval",
            FLOW,
            diverse(row -> row.longAt(Flow.PACKETS))));
    to.add(
        number(
            "flow.interval",
            "nanoseconds since the flow's last report",
            FLOW,
            diverse(row -> row.longAt(Flow.INTERVAL))));
    to.add(
        plain("loss.source", STRING, "where facts were lost: ring, sequence, log …")
            .in(loss, new Source.Symbol(Loss.SOURCE, WHOLE)));
    to.add(
        plain("loss.kind", STRING, "the kind that was lost, or any")
            .in(loss, new Source.Symbol(Loss.KIND, WHOLE)));
    to.add(plain("loss.reason", STRING, "why").in(loss, new Source.Symbol(Loss.REASON, WHOLE)));
    to.add(
        number(
            "loss.count",
            "how many; 0 when it cannot be known",
            loss,
            diverse(row -> row.longAt(Loss.COUNT))));
    to.add(
        plain("sensor.hostname", STRING, "name of the host")
            .in(beat, new Source.Symbol(Heartbeat.HOSTNAME, WHOLE)));
    to.add(
        plain("sensor.mode", STRING, "ebpf, or reduced without a kernel sensor")
            .in(beat, new Source.Symbol(Heartbeat.MODE, WHOLE)));
    to.add(
        plain("sensor.version", STRING, "version of the collector")
            .in(beat, new Source.Symbol(Heartbeat.VERSION, WHOLE)));
    to.add(
        plain("sensor.missing", STRING, "kinds the collector cannot deliver")
            .in(beat, new Source.Symbol(Heartbeat.MISSING, new View.Each())));
  }

  // The makers of fields.

  private static Field plain(String name, Field.Type type, String description) {
    return new Field(name, type, Field.Argument.NONE, false, description);
  }

  private static Field bothEnds(String name, Field.Type type, String description) {
    return new Field(name, type, Field.Argument.NONE, true, description);
  }

  private static Field symbol(String name, String description, Column column) {
    return view(name, description, column, WHOLE);
  }

  private static Field view(String name, String description, Column column, View view) {
    return plain(name, STRING, description).in(PROCESS, new Source.Symbol(column, view));
  }

  private static Field number(String name, String description, Source source) {
    return number(name, description, PROCESS, source);
  }

  private static Field number(String name, String description, Set<Kind> kinds, Source source) {
    return plain(name, NUMBER, description).in(kinds, source);
  }

  private static Field flag(String name, String description, int flag) {
    NumberReader reader =
        row -> hasProcess(row) ? row.intAt(Proc.FLAGS) & flag : NumberReader.MISSING;
    return plain(name, BOOL, description)
        .in(PROCESS, new Source.Numeral(reader, false, Fields::truth));
  }

  private static Field named(String name, String description, NumberReader reader) {
    return plain(name, STRING, description)
        .in(PROCESS, new Source.Numeral(reader, false, Fields::root));
  }

  private static Field family(String name, String description, String four, String six) {
    View view = new View.Family(four, six);
    return plain(name, STRING, description)
        .in(CONNECT, new Source.Symbol(Connect.DESTINATION, view))
        .in(FLOW, new Source.Symbol(Flow.DESTINATION, view));
  }

  private static Field container(
      String name, Field.Type type, String description, Source.ContainerReader reader) {
    return plain(name, type, description).in(ALL, new Source.OfContainer(reader, ""));
  }

  private static Field keyed(String name, String description, Source.ContainerReader reader) {
    return new Field(name, STRING, Field.Argument.KEY, false, description)
        .with(ALL, a -> List.of(new Source.OfContainer(reader, a == null ? "" : a)));
  }

  /** A field of the process and its parent only. */
  private static Field self(
      String name, String description, Column own, Column parents, View view) {
    return new Field(name, STRING, Field.Argument.INDEX, false, description)
        .with(
            PROCESS,
            argument ->
                switch (argument) {
                  case "0" -> List.of(new Source.Symbol(own, view));
                  case "1" -> List.of(new Source.Symbol(parents, view));
                  case null, default -> List.of();
                });
  }

  private static List<Source> ancestor(@Nullable String argument) {
    if (argument == null) {
      return List.of(
          new Source.Symbol(Proc.PARENT_NAME, WHOLE),
          new Source.Symbol(Proc.ANCESTORS, new View.Each()));
    }
    int index = Integer.parseInt(argument);
    return switch (index) {
      case 0 -> List.of(new Source.Symbol(Proc.NAME, WHOLE));
      case 1 -> List.of(new Source.Symbol(Proc.PARENT_NAME, WHOLE));
      default ->
          index > MOST_ANCESTORS
              ? List.of()
              : List.of(new Source.Symbol(Proc.ANCESTORS, new View.Item(index - 2)));
    };
  }

  /** Highest index of an ancestor that events carry: eight above the parent. */
  private static final int MOST_ANCESTORS = 9;

  // What reads a row.

  private static List<Source> typeName() {
    return List.of(new Source.Computed(row -> EventTypes.name(row.kind())));
  }

  private static Source.Numeral few(NumberReader reader) {
    return new Source.Numeral(reader, false, DECIMAL);
  }

  private static Source.Numeral diverse(NumberReader reader) {
    return new Source.Numeral(reader, true, DECIMAL);
  }

  private static boolean hasProcess(BatchCursor row) {
    return row.intAt(Proc.PID) != 0;
  }

  /** A number of the process, with the value that stands for a missing one. */
  private static NumberReader of(Column column, int missing) {
    return row -> {
      int value = row.intAt(column);
      return value == missing || !hasProcess(row) ? NumberReader.MISSING : value;
    };
  }

  private static NumberReader start() {
    return row -> {
      long start = row.longAt(Proc.START);
      return start == 0 ? NumberReader.MISSING : start;
    };
  }

  private static long port(BatchCursor row, Column column) {
    int port = row.intAt(column) & 0xffff;
    return port == 0 ? NumberReader.MISSING : port;
  }

  private static String truth(long number) {
    return number == 0 ? "false" : "true";
  }

  private static @Nullable String root(long id) {
    return id == 0 ? "root" : null;
  }

  private static String protocol(long code) {
    return Protocol.ofCode((int) code).text();
  }

  private static long lifecycleExit(BatchCursor row) {
    long code = row.longAt(Lifecycle.EXIT_CODE);
    return code == 0 ? NumberReader.MISSING : code - 1;
  }

  private static String time(BatchCursor row) {
    long time = row.time();
    return Instant.ofEpochSecond(
            Math.floorDiv(time, 1_000_000_000L), Math.floorMod(time, 1_000_000_000L))
        .toString();
  }

  private static @Nullable String bothNames(BatchCursor row) {
    String local = end(row, Connect.SOURCE, Connect.SOURCE_PORT);
    String remote = end(row, Connect.DESTINATION, Connect.DESTINATION_PORT);
    return remote == null ? null : (local == null ? "" : local) + "->" + remote;
  }

  private static @Nullable String remoteName(BatchCursor row) {
    String remote = end(row, Flow.DESTINATION, Flow.DESTINATION_PORT);
    return remote == null ? null : "->" + remote;
  }

  private static @Nullable String end(BatchCursor row, Column address, Column port) {
    String text = row.text(address);
    return text == null || text.isEmpty()
        ? null
        : new Endpoint(text, row.intAt(port) & 0xffff).toString();
  }

  // What reads a container.

  private static @Nullable String filled(String text) {
    return text.isEmpty() ? null : text;
  }

  private static @Nullable String image(ContainerRef container) {
    if (container.image().isEmpty()) {
      return null;
    }
    return container.tag() == null ? container.image() : container.image() + ":" + container.tag();
  }

  private static @Nullable String mountDestination(
      @Nullable ContainerRef container, @Nullable ContainerFacts facts, String pattern) {
    if (facts == null) {
      return null;
    }
    return facts.mounts().stream()
        .filter(m -> Glob.matches(pattern, m.source()))
        .map(ContainerFacts.Mount::destination)
        .findFirst()
        .orElse("N/A");
  }

  private static @Nullable String mountSource(
      @Nullable ContainerRef container, @Nullable ContainerFacts facts, String pattern) {
    if (facts == null) {
      return null;
    }
    return facts.mounts().stream()
        .filter(m -> Glob.matches(pattern, m.destination()))
        .map(ContainerFacts.Mount::source)
        .findFirst()
        .orElse("N/A");
  }

  private static @Nullable String firstAddress(ContainerFacts facts) {
    for (ContainerFacts.Network network : facts.networks()) {
      if (network.address() != null) {
        return network.address();
      }
      if (network.address6() != null) {
        return network.address6();
      }
    }
    return null;
  }
}
