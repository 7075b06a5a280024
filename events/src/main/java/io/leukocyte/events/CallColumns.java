package io.leukocyte.events;

import static io.leukocyte.events.Column.Type.INT;
import static io.leukocyte.events.Column.Type.LONG;
import static io.leukocyte.events.Column.Type.SYMBOL;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns of each {@link SystemCall}: after the process those of {@link Call}, then the kind's
 * own. New columns are added at the end only, as in {@link Columns}.
 */
public final class CallColumns {
  private CallColumns() {}

  /** Every system call, after the process. */
  public static final class Call {
    private Call() {}

    /** The call's name. */
    public static final Column NAME = Columns.Proc.LAST.then("call", SYMBOL);

    /** What it returned; negative: minus the errno. */
    public static final Column RESULT = NAME.then("result", LONG);

    /** More of the process. */
    public static final Columns.More MORE = Columns.More.after(RESULT);

    static final Column LAST = MORE.environment();
  }

  /** {@link Kind#FILE_OPEN}, after the call. */
  public static final class Open {
    private Open() {}

    /** Path of the file. */
    public static final Column PATH = Call.LAST.then("file.path", SYMBOL);

    /** The path that was asked for, where it is another. */
    public static final Column ASKED = PATH.then("file.asked", SYMBOL);

    /** Bits of open(2). */
    public static final Column FLAGS = ASKED.then("file.flags", LONG);

    /** Permission bits. */
    public static final Column MODE = FLAGS.then("file.mode", INT);

    /** Bits: see {@link #CREATED} and its neighbours. */
    public static final Column FACTS = MODE.then("file.facts", INT);

    /** Fact: the call made the file. */
    public static final int CREATED = 1;

    /** Fact: the file is not from the image. */
    public static final int UPPER_LAYER = 2;

    /** Fact: a path was cut. */
    public static final int PATH_TRUNCATED = 4;
  }

  /** {@link Kind#FILE_CHANGE}, after the call. */
  public static final class Change {
    private Change() {}

    /** What was changed. */
    public static final Column PATH = Call.LAST.then("file.path", SYMBOL);

    /** New path, or what a link points to. */
    public static final Column TARGET = PATH.then("file.target", SYMBOL);

    /** The call's own bits. */
    public static final Column FLAGS = TARGET.then("file.flags", LONG);

    /** Permission bits; -1 is none. */
    public static final Column MODE = FLAGS.then("file.mode", INT);

    /** New owner; -1 is none. */
    public static final Column UID = MODE.then("file.uid", INT);

    /** New group; -1 is none. */
    public static final Column GID = UID.then("file.gid", INT);

    /** Bits: see {@link #PATH_TRUNCATED}. */
    public static final Column FACTS = GID.then("file.facts", INT);

    /** Fact: a path was cut. */
    public static final int PATH_TRUNCATED = 4;
  }

  /** {@link Kind#NET_ACCEPT}, after the call. */
  public static final class Accept {
    private Accept() {}

    /** {@link Protocol#code}. */
    public static final Column PROTOCOL = Call.LAST.then("network.transport", INT);

    /** Remote address. */
    public static final Column CLIENT = PROTOCOL.then("client.ip", SYMBOL);

    /** Remote port. */
    public static final Column CLIENT_PORT = CLIENT.then("client.port", INT);

    /** Local address. */
    public static final Column SERVER = CLIENT_PORT.then("server.ip", SYMBOL);

    /** Local port. */
    public static final Column SERVER_PORT = SERVER.then("server.port", INT);

    /** Name of the client's address, by the DNS answers that the container had. */
    public static final Column DOMAIN = SERVER_PORT.then("client.domain", SYMBOL);
  }

  /** {@link Kind#NET_LISTEN}, after the call. */
  public static final class Listen {
    private Listen() {}

    /** {@link Protocol#code}. */
    public static final Column PROTOCOL = Call.LAST.then("network.transport", INT);

    /** Local address. */
    public static final Column LOCAL = PROTOCOL.then("local.ip", SYMBOL);

    /** Local port. */
    public static final Column LOCAL_PORT = LOCAL.then("local.port", INT);

