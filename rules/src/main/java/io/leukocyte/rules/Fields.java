package io.leukocyte.rules;

import static io.leukocyte.rules.Field.Type.ADDRESS;
import static io.leukocyte.rules.Field.Type.BOOL;
import static io.leukocyte.rules.Field.Type.NETWORK;
import static io.leukocyte.rules.Field.Type.NUMBER;
import static io.leukocyte.rules.Field.Type.STRING;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CallColumns.Accept;
import io.leukocyte.events.CallColumns.Call;
import io.leukocyte.events.CallColumns.Listen;
import io.leukocyte.events.CallColumns.Open;
import io.leukocyte.events.CallColumns.Send;
import io.leukocyte.events.CallNames;
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
import io.leukocyte.events.Columns.Stats;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Protocol;
import io.leukocyte.rules.Source.NumberReader;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Every field that rules can read, in one table; docs/rules.md shows it. */
final class Fields {
  private static final Set<Kind> ALL = EnumSet.allOf(Kind.class);
  private static final Set<Kind> PROCESS = kinds(Kind::hasProcess);
  private static final Set<Kind> CALLS = kinds(Kind::isSystemCall);

  /** What has been made when it is seen: the sensor does not see it fail. */
  private static final Set<Kind> DONE =
      EnumSet.of(Kind.PROCESS_EXEC, Kind.PROCESS_EXIT, Kind.NET_CONNECT);

  private static final Set<Kind> CONNECT = EnumSet.of(Kind.NET_CONNECT);
  private static final Set<Kind> FLOW = EnumSet.of(Kind.NET_FLOW);
  private static final long O_DIRECTORY = 0200000;

  /** What a system call returned. */
  private static final NumberReader RESULT = row -> row.longAt(Call.RESULT);

  private static final View WHOLE = new View.Whole();
  private static final View FILLED = new View.NonEmpty();
  private static final LongFunction<@Nullable String> DECIMAL = Long::toString;

  /** What happened to a container. */
  static final Source ACTION = new Source.Symbol(Lifecycle.ACTION, WHOLE);

