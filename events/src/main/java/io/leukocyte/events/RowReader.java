package io.leukocyte.events;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A row as an event record: the inverse of {@link RowWriter}. */
final class RowReader {
  private RowReader() {}

  static Event read(BatchCursor row) {
    @Nullable ContainerRef container =
        row.container() == 0 ? null : row.containerRef(row.container());
    return switch (row.kind()) {
      case PROCESS_EXEC -> new ProcessExec(row.time(), container, process(row));
      case PROCESS_EXIT ->
          new ProcessExit(
              row.time(),
              container,
              process(row),
              row.intAt(Columns.Exit.CODE),
              row.intAt(Columns.Exit.SIGNAL));
      case NET_CONNECT -> connect(row, container);
      case NET_FLOW ->
          new NetFlow(
              row.time(),
              container,
              Protocol.ofCode(row.intAt(Columns.Flow.PROTOCOL)),
              endpoint(row, Columns.Flow.DESTINATION, Columns.Flow.DESTINATION_PORT),
              row.longAt(Columns.Flow.BYTES),
              row.longAt(Columns.Flow.PACKETS),
              row.longAt(Columns.Flow.INTERVAL),
              row.intAt(Columns.Flow.INBOUND) == 1,
              row.text(Columns.Flow.DOMAIN),
              row.longAt(Columns.Flow.RECEIVED_BYTES),
              row.longAt(Columns.Flow.RECEIVED_PACKETS));
      case PROC_TRACE -> CallReader.trace(row, container);
      case PROC_CONTROL -> CallReader.control(row, container);
      case NS_CHANGE -> CallReader.namespace(row, container);
      case CRED_CHANGE -> CallReader.credentials(row, container);
      case SIGNAL_KILL -> CallReader.signal(row, container);
      case NET_ACCEPT -> CallReader.accept(row, container);
      case NET_LISTEN -> CallReader.listen(row, container);
      case NET_SEND -> CallReader.send(row, container);
      case NET_SOCKET -> CallReader.socket(row, container);
      case FD_DUP -> CallReader.dup(row, container);
      case FILE_OPEN -> CallReader.open(row, container);
      case FILE_CHANGE -> CallReader.change(row, container);
      case FS_MOUNT -> CallReader.mount(row, container);
      case KERNEL_MODULE -> CallReader.module(row, container);
      case KERNEL_CALL -> CallReader.kernel(row, container);
      case BPF_LOAD -> CallReader.bpf(row, container);
      case MEM_FILELESS -> CallReader.memory(row, container);
      case CONTAINER_LIFECYCLE -> lifecycle(row, orUnknown(container));
      case CONTAINER_FACTS -> facts(row, orUnknown(container));
      case CONTAINER_LOG -> log(row, orUnknown(container));
      case CONTAINER_STATS -> stats(row, orUnknown(container));
      case SENSOR_LOSS ->
          new SensorLoss(
              row.time(),
              container,
              string(row, Columns.Loss.SOURCE),
              string(row, Columns.Loss.KIND),
              string(row, Columns.Loss.REASON),
              row.longAt(Columns.Loss.COUNT),
              row.longAt(Columns.Loss.FROM),
              row.longAt(Columns.Loss.TO));
      case SENSOR_HEARTBEAT -> heartbeat(row);
    };
  }

  static ProcessInfo process(BatchCursor row) {
    int flags = row.intAt(Columns.Proc.FLAGS);
    return new ProcessInfo(
        new ProcessRef(row.intAt(Columns.Proc.PID), row.longAt(Columns.Proc.START)),
        row.intAt(Columns.Proc.VPID),
        row.text(Columns.Proc.NAME),
        row.text(Columns.Proc.EXECUTABLE),
        row.list(Columns.Proc.ARGS),
        (flags & Columns.Proc.ARGS_TRUNCATED) != 0,
        row.text(Columns.Proc.CWD),
        row.intAt(Columns.Proc.TTY),
        row.intAt(Columns.Proc.UID),
        row.intAt(Columns.Proc.GID),
        row.intAt(Columns.Proc.LOGIN_UID),
        row.longAt(Columns.Proc.CAPABILITIES),
        new ProcessInfo.Flags(
            (flags & Columns.Proc.SETUP) != 0,
            (flags & Columns.Proc.UPPER_LAYER) != 0,
            (flags & Columns.Proc.FILELESS) != 0,
            (flags & Columns.Proc.HOST_MOUNTS) != 0),
        parent(row),
        row.list(Columns.Proc.ANCESTORS),
        more(row, flags));
  }

  private static ProcessInfo.More more(BatchCursor row, int flags) {
    Columns.@Nullable More columns = row.kind().more();
    Columns.@Nullable Program program = row.kind().program();
    Columns.@Nullable Names names = row.kind().names();
    if (columns == null || program == null || names == null) {
      return ProcessInfo.More.NONE;
    }
    return new ProcessInfo.More(
        row.longAt(columns.permitted()),
        row.list(columns.environment()),
        (flags & Columns.Proc.ENVIRONMENT_TRUNCATED) != 0,
        (flags & Columns.Proc.GROUP_LEADER) != 0,
        ProgramFile.of(row.list(program.file())),
        ProcessInfo.Ancestor.of(row.list(program.lineage())),
        ProcessInfo.Names.of(row.list(names.names())));
  }

