package io.leukocyte.collector;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A program's arguments as they lie in memory: each ends with a NUL, but for one that was cut. */
final class Arguments {
  private Arguments() {}

  /**
   * The arguments. Bytes that are no UTF-8 become U+FFFD; control characters stay.
   *
   * @param bytes the area
   * @param length how much of it counts
   */
  static List<String> split(byte[] bytes, int length) {
    List<String> args = new ArrayList<>();
    int from = 0;
    for (int i = 0; i < length; i++) {
      if (bytes[i] == 0) {
        args.add(new String(bytes, from, i - from, StandardCharsets.UTF_8));
        from = i + 1;
      }
    }
    if (from < length) {
      args.add(new String(bytes, from, length - from, StandardCharsets.UTF_8));
    }
    return List.copyOf(args);
  }
}
