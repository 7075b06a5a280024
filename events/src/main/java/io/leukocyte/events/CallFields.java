package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/** A system call from its ECS object: the inverse of {@link CallTree}. */
final class CallFields {
  private final Fields root;
  private final Fields own;
  private final EventFields event;
  private final long time;
  private final @Nullable ContainerRef container;
  private final ProcessInfo process;
  private final String call;
  private final long result;

  private CallFields(
      EventFields event, Fields root, Fields own, long time, @Nullable ContainerRef container)
      throws MalformedJsonException {
    this.event = event;
    this.root = root;
    this.own = own;
    this.time = time;
    this.container = container;
    this.process = event.requiredProcess();
    this.call = own.in("call").required("name");
    this.result = own.in("call").number("result", 0);
  }

  /**
   * Reads a call.
   *
   * @param kind a kind of system calls
   */
  static SystemCall read(
      Kind kind,
      EventFields event,
      Fields root,
      Fields own,
      long time,
      @Nullable ContainerRef container)
      throws MalformedJsonException {
    CallFields fields = new CallFields(event, root, own, time, container);
    return switch (kind) {
      case FILE_OPEN -> fields.open();
      case FILE_CHANGE -> fields.change();
      case NET_ACCEPT -> fields.accept();
      case NET_LISTEN -> fields.listen();
      case NET_SEND -> fields.send();
      case NET_SOCKET -> fields.socket();
      case FD_DUP -> fields.dup();
      case PROC_TRACE -> fields.trace();
      case PROC_CONTROL -> fields.control();
      case NS_CHANGE -> fields.namespace();
      case CRED_CHANGE -> fields.credentials();
      case SIGNAL_KILL -> fields.signal();
      case FS_MOUNT -> fields.mount();
      case KERNEL_MODULE -> fields.module();
      case KERNEL_CALL -> fields.kernel();
      case BPF_LOAD -> fields.bpf();
      case MEM_FILELESS -> fields.memory();
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
          throw new IllegalArgumentException("Not a system call: " + kind.text());
    };
  }

  private FileOpen open() throws MalformedJsonException {
    Fields more = own.in("file");
    return new FileOpen(
        time,
        container,
        process,
        call,
        root.in("file").textOr("path", ""),
        more.text("asked"),
        more.number("flags", 0),
        mode(0),
        more.flag("created"),
        more.flag("upper_layer"),
        more.flag("path_truncated"),
        result);
  }

  private FileChange change() throws MalformedJsonException {
    Fields file = root.in("file");
    Fields more = own.in("file");
    return new FileChange(
        time,
        container,
        process,
        call,
        file.textOr("path", ""),
        more.text("target"),
        more.number("flags", 0),
        mode(-1),
        EventFields.id(file, "uid"),
        EventFields.id(file, "gid"),
        more.flag("path_truncated"),
        result);
  }

  private int mode(int absent) throws MalformedJsonException {
    Integer mode = root.in("file").parsed("mode", text -> Integer.parseUnsignedInt(text, 8));
    return mode == null ? absent : mode;
  }

  private NetAccept accept() throws MalformedJsonException {
    return new NetAccept(
        time,
        container,
        process,
        call,
        event.protocol(),
        event.endpoint("source"),
        event.endpoint("destination"),
        result,
        root.in("source").text("domain"));
  }

  private NetListen listen() throws MalformedJsonException {
    return new NetListen(
        time,
        container,
        process,
        call,
        event.protocol(),
        event.endpoint("server"),
        own.in("socket").integer("backlog", 0),
        result);
  }

  private NetSend send() throws MalformedJsonException {
    Fields question = root.in("dns").in("question");
    boolean received = NetSend.isReceived(call);
    return new NetSend(
        time,
        container,
        process,
        call,
        event.protocol(),
        event.endpoint(received ? "destination" : "source"),
        event.endpoint(received ? "source" : "destination"),
        root.in("network").number("bytes", 0),
        question.text("name"),
        question.text("type"),
        result,
        root.in(received ? "source" : "destination").text("domain"));
  }

  private NetSocket socket() throws MalformedJsonException {
    Fields socket = own.in("socket");
    return new NetSocket(
        time,
        container,
        process,
        call,
        socket.integer("domain", 0),
        socket.integer("type", 0),
        socket.integer("protocol", 0),
        result);
  }

  private FdDup dup() throws MalformedJsonException {
    Fields fd = own.in("fd");
    FdDup.@Nullable Socket socket =
        fd.flag("socket")
            ? new FdDup.Socket(event.endpoint("source"), event.endpoint("destination"))
            : null;
    return new FdDup(
        time, container, process, call, fd.integer("old", 0), fd.integer("new", 0), socket, result);
  }

  private ProcTrace trace() throws MalformedJsonException {
    Fields trace = own.in("trace");
    Fields target = trace.in("target");
    return new ProcTrace(
        time,
        container,
        process,
        call,
        trace.number("request", 0),
        EventFields.ref(target),
        target.text("name"),
        result);
  }

  private ProcControl control() throws MalformedJsonException {
    Fields control = own.in("control");
    return new ProcControl(
        time,
        container,
        process,
        call,
        control.integer("option", 0),
        control.number("value", 0),
        control.text("text"),
        result);
  }

  private NsChange namespace() throws MalformedJsonException {
    return new NsChange(
        time, container, process, call, own.in("namespace").number("flags", 0), result);
  }

  private CredChange credentials() throws MalformedJsonException {
    Fields credentials = own.in("credentials");
    return new CredChange(
        time,
        container,
        process,
        call,
        credentials.integer("uid_before", -1),
        credentials.integer("gid_before", -1),
        credentials.integer("uid", -1),
        credentials.integer("gid", -1),
        EventFields.capabilities(credentials, "capabilities_before"),
        EventFields.capabilities(credentials, "capabilities"),
        result);
  }

  private SignalKill signal() throws MalformedJsonException {
    Fields signal = own.in("signal");
    Fields target = signal.in("target");
    return new SignalKill(
        time,
        container,
        process,
        call,
        signal.integer("number", 0),
        EventFields.ref(target),
        target.text("name"),
        result);
  }

  private FsMount mount() throws MalformedJsonException {
    Fields mount = own.in("mount");
    return new FsMount(
        time,
        container,
        process,
        call,
        mount.text("source"),
        mount.textOr("target", ""),
        mount.text("type"),
        mount.number("flags", 0),
        result);
  }

  private KernelModule module() throws MalformedJsonException {
    Fields module = own.in("module");
    return new KernelModule(
        time, container, process, call, module.text("name"), module.text("path"), result);
  }

  private KernelCall kernel() throws MalformedJsonException {
    return new KernelCall(
        time,
        container,
        process,
        call,
        own.in("kernel").numbers("args", KernelCall.MAX_ARGS),
        result);
  }

  private BpfLoad bpf() throws MalformedJsonException {
    Fields bpf = own.in("bpf");
    return new BpfLoad(
        time,
        container,
        process,
        call,
        bpf.integer("command", 0),
        bpf.integer("program_type", 0),
        result);
  }

  private MemFileless memory() throws MalformedJsonException {
    Fields memory = own.in("memory");
    return new MemFileless(
        time, container, process, call, memory.text("name"), memory.number("flags", 0), result);
  }
}
