package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/** Texts in the sensor's records. They can hold any bytes; what is no UTF-8 becomes U+FFFD. */
final class RecordText {
  private RecordText() {}

  /** The bytes, as many of them as the record has. */
  static byte[] bytes(MemorySegment memory, long from, int size) {
    long room = memory.byteSize() - from;
    if (from < 0 || room <= 0 || size <= 0) {
      return new byte[0];
    }
    byte[] bytes = new byte[(int) Math.min(size, room)];
    MemorySegment.copy(memory, JAVA_BYTE, from, bytes, 0, bytes.length);
    return bytes;
  }

  /** A text with a NUL at its end. */
  static String terminated(MemorySegment memory, long from, int size) {
    byte[] bytes = bytes(memory, from, size);
    return new String(bytes, 0, Math.max(0, bytes.length - 1), StandardCharsets.UTF_8);
  }

  /** A text that ends with a NUL or with the room it has. */
  static String upToNul(MemorySegment memory, long from, int room) {
    byte[] bytes = bytes(memory, from, room);
    int end = 0;
    while (end < bytes.length && bytes[end] != 0) {
      end++;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8);
  }

  /**
   * A path from its components, which come from the file upwards. One whose upper part is missing
   * begins with {@code …/}.
   */
  static String path(MemorySegment memory, long from, int size, boolean cut, boolean unrooted) {
    byte[] bytes = bytes(memory, from, size);
    byte[] path = new byte[bytes.length + 1];
    int length = 0;
    int end = bytes.length;
    if (end > 0 && bytes[end - 1] == 0) {
      end--;
    }
    for (int begin = end; begin >= 0 && bytes.length > 0; begin--) {
      if (begin == 0 || bytes[begin - 1] == 0) {
        if (!unrooted || length > 0) {
          path[length++] = '/';
        }
        System.arraycopy(bytes, begin, path, length, end - begin);
        length += end - begin;
        end = begin - 1;
      }
    }
    if (length == 0) {
      path[length++] = '/';
    }
    String text = new String(path, 0, length, StandardCharsets.UTF_8);
    return cut ? "…" + text : text;
  }
}
