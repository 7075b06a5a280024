package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.FLAG_ENVIRONMENT_TRUNCATED;
import static io.leukocyte.collector.SensorLayout.FLAG_FILELESS;
import static io.leukocyte.collector.SensorLayout.FLAG_GROUP_LEADER;
import static io.leukocyte.collector.SensorLayout.FLAG_HOST_MOUNTS;
import static io.leukocyte.collector.SensorLayout.FLAG_HOST_NETWORK;
import static io.leukocyte.collector.SensorLayout.FLAG_INBOUND;
import static io.leukocyte.collector.SensorLayout.FLAG_SETUP;
import static io.leukocyte.collector.SensorLayout.FLAG_UPPER_LAYER;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.CredChange;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessInfo.Parent;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.ProgramFile;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.SystemCall;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Turns the sensor's records into events, and keeps the process table and the owners of network
 * namespaces up to date from them. For one thread.
 */
@SuppressWarnings("ReferenceEquality") // the same object says that nothing has changed
final class RecordTranslator {
  private static final int MOST_ANCESTORS = 8;
  private static final int MOST_DESTINATIONS = 16_384;
  private static final long DESTINATION_QUIET = 60_000_000_000L;
  private static final int SIGNAL_BITS = 0x7f;
  private static final int MOMENTS = 256; // a power of two

