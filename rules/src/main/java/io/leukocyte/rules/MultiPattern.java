package io.leukocyte.rules;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds which of many strings occur in a text, in one pass over its bytes (Aho and Corasick's
 * automaton, as a table), where a filter of triples does not rule them out. It folds A to Z; a
 * pattern whose case matters is compared again where it is found.
 */
final class MultiPattern {
  /**
   * What to look for.
   *
   * @param bytes UTF-8, not empty; lower-case (ASCII) when case does not matter
   * @param anyCase whether A to Z count as a to z
   * @param bit the bit to set when it is found
   */
  record Pattern(List<Byte> bytes, boolean anyCase, int bit) {
    static Pattern of(String text, boolean anyCase, int bit) {
      List<Byte> bytes = new ArrayList<>();
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        bytes.add(b);
      }
      return new Pattern(List.copyOf(bytes), anyCase, bit);
    }
  }

  /** Class of each byte: 0 for those in no pattern. Upper case has the class of lower case. */
  private final int[] classes = new int[256];

  private final int classCount;

  /** Next state, multiplied by the number of classes; inverted when patterns end there. */
  private final int[] next;

  private final int[][] endings;
  private final byte[][] exact;
  private final int[] lengths;
  private final int[] bits;
  private final @Nullable GramFilter filter;

  MultiPattern(List<Pattern> patterns) {
    this.classCount = assignClasses(patterns);
    this.lengths = patterns.stream().mapToInt(p -> p.bytes().size()).toArray();
    this.bits = patterns.stream().mapToInt(Pattern::bit).toArray();
    this.exact = patterns.stream().map(MultiPattern::exactBytes).toArray(byte[][]::new);
    int most = 1 + Arrays.stream(lengths).sum();
    int[] table = new int[most * classCount];
    List<List<Integer>> ends = new ArrayList<>();
    int states = trie(patterns, table, ends);
    link(table, states, ends);
    this.endings = ends.stream().map(MultiPattern::array).toArray(int[][]::new);
    this.next = premultiplied(table, states);
    this.filter = GramFilter.of(patterns);
  }

  private int assignClasses(List<Pattern> patterns) {
    int count = 1;
    for (Pattern pattern : patterns) {
      for (byte b : pattern.bytes()) {
        int folded = fold(b);
        if (classes[folded] == 0) {
          classes[folded] = count++;
        }
      }
    }
    for (int upper = 'A'; upper <= 'Z'; upper++) {
      classes[upper] = classes[upper + 32];
    }
    return count;
  }

  private static int fold(byte b) {
    return b >= 'A' && b <= 'Z' ? b + 32 : b & 0xff;
  }

  private static byte[] exactBytes(Pattern pattern) {
    byte[] bytes = new byte[pattern.anyCase() ? 0 : pattern.bytes().size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = pattern.bytes().get(i);
    }
    return bytes;
  }

  private static int[] array(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }

  /** The tree of the patterns. Returns the number of states. */
  private int trie(List<Pattern> patterns, int[] table, List<List<Integer>> ends) {
    ends.add(new ArrayList<>());
    for (int p = 0; p < patterns.size(); p++) {
      int state = 0;
      for (byte b : patterns.get(p).bytes()) {
        int cell = state * classCount + classes[fold(b)];
        if (table[cell] == 0) {
          table[cell] = ends.size();
          ends.add(new ArrayList<>());
        }
        state = table[cell];
      }
      ends.get(state).add(p);
    }
    return ends.size();
  }

  /** Fills in where to go on when the tree ends, breadth first. */
  private void link(int[] table, int states, List<List<Integer>> ends) {
    int[] back = new int[states];
    Deque<Integer> queue = new ArrayDeque<>();
    queue.add(0);
    while (!queue.isEmpty()) {
      int state = queue.remove();
      for (int c = 1; c < classCount; c++) {
        int cell = state * classCount + c;
        int fallback = state == 0 ? 0 : table[back[state] * classCount + c];
        if (table[cell] == 0) {
          table[cell] = fallback;
        } else {
          int child = table[cell];
          back[child] = fallback;
          ends.get(child).addAll(ends.get(fallback));
          queue.add(child);
        }
      }
    }
  }

  private int[] premultiplied(int[] table, int states) {
    int[] result = new int[states * classCount];
    for (int i = 0; i < result.length; i++) {
      int state = table[i] * classCount;
      result[i] = endings[table[i]].length == 0 ? state : ~state;
    }
    return result;
  }

  /** Sets the bits of the patterns that occur in a range of bytes. */
  void find(byte[] in, int from, int to, long[] found) {
    GramFilter grams = filter;
    if (grams == null) {
      scan(in, from, to, to, found);
      return;
    }
    int at = from;
    while (at < to) {
      int hit = grams.next(in, at, to);
      at = hit == to ? to : scan(in, Math.max(at, hit - grams.before()), hit + 1, to, found);
    }
  }

  /**
   * Looks at each byte, as far as asked and then until no pattern is under way.
   *
   * @return where it stopped; each pattern that begins before was found if it is there
   */
  private int scan(byte[] in, int from, int least, int to, long[] found) {
    int[] table = next;
    int[] classOf = classes;
    int state = 0;
    int at = from;
    while (at < to && (state != 0 || at < least)) {
      state = table[state + classOf[in[at++] & 0xff]];
      if (state < 0) {
        state = ~state;
        report(in, at, endings[state / classCount], found);
      }
    }
    return at;
  }

  private void report(byte[] in, int end, int[] patterns, long[] found) {
    for (int p : patterns) {
      int start = end - lengths[p];
      byte[] wanted = exact[p];
      if (wanted.length == 0 || Arrays.equals(wanted, 0, wanted.length, in, start, end)) {
        found[bits[p] >> 6] |= 1L << bits[p];
      }
    }
  }
}
