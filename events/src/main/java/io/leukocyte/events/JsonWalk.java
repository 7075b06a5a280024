package io.leukocyte.events;

/**
 * Visits each value of a JSON object that is a text, a number or a truth, with the names that lead
 * to it joined by dots, in lower case; an array's elements all stand under the array's name.
 * Allocates nothing. What is nested more than {@link #MOST_LEVELS} deep is passed over, names
 * beyond {@link #MOST_PATH} bytes are not visited. An object that ends before its end (a line that
 * was cut) is visited as far as it goes. Not thread-safe.
 */
final class JsonWalk {
  static final int MOST_LEVELS = 32;
  static final int MOST_PATH = 200;

  private static final int WRONG = -1;

  /** Takes values. */
  interface Sink {
    /**
     * A value.
     *
     * @param path the names; the first {@code length} bytes
     * @param from where the value is in the line: a text without its quotes
     * @param escaped whether the value has escapes to undo
     */
    void value(byte[] path, int length, int from, int to, boolean escaped);
  }

  private final byte[] path = new byte[MOST_PATH];
  private int length;
  private byte[] in = {};
  private int to;
  private Sink sink = (p, l, f, t, e) -> {};
  private boolean escaped;

  /** Whether it is an object, or the beginning of one. Values were visited even if it is not. */
  boolean walk(byte[] bytes, int from, int end, Sink into) {
    in = bytes;
    to = end;
    sink = into;
    length = 0;
    int at = blank(from);
    if (at == to || in[at] != '{') {
      return false;
    }
    at = object(at + 1, 1);
    return at >= 0 && blank(at) == to;
  }

  private int blank(int from) {
    int at = from;
    while (at < to && (in[at] == ' ' || in[at] == '\t' || in[at] == '\n' || in[at] == '\r')) {
      at++;
    }
    return at;
  }

  /** Reads from after the brace. Where it ends; {@link #to} when it is cut. */
  private int object(int from, int level) {
    int at = blank(from);
    int before = length;
    boolean first = true;
    while (at < to && in[at] != '}') {
      if (!first) {
        if (in[at] != ',') {
          return WRONG;
        }
        at = blank(at + 1);
        if (at == to) {
          return to;
        }
      }
      first = false;
      if (in[at] != '"') {
        return WRONG;
      }
      int end = textEnd(at + 1);
      if (end == to) {
        return to;
      }
      name(before, at + 1, end);
      at = blank(end + 1);
      if (at == to) {
        return to;
      }
      if (in[at] != ':') {
        return WRONG;
      }
      at = value(blank(at + 1), level);
      if (at < 0) {
        return WRONG;
      }
      length = before;
      at = blank(at);
    }
    return Math.min(to, at + 1);
  }

  private int array(int from, int level) {
    int at = blank(from);
    boolean first = true;
    while (at < to && in[at] != ']') {
      if (!first) {
        if (in[at] != ',') {
          return WRONG;
        }
        at = blank(at + 1);
      }
      first = false;
      at = value(at, level);
      if (at < 0) {
        return WRONG;
      }
      at = blank(at);
    }
    return Math.min(to, at + 1);
  }

  private int value(int at, int level) {
    if (at >= to) {
      return to;
    }
    return switch (in[at]) {
      case '{' -> level == MOST_LEVELS ? skip(at) : object(at + 1, level + 1);
      case '[' -> level == MOST_LEVELS ? skip(at) : array(at + 1, level + 1);
      case '"' -> {
        int end = textEnd(at + 1);
        visit(at + 1, end, escaped);
        yield Math.min(to, end + 1);
      }
      default -> bare(at);
    };
  }

  /** A number, true, false or null. */
  private int bare(int from) {
    int at = from;
    while (at < to && isBare(in[at])) {
      at++;
    }
    if (at == from) {
      return WRONG;
    }
    if (in[from] != 'n') {
      visit(from, at, false);
    }
    return at;
  }

  private static boolean isBare(byte c) {
    return (c >= '0' && c <= '9')
        || (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || c == '-'
        || c == '+'
        || c == '.';
  }

  private void visit(int from, int end, boolean hasEscapes) {
    if (length <= MOST_PATH) {
      sink.value(path, length, from, end, hasEscapes);
    }
  }

  /** Passes over what is nested too deep. */
  private int skip(int from) {
    int open = 0;
    int at = from;
    while (at < to) {
      byte c = in[at];
      if (c == '"') {
        at = textEnd(at + 1);
      } else if (c == '{' || c == '[') {
        open++;
      } else if ((c == '}' || c == ']') && --open == 0) {
        return at + 1;
      }
      at++;
    }
    return to;
  }

  /** The quote that ends a text; {@link #to} when there is none. */
  private int textEnd(int from) {
    escaped = false;
    int at = from;
    while (at < to) {
      byte c = in[at];
      if (c == '"') {
        return at;
      }
      if (c == '\\') {
        escaped = true;
        at++;
      }
      at++;
    }
    return to;
  }

  private void name(int before, int from, int end) {
    length = before;
    int dot = before == 0 ? 0 : 1;
    if (before > MOST_PATH || before + dot + end - from > MOST_PATH) {
      length = MOST_PATH + 1;
      return;
    }
    if (dot == 1) {
      path[length++] = '.';
    }
    for (int i = from; i < end; i++) {
      byte c = in[i];
      path[length++] = c >= 'A' && c <= 'Z' ? (byte) (c + 32) : c;
    }
  }
}
