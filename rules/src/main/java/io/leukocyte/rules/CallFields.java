package io.leukocyte.rules;

import static io.leukocyte.rules.Field.Type.BOOL;
import static io.leukocyte.rules.Field.Type.NUMBER;
import static io.leukocyte.rules.Field.Type.STRING;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CallColumns.Bpf;
import io.leukocyte.events.CallColumns.Call;
import io.leukocyte.events.CallColumns.Change;
import io.leukocyte.events.CallColumns.Control;
import io.leukocyte.events.CallColumns.Credentials;
import io.leukocyte.events.CallColumns.Dup;
import io.leukocyte.events.CallColumns.Kernel;
import io.leukocyte.events.CallColumns.Memory;
import io.leukocyte.events.CallColumns.Module;
import io.leukocyte.events.CallColumns.Mount;
import io.leukocyte.events.CallColumns.Namespace;
import io.leukocyte.events.CallColumns.Open;
import io.leukocyte.events.CallColumns.Send;
import io.leukocyte.events.CallColumns.Signal;
import io.leukocyte.events.CallColumns.Socket;
import io.leukocyte.events.CallColumns.Trace;
import io.leukocyte.events.CallNames;
import io.leukocyte.events.Column;
import io.leukocyte.events.Kind;
import io.leukocyte.rules.Source.NumberReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.LongFunction;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The fields of system calls: what they were called with, and the files they name. */
final class CallFields {
  private static final Set<Kind> OPEN = Set.of(Kind.FILE_OPEN);
  private static final Set<Kind> CHANGE = Set.of(Kind.FILE_CHANGE);
  private static final Set<Kind> CREDENTIALS = Set.of(Kind.CRED_CHANGE);
  private static final Set<Kind> MOUNT = Set.of(Kind.FS_MOUNT);
  private static final Set<Kind> TRACE = Set.of(Kind.PROC_TRACE);
  private static final Set<Kind> SIGNAL = Set.of(Kind.SIGNAL_KILL);
  private static final Set<Kind> SOCKET = Set.of(Kind.NET_SOCKET);
  private static final Set<Kind> MODULE = Set.of(Kind.KERNEL_MODULE);
  private static final Set<Kind> MEMORY = Set.of(Kind.MEM_FILELESS);

  private static final Set<String> TWO_PATHS =
      Set.of("rename", "renameat", "renameat2", "link", "linkat");
  private static final Set<String> SYMLINKS = Set.of("symlink", "symlinkat");
  private static final Set<String> CHMODS = Set.of("chmod", "fchmod", "fchmodat", "fchmodat2");
  private static final Set<String> ONE_PATH =
      Kind.FILE_CHANGE.calls().stream()
          .filter(call -> !TWO_PATHS.contains(call) && !SYMLINKS.contains(call))
          .collect(Collectors.toUnmodifiableSet());

  /**
   * The fields that hold the path of a file that a call changes, and the calls of which they do; of
   * other calls they are missing.
   */
  static final Map<String, Set<String>> PATHS =
      Map.of(
          "evt.arg.path", ONE_PATH,
          "evt.arg.oldpath", TWO_PATHS,
          "evt.arg.newpath", TWO_PATHS,
          "evt.arg.linkpath", SYMLINKS,
          "evt.arg.filename", CHMODS);

  private static final long ACCESS_MODE = 3;
  private static final long WRITE_ONLY = 1;
  private static final long READ_WRITE = 2;
  private static final long CREATE = 0100;
  private static final long NAMELESS = 020000000;
  private static final int EXECUTE = 0111;

  private static final List<Source> ARGUMENTS = arguments();

  private CallFields() {}

  static void add(List<Field> to) {
    addFiles(to);
    addPaths(to);
    addFlags(to);
    addNumbers(to);
    addOwn(to);
  }

