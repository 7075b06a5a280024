package io.leukocyte.rules;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Looks for single bytes, eight at a time. */
final class Bytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long ONES = 0x0101010101010101L;
  private static final long TOPS = 0x8080808080808080L;

  private Bytes() {}

  /** Whether a byte occurs. */
  static boolean has(byte[] in, int from, int to, byte wanted) {
    long all = ONES * (wanted & 0xff);
    int at = from;
    for (; at <= to - Long.BYTES; at += Long.BYTES) {
      long zero = (long) LONG.get(in, at) ^ all; // a zero byte where it occurs
      if (((zero - ONES) & ~zero & TOPS) != 0) {
        return true;
      }
    }
    for (; at < to; at++) {
      if (in[at] == wanted) {
        return true;
      }
    }
    return false;
  }
}
