package io.leukocyte.collector;

import static io.leukocyte.collector.TestBatches.EPOCH;
import static io.leukocyte.collector.TestBatches.flows;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.Spool.Outcome;
import io.leukocyte.events.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
  private static final long MEBIBYTE = 1 << 20;

  @TempDir private Path data;
  private final FaultyDisk disk = new FaultyDisk();
  private final List<Map<Kind, Long>> damages = new ArrayList<>();
  private final Set<Path> torn = new HashSet<>();
  private final Map<Kind, Long> inherited = new EnumMap<>(Kind.class);

  private final Spool.Listener listener =
      new Spool.Listener() {
        @Override
        public void inherited(Map<Kind, Long> counts) {
          inherited.clear();
          inherited.putAll(counts);
        }

        @Override
        public void damaged(Map<Kind, Long> counts, long from, long to) {
          damages.add(counts);
        }
      };

  private Spool open(Path folder, long bytes) {
    Spool spool = new Spool(folder, new Spool.Limits(bytes, 0), disk, listener);
    spool.open();
    return spool;
  }

  private Path folder() {
    return data.resolve("spool");
  }

  /** Writes batches of one flow each, numbered as they are. */
  private Spool written(int count) {
    Spool spool = open(folder(), MEBIBYTE);
    for (int i = 0; i < count; i++) {
      assertThat(spool.append(flows(EPOCH, i, i, 1), false)).isInstanceOf(Outcome.Kept.class);
    }
    return spool;
  }

  private static List<Long> sequences(Spool spool) {
    List<Long> sequences = new ArrayList<>();
    for (Spool.Taken t = spool.take(); t != null; t = spool.take()) {
      assertThat(TestBatches.id(t.bytes()))
          .containsExactly(t.header().epoch(), t.header().sequence());
      sequences.add(t.header().sequence());
    }
    return sequences;
  }

  private static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }

  private List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> SpoolSegment.numberOf(f) >= 0).sorted().toList();
    }
  }

  @Test
  void nothingIsWrittenBeforeTheFirstBatch() {
    try (Spool spool = open(folder(), MEBIBYTE)) {
      assertThat(spool.hasUnread()).isFalse();
      assertThat(spool.take()).isNull();
      assertThat(folder()).doesNotExist();
    }
  }

  @Test
  void whatAKilledProcessHadWrittenIsReadInOrderByTheNext() {
    Spool killed = written(50);
    assertThat(killed.bytes()).isPositive();
    try (Spool next = open(folder(), MEBIBYTE)) {
      assertThat(inherited).containsExactly(Map.entry(Kind.NET_FLOW, 50L));
      assertThat(next.append(flows(EPOCH + 1, 50, 50, 1), false)).isInstanceOf(Outcome.Kept.class);
      assertThat(sequences(next)).isEqualTo(upTo(51));
      assertThat(damages).isEmpty();
    }
  }

  @Test
  void deliveredSegmentsAreDeletedAndNothingIsRepeatedOnceThatIsSaved() throws IOException {
    Spool first = open(folder(), MEBIBYTE);
    for (int i = 0; i < 2000; i++) {
      first.append(flows(EPOCH, i, i, 1), false);
    }
    int segments = first.segments();
    assertThat(segments).isGreaterThan(2);
    for (int i = 0; i < 1500; i++) {
      first.delivered(Objects.requireNonNull(first.take()).end());
    }
    assertThat(files(folder())).hasSizeLessThan(segments);
    first.save();
    try (Spool next = open(folder(), MEBIBYTE)) {
      assertThat(inherited).containsExactly(Map.entry(Kind.NET_FLOW, 500L));
      assertThat(sequences(next)).isEqualTo(LongStream.range(1500, 2000).boxed().toList());
      next.delivered(next.readTo());
      assertThat(files(folder())).isEmpty();
      assertThat(next.bytes()).isZero();
    }
    try (Spool last = open(folder(), MEBIBYTE)) {
      last.append(flows(EPOCH, 7, 7, 1), false);
      assertThat(sequences(last)).containsExactly(7L);
    }
  }

  @Test
  void aTailThatIsTornAtAnyByteIsLeftOutAndIsNoDamage() throws IOException {
    written(4).close();
    Path file = files(folder()).getFirst();
    long before = Files.size(file);
    Spool spool = open(folder(), MEBIBYTE);
    spool.close();
    damages.clear();
    byte[] whole = withOneMore(file);
    for (int cut = (int) before; cut < whole.length; cut++) {
      Path copy = Files.createDirectories(data.resolve("cut-" + cut));
      Files.write(copy.resolve(file.getFileName()), Arrays.copyOf(whole, cut));
      try (Spool torn = open(copy, MEBIBYTE)) {
        assertThat(sequences(torn)).as("cut at %d", cut).isEqualTo(upTo(4));
      }
    }
    assertThat(damages).isEmpty();
  }

  /** The bytes of a segment of four records, and a fifth. */
  private byte[] withOneMore(Path file) throws IOException {
    Path other = data.resolve("five");
    Files.createDirectories(other);
    Spool five = open(other, MEBIBYTE);
    for (int i = 0; i < 5; i++) {
      five.append(flows(EPOCH, i, i, 1), false);
    }
    five.close();
    byte[] bytes = Files.readAllBytes(files(other).getFirst());
    assertThat(bytes.length).isGreaterThan((int) Files.size(file));
    return bytes;
  }

  @Test
  void aFlippedBitCostsItsRecordAloneAndIsCounted() throws IOException {
    written(6).close();
    Path file = files(folder()).getFirst();
    byte[] whole = Files.readAllBytes(file);
    int record = (whole.length - SpoolSegment.HEADER) / 6;
    Random random = new Random(3);
    for (int round = 0; round < 150; round++) {
      int at = SpoolSegment.HEADER + random.nextInt(whole.length - SpoolSegment.HEADER);
      byte[] bytes = whole.clone();
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Path copy = Files.createDirectories(data.resolve("flip-" + round));
      Files.write(copy.resolve(file.getFileName()), bytes);
      damages.clear();
      try (Spool flipped = open(copy, MEBIBYTE)) {
        List<Long> expected = new ArrayList<>(upTo(6));
        expected.remove((at - SpoolSegment.HEADER) / record);
        assertThat(sequences(flipped)).as("byte %d", at).isEqualTo(expected);
        flipped.delivered(flipped.readTo());
        assertThat(files(copy)).isEmpty();
      }
      boolean inHeader = (at - SpoolSegment.HEADER) % record < record - bodyLength();
      assertThat(damages)
          .as("byte %d", at)
          .isEqualTo(List.of(inHeader ? Map.of() : Map.of(Kind.NET_FLOW, 1L)));
    }
  }

  private static int bodyLength() {
    return flows(EPOCH, 0, 0, 1).bytes().length;
  }

  @Test
  void damageAfterItWasWrittenIsCountedByKindThoughTheHeaderIsGone() throws IOException {
    Spool spool = written(3);
    Path file = files(folder()).getFirst();
    byte[] bytes = Files.readAllBytes(file);
    int record = (bytes.length - SpoolSegment.HEADER) / 3;
    bytes[SpoolSegment.HEADER + record + 20] ^= 1;
    Files.write(file, bytes);
    assertThat(sequences(spool)).containsExactly(0L, 2L);
    assertThat(damages).containsExactly(Map.of(Kind.NET_FLOW, 1L));
    spool.close();
  }

  @Test
  void segmentsThatCannotBeReadAreSetAsideAndSaid() throws IOException {
    written(3).close();
    Path file = files(folder()).getFirst();
    byte[] bytes = Files.readAllBytes(file);
    Path damaged = folder().resolve("000000000002.spool");
    Path empty = folder().resolve("000000000003.spool");
    byte[] flipped = bytes.clone();
    flipped[9] ^= 4;
    Files.write(damaged, flipped);
    Files.write(empty, new byte[7]);
    try (Spool next = open(folder(), MEBIBYTE)) {
      assertThat(sequences(next)).isEqualTo(upTo(3));
      assertThat(damages).containsExactly(Map.of());
      assertThat(folder().resolve("000000000002.spool.unreadable")).exists();
      assertThat(empty).doesNotExist();
      assertThat(next.append(flows(EPOCH, 3, 3, 1), false)).isInstanceOf(Outcome.Kept.class);
      assertThat(files(folder())).contains(folder().resolve("000000000004.spool"));
    }
  }

  @Test
  void theBoundRefusesTheNewestUntilThereIsRoomAgain() {
    try (Spool spool = open(folder(), 64 << 10)) {
      long accepted = 0;
      while (spool.append(flows(EPOCH, accepted, accepted, 20), false) instanceof Outcome.Kept) {
        accepted++;
      }
      assertThat(spool.bytes()).isBetween(48L << 10, 64L << 10);
      assertThat(spool.append(flows(EPOCH, accepted, 0, 20), false))
          .isInstanceOfSatisfying(
              Outcome.Refused.class, r -> assertThat(r.reason()).isEqualTo("spool-full"));
      assertThat(sequences(spool)).isEqualTo(upTo(accepted));
      spool.delivered(spool.readTo());
      assertThat(spool.append(flows(EPOCH, accepted, 0, 20), false))
          .isInstanceOf(Outcome.Kept.class);
    }
  }

  @Test
  void aDiskThatFillsUpInTheMiddleOfARecordTakesNothingAndThenGoesOn() {
    int record = flows(EPOCH, 0, 0, 1).bytes().length;
    for (int left = 0; left < record + 100; left += 7) {
      Path folder = data.resolve("left-" + left);
      Spool spool = open(folder, MEBIBYTE);
      spool.append(flows(EPOCH, 0, 0, 1), false);
      disk.leave(left);
      Outcome second = spool.append(flows(EPOCH, 1, 1, 1), false);
      disk.repair();
      long expected = second instanceof Outcome.Kept ? 1 : 0;
      if (second instanceof Outcome.Refused refused) {
        assertThat(refused.reason()).isEqualTo("disk-full");
        assertThat(refused.problem()).contains(folder.toString());
      }
      spool.append(flows(EPOCH, expected + 1, 1, 1), false);
      try (Spool next = open(folder, MEBIBYTE)) {
        assertThat(sequences(next)).as("%d left", left).isEqualTo(upTo(expected + 2));
      }
    }
    assertThat(damages).isEmpty();
  }

  @Test
  void anotherProblemOfTheDiskIsNamed() {
    try (Spool spool = open(folder(), MEBIBYTE)) {
      disk.breakDown();
      assertThat(spool.append(flows(EPOCH, 0, 0, 1), false))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              r -> {
                assertThat(r.reason()).isEqualTo("disk-failed");
                assertThat(r.problem()).contains("Input/output error");
              });
    }
  }

  @Test
  void roomOnTheDiskIsLeftToOthers() {
    Spool.Limits limits = new Spool.Limits(MEBIBYTE, Long.MAX_VALUE / 2);
    try (Spool spool = new Spool(folder(), limits, Disk.REAL, listener)) {
      spool.open();
      assertThat(spool.append(flows(EPOCH, 0, 0, 1), false))
          .isInstanceOfSatisfying(
              Outcome.Refused.class,
              r -> {
                assertThat(r.reason()).isEqualTo("disk-full");
                assertThat(r.todo()).contains("collector.spool-keep-free");
              });
    }
  }

  /**
   * Appends, reads, deliveries and kills by chance, with a torn record after some kills: all that
   * was accepted comes, in order; only what was delivered since the last save comes again.
   */
  @Test
  void byChanceNothingIsLostAndLittleIsRepeated() throws IOException {
    for (int seed = 0; seed < 25; seed++) {
      run(new Random(seed), data.resolve("run-" + seed));
    }
    assertThat(damages).isEmpty();
  }

  private void run(Random random, Path folder) throws IOException {
    Spool spool = open(folder, 256 << 10);
    long accepted = 0;
    long taken = 0;
    long saved = 0;
    Spool.Taken last = null;
    for (int step = 0; step < 300; step++) {
      switch (random.nextInt(10)) {
        case 0, 1, 2, 3, 4 -> {
          Batch batch = flows(EPOCH, accepted, accepted, 1 + random.nextInt(100));
          accepted += spool.append(batch, false) instanceof Outcome.Kept ? 1 : 0;
        }
        case 5, 6, 7 -> {
          Spool.Taken next = spool.take();
          if (next != null) {
            assertThat(next.header().sequence()).isEqualTo(taken);
            taken++;
            last = next;
          }
        }
        case 8 -> {
          if (last != null) {
            spool.delivered(last.end());
            spool.save();
            saved = taken;
          }
        }
        default -> {
          tear(random, folder);
          spool = open(folder, 256 << 10);
          last = null;
          taken = saved;
        }
      }
    }
    spool.close();
    try (Spool end = open(folder, 256 << 10)) {
      assertThat(sequences(end)).isEqualTo(LongStream.range(saved, accepted).boxed().toList());
    }
  }

  /** As if the process was killed while it wrote one more record. */
  private void tear(Random random, Path folder) throws IOException {
    List<Path> files = Files.isDirectory(folder) ? files(folder) : List.of();
    if (files.isEmpty() || random.nextBoolean() || !torn.add(files.getLast())) {
      return;
    }
    Path copy = data.resolve("torn");
    Files.createDirectories(copy);
    Path file = files.getLast();
    byte[] bytes = Files.readAllBytes(file);
    ByteBuffer record = SpoolRecord.encode(flows(EPOCH, 9999, 0, 3), saltOf(bytes));
    byte[] more = Arrays.copyOf(bytes, bytes.length + random.nextInt(record.limit()));
    record.get(more, bytes.length, more.length - bytes.length);
    Files.write(copy.resolve("file"), more);
    Files.move(copy.resolve("file"), file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static long saltOf(byte[] segment) {
    return ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN).getLong(8);
  }
}
