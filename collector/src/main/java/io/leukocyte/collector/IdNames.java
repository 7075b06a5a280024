package io.leukocyte.collector;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Names of users or groups by their numbers, as {@code /etc/passwd} or {@code /etc/group} has them.
 * The file is a container's, so nothing of it is believed: it is read within bounds, a number that
 * stands there more than once has its first name only, a name that is not printable, longer than
 * {@link #MOST_NAME} bytes or {@code root} for another number than 0 is none, and lines that point
 * to a directory service (+, -) are left out. Number 0 is root whatever the file says.
 */
final class IdNames {
  /** Bytes of a file that are read. */
  static final int MOST_BYTES = 1 << 20;

  /** Bytes of a line in which its number must stand: a group's members come after it. */
  static final int MOST_LINE = 4096;

  /** Names that are kept. */
  static final int MOST_NAMES = 1024;

  /** Bytes of a name. */
  static final int MOST_NAME = 64;

  /** No names. */
  static final IdNames NONE = new IdNames(Map.of());

  private static final String ROOT = "root";
  private static final int MOST_DIGITS = 10;
  private static final long MOST_NUMBER = 0xffff_fffeL; // the next one stands for none

  /** By the number's 32 bits; empty where the first line of a number has no name to believe. */
  private final Map<Integer, String> names;

  private IdNames(Map<Integer, String> names) {
    this.names = names;
  }

  /**
   * Reads a file.
   *
   * @param content what was read of it; what is beyond {@link #MOST_BYTES} is left out, and so is a
   *     line that ends there
   * @param mask takes secrets out of names
   */
  static IdNames parse(byte[] content, UnaryOperator<String> mask) {
    Map<Integer, String> names = new HashMap<>();
    int end = Math.min(content.length, MOST_BYTES);
    int from = 0;
    while (from < end && names.size() < MOST_NAMES) {
      int to = indexOf(content, '\n', from, end);
      if (to == end && content.length > MOST_BYTES) {
        break;
      }
      line(content, from, to, names, mask);
      from = to + 1;
    }
    return names.isEmpty() ? NONE : new IdNames(names);
  }

  private static void line(
      byte[] content, int from, int end, Map<Integer, String> names, UnaryOperator<String> mask) {
    int to = Math.min(end, from + MOST_LINE);
    int nameEnd = indexOf(content, ':', from, to);
    int passwordEnd = indexOf(content, ':', nameEnd + 1, to);
    int numberEnd = indexOf(content, ':', passwordEnd + 1, to);
    if (nameEnd == from
        || passwordEnd >= to
        || (numberEnd == to && to < end)
        || "+-#".indexOf(content[from]) >= 0) {
      return;
    }
    long number = number(content, passwordEnd + 1, numberEnd);
    if (number > 0) {
      names.computeIfAbsent((int) number, id -> name(content, from, nameEnd, mask));
    }
  }

  /** The decimal number that is all there is between two places; -1 when there is another thing. */
  private static long number(byte[] content, int from, int to) {
    if (from >= to || to - from > MOST_DIGITS) {
      return -1;
    }
    long number = 0;
    for (int i = from; i < to; i++) {
      if (content[i] < '0' || content[i] > '9') {
        return -1;
      }
      number = number * 10 + (content[i] - '0');
    }
    return number <= MOST_NUMBER ? number : -1;
  }

  private static String name(byte[] content, int from, int to, UnaryOperator<String> mask) {
    if (to - from > MOST_NAME) {
      return "";
    }
    try {
      String name =
          StandardCharsets.UTF_8
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .decode(ByteBuffer.wrap(content, from, to - from))
              .toString();
      return name.equals(ROOT) || !name.codePoints().allMatch(IdNames::isPrintable)
          ? ""
          : mask.apply(name);
    } catch (CharacterCodingException e) {
      return "";
    }
  }

  /** What is seen, and as itself: nothing that a terminal obeys, or that turns text around. */
  private static boolean isPrintable(int codePoint) {
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The first place of a byte; the end when it is not there, or from is beyond. */
  private static int indexOf(byte[] in, char wanted, int from, int end) {
    for (int i = from; i < end; i++) {
      if (in[i] == wanted) {
        return i;
      }
    }
    return end;
  }

  /** Whether the file has a line for the number, with a name to believe or not. */
  boolean has(int id) {
    return names.containsKey(id);
  }

  /** The name of a number other than 0; null when it has none. */
  @Nullable String of(int id) {
    String name = names.get(id);
    return name == null || name.isEmpty() ? null : name;
  }

  /** How many numbers there are. */
  int size() {
    return names.size();
  }
}
