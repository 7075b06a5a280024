package io.leukocyte.collector;

import io.leukocyte.events.BpfLoad;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.CredChange;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.FdDup;
import io.leukocyte.events.FileChange;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.FsMount;
import io.leukocyte.events.KernelCall;
import io.leukocyte.events.KernelModule;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MemFileless;
import io.leukocyte.events.NetAccept;
import io.leukocyte.events.NetListen;
import io.leukocyte.events.NetSend;
import io.leukocyte.events.NetSocket;
import io.leukocyte.events.NsChange;
import io.leukocyte.events.ProcControl;
import io.leukocyte.events.ProcTrace;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.SignalKill;
import io.leukocyte.events.SystemCall;
import java.util.function.LongUnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Turns the sensor's records of system calls into events. */
final class CallTranslator {
  private static final int O_CREAT = 0x40;
  private static final int O_TMPFILE = 0x410000;
  private static final int O_WRONLY_CREAT_TRUNC = 0x241;
  private static final int PERMISSIONS = 0xfff;
  private static final int PR_SET_NAME = 15;
  private static final int BPF_PROG_LOAD = 5;
  private static final int PTRACE_TRACEME = 0;
  private static final ProcessRef NOBODY = new ProcessRef(0, 0);

  /** What each number means on this machine. */
  private final @Nullable TracedCall[] calls = new TracedCall[2 * SensorLayout.CALLS];

  private final LongUnaryOperator start;

  /**
   * A translator.
   *
   * @param arm whether the calls are those of arm64
   * @param start makes unix nanoseconds of the start of a process in nanoseconds since boot
   */
  CallTranslator(boolean arm, LongUnaryOperator start) {
    this.start = start;
    CallInterest.table(TracedCalls.names(), arm).forEach((number, call) -> calls[number] = call);
  }

  /** By which name an address is known. */
  interface Names {
    /** The name; null when none is known. */
    @Nullable String of(String address);
  }

  /** The moment and the process of a call. */
  private record Moment(
      long time, @Nullable ContainerRef container, ProcessInfo process, String call, long result) {}

  /**
   * The event of a record.
   *
   * @param time unix nanoseconds
   * @param known the process before the call, as far as it is known; null when it is not
   * @param process the process as it is after the call
   * @param names the name of an address there; null when none is known
   */
  SystemCall translate(
      CallRecord record,
      long time,
      @Nullable ContainerRef container,
      @Nullable ProcessInfo known,
      ProcessInfo process,
      Names names) {
    TracedCall call = call(record);
    Moment at = new Moment(time, container, process, call.name(), record.result());
    return switch (call.kind()) {
      case FILE_OPEN -> open(record, at);
      case FILE_CHANGE -> change(record, at);
      case NET_ACCEPT ->
          new NetAccept(
              at.time,
              at.container,
              at.process,
              at.call,
              record.protocol(),
              record.remote(),
              record.local(),
              at.result,
              names.of(record.remote().address()));
      case NET_LISTEN -> listen(record, at);
      case NET_SEND -> send(record, at, names);
      case NET_SOCKET ->
          new NetSocket(
              at.time,
              at.container,
              at.process,
              at.call,
              record.intArg(0),
              record.intArg(1),
              record.intArg(2),
              at.result);
      case FD_DUP ->
          new FdDup(
              at.time,
              at.container,
              at.process,
              at.call,
              record.intArg(0),
              (int) Math.max(-1, at.result),
              record.isSocket() ? new FdDup.Socket(record.local(), record.remote()) : null,
              at.result);
      case PROC_TRACE -> trace(record, at);
      case NS_CHANGE ->
          new NsChange(
              at.time, at.container, at.process, at.call, namespaces(record, at.call), at.result);
      case FS_MOUNT -> mount(record, at);
      case KERNEL_MODULE -> module(record, at);
      case BPF_LOAD ->
          new BpfLoad(
              at.time,
              at.container,
              at.process,
              at.call,
              record.intArg(0),
              record.intArg(0) == BPF_PROG_LOAD ? (int) record.word() : 0,
              at.result);
      case KERNEL_CALL ->
          new KernelCall(
              at.time,
              at.container,
              at.process,
              at.call,
              IntStream.range(0, KernelCall.MAX_ARGS).mapToObj(record::arg).toList(),
              at.result);
      case MEM_FILELESS -> {
        boolean named = at.call.equals("memfd_create");
        yield new MemFileless(
            at.time,
            at.container,
            at.process,
            at.call,
            record.hasText(0) ? record.text(0) : null,
            record.arg(named ? 1 : 0),
            at.result);
      }
      case CRED_CHANGE ->
          new CredChange(
              at.time,
              at.container,
              at.process,
              at.call,
              known == null ? -1 : known.uid(),
              known == null ? -1 : known.gid(),
              record.effectiveUid(),
              record.effectiveGid(),
              known == null ? 0 : known.capabilities(),
              record.capabilities(),
              at.result);
      case SIGNAL_KILL -> signal(record, at);
      case PROC_CONTROL ->
          new ProcControl(
              at.time,
              at.container,
              at.process,
              at.call,
              record.intArg(0),
              record.intArg(0) == PR_SET_NAME ? 0 : record.arg(1),
              record.intArg(0) == PR_SET_NAME && record.hasText(0) ? record.text(0) : null,
              at.result);
      default -> throw new IllegalStateException("No system call is a " + call.kind().text());
    };
  }

