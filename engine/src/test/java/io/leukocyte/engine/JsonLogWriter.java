package io.leukocyte.engine;

import io.leukocyte.events.ContainerLog.Stream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.zip.GZIPOutputStream;

/** Writes and rotates a log as Docker's json-file driver does. */
final class JsonLogWriter {
  /** Bytes of text that one entry has at most. */
  static final int PIECE = 16 * 1024;

  private final Path log;
  private final long maxSize;
  private final int maxFiles;
  private final boolean compress;
  private long size;
  private long time;

  JsonLogWriter(Path log, long maxSize, int maxFiles, boolean compress, long time) {
    this.log = log;
    this.maxSize = maxSize;
    this.maxFiles = maxFiles;
    this.compress = compress;
    this.time = time;
  }

  /** A whole line, in pieces when it is long. */
  void line(Stream stream, String text) throws IOException {
    long first = ++time;
    int at = 0;
    while (text.length() - at > PIECE) {
      entry(stream, text.substring(at, at + PIECE), first);
      at += PIECE;
    }
    entry(stream, text.substring(at) + "\n", first);
  }

  /** One entry with its time. */
  void entry(Stream stream, String text, long nanos) throws IOException {
    time = Math.max(time, nanos);
    if (maxSize > 0 && size >= maxSize) {
      rotate();
    }
    append(
        "{\"log\":\"%s\",\"stream\":\"%s\",\"time\":\"%s\"}\n"
            .formatted(
                escape(text),
                stream == Stream.STDERR ? "stderr" : "stdout",
                Instant.ofEpochSecond(nanos / 1_000_000_000, nanos % 1_000_000_000)));
  }

  /** Bytes as they are. */
  void append(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Files.write(log, bytes, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    size += bytes.length;
  }

  /** The next time that a line gets. */
  long nextTime() {
    return ++time;
  }

  void rotate() throws IOException {
    size = 0;
    if (maxFiles < 2) {
      Files.newOutputStream(log, StandardOpenOption.TRUNCATE_EXISTING).close();
      return;
    }
    String end = compress ? ".gz" : "";
    Files.deleteIfExists(sibling((maxFiles - 1) + end));
    for (int i = maxFiles - 1; i > 1; i--) {
      Path from = sibling((i - 1) + end);
      if (Files.exists(from)) {
        Files.move(from, sibling(i + end), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.move(log, sibling("1"), StandardCopyOption.REPLACE_EXISTING);
    Files.createFile(log);
    if (compress) {
      try (OutputStream gz = new GZIPOutputStream(Files.newOutputStream(sibling("1.gz")))) {
        Files.copy(sibling("1"), gz);
      }
      Files.delete(sibling("1"));
    }
  }

  private Path sibling(String end) {
    return log.resolveSibling(log.getFileName() + "." + end);
  }

  private static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> out.append('\\').append(c);
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < 0x20 || c == '<' || c == '>' || c == '&' || c == '\u2028') {
            out.append("\\u%04x".formatted((int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.toString();
  }
}
