package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.ContainerId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Packets and images as evidence, without a kernel and a real engine. */
class RecordingTest {
  private static final Duration WAIT = Duration.ofSeconds(30);
  private static final byte[] HELLO = "hello".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path folder;

  private Ward ward(String actions) {
    return new Ward(folder)
        .policies(
            "- policy: p\n  match: {tags: [shell]}\n  actions: "
                + actions
                + "\n  guard: {mode: enforce}\n");
  }

  private static PacketSource.Packet packet(byte[] payload) {
    return new PacketSource.Packet(
        (short) 0x0800,
        2,
        1,
        4,
        6,
        new byte[] {2, 3, 4, 5, 6, 7, 0, 0},
        payload.length,
        ByteBuffer.wrap(payload));
  }

  /** So many packets, then none. */
  private static final class Packets implements PacketSource {
    private final AtomicInteger left;
    private final byte[] payload;
    private final long dropped;

    Packets(int count, byte[] payload, long dropped) {
      left = new AtomicInteger(count);
      this.payload = payload;
      this.dropped = dropped;
    }

    @Override
    public @Nullable Packet next() {
      return left.getAndDecrement() > 0 ? packet(payload) : null;
    }

    @Override
    public long dropped() {
      return dropped;
    }

    @Override
    public void close() {}
  }

  private EvidenceManifest awaitManifest() {
    return await()
        .atMost(WAIT)
        .until(
            () -> EvidenceArchive.list(folder),
            all -> all.size() == 1 && all.getFirst().incomplete() == null)
        .getFirst();
  }

  // ---- the form ----

