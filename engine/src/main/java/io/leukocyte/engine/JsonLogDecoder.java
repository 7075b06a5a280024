package io.leukocyte.engine;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the entries of Docker's json-file driver, one a line: {@code
 * {"log":"text\n","stream":"stdout","time":"2026-11-22T20:03:56.943657633Z"}}, with {@code attrs}
 * before the time where the driver was told so. An entry whose text has no line end is a piece of a
 * line and is joined to the next ones of its stream. Takes any bytes: what is not an entry is left
 * out and counted. Memory: the beginning of an unfinished line for each stream, at most {@link
 * ContainerLog#MAX_BYTES} each, and the longest entry read. Not thread-safe.
 */
public final class JsonLogDecoder {
  private static final byte[] LOG = ascii("{\"log\":\"");
  private static final byte[] OUT = ascii("\",\"stream\":\"stdout\"");
  private static final byte[] ERR = ascii("\",\"stream\":\"stderr\"");
  private static final byte[] TIME = ascii(",\"time\":\"");
  private static final byte[] ATTRIBUTES = ascii(",\"attrs\":{");
  private static final byte[] END = ascii("\"}\n");
  private static final JsonFactory JSON = new JsonFactory();

  /** Longest text that stays within the bound of a line when each byte of it becomes U+FFFD. */
  private static final int SURELY_SHORT = ContainerLog.MAX_BYTES / 3;

  /** How far the place of a silent stream may stay behind. */
  private static final long BEHIND = 64 * 1024;

  private final boolean terminal;
  private final JsonLogListener listener;
  private final LogTime times = new LogTime();
  private final LineJoiner joiner = new LineJoiner(this::joined);
  private final Progress out;
  private final Progress err;

  private byte[] text = new byte[4 * 1024];
  private long device;
  private long inode;
  private long check;
  private long latest;
  private long joinedTo;
  private boolean skipping;

  private int textFrom;
  private int textTo;
  private boolean isError;
  private long time;

  /**
   * A decoder at the beginning of a log.
   *
   * @param terminal whether the container has a terminal
   * @param listener takes the lines
   */
  public JsonLogDecoder(boolean terminal, JsonLogListener listener) {
    this(terminal, LogPlace.BEGIN, LogPlace.BEGIN, listener);
  }

  JsonLogDecoder(boolean terminal, LogPlace out, LogPlace err, JsonLogListener listener) {
    this.terminal = terminal;
    this.listener = listener;
    this.out = new Progress(terminal ? Stream.TTY : Stream.STDOUT, out);
    this.err = new Progress(Stream.STDERR, err);
  }

  /** How far one stream has been read. */
  private static final class Progress {
    private final Stream stream;
    private LogPlace done;

    /** Entries that begin before it are not wanted. */
    private long fromOffset;

    /** Entries up to this time are not wanted, until a later one comes; -1: all are. */
    private long fromTime = -1;

    private boolean unfinished;

    Progress(Stream stream, LogPlace done) {
      this.stream = stream;
      this.done = done;
    }

    boolean isOld(long start, long time) {
      if (start < fromOffset || time <= fromTime) {
        return true;
      }
      fromTime = -1;
      return false;
    }
  }

  /**
   * Goes on in a file.
   *
   * @param before time of the entry that ends where reading begins; 0: none or not known
   * @param outFrom entries of standard output that begin before this offset are not wanted
   * @param errFrom the same of standard error
   */
  void file(long deviceNumber, long inodeNumber, long before, long outFrom, long errFrom) {
    device = deviceNumber;
    inode = inodeNumber;
    check = before;
    out.fromOffset = outFrom;
    err.fromOffset = errFrom;
    skipping = false;
  }

  /** Leaves out the entries of a stream up to the time of its place. */
  void skipByTime(boolean outByTime, boolean errByTime) {
    out.fromTime = outByTime ? out.done.time() : -1;
    err.fromTime = errByTime ? err.done.time() : -1;
  }

  /** Time of the last entry, unix nanoseconds; 0 when there was none. */
  long latest() {
    return latest;
  }

  /**
   * Reads the whole entries of a part of a file.
   *
   * @param offset of the first byte in the file
   * @return where the first entry begins that is not whole; {@code to} when there is none
   */
  public int decode(byte[] bytes, int from, int to, long offset) {
    int at = from;
    while (at < to) {
      int end = skipping ? -1 : entry(bytes, at, to);
      if (end > 0) {
        accept(bytes, offset + at - from, offset + end - from);
      } else {
        end = lineEnd(bytes, at, to);
        if (end < 0) {
          break;
        }
        other(bytes, at, end, offset + at - from, offset + end - from);
      }
      at = end;
    }
    return at;
  }

  /** Leaves out an entry that is too long to be read: these bytes of it, and the rest. */
  void skipEntry(int bytes) {
    skipping = true;
    damaged(bytes);
  }

  /** Bytes that nothing more comes for are not an entry. */
  void damaged(long bytes) {
    check = 0;
    listener.damaged(bytes);
  }

  /** Hands on the lines whose end has not come: nothing more comes. */
  void flush() {
    joiner.flush();
  }

  /** Hands on unfinished lines that nothing was added to since. */
  void flushIdle(long beforeNanoTime) {
    joiner.flushIdle(beforeNanoTime);
  }

  /** Whether the beginning of a line waits for its end. */
  boolean isUnfinished() {
    return out.unfinished || err.unfinished;
  }

  /** Reads an entry in the form that the driver writes. Where it ends; -1 when it is not so. */
  private int entry(byte[] bytes, int from, int to) {
    if (!matches(bytes, from, to, LOG)) {
      return -1;
    }
    textFrom = from + LOG.length;
    textTo = JsonText.end(bytes, textFrom, to);
    int at = textTo + OUT.length;
    if (matches(bytes, textTo, to, OUT)) {
      isError = false;
    } else if (matches(bytes, textTo, to, ERR)) {
      isError = true;
    } else {
      return -1;
    }
    if (matches(bytes, at, to, ATTRIBUTES)) {
      at = afterAttributes(bytes, at + ATTRIBUTES.length, to);
    }
    if (!matches(bytes, at, to, TIME)) {
      return -1;
    }
    int timeFrom = at + TIME.length;
    int timeTo = timeFrom;
    int most = Math.min(to, timeFrom + LogTime.MAX_LENGTH);
    while (timeTo < most && bytes[timeTo] != '"') {
      timeTo++;
    }
    return matches(bytes, timeTo, to, END) && readTime(bytes, timeFrom, timeTo)
        ? timeTo + END.length
        : -1;
  }

  private static int afterAttributes(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to && bytes[at] != '}' && bytes[at] != '\n') {
      at = bytes[at] == '"' ? JsonText.end(bytes, at + 1, to) : at;
      at++;
    }
    return Math.min(at + 1, to);
  }

  private boolean readTime(byte[] bytes, int from, int to) {
    try {
      time = times.parse(bytes, from, to);
      return time >= 0;
    } catch (DateTimeException | ArithmeticException e) {
      return false;
    }
  }

  /** An entry has been read into the fields. */
  private void accept(byte[] bytes, long start, long end) {
    Progress progress = isError && !terminal ? err : out;
    if (progress.isOld(start, time)) {
      passed(time);
      return;
    }
    int plain = JsonText.special(bytes, textFrom, textTo);
    boolean whole = plain == textTo - 2 && bytes[plain + 1] == 'n';
    if (whole && !progress.unfinished && plain - textFrom <= SURELY_SHORT) {
      int textEnd = withoutReturn(bytes, textFrom, plain);
      String line = new String(bytes, textFrom, textEnd - textFrom, StandardCharsets.UTF_8);
      passed(time);
      delivered(progress, new LogLine(time, progress.stream, line, textEnd - textFrom, false), end);
    } else {
      escaped(bytes, progress, start, end);
    }
  }

  private void escaped(byte[] bytes, Progress progress, long start, long end) {
    if (text.length < textTo - textFrom) {
      text = new byte[textTo - textFrom];
    }
    int length = JsonText.unescape(bytes, textFrom, textTo, text);
    if (length < 0) {
      damaged(end - start);
    } else {
      piece(progress, text, length, start, end);
    }
  }

  private void piece(Progress progress, byte[] bytes, int length, long start, long end) {
    boolean whole = length > 0 && bytes[length - 1] == '\n';
    if (whole && !progress.unfinished && length - 1 <= SURELY_SHORT && isOneLine(bytes, length)) {
      int textEnd = withoutReturn(bytes, 0, length - 1);
      String line = new String(bytes, 0, textEnd, StandardCharsets.UTF_8);
      passed(time);
      delivered(progress, new LogLine(time, progress.stream, line, textEnd, false), end);
      return;
    }
    if (!progress.unfinished) {
      progress.done = place(progress.done.time(), start);
    }
    joinedTo = start;
    joiner.begin(progress.stream, time); // ends a line that never got its end
    passed(time);
    joinedTo = end;
    joiner.add(progress.stream, bytes, 0, length, System.nanoTime());
    progress.unfinished = joiner.isUnfinished(progress.stream);
  }

  private static boolean isOneLine(byte[] bytes, int length) {
    for (int i = 0; i < length - 1; i++) {
      if (bytes[i] == '\n') {
        return false;
      }
    }
    return true;
  }

  private int withoutReturn(byte[] bytes, int from, int to) {
    return terminal && to > from && bytes[to - 1] == '\r' ? to - 1 : to;
  }

  /** A line of several pieces, or one whose end has not come. */
  private void joined(LogLine line) {
    Progress progress = line.stream() == Stream.STDERR ? err : out;
    progress.unfinished = false;
    delivered(progress, line, joinedTo);
  }

  private void delivered(Progress progress, LogLine line, long end) {
    progress.done = place(line.time(), end);
    Progress other = progress == out ? err : out;
    boolean near =
        other.fromOffset > end
            || (other.done.isIn(device, inode) && end - other.done.offset() < BEHIND);
    if (!other.unfinished && !near) {
      other.done = place(other.done.time(), end);
    }
    listener.line(line, out.done, err.done);
  }

  private LogPlace place(long lastTime, long offset) {
    return new LogPlace(lastTime, device, inode, offset, check);
  }

  private void passed(long entryTime) {
    check = entryTime;
    latest = Math.max(latest, entryTime);
  }

  /** Reads an entry in any form that JSON allows. */
  private void other(byte[] bytes, int from, int to, long start, long end) {
    if (skipping) {
      skipping = false;
      damaged(to - from);
      return;
    }
    byte[] content = content(bytes, from, to);
    if (content == null) {
      damaged(to - from);
      return;
    }
    Progress progress = isError && !terminal ? err : out;
    if (progress.isOld(start, time)) {
      passed(time);
    } else {
      piece(progress, content, content.length, start, end);
    }
  }

  /** The text of an entry, its other parts in the fields; null when it is none. */
  private byte @Nullable [] content(byte[] bytes, int from, int to) {
    byte[] content = {};
    isError = false;
    boolean timed = false;
    try (JsonParser parser = JSON.createParser(bytes, from, to - from)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return null;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        if (value == JsonToken.VALUE_STRING) {
          byte[] utf8 = parser.getText().getBytes(StandardCharsets.UTF_8);
          switch (name) {
            case "log" -> content = utf8;
            case "stream" -> isError = Arrays.equals(utf8, ascii("stderr"));
            case "time" -> timed = readTime(utf8, 0, utf8.length);
            default -> {}
          }
        } else {
          parser.skipChildren();
        }
      }
      return timed ? content : null;
    } catch (IOException e) {
      return null;
    }
  }

  private static int lineEnd(byte[] bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      if (bytes[i] == '\n') {
        return i + 1;
      }
    }
    return -1;
  }

  private static boolean matches(byte[] bytes, int from, int to, byte[] expected) {
    return to - from >= expected.length
        && Arrays.equals(bytes, from, from + expected.length, expected, 0, expected.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
