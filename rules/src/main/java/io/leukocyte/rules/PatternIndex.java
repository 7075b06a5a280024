package io.leukocyte.rules;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * The questions about a text that each need some literal in it, asked together: one pass over the
 * text finds the literals of all of them, and only those whose literal is there are looked at.
 */
final class PatternIndex {
  /** Fewer questions are asked one by one. */
  static final int FEWEST = 4;

  private final List<Entry> entries = new ArrayList<>();
  private final List<MultiPattern.Pattern> patterns = new ArrayList<>();
  private List<MultiPattern> automata = List.of();
  private long[] found = {};

  /**
   * A question.
   *
   * @param sure whether the literal alone decides
   */
  private record Entry(Predicate predicate, int bit, boolean sure) {}

  /** A literal that a text must contain. */
  private record Literal(String text, boolean anyCase) {}

  /**
   * Takes a question.
   *
   * @return false when no literal of it is known: it is for somebody else
   */
  boolean add(Predicate predicate, int bit) {
    List<Literal> literals = literals(predicate);
    if (literals.isEmpty() || literals.stream().anyMatch(l -> l.text().isEmpty())) {
      return false;
    }
    for (Literal literal : literals) {
      patterns.add(MultiPattern.Pattern.of(literal.text(), literal.anyCase(), entries.size()));
    }
    entries.add(new Entry(predicate, bit, predicate instanceof Predicate.Contains));
    return true;
  }

  /** Makes the automata, once all questions are there. */
  void build() {
    automata = LineSlot.automata(patterns);
    found = new long[(entries.size() + 63) >> 6];
  }

  int size() {
    return entries.size();
  }

  /** Sets the bits of the questions that a text passes. */
  void ask(String text, SlotState state) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    Arrays.fill(found, 0);
    for (int i = 0; i < automata.size(); i++) {
      automata.get(i).find(bytes, 0, bytes.length, found);
    }
    for (int word = 0; word < found.length; word++) {
      for (long bits = found[word]; bits != 0; bits &= bits - 1) {
        Entry entry = entries.get(64 * word + Long.numberOfTrailingZeros(bits));
        if (entry.sure() || entry.predicate().test(text)) {
          state.set(entry.bit());
        }
      }
    }
  }

  /** One of these is in each text that passes; none when nothing is known. */
  private static List<Literal> literals(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Contains c -> List.of(new Literal(c.part(), c.anyCase()));
      case Predicate.StartsWith s -> List.of(new Literal(s.prefix(), false));
      case Predicate.EndsWith e -> List.of(new Literal(e.suffix(), false));
      case Predicate.Matches m -> List.of(new Literal(run(m.pattern()), m.anyCase()));
      case Predicate.MatchesRegex m -> List.of(new Literal(m.regex().literal(), false));
      case Predicate.Below b -> paths(b.paths().paths());
      case Predicate.Exists e -> List.of();
      case Predicate.Equal e -> List.of();
      case Predicate.NotEqual n -> List.of();
      case Predicate.HasBytes h -> List.of();
      case Predicate.ExactlyOne o -> List.of();
      case Predicate.Transformed t -> List.of();
      case Predicate.Within w -> List.of();
      case Predicate.Range r -> List.of();
      case Predicate.OneOf o -> List.of();
    };
  }

  /** The longest name of each path that is no pattern. */
  private static List<Literal> paths(Set<String> paths) {
    List<Literal> literals = new ArrayList<>();
    for (String path : paths) {
      String longest = "";
      for (String name : path.split("/", -1)) {
        String run = run(name);
        longest = run.length() > longest.length() ? run : longest;
      }
      literals.add(new Literal(longest, false));
    }
    return literals;
  }

  /** The longest run of characters that stand for themselves, up to a class or an escape. */
  private static String run(String glob) {
    String longest = "";
    int from = 0;
    for (int i = 0; i <= glob.length(); i++) {
      char c = i < glob.length() ? glob.charAt(i) : '*';
      if (c == '*' || c == '?' || c == '[' || c == '\\') {
        longest = i - from > longest.length() ? glob.substring(from, i) : longest;
        from = i + 1;
      }
      if (c == '[' || c == '\\') {
        break;
      }
    }
    return longest;
  }
}
