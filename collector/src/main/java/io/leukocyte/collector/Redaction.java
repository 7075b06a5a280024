package io.leukocyte.collector;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.Secrets;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.SystemCall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes {@link Secrets} out of events before they leave the host: out of arguments of programs and
 * their parents, their environment, log lines, labels, and what an exec runs. An event without any
 * is returned as it is.
 */
@SuppressWarnings("ReferenceEquality") // the same object says that nothing was masked
enum Redaction {
  /** Secrets are masked. */
  ON,
  /** Events stay as they are. */
  OFF;

  private static final IdentityMemo<ProcessInfo> PROCESSES =
      new IdentityMemo<>(Redaction::maskedAnew);
  private static final IdentityMemo<List<String>> LISTS = new IdentityMemo<>(Secrets::mask);
  private static final IdentityMemo<List<ProcessInfo.Ancestor>> LINEAGES =
      new IdentityMemo<>(Redaction::maskedLineage);

  /** The event without secrets. */
  Event apply(Event event) {
    return this == OFF ? event : masked(event);
  }

  /** Arguments without secrets; each is masked by itself, and after a flag such as --password. */
  List<String> apply(List<String> args) {
    return this == OFF ? args : masked(args);
  }

  /** A name of a user or group without secrets. */
  String maskName(String name) {
    return this == OFF ? name : Secrets.mask(name);
  }

  /** The facts without secrets. */
  ContainerFacts apply(ContainerFacts facts) {
    return this == OFF ? facts : masked(facts);
  }

  private static Event masked(Event event) {
    return switch (event) {
      case ProcessExec e -> {
        ProcessInfo process = masked(e.process());
        yield process == e.process() ? e : new ProcessExec(e.time(), e.container(), process);
      }
      case ProcessExit e -> {
        ProcessInfo process = masked(e.process());
        yield process == e.process()
            ? e
            : new ProcessExit(e.time(), e.container(), process, e.exitCode(), e.signal());
      }
      case NetConnect e -> masked(e);
      case ContainerLog e -> masked(e);
      case ContainerLifecycle e -> masked(e);
      case ContainerFacts e -> masked(e);
      case NetFlow e -> e;
      case SensorLoss e -> e;
      case SensorHeartbeat e -> e;
      case ContainerStats e -> e;
      case SystemCall e -> {
        ProcessInfo process = masked(e.process());
        yield process == e.process() ? e : e.with(process);
      }
    };
  }

  private static NetConnect masked(NetConnect e) {
    ProcessInfo given = e.process();
    ProcessInfo process = given == null ? null : masked(given);
    return process == given
        ? e
        : new NetConnect(
            e.time(),
            e.container(),
            process,
            e.protocol(),
            e.source(),
            e.destination(),
            e.domain());
  }

  private static ProcessInfo masked(ProcessInfo p) {
    return PROCESSES.apply(p);
  }

  private static List<String> masked(List<String> list) {
    return list.isEmpty() ? list : LISTS.apply(list);
  }

  private static ProcessInfo maskedAnew(ProcessInfo p) {
    var args = masked(p.args());
    ProcessInfo.Parent parent = masked(p.parent());
    ProcessInfo.More more = masked(p.more());
    return args == p.args() && parent == p.parent() && more == p.more()
        ? p
        : p.with(args, parent, more);
  }

  private static ProcessInfo.More masked(ProcessInfo.More more) {
    var environment = masked(more.environment());
    var lineage = more.lineage().isEmpty() ? more.lineage() : LINEAGES.apply(more.lineage());
    return environment == more.environment() && lineage == more.lineage()
        ? more
        : new ProcessInfo.More(
            more.permittedCapabilities(),
            environment,
            more.environmentTruncated(),
            more.groupLeader(),
            more.file(),
            lineage,
            more.names());
  }

  private static List<ProcessInfo.Ancestor> maskedLineage(List<ProcessInfo.Ancestor> lineage) {
    List<ProcessInfo.Ancestor> masked = lineage.stream().map(Redaction::masked).toList();
    return masked.equals(lineage) ? lineage : masked;
  }

  private static ProcessInfo.Ancestor masked(ProcessInfo.Ancestor ancestor) {
    return new ProcessInfo.Ancestor(
        ancestor.pid(),
        ancestor.executable(),
        masked(ancestor.first()),
        masked(ancestor.commandLine()));
  }

  private static @Nullable String masked(@Nullable String text) {
    return text == null ? null : Secrets.mask(text);
  }

  private static ProcessInfo.@Nullable Parent masked(ProcessInfo.@Nullable Parent parent) {
    if (parent == null) {
      return null;
    }
    var args = masked(parent.args());
    return args == parent.args()
        ? parent
        : new ProcessInfo.Parent(parent.ref(), parent.name(), parent.executable(), args);
  }

  private static ContainerLog masked(ContainerLog log) {
    String line = Secrets.maskLine(log.line());
    if (line.equals(log.line())) {
      return log;
    }
    byte[] utf8 = line.getBytes(StandardCharsets.UTF_8);
    boolean cut = utf8.length > ContainerLog.MAX_BYTES; // a mask may be longer than its secret
    return new ContainerLog(
        log.time(),
        log.container(),
        log.stream(),
        cut ? head(utf8) : line,
        log.originalBytes(),
        cut || log.truncated(),
        log.lines());
  }

  /** As many whole characters as a line may have. */
  private static String head(byte[] utf8) {
    int end = ContainerLog.MAX_BYTES;
    while (end > 0 && (utf8[end] & 0xc0) == 0x80) {
      end--;
    }
    return new String(utf8, 0, end, StandardCharsets.UTF_8);
  }

  private static ContainerLifecycle masked(ContainerLifecycle e) {
    SortedMap<String, String> attributes = masked(e.attributes());
    String action = Secrets.mask(e.action()); // exec_create: COMMAND, as some engines say it
    return attributes.equals(e.attributes()) && action.equals(e.action())
        ? e
        : new ContainerLifecycle(e.time(), e.container(), action, e.exitCode(), attributes);
  }

  /** Values, masked by their names too: label {@code db.password: x}. */
  private static SortedMap<String, String> masked(SortedMap<String, String> values) {
    SortedMap<String, String> masked = new TreeMap<>();
    values.forEach((name, value) -> {
      String pair = Secrets.mask(name + "=" + value);
      String prefix = name + "=";
      masked.put(name, pair.startsWith(prefix) ? pair.substring(prefix.length()) : Secrets.MASK);
    });
    return masked;
  }

  private static ContainerFacts masked(ContainerFacts f) {
    return new ContainerFacts(
        f.time(),
        f.container(),
        f.state(),
        f.pid(),
        f.created(),
        f.started(),
        masked(f.labels()),
        f.mounts(),
        f.networks(),
        f.networkMode(),
        f.pidMode(),
        f.ports(),
        f.user(),
        Secrets.mask(f.entrypoint()),
        f.tty(),
        f.logDriver(),
        f.restartPolicy(),
        f.limits(),
        f.security(),
        f.restarts());
  }
}
