package io.leukocyte.events;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A row of a system call as its record: the inverse of {@link CallWriter}. */
final class CallReader {
  private final BatchCursor row;
  private final long time;
  private final @Nullable ContainerRef container;
  private final ProcessInfo process;
  private final String call;
  private final long result;

  private CallReader(BatchCursor row, @Nullable ContainerRef container) {
    this.row = row;
    this.time = row.time();
    this.container = container;
    this.process = RowReader.process(row);
    this.call = string(CallColumns.Call.NAME);
    this.result = row.longAt(CallColumns.Call.RESULT);
  }

  static FileOpen open(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    int facts = row.intAt(CallColumns.Open.FACTS);
    return new FileOpen(
        r.time,
        r.container,
        r.process,
        r.call,
        r.string(CallColumns.Open.PATH),
        row.text(CallColumns.Open.ASKED),
        row.longAt(CallColumns.Open.FLAGS),
        row.intAt(CallColumns.Open.MODE),
        (facts & CallColumns.Open.CREATED) != 0,
        (facts & CallColumns.Open.UPPER_LAYER) != 0,
        (facts & CallColumns.Open.PATH_TRUNCATED) != 0,
        r.result);
  }

  static FileChange change(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new FileChange(
        r.time,
        r.container,
        r.process,
        r.call,
        r.string(CallColumns.Change.PATH),
        row.text(CallColumns.Change.TARGET),
        row.longAt(CallColumns.Change.FLAGS),
        row.intAt(CallColumns.Change.MODE),
        row.intAt(CallColumns.Change.UID),
        row.intAt(CallColumns.Change.GID),
        (row.intAt(CallColumns.Change.FACTS) & CallColumns.Change.PATH_TRUNCATED) != 0,
        r.result);
  }

  static NetAccept accept(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new NetAccept(
        r.time,
        r.container,
        r.process,
        r.call,
        Protocol.ofCode(row.intAt(CallColumns.Accept.PROTOCOL)),
        r.endpoint(CallColumns.Accept.CLIENT, CallColumns.Accept.CLIENT_PORT),
        r.endpoint(CallColumns.Accept.SERVER, CallColumns.Accept.SERVER_PORT),
        r.result,
        row.text(CallColumns.Accept.DOMAIN));
  }

  static NetListen listen(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new NetListen(
        r.time,
        r.container,
        r.process,
        r.call,
        Protocol.ofCode(row.intAt(CallColumns.Listen.PROTOCOL)),
        r.endpoint(CallColumns.Listen.LOCAL, CallColumns.Listen.LOCAL_PORT),
        row.intAt(CallColumns.Listen.BACKLOG),
        r.result);
  }

  static NetSend send(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new NetSend(
        r.time,
        r.container,
        r.process,
        r.call,
        Protocol.ofCode(row.intAt(CallColumns.Send.PROTOCOL)),
        r.endpoint(CallColumns.Send.LOCAL, CallColumns.Send.LOCAL_PORT),
        r.endpoint(CallColumns.Send.REMOTE, CallColumns.Send.REMOTE_PORT),
        row.longAt(CallColumns.Send.BYTES),
        row.text(CallColumns.Send.DNS_NAME),
        row.text(CallColumns.Send.DNS_TYPE),
        r.result,
        row.text(CallColumns.Send.DOMAIN));
  }

  static NetSocket socket(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new NetSocket(
        r.time,
        r.container,
        r.process,
        r.call,
        row.intAt(CallColumns.Socket.DOMAIN),
        row.intAt(CallColumns.Socket.TYPE),
        row.intAt(CallColumns.Socket.PROTOCOL),
        r.result);
  }

