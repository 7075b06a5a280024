package io.leukocyte.rules;

import io.leukocyte.events.BpfLoad;
import io.leukocyte.events.CallNames;
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
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A system call of a test, from the fields that {@link EventShorthand} read. */
final class CallShorthand {
  private static final String OWN = "172.17.0.2";
  private static final String OTHER = "172.17.0.3";

  private final EventShorthand fields;
  private final long time;
  private final @Nullable ContainerRef container;
  private final ProcessInfo process;

  CallShorthand(
      EventShorthand fields, long time, @Nullable ContainerRef container, ProcessInfo process) {
    this.fields = fields;
    this.time = time;
    this.container = container;
    this.process = process;
  }

  /** The kind that a call's name or a kind's name belongs to; null when none does. */
  static @Nullable Kind kind(String type) {
    return Arrays.stream(Kind.values())
        .filter(Kind::isSystemCall)
        .filter(kind -> kind.text().equals(type) || kind.calls().contains(EventTypes.call(type)))
        .findFirst()
        .orElse(null);
  }

  /**
   * The event.
   *
   * @param kind a kind of system calls
   * @param type the call's name; the kind's own stands for the first of its calls
   */
  SystemCall event(Kind kind, String type) {
    String call = type.equals(kind.text()) ? kind.calls().getFirst() : EventTypes.call(type);
    return switch (kind) {
      case FILE_OPEN -> open(call);
      case FILE_CHANGE -> change(call);
      case NET_ACCEPT ->
          new NetAccept(
              time,
              container,
              process,
              call,
              fields.protocol("tcp"),
              fields.client(OTHER, 40_000),
              fields.server(OWN, 80),
              result(4),
              fields.given("fd.cip.name"));
      case NET_LISTEN ->
          new NetListen(
              time,
              container,
              process,
              call,
              fields.protocol("tcp"),
              fields.server("0.0.0.0", 80),
              0,
              result(0));
      case NET_SEND ->
          new NetSend(
              time,
              container,
              process,
              call,
              fields.protocol("udp"),
              fields.client(OWN, 40_000),
              fields.server(OTHER, 53),
              1,
              fields.given("dns.question.name"),
              fields.given("dns.question.type"),
              result(1),
              fields.given("fd.sip.name"));
      case NET_SOCKET ->
          new NetSocket(
              time,
              container,
              process,
              call,
              (int) value("evt.arg.domain", "AF_INET"),
              (int) value("evt.arg.type", "1"),
              (int) fields.number("evt.arg.proto", 0),
              result(3));
      case FD_DUP -> dup(call);
      case PROC_TRACE ->
          new ProcTrace(
              time,
              container,
              process,
              call,
              value("evt.arg.request", "PTRACE_ATTACH"),
              target(),
              null,
              result(0));
      case PROC_CONTROL ->
          new ProcControl(
              time,
              container,
              process,
              call,
              (int) value("evt.arg.option", "PR_SET_NAME"),
              0,
              fields.given("evt.arg.name"),
              result(0));
      case NS_CHANGE ->
          new NsChange(
              time, container, process, call, value("evt.arg.flags", "CLONE_NEWNS"), result(0));
      case CRED_CHANGE ->
          new CredChange(
              time,
              container,
              process,
              call,
              (int) fields.number("user.uid_before", process.uid()),
              process.gid(),
              (int) fields.number("evt.arg.uid", 0),
              (int) fields.number("evt.arg.gid", 0),
              0,
              0,
              result(0));
      case SIGNAL_KILL ->
          new SignalKill(
              time,
              container,
              process,
              call,
              (int) value("evt.arg.sig", "SIGKILL"),
              target(),
              null,
              result(0));
      case FS_MOUNT -> mount(call);
      case KERNEL_MODULE ->
          new KernelModule(
              time,
              container,
              process,
              call,
              first("module.name", "evt.arg.name"),
              fields.given("module.path"),
              result(0));
      case KERNEL_CALL ->
          new KernelCall(
              time, container, process, call, List.of(fields.number("kernel.arg", 0)), result(0));
      case BPF_LOAD ->
          new BpfLoad(
              time,
              container,
              process,
              call,
              (int) value("evt.arg.cmd", "BPF_PROG_LOAD"),
              0,
              result(3));
      case MEM_FILELESS ->
          new MemFileless(
              time,
              container,
              process,
              call,
              fields.given("evt.arg.name"),
              value("evt.arg.flags", "0"),
              result(3));
      case PROCESS_EXEC,
          PROCESS_EXIT,
          NET_CONNECT,
          NET_FLOW,
          CONTAINER_LIFECYCLE,
          CONTAINER_FACTS,
          CONTAINER_LOG,
          CONTAINER_STATS,
          SENSOR_LOSS,
          SENSOR_HEARTBEAT ->
          throw new IllegalArgumentException(type + " is no system call");
    };
  }

  private SystemCall open(String call) {
    return new FileOpen(
        time,
        container,
        process,
        call,
        fields.text("fd.name", "/etc/hostname"),
        fields.given("fd.nameraw"),
        value("evt.arg.flags", "O_RDONLY"),
        (int) value("evt.arg.mode", "0"),
        fields.truth("evt.is_open_create"),
        fields.truth("fd.is_upper_layer"),
        false,
        result(3));
  }

  private SystemCall change(String call) {
    return new FileChange(
        time,
        container,
        process,
        call,
        Objects.requireNonNullElse(
            first("evt.arg.path", "evt.arg.oldpath", "evt.arg.linkpath", "evt.arg.filename"),
            "/tmp/file"),
        first("evt.arg.newpath", "evt.arg.target"),
        value("evt.arg.flags", "0"),
        (int) value("evt.arg.mode", "-1"),
        (int) fields.number("evt.arg.uid", -1),
        (int) fields.number("evt.arg.gid", -1),
        false,
        result(0));
  }

  private SystemCall dup(String call) {
    Endpoint remote = fields.server("", 0);
    FdDup.@Nullable Socket socket =
        remote.address().isEmpty() ? null : new FdDup.Socket(fields.client(OWN, 40_000), remote);
    long result = result(0);
    return new FdDup(time, container, process, call, 3, (int) result, socket, result);
  }

  private SystemCall mount(String call) {
    return new FsMount(
        time,
        container,
        process,
        call,
        fields.given("evt.arg.dev"),
        Objects.requireNonNullElse(first("evt.arg.dir", "evt.arg.name"), "/mnt"),
        fields.given("evt.arg.type"),
        value("evt.arg.flags", "0"),
        result(0));
  }

  private ProcessRef target() {
    return new ProcessRef((int) fields.number("evt.arg.pid", 4_001), 0);
  }

  private long result(long otherwise) {
    return fields.number("evt.rawres", otherwise);
  }

  private long value(String key, String otherwise) {
    return CallNames.value(fields.text(key, otherwise));
  }

  private @Nullable String first(String... keys) {
    return Stream.of(keys).map(fields::given).filter(Objects::nonNull).findFirst().orElse(null);
  }
}
