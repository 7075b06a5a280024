package io.leukocyte.events;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What kind of fact an event is: its name in rules and JSON, its number and its columns on the
 * wire. A number is never given twice.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is a copy, the array is never written
public enum Kind {
  /** {@link ProcessExec}. */
  PROCESS_EXEC(1, "process.exec", Columns.Exec.MORE, Columns.afterProcess(Columns.Exec.MORE), ""),
  /** {@link ProcessExit}. */
  PROCESS_EXIT(
      2,
      "process.exit",
      Columns.Exit.MORE,
      Columns.afterProcess(Columns.Exit.MORE, Columns.Exit.CODE, Columns.Exit.SIGNAL),
      ""),
  /** {@link ProcTrace}. */
  PROC_TRACE(
      3,
      "proc.trace",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Trace.REQUEST,
          CallColumns.Trace.TARGET_PID,
          CallColumns.Trace.TARGET_START,
          CallColumns.Trace.TARGET_NAME),
      "process_vm_readv process_vm_writev ptrace"),
  /** {@link ProcControl}. */
  PROC_CONTROL(
      4,
      "proc.control",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Control.OPTION, CallColumns.Control.VALUE, CallColumns.Control.TEXT),
      "prctl"),
  /** {@link NsChange}. */
  NS_CHANGE(
      8,
      "ns.change",
      CallColumns.Call.MORE,
      CallColumns.of(CallColumns.Namespace.FLAGS),
      "clone clone3 setns unshare"),
  /** {@link CredChange}. */
  CRED_CHANGE(
      9,
      "cred.change",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Credentials.UID_BEFORE,
          CallColumns.Credentials.GID_BEFORE,
          CallColumns.Credentials.UID,
          CallColumns.Credentials.GID,
          CallColumns.Credentials.CAPABILITIES_BEFORE,
          CallColumns.Credentials.CAPABILITIES),
      "capset setfsgid setfsuid setgid setgroups setregid setresgid setresuid setreuid setuid"),
  /** {@link SignalKill}. */
  SIGNAL_KILL(
      10,
      "signal.kill",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Signal.NUMBER,
          CallColumns.Signal.TARGET_PID,
          CallColumns.Signal.TARGET_START,
          CallColumns.Signal.TARGET_NAME),
      "kill pidfd_send_signal tgkill tkill"),
  /** {@link NetConnect}. */
  NET_CONNECT(
      16,
      "net.connect",
      Columns.Connect.MORE,
      Columns.afterProcess(
          Columns.Connect.MORE,
          Columns.Connect.PROTOCOL,
          Columns.Connect.SOURCE,
          Columns.Connect.SOURCE_PORT,
          Columns.Connect.DESTINATION,
          Columns.Connect.DESTINATION_PORT,
          Columns.Connect.DOMAIN),
      ""),
  /** {@link NetAccept}. */
  NET_ACCEPT(
      17,
      "net.accept",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Accept.PROTOCOL,
          CallColumns.Accept.CLIENT,
          CallColumns.Accept.CLIENT_PORT,
          CallColumns.Accept.SERVER,
          CallColumns.Accept.SERVER_PORT,
          CallColumns.Accept.DOMAIN),
      "accept accept4"),
  /** {@link NetListen}. */
  NET_LISTEN(
      18,
      "net.listen",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Listen.PROTOCOL,
          CallColumns.Listen.LOCAL,
          CallColumns.Listen.LOCAL_PORT,
          CallColumns.Listen.BACKLOG),
      "bind listen"),
  /** {@link NetFlow}. */
  NET_FLOW(
      19,
      "net.flow",
      List.of(
          Columns.Flow.PROTOCOL,
          Columns.Flow.DESTINATION,
          Columns.Flow.DESTINATION_PORT,
          Columns.Flow.BYTES,
          Columns.Flow.PACKETS,
          Columns.Flow.INTERVAL,
          Columns.Flow.INBOUND,
          Columns.Flow.DOMAIN,
          Columns.Flow.RECEIVED_BYTES,
          Columns.Flow.RECEIVED_PACKETS)),
  /** {@link NetSend}. */
  NET_SEND(
      20,
      "net.send",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Send.PROTOCOL,
          CallColumns.Send.LOCAL,
          CallColumns.Send.LOCAL_PORT,
          CallColumns.Send.REMOTE,
          CallColumns.Send.REMOTE_PORT,
          CallColumns.Send.BYTES,
          CallColumns.Send.DNS_NAME,
          CallColumns.Send.DNS_TYPE,
          CallColumns.Send.DOMAIN),
      "recvfrom recvmmsg recvmsg sendmmsg sendmsg sendto"),
  /** {@link NetSocket}. */
  NET_SOCKET(
      21,
      "net.socket",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Socket.DOMAIN, CallColumns.Socket.TYPE, CallColumns.Socket.PROTOCOL),
      "socket socketpair"),
  /** {@link FdDup}. */
  FD_DUP(
      22,
      "fd.dup",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Dup.OLD_FD,
          CallColumns.Dup.NEW_FD,
          CallColumns.Dup.IS_SOCKET,
          CallColumns.Dup.LOCAL,
          CallColumns.Dup.LOCAL_PORT,
          CallColumns.Dup.REMOTE,
          CallColumns.Dup.REMOTE_PORT),
      "dup dup2 dup3 fcntl"),
  /** {@link FileOpen}. */
  FILE_OPEN(
      24,
      "file.open",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Open.PATH,
          CallColumns.Open.ASKED,
          CallColumns.Open.FLAGS,
          CallColumns.Open.MODE,
          CallColumns.Open.FACTS),
      "creat open open_by_handle_at openat openat2"),
  /** {@link FileChange}. */
  FILE_CHANGE(
      25,
      "file.change",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Change.PATH,
          CallColumns.Change.TARGET,
          CallColumns.Change.FLAGS,
          CallColumns.Change.MODE,
          CallColumns.Change.UID,
          CallColumns.Change.GID,
          CallColumns.Change.FACTS),
      "chmod chown fchmod fchmodat fchmodat2 fchown fchownat ftruncate lchown link linkat mkdir mkdirat mknod mknodat rename renameat renameat2 rmdir symlink symlinkat truncate unlink unlinkat"),
  /** {@link FsMount}. */
  FS_MOUNT(
      28,
      "fs.mount",
      CallColumns.Call.MORE,
      CallColumns.of(
          CallColumns.Mount.SOURCE,
          CallColumns.Mount.TARGET,
          CallColumns.Mount.TYPE,
          CallColumns.Mount.FLAGS),
      "chroot fsmount mount move_mount open_tree pivot_root umount2"),
  /** {@link KernelModule}. */
  KERNEL_MODULE(
      32,
      "kernel.module",
      CallColumns.Call.MORE,
      CallColumns.of(CallColumns.Module.NAME, CallColumns.Module.PATH),
      "delete_module finit_module init_module"),
  /** {@link KernelCall}. */
  KERNEL_CALL(
      33,
      "kernel.call",
      CallColumns.Call.MORE,
      CallColumns.kernel(),
      "add_key io_uring_setup kexec_file_load kexec_load keyctl perf_event_open request_key userfaultfd"),
  /** {@link BpfLoad}. */
  BPF_LOAD(
      34,
      "bpf.load",
      CallColumns.Call.MORE,
      CallColumns.of(CallColumns.Bpf.COMMAND, CallColumns.Bpf.PROGRAM_TYPE),
      "bpf"),
  /** {@link MemFileless}. */
  MEM_FILELESS(
      36,
      "mem.fileless",
      CallColumns.Call.MORE,
      CallColumns.of(CallColumns.Memory.NAME, CallColumns.Memory.FLAGS),
      "memfd_create memfd_secret"),
  /** {@link ContainerLifecycle}. */
  CONTAINER_LIFECYCLE(
      48,
      "container.lifecycle",
      List.of(Columns.Lifecycle.ACTION, Columns.Lifecycle.EXIT_CODE, Columns.Lifecycle.ATTRIBUTES)),
  /** {@link ContainerFacts}. */
  CONTAINER_FACTS(49, "container.facts", List.of(Columns.Facts.JSON)),
  /** {@link ContainerLog}. */
  CONTAINER_LOG(
      50,
      "container.log",
      List.of(
          Columns.Log.STREAM,
          Columns.Log.TRUNCATED,
          Columns.Log.ORIGINAL_BYTES,
          Columns.Log.LINE,
          Columns.Log.LINES)),
  /** {@link ContainerStats}. */
  CONTAINER_STATS(
      51,
      "container.stats",
      List.of(
          Columns.Stats.CPU,
          Columns.Stats.CPU_THOUSANDTHS,
          Columns.Stats.THROTTLED,
          Columns.Stats.MEMORY,
          Columns.Stats.MEMORY_LIMIT,
          Columns.Stats.PIDS,
          Columns.Stats.PIDS_LIMIT,
          Columns.Stats.BLOCK_READ,
          Columns.Stats.BLOCK_WRITE,
          Columns.Stats.RECEIVED,
          Columns.Stats.SENT,
          Columns.Stats.RESTARTS,
          Columns.Stats.OOM_KILLS)),
  /** {@link SensorLoss}. */
  SENSOR_LOSS(
      64,
      "sensor.loss",
      List.of(
          Columns.Loss.SOURCE,
          Columns.Loss.KIND,
          Columns.Loss.REASON,
          Columns.Loss.COUNT,
          Columns.Loss.FROM,
          Columns.Loss.TO)),
  /** {@link SensorHeartbeat}. */
  SENSOR_HEARTBEAT(
      65,
      "sensor.heartbeat",
      List.of(
          Columns.Heartbeat.HOSTNAME,
          Columns.Heartbeat.MODE,
          Columns.Heartbeat.MISSING,
          Columns.Heartbeat.BUNDLE,
          Columns.Heartbeat.VERSION,
          Columns.Heartbeat.CLOCK_OFFSET,
          Columns.Heartbeat.RECEIVED,
          Columns.Heartbeat.PUBLISHED,
          Columns.Heartbeat.FILTERED,
          Columns.Heartbeat.LOST));

  private static final int MOST = 128;
  private static final @Nullable Kind[] BY_CODE = byCode();
  private static final Map<String, Kind> BY_TEXT =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Kind::text, Function.identity()));

  private final int code;
  private final String text;
  private final List<Column> columns;
  private final int rowLength;
  private final int[] symbolOffsets;
  private final int[] textOffsets;
  private final Columns.@Nullable More more;
  private final Columns.@Nullable Program program;
  private final Columns.@Nullable Names names;
  private final List<String> calls;

  Kind(int code, String text, List<Column> columns) {
    this(code, text, null, columns, "");
  }

  Kind(int code, String text, Columns.@Nullable More more, List<Column> columns, String calls) {
    this.code = code;
    this.text = text;
    this.more = more;
    this.program = more == null ? null : Columns.Program.after(columns.getLast());
    this.names = program == null ? null : Columns.Names.after(program);
    this.columns =
        program == null || names == null ? columns : Columns.with(columns, program, names);
    this.calls = calls.isEmpty() ? List.of() : List.of(calls.split(" ", -1));
    this.rowLength = this.columns.getLast().end();
    this.symbolOffsets = offsets(Column.Type.SYMBOL, Column.Type.LIST);
    this.textOffsets = offsets(Column.Type.TEXT, Column.Type.TEXT);
  }

  private int[] offsets(Column.Type one, Column.Type other) {
    return columns.stream()
        .filter(c -> c.type() == one || c.type() == other)
        .mapToInt(Column::offset)
        .toArray();
  }

  private static @Nullable Kind[] byCode() {
    @Nullable Kind[] kinds = new Kind[MOST];
    for (Kind kind : values()) {
      kinds[kind.code] = kind;
    }
    return kinds;
  }

  /** The number on the wire, u16. */
  public int code() {
    return code;
  }

  /** The name in rules, JSON and documentation. */
  public String text() {
    return text;
  }

  /** The columns of a row, in their order. */
  public List<Column> columns() {
    return columns;
  }

  /** Bytes of a row as this version writes it, its header included. */
  public int rowLength() {
    return rowLength;
  }

  /** Whether its rows begin with the columns of {@link Columns.Proc}. */
  public boolean hasProcess() {
    return columns.getFirst().equals(Columns.Proc.PID);
  }

  /** Where its rows have what was added to the process later; null when they have no process. */
  public Columns.@Nullable More more() {
    return more;
  }

  /** Where its rows have the process's program and lineage; null when they have no process. */
  public Columns.@Nullable Program program() {
    return program;
  }

  /** Where its rows have the names of the process's users; null when they have no process. */
  public Columns.@Nullable Names names() {
    return names;
  }

  /** Whether its events are {@link SystemCall}s. */
  public boolean isSystemCall() {
    return !calls.isEmpty();
  }

  /** Names of the system calls that its events are of, in their order; empty when they are none. */
  public List<String> calls() {
    return calls;
  }

  int[] symbolOffsets() {
    return symbolOffsets;
  }

  int[] textOffsets() {
    return textOffsets;
  }

  /** The kind of a number; null for one that this version does not know. */
  public static @Nullable Kind ofCode(int code) {
    return code >= 0 && code < MOST ? BY_CODE[code] : null;
  }

  /** The kind of a name; null for one that this version does not know. */
  public static @Nullable Kind ofText(String text) {
    return BY_TEXT.get(text);
  }
}
