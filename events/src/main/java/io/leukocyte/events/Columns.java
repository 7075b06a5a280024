package io.leukocyte.events;

import static io.leukocyte.events.Column.Type.INT;
import static io.leukocyte.events.Column.Type.LIST;
import static io.leukocyte.events.Column.Type.LONG;
import static io.leukocyte.events.Column.Type.SYMBOL;
import static io.leukocyte.events.Column.Type.TEXT;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The columns of each kind's rows. New columns are added at the end only: an old reader skips them,
 * a new reader finds them absent.
 */
public final class Columns {
  private Columns() {}

  /** The process, at the start of each row that has one. */
  public static final class Proc {
    private Proc() {}

    /** Pid in the host's namespace; 0 when the event has no process. */
    public static final Column PID = Column.first("process.pid", INT);

    /** Unix nanoseconds. */
    public static final Column START = PID.then("process.start", LONG);

    /** Pid in the container's namespace. */
    public static final Column VPID = START.then("process.vpid", INT);

    /** The kernel's comm. */
    public static final Column NAME = VPID.then("process.name", SYMBOL);

    /** Path of the program. */
    public static final Column EXECUTABLE = NAME.then("process.executable", SYMBOL);

    /** Arguments, the program's name first. */
    public static final Column ARGS = EXECUTABLE.then("process.args", LIST);

    /** Path. */
    public static final Column CWD = ARGS.then("process.working_directory", SYMBOL);

    /** Controlling terminal; 0 is none. */
    public static final Column TTY = CWD.then("process.tty", INT);

    /** Real user id; -1 unknown. */
    public static final Column UID = TTY.then("user.id", INT);

    /** Real group id; -1 unknown. */
    public static final Column GID = UID.then("group.id", INT);

    /** Audit login user; -1 unset. */
    public static final Column LOGIN_UID = GID.then("user.login_id", INT);

    /** Effective capabilities, one bit each. */
    public static final Column CAPABILITIES = LOGIN_UID.then("process.capabilities", LONG);

    /** Bits: see {@link #SETUP} and its neighbours. */
    public static final Column FLAGS = CAPABILITIES.then("process.flags", INT);

    /** Parent's pid; 0 when it is not known. */
    public static final Column PARENT_PID = FLAGS.then("process.parent.pid", INT);

    /** Unix nanoseconds. */
    public static final Column PARENT_START = PARENT_PID.then("process.parent.start", LONG);

    /** The parent's comm. */
    public static final Column PARENT_NAME = PARENT_START.then("process.parent.name", SYMBOL);

    /** Path of the parent's program. */
    public static final Column PARENT_EXECUTABLE =
        PARENT_NAME.then("process.parent.executable", SYMBOL);

    /** The parent's arguments. */
    public static final Column PARENT_ARGS = PARENT_EXECUTABLE.then("process.parent.args", LIST);

    /** Names above the parent, nearest first. */
    public static final Column ANCESTORS = PARENT_ARGS.then("process.ancestors", LIST);

    /** Flag: a set-up task of the container runtime. */
    public static final int SETUP = 1;

    /** Flag: the executable is not from the image. */
    public static final int UPPER_LAYER = 2;

    /** Flag: the executable has no name in any file system. */
    public static final int FILELESS = 4;

    /** Flag: the host's mount namespace in a container's cgroup. */
    public static final int HOST_MOUNTS = 8;

    /** Flag: the arguments were cut. */
    public static final int ARGS_TRUNCATED = 16;

    /** Flag: it leads its process group. */
    public static final int GROUP_LEADER = 32;

    /** Flag: the environment was cut. */
    public static final int ENVIRONMENT_TRUNCATED = 64;

    static final Column LAST = ANCESTORS;
  }

  /**
   * What was added to the process later. It stands behind the columns that a kind had by then,
   * hence at another place in each kind: see {@link Kind#more}.
   *
   * @param permitted permitted capabilities, one bit each
   * @param environment {@code NAME=value} of the names that rules ask for
   */
  public record More(Column permitted, Column environment) {
    static More after(Column last) {
      Column permitted = last.then("process.capabilities.permitted", LONG);
      return new More(permitted, permitted.then("process.environment", LIST));
    }
  }

  /**
   * What was added to the process after that, behind all columns that a kind had by then: see
   * {@link Kind#program}.
   *
   * @param file inode, change and modification of the program's file, and the start of the first
   *     process of its pid namespace: decimal numbers, times in unix nanoseconds
   * @param lineage four items for each process above the parent: its pid, program, first argument
   *     and command line; what is not known is empty
   */
  public record Program(Column file, Column lineage) {
    /** Items of {@link #lineage} for each process. */
    public static final int ITEMS = 4;

    static Program after(Column last) {
      Column file = last.then("process.program", LIST);
      return new Program(file, file.then("process.lineage", LIST));
    }
  }

  /**
   * Names of the process's users and group: the last column of each kind that has a process, see
   * {@link Kind#names}.
   *
   * @param names items at {@link #USER} and its neighbours; one that is not known is empty
   */
  public record Names(Column names) {
    /** Place of the real user's name. */
    public static final int USER = 0;

