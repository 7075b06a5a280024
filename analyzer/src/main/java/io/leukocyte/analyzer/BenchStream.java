package io.leukocyte.analyzer;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Protocol;
import java.util.List;
import java.util.Random;

/**
 * A made-up stream like that of busy hosts: 5,000 containers on 250 hosts, few of which send most;
 * a quarter each of exec and log, 30 % connect, the rest flow and exit. One in a thousand is of
 * interest: a shell, in one of 250 containers; connections stay inside the allowed networks, a
 * third of the flows does not. The same seed gives the same stream.
 */
final class BenchStream {
  static final int HOSTS = 250;
  static final int CONTAINERS = 5_000;
  static final int BATCH = 200;
  private static final int PER_HOST = CONTAINERS / HOSTS;
  private static final long MICROSECOND = 1_000;
  private static final long BEGIN = 1_790_000_000_000_000_000L;
  static final int PROGRAMS = 400;
  private static final int ADDRESSES = 3_000;
  private static final int PATHS = 2_000;

  private final Random random;
  private final ContainerRef[] containers = new ContainerRef[CONTAINERS];
  private final BatchWriter[] writers = new BatchWriter[HOSTS];
  private final long[] sequences = new long[HOSTS];
  private final long[] clocks = new long[HOSTS];
  private final double[] share = new double[HOSTS];

  BenchStream(long seed) {
    random = new Random(seed);
    double sum = 0;
    for (int h = 0; h < HOSTS; h++) {
      writers[h] = new BatchWriter(new HostId("bench-" + h), 1);
      clocks[h] = BEGIN;
      sum += 1.0 / (h + 1);
      share[h] = sum;
    }
    for (int c = 0; c < CONTAINERS; c++) {
      containers[c] =
          new ContainerRef(
              new ContainerId("%064x".formatted(0x1000_0000L + c)),
              "service-" + c,
              "registry.example/app-" + c % 60,
              "1." + c % 7,
              null,
              false);
    }
  }

  /** The next batch's host. */
  int nextHost() {
    double at = random.nextDouble() * share[HOSTS - 1];
    int host = 0;
    while (share[host] < at) {
      host++;
    }
    return host;
  }

  /** A host's id. */
  HostId host(int host) {
    return writers[host].host();
  }

  /** A host's next batch. */
  byte[] batch(int host) {
    BatchWriter writer = writers[host];
    for (int i = 0; i < BATCH; i++) {
      clocks[host] += random.nextInt(1_000) * MICROSECOND;
      int dice = random.nextInt(1_000);
      // Shells come together: all of a host's in one container.
      int container = dice == 0 ? 0 : random.nextInt(PER_HOST);
      writer.add(event(dice, clocks[host], containers[host * PER_HOST + container]));
    }
    return writer.finish(sequences[host]++);
  }

  private Event event(int dice, long time, ContainerRef container) {
    if (dice == 0) {
      return new ProcessExec(time, container, process("sh", time, 34816));
    }
    if (dice < 250) {
      return new ProcessExec(time, container, process(program(), time, 0));
    }
    if (dice < 550) {
      return new NetConnect(
          time,
          container,
          process(program(), time, 0),
          Protocol.TCP,
          new Endpoint("172.17.0." + random.nextInt(2, 250), random.nextInt(32_768, 61_000)),
          new Endpoint(inside(skewed(ADDRESSES)), 443));
    }
    if (dice < 800) {
      String line = line();
      return new ContainerLog(
          time, container, ContainerLog.Stream.STDOUT, line, line.length(), false);
    }
    if (dice < 900) {
      long bytes = random.nextInt(40_000);
      return new NetFlow(
          time,
          container,
          Protocol.TCP,
          new Endpoint(address(), 443),
          bytes,
          1 + bytes / 1_400,
          1_000_000_000L);
    }
    return new ProcessExit(time, container, process(program(), time, 0), 0, 0);
  }

  private String program() {
    return "worker-" + skewed(PROGRAMS);
  }

  private String address() {
    int n = skewed(ADDRESSES);
    return n % 3 == 0 ? "203.0.113." + n % 250 : inside(n);
  }

  private static String inside(int n) {
    return "10." + n % 7 + "." + n % 250 + "." + n % 101;
  }

  private String line() {
    return "10.0.%d.%d - - [22/Sep/2026:12:00:00 +0000] \"GET /items/%d?page=%d HTTP/1.1\" 200 %d"
        .formatted(
            random.nextInt(256),
            random.nextInt(256),
            skewed(PATHS),
            random.nextInt(90),
            random.nextInt(50_000));
  }

  /** Small numbers often, large ones seldom. */
  private int skewed(int bound) {
    double r = random.nextDouble();
    return (int) (bound * r * r * r);
  }

  private ProcessInfo process(String name, long time, int tty) {
    ProcessRef parent = new ProcessRef(900 + random.nextInt(40), BEGIN - 1);
    return new ProcessInfo(
        new ProcessRef(random.nextInt(2, 4_000_000), time),
        random.nextInt(2, 60_000),
        name,
        "/usr/bin/" + name,
        List.of(name, "--config", "/etc/" + name + ".conf"),
        false,
        "/srv",
        tty,
        1_000,
        1_000,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(parent, "supervisor", "/sbin/supervisor", List.of("supervisor")),
        List.of("containerd-shim"));
  }
}
