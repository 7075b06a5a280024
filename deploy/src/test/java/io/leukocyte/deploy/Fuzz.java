package io.leukocyte.deploy;

import java.util.Arrays;
import java.util.List;

/**
 * What Jazzer calls: the first byte of an input names the target, the others are for it. With
 * {@code -Dleuko.fuzz.target=rules} all of an input is for one; {@code -Dleuko.fuzz.broken=…} puts
 * a double with a fault in the place of what one target reads with.
 */
public final class Fuzz {
  private static final FuzzTarget[] TARGETS = FuzzTarget.values();
  private static final String ONE = System.getProperty("leuko.fuzz.target", "");

  private static final String BROKEN = System.getProperty("leuko.fuzz.broken", "");

  private Fuzz() {}

  /** Reads an input; throws for a fault of ours only. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (!ONE.isEmpty()) {
      run(FuzzTarget.valueOf(ONE.toUpperCase(java.util.Locale.ROOT)), input);
    } else if (input.length > 0) {
      FuzzTarget target = TARGETS[(input[0] & 0xff) % TARGETS.length];
      run(target, Arrays.copyOfRange(input, 1, input.length));
    }
  }

  private static void run(FuzzTarget target, byte[] input) {
    BrokenTarget broken = BROKEN.isEmpty() ? null : BrokenTarget.named(BROKEN);
    if (broken != null && broken.target() == target) {
      target.run(input, broken);
    } else {
      target.run(input);
    }
  }

  /** The input that gives these bytes to a target. */
  static byte[] input(FuzzTarget target, byte[] bytes) {
    if (!ONE.isEmpty()) {
      return bytes;
    }
    byte[] input = new byte[bytes.length + 1];
    input[0] = (byte) List.of(TARGETS).indexOf(target);
    System.arraycopy(bytes, 0, input, 1, bytes.length);
    return input;
  }
}