    /** Place of the real group's name. */
    public static final int GROUP = 1;

    /** Place of the audit login user's name. */
    public static final int LOGIN_USER = 2;

    /** Items of {@link #names}. */
    public static final int ITEMS = 3;

    static Names after(Program program) {
      return new Names(program.lineage().then("process.names", LIST));
    }
  }

  /** {@link Kind#PROCESS_EXEC}, after the process. */
  public static final class Exec {
    private Exec() {}

    /** More of the process. */
    public static final More MORE = More.after(Proc.LAST);
  }

  /** {@link Kind#PROCESS_EXIT}, after the process. */
  public static final class Exit {
    private Exit() {}

    /** 0 to 255. */
    public static final Column CODE = Proc.LAST.then("process.exit_code", INT);

    /** Signal number; 0 is none. */
    public static final Column SIGNAL = CODE.then("process.signal", INT);

    /** More of the process. */
    public static final More MORE = More.after(SIGNAL);
  }

  /** {@link Kind#NET_CONNECT}, after the process. */
  public static final class Connect {
    private Connect() {}

    /** {@link Protocol#code}. */
    public static final Column PROTOCOL = Proc.LAST.then("network.transport", INT);

    /** Local address. */
    public static final Column SOURCE = PROTOCOL.then("source.ip", SYMBOL);

    /** Local port. */
    public static final Column SOURCE_PORT = SOURCE.then("source.port", INT);

    /** Remote address. */
    public static final Column DESTINATION = SOURCE_PORT.then("destination.ip", SYMBOL);

    /** Remote port. */
    public static final Column DESTINATION_PORT = DESTINATION.then("destination.port", INT);

    /** More of the process. */
    public static final More MORE = More.after(DESTINATION_PORT);

    /** Name of the remote address, by the DNS answers that the container had. */
    public static final Column DOMAIN = MORE.environment().then("destination.domain", SYMBOL);
  }

  /** {@link Kind#NET_FLOW}. */
  public static final class Flow {
    private Flow() {}

    /** {@link Protocol#code}. */
    public static final Column PROTOCOL = Column.first("network.transport", INT);

    /** Remote address. */
    public static final Column DESTINATION = PROTOCOL.then("destination.ip", SYMBOL);

    /** Remote port. */
    public static final Column DESTINATION_PORT = DESTINATION.then("destination.port", INT);

    /** Bytes sent in the interval. */
    public static final Column BYTES = DESTINATION_PORT.then("network.bytes", LONG);

    /** Packets sent in the interval. */
    public static final Column PACKETS = BYTES.then("network.packets", LONG);

    /** Nanoseconds. */
    public static final Column INTERVAL = PACKETS.then("event.duration", LONG);

    /** 1 when the other end began. */
    public static final Column INBOUND = INTERVAL.then("network.inbound", INT);

    /** Name of the remote address, by the DNS answers that the container had. */
    public static final Column DOMAIN = INBOUND.then("destination.domain", SYMBOL);

    /** Bytes received in the interval. */
    public static final Column RECEIVED_BYTES = DOMAIN.then("destination.bytes", LONG);

    /** Packets received in the interval. */
    public static final Column RECEIVED_PACKETS = RECEIVED_BYTES.then("destination.packets", LONG);
  }

  /** {@link Kind#CONTAINER_LIFECYCLE}. */
  public static final class Lifecycle {
    private Lifecycle() {}

    /** The engine's word. */
    public static final Column ACTION = Column.first("event.action", SYMBOL);

    /** Exit code plus one; 0 is none. */
    public static final Column EXIT_CODE = ACTION.then("process.exit_code", LONG);

    /** Keys and values in turn. */
    public static final Column ATTRIBUTES = EXIT_CODE.then("attributes", LIST);
  }

  /** {@link Kind#CONTAINER_FACTS}. */
  public static final class Facts {
    private Facts() {}

    /** Everything but time and container, as the JSON object of the JSON form. */
    public static final Column JSON = Column.first("facts", TEXT);
  }

  /** {@link Kind#CONTAINER_LOG}. */
  public static final class Log {
    private Log() {}

    /** {@link ContainerLog.Stream#code}. */
    public static final Column STREAM = Column.first("stream", INT);

    /** 1 when the bound cut the line. */
    public static final Column TRUNCATED = STREAM.then("truncated", INT);

    /** Bytes as written. */
    public static final Column ORIGINAL_BYTES = TRUNCATED.then("original_bytes", LONG);

    /** The line. */
    public static final Column LINE = ORIGINAL_BYTES.then("message", TEXT);

    /** How many lines were joined; 0, as in rows before minor version 3, is one. */
    public static final Column LINES = LINE.then("lines", INT);
  }

  /** {@link Kind#CONTAINER_STATS}. */
  public static final class Stats {
    private Stats() {}

    /** Nanoseconds since the container's start. */
    public static final Column CPU = Column.first("stats.cpu", LONG);

