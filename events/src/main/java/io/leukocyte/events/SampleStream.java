package io.leukocyte.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Events like those of a busy host, for benchmarks: 20 containers of which few do most, 25 in 100
 * execs, 30 connects, 25 web log lines, 20 flows. The same ones for the same seed.
 */
public final class SampleStream {
  private static final int CONTAINERS = 20;
  private static final long GAP = 500_000;
  private static final List<String> PROGRAMS =
      List.of("/usr/sbin/nginx", "/usr/bin/python3", "/usr/bin/curl", "/bin/sleep", "/bin/date");
  private static final List<String> PATHS =
      List.of("/", "/index.html", "/api/v1/orders", "/static/site.css", "/login", "/cart?id=");

  private final Random random;
  private long time = 1_790_000_000_000_000_000L;

  /** A stream. */
  public SampleStream(long seed) {
    random = new Random(seed);
  }

  /** Its next events. */
  public List<Event> next(int count) {
    List<Event> events = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      events.add(next());
    }
    return events;
  }

  private Event next() {
    time += random.nextLong(2 * GAP);
    ContainerRef container = container();
    int dice = random.nextInt(100);
    if (dice < 25) {
      return new ProcessExec(time, container, process());
    }
    if (dice < 55) {
      return new NetConnect(
          time,
          container,
          process(),
          Protocol.TCP,
          new Endpoint("172.18.0." + (2 + random.nextInt(CONTAINERS)), 32_768 + dice * 7),
          remote());
    }
    if (dice < 80) {
      String line = line();
      return new ContainerLog(
          time, container, ContainerLog.Stream.STDOUT, line, line.length(), false);
    }
    return new NetFlow(
        time, container, Protocol.TCP, remote(), random.nextInt(100_000), 70, 1_000_000_000L);
  }

  /** Half of all events are of the first container, a quarter of the second … */
  private ContainerRef container() {
    int number =
        Math.min(CONTAINERS - 1, Integer.numberOfTrailingZeros(random.nextInt() | 1 << 20));
    return new ContainerRef(
        new ContainerId("%064x".formatted(0xabcdef00L + number)),
        "shop-web-" + number,
        "registry.example/shop/web" + number % 5,
        "1.4." + number % 5,
        "sha256:" + "%064x".formatted(number % 5),
        false);
  }

  private ProcessInfo process() {
    String program = PROGRAMS.get(random.nextInt(PROGRAMS.size()));
    String name = program.substring(program.lastIndexOf('/') + 1);
    return new ProcessInfo(
        new ProcessRef(1000 + random.nextInt(30_000), time - GAP),
        random.nextInt(500),
        name,
        program,
        List.of(name, "-c", PATHS.get(random.nextInt(PATHS.size()))),
        false,
        "/srv",
        0,
        33,
        33,
        -1,
        0xa80425fbL,
        ProcessInfo.Flags.NONE,
        new ProcessInfo.Parent(
            new ProcessRef(900, time - 1000 * GAP), "nginx", "/usr/sbin/nginx", List.of("nginx")),
        List.of("containerd-shim", "systemd"));
  }

  private Endpoint remote() {
    return new Endpoint("203.0.113." + random.nextInt(100), random.nextBoolean() ? 443 : 5432);
  }

  private String line() {
    return "172.18.0.%d - - \"GET %s%d HTTP/1.1\" 200 %d"
        .formatted(
            random.nextInt(250),
            PATHS.get(random.nextInt(PATHS.size())),
            random.nextInt(10_000),
            random.nextInt(100_000));
  }
}
