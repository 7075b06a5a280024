package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Evidence of a container of the real engine in which an intruder is at work: a shell on a socket,
 * a program that listens, an open file, a changed program, one whose file is deleted.
 */
class EvidenceIT {
  private static final Duration WAIT = Duration.ofSeconds(40);

  /** On a machine that is busy with other tests what is read must not depend on the time. */
  private static final String PATIENT = "responder.evidence-delay: 5s\n";

  private static final AtomicLong SEQUENCE = new AtomicLong(1_000_000);
  private static final String INTRUSION =
      """
      cp /bin/busybox /tmp/busybox-x && chmod 755 /tmp/busybox-x
      cp /bin/busybox /tmp/busybox-gone && chmod 755 /tmp/busybox-gone
      export API_TOKEN=topsecret LD_PRELOAD=
      /tmp/busybox-x nc -l -p 4444 &
      /tmp/busybox-gone sleep 600 &
      until test "$(readlink /proc/$!/exe)" = /tmp/busybox-gone; do sleep 0.01; done
      rm /tmp/busybox-gone
      sleep 601 3> /tmp/loot &
      mknod /tmp/pipe p
      ln -s /etc/shadow /tmp/link
      echo the intruder was here > /proc/1/fd/1
      exec /bin/sh -c 'sleep 602; echo --password=hunter2'
      """;

  private static final String ADDRESS = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";

  @TempDir Path folder;
  private final Docker docker = new Docker("evidence-it-");
  private String victim = "";

  @BeforeEach
  void intrude() {
    victim =
        docker.sleeping(
            "victim", "--network", "none", "--env", "DB_PASSWORD=s3cret", "--env", "COLOUR=red");
    Docker.docker("exec", "-d", victim, "sh", "-c", INTRUSION);
    // The script's own arguments hold all these words, until it gives way to its last program.
    await().atMost(WAIT).until(() -> pidOf("mknod").isEmpty() && pidOf("sleep 602").isPresent());
    await()
        .atMost(WAIT)
        .until(() ->
            pidOf("busybox-x nc -l").isPresent()
                && pidOf("busybox-gone sleep 600").isPresent()
                && pidOf("sleep 601").isPresent());
  }

  @AfterEach
  void remove() {
    docker.close();
  }

  private Optional<Integer> pidOf(String words) {
    return Docker.docker("top", victim, "-eo", "pid,args")
        .lines()
        .filter(line -> line.contains(words))
        .map(line -> Integer.valueOf(line.strip().split(" ", 2)[0]))
        .findFirst();
  }

  /** An alert that the shell caused. */
  private byte[] alert(LiveResponder live) throws IOException {
    int pid = pidOf("sleep 602").orElseThrow();
    HostProc proc = new HostProc();
    Clock clock = Clock.systemUTC();
    long started = proc.bootTime(clock) + proc.startTicks(pid) * HostProc.TICK;
    ProcessInfo process = ProcessInfo.unknown(new ProcessRef(pid, started));
    long now = Nanos.now(clock);
    EventId id = new EventId(TestAlerts.HOST, 1, SEQUENCE.getAndIncrement(), 0);
    ContainerId container = docker.id(victim);
    Observed cause =
        new Observed(
            id,
            new ProcessExec(
                now, live.engine.inspect(container).orElseThrow().container(), process));
    return AlertJson.write(
        new Alert(
            Alert.idOf(TestAlerts.SHELL, List.of(), id),
            new Alert.RuleInfo(
                TestAlerts.SHELL, "", Priority.WARNING, List.of("shell"), "leukocyte.yaml"),
            TestAlerts.SHELL,
            TestAlerts.SHELL,
            List.of(),
            cause,
            new TreeMap<>(),
            null,
            "bundle"));
  }

  private List<EvidenceManifest> evidence(LiveResponder live) {
    return EvidenceArchive.list(live.data());
  }

  private EvidenceManifest awaitEvidence(LiveResponder live, Predicate<EvidenceManifest> wanted) {
    return await()
        .atMost(WAIT)
        .until(() -> evidence(live), all -> all.size() == 1 && wanted.test(all.getFirst()))
        .getFirst();
  }

  /** Whether the evidence of a change and a snapshot has come to its end, whatever that is. */
  private static boolean isTaken(EvidenceManifest manifest) {
    return manifest.actions().size() == 2
        && !"the snapshot is being taken".equals(manifest.incomplete());
  }

