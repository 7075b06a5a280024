package io.leukocyte.analyzer;

import java.util.Locale;

/** Amounts as people read them. */
final class Amounts {
  private Amounts() {}

  /** An amount of bytes in MiB with one digit after the point. */
  static String mebibytes(long bytes) {
    return String.format(Locale.ROOT, "%.1fMiB", bytes / (double) (1 << 20));
  }
}
