package io.leukocyte.engine;

import io.leukocyte.events.ContainerLog;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The engine's log stream, as bytes: lines within their bound, or an IOException. */
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
    LogReader reader = new LogReader(joiner);
    InputStream in = new ByteArrayInputStream(bytes);
    try {
      while (reader.readFrame(in)) {
        // Until the end.
      }
    } catch (IOException e) {
      // Refused.
    }
    joiner.flush();
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
