package io.leukocyte.collector;

/**
 * The number of a collector's start: unix milliseconds, and greater than each one before, whatever
 * the clock does.
 */
final class Epoch {
  private static final String FILE = "epoch";

  private Epoch() {}

  /** A new epoch, which is never given again from this folder. */
  static long next(DataFolder folder, TimeSource time) {
    long last = folder.read(FILE).map(Epoch::parse).orElse(0L);
    long epoch = Math.max(time.unixNanos() / 1_000_000, last + 1);
    folder.write(FILE, "%d\n".formatted(epoch));
    return epoch;
  }

  private static long parse(String text) {
    try {
      return Long.parseLong(text.strip());
    } catch (NumberFormatException e) {
      return 0; // the clock alone then makes it grow
    }
  }
}
