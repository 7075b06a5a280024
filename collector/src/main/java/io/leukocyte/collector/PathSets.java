package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.MOST_PATHS;
import static io.leukocyte.collector.SensorLayout.PATH_KEY;
import static io.leukocyte.collector.SensorLayout.PATH_KEY_SIZE;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.leukocyte.rules.CallNeed;
import io.leukocyte.rules.CallNeed.PathPattern;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The sets of paths of calls as the kernel keeps them. Calls that need the same share a set. What
 * does not fit into the kernel's table is reported whatever its path is.
 */
final class PathSets {
  private static final int MOST_SETS = 255;

  private final Map<String, CallNeed> needs;
  private final Map<CallNeed, Integer> sets = new HashMap<>();
  private final List<Line> lines = new ArrayList<>();

  private PathSets(Map<String, CallNeed> needs) {
    this.needs = Map.copyOf(needs);
  }

  /**
   * A key of the kernel's trie.
   *
   * @param set from 1
   * @param path its bytes, a NUL at the end of a whole path
   * @param modes bits of the modes that are reported of what begins so
   */
  record Line(int set, List<Byte> path, int modes) {
    Line {
      path = List.copyOf(path);
    }

    /** Writes the key. */
    void write(MemorySegment to) {
      to.fill((byte) 0);
      to.set(JAVA_INT, at(PATH_KEY, "bits"), 8 * (1 + path.size()));
      to.set(JAVA_BYTE, at(PATH_KEY, "set"), (byte) set);
      for (int i = 0; i < path.size(); i++) {
        to.set(JAVA_BYTE, at(PATH_KEY, "path") + i, path.get(i));
      }
    }
  }

  static PathSets of(Map<String, CallNeed> needs) {
    PathSets sets = new PathSets(needs);
    needs.values().stream().distinct().forEach(sets::add);
    return sets;
  }

  private void add(CallNeed need) {
    if (need.always() == need.modes() || sets.size() == MOST_SETS) {
      return;
    }
    int set = sets.size() + 1;
    List<Line> more = lines(need, set);
    if (lines.size() + more.size() <= MOST_PATHS) {
      sets.put(need, set);
      lines.addAll(more);
    }
  }

  private static List<Line> lines(CallNeed need, int set) {
    Map<List<Byte>, Integer> keys = new HashMap<>();
    need.paths()
        .keySet()
        .forEach(path -> keys.merge(key(path), modes(need, path), (a, b) -> a | b));
    List<Line> lines = new ArrayList<>();
    keys.forEach((key, modes) -> lines.add(new Line(set, key, modes)));
    return lines;
  }

  /** The kernel finds the longest key only: it has the modes of the shorter ones too. */
  private static int modes(CallNeed need, PathPattern path) {
    int modes = 0;
    for (Map.Entry<PathPattern, Integer> other : need.paths().entrySet()) {
      if (other.getKey().covers(path)) {
        modes |= other.getValue();
      }
    }
    return modes;
  }

  private static List<Byte> key(PathPattern path) {
    byte[] bytes = path.bytes();
    List<Byte> key = new ArrayList<>();
    for (int i = 0; i < Math.min(bytes.length, PATH_KEY_SIZE); i++) {
      key.add(bytes[i]);
    }
    if (path.whole() && key.size() < PATH_KEY_SIZE) {
      key.add((byte) 0);
    }
    return key;
  }

  /** The number of a call's set; 0 where it is reported whatever its path is. */
  int set(String call) {
    return sets.getOrDefault(needs.getOrDefault(call, CallNeed.NOTHING), 0);
  }

  /** The bits of the modes in which a call is reported. */
  int modes(String call) {
    return needs.getOrDefault(call, CallNeed.NOTHING).modes();
  }

  /** All keys. */
  List<Line> lines() {
    return List.copyOf(lines);
  }
}
