package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

final class LineJoinerTest {
  private final List<LogLine> lines = new ArrayList<>();
  private final LineJoiner joiner = new LineJoiner(lines::add);

  private void piece(Stream stream, long time, String text) {
    joiner.begin(stream, time);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    joiner.add(stream, bytes, 0, bytes.length, 0);
  }

  @Test
  void piecesOfOneTimeAreOneLine() {
    piece(Stream.STDOUT, 5, "one ");
    piece(Stream.STDERR, 6, "between\n");
    piece(Stream.STDOUT, 5, "line\n");
    assertThat(lines)
        .containsExactly(
            new LogLine(6, Stream.STDERR, "between", 7, false),
            new LogLine(5, Stream.STDOUT, "one line", 8, false));
  }

  @Test
  void aPieceOfAnotherTimeBeginsALine() {
    piece(Stream.STDOUT, 5, "last words");
    piece(Stream.STDOUT, 9, "hello\n");
    assertThat(lines).extracting(LogLine::text).containsExactly("last words", "hello");
    assertThat(lines).extracting(LogLine::time).containsExactly(5L, 9L);
  }

  @Test
  void onlyATerminalsCarriageReturnIsPartOfTheLineEnd() {
    piece(Stream.STDOUT, 1, "a\r\n");
    piece(Stream.TTY, 2, "b\r\n\r\n");
    assertThat(lines).extracting(LogLine::text).containsExactly("a\r", "b", "");
    assertThat(lines).extracting(LogLine::originalBytes).containsExactly(2L, 1L, 0L);
  }

  @Test
  void aLineOfTheBoundIsWhole() {
    String most = "x".repeat(ContainerLog.MAX_BYTES);
    piece(Stream.STDOUT, 1, most + "\n");
    piece(Stream.TTY, 2, most + "\r\n");
    piece(Stream.STDOUT, 3, most + "y\n");
    assertThat(lines).extracting(LogLine::text).containsOnly(most);
    assertThat(lines).extracting(LogLine::truncated).containsExactly(false, false, true);
    assertThat(lines.getLast().originalBytes()).isEqualTo(ContainerLog.MAX_BYTES + 1);
  }

  @Test
  void theBoundSplitsNoCharacter() {
    for (String character : List.of("é", "€", "😀")) {
      for (int shift = 0; shift < 4; shift++) {
        lines.clear();
        piece(Stream.STDOUT, shift, "x".repeat(shift) + character.repeat(40_000) + "\n");
        LogLine line = lines.getFirst();
        int bytes = line.text().getBytes(StandardCharsets.UTF_8).length;
        assertThat(bytes).isBetween(ContainerLog.MAX_BYTES - 3, ContainerLog.MAX_BYTES);
        assertThat(line.text()).doesNotContain("\ufffd").endsWith(character);
        assertThat(line.truncated()).isTrue();
      }
    }
  }

  @Test
  void replacedBytesKeepToTheBound() {
    byte[] noText = new byte[ContainerLog.MAX_BYTES];
    Arrays.fill(noText, (byte) 0xff);
    joiner.begin(Stream.STDOUT, 1);
    joiner.add(Stream.STDOUT, noText, 0, noText.length, 0);
    joiner.flush();
    LogLine line = lines.getFirst();
    assertThat(line.text()).isEqualTo("\ufffd".repeat(ContainerLog.MAX_BYTES / 3));
    assertThat(line.truncated()).isTrue();
    assertThat(line.originalBytes()).isEqualTo(noText.length);
  }

  @Test
  void idleLinesAreHandedOn() {
    joiner.begin(Stream.STDOUT, 7);
    joiner.add(Stream.STDOUT, new byte[] {'a'}, 0, 1, 100);
    joiner.flushIdle(100);
    assertThat(lines).isEmpty();
    assertThat(joiner.oldestUnfinished()).isEqualTo(7);
    joiner.flushIdle(101);
    assertThat(lines).extracting(LogLine::text).containsExactly("a");
    assertThat(joiner.oldestUnfinished()).isEqualTo(Long.MAX_VALUE);
    piece(Stream.STDOUT, 7, "b\n");
    assertThat(lines).extracting(LogLine::text).containsExactly("a", "b");
  }

  @Test
  void discardedLinesAreForgotten() {
    piece(Stream.STDOUT, 1, "half");
    joiner.discard();
    piece(Stream.STDOUT, 1, "whole\n");
    joiner.flush();
    assertThat(lines).extracting(LogLine::text).containsExactly("whole");
  }

  @Test
  void aLineOfTenMegabytesNeedsNoMoreThanItsBound() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    byte[] piece = new byte[LogReader.PIECE];
    Arrays.fill(piece, (byte) 'x');
    int pieces = 640;
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < pieces; i++) {
      joiner.begin(Stream.STDOUT, 1);
      joiner.add(Stream.STDOUT, piece, 0, piece.length, 0);
    }
    joiner.flush();
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(lines.getFirst().originalBytes()).isEqualTo((long) pieces * LogReader.PIECE);
    assertThat(allocated).isLessThan(8L * ContainerLog.MAX_BYTES);
  }
}