  private JsonNode json(LiveResponder live, EvidenceManifest manifest, String name) {
    try {
      return JournalLines.MAPPER.readTree(Files.readString(path(live, manifest).resolve(name)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path path(LiveResponder live, EvidenceManifest manifest) throws IOException {
    try (Stream<Path> all = Files.list(live.data().resolve("evidence"))) {
      return all.filter(p -> p.toString().endsWith(manifest.id())).findFirst().orElseThrow();
    }
  }

  private static JsonNode only(JsonNode array, Predicate<JsonNode> which) {
    List<JsonNode> found = new ArrayList<>();
    array.forEach(node -> {
      if (which.test(node)) {
        found.add(node);
      }
    });
    assertThat(found).hasSize(1);
    return found.getFirst();
  }

  private static Predicate<JsonNode> runs(String words) {
    return node -> {
      StringBuilder args = new StringBuilder();
      node.path("args").forEach(arg -> args.append(arg.asText()).append(' '));
      return args.toString().contains(words);
    };
  }

  @Test
  void aSnapshotTellsWhatTheIntruderDid() throws Exception {
    try (LiveResponder live =
        new LiveResponder(folder, "[quarantine: {for: 15m}, snapshot]", PATIENT)) {
      live.responder.alert(alert(live));
      EvidenceManifest manifest = awaitEvidence(live, EvidenceIT::isTaken);
      assertThat(manifest.incomplete()).isNull();
      assertThat(manifest.policy()).isEqualTo("test");
      assertThat(manifest.rule()).isEqualTo(TestAlerts.SHELL);
      assertThat(manifest.container()).isEqualTo(docker.id(victim).value());
      assertThat(manifest.image()).startsWith("sha256:");
      assertThat(manifest.volatilePart())
          .isNotNull()
          .satisfies(part -> {
            assertThat(part.micros()).isPositive();
            assertThat(part.deadline()).isEqualTo(5_000);
          });
      assertThat(EvidenceArchive.show(live.data(), manifest.id()).isIntact()).isTrue();
      assertProcesses(live, manifest);
      assertSocketsAndFiles(live, manifest);
      assertPrograms(live, manifest);
      assertMasked(live, manifest);
    }
  }

  private void assertProcesses(LiveResponder live, EvidenceManifest manifest) {
    JsonNode processes = json(live, manifest, "processes.json");
    JsonNode shell = only(processes, runs("sleep 602; echo"));
    assertThat(shell.path("cause").asBoolean()).isTrue();
    assertThat(shell.path("executable").asText()).isEqualTo("/bin/busybox");
    assertThat(shell.path("uid").path("effective").asInt(-1)).isZero();
    assertThat(shell.path("capabilities").path("effective").toString()).contains("CAP_NET_RAW");
    assertThat(shell.path("working_directory").asText()).isEqualTo("/");
    assertThat(shell.path("namespaces").path("net").asText()).startsWith("net:[");
    assertThat(shell.path("environment").toString()).contains("API_TOKEN", "LD_PRELOAD");
    JsonNode gone = only(processes, runs("/tmp/busybox-gone"));
    assertThat(gone.path("executable").asText()).isEqualTo("/tmp/busybox-gone");
    assertThat(gone.path("executable_deleted").asBoolean()).isTrue();
    assertThat(gone.path("parent").asInt()).isEqualTo(shell.path("pid").asInt());
  }

  private void assertSocketsAndFiles(LiveResponder live, EvidenceManifest manifest) {
    JsonNode listener = only(json(live, manifest, "processes.json"), runs("nc -l"));
    JsonNode socket =
        only(
            json(live, manifest, "sockets.json"),
            s -> s.path("state").asText().equals("listen") && s.has("local"));
    assertThat(socket.path("local").asText()).endsWith(":4444");
    assertThat(socket.path("pids").toString()).isEqualTo("[" + listener.path("pid") + "]");
    JsonNode loot =
        only(
            json(live, manifest, "files.json"), f -> f.path("target").asText().equals("/tmp/loot"));
    assertThat(loot.path("fd").asInt()).isEqualTo(3);
    assertThat(manifest.files())
        .extracting(EvidenceManifest.EvidenceFile::name)
        .contains("memory-map.txt", "log.json", "inspect.json");
  }

  private void assertPrograms(LiveResponder live, EvidenceManifest manifest) throws IOException {
    String busybox = Docker.docker("exec", victim, "sha256sum", "/bin/busybox").split(" ", 2)[0];
    JsonNode changes = json(live, manifest, "changes.json");
    JsonNode x = only(changes, c -> c.path("path").asText().equals("/tmp/busybox-x"));
    assertThat(x.path("kind").asText()).isEqualTo("added");
    assertThat(x.path("mode").asText()).isEqualTo("0755");
    assertThat(x.path("sha256").asText()).isEqualTo(busybox);
    assertThat(EvidenceFolder.hash(path(live, manifest).resolve(x.path("copy").asText())))
        .isEqualTo(busybox);
    JsonNode gone =
        only(
            json(live, manifest, "programs.json"),
            p -> p.path("path").asText().equals("/tmp/busybox-gone (deleted)"));
    assertThat(gone.path("sha256").asText()).isEqualTo(busybox);
    Path copy = path(live, manifest).resolve(gone.path("copy").asText());
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(copy)))
        .isEqualTo("rw-------");
    JsonNode link = only(changes, c -> c.path("path").asText().equals("/tmp/link"));
    assertThat(link.path("type").asText()).isEqualTo("link");
    assertThat(link.path("target").asText()).isEqualTo("/etc/shadow");
    assertThat(link.has("sha256")).isFalse();
  }

  private void assertMasked(LiveResponder live, EvidenceManifest manifest) throws IOException {
    String inspect = json(live, manifest, "inspect.json").toString();
    assertThat(inspect).contains("COLOUR=red").contains("DB_PASSWORD=***");
    assertThat(json(live, manifest, "log.json").toString()).contains("the intruder was here");
    try (Stream<Path> files = Files.list(path(live, manifest))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
        assertThat(Files.readString(file)).doesNotContain("s3cret", "topsecret", "hunter2");
      }
    }
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path(live, manifest))))
        .isEqualTo("rwx------");
  }

  @Test
  void whatIsVolatileIsTakenBeforeAKillWithoutASnapshot() throws Exception {
    try (LiveResponder live = new LiveResponder(folder, "[kill: {}]", PATIENT)) {
      live.responder.alert(alert(live));
      EvidenceManifest manifest = awaitEvidence(live, m -> m.volatilePart() != null);
      await()
          .atMost(WAIT)
          .until(() -> docker.inspect(victim, "{{.State.Status}}").equals("exited"));
      assertThat(only(json(live, manifest, "processes.json"), runs("/tmp/busybox-gone")))
          .isNotNull();
      assertThat(manifest.files())
          .extracting(EvidenceManifest.EvidenceFile::name)
          .containsExactlyInAnyOrder(
              "processes.json", "sockets.json", "files.json", "memory-map.txt");
    }
  }

  @Test
  void evidenceOfAPausedContainerIsTakenToo() throws Exception {
    try (LiveResponder live = new LiveResponder(folder, "[pause: {}, snapshot]", PATIENT)) {
      live.responder.alert(alert(live));
      EvidenceManifest manifest = awaitEvidence(live, EvidenceIT::isTaken);
      assertThat(manifest.incomplete()).isNull();
      only(
          json(live, manifest, "changes.json"),
          c -> c.path("path").asText().equals("/tmp/busybox-x"));
    }
  }

  @Test
  void packetsAreRecordedInTheContainersNetworkBesideWhatFollows() throws Exception {
    String network = docker.network("net", "fd00:1ee7:52::/64");
    String web = docker.run("web", "--network", network);
    String peer = docker.run("peer", "--network", network);
    await().atMost(WAIT).until(() -> docker.reaches(peer, web));
    try (LiveResponder live =
        new LiveResponder(
            folder,
            "[snapshot: {capture: {for: 6s, bytes: 1MB}}, throttle: {pids: 500}]",
            PATIENT)) {
      live.shellIn(docker.id(web));
      live.awaitInForce(1);
      EvidenceManifest begun = evidence(live).getFirst();
      assertThat(begun.incomplete()).as("the throttle did not wait for it").contains("packets");
      assertThat(docker.reaches(peer, docker.inspect(web, ADDRESS))).isTrue();
      assertThat(docker.reaches(web, "[::1]")).isTrue();

      EvidenceManifest manifest = awaitEvidence(live, m -> m.incomplete() == null);
      EvidenceArchive.Report report = EvidenceArchive.show(live.data(), manifest.id());
      assertThat(report.faults()).isEmpty();
      assertThat(manifest.missing()).extracting(Missing::what).doesNotContain("packets");
      List<Recorded> packets = packets(report.folder().resolve("packets.pcap"));
      String peer4 = docker.inspect(peer, ADDRESS);
      assertThat(packets)
          .as("a request out of the peer, at the interface")
          .anyMatch(p ->
              p.hardware() == 1 && p.text().contains("GET / HTTP/1.1") && p.from().equals(peer4));
      assertThat(packets)
          .as("its answer")
          .anyMatch(p -> p.hardware() == 1 && p.way() == 4 && p.text().contains("hello"));
      assertThat(packets)
          .as("a request at loopback, once")
          .filteredOn(p -> p.hardware() == 772 && p.text().contains("GET / HTTP/1.1"))
          .hasSize(1);
      assertThat(live.releaseOwn()).allMatch(Released::released);
    }
  }

  /** A packet in a file of packets. */
  private record Recorded(int hardware, int way, String from, String text) {}

  private static List<Recorded> packets(Path file) throws IOException {
    ByteBuffer all = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    assertThat(all.getInt()).isEqualTo(0xa1b23c4d);
    assertThat(all.getInt(20)).as("the link type").isEqualTo(276);
    all.position(24);
    List<Recorded> packets = new ArrayList<>();
    while (all.hasRemaining()) {
      long seconds = all.getInt();
      assertThat(Instant.ofEpochSecond(seconds))
          .isBetween(Instant.now().minusSeconds(120), Instant.now());
      all.getInt();
      byte[] packet = new byte[all.getInt()];
      assertThat(all.getInt()).as("nothing of it is cut").isEqualTo(packet.length);
      all.get(packet);
      ByteBuffer header = ByteBuffer.wrap(packet);
      String from =
          header.getShort(0) == 0x0800
              ? InetAddress.getByAddress(Arrays.copyOfRange(packet, 32, 36)).getHostAddress()
              : "";
      packets.add(
          new Recorded(
              header.getShort(8),
              packet[10],
              from,
              new String(packet, StandardCharsets.ISO_8859_1)));
    }
    return packets;
  }

  @Test
  void anImageOfTheContainerIsEvidence() throws Exception {
    try (LiveResponder live = new LiveResponder(folder, "[snapshot: {commit: true}]", PATIENT)) {
      live.responder.alert(alert(live));
      EvidenceManifest manifest =
          awaitEvidence(live, m -> m.committed() != null && m.incomplete() == null);
      String image = "leuko/evidence:" + manifest.id();
      try {
        assertThat(manifest.committed())
            .isEqualTo(new EvidenceManifest.Committed(image, docker.inspect(image, "{{.Id}}")));
        assertThat(docker.inspect(image, "{{index .Config.Labels \"io.leukocyte.evidence\"}}"))
            .isEqualTo(manifest.id());
        assertThat(docker.inspect(victim, "{{.State.Status}}")).isEqualTo("running");
        assertThat(Docker.docker("run", "--rm", "--network", "none", image, "ls", "/tmp/busybox-x"))
            .isEqualTo("/tmp/busybox-x");
      } finally {
        Docker.command(List.of("docker", "rmi", "-f", image));
      }
    }
  }

  @Test
  void processesAreFoundWithAndWithoutControlGroups() throws Exception {
    ContainerId id = docker.id(victim);
    int first = Integer.parseInt(docker.inspect(victim, "{{.State.Pid}}"));
    List<Integer> wanted =
        Docker.docker("top", victim, "-eo", "pid")
            .lines()
            .skip(1)
            .map(line -> Integer.valueOf(line.strip()))
            .sorted()
            .toList();
    assertThat(new HostProc().pids(id, first)).containsExactlyElementsOf(wanted);
    HostProc blind = new HostProc(Path.of("/proc"), folder);
    assertThat(blind.pids(id, first)).containsExactlyElementsOf(wanted);
  }

  @Test
  void aFullDiskIsSaidAndTheNextActionIsCarriedOut() throws Exception {
    Path data = Files.createDirectories(folder.resolve("d"));
    Path small = Files.createDirectories(data.resolve("evidence"));
    Docker.Answer mounted =
        Docker.command(List.of("mount", "-t", "tmpfs", "-o", "size=64k", "none", small.toString()));
    assertThat(mounted.worked()).as(mounted.output()).isTrue();
    try (LiveResponder live = new LiveResponder(folder, "[snapshot, kill: {}]", PATIENT)) {
      live.responder.alert(alert(live));
      await()
          .atMost(WAIT)
          .until(() -> docker.inspect(victim, "{{.State.Status}}").equals("exited"));
      assertThat(live.responder.check())
          .filteredOn(c -> c.name().equals("evidence"))
          .singleElement()
          .asString()
          .contains("No space left on device", "make room");
    } finally {
      Docker.command(List.of("umount", small.toString()));
    }
  }
}
