package io.leukocyte.events;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * An operator's order about what is normal for an image. {@link ProfileOrderJson} writes and reads
 * it.
 *
 * @param id made once; 32 hex digits
 * @param baseline the baseline of the profile
 * @param subject what the profile is of: an image, or the value of a label
 * @param kind what is to be done
 * @param items values as {@code process:/usr/bin/x}; empty where the kind has none
 * @param length how long to learn; empty: as long as the baseline says
 * @param document a profile as JSON, of {@link Kind#MERGE}; else empty
 * @param author who gave it
 * @param created when, unix nanoseconds
 */
public record ProfileOrder(
    ActionId id,
    String baseline,
    String subject,
    Kind kind,
    List<String> items,
    Optional<Duration> length,
    String document,
    String author,
    long created) {
  /** Items of an order. */
  public static final int MOST_ITEMS = 1_000;

  /** Characters of a document. */
  public static final int MOST_DOCUMENT = 512 << 10;

  private static final int MOST_TEXT = 1_024;

  /** What is to be done. */
  public enum Kind {
    /** Go on learning, or learn again, for some time. */
    LEARN,
    /** Forget everything and learn from the beginning. */
    RELEARN,
    /** End learning now. */
    FREEZE,
    /** Values are normal. */
    ACCEPT,
    /** Values are not normal. */
    REMOVE,
    /** What another profile has as normal is normal. */
    MERGE;

    /** Its word in JSON: lower case. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The kind of a word.
     *
     * @throws IllegalArgumentException when there is none
     */
    public static Kind of(String text) {
      return Arrays.stream(values())
          .filter(k -> k.text().equals(text))
          .findFirst()
          .orElseThrow(() -> new IllegalArgumentException("there is no order '" + text + "'"));
    }
  }

  /** Checks bounds and that each kind has what it needs. */
  public ProfileOrder {
    items = List.copyOf(items);
    if (baseline.isEmpty() || subject.isEmpty() || author.isEmpty() || created <= 0) {
      throw new IllegalArgumentException("it lacks a baseline, a subject, an author or a time");
    }
    if (baseline.length() > MOST_TEXT || subject.length() > MOST_TEXT) {
      throw new IllegalArgumentException("a name is longer than " + MOST_TEXT);
    }
    boolean named = kind == Kind.ACCEPT || kind == Kind.REMOVE;
    if (named == items.isEmpty() || items.size() > MOST_ITEMS) {
      throw new IllegalArgumentException(
          "the order "
              + kind.text()
              + (named ? " names no item, or more than " + MOST_ITEMS : " names items"));
    }
    if ((kind == Kind.MERGE) == document.isEmpty() || document.length() > MOST_DOCUMENT) {
      throw new IllegalArgumentException("a document belongs to merge, and has at most 512 KiB");
    }
    if (length.isPresent() && (kind != Kind.LEARN || length.get().isNegative())) {
      throw new IllegalArgumentException("only learn takes a time");
    }
  }
}
