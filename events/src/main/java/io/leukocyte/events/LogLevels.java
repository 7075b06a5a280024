package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The words and numbers by which loggers say how grave a line is. */
final class LogLevels {
  /** How far into a line without structure its level is looked for. */
  private static final int MOST_AHEAD = 96;

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Word(byte[] word, byte[] level) {}

  private static final List<Word> WORDS = words();
  private static final byte[] LEVEL_IS = "level=".getBytes(StandardCharsets.US_ASCII);
  private static final byte[][] TENS = {
    ascii("trace"), ascii("debug"), ascii("info"), ascii("warn"), ascii("error"), ascii("critical")
  };

  private LogLevels() {}

  private static List<Word> words() {
    List<Word> words = new ArrayList<>();
    add(words, "trace", "trace", "finest", "finer", "verbose", "trc");
    add(words, "debug", "debug", "dbug", "dbg", "fine");
    add(words, "info", "info", "information", "informational", "inf", "log");
    add(words, "notice", "notice");
    add(words, "warn", "warn", "warning", "wrn");
    add(words, "error", "error", "err", "severe", "fail");
    add(
        words,
        "critical",
        "critical",
        "crit",
        "fatal",
        "ftl",
        "panic",
        "emerg",
        "emergency",
        "alert");
    return List.copyOf(words);
  }

  private static void add(List<Word> to, String level, String... words) {
    byte[] name = ascii(level);
    for (String word : words) {
      to.add(new Word(ascii(word), name));
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** The level that a whole value names, in any case, or as 10 to 60; null when it is none. */
  static byte @Nullable [] of(byte[] in, int from, int to) {
    if (to - from == 2 && in[from + 1] == '0' && in[from] >= '1' && in[from] <= '6') {
      return TENS[in[from] - '1'];
    }
    for (int i = 0; i < WORDS.size(); i++) {
      if (equals(in, from, to, WORDS.get(i).word())) {
        return WORDS.get(i).level();
      }
    }
    return null;
  }

  /**
   * The level in a line without structure: after {@code level=}, or a word in capitals or between
   * brackets near the line's beginning; null when there is none.
   */
  static byte @Nullable [] in(byte[] in, int from, int to) {
    int most = Math.min(to, from + MOST_AHEAD);
    for (int i = from; i < most; i++) {
      if ((i == from || !isLetter(in[i - 1])) && isLetter(in[i])) {
        int end = wordEnd(in, i, to);
        byte[] level = at(in, from, i, end, to);
        if (level != null) {
          return level;
        }
        i = end - 1;
      }
    }
    return null;
  }

  private static byte @Nullable [] at(byte[] in, int begin, int from, int end, int to) {
    if (end < to && in[end] == '=' && equals(in, from, end + 1, LEVEL_IS)) {
      int value = end + 1 < to && in[end + 1] == '"' ? end + 2 : end + 1;
      return of(in, value, wordEnd(in, value, to));
    }
    boolean bracketed = from > begin && in[from - 1] == '[' && end < to && in[end] == ']';
    boolean standing =
        (from == begin || in[from - 1] == ' ' || in[from - 1] == '[' || in[from - 1] == '\t')
            && (end == to || in[end] == ' ' || in[end] == ':' || in[end] == ']' || in[end] == '\t');
    return bracketed || (standing && end - from > 2 && isCapital(in, from, end))
        ? of(in, from, end)
        : null;
  }

  private static boolean isCapital(byte[] in, int from, int to) {
    for (int i = from; i < to; i++) {
      if (in[i] < 'A' || in[i] > 'Z') {
        return false;
      }
    }
    return true;
  }

  private static boolean isLetter(byte c) {
    int lower = c | 0x20;
    return lower >= 'a' && lower <= 'z';
  }

  private static int wordEnd(byte[] in, int from, int to) {
    int end = from;
    while (end < to && isLetter(in[end])) {
      end++;
    }
    return end;
  }

  private static boolean equals(byte[] in, int from, int to, byte[] lower) {
    if (to - from != lower.length) {
      return false;
    }
    for (int i = 0; i < lower.length; i++) {
      byte c = in[from + i];
      if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != lower[i]) {
        return false;
      }
    }
    return true;
  }
}
