package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Paths as a tree of their names: tells whether one of them is a path or a directory above it.
 * Names with {@code * ? [} are shell patterns, which never cross a slash.
 */
final class PathTrie {
  private final Set<String> paths;
  private final Names root = new Names();

  private static final class Names {
    private final Map<String, Names> exact = new HashMap<>();
    private final Map<String, Names> patterns = new HashMap<>();
    private boolean ends;
  }

  PathTrie(Set<String> paths) {
    this.paths = Set.copyOf(paths);
    this.paths.forEach(this::add);
  }

  /** The paths. */
  Set<String> paths() {
    return paths;
  }

  private void add(String path) {
    Names at = root;
    for (String name : names(path)) {
      boolean pattern = name.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
      at = (pattern ? at.patterns : at.exact).computeIfAbsent(name, n -> new Names());
    }
    at.ends = true;
  }

  private static List<String> names(String path) {
    List<String> names = new ArrayList<>();
    for (String name : path.split("/", -1)) {
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }

  /** Whether one of the paths is this one or a directory above it. */
  boolean covers(String path) {
    return !path.isEmpty() && covers(root, names(path), 0);
  }

  private static boolean covers(Names at, List<String> names, int index) {
    if (at.ends) {
      return true;
    }
    if (index == names.size()) {
      return false;
    }
    String name = names.get(index);
    Names next = at.exact.get(name);
    if (next != null && covers(next, names, index + 1)) {
      return true;
    }
    for (Map.Entry<String, Names> pattern : at.patterns.entrySet()) {
      if (Glob.matches(pattern.getKey(), name) && covers(pattern.getValue(), names, index + 1)) {
        return true;
      }
    }
    return false;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PathTrie t && t.paths.equals(paths);
  }

  @Override
  public int hashCode() {
    return paths.hashCode();
  }

  @Override
  public String toString() {
    return paths.toString();
  }
}
