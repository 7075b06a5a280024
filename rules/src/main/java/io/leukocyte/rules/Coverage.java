package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which rules a host does not cover, because its collector does not send all events of some kinds.
 *
 * @param missing names of the kinds that some rule needs and that do not all come, in order
 * @param blind names of the rules that need these kinds alone
 * @param partly names of the rules that match other kinds too
 */
public record Coverage(List<String> missing, List<String> blind, List<String> partly) {
  /** Names in a text; of more only the number is told. */
  private static final int NAMED = 10;

  /** Copies the lists. */
  public Coverage {
    missing = List.copyOf(missing);
    blind = List.copyOf(blind);
    partly = List.copyOf(partly);
  }

  /**
   * What rules miss.
   *
   * @param missing names of kinds of which not all events come; others than kinds are passed over
   */
  public static Coverage of(RuleSet rules, Collection<String> missing) {
    TreeSet<String> kinds = new TreeSet<>();
    List<String> blind = new ArrayList<>();
    List<String> partly = new ArrayList<>();
    List<Rule> all = new ArrayList<>(rules.rules());
    all.addAll(rules.observers());
    for (Rule rule : all) {
      List<String> needed =
          rule.kinds().stream().map(Kind::text).filter(missing::contains).toList();
      if (!needed.isEmpty()) {
        (needed.size() == rule.kinds().size() ? blind : partly).add(rule.name());
        kinds.addAll(needed);
      }
    }
    return new Coverage(new ArrayList<>(kinds), blind, partly);
  }

  /** Whether no rule misses anything. */
  public boolean isFull() {
    return missing.isEmpty();
  }

  /** The kinds and the rules, in one line. */
  public String text() {
    return "no, or not all, events of "
        + String.join(", ", missing)
        + (blind.isEmpty() ? "" : "; " + count(blind, "blind"))
        + (partly.isEmpty() ? "" : "; " + count(partly, "partly blind"));
  }

  private static String count(List<String> rules, String what) {
    String names = rules.stream().limit(NAMED).collect(Collectors.joining(", "));
    return "%d %s %s: %s%s"
        .formatted(
            rules.size(),
            rules.size() == 1 ? "rule" : "rules",
            what,
            names,
            rules.size() > NAMED ? " and %d more".formatted(rules.size() - NAMED) : "");
  }
}
