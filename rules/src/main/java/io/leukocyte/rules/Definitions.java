package io.leukocyte.rules;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What rule files define, later files changing what earlier ones said; nothing looked up yet. */
final class Definitions {
  final Map<String, ListDefinition> lists = new LinkedHashMap<>();
  final Map<String, MacroDefinition> macros = new LinkedHashMap<>();
  final Map<String, RuleDefinition> rules = new LinkedHashMap<>();
  final Map<String, CorrelationDefinition> correlations = new LinkedHashMap<>();
  final Map<String, BaselineDefinition> baselines = new LinkedHashMap<>();
  private int order;

  /** The place of the next definition among all. */
  int nextOrder() {
    return ++order;
  }

  /**
   * A list.
   *
   * @param items its items, names of other lists among them
   * @param first where it was first defined: later ones see it
   * @param last where it was last defined: it sees the lists that were first defined before that
   */
  record ListDefinition(List<Expr.Value> items, int first, int last) {
    ListDefinition {
      items = List.copyOf(items);
    }
  }

  /**
   * A macro.
   *
   * @param condition its text
   * @param first where it was first defined: later ones see it
   * @param last where it was last defined: it sees the macros that were first defined before that
   */
  record MacroDefinition(SourceText condition, int first, int last) {}

  /** An exception of a rule, while later entries may add values to it. */
  static final class ExceptionDefinition {
    final String name;
    final Position at;

    /** What is compared; null while only a later entry says it. */
    @Nullable Sides sides;

    /** For one field its values, for several fields lists of one value each. */
    final List<YamlNode> values = new ArrayList<>();

    ExceptionDefinition(String name, Position at) {
      this.name = name;
      this.at = at;
    }
  }

  /**
   * What an exception compares.
   *
   * @param fields the fields, or functions of fields
   * @param operators one for each
   * @param single whether one field stands there by itself, instead of a list
   */
  record Sides(List<SourceText> fields, List<Operator> operators, boolean single) {
    Sides {
      fields = List.copyOf(fields);
      operators = List.copyOf(operators);
    }
  }

  /** A rule, while later entries may change it. */
  static final class RuleDefinition {
    final String name;
    final Position at;
    final String file;
    @Nullable SourceText condition;
    @Nullable SourceText output;
    @Nullable String description;
    @Nullable Priority priority;
    @Nullable YamlNode tests;
    List<ExceptionDefinition> exceptions = new ArrayList<>();
    List<String> tags = new ArrayList<>();
    String source = "syscall";
    boolean enabled = true;

    /** Whether a field that nobody knows is a reason to leave the rule out, and no problem. */
    boolean skipIfUnknown;

    RuleDefinition(String name, Position at, String file) {
      this.name = name;
      this.at = at;
      this.file = file;
    }
  }
}
