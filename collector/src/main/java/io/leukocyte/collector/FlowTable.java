package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.FLOW;
import static io.leukocyte.collector.SensorLayout.FLOW_KEY;
import static io.leukocyte.collector.SensorLayout.HOST_FLOW_KEY;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What went each way per other end, as the kernel sums it up. There are two maps: the kernel writes
 * to one while the other is read out. The update that swaps them returns only when no program can
 * write to the old one any more, so each packet is counted in exactly one report. For one thread.
 */
final class FlowTable {
  private static final int BATCH = 1024;

  private final Libbpf libbpf;
  private final int outer;
  private final StructLayout keyLayout;
  private int written;
  private int spare;

  private FlowTable(BpfObject object, String name, StructLayout keyLayout) {
    this.libbpf = object.libbpf();
    this.outer = object.fd(name);
    this.written = object.fd(name + "_a");
    this.spare = object.fd(name + "_b");
    this.keyLayout = keyLayout;
  }

  /** Of the networks of containers. */
  static FlowTable ofNetworks(BpfObject object) {
    return new FlowTable(object, "flows", FLOW_KEY);
  }

  /** Of containers that have the host's network, but for TCP. */
  static FlowTable ofHost(BpfObject object) {
    return new FlowTable(object, "host_flows", HOST_FLOW_KEY);
  }

  /**
   * What went between one network namespace and one other end.
   *
   * @param namespace number of the network namespace
   * @param container whose it is, in the host's network; null elsewhere: the namespace tells
   * @param bytes sent, of layer 2
   * @param packets sent
   * @param receivedBytes of layer 2
   */
  record Flow(
      int namespace,
      @Nullable ContainerId container,
      Protocol protocol,
      Endpoint remote,
      long bytes,
      long packets,
      long receivedBytes,
      long receivedPackets) {
    /** A flow of a container's own network, of which nothing came back. */
    Flow(int namespace, Protocol protocol, Endpoint remote, long bytes, long packets) {
      this(namespace, null, protocol, remote, bytes, packets, 0, 0);
    }
  }

  /**
   * Takes what was summed up since the last call.
   *
   * @throws IllegalStateException when the kernel refuses, which it has no reason to
   */
  List<Flow> take() {
    List<Flow> flows = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment zero = arena.allocateFrom(JAVA_INT, 0);
      MemorySegment next = arena.allocateFrom(JAVA_INT, spare);
      check(libbpf.update(outer, zero, next, 0), "swap");
      int full = written;
      written = spare;
      spare = full;
      empty(full, flows, arena);
    }
    return flows;
  }

  private void empty(int map, List<Flow> flows, Arena arena) {
    MemorySegment keys = arena.allocate(keyLayout, BATCH);
    MemorySegment values = arena.allocate(FLOW, BATCH);
    MemorySegment position = arena.allocate(JAVA_LONG);
    MemorySegment count = arena.allocate(JAVA_INT);
    MemorySegment from = MemorySegment.NULL;
    int result;
    do {
      count.set(JAVA_INT, 0, BATCH);
      result = libbpf.lookupAndDeleteBatch(map, from, position, keys, values, count);
      if (result != -LibC.ENOENT) {
        check(result, "read");
      }
      for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
        MemorySegment key = keys.asSlice(i * keyLayout.byteSize());
        flows.add(flow(key, values.asSlice(i * FLOW.byteSize())));
      }
      from = position;
    } while (result == 0);
  }

  private static void check(int result, String what) {
    if (result < 0) {
      throw new IllegalStateException(
          "Cannot " + what + " the kernel sensor's flows: errno " + -result);
    }
  }

  private Flow flow(MemorySegment whole, MemorySegment value) {
    boolean host = keyLayout.equals(HOST_FLOW_KEY);
    MemorySegment key = host ? whole.asSlice(at(HOST_FLOW_KEY, "flow")) : whole;
    int family = key.get(JAVA_BYTE, at(FLOW_KEY, "family"));
    int port = Short.toUnsignedInt(key.get(JAVA_SHORT, at(FLOW_KEY, "remote_port")));
    return new Flow(
        key.get(JAVA_INT, at(FLOW_KEY, "net_namespace")),
        host ? SensorRecord.container(whole, at(HOST_FLOW_KEY, "container")) : null,
        SensorRecord.protocol(Byte.toUnsignedInt(key.get(JAVA_BYTE, at(FLOW_KEY, "protocol")))),
        new Endpoint(IpAddresses.text(key, at(FLOW_KEY, "remote_address"), family), port),
        value.get(JAVA_LONG, at(FLOW, "bytes")),
        value.get(JAVA_LONG, at(FLOW, "packets")),
        value.get(JAVA_LONG, at(FLOW, "received_bytes")),
        value.get(JAVA_LONG, at(FLOW, "received_packets")));
  }
}
