package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.ContainerLog.Stream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LogReaderTest {
  private static final String TIME = "2026-11-22T17:12:41.521112748Z";
  private static final long NANOS = 1_795_367_561_521_112_748L;
  private static final String LATER = "2026-11-22T17:12:42.000000001Z";

  private final List<LogLine> lines = new ArrayList<>();
  private final LineJoiner joiner = new LineJoiner(lines::add);
  private final LogReader reader = new LogReader(joiner, LogForm.FRAMES);
  private final LogReader terminal = new LogReader(joiner, LogForm.TERMINAL);

  private static byte[] frame(int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    ByteBuffer frame = ByteBuffer.allocate(8 + bytes.length);
    frame.put((byte) type).put(new byte[3]).putInt(bytes.length).put(bytes);
    return frame.array();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  private void readFrames(byte[] bytes) throws IOException {
    InputStream in = new ByteArrayInputStream(bytes);
    while (reader.read(in)) {
      // Until the end.
    }
  }

  @Test
  void framesOfOneLineAreJoined() throws IOException {
    String piece = "x".repeat(LogReader.PIECE);
    readFrames(
        concat(
            frame(1, TIME + " " + piece),
            frame(2, LATER + " oops\n"),
            frame(1, TIME + " " + piece),
            frame(1, TIME + " end\n")));
    assertThat(lines).hasSize(2);
    assertThat(lines.getFirst().stream()).isEqualTo(Stream.STDERR);
    assertThat(lines.getLast().text()).isEqualTo(piece + piece + "end");
    assertThat(lines.getLast().time()).isEqualTo(NANOS);
  }

  @Test
  void aFrameMayBeLargerThanTheBuffer() throws IOException {
    readFrames(frame(1, TIME + " " + "y".repeat(50_000) + "\n"));
    assertThat(lines.getFirst().text()).isEqualTo("y".repeat(50_000));
  }

  @Test
  void timesWithAnOffsetAreRead() throws IOException {
    readFrames(frame(1, "2026-11-22T18:12:41.521112748+01:00 a\n"));
    assertThat(lines.getFirst().time()).isEqualTo(NANOS);
  }

  @Test
  void whatIsNoLogIsUnreadable() {
    assertThatThrownBy(() -> readFrames("HTTP/1.1 200".getBytes(StandardCharsets.US_ASCII)))
        .isInstanceOf(LogReader.Unreadable.class);
    assertThatThrownBy(() -> readFrames(frame(1, "no time at all, however long it may be\n")))
        .isInstanceOf(LogReader.Unreadable.class);
    assertThatThrownBy(() -> readFrames(frame(1, TIME))).isInstanceOf(LogReader.Unreadable.class);
  }

  @Test
  void theEnginesOwnErrorIsTold() {
    assertThatThrownBy(() -> readFrames(frame(3, "error from daemon in stream: no disk\n")))
        .isInstanceOf(LogReader.Unreadable.class)
        .hasMessage("error from daemon in stream: no disk");
  }

  @Test
  void aStreamThatEndsInsideAFrameIsBroken() {
    byte[] whole = frame(1, TIME + " a\n");
    for (int length = 1; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> readFrames(cut))
          .isInstanceOfAny(EOFException.class, LogReader.Unreadable.class);
    }
  }

  @Test
  void aTerminalsPiecesAreJoinedHoweverTheyArrive() throws IOException {
    String piece = "z".repeat(LogReader.PIECE);
    String text =
        TIME
            + " one\r\n"
            + LATER
            + " "
            + piece
            + LATER
            + " "
            + piece
            + LATER
            + " end\r\n"
            + TIME
            + " "
            + piece
            + TIME
            + " \r\n"
            + LATER
            + " last";
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Random random = new Random(42);
    for (int round = 0; round < 50; round++) {
      lines.clear();
      LogReader fresh = new LogReader(joiner, LogForm.TERMINAL);
      InputStream in = new Trickle(bytes, random);
      while (fresh.read(in)) {
        // Until the end.
      }
      joiner.flush();
      assertThat(lines)
          .extracting(LogLine::text)
          .containsExactly("one", piece + piece + "end", piece, "last");
    }
  }

  @Test
  void podmanSendsWhatWasWrittenToATerminalInFrames() throws IOException {
    LogReader podman = new LogReader(joiner, LogForm.PODMAN_TERMINAL);
    String piece = "y".repeat(8 * 1024);
    InputStream in =
        new ByteArrayInputStream(concat(frame(1, TIME + " " + piece), frame(1, TIME + " end\r\n")));
    while (podman.read(in)) {
      // Until the end.
    }
    assertThat(lines).extracting(LogLine::text).containsExactly(piece + "end");
    assertThat(lines).extracting(LogLine::stream).containsExactly(Stream.TTY);
  }

  @Test
  void aTimeThatTheContainerWritesIsKept() throws IOException {
    String piece = "z".repeat(LogReader.PIECE);
    String text = TIME + " at " + TIME + " it was\r\n" + TIME + " " + piece + "2026-11-22 text\r\n";
    InputStream in = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    while (terminal.read(in)) {
      // Until the end.
    }
    assertThat(lines)
        .extracting(LogLine::text)
        .containsExactly("at " + TIME + " it was", piece + "2026-11-22 text");
  }

  /** Gives a few bytes at a time. */
  private static final class Trickle extends InputStream {
    private final ByteArrayInputStream in;
    private final Random random;

    Trickle(byte[] bytes, Random random) {
      this.in = new ByteArrayInputStream(bytes);
      this.random = random;
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] buffer, int from, int length) {
      return in.read(buffer, from, Math.min(length, 1 + random.nextInt(3000)));
    }
  }
}
