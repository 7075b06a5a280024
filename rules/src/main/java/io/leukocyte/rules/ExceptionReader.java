package io.leukocyte.rules;

import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads what stands under exceptions: what is compared, with which operators, with what. */
final class ExceptionReader {
  private static final Set<String> KEYS = Set.of("name", "fields", "comps", "values");

  private final Definitions.RuleDefinition rule;

  private ExceptionReader(Definitions.RuleDefinition rule) {
    this.rule = rule;
  }

  /** Adds the exceptions of an entry to a rule; one whose name is there already gets its values. */
  static void read(Entry entry, Definitions.RuleDefinition rule) {
    Optional<YamlNode> node = entry.node("exceptions");
    if (node.isEmpty() || (node.get() instanceof YamlNode.Scalar s && s.isNull())) {
      return;
    }
    if (!(node.get() instanceof YamlNode.Sequence sequence)) {
      entry.problem(
          node.get().at(), "exceptions must be a list, not " + node.get().description(), "");
      return;
    }
    ExceptionReader reader = new ExceptionReader(rule);
    for (YamlNode item : sequence.items()) {
      if (item instanceof YamlNode.Mapping mapping) {
        reader.read(entry.within(mapping));
      } else {
        entry.problem(item.at(), "an exception is a mapping, not " + item.description(), "");
      }
    }
  }

  private void read(Entry item) {
    item.checkKeys(KEYS);
    Optional<String> name = item.text("name");
    if (name.isEmpty()) {
      if (!item.has("name")) {
        item.problem(item.at(), "the exception has no name", "add 'name:'");
      }
      return;
    }
    Optional<Definitions.ExceptionDefinition> before =
        rule.exceptions.stream().filter(e -> e.name.equals(name.get())).findFirst();
    Definitions.ExceptionDefinition exception =
        before.orElseGet(() -> new Definitions.ExceptionDefinition(name.get(), item.at()));
    if (before.isEmpty()) {
      rule.exceptions.add(exception);
    }
    if (item.has("fields")) {
      sides(item).ifPresent(s -> exception.sides = s);
    } else if (before.isEmpty()) {
      item.problem(
          item.at(), "the exception '" + name.get() + "' has no fields", "add 'fields: […]'");
    }
    values(item, exception);
  }

  private static void values(Entry item, Definitions.ExceptionDefinition exception) {
    YamlNode node = item.node("values").orElse(null);
    if (node instanceof YamlNode.Sequence sequence) {
      exception.values.addAll(sequence.items());
    } else if (node != null && !(node instanceof YamlNode.Scalar s && s.isNull())) {
      item.problem(node.at(), "values must be a list, not " + node.description(), "");
    }
  }

  private static Optional<Definitions.Sides> sides(Entry item) {
    boolean single = item.node("fields").orElse(null) instanceof YamlNode.Scalar;
    List<YamlNode.Scalar> fields = oneOrMore(item, "fields");
    List<YamlNode.Scalar> comps = oneOrMore(item, "comps");
    List<Operator> operators = new ArrayList<>();
    for (YamlNode.Scalar comp : comps) {
      Optional<Operator> operator = Operator.of(comp.text().strip());
      if (operator.isEmpty() || operator.get() == Operator.EXISTS) {
        item.problem(comp.at(), "'" + comp.text() + "' is no operator of an exception", "");
        return Optional.empty();
      }
      operators.add(operator.get());
    }
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    if (!comps.isEmpty() && comps.size() != fields.size()) {
      item.problem(item.at(), comps.size() + " comps stand for " + fields.size() + " fields", "");
      return Optional.empty();
    }
    while (operators.size() < fields.size()) {
      operators.add(single ? Operator.IN : Operator.EQUAL);
    }
    return Optional.of(
        new Definitions.Sides(fields.stream().map(item::locate).toList(), operators, single));
  }

  private static List<YamlNode.Scalar> oneOrMore(Entry item, String key) {
    return item.node(key).orElse(null) instanceof YamlNode.Scalar scalar
        ? List.of(scalar)
        : item.scalars(key);
  }
}
