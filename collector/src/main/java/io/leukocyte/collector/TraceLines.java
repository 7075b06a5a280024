package io.leukocyte.collector;

import org.jspecify.annotations.Nullable;

/**
 * Tells which lines belong to the line before them: stack traces of Java and what runs on its
 * machine, .NET, Node.js and Ruby, of Python and of Go.
 */
final class TraceLines {
  private TraceLines() {}

  /** What kind of a trace has begun, and so what may follow. */
  enum State {
    /** A line that names an exception: what is indented follows, and causes. */
    FRAMES,
    /** Python's, whose last line is the exception. */
    PYTHON,
    /** After Python's last line: what is indented, and what it was caused by. */
    PYTHON_ENDED,
    /** Between two of Python's traces of which one led to the other. */
    PYTHON_BETWEEN,
    /** Go's panic, and what all its routines do. */
    GO
  }

  /** What begins with a line; null when nothing does and the next line is one by itself. */
  static @Nullable State begins(String line) {
    if (line.length() < 3 || isJson(line)) {
      return null;
    }
    if (line.startsWith("panic: ")
        || line.startsWith("fatal error: ")
        || line.startsWith("goroutine ")) {
      return State.GO;
    }
    if (line.endsWith("Traceback (most recent call last):")) {
      return State.PYTHON;
    }
    return line.contains("rror") || line.contains("xception") ? State.FRAMES : null;
  }

  private static boolean isJson(String line) {
    char second = line.charAt(1);
    return line.charAt(0) == '{'
        || (line.charAt(0) == '[' && (second == '{' || second == '"' || second == '['));
  }

  /** What has begun when a line belongs to what is before it; null when it does not. */
  static @Nullable State goesOn(State state, String line) {
    boolean indented = !line.isEmpty() && (line.charAt(0) == ' ' || line.charAt(0) == '\t');
    return switch (state) {
      case FRAMES ->
          indented
                  || line.startsWith("Caused by: ")
                  || line.startsWith("Suppressed: ")
                  || line.startsWith("at ")
                  || line.startsWith("--- End of ")
                  || line.startsWith("---> ")
                  || line.equals("}")
              ? State.FRAMES
              : null;
      case PYTHON -> {
        if (indented) {
          yield State.PYTHON;
        }
        yield isExceptionName(line) ? State.PYTHON_ENDED : null;
      }
      case PYTHON_ENDED -> {
        if (indented || line.isEmpty()) {
          yield State.PYTHON_ENDED;
        }
        yield line.startsWith("During handling of the above exception")
                || line.startsWith("The above exception was the direct cause")
            ? State.PYTHON_BETWEEN
            : null;
      }
      case PYTHON_BETWEEN -> {
        if (line.isEmpty()) {
          yield State.PYTHON_BETWEEN;
        }
        yield line.startsWith("Traceback (most recent call last):") ? State.PYTHON : null;
      }
      case GO -> indented || line.isEmpty() || isOfGo(line) ? State.GO : null;
    };
  }

  /** {@code module.Name: message}, or the name alone. */
  private static boolean isExceptionName(String line) {
    int at = 0;
    while (at < line.length() && isNamePart(line.charAt(at))) {
      at++;
    }
    return at > 1 && (at == line.length() || line.charAt(at) == ':');
  }

  private static boolean isNamePart(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '_'
        || c == '.';
  }

  private static boolean isOfGo(String line) {
    return line.startsWith("goroutine ")
        || line.startsWith("created by ")
        || line.startsWith("[signal ")
        || line.startsWith("exit status ")
        || line.startsWith("panic: ")
        || isCall(line)
        || (line.charAt(0) == 'r' && line.contains("0x"));
  }

  /** {@code main.work(0x1, {0x2, 0x3})}: no blank before the parenthesis. */
  private static boolean isCall(String line) {
    int open = line.indexOf('(');
    int blank = line.indexOf(' ');
    return open > 0 && line.endsWith(")") && (blank < 0 || open < blank);
  }
}