  private static ProcessInfo.@Nullable Parent parent(BatchCursor row) {
    int pid = row.intAt(Columns.Proc.PARENT_PID);
    if (pid == 0) {
      return null;
    }
    return new ProcessInfo.Parent(
        new ProcessRef(pid, row.longAt(Columns.Proc.PARENT_START)),
        row.text(Columns.Proc.PARENT_NAME),
        row.text(Columns.Proc.PARENT_EXECUTABLE),
        row.list(Columns.Proc.PARENT_ARGS));
  }

  private static Event connect(BatchCursor row, @Nullable ContainerRef container) {
    return new NetConnect(
        row.time(),
        container,
        row.intAt(Columns.Proc.PID) == 0 ? null : process(row),
        Protocol.ofCode(row.intAt(Columns.Connect.PROTOCOL)),
        endpoint(row, Columns.Connect.SOURCE, Columns.Connect.SOURCE_PORT),
        endpoint(row, Columns.Connect.DESTINATION, Columns.Connect.DESTINATION_PORT),
        row.text(Columns.Connect.DOMAIN));
  }

  private static Event lifecycle(BatchCursor row, ContainerRef container) {
    SortedMap<String, String> attributes = new TreeMap<>();
    List<String> items = row.list(Columns.Lifecycle.ATTRIBUTES);
    int most = Math.min(items.size(), 2 * ContainerLifecycle.MAX_ATTRIBUTES);
    for (int i = 0; i + 1 < most; i += 2) {
      attributes.put(items.get(i), items.get(i + 1));
    }
    long code = row.longAt(Columns.Lifecycle.EXIT_CODE);
    return new ContainerLifecycle(
        row.time(),
        container,
        string(row, Columns.Lifecycle.ACTION),
        code == 0 ? null : (int) (code - 1),
        attributes);
  }

  private static Event facts(BatchCursor row, ContainerRef container) {
    String json = row.text(Columns.Facts.JSON);
    return json == null
        ? ContainerFacts.unknown(row.time(), container)
        : FactsJson.readOrUnknown(json, row.time(), container);
  }

  private static Event log(BatchCursor row, ContainerRef container) {
    String line = row.text(Columns.Log.LINE);
    return new ContainerLog(
        row.time(),
        container,
        ContainerLog.Stream.ofCode(row.intAt(Columns.Log.STREAM)),
        line == null ? "" : line,
        row.longAt(Columns.Log.ORIGINAL_BYTES),
        row.intAt(Columns.Log.TRUNCATED) != 0,
        Math.max(1, row.intAt(Columns.Log.LINES)));
  }

  private static Event stats(BatchCursor row, ContainerRef container) {
    return new ContainerStats(
        row.time(),
        container,
        row.longAt(Columns.Stats.CPU),
        ContainerStats.percent(row.longAt(Columns.Stats.CPU_THOUSANDTHS)),
        row.longAt(Columns.Stats.THROTTLED),
        row.longAt(Columns.Stats.MEMORY),
        row.longAt(Columns.Stats.MEMORY_LIMIT),
        row.longAt(Columns.Stats.PIDS),
        row.longAt(Columns.Stats.PIDS_LIMIT),
        row.longAt(Columns.Stats.BLOCK_READ),
        row.longAt(Columns.Stats.BLOCK_WRITE),
        row.longAt(Columns.Stats.RECEIVED),
        row.longAt(Columns.Stats.SENT),
        row.longAt(Columns.Stats.RESTARTS),
        row.longAt(Columns.Stats.OOM_KILLS));
  }

  private static Event heartbeat(BatchCursor row) {
    return new SensorHeartbeat(
        row.time(),
        string(row, Columns.Heartbeat.HOSTNAME),
        string(row, Columns.Heartbeat.MODE),
        row.list(Columns.Heartbeat.MISSING),
        row.text(Columns.Heartbeat.BUNDLE),
        string(row, Columns.Heartbeat.VERSION),
        row.longAt(Columns.Heartbeat.CLOCK_OFFSET),
        row.longAt(Columns.Heartbeat.RECEIVED),
        row.longAt(Columns.Heartbeat.PUBLISHED),
        row.longAt(Columns.Heartbeat.FILTERED),
        row.longAt(Columns.Heartbeat.LOST));
  }

  static Endpoint endpoint(BatchCursor row, Column address, Column port) {
    return new Endpoint(string(row, address), row.intAt(port) & 0xffff);
  }

  static String string(BatchCursor row, Column column) {
    String text = row.text(column);
    return text == null ? "" : text;
  }

  /** A container event without a container is a writer's fault; it must not stop the reader. */
  private static ContainerRef orUnknown(@Nullable ContainerRef container) {
    return container == null
        ? ContainerRef.unknown(new ContainerId("0".repeat(ContainerId.LENGTH)))
        : container;
  }
}
