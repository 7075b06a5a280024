package io.leukocyte.events;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

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

  static final NetConnect CONNECT_BY_NAME =
      new NetConnect(
          START + 300_000_002L,
          WEB,
          SHELL,
          Protocol.TCP,
          new Endpoint("198.51.100.7", 40_001),
          new Endpoint("203.0.113.9", 443),
          "shop.example");

  static final NetFlow ANSWERS =
      new NetFlow(
          START + 400_000_001L,
          WEB,
          Protocol.TCP,
          new Endpoint("203.0.113.9", 0),
          1_000L,
          10,
          1_000_000_000L,
          true,
          "client.example");

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

  static final ContainerLog STACK_TRACE =
      new ContainerLog(
          START + 1_400_000_000L,
          WEB,
          ContainerLog.Stream.STDERR,
          "java.lang.IllegalStateException: no\n\tat shop.Web.serve(Web.java:7)",
          70,
          false,
          2);

  static final ContainerLog WEB_ATTACK =
      new ContainerLog(
          START + 600_000_000L,
          WEB,
          ContainerLog.Stream.STDERR,
          "GET /?id=1%27%20OR%201=1 — 日本",
          80_000,
          true);

  /** The shell with what not every sensor tells. */
  private static final ProcessInfo KNOWN_SHELL =
      SHELL.with(
          new ProcessInfo.More(
              0xa80425fbL | 1L << 21, List.of("LD_PRELOAD=/tmp/x.so", "HOME="), true, true));

  static final NetFlow DOWNLOADS =
      new NetFlow(
          START + 720_000_000L,
          WEB,
          Protocol.TCP,
          new Endpoint("203.0.113.9", 443),
          1_000L,
          10,
          1_000_000_000L,
          false,
          "shop.example",
          2_000_000L,
          1_400);

  /** The shell with what came later, started by processes of which more is known. */
  static final ProcessExec NEW_PROGRAM =
      new ProcessExec(
          START + 720_000_000L,
          WEB,
          SHELL.with(
              new ProcessInfo.More(
                  0,
                  List.of(),
                  false,
                  false,
                  new ProgramFile(1_234_567L, START - 5, START - 6, START - 1_000_000_000L),
                  List.of(
                      new ProcessInfo.Ancestor(77, "/usr/bin/java", "java", "java -jar shop.jar"),
                      new ProcessInfo.Ancestor(1, null, null, null)))));

  /** The shell of users and a group that have names, one of them no name of ASCII. */
  private static final ProcessInfo NAMED_SHELL =
      SHELL.with(
          NEW_PROGRAM
              .process()
              .more()
              .with(new ProcessInfo.Names("www-data", "grüße", "operator")));

  /** The same as user 0 of its own user namespace. */
  private static final ProcessInfo ROOT_WITHIN =
      SHELL.with(ProcessInfo.More.NONE.with(new ProcessInfo.Names("root", null, null)));

  static final NetAccept ACCEPTS_BY_NAME =
      new NetAccept(
          START + 720_000_003L,
          WEB,
          SHELL,
          "accept",
          Protocol.TCP,
          new Endpoint("198.51.100.77", 50_000),
          new Endpoint("172.20.0.5", 8080),
          5,
          "client.example");

  static final NetSend SENDS_BY_NAME =
      new NetSend(
          START + 720_000_004L,
          WEB,
          SHELL,
          "sendto",
          Protocol.UDP,
          new Endpoint("172.20.0.5", 40_001),
          new Endpoint("203.0.113.9", 123),
          48,
          null,
          null,
          48,
          "time.example");

  static final ProcessExec SHELL_WITH_MORE =
      new ProcessExec(START + 310_000_000L, WEB, KNOWN_SHELL);

  static final FileOpen READS_SHADOW =
      new FileOpen(
          START + 320_000_000L,
          WEB,
          KNOWN_SHELL,
          "openat",
          "/etc/shadow",
          "/tmp/link",
          02000000,
          0,
          false,
          true,
          false,
          3);

  static final FileOpen MAY_NOT_CREATE =
      new FileOpen(
          START + 320_000_001L,
          WEB,
          SHELL,
          "open",
          "/etc/cron.d/x",
          null,
          01101,
          0640,
          false,
          false,
          true,
          -13);

  static final FileChange SETS_USER_ID =
      new FileChange(
          START + 321_000_000L,
          WEB,
          SHELL,
          "fchmodat",
          "/tmp/sh",
          null,
          0,
          04755,
          -1,
          -1,
          false,
          0);

  static final FileChange RENAMES =
      new FileChange(
          START + 321_000_001L,
          WEB,
          SHELL,
          "renameat2",
          "/bin/ls",
          "/bin/ls.old",
          1,
          -1,
          -1,
          -1,
          false,
          0);

  static final NetAccept ACCEPTS =
      new NetAccept(
          START + 322_000_000L,
          WEB,
          SHELL,
          "accept4",
          Protocol.TCP,
          new Endpoint("198.51.100.77", 50_000),
          new Endpoint("172.20.0.5", 8080),
          5);

  static final NetListen LISTENS =
      new NetListen(
          START + 323_000_000L,
          WEB,
          SHELL,
          "listen",
          Protocol.TCP,
          new Endpoint("::", 4444),
          128,
          0);

  static final NetSend ASKS_FOR_A_NAME =
      new NetSend(
          START + 324_000_000L,
          WEB,
          SHELL,
          "sendto",
          Protocol.UDP,
          new Endpoint("172.20.0.5", 40_001),
          new Endpoint("203.0.113.53", 53),
          61,
          "aGVsbG8.example.com",
          "TXT",
          61);

  static final NetSend GETS_A_DATAGRAM =
      new NetSend(
          START + 324_000_001L,
          WEB,
          SHELL,
          "recvfrom",
          Protocol.UDP,
          new Endpoint("172.20.0.5", 40_001),
          new Endpoint("203.0.113.53", 53),
          200,
          null,
          null,
          200);

  static final NetSocket PACKET_SOCKET =
      new NetSocket(START + 325_000_000L, WEB, SHELL, "socket", 17, 0x80003, 768, 4);

  static final FdDup SHELL_ON_A_SOCKET =
      new FdDup(
          START + 326_000_000L,
          WEB,
          SHELL,
          "dup2",
          4,
          0,
          new FdDup.Socket(new Endpoint("172.20.0.5", 40_002), new Endpoint("198.51.100.66", 4444)),
          0);

  static final FdDup PLAIN_DUP =
      new FdDup(START + 326_000_001L, WEB, SHELL, "dup", 1, -1, null, -24);

  static final ProcTrace ATTACHES =
      new ProcTrace(
          START + 327_000_000L, WEB, SHELL, "ptrace", 16, new ProcessRef(4700, START), "sshd", 0);

  static final ProcControl RENAMES_ITSELF =
      new ProcControl(START + 328_000_000L, WEB, SHELL, "prctl", 15, 0, "kworker/0:1", 0);

  static final NsChange ENTERS_A_NAMESPACE =
      new NsChange(START + 329_000_000L, WEB, SHELL, "setns", 0x20000, 0);

  static final CredChange BECOMES_ROOT =
      new CredChange(START + 330_000_000L, WEB, SHELL, "setuid", 33, 33, 0, 33, 0, 0xa80425fbL, 0);

  static final SignalKill KILLS =
      new SignalKill(
          START + 331_000_000L, WEB, SHELL, "kill", 9, new ProcessRef(-4711, 0), null, -1);

  static final FsMount MOUNTS =
      new FsMount(
          START + 332_000_000L, WEB, SHELL, "mount", "/dev/sda1", "/mnt", "ext4", 0x1001, 0);

  static final KernelModule LOADS_A_MODULE =
      new KernelModule(
          START + 333_000_000L, WEB, SHELL, "finit_module", "rootkit", "/tmp/rootkit.ko", 0);

  static final KernelCall RING =
      new KernelCall(START + 334_000_000L, WEB, SHELL, "io_uring_setup", List.of(32L, -1L), -1);

  static final BpfLoad LOADS_A_PROGRAM =
      new BpfLoad(START + 335_000_000L, WEB, SHELL, "bpf", 5, 2, 7);

  static final MemFileless MAKES_A_FILE_IN_MEMORY =
      new MemFileless(START + 336_000_000L, WEB, SHELL, "memfd_create", "x", 3, 6);

  static final ContainerStats USES =
      new ContainerStats(
          START + 337_000_000L,
          WEB,
          5_000_000_000L,
          12.345,
          7_000_000L,
          100L << 20,
          512L << 20,
          12,
          100,
          4096,
          -1,
          -1,
          5_000,
          1,
          2);

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

  /** What the first minor versions had. */
  static final List<Event> FIRST_STORY =
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

  /** What came with minor version 2: system calls, figures, more of a process. */
  static final List<Event> SECOND_STORY =
      List.of(
          SHELL_WITH_MORE,
          READS_SHADOW,
          MAY_NOT_CREATE,
          SETS_USER_ID,
          RENAMES,
          ACCEPTS,
          LISTENS,
          ASKS_FOR_A_NAME,
          GETS_A_DATAGRAM,
          PACKET_SOCKET,
          SHELL_ON_A_SOCKET,
          PLAIN_DUP,
          ATTACHES,
          RENAMES_ITSELF,
          ENTERS_A_NAMESPACE,
          BECOMES_ROOT,
          KILLS,
          MOUNTS,
          LOADS_A_MODULE,
          RING,
          LOADS_A_PROGRAM,
          MAKES_A_FILE_IN_MEMORY,
          USES);

  /** What batches of minor version 2 could tell. */
  static final List<Event> STORY_OF_MINOR_2 =
      Stream.concat(FIRST_STORY.stream(), SECOND_STORY.stream()).toList();

  /**
   * What came with minor version 3: names of destinations, who began a flow, and lines that belong
   * together.
   */
  static final List<Event> THIRD_STORY = List.of(CONNECT_BY_NAME, ANSWERS, STACK_TRACE);

  /** What batches of minor version 3 could tell. */
  static final List<Event> STORY_OF_MINOR_3 =
      Stream.concat(STORY_OF_MINOR_2.stream(), THIRD_STORY.stream()).toList();

  /**
   * What came with minor version 4: what was received, the program's file, the processes above the
   * parent, and names of the other ends of calls.
   */
  static final List<Event> FOURTH_STORY =
      List.of(
          DOWNLOADS,
          NEW_PROGRAM,
          new ProcessExit(START + 720_000_001L, WEB, NEW_PROGRAM.process(), 0, 9),
          new NetConnect(
              START + 720_000_002L,
              WEB,
              NEW_PROGRAM.process(),
              Protocol.UDP,
              new Endpoint("172.20.0.5", 40_001),
              new Endpoint("203.0.113.9", 443),
              null),
          ACCEPTS_BY_NAME,
          SENDS_BY_NAME);

  /** What batches of minor version 4 could tell. */
  static final List<Event> STORY_OF_MINOR_4 =
      Stream.concat(STORY_OF_MINOR_3.stream(), FOURTH_STORY.stream()).toList();

  /** What came with minor version 5: names of users and groups. */
  static final List<Event> FIFTH_STORY =
      List.of(
          new ProcessExec(START + 730_000_000L, WEB, NAMED_SHELL),
          new ProcessExit(START + 730_000_001L, WEB, NAMED_SHELL, 1, 0),
          new ProcControl(
              START + 730_000_002L,
              WEB,
              ROOT_WITHIN,
              RENAMES_ITSELF.call(),
              RENAMES_ITSELF.option(),
              RENAMES_ITSELF.value(),
              RENAMES_ITSELF.text(),
              RENAMES_ITSELF.result()));

  /** One of each kind, and one that has nothing that can be absent. */
  static final List<Event> STORY =
      Stream.concat(STORY_OF_MINOR_4.stream(), FIFTH_STORY.stream()).toList();

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
