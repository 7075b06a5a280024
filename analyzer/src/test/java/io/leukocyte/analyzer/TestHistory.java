package io.leukocyte.analyzer;

import static io.leukocyte.analyzer.TestEvents.NOON;
import static io.leukocyte.analyzer.TestEvents.OUTSIDE;
import static io.leukocyte.analyzer.TestEvents.SECOND;
import static io.leukocyte.analyzer.TestEvents.container;
import static io.leukocyte.analyzer.TestEvents.destroyed;
import static io.leukocyte.analyzer.TestEvents.egress;
import static io.leukocyte.analyzer.TestEvents.facts;
import static io.leukocyte.analyzer.TestEvents.heartbeat;
import static io.leukocyte.analyzer.TestEvents.lost;
import static io.leukocyte.analyzer.TestEvents.shell;

import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * What some hosts might send in an hour: windows that fill, shells, losses, gaps, late events.
 *
 * @param batches in the order they were sent
 */
record TestHistory(List<Batch> batches) {
  /** A batch and who sent it. */
  static final class Batch {
    private final HostId host;
    private final byte[] value;

    private Batch(HostId host, byte[] value) {
      this.host = host;
      this.value = value;
    }

    HostId host() {
      return host;
    }

    byte[] value() {
      return value;
    }
  }

  static Batch batch(HostId host, byte[] value) {
    return new Batch(host, value);
  }

  static TestHistory random(long seed, int hosts, int batches) {
    Random random = new Random(seed);
    List<Batch> history = new ArrayList<>();
    long[] sequences = new long[hosts];
    for (int i = 0; i < batches; i++) {
      int host = random.nextInt(hosts);
      Event[] events = new Event[random.nextInt(12)];
      for (int e = 0; e < events.length; e++) {
        events[e] = anything(random, NOON + 2L * i * SECOND / hosts, host);
      }
      sequences[host] += random.nextInt(50) == 0 ? 2 : 1;
      HostId id = new HostId("h" + host);
      history.add(new Batch(id, TestEvents.batch(id, sequences[host], events)));
    }
    return new TestHistory(history);
  }

  private static Event anything(Random random, long time, int host) {
    ContainerRef container = container(host * 100 + random.nextInt(30) + 1, "c");
    return switch (random.nextInt(12)) {
      case 0 -> shell(time, container);
      case 1 -> lost(time, container, 1);
      case 2 -> facts(time, container, Map.of("v", "" + random.nextInt(3)));
      case 3 -> destroyed(time, container);
      case 4 -> heartbeat(time);
      default -> egress(time - random.nextInt(30) * SECOND, container, OUTSIDE, 9 << 20);
    };
  }
}
