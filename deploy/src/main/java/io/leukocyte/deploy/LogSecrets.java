package io.leukocyte.deploy;

import io.leukocyte.events.Secrets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What never stands in our own log: the values of secret settings, and what looks like one. */
final class LogSecrets {
  /** A shorter value would make nonsense of ordinary words, and is no secret worth the name. */
  private static final int SHORTEST = 4;

  private static volatile List<String> values = List.of();

  private LogSecrets() {}

  /** Adds values, to be masked wherever they stand. */
  static synchronized void add(Collection<String> secrets) {
    Set<String> all = new TreeSet<>(values);
    secrets.stream().filter(s -> s.length() >= SHORTEST).forEach(all::add);
    // The longest first: one may be a part of another.
    values = all.stream().sorted(Comparator.comparingInt(String::length).reversed()).toList();
  }

  /** The text without secrets. */
  static String mask(String text) {
    String masked = text;
    for (String value : values) {
      masked = masked.replace(value, Secrets.MASK);
    }
    return Secrets.mask(masked);
  }
}