  /** Fields that only this project has. */
  private static void addOwn(List<Field> to) {
    Set<Kind> send = Set.of(Kind.NET_SEND);
    to.add(
        Fields.plain(
                "dns.question.name",
                STRING,
                "our own: the name that a datagram asks a name server for, without the final dot")
            .in(send, symbol(Send.DNS_NAME)));
    to.add(
        Fields.plain("dns.question.type", STRING, "our own: the type of that question: A, TXT …")
            .in(send, symbol(Send.DNS_TYPE)));
    to.add(
        Fields.plain("module.name", STRING, "our own: the name of a kernel module")
            .in(MODULE, symbol(Module.NAME)));
    to.add(
        Fields.plain("module.path", STRING, "our own: the file of a kernel module")
            .in(MODULE, symbol(Module.PATH)));
    to.add(
        new Field(
                "kernel.arg",
                NUMBER,
                Field.Argument.INDEX,
                false,
                "our own: an argument of the call, from [0]; without index the first")
            .with(Set.of(Kind.KERNEL_CALL), CallFields::argument));
  }

  private static List<Source> argument(@Nullable String index) {
    int number = index == null ? 0 : Integer.parseInt(index);
    return number < ARGUMENTS.size() ? List.of(ARGUMENTS.get(number)) : List.of();
  }

  private static List<Source> arguments() {
    List<Source> arguments = new ArrayList<>();
    for (int i = 0; i < Kernel.ARGS.size(); i++) {
      int number = i;
      arguments.add(
          Fields.diverse(row ->
              number < row.intAt(Kernel.COUNT)
                  ? row.longAt(Kernel.ARGS.get(number))
                  : NumberReader.MISSING));
    }
    return List.copyOf(arguments);
  }

  private static void addFiles(List<Field> to) {
    to.add(
        Fields.plain("fd.directory", STRING, "the directory that a file is in")
            .in(OPEN, new Source.Symbol(Open.PATH, new View.Directory())));
    to.add(
        Fields.plain("fd.filename", STRING, "the last name of a file's path")
            .in(OPEN, new Source.Symbol(Open.PATH, new View.FileName())));
    to.add(
        Fields.plain("fd.nameraw", STRING, "the path of a file as it was asked for")
            .in(OPEN, new Source.Computed(CallFields::asked)));
    to.add(
        Fields.plain("fd.num", NUMBER, "the descriptor that a call gave; missing when it failed")
            .in(OPEN, descriptor(Call.RESULT))
            .in(Set.of(Kind.NET_ACCEPT), descriptor(Call.RESULT))
            .in(SOCKET, descriptor(Call.RESULT))
            .in(MEMORY, descriptor(Call.RESULT))
            .in(Set.of(Kind.FD_DUP), descriptor(Dup.NEW_FD)));
    to.add(
        Fields.plain("fd.is_upper_layer", BOOL, "the file is not from the image")
            .in(OPEN, bit(Open.FACTS, Open.UPPER_LAYER)));
    to.add(
        opened(
            "evt.is_open_read",
            "the file was opened for reading",
            flags -> (flags & ACCESS_MODE) != WRITE_ONLY));
    to.add(
        opened(
            "evt.is_open_write",
            "the file was opened for writing",
            flags -> (flags & (WRITE_ONLY | READ_WRITE)) != 0));
    to.add(
        Fields.plain("evt.is_open_exec", BOOL, "a new file was to be executable")
            .in(
                OPEN,
                new Source.Numeral(
                    row ->
                        (row.longAt(Open.FLAGS) & (CREATE | NAMELESS)) == 0
                            ? 0
                            : row.intAt(Open.MODE) & EXECUTE,
                    false,
                    CallFields::truth)));
    to.add(
        Fields.plain("evt.is_open_create", BOOL, "the call made the file")
            .in(OPEN, bit(Open.FACTS, Open.CREATED)));
  }

