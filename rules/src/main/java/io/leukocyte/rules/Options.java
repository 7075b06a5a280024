package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The options of a command line, read as getopt(3) does: letters behind one dash, together or
 * apart; an option with a colon behind its letter takes the rest of its word or the next word; what
 * is no option, and {@code --}, ends them.
 */
final class Options {
  private final String known;
  private final @Nullable String wanted;
  private final List<String> found = new ArrayList<>();

  private Options(String known, @Nullable String wanted) {
    this.known = known;
    this.wanted = wanted;
  }

  /**
   * The letters of the options in their order, each followed by what it was given.
   *
   * @param words the command line without the program
   * @param known the letters, a colon behind those that take a value
   * @param wanted the letter whose values alone are asked for; null for all
   */
  static List<String> of(List<String> words, String known, @Nullable String wanted) {
    Options options = new Options(known, wanted);
    int at = 0;
    while (at < words.size() && isOption(words.get(at))) {
      at = options.word(words, at);
    }
    return options.found;
  }

  private static boolean isOption(String word) {
    return word.length() > 1 && word.charAt(0) == '-' && !word.equals("--");
  }

  /** Takes the options of a word. Returns the place of the next word. */
  private int word(List<String> words, int at) {
    String word = words.get(at);
    for (int i = 1; i < word.length(); i++) {
      char letter = word.charAt(i);
      int place = letter == ':' ? -1 : known.indexOf(letter);
      if (place < 0) {
        continue;
      }
      boolean takesValue = place + 1 < known.length() && known.charAt(place + 1) == ':';
      if (!takesValue) {
        add(letter, null);
      } else if (i + 1 < word.length()) {
        add(letter, word.substring(i + 1));
        return at + 1;
      } else {
        add(letter, at + 1 < words.size() ? words.get(at + 1) : null);
        return at + 2;
      }
    }
    return at + 1;
  }

  private void add(char letter, @Nullable String value) {
    if (wanted == null) {
      found.add(String.valueOf(letter));
    }
    if (value != null && (wanted == null || wanted.equals(String.valueOf(letter)))) {
      found.add(value);
    }
  }
}