  static FdDup dup(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    FdDup.@Nullable Socket socket =
        row.intAt(CallColumns.Dup.IS_SOCKET) == 0
            ? null
            : new FdDup.Socket(
                r.endpoint(CallColumns.Dup.LOCAL, CallColumns.Dup.LOCAL_PORT),
                r.endpoint(CallColumns.Dup.REMOTE, CallColumns.Dup.REMOTE_PORT));
    return new FdDup(
        r.time,
        r.container,
        r.process,
        r.call,
        row.intAt(CallColumns.Dup.OLD_FD),
        row.intAt(CallColumns.Dup.NEW_FD),
        socket,
        r.result);
  }

  static ProcTrace trace(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new ProcTrace(
        r.time,
        r.container,
        r.process,
        r.call,
        row.longAt(CallColumns.Trace.REQUEST),
        new ProcessRef(
            row.intAt(CallColumns.Trace.TARGET_PID), row.longAt(CallColumns.Trace.TARGET_START)),
        row.text(CallColumns.Trace.TARGET_NAME),
        r.result);
  }

  static ProcControl control(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new ProcControl(
        r.time,
        r.container,
        r.process,
        r.call,
        row.intAt(CallColumns.Control.OPTION),
        row.longAt(CallColumns.Control.VALUE),
        row.text(CallColumns.Control.TEXT),
        r.result);
  }

  static NsChange namespace(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new NsChange(
        r.time, r.container, r.process, r.call, row.longAt(CallColumns.Namespace.FLAGS), r.result);
  }

  static CredChange credentials(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new CredChange(
        r.time,
        r.container,
        r.process,
        r.call,
        row.intAt(CallColumns.Credentials.UID_BEFORE),
        row.intAt(CallColumns.Credentials.GID_BEFORE),
        row.intAt(CallColumns.Credentials.UID),
        row.intAt(CallColumns.Credentials.GID),
        row.longAt(CallColumns.Credentials.CAPABILITIES_BEFORE),
        row.longAt(CallColumns.Credentials.CAPABILITIES),
        r.result);
  }

  static SignalKill signal(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new SignalKill(
        r.time,
        r.container,
        r.process,
        r.call,
        row.intAt(CallColumns.Signal.NUMBER),
        new ProcessRef(
            row.intAt(CallColumns.Signal.TARGET_PID), row.longAt(CallColumns.Signal.TARGET_START)),
        row.text(CallColumns.Signal.TARGET_NAME),
        r.result);
  }

  static FsMount mount(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new FsMount(
        r.time,
        r.container,
        r.process,
        r.call,
        row.text(CallColumns.Mount.SOURCE),
        r.string(CallColumns.Mount.TARGET),
        row.text(CallColumns.Mount.TYPE),
        row.longAt(CallColumns.Mount.FLAGS),
        r.result);
  }

  static KernelModule module(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new KernelModule(
        r.time,
        r.container,
        r.process,
        r.call,
        row.text(CallColumns.Module.NAME),
        row.text(CallColumns.Module.PATH),
        r.result);
  }

  static KernelCall kernel(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    int count = Math.clamp(row.intAt(CallColumns.Kernel.COUNT), 0, KernelCall.MAX_ARGS);
    List<Long> args = new ArrayList<>(count);
    for (Column column : CallColumns.Kernel.ARGS.subList(0, count)) {
      args.add(row.longAt(column));
    }
    return new KernelCall(r.time, r.container, r.process, r.call, args, r.result);
  }

  static BpfLoad bpf(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new BpfLoad(
        r.time,
        r.container,
        r.process,
        r.call,
        row.intAt(CallColumns.Bpf.COMMAND),
        row.intAt(CallColumns.Bpf.PROGRAM_TYPE),
        r.result);
  }

  static MemFileless memory(BatchCursor row, @Nullable ContainerRef container) {
    CallReader r = new CallReader(row, container);
    return new MemFileless(
        r.time,
        r.container,
        r.process,
        r.call,
        row.text(CallColumns.Memory.NAME),
        row.longAt(CallColumns.Memory.FLAGS),
        r.result);
  }

  private Endpoint endpoint(Column address, Column port) {
    return RowReader.endpoint(row, address, port);
  }

  private String string(Column column) {
    return RowReader.string(row, column);
  }
}