  private TracedCall call(CallRecord record) {
    int number = record.number();
    TracedCall call = number >= 0 && number < calls.length ? calls[number] : null;
    if (call == null) {
      throw new IllegalStateException("The sensor reported a system call " + number);
    }
    return call;
  }

  /** Whether the record is a connection to a Unix socket, which is no event of system calls. */
  boolean isConnection(CallRecord record) {
    return call(record).kind() == Kind.NET_CONNECT;
  }

  // ---- files ----

  private static SystemCall open(CallRecord record, Moment at) {
    String text = record.text(0);
    String asked = record.asked(0, text);
    String file = record.file();
    String path = !file.isEmpty() ? file : Paths.climbs(text) ? record.path(0, text) : asked;
    long flags =
        switch (at.call) {
          case "open" -> record.arg(1);
          case "creat" -> O_WRONLY_CREAT_TRUNC;
          case "openat2" -> record.word();
          default -> record.arg(2);
        };
    int mode =
        switch (at.call) {
          case "open" -> record.intArg(2);
          case "creat" -> record.intArg(1);
          case "openat" -> record.intArg(3);
          default -> 0;
        };
    boolean makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
    return new FileOpen(
        at.time,
        at.container,
        at.process,
        at.call,
        path,
        asked.equals(path) || asked.isEmpty() ? null : asked,
        flags & 0xffffffffL,
        makes ? mode & PERMISSIONS : 0,
        record.has(SensorLayout.FLAG_CREATED),
        record.has(SensorLayout.FLAG_UPPER_LAYER),
        record.isCut(),
        at.result);
  }

  private static SystemCall change(CallRecord record, Moment at) {
    boolean symlink = at.call.startsWith("symlink");
    boolean two = at.call.startsWith("rename") || at.call.startsWith("link");
    String path = record.has(SensorLayout.FLAG_FILE) ? record.file() : record.path(symlink ? 1 : 0);
    String target = symlink ? record.text(0) : two ? record.path(1) : null;
    boolean owner = at.call.contains("chown");
    int ownerAt = at.call.equals("fchownat") ? 2 : 1;
    return new FileChange(
        at.time,
        at.container,
        at.process,
        at.call,
        path,
        target,
        flags(record, at.call),
        mode(record, at.call),
        owner ? record.intArg(ownerAt) : -1,
        owner ? record.intArg(ownerAt + 1) : -1,
        record.isCut(),
        at.result);
  }

  private static long flags(CallRecord record, String call) {
    return switch (call) {
      case "renameat2", "linkat", "fchownat" -> record.arg(4) & 0xffffffffL;
      case "unlinkat" -> record.arg(2) & 0xffffffffL;
      case "fchmodat2" -> record.arg(3) & 0xffffffffL;
      default -> 0;
    };
  }

  private static int mode(CallRecord record, String call) {
    return switch (call) {
      case "mkdir", "chmod", "fchmod" -> record.intArg(1) & PERMISSIONS;
      case "mkdirat", "fchmodat", "fchmodat2" -> record.intArg(2) & PERMISSIONS;
      case "mknod" -> record.intArg(1) & 0xffff;
      case "mknodat" -> record.intArg(2) & 0xffff;
      default -> -1;
    };
  }

