package io.leukocyte.responder;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/** Takes all that a program writes, and keeps its begin and its end. Thread-safe. */
final class BoundedOutput {
  /** So many bytes are kept of the begin, and as many of the end. */
  static final int KEPT = 32 << 10;

  private final ByteArrayOutputStream begin = new ByteArrayOutputStream();
  private final byte[] end = new byte[KEPT];
  private long bytes;

  /** Takes a stream to its end. */
  void readAll(InputStream in) throws IOException {
    byte[] buffer = new byte[16 << 10];
    int got = in.read(buffer);
    while (got >= 0) {
      add(buffer, got);
      got = in.read(buffer);
    }
  }

  synchronized void add(byte[] buffer, int length) {
    int first = Math.min(length, KEPT - begin.size());
    begin.write(buffer, 0, first);
    for (int i = first; i < length; i++) {
      end[(int) ((bytes + i) % KEPT)] = buffer[i];
    }
    bytes += length;
  }

  /** How much was written. */
  synchronized long bytes() {
    return bytes;
  }

  /** What is kept; where something is left out it says how much. */
  synchronized String text() {
    long behind = bytes - begin.size();
    int length = (int) Math.min(behind, KEPT);
    byte[] tail = new byte[length];
    for (int i = 0; i < length; i++) {
      tail[i] = end[(int) ((bytes - length + i) % KEPT)];
    }
    String gap = behind > KEPT ? "\n[" + (behind - KEPT) + " bytes are left out]\n" : "";
    return begin.toString(StandardCharsets.UTF_8) + gap + new String(tail, StandardCharsets.UTF_8);
  }
}
