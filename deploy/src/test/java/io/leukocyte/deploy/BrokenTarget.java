package io.leukocyte.deploy;

import io.leukocyte.events.OrderJson;
import io.leukocyte.events.OrderKeys;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Doubles of what a target reads with, each without one check: whoever looks for faults must find
 * them, or it would find none of ours.
 */
enum BrokenTarget implements FuzzTarget.Reader {
  /** Orders over Kafka whose signature is not looked at. */
  UNSIGNED_ORDER(FuzzTarget.ORDER) {
    @Override
    public boolean isSigned(OrderJson.Signed order, OrderKeys keys) {
      return true;
    }
  },

  /** A log stream whose frames are believed to be as long as they say. */
  BELIEVED_LENGTH(FuzzTarget.LOG) {
    @Override
    public byte[] bytes(byte[] input) {
      int at = 0;
      while (at + HEADER <= input.length) {
        int length = ByteBuffer.wrap(input).getInt(at + 4);
        touch(input[at + HEADER + Math.max(length - 1, 0)]);
        at += HEADER + Math.max(length, 1);
      }
      return input;
    }
  },

  /** A log stream with a type that nobody expects, behind four bytes that nothing hints at. */
  UNEXPECTED_TYPE(FuzzTarget.LOG) {
    @Override
    public byte[] bytes(byte[] input) {
      int size = WANTED.length();
      if (input.length < size
          || !new String(input, 0, size, StandardCharsets.ISO_8859_1).equals(WANTED)) {
        return input;
      }
      throw new IllegalStateException("A type that nobody expects");
    }
  };

  private static final int HEADER = 8;
  private static final String WANTED = "LEUK";

  private final FuzzTarget target;

  BrokenTarget(FuzzTarget target) {
    this.target = target;
  }

  /** What is read with it. */
  FuzzTarget target() {
    return target;
  }

  static BrokenTarget named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static void touch(byte last) {
    if (last == Byte.MIN_VALUE) {
      Thread.onSpinWait(); // so that the read is not for nothing
    }
  }
}
