package io.leukocyte.rules;

import static java.util.stream.Collectors.toSet;

import io.leukocyte.events.Priority;
import io.leukocyte.events.config.ByteSizes;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads an entry of a rule file that is a correlation: its form, not what it refers to. */
final class CorrelationReader {
  private static final Set<String> KEYS =
      Set.of(
          "correlation",
          "desc",
          "type",
          "rules",
          "group-by",
          "timespan",
          "condition",
          "aliases",
          "generate",
          "output",
          "priority",
          "tags",
          "enabled",
          "tests");
  private static final Set<String> CONDITION =
      Set.of("field", "gt", "gte", "lt", "lte", "eq", "neq", "regular");
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final Duration LONGEST = Duration.ofDays(7);

  /** Rules of a correlation: each has a bit in a mask. */
  private static final int MOST_RULES = 32;

  /** Matches that must be there to call their gaps regular. */
  private static final int FEWEST_BEATS = 5;

  private static final Pattern PERCENT = Pattern.compile("[1-9]\\d?%|100%");

  /** Fields of a group. */
  private static final int MOST_FIELDS = 8;

  private final Entry entry;
  private final CorrelationDefinition definition;
  private boolean sound = true;

  private CorrelationReader(Entry entry, CorrelationDefinition definition) {
    this.entry = entry;
    this.definition = definition;
  }

  static void read(Entry entry, RuleFile file, Definitions definitions) {
    entry.checkKeys(KEYS);
    Optional<YamlNode.Scalar> name = entry.scalar("correlation");
    if (name.isEmpty()) {
      return;
    }
    String text = name.get().text().strip();
    CorrelationDefinition before = definitions.correlations.get(text);
    if (entry.has("enabled") && !entry.has("rules") && !entry.has("type")) {
      if (before == null) {
        entry.problem(
            entry.at(),
            "nothing to change: the correlation '" + text + "' is not defined before this",
            "");
      } else {
        entry.truth("enabled").ifPresent(e -> before.enabled = e);
      }
      return;
    }
    CorrelationDefinition definition =
        new CorrelationDefinition(text, name.get().at(), file.baseName());
    new CorrelationReader(entry, definition).read();
    definitions.correlations.put(text, definition);
  }

  private void read() {
    for (String key : List.of("desc", "type", "rules", "timespan", "output", "priority")) {
      if (!entry.has(key)) {
        wrong(
            entry.at(),
            "the correlation '" + definition.name + "' has no " + key,
            "add '" + key + ":'");
      }
    }
    entry.scalar("type").ifPresent(this::type);
    rules();
    groupBy();
    entry.scalar("timespan").ifPresent(this::timespan);
    entry.node("aliases").ifPresent(this::aliases);
    condition();
    entry.text("desc").ifPresent(d -> definition.description = d);
    entry.located("output").ifPresent(o -> definition.output = o);
    entry.scalar("priority").ifPresent(this::priority);
    definition.tags = entry.scalars("tags").stream().map(YamlNode.Scalar::text).toList();
    generate();
    definition.enabled = entry.truth("enabled").orElse(true);
    definition.tests = entry.node("tests").orElse(null);
    definition.sound =
        sound
            && definition.type.isPresent()
            && definition.timespan != null
            && definition.output != null
            && definition.description != null
            && definition.priority != null;
  }

  private void wrong(Position at, String what, String todo) {
    sound = false;
    entry.problem(at, what, todo);
  }

  private void type(YamlNode.Scalar scalar) {
    definition.type = Correlation.Type.parse(scalar.text());
    if (definition.type.isEmpty()) {
      List<String> known =
          Arrays.stream(Correlation.Type.values()).map(Correlation.Type::text).toList();
      String near = Suggestion.didYouMean(scalar.text(), known);
      wrong(
          scalar.at(),
          "unknown type of correlation '" + scalar.text() + "'",
          near.isEmpty() ? "use one of " + String.join(", ", known) : near);
    }
  }

  private void rules() {
    definition.rules = distinct("rules", MOST_RULES);
    boolean pair = definition.type.map(Correlation.Type::isTemporal).orElse(false);
    if (entry.has("rules") && definition.rules.size() < (pair ? 2 : 1)) {
      wrong(
          entry.node("rules").map(YamlNode::at).orElse(entry.at()),
          pair ? "a temporal correlation is of two rules or more" : "rules names no rule",
          "");
    }
  }

