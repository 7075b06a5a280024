package io.leukocyte.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLogReaderTest {
  private static final long BEGIN = 1_790_000_000_000_000_000L;

  @TempDir private Path folder;
  private Path log;
  private final byte[] buffer = new byte[JsonLogReader.BUFFER];
  private final List<JsonLogReader> readers = new ArrayList<>();

  @BeforeEach
  void begin() {
    log = folder.resolve("c-json.log");
  }

  @AfterEach
  void end() {
    readers.forEach(JsonLogReader::close);
  }

  private JsonLogReader reader(JsonLogRecorder recorder) {
    return reader(recorder, LogPlace.BEGIN, LogPlace.BEGIN);
  }

  private JsonLogReader reader(JsonLogRecorder recorder, LogPlace out, LogPlace err) {
    JsonLogReader reader = new JsonLogReader(log, false, out, err, recorder);
    readers.add(reader);
    return reader;
  }

  private JsonLogWriter writer(long maxSize, int maxFiles, boolean compress) {
    return new JsonLogWriter(log, maxSize, maxFiles, compress, BEGIN);
  }

  private void readAll(JsonLogReader reader) throws IOException {
    int got = reader.read(buffer);
    while (got > 0) {
      got = reader.read(buffer);
    }
  }

  private static List<String> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
  }

  private static void write(JsonLogWriter writer, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      writer.line(Stream.STDOUT, "line " + i);
    }
  }

  @Test
  void aLogThatIsNotThereYetIsReadOnceItIs() throws IOException {
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    assertThat(reader.read(buffer)).isZero();
    assertThat(reader.isOpen()).isFalse();
    write(writer(0, 1, false), 0, 3);
    readAll(reader);
    assertThat(recorder.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(0, 3));
    assertThat(reader.isAtEnd()).isTrue();
    assertThat(reader.lag()).isZero();
  }

  @Test
  void severalRotationsBetweenTwoLooksLoseNothingAsLongAsTheFilesAreThere() throws IOException {
    JsonLogWriter writer = writer(500, 20, false);
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    write(writer, 0, 5);
    readAll(reader);
    write(writer, 5, 60);
    readAll(reader);
    assertThat(recorder.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(0, 60));
    assertThat(recorder.losses).isEmpty();
    assertThat(recorder.damaged).isZero();
  }

  @Test
  void filesThatAreRemovedAfterALookAreStillRead() throws IOException {
    JsonLogWriter writer = writer(500, 2, false);
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    write(writer, 0, 1);
    readAll(reader);
    for (int i = 1; i < 100; i++) {
      write(writer, i, i + 1);
      reader.look();
    }
    assertThat(reader.lag()).isGreaterThan(5000);
    readAll(reader);
    assertThat(recorder.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(0, 100));
    assertThat(recorder.losses).isEmpty();
  }

  @Test
  void rotationsThatOutrunTheReaderAreSaid() throws IOException {
    JsonLogWriter writer = writer(500, 2, false);
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    write(writer, 0, 5);
    readAll(reader);
    write(writer, 5, 100);
    readAll(reader);
    assertThat(recorder.losses).containsExactly("rotated");
    List<String> lines = recorder.texts(Stream.STDOUT);
    assertThat(lines).startsWith("line 0", "line 1").endsWith("line 98", "line 99");
    assertThat(lines).hasSizeLessThan(40).doesNotHaveDuplicates();
  }

  @Test
  void aContainerThatIsRemovedIsReadToItsEnd() throws IOException {
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    write(writer(0, 1, false), 0, 1000);
    assertThat(reader.read(buffer)).isPositive();
    write(writer(0, 1, false), 1000, 2000);
    Files.delete(log);
    Files.delete(folder);
    readAll(reader);
    assertThat(recorder.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(0, 2000));
    assertThat(reader.isAtEnd()).isTrue();
    Files.createDirectory(folder);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 50})
  void aFileThatIsCutAndWrittenAgainIsReadFromItsBegin(int after) throws IOException {
    JsonLogWriter writer = writer(0, 1, false);
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    write(writer, 0, 5);
    readAll(reader);
    writer.rotate();
    write(writer, 5, 5 + after);
    for (int i = 0; i < 20; i++) {
      readAll(reader); // a file of the same length is compared now and then only
    }
    assertThat(recorder.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(0, 5 + after));
    assertThat(recorder.losses).containsExactly("truncated-file");
  }

  @Test
  void theEndOfAnEntryMayComeLater() throws IOException {
    JsonLogWriter writer = writer(0, 1, false);
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    String entry = "{\"log\":\"one\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T20:00:00Z\"}\n";
    for (int i = 0; i < entry.length(); i++) {
      assertThat(recorder.lines).isEmpty();
      writer.append(entry.substring(i, i + 1));
      readAll(reader);
    }
    assertThat(recorder.texts(Stream.STDOUT)).containsExactly("one");
    assertThat(recorder.damaged).isZero();
  }

  @Test
  void aTenMegabyteLineIsCutAndCountedAndTheOthersAreWhole() throws IOException {
    JsonLogWriter writer = writer(1 << 20, 30, false);
    writer.line(Stream.STDOUT, "before");
    writer.line(Stream.STDOUT, "x".repeat(10_000_000));
    writer.line(Stream.STDERR, "beside");
    writer.line(Stream.STDOUT, "after");
    JsonLogRecorder recorder = new JsonLogRecorder();
    readAll(reader(recorder));
    assertThat(recorder.lines)
        .extracting(LogLine::originalBytes)
        .containsExactly(6L, 10_000_000L, 6L, 5L);
    LogLine longOne = recorder.lines.get(1);
    assertThat(longOne.truncated()).isTrue();
    assertThat(longOne.text()).hasSize(ContainerLog.MAX_BYTES);
    assertThat(recorder.texts(Stream.STDERR)).containsExactly("beside");
  }

  @Test
  void anEntryLongerThanTheBufferIsLeftOutAndCounted() throws IOException {
    JsonLogWriter writer = writer(0, 1, false);
    writer.line(Stream.STDOUT, "before");
    writer.entry(Stream.STDOUT, "y".repeat(JsonLogReader.BUFFER + 1000) + "\n", writer.nextTime());
    writer.line(Stream.STDOUT, "after");
    JsonLogRecorder recorder = new JsonLogRecorder();
    readAll(reader(recorder));
    assertThat(recorder.texts(Stream.STDOUT)).containsExactly("before", "after");
    assertThat(recorder.damaged).isGreaterThan(JsonLogReader.BUFFER);
  }

  @Test
  void readingBeginsAfterATimeInALargeFileAndInRotatedOnes() throws IOException {
    JsonLogWriter writer = new JsonLogWriter(log, 200_000, 4, false, BEGIN);
    for (int i = 0; i < 5000; i++) {
      writer.entry(Stream.STDOUT, "line " + i + "\n", BEGIN + i * 10_000_000L);
    }
    for (int first : new int[] {4999, 4900, 3000, 1500}) {
      JsonLogRecorder recorder = new JsonLogRecorder();
      LogPlace after = LogPlace.at(BEGIN + (first - 1) * 10_000_000L);
      readAll(reader(recorder, after, after));
      assertThat(recorder.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(first, 5000));
      assertThat(recorder.losses).isEmpty();
    }
  }

  @Test
  void compressedFilesAreReadAndAPlaceIsFoundInTheFileThatWasCompressed() throws IOException {
    JsonLogWriter writer = writer(5000, 5, true);
    write(writer, 0, 20);
    JsonLogRecorder first = new JsonLogRecorder();
    JsonLogReader reader = reader(first);
    readAll(reader);
    reader.close();
    write(writer, 20, 200);
    JsonLogRecorder second = new JsonLogRecorder();
    readAll(reader(second, first.out, first.err));
    assertThat(second.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(20, 200));
    assertThat(second.losses).isEmpty();
    JsonLogRecorder fresh = new JsonLogRecorder();
    readAll(reader(fresh));
    assertThat(fresh.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(0, 200));
  }

  @Test
  void aCompressedFileThatIsDamagedIsSaidAndTheNextOneIsRead() throws IOException {
    JsonLogWriter writer = writer(5000, 3, true);
    write(writer, 0, 100);
    Path packed = folder.resolve("c-json.log.1.gz");
    byte[] whole = Files.readAllBytes(packed);
    Files.write(packed, java.util.Arrays.copyOf(whole, whole.length / 2));
    JsonLogRecorder recorder = new JsonLogRecorder();
    readAll(reader(recorder));
    assertThat(recorder.losses).containsExactly("damaged-file");
    assertThat(recorder.texts(Stream.STDOUT)).endsWith("line 99").doesNotHaveDuplicates();
  }

  @Test
  void aFileOfTheSameNumberWithOtherContentIsNotTakenForTheOneThatWasRead() throws IOException {
    JsonLogWriter writer = writer(0, 1, false);
    write(writer, 0, 10);
    JsonLogRecorder first = new JsonLogRecorder();
    readAll(reader(first));
    writer.rotate(); // the inode stays
    write(writer, 10, 40);
    JsonLogRecorder second = new JsonLogRecorder();
    readAll(reader(second, first.out, first.err));
    assertThat(second.texts(Stream.STDOUT)).containsExactlyElementsOf(numbered(10, 40));
    assertThat(second.losses).containsExactly("rotated");
  }

  /**
   * A writer of both streams with long lines, lines without an end and rotations, and readers that
   * are killed anywhere and go on from the last line that was kept.
   */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void everyLineComesOnceAndInOrderWhateverHappens(long seed) throws IOException {
    Random random = new Random(seed);
    boolean compress = seed % 3 == 0;
    JsonLogWriter writer = writer(20_000 + random.nextInt(60_000), 1000, compress);
    Map<Stream, List<String>> written = new EnumMap<>(Stream.class);
    Map<Stream, List<String>> read = new EnumMap<>(Stream.class);
    for (Stream stream : List.of(Stream.STDOUT, Stream.STDERR)) {
      written.put(stream, new ArrayList<>());
      read.put(stream, new ArrayList<>());
    }
    ModelWriter model = new ModelWriter(writer, random, written);
    JsonLogRecorder recorder = new JsonLogRecorder();
    JsonLogReader reader = reader(recorder);
    for (int step = 0; step < 400; step++) {
      model.step();
      switch (random.nextInt(6)) {
        case 0, 1 -> reader.read(buffer);
        case 2 -> reader.look();
        case 3 -> {
          if (random.nextInt(4) == 0) {
            reader.close();
            int kept = random.nextInt(recorder.lines.size() + 1);
            recorder = keep(recorder, kept, read);
            reader = reader(recorder, recorder.out, recorder.err);
          }
        }
        default -> {}
      }
    }
    model.end();
    readAll(reader);
    reader.flush();
    keep(recorder, recorder.lines.size(), read);
    assertThat(read).isEqualTo(written);
    assertThat(recorder.damaged).isZero();
  }

  /** Only the first lines count; a new recorder begins with their places. */
  private static JsonLogRecorder keep(
      JsonLogRecorder recorder, int kept, Map<Stream, List<String>> read) {
    JsonLogRecorder next = new JsonLogRecorder();
    next.out = recorder.firstOut;
    next.err = recorder.firstErr;
    for (int i = 0; i < kept; i++) {
      LogLine line = recorder.lines.get(i);
      assertThat(line.truncated()).isEqualTo(line.originalBytes() > ContainerLog.MAX_BYTES);
      requireNonNull(read.get(line.stream())).add(line.text());
      next.out = recorder.outs.get(i);
      next.err = recorder.errs.get(i);
    }
    next.firstOut = next.out;
    next.firstErr = next.err;
    assertThat(recorder.losses).isEmpty();
    return next;
  }

  /** Writes the entries of two streams in any order. */
  private static final class ModelWriter {
    private final JsonLogWriter writer;
    private final Random random;
    private final Map<Stream, List<String>> written;
    private final Map<Stream, StringBuilder> open = new EnumMap<>(Stream.class);
    private final Map<Stream, Long> times = new EnumMap<>(Stream.class);
    private int number;

    ModelWriter(JsonLogWriter writer, Random random, Map<Stream, List<String>> written) {
      this.writer = writer;
      this.random = random;
      this.written = written;
    }

    void step() throws IOException {
      Stream stream = random.nextInt(3) == 0 ? Stream.STDERR : Stream.STDOUT;
      StringBuilder line = open.get(stream);
      if (line != null) {
        goOn(stream, line);
      } else if (random.nextInt(8) == 0) {
        times.put(stream, writer.nextTime());
        open.put(stream, new StringBuilder());
        piece(stream);
      } else {
        String text = number++ + " \"<é\ud83d\ude00\\> " + "z".repeat(random.nextInt(400));
        writer.line(stream, text);
        requireNonNull(written.get(stream)).add(text);
      }
    }

    private void goOn(Stream stream, StringBuilder line) throws IOException {
      switch (random.nextInt(5)) {
        case 0 -> { // the container ended without a line end; the next piece has a time of its own
          requireNonNull(written.get(stream)).add(cut(line));
          open.remove(stream);
        }
        case 1, 2 -> {
          writer.entry(stream, "end\n", requireNonNull(times.get(stream)));
          line.append("end");
          requireNonNull(written.get(stream)).add(cut(line));
          open.remove(stream);
        }
        default -> piece(stream);
      }
    }

    private void piece(Stream stream) throws IOException {
      String text = (number++ + ".").repeat(5000).substring(0, 10_000);
      writer.entry(stream, text, requireNonNull(times.get(stream)));
      requireNonNull(open.get(stream)).append(text);
    }

    private static String cut(StringBuilder line) {
      return line.substring(0, Math.min(line.length(), ContainerLog.MAX_BYTES));
    }

    void end() {
      open.forEach((stream, line) -> requireNonNull(written.get(stream)).add(cut(line)));
    }
  }
}
