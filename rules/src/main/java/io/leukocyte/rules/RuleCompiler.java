package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Problem;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Makes rules of definitions: looks everything up, tells what is wrong and what is left out. */
final class RuleCompiler {
  /** The event source of the rules that can work here. */
  private static final String SOURCE = "syscall";

  private final Definitions definitions;
  private final ListItems lists;
  private final List<Problem> problems;
  private final List<Skipped> skipped = new ArrayList<>();
  private final Map<String, Binder.Bound> macros = new HashMap<>();

  /** The macros that are being looked up: one is within the other. */
  private final Set<String> open = new HashSet<>();

  RuleCompiler(Definitions definitions, List<Problem> problems) {
    this.definitions = definitions;
    this.problems = problems;
    this.lists = new ListItems(definitions.lists, problems);
  }

  List<Skipped> skipped() {
    return skipped;
  }

  /**
   * The rules that are right and can work here. All macros are checked, used or not, but for those
   * of rules of other event sources: what fields such a source has is not known.
   */
  List<Rule> rules() {
    Set<String> ofOthers = macrosOfOtherSources();
    for (Map.Entry<String, Definitions.MacroDefinition> macro : definitions.macros.entrySet()) {
      if (ofOthers.contains(macro.getKey())) {
        Parser.parse(macro.getValue().condition(), lists, problems);
      } else {
        macro(macro.getKey());
      }
    }
    List<Rule> rules = new ArrayList<>();
    for (Definitions.RuleDefinition definition : definitions.rules.values()) {
      rule(definition).ifPresent(rules::add);
    }
    return rules;
  }

  /** The macros that rules of other event sources use, themselves or in other macros. */
  private Set<String> macrosOfOtherSources() {
    Set<String> used = new LinkedHashSet<>();
    Deque<Expr> open = new ArrayDeque<>();
    for (Definitions.RuleDefinition rule : definitions.rules.values()) {
      if (!rule.source.equals(SOURCE) && rule.condition != null) {
        Parser.parse(rule.condition, lists, new ArrayList<>()).ifPresent(open::add);
      }
    }
    while (!open.isEmpty()) {
      switch (open.remove()) {
        case Expr.Or or -> open.addAll(or.parts());
        case Expr.And and -> open.addAll(and.parts());
        case Expr.Not not -> open.add(not.part());
        case Expr.Check check -> {}
        case Expr.MacroUse use -> {
          if (used.add(use.name())) {
            macroTree(use.name()).ifPresent(open::add);
          }
        }
      }
    }
    return used;
  }

  /** A field of a condition that nobody knows, in its own text and not in its macros. */
  private static Optional<Expr.FieldName> unknownField(Expr condition) {
    return switch (condition) {
      case Expr.Or or -> or.parts().stream().flatMap(p -> unknownField(p).stream()).findFirst();
      case Expr.And and -> and.parts().stream().flatMap(p -> unknownField(p).stream()).findFirst();
      case Expr.Not not -> unknownField(not.part());
      case Expr.MacroUse use -> Optional.empty();
      case Expr.Check check ->
          Stream.concat(
                  Operands.fields(check.left()).stream(),
                  check.right() == null ? Stream.empty() : Operands.fields(check.right()).stream())
              .filter(f -> Fields.find(f.name()) == null && !ForeignFields.has(f.name()))
              .findFirst();
    };
  }

  /** A condition that stands alone, over the macros and lists defined. */
  Optional<Node> condition(SourceText text) {
    return Parser.parse(text, lists, problems).flatMap(this::bound);
  }

  /** A condition with its names looked up; empty when something was wrong. */
  Optional<Node> bound(Expr condition) {
    Binder.Bound bound = Binder.bind(condition, new Visible(Integer.MAX_VALUE), problems);
    return bound.sound() ? Optional.of(bound.node()) : Optional.empty();
  }

  /** The tree of a rule's condition, its exceptions taken off; empty when something was wrong. */
  Optional<Expr> tree(Definitions.RuleDefinition definition) {
    SourceText text = definition.condition;
    Optional<Expr> condition =
        text == null ? Optional.empty() : Parser.parse(text, lists, problems);
    int before = problems.size();
    List<Expr> exceptions = Exceptions.of(definition, lists, problems);
    if (problems.size() > before) {
      return Optional.empty();
    }
    return exceptions.isEmpty()
        ? condition
        : condition.map(c -> new Expr.And(List.of(c, new Expr.Not(new Expr.Or(exceptions)))));
  }

  /** The tree of a macro; empty when there is none, or it is wrong, which is not reported. */
  Optional<Expr> macroTree(String name) {
    Definitions.MacroDefinition macro = definitions.macros.get(name);
    return macro == null
        ? Optional.empty()
        : Parser.parse(macro.condition(), lists, new ArrayList<>());
  }