  /** {@code true}, {@code false}, or a list of some of its rules. */
  private void generate() {
    Set<String> names = definition.rules.stream().map(YamlNode.Scalar::text).collect(toSet());
    if (!entry.has("generate")) {
      return;
    }
    if (!(entry.node("generate").orElse(null) instanceof YamlNode.Sequence)) {
      boolean all = entry.truth("generate").orElse(false);
      definition.generate = new Correlation.Generate(all ? names : Set.of(), true);
      return;
    }
    List<YamlNode.Scalar> some = entry.scalars("generate");
    for (YamlNode.Scalar name : some) {
      if (!names.contains(name.text())) {
        wrong(
            name.at(),
            "generate names '" + name.text() + "', which does not stand under rules",
            Suggestion.didYouMean(name.text(), names));
      }
    }
    definition.generate =
        new Correlation.Generate(some.stream().map(YamlNode.Scalar::text).collect(toSet()), true);
  }

  private void groupBy() {
    definition.groupBy = distinct("group-by", MOST_FIELDS);
  }

  private List<YamlNode.Scalar> distinct(String key, int most) {
    List<YamlNode.Scalar> scalars = new ArrayList<>();
    for (YamlNode.Scalar scalar : entry.scalars(key)) {
      if (scalars.stream().anyMatch(s -> s.text().equals(scalar.text()))) {
        wrong(scalar.at(), "'" + scalar.text() + "' stands twice under " + key, "remove one");
      } else if (scalars.size() == most) {
        wrong(scalar.at(), key + " has more than " + most + " items", "");
        return scalars;
      } else {
        scalars.add(scalar);
      }
    }
    return scalars;
  }

  private void timespan(YamlNode.Scalar scalar) {
    Optional<Long> nanos = Span.nanos(scalar.text(), SHORTEST, LONGEST);
    if (nanos.isEmpty()) {
      wrong(
          scalar.at(),
          "'" + scalar.text() + "' is no timespan",
          "write a number with s, m, h or d, from 1s to 7d");
      return;
    }
    definition.timespan = new Correlation.Timespan(scalar.text(), nanos.get());
  }

  private void aliases(YamlNode node) {
    if (!(node instanceof YamlNode.Mapping mapping)) {
      wrong(node.at(), "aliases is a mapping, not " + node.description(), "");
      return;
    }
    Map<String, Map<String, YamlNode.Scalar>> aliases = new LinkedHashMap<>();
    for (YamlNode.Entry alias : mapping.entries()) {
      if (!(alias.value() instanceof YamlNode.Mapping fields)) {
        wrong(alias.value().at(), "an alias is a mapping of rules to fields", "");
        continue;
      }
      Map<String, YamlNode.Scalar> byRule = new LinkedHashMap<>();
      for (YamlNode.Entry field : fields.entries()) {
        String rule = field.key().text();
        if (!isRule(rule)) {
          List<String> names = definition.rules.stream().map(YamlNode.Scalar::text).toList();
          wrong(
              field.key().at(),
              "the alias '%s' names '%s', which does not stand under rules"
                  .formatted(alias.key().text(), rule),
              Suggestion.didYouMean(rule, names));
        } else if (field.value() instanceof YamlNode.Scalar scalar) {
          byRule.put(rule, scalar);
        } else {
          wrong(field.value().at(), "a field's name is text", "");
        }
      }
      aliases.put(alias.key().text(), byRule);
    }
    definition.aliases = aliases;
  }

  private boolean isRule(String name) {
    return definition.rules.stream().anyMatch(r -> r.text().equals(name));
  }

  private void condition() {
    if (definition.type.isEmpty()) {
      return;
    }
    Correlation.Type type = definition.type.get();
    YamlNode node = entry.node("condition").orElse(null);
    if (node == null && type.isTemporal()) {
      definition.bounds =
          List.of(
              new Correlation.Bound(
                  Correlation.Bound.Operator.GTE, Math.max(1, definition.rules.size())));
      return;
    }
    if (!(node instanceof YamlNode.Mapping mapping)) {
      wrong(
          node == null ? entry.at() : node.at(),
          "a correlation of type " + type.text() + " needs a condition",
          "add such as 'condition: {gte: 5}'");
      return;
    }
    List<Correlation.Bound> bounds = new ArrayList<>();
    for (YamlNode.Entry part : mapping.entries()) {
      bound(type, part, bounds);
    }
    definition.bounds = bounds;
    check(type, mapping, bounds);
  }