  /** The name of a system call. */
  static final Source CALL = new Source.Symbol(Call.NAME, WHOLE);

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
    addProgram(fields);
    addUser(fields);
    addEnds(fields);
    addNames(fields);
    addConnection(fields);
    CallFields.add(fields);
    addContainer(fields);
    addOwn(fields);
    LogFields.add(fields);
    addStats(fields);
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
            .in(PROCESS, new Source.Constant("<")));
    to.add(
        plain("evt.res", STRING, "SUCCESS, or the error of a system call that failed: EACCES …")
            .in(DONE, constant("SUCCESS"))
            .in(CALLS, new Source.Numeral(RESULT, false, Fields::outcome)));
    to.add(
        plain("evt.rawres", NUMBER, "what a system call returned; negative: minus the errno")
            .in(DONE, constant("0"))
            .in(CALLS, few(RESULT)));
    to.add(
        plain("evt.failed", BOOL, "whether a system call failed")
            .in(DONE, constant("false"))
            .in(CALLS, new Source.Numeral(RESULT, false, n -> n < 0 ? "true" : "false")));
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
                new View.Rest())
            .listed(new View.EachOfRest()));
    to.add(
        view("proc.exeline", "all arguments joined by blanks", Proc.ARGS, new View.Joined())
            .listed(new View.Each()));
    to.add(
        plain("proc.cmdnargs", NUMBER, "how many arguments there are after the first")
            .in(PROCESS, new Source.Symbol(Proc.ARGS, new View.CountOfRest())));
    to.add(
        number(
            "proc.duration",
            "nanoseconds since the start of the process",
            diverse(row -> since(row, Proc.START))));
    to.add(
        number(
            "proc.ppid.duration",
            "nanoseconds since the start of the parent",
            diverse(row -> since(row, Proc.PARENT_START))));
    to.add(
        number(
            "proc.ppid.ts",
            "start of the parent, unix nanoseconds",
            diverse(row -> orMissing(row.longAt(Proc.PARENT_START), 0))));
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
            "proc.is_vpgid_leader",
            "the process leads its process group; false when that is not known",
            Proc.GROUP_LEADER));
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
    addMore(to);
  }

  /** What stands at another place in each kind. */
  private static void addMore(List<Field> to) {
    Field permitted =
        plain(
            "thread.cap_permitted",
            STRING,
            "permitted capabilities, CAP_… joined by blanks; missing when they are not known");
    Field environment =
        new Field(
                EnvironmentUse.FIELD,
                STRING,
                Field.Argument.NAME,
                false,
                "NAME=value of the environment, joined by blanks: the names that rules ask for; [NAME]"
                    + " the value of one")
            .listed(new View.Each());
    for (Kind kind : PROCESS) {
      Columns.More more = kind.more();
      if (more != null) {
        permitted.in(
            Set.of(kind),
            new Source.Numeral(
                row -> orMissing(row.longAt(more.permitted()), 0),
                false,
                bits -> String.join(" ", Capabilities.names(bits))));
        environment.with(
            Set.of(kind),
            name ->
                List.of(
                    new Source.Symbol(
                        more.environment(),
                        name == null ? new View.Joined() : new View.Variable(name))));
      }
    }
    to.addAll(List.of(permitted, environment));
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
            .with(PROCESS, Fields::ancestor)
            .listed(new View.Each()));
    to.add(
        ofAncestors(
            "proc.aexepath",
            STRING,
            "program of an ancestor, as proc.aname",
            new Source.Symbol(Proc.EXECUTABLE, WHOLE),
            new Source.Symbol(Proc.PARENT_EXECUTABLE, WHOLE),
            1));
    to.add(
        ofAncestors(
            "proc.aexe",
            STRING,
            "first argument (argv[0]) of an ancestor, as proc.aname",
            new Source.Symbol(Proc.ARGS, new View.Item(0)),
            new Source.Symbol(Proc.PARENT_ARGS, new View.Item(0)),
            2));
    to.add(
        ofAncestors(
            "proc.acmdline",
            STRING,
            "name and arguments of an ancestor, as proc.aname; above the parent at most 1,024"
                + " characters",
            new Source.CommandLine(Proc.NAME, Proc.ARGS),
            new Source.CommandLine(Proc.PARENT_NAME, Proc.PARENT_ARGS),
            3));
    to.add(
        ofAncestors(
            "proc.apid",
            NUMBER,
            "pid of an ancestor, as proc.aname",
            diverse(of(Proc.PID, 0)),
            diverse(of(Proc.PARENT_PID, 0)),
            0));
  }

  /**
   * A field of the process, its parent, and those above.
   *
   * @param place of the item in {@link Columns.Program#lineage}
   */
  private static Field ofAncestors(
      String name, Field.Type type, String description, Source own, Source parent, int place) {
    int items = Columns.Program.ITEMS;
    Field field = new Field(name, type, Field.Argument.INDEX, false, description);
    for (Kind kind : PROCESS) {
      Columns.Program program = kind.program();
      if (program != null) {
        Column lineage = program.lineage();
        field.with(
            Set.of(kind),
            argument -> {
              if (argument == null) {
                return List.of(
                    parent, new Source.Symbol(lineage, new View.EachOfGroups(items, place)));
              }
              int index = Integer.parseInt(argument);
              return switch (index) {
                case 0 -> List.of(own);
                case 1 -> List.of(parent);
                default ->
                    index > MOST_ANCESTORS
                        ? List.of()
                        : List.of(
                            new Source.Symbol(
                                lineage, new View.FilledItem(items * (index - 2) + place)));
              };
            });
      }
    }
    return field;
  }

  /** The file of the program. */
  private static void addProgram(List<Field> to) {
    Field inode = plain("proc.exe_ino", NUMBER, "inode of the program's file when it was started");
    Field changed =
        plain(
            "proc.exe_ino.ctime",
            NUMBER,
            "last change of the program's file or its attributes, unix nanoseconds");
    Field modified =
        plain("proc.exe_ino.mtime", NUMBER, "last change of its content, unix nanoseconds");
    Field sinceChange =
        plain(
            "proc.exe_ino.ctime_duration_proc_start",
            NUMBER,
            "nanoseconds from the last change of the program's file to the start of the process;"
                + " missing when it was changed later");
    Field sinceStart =
        plain(
            "proc.exe_ino.ctime_duration_pidns_start",
            NUMBER,
            "nanoseconds from the start of the container's first process to the last change of the"
                + " program's file; missing when it was changed before");
    for (Kind kind : PROCESS) {
      Columns.Program program = kind.program();
      if (program != null) {
        Set<Kind> one = Set.of(kind);
        Column file = program.file();
        inode.in(one, new Source.Symbol(file, new View.FilledItem(0)));
        changed.in(one, new Source.Symbol(file, new View.FilledItem(1)));
        modified.in(one, new Source.Symbol(file, new View.FilledItem(2)));
        sinceChange.in(one, diverse(row -> sinceChange(row, file)));
        sinceStart.in(one, new Source.Symbol(file, new View.Later(1, 3)));
      }
    }
    to.addAll(List.of(inode, changed, modified, sinceChange, sinceStart));
  }

  private static long sinceChange(BatchCursor row, Column file) {
    int symbol = row.symbol(file);
    long changed = symbol == 0 ? 0 : View.Later.number(row.string(symbol), 1);
    long start = row.longAt(Proc.START);
    return changed > 0 && start > changed ? start - changed : NumberReader.MISSING;
  }

  private static void addUser(List<Field> to) {
    to.add(number("user.uid", "real user id on the host", few(of(Proc.UID, -1))));
    to.add(
        number(
            "user.loginuid",
            "audit login user; -1 when unset",
            few(row -> hasProcess(row) ? row.intAt(Proc.LOGIN_UID) : NumberReader.MISSING)));
    to.add(number("group.gid", "real group id on the host", few(of(Proc.GID, -1))));
    to.add(
        named(
            "user.name",
            "name of the real user, as the container's own files have it; else <NA>",
            of(Proc.UID, -1),
            Columns.Names.USER));
    to.add(
        named(
            "user.loginname",
            "name of the audit login user; else <NA>",
            of(Proc.LOGIN_UID, -1),
            Columns.Names.LOGIN_USER));
    to.add(
        named(
            "group.name",
            "name of the real group, as the container's own files have it; else <NA>",
            of(Proc.GID, -1),
            Columns.Names.GROUP));
  }

  private static void addEnds(List<Field> to) {
    addEnd(to, "s", "the server's", Ends::server);
    addEnd(to, "c", "the client's", Ends::client);
    addEnd(to, "l", "the local", Ends::local);
    addEnd(to, "r", "the remote", Ends::remote);
    Field ip = bothEnds("fd.ip", ADDRESS, "address of either end");
    Field net = bothEnds("fd.net", NETWORK, "address of either end");
    Field port = bothEnds("fd.port", NUMBER, "port of either end");
    for (Ends ends : Ends.ALL) {
      Set<Kind> kind = Set.of(ends.kind());
      ip.in(kind, ends.addresses());
      net.in(kind, ends.addresses());
      port.in(kind, ends.ports());
    }
    to.addAll(List.of(ip, net, port));
  }

  private static void addEnd(
      List<Field> to, String letter, String what, Function<Ends, Ends.@Nullable End> which) {
    Field ip = plain("fd." + letter + "ip", ADDRESS, what + " address");
    Field net = plain("fd." + letter + "net", NETWORK, what + " address");
    Field port = plain("fd." + letter + "port", NUMBER, what + " port");
    for (Ends ends : Ends.ALL) {
      Ends.End end = which.apply(ends);
      if (end != null) {
        ip.in(Set.of(ends.kind()), end.address());
        net.in(Set.of(ends.kind()), end.address());
        port.in(Set.of(ends.kind()), end.port());
      }
    }
    to.addAll(List.of(ip, net, port));
  }

  /** The container's own end has no name: it did not ask for that. */
  private static void addNames(List<Field> to) {
    Source connect = new Source.Symbol(Connect.DOMAIN, FILLED);
    Source flow = new Source.Symbol(Flow.DOMAIN, FILLED);
    Source accept = new Source.Symbol(Accept.DOMAIN, FILLED);
    Source send = new Source.Symbol(Send.DOMAIN, FILLED);
    to.add(
        nameOf("fd.sip.name", "the server's name")
            .in(CONNECT, connect)
            .in(FLOW, flow)
            .in(EnumSet.of(Kind.NET_SEND), send));
    to.add(
        nameOf("fd.rip.name", "the remote end's name")
            .in(CONNECT, connect)
            .in(FLOW, flow)
            .in(EnumSet.of(Kind.NET_ACCEPT), accept)
            .in(EnumSet.of(Kind.NET_SEND), send));
    to.add(nameOf("fd.cip.name", "the client's name").in(EnumSet.of(Kind.NET_ACCEPT), accept));
  }

  private static Field nameOf(String field, String what) {
    return plain(field, STRING, what + ", by the DNS answers that the container had");
  }

  private static void addConnection(List<Field> to) {
    Field name =
        plain(
            "fd.name",
            STRING,
            "path of a file; both ends of a connection, the client's first:"
                + " 10.0.0.2:41000->192.0.2.9:443");
    name.in(EnumSet.of(Kind.FILE_OPEN), new Source.Symbol(Open.PATH, FILLED));
    for (Ends ends : Ends.ALL) {
      name.in(Set.of(ends.kind()), new Source.Computed(ends::name));
    }
    to.add(name);
    to.add(
        family("fd.type", "file, directory, ipv4, ipv6 or unix", "ipv4", "ipv6", "unix")
            .in(EnumSet.of(Kind.FILE_OPEN), openType("file", "directory")));
    to.add(
        family("fd.typechar", "f, d, 4, 6 or u", "4", "6", "u")
            .in(EnumSet.of(Kind.FILE_OPEN), openType("f", "d")));
    to.add(
        family("fd.sockfamily", "ip or unix", "ip", "ip", "unix")
            .in(EnumSet.of(Kind.NET_FLOW), new Source.Constant("ip")));
    to.add(
        plain("fd.is_server", BOOL, "whether the local end is the server")
            .in(EnumSet.of(Kind.NET_CONNECT, Kind.NET_FLOW, Kind.NET_SEND), constant("false"))
            .in(EnumSet.of(Kind.NET_ACCEPT, Kind.NET_LISTEN), constant("true")));
    to.add(
        plain("fd.connected", BOOL, "always true; of a message that is sent it is not known")
            .in(EnumSet.of(Kind.NET_CONNECT, Kind.NET_ACCEPT), constant("true")));
    to.add(
        plain(
                "fd.name_changed",
                BOOL,
                "always false: the first message to a new destination is a connect of its own")
            .in(EnumSet.of(Kind.NET_SEND), constant("false")));
    to.add(
        plain("fd.l4proto", STRING, "tcp, udp, icmp or other")
            .in(CONNECT, transport(Connect.PROTOCOL))
            .in(FLOW, transport(Flow.PROTOCOL))
            .in(EnumSet.of(Kind.NET_ACCEPT), transport(Accept.PROTOCOL))
            .in(EnumSet.of(Kind.NET_LISTEN), transport(Listen.PROTOCOL))
            .in(EnumSet.of(Kind.NET_SEND), transport(Send.PROTOCOL)));
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
            "container.image.id",
            STRING,
            "first 12 digits of the image's id",
            (c, f, a) -> c == null ? null : briefImage(c.digest())));
    to.add(
        container(
            "container.start_ts",
            NUMBER,
            "its last start, unix nanoseconds; missing before its first",
            (c, f, a) -> f == null || f.started() == 0 ? null : Long.toString(f.started())));
    to.add(
        container(
            "container.host_network",
            BOOL,
            "whether it has the host's network",
            (c, f, a) -> f == null ? null : Boolean.toString(f.networkMode().equals("host"))));
    to.add(
        container(
            "container.host_pid",
            BOOL,
            "whether it sees the host's processes",
            (c, f, a) -> f == null ? null : Boolean.toString(f.pidMode().equals("host"))));
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
        container(
            "k8s.ns.name",
            STRING,
            "namespace of the container's pod",
            (c, f, a) -> label(f, "io.kubernetes.pod.namespace")));
    to.add(
        container(
            "k8s.pod.name",
            STRING,
            "name of the container's pod",
            (c, f, a) -> label(f, "io.kubernetes.pod.name")));
    to.add(
        container(
            "k8s.pod.uid",
            STRING,
            "uid of the container's pod",
            (c, f, a) -> label(f, "io.kubernetes.pod.uid")));
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
        keyed(
            "container.mount.rdwr",
            "whether what is mounted at a path (a shell pattern) can be written; N/A when nothing is",
            Fields::mountWritable));
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

  private static @Nullable String label(@Nullable ContainerFacts facts, String name) {
    return facts == null ? null : facts.labels().get(name);
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
            "flow.bytes_received",
            "bytes received in the interval, layer 2",
            FLOW,
            diverse(row -> row.longAt(Flow.RECEIVED_BYTES))));
    to.add(
        number(
            "flow.packets_received",
            "packets received in the interval",
            FLOW,
            diverse(row -> row.longAt(Flow.RECEIVED_PACKETS))));
    to.add(
        number(
            "flow.interval",
            "nanoseconds since the flow's last report",
            FLOW,
            diverse(row -> row.longAt(Flow.INTERVAL))));
    to.add(
        plain("flow.inbound", BOOL, "whether the other end began, and the container answers")
            .in(FLOW, new Source.Numeral(row -> row.intAt(Flow.INBOUND), false, Fields::truth)));
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
        plain("sensor.missing", STRING, "kinds of which the collector does not deliver all events")
            .in(beat, new Source.Symbol(Heartbeat.MISSING, new View.Each())));
  }

  private static void addStats(List<Field> to) {
    Set<Kind> stats = EnumSet.of(Kind.CONTAINER_STATS);
    to.add(
        number(
            "stats.cpu_percent",
            "processor time since the last report, in whole percent of one core",
            stats,
            few(row -> row.longAt(Stats.CPU_THOUSANDTHS) / 1000)));
    to.add(
        number(
            "stats.memory",
            "bytes of memory in use",
            stats,
            diverse(row -> row.longAt(Stats.MEMORY))));
    to.add(
        number(
            "stats.memory_limit",
            "bytes of memory it may use; missing without a limit",
            stats,
            few(row -> orMissing(row.longAt(Stats.MEMORY_LIMIT), 0))));
    to.add(number("stats.pids", "tasks", stats, few(row -> orMissing(row.longAt(Stats.PIDS), -1))));
    to.add(
        number(
            "stats.throttled",
            "nanoseconds for which its limit kept it from running, since its start",
            stats,
            diverse(row -> row.longAt(Stats.THROTTLED))));
    to.add(
        number(
            "stats.restarts",
            "how often the engine started it again",
            stats,
            few(row -> row.longAt(Stats.RESTARTS))));
    to.add(
        number(
            "stats.oom_kills",
            "how often the kernel killed a task of it for want of memory",
            stats,
            few(row -> row.longAt(Stats.OOM_KILLS))));
  }

  // The makers of fields.

  static Field plain(String name, Field.Type type, String description) {
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

  /** The name that events carry; without one, 0 is root, and other numbers have none. */
  private static Field named(String name, String description, NumberReader id, int place) {
    View item = new View.FilledItem(place);
    Field field = plain(name, STRING, description);
    for (Kind kind : PROCESS) {
      Columns.Names columns = kind.names();
      if (columns != null) {
        Column names = columns.names();
        NumberReader nameless =
            row -> isNamed(row, names, place) ? NumberReader.MISSING : id.read(row);
        field.in(
            Set.of(kind),
            List.of(
                new Source.Symbol(names, item), new Source.Numeral(nameless, false, Fields::root)));
      }
    }
    return field;
  }

  /** Whether an item of the names is filled; asked for each row, hence of the bytes. */
  private static boolean isNamed(BatchCursor row, Column names, int place) {
    int symbol = row.symbol(names);
    if (symbol == 0) {
      return false;
    }
    byte[] bytes = row.bytes();
    int at = row.stringAt(symbol);
    int end = at + row.stringLength(symbol);
    for (int item = 0; item < place && at < end; at++) {
      item += bytes[at] == 0 ? 1 : 0;
    }
    return at < end && bytes[at] != 0;
  }

  private static Field family(
      String name, String description, String four, String six, String unix) {
    View view = new View.Family(four, six, unix);
    Field field = plain(name, STRING, description);
    for (Ends ends : Ends.ALL) {
      field.in(Set.of(ends.kind()), new Source.Symbol(ends.family(), view));
    }
    return field;
  }

  private static Source transport(Column protocol) {
    return new Source.Numeral(row -> row.intAt(protocol), false, Fields::protocol);
  }

  private static Source constant(String value) {
    return new Source.Constant(value);
  }

  private static Source openType(String file, String directory) {
    return new Source.Numeral(
        row -> row.longAt(Open.FLAGS) & O_DIRECTORY, false, n -> n == 0 ? file : directory);
  }

  private static Field container(
      String name, Field.Type type, String description, Source.ContainerReader reader) {
    return plain(name, type, description).in(ALL, new Source.OfContainer(reader, ""));
  }

  private static Field keyed(String name, String description, Source.ContainerReader reader) {
    return new Field(name, STRING, Field.Argument.KEY, false, description)
        .with(ALL, a -> List.of(new Source.OfContainer(reader, a == null ? "" : a)));
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
    return List.of(new Source.Computed(EventTypes::shown));
  }

  static Source.Numeral few(NumberReader reader) {
    return new Source.Numeral(reader, false, DECIMAL);
  }

  static Source.Numeral diverse(NumberReader reader) {
    return new Source.Numeral(reader, true, DECIMAL);
  }

  static long orMissing(long number, long missing) {
    return number == missing ? NumberReader.MISSING : number;
  }

  private static String outcome(long result) {
    if (result >= 0) {
      return "SUCCESS";
    }
    String error = CallNames.error(result);
    return error == null ? Long.toString(result) : error;
  }

  private static Set<Kind> kinds(Predicate<Kind> which) {
    return Arrays.stream(Kind.values())
        .filter(which)
        .collect(Collectors.toCollection(() -> EnumSet.noneOf(Kind.class)));
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

  /** Nanoseconds from a start to the event; missing when the start is not known. */
  private static long since(BatchCursor row, Column column) {
    long start = row.longAt(column);
    return start == 0 ? NumberReader.MISSING : Math.max(0, row.time() - start);
  }

  private static NumberReader start() {
    return row -> {
      long start = row.longAt(Proc.START);
      return start == 0 ? NumberReader.MISSING : start;
    };
  }

  private static String truth(long number) {
    return number == 0 ? "false" : "true";
  }

  private static String root(long id) {
    return id == 0 ? "root" : OutputTemplate.MISSING;
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

  private static @Nullable String mountWritable(
      @Nullable ContainerRef container, @Nullable ContainerFacts facts, String pattern) {
    if (facts == null) {
      return null;
    }
    return facts.mounts().stream()
        .filter(m -> Glob.matches(pattern, m.destination()))
        .map(m -> Boolean.toString(m.writable()))
        .findFirst()
        .orElse("N/A");
  }

  private static @Nullable String briefImage(@Nullable String digest) {
    if (digest == null) {
      return null;
    }
    String digits = digest.substring(digest.indexOf(':') + 1);
    return digits.substring(0, Math.min(12, digits.length()));
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
