package io.leukocyte.events;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a system call adds to an event's ECS object. {@link CallFields} is its inverse. */
final class CallTree {
  private CallTree() {}

  /**
   * Adds what all calls have and what the kind has of its own.
   *
   * @param root the document, with its process
   * @param own the object {@code leukocyte} in it
   */
  static void put(SystemCall call, ObjectNode root, ObjectNode own) {
    root.withObject("/event").put("outcome", call.failed() ? "failure" : "success");
    String error = CallNames.error(call.result());
    if (call.failed() && error != null) {
      root.putObject("error").put("code", error);
    }
    own.putObject("call").put("name", call.call()).put("result", call.result());
    switch (call) {
      case FileOpen e -> open(e, root, own);
      case FileChange e -> change(e, root, own);
      case NetAccept e -> {
        Json.put(root, "source", EventTree.named(e.client(), e.domain()));
        Json.put(root, "destination", EventTree.endpoint(e.server()));
        root.set("network", EventTree.network(e.protocol(), e.client(), "ingress"));
      }
      case NetListen e -> {
        Json.put(root, "server", EventTree.endpoint(e.local()));
        root.set("network", EventTree.network(e.protocol(), e.local(), "ingress"));
        Json.put(own.withObject("/socket"), "backlog", e.backlog(), 0);
      }
      case NetSend e -> send(e, root);
      case NetSocket e -> socket(e, own);
      case FdDup e -> dup(e, root, own);
      case ProcTrace e -> {
        ObjectNode trace = own.putObject("trace").put("request", e.request());
        if (e.call().equals("ptrace")) {
          Json.put(trace, "request_name", CallNames.ptraceRequest(e.request()));
        }
        trace.set("target", target(e.target(), e.targetName()));
      }
      case ProcControl e -> {
        ObjectNode control = own.putObject("control").put("option", e.option());
        Json.put(control, "option_name", CallNames.controlOption(e.option()));
        control.put("value", e.value());
        Json.put(control, "text", e.text());
      }
      case NsChange e ->
          flags(own.putObject("namespace"), e.flags(), CallNames.cloneFlags(e.flags()));
      case CredChange e -> credentials(e, own);
      case SignalKill e -> {
        ObjectNode signal = own.putObject("signal").put("number", e.signal());
        Json.put(signal, "name", CallNames.signal(e.signal()));
        signal.set("target", target(e.target(), e.targetName()));
      }
      case FsMount e -> {
        ObjectNode mount = own.putObject("mount");
        Json.put(mount, "source", e.source());
        mount.put("target", e.target());
        Json.put(mount, "type", e.type());
        flags(mount, e.flags(), CallNames.mountFlags(e.call(), e.flags()));
      }
      case KernelModule e -> {
        ObjectNode module = own.putObject("module");
        Json.put(module, "name", e.name());
        Json.put(module, "path", e.path());
      }
      case KernelCall e -> {
        ArrayNode args = own.putObject("kernel").putArray("args");
        e.args().forEach(args::add);
      }
      case BpfLoad e -> {
        ObjectNode bpf = own.putObject("bpf").put("command", e.command());
        Json.put(bpf, "command_name", CallNames.bpfCommand(e.command()));
        Json.put(bpf, "program_type", e.programType(), 0);
      }
      case MemFileless e -> {
        ObjectNode memory = own.putObject("memory");
        Json.put(memory, "name", e.name());
        boolean named = e.call().equals("memfd_create");
        flags(memory, e.flags(), named ? CallNames.memfdFlags(e.flags()) : List.of());
      }
    }
  }

  private static void open(FileOpen e, ObjectNode root, ObjectNode own) {
    ObjectNode file = root.putObject("file").put("path", e.path());
    if (e.mode() != 0) {
      file.put("mode", octal(e.mode()));
    }
    ObjectNode more = own.putObject("file");
    Json.put(more, "asked", e.asked());
    flags(more, e.flags(), CallNames.openFlags(e.flags()));
    Json.put(more, "created", e.created());
    Json.put(more, "upper_layer", e.upperLayer());
    Json.put(more, "path_truncated", e.pathTruncated());
  }

  private static void change(FileChange e, ObjectNode root, ObjectNode own) {
    ObjectNode file = root.putObject("file").put("path", e.path());
    if (e.mode() != -1) {
      file.put("mode", octal(e.mode()));
    }
    if (e.uid() != -1) {
      file.put("uid", Integer.toUnsignedString(e.uid()));
    }
    if (e.gid() != -1) {
      file.put("gid", Integer.toUnsignedString(e.gid()));
    }
    ObjectNode more = own.putObject("file");
    Json.put(more, "target", e.target());
    flags(more, e.flags(), CallNames.changeFlags(e.call(), e.flags()));
    Json.put(more, "path_truncated", e.pathTruncated());
  }

  /** As ECS has it: 0640. */
  private static String octal(int mode) {
    String digits = Integer.toOctalString(mode);
    return "0".repeat(Math.max(0, 4 - digits.length())) + digits;
  }

  private static void flags(ObjectNode to, long flags, List<String> names) {
    Json.put(to, "flags", flags, 0);
    Json.put(to, "flag_names", names);
  }

  private static void send(NetSend e, ObjectNode root) {
    boolean received = e.received();
    ObjectNode local = EventTree.endpoint(e.local());
    ObjectNode remote = EventTree.named(e.remote(), e.domain());
    Json.put(root, "source", received ? remote : local);
    Json.put(root, "destination", received ? local : remote);
    ObjectNode network =
        EventTree.network(e.protocol(), e.remote(), received ? "ingress" : "egress");
    network.put("bytes", e.bytes());
    ObjectNode question = Json.object();
    Json.put(question, "name", e.dnsName());
    Json.put(question, "type", e.dnsType());
    if (!question.isEmpty()) {
      network.put("protocol", "dns");
      root.putObject("dns").put("type", "query").set("question", question);
    }
    root.set("network", network);
  }

  private static void socket(NetSocket e, ObjectNode own) {
    ObjectNode socket = own.putObject("socket").put("domain", e.domain());
    Json.put(socket, "domain_name", CallNames.family(e.domain()));
    socket.put("type", e.type());
    Json.put(socket, "type_name", CallNames.socketType(e.type()));
    socket.put("protocol", e.protocol());
  }

  private static void dup(FdDup e, ObjectNode root, ObjectNode own) {
    FdDup.Socket socket = e.socket();
    if (socket != null) {
      Json.put(root, "source", EventTree.endpoint(socket.local()));
      Json.put(root, "destination", EventTree.endpoint(socket.remote()));
    }
    ObjectNode fd = own.putObject("fd").put("old", e.oldFd()).put("new", e.newFd());
    Json.put(fd, "socket", socket != null);
  }

  private static ObjectNode target(ProcessRef ref, @Nullable String name) {
    ObjectNode target = Json.object();
    EventTree.put(target, ref, name, null);
    return target;
  }

  private static void credentials(CredChange e, ObjectNode own) {
    ObjectNode credentials = own.putObject("credentials");
    Json.put(credentials, "uid_before", e.uidBefore(), -1);
    Json.put(credentials, "gid_before", e.gidBefore(), -1);
    Json.put(credentials, "uid", e.uid(), -1);
    Json.put(credentials, "gid", e.gid(), -1);
    EventTree.capabilities(credentials, "capabilities_before", e.capabilitiesBefore());
    EventTree.capabilities(credentials, "capabilities", e.capabilities());
  }
}
