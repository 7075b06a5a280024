package io.leukocyte.rules;

import io.leukocyte.events.Columns;
import io.leukocyte.events.LogPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says what the whole text of a log line must contain for a condition on its parts to hold. Parts
 * are ranges of the text but where it has escapes, so what is not in the text is in no part of it:
 * one look at the text, for all rules, and most lines need not be taken apart.
 */
final class LogHints {
  private static final Source LINE = new Source.Line(Columns.Log.LINE);

  /** With one of these in it, a part may hold what the text does not. */
  private static final List<String> ESCAPES = List.of("\\", "#");

  private static final String PERCENT = "%";

  /** More alternatives than these are not looked for. */
  private static final int MOST = 32;

  private LogHints() {}

  /** The same condition, which is false at once where the text alone says so. */
  static Node narrowed(Node condition) {
    Node hint = hint(condition);
    return readsParts(condition) ? Node.all(List.of(hint, condition)) : condition;
  }

  /** What holds wherever the condition does, and reads no part. */
  private static Node hint(Node node) {
    return switch (node) {
      case Node.All all -> Node.all(all.parts().stream().map(LogHints::hint).toList());
      case Node.Any any -> Node.any(any.parts().stream().map(LogHints::hint).toList());
      case Node.Not not -> readsParts(not.part()) ? Node.TRUE : not;
      case Node.Read(Source.Part part, Predicate predicate) -> hint(part.part(), predicate);
      case Node.Read read -> readsParts(read) ? Node.TRUE : read;
      case Node.Literal l -> l;
      case Node.Test t -> t;
      case Node.Compare c -> c;
      case Node.TypeTest t -> t;
      case Node.Needs n -> n;
    };
  }

  private static boolean readsParts(Node node) {
    return switch (node) {
      case Node.All all -> all.parts().stream().anyMatch(LogHints::readsParts);
      case Node.Any any -> any.parts().stream().anyMatch(LogHints::readsParts);
      case Node.Not not -> readsParts(not.part());
      case Node.Read read ->
          switch (read.source()) {
            case Source.Part p -> true;
            case Source.Joint j -> true;
            case Source.Made m -> true;
            case Source.Symbol s -> false;
            case Source.CommandLine c -> false;
            case Source.Numeral n -> false;
            case Source.Line l -> false;
            case Source.Computed c -> false;
            case Source.OfContainer c -> false;
            case Source.Constant c -> false;
          };
      case Node.Literal l -> false;
      case Node.Test t -> false;
      case Node.Compare c -> false;
      case Node.TypeTest t -> false;
      case Node.Needs n -> false;
    };
  }

  private static Node hint(LogPart part, Predicate predicate) {
    List<Literal> literals = isOfText(part) ? literals(predicate) : null;
    if (literals == null || literals.size() > MOST) {
      return Node.TRUE;
    }
    List<Node> any = new ArrayList<>();
    ESCAPES.forEach(escape -> any.add(contains(escape, false)));
    boolean decoded = isDecoded(part);
    if (decoded) {
      any.add(contains(PERCENT, false));
    }
    for (Literal literal : literals) {
      String run = run(literal.text());
      if (run.isEmpty()) {
        return Node.TRUE;
      }
      if (!decoded || !literal.text().contains(PERCENT)) {
        any.add(contains(run, literal.anyCase()));
      }
    }
    return Node.any(any);
  }

  private static Node contains(String text, boolean anyCase) {
    return new Node.Read(LINE, new Predicate.Contains(text, anyCase));
  }

  /** Whether the part is what stands in the text, rather than a word for it. */
  private static boolean isOfText(LogPart part) {
    return switch (part) {
      case METHOD,
          PATH,
          PATH_DECODED,
          PATH_DECODED2,
          QUERY,
          QUERY_DECODED,
          QUERY_DECODED2,
          STATUS,
          CLIENT,
          USER_AGENT,
          REFERER,
          HOST,
          VERSION,
          MESSAGE,
          WAF_RULE,
          WAF_MESSAGE ->
          true;
      case FORMAT, LEVEL -> false;
    };
  }

  private static boolean isDecoded(LogPart part) {
    return switch (part) {
      case PATH_DECODED, PATH_DECODED2, QUERY_DECODED, QUERY_DECODED2 -> true;
      case METHOD,
          PATH,
          QUERY,
          STATUS,
          CLIENT,
          USER_AGENT,
          REFERER,
          HOST,
          VERSION,
          MESSAGE,
          WAF_RULE,
          WAF_MESSAGE,
          FORMAT,
          LEVEL ->
          false;
    };
  }

  /** What a value that passes contains. */
  private record Literal(String text, boolean anyCase) {}

  /** One of these is in each value that passes; null when nothing is known. */
  private static @Nullable List<Literal> literals(Predicate predicate) {
    return switch (predicate) {
      case Predicate.Equal equal -> exact(equal.values());
      case Predicate.StartsWith s -> exact(Set.of(s.prefix()));
      case Predicate.EndsWith e -> exact(Set.of(e.suffix()));
      case Predicate.Contains c -> List.of(new Literal(c.part(), c.anyCase()));
      case Predicate.OneOf o -> o.numbers().stream().map(n -> new Literal("" + n, false)).toList();
      case Predicate.Range r when !r.negated() && r.low() == r.high() ->
          List.of(new Literal("" + r.low(), false));
      case Predicate.MatchesRegex m -> exact(Set.of(m.regex().literal()));
      case Predicate.Exists e -> null;
      case Predicate.NotEqual n -> null;
      case Predicate.Matches m -> null;
      case Predicate.Below b -> null;
      case Predicate.HasBytes h -> null;
      case Predicate.ExactlyOne o -> null;
      case Predicate.Transformed t -> null;
      case Predicate.Within w -> null;
      case Predicate.Range r -> null;
    };
  }

  private static List<Literal> exact(Set<String> texts) {
    return texts.stream().sorted().map(text -> new Literal(text, false)).toList();
  }

  /** The longest run of visible ASCII: a blank may have been a plus sign. */
  private static String run(String text) {
    String longest = "";
    int from = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean visible = i < text.length() && text.charAt(i) > ' ' && text.charAt(i) < 0x7f;
      if (!visible) {
        longest = i - from > longest.length() ? text.substring(from, i) : longest;
        from = i + 1;
      }
    }
    return longest;
  }
}