    /** Thousandths of a percent of one core. */
    public static final Column CPU_THOUSANDTHS = CPU.then("stats.cpu_thousandths", LONG);

    /** Nanoseconds. */
    public static final Column THROTTLED = CPU_THOUSANDTHS.then("stats.throttled", LONG);

    /** Bytes. */
    public static final Column MEMORY = THROTTLED.then("stats.memory", LONG);

    /** Bytes; 0 is none. */
    public static final Column MEMORY_LIMIT = MEMORY.then("stats.memory_limit", LONG);

    /** Tasks; -1 unknown. */
    public static final Column PIDS = MEMORY_LIMIT.then("stats.pids", LONG);

    /** Tasks; 0 is none. */
    public static final Column PIDS_LIMIT = PIDS.then("stats.pids_limit", LONG);

    /** Bytes; -1 unknown. */
    public static final Column BLOCK_READ = PIDS_LIMIT.then("stats.block_read", LONG);

    /** Bytes; -1 unknown. */
    public static final Column BLOCK_WRITE = BLOCK_READ.then("stats.block_write", LONG);

    /** Bytes; -1 unknown. */
    public static final Column RECEIVED = BLOCK_WRITE.then("stats.network_received", LONG);

    /** Bytes; -1 unknown. */
    public static final Column SENT = RECEIVED.then("stats.network_sent", LONG);

    /** How often it was started again. */
    public static final Column RESTARTS = SENT.then("stats.restarts", LONG);

    /** How often a task was killed for want of memory. */
    public static final Column OOM_KILLS = RESTARTS.then("stats.oom_kills", LONG);
  }

  /** {@link Kind#SENSOR_LOSS}. */
  public static final class Loss {
    private Loss() {}

    /** Where. */
    public static final Column SOURCE = Column.first("loss.source", SYMBOL);

    /** Which kind. */
    public static final Column KIND = SOURCE.then("loss.kind", SYMBOL);

    /** Why. */
    public static final Column REASON = KIND.then("loss.reason", SYMBOL);

    /** How many. */
    public static final Column COUNT = REASON.then("loss.count", LONG);

    /** Unix nanoseconds. */
    public static final Column FROM = COUNT.then("loss.from", LONG);

    /** Unix nanoseconds. */
    public static final Column TO = FROM.then("loss.to", LONG);
  }

  /** {@link Kind#SENSOR_HEARTBEAT}. */
  public static final class Heartbeat {
    private Heartbeat() {}

    /** The host's name. */
    public static final Column HOSTNAME = Column.first("host.hostname", SYMBOL);

    /** ebpf or reduced. */
    public static final Column MODE = HOSTNAME.then("sensor.mode", SYMBOL);

    /** Kinds that cannot be delivered. */
    public static final Column MISSING = MODE.then("sensor.missing", LIST);

    /** Hash of the rules. */
    public static final Column BUNDLE = MISSING.then("sensor.bundle", SYMBOL);

    /** Of the collector. */
    public static final Column VERSION = BUNDLE.then("sensor.version", SYMBOL);

    /** Nanoseconds. */
    public static final Column CLOCK_OFFSET = VERSION.then("sensor.clock_offset", LONG);

    /** Facts received. */
    public static final Column RECEIVED = CLOCK_OFFSET.then("sensor.received", LONG);

    /** Facts published. */
    public static final Column PUBLISHED = RECEIVED.then("sensor.published", LONG);

    /** Facts filtered. */
    public static final Column FILTERED = PUBLISHED.then("sensor.filtered", LONG);

    /** Facts lost. */
    public static final Column LOST = FILTERED.then("sensor.lost", LONG);
  }

  static final List<Column> PROCESS =
      List.of(
          Proc.PID,
          Proc.START,
          Proc.VPID,
          Proc.NAME,
          Proc.EXECUTABLE,
          Proc.ARGS,
          Proc.CWD,
          Proc.TTY,
          Proc.UID,
          Proc.GID,
          Proc.LOGIN_UID,
          Proc.CAPABILITIES,
          Proc.FLAGS,
          Proc.PARENT_PID,
          Proc.PARENT_START,
          Proc.PARENT_NAME,
          Proc.PARENT_EXECUTABLE,
          Proc.PARENT_ARGS,
          Proc.ANCESTORS);

  /** The columns of a kind and, behind them, those of the program and the names. */
  static List<Column> with(List<Column> columns, Program program, Names names) {
    List<Column> all = new ArrayList<>(columns);
    all.add(program.file());
    all.add(program.lineage());
    all.add(names.names());
    return List.copyOf(all);
  }

  /** The process, a kind's own columns, and more of the process, in the order of their places. */
  static List<Column> afterProcess(More more, Column... own) {
    List<Column> all = new ArrayList<>(PROCESS);
    all.addAll(List.of(own));
    all.add(more.permitted());
    all.add(more.environment());
    all.sort(Comparator.comparingInt(Column::offset));
    return List.copyOf(all);
  }
}
