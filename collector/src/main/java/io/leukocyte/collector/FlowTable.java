package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.FLOW;
import static io.leukocyte.collector.SensorLayout.FLOW_KEY;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Protocol;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Egress per destination, as the kernel sums it up. There are two maps: the kernel writes to one
 * while the other is read out. The update that swaps them returns only when no program can write to
 * the old one any more, so each packet is counted in exactly one report. For one thread.
 */
final class FlowTable {
  private static final int BATCH = 1024;

  private final Libbpf libbpf;
  private final int outer;
  private int written;
  private int spare;

  FlowTable(BpfObject object) {
    this.libbpf = object.libbpf();
    this.outer = object.fd("flows");
    this.written = object.fd("flows_a");
    this.spare = object.fd("flows_b");
  }

  /**
   * What left one network namespace for one destination.
   *
   * @param namespace number of the network namespace
   * @param bytes of layer 2
   */
  record Flow(int namespace, Protocol protocol, Endpoint remote, long bytes, long packets) {}

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
    MemorySegment keys = arena.allocate(FLOW_KEY, BATCH);
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
        flows.add(flow(keys.asSlice(i * FLOW_KEY.byteSize()), values.asSlice(i * FLOW.byteSize())));
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

  private static Flow flow(MemorySegment key, MemorySegment value) {
    int family = key.get(JAVA_BYTE, at(FLOW_KEY, "family"));
    int port = Short.toUnsignedInt(key.get(JAVA_SHORT, at(FLOW_KEY, "remote_port")));
    return new Flow(
        key.get(JAVA_INT, at(FLOW_KEY, "net_namespace")),
        SensorRecord.protocol(Byte.toUnsignedInt(key.get(JAVA_BYTE, at(FLOW_KEY, "protocol")))),
        new Endpoint(IpAddresses.text(key, at(FLOW_KEY, "remote_address"), family), port),
        value.get(JAVA_LONG, at(FLOW, "bytes")),
        value.get(JAVA_LONG, at(FLOW, "packets")));
  }
}
