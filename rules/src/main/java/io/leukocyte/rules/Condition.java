package io.leukocyte.rules;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Observed;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A condition of a policy: the rule language over one event and its container's facts. */
public final class Condition {
  private final String text;
  private final Map<Kind, Node> conditions;

  private Condition(String text, Map<Kind, Node> conditions) {
    this.text = text;
    this.conditions = conditions;
  }

  /**
   * Reads a condition without macros or lists.
   *
   * @param text the condition
   * @param at where the text stands in its file
   * @param problems receives what is wrong, things that no collector has included
   * @return the condition; empty when there was a problem
   */
  public static Optional<Condition> parse(String text, Position at, List<Problem> problems) {
    return parse(text, at, List.of(), problems);
  }

  /**
   * Reads a condition that may use the macros and lists of rule files.
   *
   * @param text the condition
   * @param at where the text stands in its file
   * @param files rule files; what is wrong in them is not reported
   * @param problems receives what is wrong, things that no collector has included
   * @return the condition; empty when there was a problem
   */
  public static Optional<Condition> parse(
      String text, Position at, List<RuleFile> files, List<Problem> problems) {
    DefinitionReader reader = new DefinitionReader(new ArrayList<>(), new ArrayList<>());
    files.forEach(reader::read);
    Optional<Node> node =
        new RuleCompiler(reader.definitions(), problems).condition(SourceText.startingAt(at, text));
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Map<Kind, Node> conditions = Folding.byKind(node.get());
    Optional<Node.Needs> needs =
        conditions.values().stream()
            .flatMap(n -> Folding.needs(n).stream())
            .findFirst()
            .or(() -> Folding.unseen(node.get(), true, conditions.isEmpty()));
    if (needs.isPresent()) {
      problems.add(
          new Problem(needs.get().at(), "no collector has " + needs.get().what(), "remove it"));
      return Optional.empty();
    }
    return Optional.of(new Condition(text, conditions));
  }

  /** Whether it holds for an event of a container whose facts are given, null when unknown. */
  public boolean test(Observed observed, @Nullable ContainerFacts facts) {
    Node condition = conditions.get(observed.event().kind());
    if (condition == null) {
      return false;
    }
    return Walk.holds(condition, Rows.of(observed), id -> facts);
  }

  @Override
  public String toString() {
    return text;
  }
}