  private Binder.Bound macro(String name) {
    Binder.Bound known = macros.get(name);
    if (known != null) {
      return known;
    }
    Definitions.MacroDefinition macro = definitions.macros.get(name);
    if (macro == null) {
      throw new IllegalStateException("No macro " + name);
    }
    open.add(name);
    Binder.Bound bound =
        Parser.parse(macro.condition(), lists, problems)
            .map(e -> Binder.bind(e, new Visible(macro.last()), problems))
            .orElse(new Binder.Bound(Node.FALSE, 0, false));
    open.remove(name);
    macros.put(name, bound);
    return bound;
  }

  private Optional<Rule> rule(Definitions.RuleDefinition definition) {
    if (!definition.source.equals(SOURCE)) {
      return skip(definition, "needs the event source " + definition.source);
    }
    if (definition.condition == null || definition.output == null) {
      return Optional.empty();
    }
    Optional<Expr> tree = tree(definition);
    if (definition.skipIfUnknown) {
      Optional<Expr.FieldName> unknown = tree.flatMap(RuleCompiler::unknownField);
      if (unknown.isPresent()) {
        return skip(definition, "needs the field " + unknown.get().name() + ", which is not known");
      }
    }
    Optional<Node> condition = tree.flatMap(this::bound);
    Optional<OutputTemplate> output = OutputTemplate.parse(definition.output, problems);
    if (condition.isEmpty()
        || output.isEmpty()
        || definition.description == null
        || definition.priority == null) {
      return Optional.empty();
    }
    if (!definition.enabled) {
      return skip(definition, "not enabled");
    }
    Map<Kind, Node> kinds = Folding.byKind(condition.get());
    Optional<Skipped> lack = lack(definition, condition.get(), kinds);
    if (lack.isPresent()) {
      skipped.add(lack.get());
      return Optional.empty();
    }
    Alert.RuleInfo info = info(definition, definition.description, definition.priority);
    Set<String> environment = new TreeSet<>();
    EnvironmentUse.collect(condition.get(), environment);
    return Optional.of(new Rule(info, definition.at, output.get(), kinds, environment));
  }

  private static Alert.RuleInfo info(
      Definitions.RuleDefinition definition, String description, Priority priority) {
    return new Alert.RuleInfo(
        definition.name, description, priority, definition.tags, definition.file);
  }

  private Optional<Rule> skip(Definitions.RuleDefinition definition, String reason) {
    skipped.add(new Skipped(definition.name, reason, definition.at));
    return Optional.empty();
  }

  /** Why a rule that is right cannot work here; empty when it can. */
  private static Optional<Skipped> lack(
      Definitions.RuleDefinition definition, Node condition, Map<Kind, Node> kinds) {
    String name = definition.name;
    Optional<Node.Needs> needs =
        kinds.values().stream()
            .flatMap(n -> Folding.needs(n).stream())
            .findFirst()
            .or(() -> Folding.unseen(condition, true, kinds.isEmpty()));
    if (needs.isPresent()) {
      return Optional.of(new Skipped(name, "needs " + needs.get().what(), needs.get().at()));
    }
    if (kinds.isEmpty()) {
      return Optional.of(new Skipped(name, "no event can make it true", definition.at));
    }
    boolean hostOnly =
        kinds.values().stream().map(Folding::inContainer).allMatch(Node.FALSE::equals);
    return hostOnly
        ? Optional.of(
            new Skipped(
                name, "is about the host's own processes, which are not sent", definition.at))
        : Optional.empty();
  }

  /** The macros that a condition may use: those last defined before a place. */
  private final class Visible implements Binder.Macros {
    private final int before;

    Visible(int before) {
      this.before = before;
    }

    private boolean sees(String name) {
      Definitions.MacroDefinition macro = definitions.macros.get(name);
      return macro != null && macro.first() < before;
    }

    @Override
    public Binder.@Nullable Bound find(String name) {
      return sees(name) && !open.contains(name) ? macro(name) : null;
    }

    @Override
    public String reason(String name) {
      if (open.contains(name)) {
        return "the macro '" + name + "' is made of itself";
      }
      if (definitions.macros.containsKey(name)) {
        return "the macro '" + name + "' is defined only after it is used here";
      }
      return definitions.lists.containsKey(name)
          ? "'" + name + "' is a list, not a macro: it stands after 'in ('"
          : "";
    }

    @Override
    public Collection<String> names() {
      return definitions.macros.keySet().stream().filter(this::sees).toList();
    }
  }
}