  private static SystemCall mount(CallRecord record, Moment at) {
    boolean tree = at.call.equals("open_tree") || at.call.equals("move_mount");
    boolean source = at.call.equals("mount") || at.call.equals("pivot_root") || tree;
    boolean device = at.call.equals("mount") && !record.text(0).startsWith("/");
    return new FsMount(
        at.time,
        at.container,
        at.process,
        at.call,
        source && record.hasText(0) ? (device ? record.text(0) : record.path(0)) : null,
        record.hasText(1) ? record.path(1) : "",
        record.hasText(2) ? record.text(2) : null,
        switch (at.call) {
          case "mount" -> record.arg(3) & 0xffffffffL;
          case "umount2" -> record.arg(1) & 0xffffffffL;
          case "move_mount" -> record.arg(4) & 0xffffffffL;
          case "open_tree", "fsmount" -> record.arg(2) & 0xffffffffL;
          default -> 0;
        },
        at.result);
  }

  private static SystemCall module(CallRecord record, Moment at) {
    String file = record.file();
    String name =
        at.call.equals("delete_module")
            ? record.text(0)
            : file.substring(file.lastIndexOf('/') + 1).replaceFirst("\\.ko(\\.[a-z0-9]+)?$", "");
    return new KernelModule(
        at.time,
        at.container,
        at.process,
        at.call,
        name.isEmpty() ? null : name,
        file.isEmpty() ? null : file,
        at.result);
  }

  // ---- sockets ----

  /** The address that bind was given stands where others have the far end. */
  private static SystemCall listen(CallRecord record, Moment at) {
    boolean bind = at.call.equals("bind");
    Endpoint unix = record.unix();
    Endpoint local = unix.address().isEmpty() ? bind ? record.remote() : record.local() : unix;
    return new NetListen(
        at.time,
        at.container,
        at.process,
        at.call,
        record.protocol(),
        local,
        bind ? 0 : record.intArg(1),
        at.result);
  }

  private static SystemCall send(CallRecord record, Moment at, Names names) {
    byte[] data = record.data();
    DnsQuestion question = data.length == 0 ? null : DnsQuestion.read(data);
    Endpoint unix = record.unix();
    Endpoint remote = unix.address().isEmpty() ? record.remote() : unix;
    return new NetSend(
        at.time,
        at.container,
        at.process,
        at.call,
        record.protocol(),
        record.local(),
        remote,
        at.call.endsWith("mmsg") ? 0 : Math.max(0, at.result),
        question == null ? null : question.name(),
        question == null ? null : question.type(),
        at.result,
        names.of(remote.address()));
  }

  // ---- processes ----

  private SystemCall trace(CallRecord record, Moment at) {
    boolean ptrace = at.call.equals("ptrace");
    boolean me = ptrace && record.arg(0) == PTRACE_TRACEME;
    return new ProcTrace(
        at.time,
        at.container,
        at.process,
        at.call,
        ptrace ? record.arg(0) : 0,
        me ? NOBODY : target(record, record.intArg(ptrace ? 1 : 0)),
        me ? null : targetName(record),
        at.result);
  }

  private SystemCall signal(CallRecord record, Moment at) {
    boolean group = at.call.equals("tgkill");
    return new SignalKill(
        at.time,
        at.container,
        at.process,
        at.call,
        record.intArg(group ? 2 : 1),
        target(record, at.call.equals("pidfd_send_signal") ? 0 : record.intArg(0)),
        targetName(record),
        at.result);
  }

  /** As the kernel knows it; else by the number that the caller gave. */
  private ProcessRef target(CallRecord record, int asked) {
    return record.targetPid() == 0
        ? new ProcessRef(asked, 0)
        : new ProcessRef(record.targetPid(), start.applyAsLong(record.targetStart()));
  }

  private static @Nullable String targetName(CallRecord record) {
    return record.targetPid() == 0 ? null : record.targetName();
  }

  private static long namespaces(CallRecord record, String call) {
    return switch (call) {
      case "clone3" -> record.word();
      case "setns" -> record.arg(1) & 0xffffffffL;
      default -> record.arg(0) & 0xffffffffL;
    };
  }
}