  private static void addPaths(List<Field> to) {
    to.add(
        Fields.plain("evt.arg.path", STRING, "the path of a call that has one")
            .in(CHANGE, of(ONE_PATH, Change.PATH)));
    to.add(
        Fields.plain("evt.arg.oldpath", STRING, "of rename and link: the path there was")
            .in(CHANGE, of(TWO_PATHS, Change.PATH)));
    to.add(
        Fields.plain("evt.arg.newpath", STRING, "of rename and link: the new path")
            .in(CHANGE, of(TWO_PATHS, Change.TARGET)));
    to.add(
        Fields.plain("evt.arg.target", STRING, "of symlink: what it points to")
            .in(CHANGE, of(SYMLINKS, Change.TARGET)));
    to.add(
        Fields.plain("evt.arg.linkpath", STRING, "of symlink: the link")
            .in(CHANGE, of(SYMLINKS, Change.PATH)));
    to.add(
        Fields.plain("evt.arg.filename", STRING, "of chmod: the path")
            .in(CHANGE, of(CHMODS, Change.PATH)));
    to.add(
        Fields.plain(
                "evt.arg.name",
                STRING,
                "of open: the path as it was asked for; of memfd_create and delete_module: the name;"
                    + " of umount2: the path")
            .in(OPEN, new Source.Computed(CallFields::asked))
            .in(MEMORY, symbol(Memory.NAME))
            .in(MODULE, of(Set.of("delete_module"), Module.NAME))
            .in(MOUNT, of(Set.of("umount2"), Mount.TARGET)));
    to.add(
        Fields.plain("evt.arg.dev", STRING, "of mount: what is mounted")
            .in(MOUNT, of(Set.of("mount"), Mount.SOURCE)));
    to.add(
        Fields.plain("evt.arg.dir", STRING, "of mount: where it is mounted")
            .in(MOUNT, of(Set.of("mount"), Mount.TARGET)));
  }

  private static void addFlags(List<Field> to) {
    to.add(
        Fields.plain("evt.arg.flags", STRING, "names of bits, joined by |: O_RDWR|O_CREAT")
            .in(OPEN, few(row -> row.longAt(Open.FLAGS), n -> joined(CallNames.openFlags(n))))
            .in(
                CHANGE,
                new Source.Computed(
                    row -> joined(CallNames.changeFlags(call(row), row.longAt(Change.FLAGS)))))
            .in(
                MOUNT,
                new Source.Computed(
                    row -> joined(CallNames.mountFlags(call(row), row.longAt(Mount.FLAGS)))))
            .in(
                Set.of(Kind.NS_CHANGE),
                few(row -> row.longAt(Namespace.FLAGS), n -> joined(CallNames.cloneFlags(n))))
            .in(
                MEMORY,
                few(row -> row.longAt(Memory.FLAGS), n -> joined(CallNames.memfdFlags(n)))));
    to.add(
        Fields.plain(
                "evt.arg.mode",
                STRING,
                "of chmod, mkdir, mknod: names of bits, joined by |: S_ISUID|S_IXUSR; of open: octal")
            .in(
                CHANGE,
                few(
                    row -> Fields.orMissing(row.intAt(Change.MODE), -1),
                    n -> joined(CallNames.mode((int) n))))
            .in(OPEN, few(row -> row.intAt(Open.MODE), n -> "0" + Integer.toOctalString((int) n))));
    to.add(
        Fields.plain("evt.arg.request", STRING, "of ptrace: PTRACE_ATTACH …")
            .in(
                TRACE,
                few(
                    row ->
                        call(row).equals("ptrace")
                            ? row.longAt(Trace.REQUEST)
                            : NumberReader.MISSING,
                    n -> named(CallNames.ptraceRequest(n), n))));
    to.add(
        Fields.plain("evt.arg.cmd", STRING, "of bpf: BPF_PROG_LOAD …")
            .in(
                Set.of(Kind.BPF_LOAD),
                few(row -> row.intAt(Bpf.COMMAND), n -> named(CallNames.bpfCommand((int) n), n))));
    to.add(
        Fields.plain("evt.arg.option", STRING, "of prctl: PR_SET_NAME …")
            .in(
                Set.of(Kind.PROC_CONTROL),
                few(
                    row -> row.intAt(Control.OPTION),
                    n -> named(CallNames.controlOption((int) n), n))));
    to.add(
        Fields.plain("evt.arg.sig", STRING, "of kill: SIGKILL …; 0 for none")
            .in(
                SIGNAL,
                few(row -> row.intAt(Signal.NUMBER), n -> named(CallNames.signal((int) n), n))));
    to.add(
        Fields.plain("evt.arg.domain", STRING, "of socket: AF_INET …")
            .in(SOCKET, few(row -> row.intAt(Socket.DOMAIN), CallFields::domain)));
    to.add(
        Fields.plain("evt.arg.type", STRING, "of socket: the number; of mount: the file system")
            .in(SOCKET, Fields.few(row -> row.intAt(Socket.TYPE)))
            .in(MOUNT, symbol(Mount.TYPE)));
  }

