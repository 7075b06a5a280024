package io.leukocyte.rules;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What rules need of one system call: the paths that some rule could match, for each mode the call
 * can have. It may ask for more than the rules can match and never for less, so that whoever leaves
 * out the rest hides nothing from them.
 *
 * @param paths beginnings of paths and whole ones, with the bits of their modes; the empty
 *     beginning stands for everything, calls without a path included
 */
public record CallNeed(Map<PathPattern, Integer> paths) {
  /** Nothing. */
  public static final CallNeed NOTHING = new CallNeed(Map.of());

  /** Modes that there are; each is the number of a bit. */
  public static final int MODES = 8;

  /** The bits of all modes. */
  public static final int ALL_MODES = (1 << MODES) - 1;

  /** Everything. */
  public static final CallNeed EVERYTHING = new CallNeed(Map.of(PathPattern.EVERY, ALL_MODES));

  /** The bits of one outcome with each access. */
  static final int EACH_ACCESS = 0xf;

  private static final int ACCESS = 3;
  private static final int FAILED = 4;

  /** Leaves out what has no mode. */
  public CallNeed {
    Map<PathPattern, Integer> copy = new HashMap<>(paths);
    copy.values().removeIf(modes -> modes == 0);
    paths = Map.copyOf(copy);
  }

  /**
   * The mode of a call: the lowest two bits of the flags of an open, 0 for other calls, and 4 more
   * when it failed.
   */
  public static int mode(long flags, boolean failed) {
    return (int) (flags & ACCESS) + (failed ? FAILED : 0);
  }

  /** The lowest two bits of the flags of an open: reading, writing, both. */
  static int access(int mode) {
    return mode & ACCESS;
  }

  static boolean failed(int mode) {
    return (mode & FAILED) != 0;
  }

  /** These paths, in the modes of these bits. */
  static CallNeed of(Set<PathPattern> paths, int modes) {
    Map<PathPattern, Integer> all = new HashMap<>();
    paths.forEach(path -> all.put(path, modes));
    return new CallNeed(all);
  }

  /** The bits of the modes in which calls are needed whatever their path is. */
  public int always() {
    return paths.getOrDefault(PathPattern.EVERY, 0);
  }

  /** The bits of the modes in which some call is needed. */
  public int modes() {
    return paths.values().stream().reduce(0, (a, b) -> a | b);
  }

  /** Whether a call of a path, in a mode, is needed. */
  public boolean needs(String path, int mode) {
    return paths.entrySet().stream()
        .anyMatch(e -> (e.getValue() & 1 << mode) != 0 && e.getKey().matches(path));
  }

  /** What either needs. */
  public CallNeed or(CallNeed other) {
    Map<PathPattern, Integer> both = new HashMap<>(paths);
    other.paths.forEach((path, modes) -> both.merge(path, modes, (a, b) -> a | b));
    return new CallNeed(both);
  }

  /**
   * A path, or the beginning of some.
   *
   * @param text without what cannot be told from bytes: it ends before a NUL, a surrogate or a
   *     U+FFFD, which stands for any bytes that are no UTF-8
   * @param whole whether nothing follows the text
   */
  public record PathPattern(String text, boolean whole) {
    /** The beginning of every path. */
    public static final PathPattern EVERY = new PathPattern("", false);

    /** Cuts what cannot be told from bytes. */
    public PathPattern {
      int end = 0;
      while (end < text.length() && isSure(text.charAt(end))) {
        end++;
      }
      whole &= end == text.length() && end > 0;
      text = text.substring(0, end);
    }

    private static boolean isSure(char c) {
      return c != 0 && c != '\ufffd' && !Character.isSurrogate(c);
    }

    /** Whether a path is this one, or begins so. */
    public boolean matches(String path) {
      return whole ? path.equals(text) : path.startsWith(text);
    }

    /** Whether every path that matches the other one matches this one. */
    public boolean covers(PathPattern other) {
      return whole ? equals(other) : other.text.startsWith(text);
    }

    /** The text as the kernel has it. */
    public byte[] bytes() {
      return text.getBytes(StandardCharsets.UTF_8);
    }
  }
}
