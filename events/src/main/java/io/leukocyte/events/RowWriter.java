package io.leukocyte.events;

import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An event as a row: columns in the order of its kind. */
final class RowWriter {
  private final BatchWriter batch;
  private final BatchWriter.Buffer row;
  private final CallWriter calls;
  private final IdentityHashMap<ProcessInfo, Written> processes = new IdentityHashMap<>();
  private ProcessInfo.Names lastNames = ProcessInfo.Names.NONE;
  private int lastNamesSymbol;

  /** Where the columns of a process stand, and the symbol of its environment. */
  private record Written(int at, int environment) {}

  RowWriter(BatchWriter batch) {
    this.batch = batch;
    this.row = batch.rows();
    this.calls = new CallWriter(batch);
  }

  void write(Event event) {
    Kind kind = event.kind();
    int start = row.length();
    row.int16(kind.code());
    row.int16(kind.rowLength());
    row.int32(batch.container(event.container()));
    row.int64(event.time());
    switch (event) {
      case ProcessExec e -> more(e.process(), process(e.process()));
      case ProcessExit e -> {
        int environment = process(e.process());
        row.int32(e.exitCode());
        row.int32(e.signal());
        more(e.process(), environment);
      }
      case NetConnect e -> connect(e);
      case NetFlow e -> flow(e);
      case ContainerLifecycle e -> lifecycle(e);
      case ContainerFacts e -> text(batch.facts(e));
      case ContainerLog e -> log(e);
      case ContainerStats e -> stats(e);
      case SensorLoss e -> loss(e);
      case SensorHeartbeat e -> heartbeat(e);
      case SystemCall e -> {
        int environment = process(e.process());
        calls.call(e);
        more(e.process(), environment);
        calls.own(e);
      }
    }
    if (kind.program() != null) {
      program(processOf(event));
    }
    if (row.length() - start != kind.rowLength()) {
      throw new IllegalStateException("Row of " + kind.text() + " has a wrong length");
    }
  }

  /** Forgets where processes stand: they are there no more. */
  void forget() {
    processes.clear();
    lastNames = ProcessInfo.Names.NONE;
    lastNamesSymbol = 0;
  }

  /**
   * Writes the columns of a process; those that stand in the batch already are copied. Returns the
   * symbol of the environment, for {@link #more}.
   */
  private int process(ProcessInfo p) {
    Written before = processes.get(p);
    if (before != null) {
      row.again(before.at(), NO_PROCESS.length);
      return before.environment();
    }
    int at = row.length();
    long truncated = batch.truncated();
    int environment = processAnew(p);
    if (batch.truncated() == truncated) { // else it is counted each time
      processes.put(p, new Written(at, environment));
    }
    return environment;
  }

  private int processAnew(ProcessInfo p) {
    long truncatedBefore = batch.truncated();
    int args = batch.list(p.args());
    boolean argsTruncated = p.argsTruncated() || batch.truncated() > truncatedBefore;
    truncatedBefore = batch.truncated();
    int environment = batch.list(p.more().environment());
    boolean cut = p.more().environmentTruncated() || batch.truncated() > truncatedBefore;
    row.int32(p.ref().pid());
    row.int64(p.ref().startTime());
    row.int32(p.containerPid());
    row.int32(batch.symbol(p.name()));
    row.int32(batch.symbol(p.executable()));
    row.int32(args);
    row.int32(batch.symbol(p.workingDirectory()));
    row.int32(p.tty());
    row.int32(p.uid());
    row.int32(p.gid());
    row.int32(p.loginUid());
    row.int64(p.capabilities());
    row.int32(
        flags(p.flags(), argsTruncated)
            | (cut ? Columns.Proc.ENVIRONMENT_TRUNCATED : 0)
            | (p.more().groupLeader() ? Columns.Proc.GROUP_LEADER : 0));
    parent(p.parent());
    row.int32(batch.list(p.ancestors()));
    return environment;
  }

  private void more(ProcessInfo p, int environment) {
    row.int64(p.more().permittedCapabilities());
    row.int32(environment);
  }

  private static @Nullable ProcessInfo processOf(Event event) {
    return switch (event) {
      case ProcessExec e -> e.process();
      case ProcessExit e -> e.process();
      case NetConnect e -> e.process();
      case SystemCall e -> e.process();
      case NetFlow e -> null;
      case ContainerLifecycle e -> null;
      case ContainerFacts e -> null;
      case ContainerLog e -> null;
      case ContainerStats e -> null;
      case SensorLoss e -> null;
      case SensorHeartbeat e -> null;
    };
  }