  private final ProcessTable processes;
  private final NetworkOwners networks;
  private final BootClock clock;
  private final Function<ContainerId, ContainerRef> containers;
  private final Runnable reportFlows;
  private final Runnable hostNetwork;
  private volatile EnvironmentNames environment = EnvironmentNames.NONE;
  private final CallTranslator calls;
  private final DnsNames names = new DnsNames();
  private final Map<Destination, Long> destinations =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Destination, Long> eldest) {
          return size() > MOST_DESTINATIONS;
        }
      };

  /** What processes were at their last events, by process and name. */
  private final @Nullable Moment[] moments = new Moment[MOMENTS];

  /**
   * A process at an event.
   *
   * @param known what was known of it
   * @param above what was known of its parent, where that is another one than is known
   * @param process what was made of both and of the record
   */
  private record Moment(ProcessInfo known, @Nullable ProcessInfo above, ProcessInfo process) {}

  /** Where a container sent without a connection. */
  private record Destination(int namespace, int pid, Endpoint remote) {}

  /**
   * A translator.
   *
   * @param containers what is known of a container
   * @param reportFlows called before a network namespace goes over to another container
   * @param hostNetwork called when a container starts a program in the host's network
   */
  RecordTranslator(
      ProcessTable processes,
      NetworkOwners networks,
      BootClock clock,
      Function<ContainerId, ContainerRef> containers,
      Runnable reportFlows,
      Runnable hostNetwork) {
    this.processes = processes;
    this.networks = networks;
    this.clock = clock;
    this.containers = containers;
    this.reportFlows = reportFlows;
    this.hostNetwork = hostNetwork;
    this.calls = new CallTranslator(CallInterest.isArm(), clock::start);
  }

  /** Tells these variables of the environment from now on; may be called by any thread. */
  void tell(EnvironmentNames names) {
    environment = names;
  }

  /** The event of a record; null for one that only keeps the tables. */
  @Nullable Event translate(SensorRecord record) {
    return switch (record.kind()) {
      case SensorLayout.EXEC -> exec(record);
      case SensorLayout.FORK -> fork(record);
      case SensorLayout.EXIT -> exit(record);
      case SensorLayout.CONNECT -> connect(record);
      case SensorLayout.SEND -> send(record);
      case SensorLayout.CLOSE -> close(record);
      case SensorLayout.CALL -> call(record);
      case SensorLayout.ANSWER -> answer(record);
      default ->
          throw new IllegalStateException("The sensor made a record of kind " + record.kind());
    };
  }

  // ---- processes ----

  private Event exec(SensorRecord record) {
    ProcessInfo process = started(record);
    processes.put(record.pid(), record.start(), process);
    ContainerId container = record.container();
    if (container != null && !process.flags().setup() && record.has(FLAG_HOST_NETWORK)) {
      hostNetwork.run();
    }
    if (container != null && !process.flags().setup() && !record.has(FLAG_HOST_NETWORK)) {
      if (networks.isSuccession(record.netNamespace(), container)) {
        reportFlows.run();
        networks.forgetEnded();
      }
      claim(record.netNamespace(), container);
    }
    return new ProcessExec(clock.time(record.time()), ref(container), process);
  }

  /** Names that an earlier container of a namespace of this number was told are nobody's now. */
  private void claim(int namespace, ContainerId container) {
    ContainerId before = networks.of(namespace);
    networks.claim(namespace, container);
    if (before == null || !before.equals(networks.of(namespace))) {
      names.forget(namespace);
    }
  }

  private ProcessInfo started(SensorRecord record) {
    List<SensorRecord.Ancestor> all = record.ancestors();
    List<String> ancestors = all.stream().map(SensorRecord.Ancestor::name).toList();
    return new ProcessInfo(
        ref(record),
        record.containerPid(),
        record.name(),
        record.executable(),
        record.args(),
        record.argsTruncated(),
        record.workingDirectory(),
        record.tty(),
        record.uid(),
        record.gid(),
        record.loginUid(),
        record.capabilities(),
        flags(record, ProcessInfo.Flags.NONE, true),
        parent(record, ancestors.isEmpty() ? null : ancestors.getFirst()),
        ancestors.isEmpty() ? ancestors : ancestors.subList(1, ancestors.size()),
        more(record, all));
  }

  private ProcessInfo.More more(SensorRecord record, List<SensorRecord.Ancestor> ancestors) {
    return new ProcessInfo.More(
        record.permittedCapabilities(),
        environment.of(record.environment()),
        record.has(FLAG_ENVIRONMENT_TRUNCATED),
        record.has(FLAG_GROUP_LEADER),
        file(record),
        processes.lineage(ancestors));
  }

  private @Nullable ProgramFile file(SensorRecord record) {
    if (record.inode() == 0) {
      return null;
    }
    long start = record.namespaceStart();
    return new ProgramFile(
        record.inode(), record.changed(), record.modified(), start == 0 ? 0 : clock.start(start));
  }

  /** A child runs its parent's program until it starts another. */
  private @Nullable Event fork(SensorRecord record) {
    ProcessInfo parent = processes.remembered(record.parentPid(), record.parentStart());
    if (parent != null) {
      List<String> ancestors = new ArrayList<>();
      if (parent.parent() != null && parent.parent().name() != null) {
        ancestors.add(parent.parent().name());
      }
      ancestors.addAll(parent.ancestors());
      ProcessInfo child =
          now(record, parent, parent(record, parent.name()), clip(ancestors))
              .with(followed(parent));
      processes.put(record.pid(), record.start(), child);
    }
    return null;
  }

  /** A child is in its parent's group, and leads none. */
  private ProcessInfo.More followed(ProcessInfo parent) {
    ProcessInfo.More more = parent.more();
    List<ProcessInfo.Ancestor> lineage = new ArrayList<>();
    Parent above = parent.parent();
    if (above != null && above.name() != null) {
      lineage.add(processes.ancestor(above));
    }
    lineage.addAll(more.lineage());
    return new ProcessInfo.More(
        more.permittedCapabilities(),
        more.environment(),
        more.environmentTruncated(),
        false,
        more.file(),
        clip(lineage));
  }

  private static <T> List<T> clip(List<T> ancestors) {
    return ancestors.subList(0, Math.min(ancestors.size(), MOST_ANCESTORS));
  }

  private Event exit(SensorRecord record) {
    ProcessInfo process = process(record);
    processes.exit(record.pid(), record.start());
    ContainerId container = record.container();
    if (container != null && record.containerPid() == 1) {
      networks.end(container);
    }
    int signal = record.status() & SIGNAL_BITS;
    int code = signal == 0 ? record.status() >> 8 & 0xff : 0;
    return new ProcessExit(clock.time(record.time()), ref(container), process, code, signal);
  }

  /** The record's process: what is known of it, with what the record says about this moment. */
  private ProcessInfo process(SensorRecord record) {
    ProcessInfo known = processes.find(record.pid(), record.start(), null);
    return process(record, known == null ? ProcessInfo.unknown(ref(record)) : known);
  }

  private ProcessInfo process(SensorRecord record, ProcessInfo known) {
    if (isAsKnown(record, known)) {
      return known;
    }
    Parent parent = known.parent();
    boolean other = parent == null || parent.ref().pid() != record.parentPid();
    int place = record.processHash() & (MOMENTS - 1);
    Moment last = moments[place];
    if (last != null
        && last.known == known
        && isAsKnown(record, last.process)
        && (!other || last.above == above(record))) {
      return last.process;
    }
    if (parent == null || other) {
      parent = parent(record, null);
    } else {
      parent = new Parent(parentRef(record), parent.name(), parent.executable(), parent.args());
    }
    ProcessInfo process = now(record, known, parent, known.ancestors());
    moments[place] = new Moment(known, other ? above(record) : null, process);
    return process;
  }

  private @Nullable ProcessInfo above(SensorRecord record) {
    return processes.remembered(record.parentPid(), record.parentStart());
  }

  /** Whether nothing has changed: then each event of the process has the same object. */
  private boolean isAsKnown(SensorRecord record, ProcessInfo known) {
    Parent parent = known.parent();
    ProcessInfo.Flags flags = known.flags();
    return record.uid() == known.uid()
        && record.gid() == known.gid()
        && record.containerPid() == known.containerPid()
        && record.has(FLAG_SETUP) == flags.setup()
        && record.has(FLAG_HOST_MOUNTS) == flags.hostMounts()
        && parent != null
        && record.parentPid() == parent.ref().pid()
        && clock.start(record.parentStart()) == parent.ref().startTime()
        && record.pid() == known.ref().pid()
        && clock.start(record.start()) == known.ref().startTime()
        && record.isNamed(known.name());
  }

  private ProcessInfo now(
      SensorRecord record, ProcessInfo known, @Nullable Parent parent, List<String> ancestors) {
    return new ProcessInfo(
        ref(record),
        record.containerPid(),
        record.name(),
        known.executable(),
        known.args(),
        known.argsTruncated(),
        known.workingDirectory(),
        known.tty(),
        record.uid(),
        record.gid(),
        known.loginUid(),
        known.capabilities(),
        flags(record, known.flags(), false),
        parent,
        ancestors,
        known.more());
  }

  private @Nullable Parent parent(SensorRecord record, @Nullable String name) {
    if (record.parentPid() == 0) {
      return null;
    }
    ProcessInfo known = processes.find(record.parentPid(), record.parentStart(), name);
    if (known == null) {
      return new Parent(parentRef(record), name, null, List.of());
    }
    return new Parent(
        parentRef(record), name == null ? known.name() : name, known.executable(), known.args());
  }

  private static ProcessInfo.Flags flags(
      SensorRecord record, ProcessInfo.Flags known, boolean program) {
    return new ProcessInfo.Flags(
        record.has(FLAG_SETUP),
        program ? record.has(FLAG_UPPER_LAYER) : known.upperLayer(),
        program ? record.has(FLAG_FILELESS) : known.fileless(),
        record.has(FLAG_HOST_MOUNTS));
  }

  private ProcessRef ref(SensorRecord record) {
    return new ProcessRef(record.pid(), clock.start(record.start()));
  }

  private ProcessRef parentRef(SensorRecord record) {
    return new ProcessRef(record.parentPid(), clock.start(record.parentStart()));
  }

  private @Nullable ContainerRef ref(@Nullable ContainerId container) {
    return container == null ? null : containers.apply(container);
  }

  private Event call(SensorRecord record) {
    ProcessInfo known = processes.remembered(record.pid(), record.start());
    ProcessInfo process = known == null ? process(record) : process(record, known);
    CallRecord call = record.call();
    if (calls.isConnection(call)) {
      return new NetConnect(
          clock.time(record.time()),
          ref(record.container()),
          process,
          Protocol.OTHER,
          new Endpoint("", 0),
          call.unix());
    }
    SystemCall event =
        calls.translate(
            call,
            clock.time(record.time()),
            ref(record.container()),
            known,
            process,
            address -> name(record, address));
    if (event instanceof CredChange change && !change.failed() && known != null) {
      processes.put(record.pid(), record.start(), withCapabilities(process, change.capabilities()));
    }
    return event;
  }

  private static ProcessInfo withCapabilities(ProcessInfo p, long capabilities) {
    return new ProcessInfo(
        p.ref(),
        p.containerPid(),
        p.name(),
        p.executable(),
        p.args(),
        p.argsTruncated(),
        p.workingDirectory(),
        p.tty(),
        p.uid(),
        p.gid(),
        p.loginUid(),
        capabilities,
        p.flags(),
        p.parent(),
        p.ancestors(),
        p.more());
  }

  // ---- network ----

  private @Nullable Event answer(SensorRecord record) {
    byte[] message = record.message();
    DnsAnswer answer = record.isStream() ? DnsAnswer.readStream(message) : DnsAnswer.read(message);
    if (answer != null) {
      names.learn(network(record), answer, record.time());
    }
    return null;
  }

  private @Nullable String name(SensorRecord record) {
    return name(record, record.remote().address());
  }

  private @Nullable String name(SensorRecord record, String address) {
    return address.isEmpty() ? null : names.of(network(record), address, record.time());
  }

  /** What knows names by itself: in the host's network each container. */
  private static Object network(SensorRecord record) {
    ContainerId container = record.has(FLAG_HOST_NETWORK) ? record.container() : null;
    return container == null ? (Object) record.netNamespace() : container;
  }

  private Event connect(SensorRecord record) {
    return new NetConnect(
        clock.time(record.time()),
        ref(record.container()),
        process(record),
        record.protocol(),
        record.local(),
        record.remote(),
        name(record));
  }

  /** The first packet of an interval is a connection if there was none for a minute before. */
  private @Nullable Event send(SensorRecord record) {
    Endpoint remote = record.remote();
    Destination destination = new Destination(record.netNamespace(), record.pid(), remote);
    Long last = destinations.put(destination, record.time());
    if (last != null && record.time() - last < DESTINATION_QUIET) {
      return null;
    }
    boolean known = record.pid() != 0;
    ContainerId container = known ? record.container() : networks.of(record.netNamespace());
    return new NetConnect(
        clock.time(record.time()),
        ref(container),
        known ? process(record) : null,
        record.protocol(),
        record.local(),
        remote,
        name(record));
  }

  private Event close(SensorRecord record) {
    boolean inbound = record.has(FLAG_INBOUND);
    Endpoint remote = record.remote();
    return new NetFlow(
        clock.time(record.time()),
        ref(record.container()),
        record.protocol(),
        inbound ? new Endpoint(remote.address(), 0) : remote,
        record.bytesSent(),
        record.packetsSent(),
        record.time() - record.opened(),
        inbound,
        name(record),
        record.bytesReceived(),
        record.packetsReceived());
  }

  /**
   * The event of a flow; null when its network belongs to no container.
   *
   * @param now nanoseconds since boot
   */
  @Nullable Event flow(FlowTable.Flow flow, long now, long interval) {
    ContainerId own = flow.container();
    ContainerId container = own == null ? networks.of(flow.namespace()) : own;
    if (container == null) {
      return null;
    }
    Object network = own == null ? (Object) flow.namespace() : own;
    return new NetFlow(
        clock.time(now),
        ref(container),
        flow.protocol(),
        flow.remote(),
        flow.bytes(),
        flow.packets(),
        interval,
        isInbound(flow),
        names.of(network, flow.remote().address(), now),
        flow.receivedBytes(),
        flow.receivedPackets());
  }

  /** The kernel's program leaves the ports of clients out. */
  private static boolean isInbound(FlowTable.Flow flow) {
    return flow.remote().port() == 0
        && (flow.protocol() == Protocol.TCP || flow.protocol() == Protocol.UDP);
  }
}
