package io.leukocyte.engine;

import io.leukocyte.events.ContainerLog.Stream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;

/**
 * Reads the engine's log stream, with times, into a {@link LineJoiner}. Without a terminal it comes
 * in frames, each one piece of a line: 8 bytes of header (stream, 0, 0, 0, length), then the time,
 * a blank and the text. With a terminal it is bare text: a time before each line, and again inside
 * a line after every 16 KiB.
 */
final class LogReader {
  private static final int HEADER = 8;
  private static final int BUFFER = 32 * 1024;
  private static final int MAX_FRAME = 64 * 1024 * 1024;
  private static final int MAX_ERROR = 4 * 1024;
  private static final int SYSTEM_ERROR = 3;

  /** Bytes that a log driver keeps as one piece. */
  static final int PIECE = 16 * 1024;

  private final LineJoiner lines;
  private final LogForm form;
  private final LogTime times = new LogTime();
  private final byte[] buffer = new byte[BUFFER];
  private final byte[] stamp = new byte[LogTime.MAX_LENGTH + 1];

  private int stampLength;
  private int matched;
  private int pieceBytes;
  private TerminalState state = TerminalState.TIME;

  private enum TerminalState {
    TIME,
    TEXT,
    TIME_AGAIN
  }

  LogReader(LineJoiner lines, LogForm form) {
    this.lines = lines;
    this.form = form;
  }

  /**
   * Reads a frame, or what is there of a terminal's stream.
   *
   * @return false at the end of the stream
   * @throws Unreadable when it is of no use to read again
   * @throws IOException when the connection breaks
   */
  boolean read(InputStream in) throws IOException {
    return switch (form) {
      case TERMINAL -> readTerminal(in);
      case FRAMES, PODMAN, PODMAN_TERMINAL -> readFrame(in);
    };
  }

  /** What comes is not a log, or the engine says that it cannot read its own: no use to retry. */
  static final class Unreadable extends IOException {
    Unreadable(String message) {
      super(message);
    }
  }

  private boolean readFrame(InputStream in) throws IOException {
    int got = in.readNBytes(buffer, 0, HEADER);
    if (got == 0) {
      return false;
    }
    if (got < HEADER) {
      throw new EOFException("the log stream ends inside a header");
    }
    int type = buffer[0];
    int length = number(buffer, 4);
    if (length < 0 || length > MAX_FRAME || type < 0 || type > SYSTEM_ERROR) {
      throw new Unreadable("a frame of type " + type + " and length " + length);
    }
    if (type == SYSTEM_ERROR) {
      byte[] message = in.readNBytes(Math.min(length, MAX_ERROR));
      throw new Unreadable(new String(message, StandardCharsets.UTF_8).strip());
    }
    readPiece(in, stream(type), length);
    return true;
  }

  private Stream stream(int type) {
    return switch (form) {
      case PODMAN_TERMINAL -> Stream.TTY;
      case FRAMES, TERMINAL, PODMAN -> type == 2 ? Stream.STDERR : Stream.STDOUT;
    };
  }

  private void readPiece(InputStream in, Stream stream, int length) throws IOException {
    int left = length;
    int blank = 0;
    int filled = 0;
    while (left > 0) {
      filled = in.readNBytes(buffer, 0, Math.min(left, BUFFER));
      if (filled == 0) {
        throw new EOFException("the log stream ends inside a frame");
      }
      if (left == length) {
        blank = indexOfBlank(buffer, filled);
        lines.begin(stream, time(buffer, blank));
        lines.add(stream, buffer, blank + 1, filled, System.nanoTime());
      } else {
        lines.add(stream, buffer, 0, filled, System.nanoTime());
      }
      left -= filled;
    }
  }

  private boolean readTerminal(InputStream in) throws IOException {
    int got = in.read(buffer, 0, BUFFER);
    if (got < 0) {
      return false;
    }
    int at = 0;
    while (at < got) {
      at =
          switch (state) {
            case TIME -> readTime(at, got);
            case TEXT -> readText(at, got);
            case TIME_AGAIN -> readTimeAgain(at, got);
          };
    }
    return true;
  }

  private int readTime(int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      if (buffer[i] == ' ') {
        lines.begin(Stream.TTY, time(stamp, stampLength));
        stamp[stampLength++] = ' ';
        state = TerminalState.TEXT;
        pieceBytes = 0;
        return i + 1;
      }
      if (stampLength == LogTime.MAX_LENGTH) {
        throw new Unreadable("a line without a time");
      }
      stamp[stampLength++] = buffer[i];
    }
    return to;
  }

  private int readText(int from, int to) {
    int most = Math.min(to, from + PIECE - pieceBytes);
    for (int i = from; i < most; i++) {
      if (buffer[i] == '\n') {
        lines.add(Stream.TTY, buffer, from, i + 1, System.nanoTime());
        state = TerminalState.TIME;
        stampLength = 0;
        return i + 1;
      }
    }
    lines.add(Stream.TTY, buffer, from, most, System.nanoTime());
    pieceBytes += most - from;
    if (pieceBytes == PIECE) {
      state = TerminalState.TIME_AGAIN;
      matched = 0;
    }
    return most;
  }

  /** After a whole piece: the same time again is not the container's. */
  private int readTimeAgain(int from, int to) {
    int at = from;
    while (at < to && matched < stampLength && buffer[at] == stamp[matched]) {
      at++;
      matched++;
    }
    if (matched == stampLength) {
      state = TerminalState.TEXT;
      pieceBytes = 0;
    } else if (at < to) {
      lines.add(Stream.TTY, stamp, 0, matched, System.nanoTime());
      state = TerminalState.TEXT;
      pieceBytes = matched;
    }
    return at;
  }

  private long time(byte[] text, int length) throws Unreadable {
    try {
      return times.parse(text, length);
    } catch (DateTimeException | ArithmeticException e) {
      throw new Unreadable("a line without a time");
    }
  }

  private static int indexOfBlank(byte[] bytes, int length) throws IOException {
    for (int i = 0; i < Math.min(length, LogTime.MAX_LENGTH + 1); i++) {
      if (bytes[i] == ' ') {
        return i;
      }
    }
    throw new Unreadable("a line without a time");
  }

  private static int number(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | (bytes[at + 3] & 0xff);
  }
}
