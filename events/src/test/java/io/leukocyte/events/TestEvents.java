package io.leukocyte.events;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Named events of a small story: a web container in which somebody opens a shell. */
final class TestEvents {
  private TestEvents() {}

  static final HostId HOST = new HostId("3f1c2e9a-5d1b-4b6e-9d0a-0c8b7a6f5e4d");
  static final long EPOCH = 1_790_000_000_000L;
  private static final long START = 1_790_000_100_000_000_000L;

  static final ContainerRef WEB =
      new ContainerRef(
          new ContainerId("0123456789abcdef".repeat(4)),
          "shop-web-1",
          "registry.example/shop/web",
          "1.4.2",
          "sha256:" + "ab".repeat(32),
          false);

  private static final ProcessInfo SHELL =
      new ProcessInfo(
          new ProcessRef(4711, START + 123_456_789L),
          42,
          "sh",
          "/bin/dash",
          List.of("sh", "-c", "id; uname -a"),
          false,
          "/srv",
          34816,
          0,
          0,
          1000,
          0xa80425fbL,
          new ProcessInfo.Flags(false, true, false, false),
          new ProcessInfo.Parent(
              new ProcessRef(4000, START), "nginx", "/usr/sbin/nginx", List.of("nginx", "-g", "x")),
          List.of("containerd-shim", "systemd"));

  static final ProcessExec SHELL_IN_WEB_CONTAINER =
      new ProcessExec(START + 123_456_789L, WEB, SHELL);

  static final ProcessExit SHELL_ENDS = new ProcessExit(START + 200_000_000L, WEB, SHELL, 0, 9);

  static final NetConnect CONNECT_OUTSIDE =
      new NetConnect(
          START + 300_000_000L,
          WEB,
          SHELL,
          Protocol.TCP,
          new Endpoint("198.51.100.7", 40_000),
          new Endpoint("2001:db8::66", 4444));

  static final NetConnect FIRST_PACKET_OF_NOBODY =
      new NetConnect(
          START + 300_000_001L,
          null,
          null,
          Protocol.UDP,
          new Endpoint("", 0),
          new Endpoint("203.0.113.9", 53));

  static final NetFlow EGRESS =
      new NetFlow(
          START + 400_000_000L,
          WEB,
          Protocol.TCP,
          new Endpoint("203.0.113.9", 443),
          70_000_000L,
          50_000,
          1_000_000_000L);

  static final ContainerLifecycle DIES =
      new ContainerLifecycle(
          START + 500_000_000L,
          WEB,
          "die",
          137,
          new TreeMap<>(Map.of("signal", "9", "execDuration", "5")));

  static final ContainerFacts FACTS =
      new ContainerFacts(
          START,
          WEB,
          "running",
          4000,
          START - 5_000_000_000L,
          START - 4_000_000_000L,
          new TreeMap<>(Map.of("tier", "web", "com.docker.compose.project", "shop")),
          List.of(new ContainerFacts.Mount("bind", "/srv/data", "/data", true)),
          List.of(
              new ContainerFacts.Network(
                  "shop_default",
                  "f00d",
                  "172.20.0.5",
                  null,
                  "02:42:ac:14:00:05",
                  List.of("web", "shop-web-1"))),
          "shop_default",
          "",
          List.of(new ContainerFacts.Port(80, "tcp", "127.0.0.1", 8080)),
          "www-data",
          List.of("nginx", "-g", "daemon off;"),
          false,
          "json-file",
          "unless-stopped",
          new ContainerFacts.Limits(512L << 20, 500_000_000L, 100),
          new ContainerFacts.Security(
              List.of("NET_ADMIN"), List.of("ALL"), List.of("no-new-privileges"), true, ""));

  static final ContainerLog WEB_ATTACK =
      new ContainerLog(
          START + 600_000_000L,
          WEB,
          ContainerLog.Stream.STDERR,
          "GET /?id=1%27%20OR%201=1 — 日本",
          80_000,
          true);

  static final SensorLoss RING_FULL =
      new SensorLoss(
          START + 700_000_000L, null, "ring", "process.exec", "full", 17, START, START + 1);

  static final SensorHeartbeat HEARTBEAT =
      new SensorHeartbeat(
          START + 800_000_000L,
          "web-host-1",
          "ebpf",
          List.of("file.open", "file.change"),
          "5f2c",
          "0.1.0",
          -250_000L,
          1000,
          900,
          90,
          10);

  /** One of each kind, and one that has nothing that can be absent. */
  static final List<Event> STORY =
      List.of(
          FACTS,
          SHELL_IN_WEB_CONTAINER,
          SHELL_ENDS,
          CONNECT_OUTSIDE,
          FIRST_PACKET_OF_NOBODY,
          EGRESS,
          DIES,
          WEB_ATTACK,
          RING_FULL,
          HEARTBEAT);

  static byte[] batch(List<Event> events) {
    BatchWriter writer = new BatchWriter(HOST, EPOCH);
    events.forEach(writer::add);
    return writer.finish(7);
  }

  static Observed observed(int index, Event event) {
    return new Observed(new EventId(HOST, EPOCH, 7, index), event);
  }

  static final Alert ALERT =
      new Alert(
          Alert.idOf("Terminal shell in container", List.of(), new EventId(HOST, EPOCH, 7, 1)),
          new Alert.RuleInfo(
              "Terminal shell in container",
              "A shell was used as the entrypoint into a container with an attached terminal.",
              Priority.NOTICE,
              List.of("container", "shell", "mitre_execution", "T1059"),
              "leukocyte.yaml"),
          "Terminal shell in container shop-web-1",
          "A shell was opened (user=0 command=sh -c id; uname -a)",
          List.of(),
          observed(1, SHELL_IN_WEB_CONTAINER),
          FACTS.labels(),
          "web-host-1",
          "5f2c");

  static final Action QUARANTINED =
      new Action(
          ActionId.of(ALERT.id().value(), "shell", "0"),
          Action.Step.APPLIED,
          1,
          START + 900_000_000L,
          HOST,
          "quarantine",
          WEB,
          new Outcome.Done("nft table leuko_1 in the namespace of pid 4000"),
          ALERT.id(),
          ALERT.rule().name(),
          "shell in a web container",
          "policies/web.yaml:1",
          null,
          START + 900_000_000_000L,
          false);
}
