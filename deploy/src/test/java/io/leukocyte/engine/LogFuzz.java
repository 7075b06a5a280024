package io.leukocyte.engine;

import io.leukocyte.events.ContainerLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What engines say of logs, as bytes: the stream of their API, which gives lines within their bound
 * or an IOException; and the json-file driver's files, which give the same lines in any parts.
 */
public final class LogFuzz {
  private static final String TIME = "2026-11-22T17:12:41.521112748Z ";

  private LogFuzz() {}

  /** Streams as engines send them. */
  public static List<byte[]> seeds() {
    ByteArrayOutputStream pieces = new ByteArrayOutputStream();
    pieces.writeBytes(frame(1, TIME + "x".repeat(100)));
    pieces.writeBytes(frame(2, TIME + "oops\n"));
    pieces.writeBytes(frame(1, TIME + "end\r\n"));
    return List.of(frame(1, TIME + "GET / 200\n"), pieces.toByteArray(), frame(3, "error"));
  }

  /** Reads the frames; throws what it must not. */
  public static void run(byte[] bytes) {
    LineJoiner joiner = new LineJoiner(LogFuzz::requireBounded);
    LogReader reader = new LogReader(joiner, LogForm.FRAMES);
    InputStream in = new ByteArrayInputStream(bytes);
    try {
      while (reader.read(in)) {
        // Until the end.
      }
    } catch (IOException e) {
      // Refused.
    }
    joiner.flush();
  }

  /** Files as the json-file driver writes them. */
  public static List<byte[]> fileSeeds() {
    return List.of(
        utf8(entry("GET / 200\\n", "stdout") + entry("oops\\r\\n", "stderr")),
        utf8(entry("x".repeat(100), "stdout") + entry("\\u001b[1mend\\ud83d\\ude00\\n", "stdout")),
        utf8(entry("a\\n", "stdout") + "\0\0{\"log\":\"" + entry("b\\n", "stdout")));
  }

  private static String entry(String log, String stream) {
    return "{\"log\":\"%s\",\"stream\":\"%s\",\"time\":\"%s\"}\n"
        .formatted(log, stream, TIME.strip());
  }

  /** Reads the file at once and in two parts; throws what it must not, or when they differ. */
  public static void runFile(byte[] bytes) {
    FileLines whole = new FileLines();
    JsonLogDecoder decoder = new JsonLogDecoder(false, whole);
    int end = decoder.decode(bytes, 0, bytes.length, 0);
    decoder.flush();
    FileLines parts = new FileLines();
    JsonLogDecoder other = new JsonLogDecoder(false, parts);
    int middle = other.decode(bytes, 0, bytes.length / 2, 0);
    int last = other.decode(bytes, middle, bytes.length, middle);
    other.flush();
    if (end != last || !whole.isSame(parts)) {
      throw new AssertionError("In two parts a file gives\n" + parts + "\nand at once\n" + whole);
    }
  }

  /** What a decoder told. */
  private static final class FileLines implements JsonLogListener {
    private final List<LogLine> lines = new ArrayList<>();
    private long damaged;

    @Override
    public void line(LogLine line, LogPlace out, LogPlace err) {
      requireBounded(line);
      lines.add(line);
    }

    @Override
    public void lost(String reason, long count, long from, long to) {
      throw new AssertionError("A decoder loses nothing: " + reason);
    }

    @Override
    public void damaged(long bytes) {
      damaged += bytes;
    }

    boolean isSame(FileLines other) {
      return lines.equals(other.lines) && damaged == other.damaged;
    }

    @Override
    public String toString() {
      return lines + ", damaged " + damaged;
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void requireBounded(LogLine line) {
    if (line.text().length() > ContainerLog.MAX_BYTES) {
      throw new AssertionError("A line of " + line.text().length());
    }
  }

  private static byte[] frame(int type, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + bytes.length)
        .put((byte) type)
        .put(new byte[3])
        .putInt(bytes.length)
        .put(bytes)
        .array();
  }
}