    /** Connections that may wait. */
    public static final Column BACKLOG = LOCAL_PORT.then("backlog", INT);
  }

  /** {@link Kind#NET_SEND}, after the call. */
  public static final class Send {
    private Send() {}

    /** {@link Protocol#code}. */
    public static final Column PROTOCOL = Call.LAST.then("network.transport", INT);

    /** Local address. */
    public static final Column LOCAL = PROTOCOL.then("local.ip", SYMBOL);

    /** Local port. */
    public static final Column LOCAL_PORT = LOCAL.then("local.port", INT);

    /** Remote address. */
    public static final Column REMOTE = LOCAL_PORT.then("remote.ip", SYMBOL);

    /** Remote port. */
    public static final Column REMOTE_PORT = REMOTE.then("remote.port", INT);

    /** Bytes. */
    public static final Column BYTES = REMOTE_PORT.then("network.bytes", LONG);

    /** Name that is asked for. */
    public static final Column DNS_NAME = BYTES.then("dns.question.name", SYMBOL);

    /** Type of the query. */
    public static final Column DNS_TYPE = DNS_NAME.then("dns.question.type", SYMBOL);

    /** Name of the remote address, by the DNS answers that the container had. */
    public static final Column DOMAIN = DNS_TYPE.then("remote.domain", SYMBOL);
  }

  /** {@link Kind#NET_SOCKET}, after the call. */
  public static final class Socket {
    private Socket() {}

    /** Address family. */
    public static final Column DOMAIN = Call.LAST.then("socket.domain", INT);

    /** Type and its flags. */
    public static final Column TYPE = DOMAIN.then("socket.type", INT);

    /** Protocol of the family. */
    public static final Column PROTOCOL = TYPE.then("socket.protocol", INT);
  }

  /** {@link Kind#FD_DUP}, after the call. */
  public static final class Dup {
    private Dup() {}

    /** The descriptor that was there. */
    public static final Column OLD_FD = Call.LAST.then("fd.old", INT);

    /** The new one. */
    public static final Column NEW_FD = OLD_FD.then("fd.new", INT);

    /** 1 when it is a socket. */
    public static final Column IS_SOCKET = NEW_FD.then("fd.socket", INT);

    /** Local address. */
    public static final Column LOCAL = IS_SOCKET.then("local.ip", SYMBOL);

    /** Local port. */
    public static final Column LOCAL_PORT = LOCAL.then("local.port", INT);

    /** Remote address. */
    public static final Column REMOTE = LOCAL_PORT.then("remote.ip", SYMBOL);

    /** Remote port. */
    public static final Column REMOTE_PORT = REMOTE.then("remote.port", INT);
  }

  /** {@link Kind#PROC_TRACE}, after the call. */
  public static final class Trace {
    private Trace() {}

    /** PTRACE_ request. */
    public static final Column REQUEST = Call.LAST.then("trace.request", LONG);

    /** The other process. */
    public static final Column TARGET_PID = REQUEST.then("target.pid", INT);

    /** Unix nanoseconds; 0 unknown. */
    public static final Column TARGET_START = TARGET_PID.then("target.start", LONG);

    /** The other process's comm. */
    public static final Column TARGET_NAME = TARGET_START.then("target.name", SYMBOL);
  }

  /** {@link Kind#PROC_CONTROL}, after the call. */
  public static final class Control {
    private Control() {}

    /** PR_ option. */
    public static final Column OPTION = Call.LAST.then("control.option", INT);

    /** Second argument. */
    public static final Column VALUE = OPTION.then("control.value", LONG);

    /** New name. */
    public static final Column TEXT = VALUE.then("control.text", SYMBOL);
  }

  /** {@link Kind#NS_CHANGE}, after the call. */
  public static final class Namespace {
    private Namespace() {}

    /** CLONE_ bits. */
    public static final Column FLAGS = Call.LAST.then("namespace.flags", LONG);
  }

  /** {@link Kind#CRED_CHANGE}, after the call. */
  public static final class Credentials {
    private Credentials() {}

    /** Effective user id; -1 unknown. */
    public static final Column UID_BEFORE = Call.LAST.then("credentials.uid_before", INT);