  private void bound(Correlation.Type type, YamlNode.Entry part, List<Correlation.Bound> bounds) {
    String key = part.key().text();
    if (!CONDITION.contains(key)) {
      wrong(
          part.key().at(),
          "unknown key '" + key + "' in the condition",
          Suggestion.didYouMean(key, CONDITION));
    } else if (!(part.value() instanceof YamlNode.Scalar scalar)) {
      wrong(part.value().at(), key + " is a single value", "");
    } else if (key.equals("field")) {
      definition.field = scalar;
    } else if (key.equals("regular")) {
      regular(type, scalar);
    } else {
      OptionalLong number = number(type, scalar.text());
      if (number.isEmpty()) {
        wrong(scalar.at(), "'" + scalar.text() + "' is no whole number of 0 or more", "");
        return;
      }
      Correlation.Bound.Operator.parse(key)
          .ifPresent(o -> bounds.add(new Correlation.Bound(o, number.getAsLong())));
    }
  }

  private void regular(Correlation.Type type, YamlNode.Scalar scalar) {
    String text = scalar.text().strip();
    if (type != Correlation.Type.EVENT_COUNT) {
      wrong(scalar.at(), "regular is for correlations of type event_count", "remove it");
    } else if (!PERCENT.matcher(text).matches()) {
      wrong(scalar.at(), "'" + text + "' is no share of the gaps", "write 1% to 100%");
    } else {
      definition.regular = Integer.parseInt(text.substring(0, text.length() - 1));
    }
  }

  private static OptionalLong number(Correlation.Type type, String text) {
    try {
      if (text.matches("\\d{1,18}")) {
        return OptionalLong.of(Long.parseLong(text));
      }
      return type == Correlation.Type.VALUE_SUM
          ? OptionalLong.of(ByteSizes.parse(text))
          : OptionalLong.empty();
    } catch (IllegalArgumentException e) {
      return OptionalLong.empty();
    }
  }

  private void check(
      Correlation.Type type, YamlNode.Mapping condition, List<Correlation.Bound> bounds) {
    if (type.hasValue() && definition.field == null) {
      wrong(
          condition.at(),
          "a correlation of type " + type.text() + " needs a field",
          "add such as 'field: fd.rip'");
    }
    YamlNode.Scalar field = definition.field;
    if (!type.hasValue() && field != null) {
      wrong(field.at(), "a correlation of type " + type.text() + " has no field", "remove it");
    }
    if (bounds.isEmpty()) {
      if (sound) {
        wrong(condition.at(), "the condition compares with nothing", "add such as 'gte: 5'");
      }
      return;
    }
    int least = Correlation.least(bounds);
    if (definition.regular > 0 && (least < FEWEST_BEATS || least > CorrelationWindow.MOST)) {
      wrong(
          condition.at(),
          "whether matches are regular is seen of %d to %d"
              .formatted(FEWEST_BEATS, CorrelationWindow.MOST),
          "ask for that many, such as 'gte: 10'");
    }
    String never = never(type, bounds);
    if (never != null) {
      wrong(condition.at(), "the condition can never hold: " + never, "");
    }
  }

  /** Why no count can make the condition hold; null when one can. */
  private @Nullable String never(Correlation.Type type, List<Correlation.Bound> bounds) {
    long least = type == Correlation.Type.VALUE_SUM ? 0 : 1;
    long most =
        switch (type) {
          case EVENT_COUNT, VALUE_SUM -> Long.MAX_VALUE;
          case VALUE_COUNT -> CorrelationWindow.MOST_VALUES;
          case TEMPORAL, TEMPORAL_ORDERED -> definition.rules.size();
        };
    String limit =
        switch (type) {
          case EVENT_COUNT, VALUE_SUM -> "its bounds exclude each other";
          case VALUE_COUNT ->
              "at most " + CorrelationWindow.MOST_VALUES + " different values are counted";
          case TEMPORAL, TEMPORAL_ORDERED -> "it is made of " + most + " rules";
        };
    long low = least;
    long high = most;
    for (Correlation.Bound bound : bounds) {
      long n = bound.number();
      switch (bound.operator()) {
        case GT -> low = Math.max(low, n + 1);
        case GTE -> low = Math.max(low, n);
        case LT -> high = Math.min(high, n - 1);
        case LTE -> high = Math.min(high, n);
        case EQ -> {
          low = Math.max(low, n);
          high = Math.min(high, n);
        }
        case NEQ -> {}
      }
    }
    if (low > most) {
      return limit;
    }
    return low > high ? "there is no number from " + low + " to " + high : null;
  }

  private void priority(YamlNode.Scalar scalar) {
    Optional<Priority> priority = Priority.parse(scalar.text());
    if (priority.isEmpty()) {
      List<String> known = Arrays.stream(Priority.values()).map(Priority::text).toList();
      String near = Suggestion.didYouMean(scalar.text(), known);
      wrong(
          scalar.at(),
          "unknown priority '" + scalar.text() + "'",
          near.isEmpty() ? "use one of " + String.join(", ", known) : near);
    }
    definition.priority = priority.orElse(null);
  }
}
