package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/** A system call's own columns in their order, after its process. */
final class CallWriter {
  private final BatchWriter batch;
  private final BatchWriter.Buffer row;

  CallWriter(BatchWriter batch) {
    this.batch = batch;
    this.row = batch.rows();
  }

  /** The name of the call and what it returned: the columns before those of more of the process. */
  void call(SystemCall e) {
    row.int32(batch.symbol(e.call()));
    row.int64(e.result());
  }

  /** The columns after those of more of the process. */
  void own(SystemCall call) {
    switch (call) {
      case FileOpen e -> open(e);
      case FileChange e -> change(e);
      case NetAccept e -> {
        row.int32(e.protocol().code());
        endpoint(e.client());
        endpoint(e.server());
        row.int32(batch.symbol(e.domain()));
      }
      case NetListen e -> {
        row.int32(e.protocol().code());
        endpoint(e.local());
        row.int32(e.backlog());
      }
      case NetSend e -> send(e);
      case NetSocket e -> {
        row.int32(e.domain());
        row.int32(e.type());
        row.int32(e.protocol());
      }
      case FdDup e -> dup(e);
      case ProcTrace e -> {
        row.int64(e.request());
        target(e.target(), e.targetName());
      }
      case ProcControl e -> {
        row.int32(e.option());
        row.int64(e.value());
        row.int32(batch.symbol(e.text()));
      }
      case NsChange e -> row.int64(e.flags());
      case CredChange e -> credentials(e);
      case SignalKill e -> {
        row.int32(e.signal());
        target(e.target(), e.targetName());
      }
      case FsMount e -> {
        row.int32(batch.symbol(e.source()));
        row.int32(batch.symbol(e.target()));
        row.int32(batch.symbol(e.type()));
        row.int64(e.flags());
      }
      case KernelModule e -> {
        row.int32(batch.symbol(e.name()));
        row.int32(batch.symbol(e.path()));
      }
      case KernelCall e -> kernel(e);
      case BpfLoad e -> {
        row.int32(e.command());
        row.int32(e.programType());
      }
      case MemFileless e -> {
        row.int32(batch.symbol(e.name()));
        row.int64(e.flags());
      }
    }
  }

  private void open(FileOpen e) {
    boolean cut = e.pathTruncated() || isCut(e.path()) || isCut(e.asked());
    row.int32(batch.symbol(e.path()));
    row.int32(batch.symbol(e.asked()));
    row.int64(e.flags());
    row.int32(e.mode());
    row.int32(
        (e.created() ? CallColumns.Open.CREATED : 0)
            | (e.upperLayer() ? CallColumns.Open.UPPER_LAYER : 0)
            | (cut ? CallColumns.Open.PATH_TRUNCATED : 0));
  }

  private void change(FileChange e) {
    boolean cut = e.pathTruncated() || isCut(e.path()) || isCut(e.target());
    row.int32(batch.symbol(e.path()));
    row.int32(batch.symbol(e.target()));
    row.int64(e.flags());
    row.int32(e.mode());
    row.int32(e.uid());
    row.int32(e.gid());
    row.int32(cut ? CallColumns.Change.PATH_TRUNCATED : 0);
  }

  /** Whether the table of strings has only the beginning of a text. */
  private static boolean isCut(@Nullable String text) {
    return text != null && Utf8.within(text, BatchLimits.MAX_STRING_BYTES).length() < text.length();
  }

  private void send(NetSend e) {
    row.int32(e.protocol().code());
    endpoint(e.local());
    endpoint(e.remote());
    row.int64(e.bytes());
    row.int32(batch.symbol(e.dnsName()));
    row.int32(batch.symbol(e.dnsType()));
    row.int32(batch.symbol(e.domain()));
  }

  private void dup(FdDup e) {
    FdDup.Socket socket = e.socket();
    row.int32(e.oldFd());
    row.int32(e.newFd());
    row.int32(socket == null ? 0 : 1);
    row.int32(socket == null ? 0 : batch.symbol(socket.local().address()));
    row.int32(socket == null ? 0 : socket.local().port());
    row.int32(socket == null ? 0 : batch.symbol(socket.remote().address()));
    row.int32(socket == null ? 0 : socket.remote().port());
  }

  private void credentials(CredChange e) {
    row.int32(e.uidBefore());
    row.int32(e.gidBefore());
    row.int32(e.uid());
    row.int32(e.gid());
    row.int64(e.capabilitiesBefore());
    row.int64(e.capabilities());
  }

  private void kernel(KernelCall e) {
    int count = e.args().size();
    row.int32(count);
    for (int i = 0; i < KernelCall.MAX_ARGS; i++) {
      row.int64(i < count ? e.args().get(i) : 0);
    }
  }

  private void endpoint(Endpoint end) {
    row.int32(batch.symbol(end.address()));
    row.int32(end.port());
  }

  private void target(ProcessRef ref, @Nullable String name) {
    row.int32(ref.pid());
    row.int64(ref.startTime());
    row.int32(batch.symbol(name));
  }
}
