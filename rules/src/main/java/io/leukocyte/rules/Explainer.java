package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Explains a rule: walks its trees and says what stands there. */
final class Explainer {
  /** Values of a list that are shown. */
  private static final int SHOWN = 8;

  /** Lines of a condition that are shown; macros within macros can make it long. */
  private static final int MOST_LINES = 2_000;

  private final RuleCompiler compiler;
  private final List<Explanation.Line> lines = new ArrayList<>();

  private Explainer(RuleCompiler compiler) {
    this.compiler = compiler;
  }

  /**
   * Explains a rule.
   *
   * @param skipped the rules that were left out when the same definitions were loaded
   * @return empty when there is no such rule, or its condition is wrong
   */
  static Optional<Explanation> explain(
      Definitions definitions, String name, List<Skipped> skipped) {
    Definitions.RuleDefinition rule = definitions.rules.get(name);
    if (rule == null) {
      return Optional.empty();
    }
    List<Problem> problems = new ArrayList<>();
    RuleCompiler compiler = new RuleCompiler(definitions, problems);
    Optional<Expr> tree = compiler.tree(rule);
    Optional<Node> node = tree.flatMap(compiler::bound);
    if (node.isEmpty()) {
      return Optional.empty();
    }
    Explainer explainer = new Explainer(compiler);
    explainer.expand(tree.get(), 0, "");
    Map<Kind, Node> kinds = Folding.byKind(node.get());
    Set<String> fields = new TreeSet<>();
    Set<String> lacks = new LinkedHashSet<>();
    collect(node.get(), fields, lacks, true);
    String reason =
        skipped.stream()
            .filter(s -> s.rule().equals(name))
            .map(Skipped::reason)
            .findFirst()
            .orElse("");
    return Optional.of(
        new Explanation(
            name,
            rule.at,
            explainer.lines,
            List.copyOf(fields),
            kinds.entrySet().stream().map(e -> reach(e.getKey(), e.getValue())).toList(),
            1,
            List.copyOf(lacks),
            reason));
  }

  // The condition.

  private void expand(Expr expr, int depth, String macro) {
    switch (expr) {
      case Expr.Or or -> parts("any of", or.parts(), depth, macro);
      case Expr.And and -> parts("all of", and.parts(), depth, macro);
      case Expr.Not not -> parts("not", List.of(not.part()), depth, macro);
      case Expr.MacroUse use ->
          compiler.macroTree(use.name()).ifPresent(tree -> expand(tree, depth, use.name()));
      case Expr.Check check -> line(depth, written(check), check.at(), macro);
    }
  }

  private void parts(String word, List<Expr> parts, int depth, String macro) {
    line(depth, word, place(parts.getFirst()), macro);
    parts.forEach(part -> expand(part, depth + 1, macro));
  }

  private void line(int depth, String text, Position at, String macro) {
    if (lines.size() < MOST_LINES) {
      lines.add(new Explanation.Line(depth, text, at, macro));
    }
  }

  private static Position place(Expr expr) {
    return switch (expr) {
      case Expr.Or or -> place(or.parts().getFirst());
      case Expr.And and -> place(and.parts().getFirst());
      case Expr.Not not -> place(not.part());
      case Expr.MacroUse use -> use.at();
      case Expr.Check check -> check.at();
    };
  }

  private static String written(Expr.Check check) {
    String left = written(check.left()) + " " + check.operator().text();
    Expr.Operand right = check.right();
    if (right != null) {
      return left + " " + written(right);
    }
    String quantifier = check.quantifier().text();
    String with = quantifier.isEmpty() ? left : left + " " + quantifier;
    boolean list =
        check.operator().right() == Operator.Right.LIST
            || check.quantifier() != Expr.Quantifier.NONE;
    String values =
        check.values().stream()
            .limit(SHOWN)
            .map(Explainer::written)
            .collect(Collectors.joining(", "));
    int more = check.values().size() - SHOWN;
    String all = more > 0 ? values + ", … " + more + " more" : values;
    return list ? with + " (" + all + ")" : all.isEmpty() ? with : with + " " + all;
  }

  private static String written(Expr.Operand operand) {
    return switch (operand) {
      case Expr.FieldName f -> f.name() + (f.argument() == null ? "" : "[" + f.argument() + "]");
      case Expr.Value v -> v.text().matches("[^()\"'\\s=,\\\\]+") ? v.text() : '"' + v.text() + '"';
      case Expr.Items i -> "(" + written(i.items()) + ")";
      case Expr.Call c ->
          c.function().text()
              + "("
              + written(c.arguments())
              + ")"
              + (c.option() == null ? "" : "[" + c.option() + "]");
    };
  }

  private static String written(List<Expr.Operand> operands) {
    return operands.stream().map(Explainer::written).collect(Collectors.joining(", "));
  }

  // What it reads and what it lacks.

  private static void collect(Node node, Set<String> fields, Set<String> lacks, boolean positive) {
    switch (node) {
      case Node.All all -> all.parts().forEach(p -> collect(p, fields, lacks, positive));
      case Node.Any any -> any.parts().forEach(p -> collect(p, fields, lacks, positive));
      case Node.Not not -> collect(not.part(), fields, lacks, !positive);
      case Node.Test test -> fields.add(shown(test.field(), test.argument()));
      case Node.Compare compare -> compare.comparison().fields().forEach(f -> fields.add(f.name()));
      case Node.TypeTest type -> {
        fields.add(Fields.EVENT_TYPE);
        if (positive && type.predicate() instanceof Predicate.Equal(Set<String> types)) {
          types.stream()
              .filter(t -> !EventTypes.isSeen(t))
              .sorted()
              .forEach(t -> lacks.add("the event " + t + " (" + type.at() + ")"));
        }
      }
      case Node.Needs needs -> lacks.add(needs.what() + " (" + needs.at() + ")");
      case Node.Literal l -> {}
      case Node.Read r -> {}
    }
  }

  private static String shown(Field field, @Nullable String argument) {
    return argument == null ? field.name() : field.name() + "[" + argument + "]";
  }

  private static Explanation.Reach reach(Kind kind, Node node) {
    Set<Node.Read> reads = new HashSet<>();
    reads(node, reads);
    Set<Object> places =
        reads.stream().map(r -> Slot.keyOf(r.source())).collect(Collectors.toSet());
    List<String> calls =
        kind.calls().stream()
            .filter(call -> !Folding.ofCall(node, call).equals(Node.FALSE))
            .toList();
    long each =
        reads.stream().map(Node.Read::source).filter(Slot::isOfEachEvent).distinct().count();
    return new Explanation.Reach(kind, calls, reads.size(), places.size(), (int) each);
  }

  private static void reads(Node node, Set<Node.Read> reads) {
    switch (node) {
      case Node.All all -> all.parts().forEach(p -> reads(p, reads));
      case Node.Any any -> any.parts().forEach(p -> reads(p, reads));
      case Node.Not not -> reads(not.part(), reads);
      case Node.Read read -> reads.add(read);
      case Node.Test t -> {}
      case Node.Compare c -> {}
      case Node.TypeTest t -> {}
      case Node.Needs n -> {}
      case Node.Literal l -> {}
    }
  }
}