    /** Effective group id; -1 unknown. */
    public static final Column GID_BEFORE = UID_BEFORE.then("credentials.gid_before", INT);

    /** Effective user id. */
    public static final Column UID = GID_BEFORE.then("credentials.uid", INT);

    /** Effective group id. */
    public static final Column GID = UID.then("credentials.gid", INT);

    /** One bit each; 0 unknown. */
    public static final Column CAPABILITIES_BEFORE =
        GID.then("credentials.capabilities_before", LONG);

    /** One bit each. */
    public static final Column CAPABILITIES =
        CAPABILITIES_BEFORE.then("credentials.capabilities", LONG);
  }

  /** {@link Kind#SIGNAL_KILL}, after the call. */
  public static final class Signal {
    private Signal() {}

    /** Number of the signal. */
    public static final Column NUMBER = Call.LAST.then("signal.number", INT);

    /** The other process, or minus a process group. */
    public static final Column TARGET_PID = NUMBER.then("target.pid", INT);

    /** Unix nanoseconds; 0 unknown. */
    public static final Column TARGET_START = TARGET_PID.then("target.start", LONG);

    /** The other process's comm. */
    public static final Column TARGET_NAME = TARGET_START.then("target.name", SYMBOL);
  }

  /** {@link Kind#FS_MOUNT}, after the call. */
  public static final class Mount {
    private Mount() {}

    /** What is mounted. */
    public static final Column SOURCE = Call.LAST.then("mount.source", SYMBOL);

    /** Where. */
    public static final Column TARGET = SOURCE.then("mount.target", SYMBOL);

    /** Type of file system. */
    public static final Column TYPE = TARGET.then("mount.type", SYMBOL);

    /** MS_ bits, or the call's own. */
    public static final Column FLAGS = TYPE.then("mount.flags", LONG);
  }

  /** {@link Kind#KERNEL_MODULE}, after the call. */
  public static final class Module {
    private Module() {}

    /** Name of the module. */
    public static final Column NAME = Call.LAST.then("module.name", SYMBOL);

    /** Its file. */
    public static final Column PATH = NAME.then("module.path", SYMBOL);
  }

  /** {@link Kind#BPF_LOAD}, after the call. */
  public static final class Bpf {
    private Bpf() {}

    /** BPF_ command. */
    public static final Column COMMAND = Call.LAST.then("bpf.command", INT);

    /** BPF_PROG_TYPE_ number. */
    public static final Column PROGRAM_TYPE = COMMAND.then("bpf.program_type", INT);
  }

  /** {@link Kind#MEM_FILELESS}, after the call. */
  public static final class Memory {
    private Memory() {}

    /** The name it is shown by. */
    public static final Column NAME = Call.LAST.then("memory.name", SYMBOL);

    /** MFD_ bits. */
    public static final Column FLAGS = NAME.then("memory.flags", LONG);
  }

  /** {@link Kind#KERNEL_CALL}, after the call. */
  public static final class Kernel {
    private Kernel() {}

    /** How many arguments it has. */
    public static final Column COUNT = Call.LAST.then("kernel.count", INT);

    /** Its arguments; those beyond their number are 0. */
    public static final List<Column> ARGS = args();

    private static List<Column> args() {
      List<Column> args = new ArrayList<>();
      Column last = COUNT;
      for (int i = 0; i < KernelCall.MAX_ARGS; i++) {
        last = last.then("kernel.arg" + i, LONG);
        args.add(last);
      }
      return List.copyOf(args);
    }
  }

  /** All of {@link Kind#KERNEL_CALL}. */
  static List<Column> kernel() {
    List<Column> own = new ArrayList<>(List.of(Kernel.COUNT));
    own.addAll(Kernel.ARGS);
    return of(own.toArray(Column[]::new));
  }

  /** The process, the call and a kind's own columns. */
  static List<Column> of(Column... own) {
    List<Column> all = new ArrayList<>(Columns.afterProcess(Call.MORE, Call.NAME, Call.RESULT));
    all.addAll(List.of(own));
    return List.copyOf(all);
  }
}
