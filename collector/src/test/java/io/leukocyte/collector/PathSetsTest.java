package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.rules.CallNeed;
import io.leukocyte.rules.CallNeed.PathPattern;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PathSetsTest {
  private static final List<String> PARTS =
      List.of("/etc", "/e", "/shadow", "/ü", "x", "/" + "l".repeat(120), "/…", "");

  private static String path(Random random) {
    StringBuilder path = new StringBuilder();
    for (int i = random.nextInt(5); i >= 0; i--) {
      path.append(PARTS.get(random.nextInt(PARTS.size())));
    }
    return path.toString();
  }

  private static CallNeed need(Random random) {
    Map<PathPattern, Integer> paths = new HashMap<>();
    for (int i = random.nextInt(8); i >= 0; i--) {
      paths.put(new PathPattern(path(random), random.nextBoolean()), 1 + random.nextInt(255));
    }
    return new CallNeed(paths);
  }

  /** What the kernel finds: the modes of the longest key that begins the path and its NUL. */
  private static int found(PathSets sets, int set, String path) {
    byte[] bytes = Arrays.copyOf(path.getBytes(StandardCharsets.UTF_8), SensorLayout.PATH_KEY_SIZE);
    return sets.lines().stream()
        .filter(line -> line.set() == set && begins(line.path(), bytes))
        .max(Comparator.comparingInt(line -> line.path().size()))
        .map(PathSets.Line::modes)
        .orElse(0);
  }

  private static boolean begins(List<Byte> key, byte[] path) {
    for (int i = 0; i < key.size(); i++) {
      if (key.get(i) != path[i]) {
        return false;
      }
    }
    return true;
  }

  @Test
  void theLongestKeyTellsWhatIsNeeded() {
    Random random = new Random(7);
    int needed = 0;
    for (int round = 0; round < 300; round++) {
      Map<String, CallNeed> needs =
          new TreeMap<>(Map.of("open", need(random), "openat", need(random)));
      PathSets sets = PathSets.of(needs);
      for (int i = 0; i < 40; i++) {
        String path = path(random);
        for (Map.Entry<String, CallNeed> need : needs.entrySet()) {
          int set = sets.set(need.getKey());
          int modes = set == 0 ? sets.modes(need.getKey()) : found(sets, set, path);
          for (int mode = 0; mode < CallNeed.MODES; mode++) {
            boolean wanted = need.getValue().needs(path, mode);
            boolean passes = (modes & 1 << mode) != 0;
            needed += wanted ? 1 : 0;
            // a path longer than a key may pass though it is not wanted
            if (wanted || path.getBytes(StandardCharsets.UTF_8).length < 251) {
              assertThat(passes).as("%s of %s in mode %s", path, need, mode).isEqualTo(wanted);
            }
          }
        }
      }
    }
    assertThat(needed).isGreaterThan(10_000);
  }

  @Test
  void callsThatNeedTheSameShareASetAndWhatNeedsEverythingHasNone() {
    CallNeed etc = new CallNeed(Map.of(new PathPattern("/etc", false), CallNeed.ALL_MODES));
    CallNeed writes = new CallNeed(Map.of(PathPattern.EVERY, 0b1110));
    PathSets sets = PathSets.of(Map.of("open", etc, "openat", etc, "creat", writes));

    assertThat(sets.set("open")).isEqualTo(sets.set("openat")).isPositive();
    assertThat(sets.set("creat")).isZero();
    assertThat(sets.modes("creat")).isEqualTo(0b1110);
    assertThat(sets.lines()).hasSize(1);
    assertThat(sets.modes("rename")).isZero();
  }

  @Test
  void whatDoesNotFitIsReportedWhateverItsPathIs() {
    Map<String, CallNeed> needs = new TreeMap<>();
    for (int call = 0; call < 10; call++) {
      Map<PathPattern, Integer> paths = new HashMap<>();
      for (int i = 0; i < 2000; i++) {
        paths.put(new PathPattern("/" + call + "/" + i, true), 1);
      }
      needs.put("call" + call, new CallNeed(paths));
    }
    PathSets sets = PathSets.of(needs);

    assertThat(sets.lines().size()).isLessThanOrEqualTo(SensorLayout.MOST_PATHS);
    assertThat(needs.keySet().stream().filter(call -> sets.set(call) == 0)).hasSize(2);
  }
}
