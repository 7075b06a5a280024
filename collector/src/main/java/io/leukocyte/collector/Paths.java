package io.leukocyte.collector;

import java.util.ArrayDeque;
import java.util.Deque;

/** Paths as texts: what the kernel would look at, but for symbolic links. */
final class Paths {
  private Paths() {}

  /**
   * A path as it was asked for, from the root: without {@code .}, {@code ..} and empty components.
   *
   * @param base the directory it begins at, unless it begins at the root; empty when unknown
   */
  static String absolute(String base, String path) {
    if (path.isEmpty()) {
      return base;
    }
    if (!path.startsWith("/") && base.isEmpty()) {
      return path;
    }
    String whole = path.startsWith("/") ? path : base + "/" + path;
    if (isPlain(whole)) {
      return whole;
    }
    Deque<String> components = new ArrayDeque<>();
    for (String component : whole.split("/", -1)) {
      if (component.equals("..")) {
        components.pollLast();
      } else if (!component.isEmpty() && !component.equals(".")) {
        components.addLast(component);
      }
    }
    String joined = String.join("/", components);
    return joined.startsWith("…") ? joined : "/" + joined;
  }

  /**
   * The same, but a path that climbs keeps its steps: {@code /srv/www/../../etc/passwd} says more
   * of who asks than where it leads.
   */
  static String asked(String base, String path) {
    if (!climbs(path)) {
      return absolute(base, path);
    }
    boolean whole = path.startsWith("/") || base.isEmpty();
    return whole ? path : base + (base.endsWith("/") ? "" : "/") + path;
  }

  /** Whether it has a step upwards. */
  static boolean climbs(String path) {
    return path.contains("..") && ("/" + path + "/").contains("/../");
  }

  private static boolean isPlain(String path) {
    return !path.contains("//")
        && !path.contains("/.")
        && (path.length() == 1 || !path.endsWith("/"));
  }
}