  @Test
  void packetsAreWrittenAsReadersOfPcapExpectThem() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PcapFile pcap = new PcapFile(out, 24 + 16 + 20 + 5);
    assertThat(pcap.write(packet(HELLO), 1_700_000_000_000_000_007L)).isTrue();
    assertThat(pcap.write(packet(HELLO), 1)).as("a second does not fit").isFalse();
    String written = HexFormat.of().formatHex(out.toByteArray());
    assertThat(written)
        .isEqualTo(
            "4d3cb2a1"
                + "02000400"
                + "00000000"
                + "00000000"
                + "00000400"
                + "14010000" // file
                + "00f15365"
                + "07000000"
                + "19000000"
                + "19000000" // record
                + "0800"
                + "0000"
                + "00000002"
                + "0001"
                + "04"
                + "06"
                + "0203040506070000"
                + "68656c6c6f");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{capture: {for: 0s}} | out of bounds",
        "{capture: {for: 1h}} | out of bounds",
        "{capture: {bytes: 1kB}} | bytes in capture is '1kB': out of bounds",
        "{capture: {bytes: many}} | not an amount of bytes",
        "{capture: 10s} | capture must be a mapping",
        "{capture: {size: 5MB}} | unknown key 'size' in capture",
        "{commit: maybe} | neither true nor false",
        "{comit: true} | unknown key 'comit' in snapshot; did you mean 'commit'?",
      })
  void parametersThatMakeNoSenseAreProblems(String snapshot, String problem) {
    String yaml = "- policy: p\n  match: {rules: [r]}\n  actions:\n    - snapshot: " + snapshot;
    assertThat(PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of()).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.toString()).startsWith("p.yaml:4:").contains(problem));
  }

  @Test
  void parametersAreReadAndKept() {
    String yaml =
        "- policy: p\n  match: {rules: [r]}\n  actions:\n"
            + "    - snapshot: {capture: {for: 20s, bytes: 5MB}, commit: true}\n"
            + "    - snapshot: {capture: {}}\n";
    PolicySet.Loaded loaded = PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of());
    assertThat(loaded.problems()).isEmpty();
    List<Response> responses = loaded.policies().policies().getFirst().responses();
    assertThat(responses)
        .containsExactly(
            new Snapshot(
                Optional.of(new Snapshot.Capture(Duration.ofSeconds(20), 5_000_000)), true),
            new Snapshot(
                Optional.of(new Snapshot.Capture(Duration.ofSeconds(10), 5 << 20)), false));
    assertThat(responses)
        .allSatisfy(r -> assertThat(ResponseJson.read(ResponseJson.write(r))).isEqualTo(r));
  }

  // ---- packets ----

  @Test
  void packetsAreRecordedBesideWhatFollowsAndNamedWithTheirHash() throws Exception {
    try (Ward ward = ward("[snapshot: {capture: {for: 2s}}, pause: {}]")) {
      ward.packets = process -> new Packets(3, HELLO, 0);
      ContainerId web = ward.run("web");
      ward.shell(web);
      assertThat(ward.facts(web).state()).as("nothing waited for packets").isEqualTo("paused");
      assertThat(EvidenceArchive.list(folder).getFirst().incomplete())
          .isEqualTo("packets are being recorded");
      assertThat(
              EvidenceArchive.show(folder, EvidenceArchive.list(folder).getFirst().id()).faults())
          .isEmpty();

      EvidenceManifest manifest = awaitManifest();
      assertThat(EvidenceArchive.show(folder, manifest.id()).faults()).isEmpty();
      assertThat(manifest.missing()).extracting(Missing::what).doesNotContain("packets");
      assertThat(manifest.files())
          .filteredOn(f -> f.name().equals("packets.pcap"))
          .singleElement()
          .satisfies(f -> assertThat(f.bytes()).isEqualTo(24 + 3 * (16 + 20 + HELLO.length)));
    }
  }

  @Test
  void theBytesAreABoundAndWhatWasLostIsSaid() {
    try (Ward ward = ward("[snapshot: {capture: {for: 10m, bytes: 64KiB}}]")) {
      ward.packets = process -> new Packets(Integer.MAX_VALUE, new byte[1000], 7);
      ward.shell(ward.run("web"));
      EvidenceManifest manifest = awaitManifest();
      assertThat(manifest.files())
          .filteredOn(f -> f.name().equals("packets.pcap"))
          .singleElement()
          .satisfies(f -> assertThat(f.bytes()).isBetween(60_000L, 65_536L));
      assertThat(manifest.missing())
          .filteredOn(m -> m.what().equals("packets"))
          .extracting(Missing::why)
          .anyMatch(why -> why.contains("64KiB were full before 10m were over"))
          .contains("7 came faster than they could be written");
    }
  }

  @Test
  void whyNoPacketsWereRecordedIsSaidAndTheRestIsTaken() {
    try (Ward ward = ward("[snapshot: {capture: {}}]")) {
      ward.packets =
          process -> {
            throw new IOException("cannot open a packet socket: errno 1");
          };
      ward.shell(ward.run("web"));
      EvidenceManifest manifest = awaitManifest();
      assertThat(manifest.missing())
          .contains(Missing.all("packets", "cannot open a packet socket: errno 1"));
      assertThat(manifest.files())
          .extracting(EvidenceManifest.EvidenceFile::name)
          .contains("log.json")
          .doesNotContain("packets.pcap");
    }
  }

  @Test
  void theHostsPacketsAreNotRecorded() {
    try (Ward ward = ward("[snapshot: {capture: {}}]")) {
      ward.packets = process -> new Packets(3, HELLO, 0);
      ward.shell(ward.docker.run(ContainerSpec.of("web", "x:1").networkMode("host")));
      EvidenceManifest manifest = awaitManifest();
      assertThat(manifest.missing()).contains(Missing.all("packets", "it has the host's network"));
    }
  }

  @Test
  void whatWasRecordedWhenTheResponderDiedIsKeptAndSaidToBeCut() throws IOException {
    Ward ward = ward("[snapshot: {capture: {for: 10m}}]");
    CountDownLatch never = new CountDownLatch(1);
    AtomicInteger given = new AtomicInteger();
    ward.packets =
        process ->
            new PacketSource() {
              @Override
              public @Nullable Packet next() throws IOException {
                if (given.getAndIncrement() == 0) {
                  return packet(HELLO);
                }
                try {
                  never.await();
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                throw new IOException("it died");
              }

              @Override
              public long dropped() {
                return 0;
              }

              @Override
              public void close() {}
            };
    ward.shell(ward.run("web"));
    await().atMost(WAIT).until(() -> given.get() > 1);
    try (Ward next = ward.restarted()) {
      assertThat(next.desk.actions()).isEmpty();
      EvidenceManifest manifest = EvidenceArchive.list(folder).getFirst();
      assertThat(manifest.incomplete()).contains("the responder ended while it was taken");
      EvidenceArchive.Report report = EvidenceArchive.show(folder, manifest.id());
      assertThat(report.faults()).isEmpty();
      assertThat(Files.size(report.folder().resolve("packets.pcap")))
          .isEqualTo(24 + 16 + 20 + HELLO.length);
      assertThat(manifest.files())
          .extracting(EvidenceManifest.EvidenceFile::name)
          .contains("packets.pcap", "log.json");
    }
  }

  // ---- images ----

  @Test
  void anImageIsMadeNamedAndRemovedWithItsEvidence() {
    try (Ward ward = ward("[snapshot: {commit: true}]")) {
      ward.shell(ward.run("web"));
      EvidenceManifest first = awaitManifest();
      String name = "leuko/evidence:" + first.id();
      assertThat(first.committed())
          .isNotNull()
          .satisfies(image -> {
            assertThat(image.name()).isEqualTo(name);
            assertThat(image.id()).startsWith("sha256:");
          });
      assertThat(ward.docker.committed())
          .containsExactly(Map.entry(name, Map.of("io.leukocyte.evidence", first.id())));

      ward.policies(
          "- policy: q\n  match: {tags: [shell]}\n"
              + "  actions: [snapshot: {capture: {for: 1s, bytes: 8387000B}}]\n"
              + "  guard: {mode: enforce}\n");
      ward.packets = process -> new Packets(0, HELLO, 0);
      ward.clock.advance(Duration.ofSeconds(1));
      ward.shell(ward.run("shop")); // needs all the room there is
      await().atMost(WAIT).until(() -> ward.docker.committed().isEmpty());
      assertThat(EvidenceArchive.list(folder))
          .extracting(EvidenceManifest::id)
          .doesNotContain(first.id());
    }
  }
}