  private void program(@Nullable ProcessInfo process) {
    ProgramFile file = process == null ? null : process.more().file();
    List<ProcessInfo.Ancestor> lineage = process == null ? List.of() : process.more().lineage();
    row.int32(file == null ? 0 : batch.made(file, file::items));
    row.int32(
        lineage.isEmpty() ? 0 : batch.made(lineage, () -> ProcessInfo.Ancestor.items(lineage)));
    row.int32(process == null ? 0 : names(process.more().names()));
  }

  /** Most processes of a batch are of the same users. */
  @SuppressWarnings("ReferenceEquality") // the same object, not an equal one
  private int names(ProcessInfo.Names names) {
    if (names != lastNames) {
      lastNamesSymbol = names.isEmpty() ? 0 : batch.made(names, names::items);
      lastNames = names;
    }
    return lastNamesSymbol;
  }

  private static int flags(ProcessInfo.Flags flags, boolean argsTruncated) {
    return (flags.setup() ? Columns.Proc.SETUP : 0)
        | (flags.upperLayer() ? Columns.Proc.UPPER_LAYER : 0)
        | (flags.fileless() ? Columns.Proc.FILELESS : 0)
        | (flags.hostMounts() ? Columns.Proc.HOST_MOUNTS : 0)
        | (argsTruncated ? Columns.Proc.ARGS_TRUNCATED : 0);
  }

  private void parent(ProcessInfo.@Nullable Parent parent) {
    row.int32(parent == null ? 0 : parent.ref().pid());
    row.int64(parent == null ? 0 : parent.ref().startTime());
    row.int32(parent == null ? 0 : batch.symbol(parent.name()));
    row.int32(parent == null ? 0 : batch.symbol(parent.executable()));
    row.int32(parent == null ? 0 : batch.list(parent.args()));
  }

  private void noProcess() {
    row.bytes(NO_PROCESS, 0, NO_PROCESS.length);
  }

  private static final byte[] NO_PROCESS = new byte[Columns.Proc.LAST.end() - Column.ROW_HEADER];

  private void connect(NetConnect e) {
    ProcessInfo process = e.process();
    int environment = 0;
    if (process == null) {
      noProcess();
    } else {
      environment = process(process);
    }
    row.int32(e.protocol().code());
    row.int32(batch.symbol(e.source().address()));
    row.int32(e.source().port());
    row.int32(batch.symbol(e.destination().address()));
    row.int32(e.destination().port());
    row.int64(process == null ? 0 : process.more().permittedCapabilities());
    row.int32(environment);
    row.int32(batch.symbol(e.domain()));
  }

  private void flow(NetFlow e) {
    row.int32(e.protocol().code());
    row.int32(batch.symbol(e.destination().address()));
    row.int32(e.destination().port());
    row.int64(e.bytes());
    row.int64(e.packets());
    row.int64(e.interval());
    row.int32(e.inbound() ? 1 : 0);
    row.int32(batch.symbol(e.domain()));
    row.int64(e.receivedBytes());
    row.int64(e.receivedPackets());
  }

  private void lifecycle(ContainerLifecycle e) {
    Integer code = e.exitCode();
    row.int32(batch.symbol(e.action()));
    row.int64(code == null ? 0 : code + 1L);
    row.int32(batch.map(e.attributes()));
  }

  private void log(ContainerLog e) {
    row.int32(e.stream().code());
    row.int32(e.truncated() ? 1 : 0);
    row.int64(e.originalBytes());
    text(e.line());
    row.int32(e.lines());
  }

  private void stats(ContainerStats e) {
    row.int64(e.cpuNanos());
    row.int64(e.cpuThousandths());
    row.int64(e.throttledNanos());
    row.int64(e.memoryBytes());
    row.int64(e.memoryLimit());
    row.int64(e.pids());
    row.int64(e.pidsLimit());
    row.int64(e.blockReadBytes());
    row.int64(e.blockWriteBytes());
    row.int64(e.networkReceivedBytes());
    row.int64(e.networkSentBytes());
    row.int64(e.restarts());
    row.int64(e.oomKills());
  }

  private void text(String text) {
    int at = batch.text(text);
    row.int32(at);
    row.int32(batch.textLength() - at);
  }

  private void loss(SensorLoss e) {
    row.int32(batch.symbol(e.source()));
    row.int32(batch.symbol(e.lostKind()));
    row.int32(batch.symbol(e.reason()));
    row.int64(e.count());
    row.int64(e.from());
    row.int64(e.to());
  }

  private void heartbeat(SensorHeartbeat e) {
    row.int32(batch.symbol(e.hostname()));
    row.int32(batch.symbol(e.mode()));
    row.int32(batch.list(e.missing()));
    row.int32(batch.symbol(e.bundle()));
    row.int32(batch.symbol(e.version()));
    row.int64(e.clockOffset());
    row.int64(e.received());
    row.int64(e.published());
    row.int64(e.filtered());
    row.int64(e.lost());
  }
}
