package io.leukocyte.rules;

/** Shell patterns as fnmatch(3) without flags reads them: {@code *} crosses slashes. */
final class Glob {
  private Glob() {}

  /** Whether the whole text matches. Takes time in proportion to both lengths at most. */
  static boolean matches(String pattern, String text) {
    int p = 0;
    int t = 0;
    int starAt = -1;
    int resumeAt = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        starAt = p++;
        resumeAt = t;
      } else if (p < pattern.length() && matchesOne(pattern, p, text.charAt(t))) {
        p = next(pattern, p);
        t++;
      } else if (starAt >= 0) {
        p = starAt + 1;
        t = ++resumeAt;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private static boolean matchesOne(String pattern, int p, char c) {
    return switch (pattern.charAt(p)) {
      case '?' -> true;
      case '[' -> {
        int end = bracketEnd(pattern, p);
        yield end < 0 ? c == '[' : inBracket(pattern, p + 1, end, c);
      }
      case '\\' -> p + 1 < pattern.length() ? pattern.charAt(p + 1) == c : c == '\\';
      default -> pattern.charAt(p) == c;
    };
  }

  /** Where the part of the pattern after the one at {@code p} begins. */
  private static int next(String pattern, int p) {
    return switch (pattern.charAt(p)) {
      case '[' -> Math.max(bracketEnd(pattern, p), p) + 1;
      case '\\' -> Math.min(p + 2, pattern.length());
      default -> p + 1;
    };
  }

  /**
   * Where the closing bracket stands; -1 when there is none. One right after [ or [! is literal.
   */
  private static int bracketEnd(String pattern, int open) {
    int first = open + 1;
    if (first < pattern.length() && isNegation(pattern.charAt(first))) {
      first++;
    }
    return pattern.indexOf(']', first + 1);
  }

  private static boolean inBracket(String pattern, int from, int to, char c) {
    boolean negated = isNegation(pattern.charAt(from));
    boolean found = false;
    for (int i = negated ? from + 1 : from; i < to; i++) {
      if (i + 2 < to && pattern.charAt(i + 1) == '-') {
        found |= pattern.charAt(i) <= c && c <= pattern.charAt(i + 2);
        i += 2;
      } else {
        found |= pattern.charAt(i) == c;
      }
    }
    return found != negated;
  }

  private static boolean isNegation(char c) {
    return c == '!' || c == '^';
  }
}