  private static void addNumbers(List<Field> to) {
    to.add(
        Fields.plain("evt.arg.proto", NUMBER, "of socket: the protocol's number")
            .in(SOCKET, Fields.few(row -> row.intAt(Socket.PROTOCOL))));
    to.add(
        Fields.plain("evt.arg.uid", NUMBER, "the new owner of a file; a process's new user")
            .in(CHANGE, present(Change.UID))
            .in(CREDENTIALS, present(Credentials.UID)));
    to.add(
        Fields.plain(
                "user.uid_before",
                NUMBER,
                "effective user id on the host before the call changed it")
            .in(CREDENTIALS, present(Credentials.UID_BEFORE)));
    to.add(
        Fields.plain("evt.arg.gid", NUMBER, "the new group of a file; a process's new group")
            .in(CHANGE, present(Change.GID))
            .in(CREDENTIALS, present(Credentials.GID)));
    to.add(
        Fields.plain(
                "evt.arg.pid",
                NUMBER,
                "of kill and ptrace: the other process, on the host; as the caller sees it where there"
                    + " is no such process, or no longer")
            .in(SIGNAL, Fields.diverse(row -> row.intAt(Signal.TARGET_PID)))
            .in(TRACE, Fields.diverse(row -> row.intAt(Trace.TARGET_PID))));
  }

  private static String call(BatchCursor row) {
    String call = row.text(Call.NAME);
    return call == null ? "" : call;
  }

  private static @Nullable String asked(BatchCursor row) {
    String asked = row.text(Open.ASKED);
    return asked == null ? row.text(Open.PATH) : asked;
  }

  /** A string of some of a kind's calls only. */
  private static Source of(Set<String> calls, Column column) {
    return new Source.Computed(row -> calls.contains(call(row)) ? row.text(column) : null);
  }

  private static Source symbol(Column column) {
    return new Source.Symbol(column, new View.Whole());
  }

  private static Source few(NumberReader reader, LongFunction<@Nullable String> text) {
    return new Source.Numeral(reader, false, text);
  }

  private static Source present(Column column) {
    return Fields.few(row -> Fields.orMissing(row.intAt(column), -1));
  }

  private static Source descriptor(Column column) {
    return Fields.few(row -> {
      long number = column.type() == Column.Type.LONG ? row.longAt(column) : row.intAt(column);
      return number < 0 ? NumberReader.MISSING : number;
    });
  }

  private static Source bit(Column column, int bit) {
    return new Source.Numeral(row -> row.intAt(column) & bit, false, CallFields::truth);
  }

  private static Field opened(String name, String description, LongPredicate flags) {
    return Fields.plain(name, BOOL, description)
        .in(
            OPEN,
            new Source.Numeral(
                row -> flags.test(row.longAt(Open.FLAGS)) ? 1 : 0, false, CallFields::truth));
  }

  private static String truth(long number) {
    return number == 0 ? "false" : "true";
  }

  private static @Nullable String joined(List<String> names) {
    return names.isEmpty() ? null : String.join("|", names);
  }

  private static String named(@Nullable String name, long number) {
    return name == null ? Long.toString(number) : name;
  }

  private static String domain(long number) {
    String family = CallNames.family((int) number);
    return family == null ? Long.toString(number) : "AF_" + family.toUpperCase(Locale.ROOT);
  }
}
