package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Text;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import io.leukocyte.events.config.YamlNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A rule's output: text with {@code %field} and {@code %field[argument]} to fill in. */
final class OutputTemplate {
  /** Characters of one value. */
  static final int MAX_VALUE = 1_024;

  /** Characters of an output. */
  static final int MAX_OUTPUT = 8_192;

  /** What stands for a value that is not there. */
  static final String MISSING = "<NA>";

  private static final String ALIAS = "alias.";
  private static final Pattern FIELD =
      Pattern.compile("%([a-zA-Z]\\w*(?:\\.[a-zA-Z]\\w*)+)(?:\\[([^\\]]*)\\])?");

  /** What engines of this language put in for it. */
  private static final String CONTAINER_INFO =
      "container_id=%container.id container_name=%container.name";

  private sealed interface Part {}

  private record Words(String text) implements Part {}

  private record Blank(@Nullable Field field, @Nullable String argument) implements Part {}

  /** Another field for each rule: of an alias of a correlation. */
  private record OfRule(Map<String, Blank> fields) implements Part {
    OfRule {
      fields = Map.copyOf(fields);
    }
  }

  private final List<Part> parts;

  private OutputTemplate(List<Part> parts) {
    this.parts = List.copyOf(parts);
  }

  /**
   * The template in a text; a star in front, which asks for missing fields to be shown, is dropped.
   *
   * @param problems receives fields that do not exist; one that exists but is not collected is no
   *     problem and always missing
   */
  static Optional<OutputTemplate> parse(SourceText source, List<Problem> problems) {
    return parse(source, Set.of(), Map.of(), problems);
  }

  /**
   * The same.
   *
   * @param kept fields that somebody else fills in: they stay as they are
   * @param aliases names, and what each stands for in matches of each rule: {@code %alias.NAME}
   */
  static Optional<OutputTemplate> parse(
      SourceText source,
      Set<String> kept,
      Map<String, Map<String, YamlNode.Scalar>> aliases,
      List<Problem> problems) {
    int start = source.text().startsWith("*") ? 1 : 0;
    if (source.text().contains("%container.info")) {
      return parse(
          SourceText.startingAt(
              source.at(0), source.text().replace("%container.info", CONTAINER_INFO)),
          kept,
          aliases,
          problems);
    }
    List<Part> parts = new ArrayList<>();
    Matcher matcher = FIELD.matcher(source.text());
    int end = start;
    int before = problems.size();
    while (matcher.find()) {
      parts.add(
          new Words(source.text().substring(Math.min(end, matcher.start()), matcher.start())));
      parts.add(
          kept.contains(matcher.group(1))
              ? new Words(matcher.group())
              : matcher.group(1).startsWith(ALIAS)
                  ? alias(source, matcher, aliases, problems)
                  : blank(source.at(matcher.start()), matcher, problems));
      end = matcher.end();
    }
    parts.add(new Words(source.text().substring(end)));
    return problems.size() > before ? Optional.empty() : Optional.of(new OutputTemplate(parts));
  }

  private static Part alias(
      SourceText source,
      Matcher matcher,
      Map<String, Map<String, YamlNode.Scalar>> aliases,
      List<Problem> problems) {
    String name = matcher.group(1).substring(ALIAS.length());
    Map<String, YamlNode.Scalar> known = aliases.get(name);
    if (known == null) {
      problems.add(
          new Problem(
              source.at(matcher.start()),
              "unknown alias '" + name + "' in the output",
              Suggestion.didYouMean(name, aliases.keySet())));
      return new Words("");
    }
    Map<String, Blank> fields = new HashMap<>();
    known.forEach((rule, field) -> {
      Matcher inner = FIELD.matcher("%" + field.text());
      if (inner.matches()) {
        fields.put(rule, blank(field.at(), inner, problems));
      } else {
        problems.add(new Problem(field.at(), "'" + field.text() + "' is no field", ""));
      }
    });
    return new OfRule(fields);
  }

  private static Blank blank(Position at, Matcher matcher, List<Problem> problems) {
    String name = matcher.group(1);
    String argument = matcher.group(2);
    Field field = Fields.find(name);
    if (field == null) {
      if (!ForeignFields.has(name)) {
        TreeSet<String> known = new TreeSet<>(Fields.names());
        known.addAll(ForeignFields.names());
        problems.add(
            new Problem(
                at,
                "unknown field '" + name + "' in the output",
                Suggestion.didYouMean(name, known)));
      }
      return new Blank(null, null);
    }
    String misfit = field.misfit(argument);
    if (!misfit.isEmpty()) {
      problems.add(new Problem(at, "the field " + name + " " + misfit, ""));
    }
    return new Blank(field, argument);
  }

  /** The output for the row that a cursor stands on: printable, at most {@link #MAX_OUTPUT}. */
  String fill(BatchCursor row, FactsLookup facts) {
    return fill(values("", row, facts));
  }

  /** The output with the values of its fields, as {@link #values} gives them. */
  String fill(List<@Nullable String> values) {
    StringBuilder out = new StringBuilder();
    int at = 0;
    for (Part part : parts) {
      if (part instanceof Words(String text)) {
        out.append(text);
      } else {
        String value = at < values.size() ? values.get(at) : null;
        out.append(value == null ? MISSING : value);
        at++;
      }
    }
    return Text.clip(out.toString(), MAX_OUTPUT);
  }

  /**
   * The values of its fields in the row that a cursor stands on, in their order: printable, null
   * where the row has none.
   *
   * @param rule the rule that matched the row; aliases follow from it
   */
  List<@Nullable String> values(String rule, BatchCursor row, FactsLookup facts) {
    List<@Nullable String> values = new ArrayList<>();
    for (Part part : parts) {
      switch (part) {
        case Words words -> {}
        case Blank blank -> values.add(value(blank, row, facts));
        case OfRule alias -> values.add(value(alias.fields().get(rule), row, facts));
      }
    }
    return Collections.unmodifiableList(values);
  }

  private static @Nullable String value(@Nullable Blank blank, BatchCursor row, FactsLookup facts) {
    if (blank == null || blank.field() == null) {
      return null;
    }
    String value = text(blank.field(), blank.argument(), row, facts);
    return value == null ? null : Text.clip(Text.printable(Text.clip(value, MAX_VALUE)), MAX_VALUE);
  }

  /** The first of the places that has a value; all of them for a field of many values. */
  private static @Nullable String text(
      Field field, @Nullable String argument, BatchCursor row, FactsLookup facts) {
    boolean all = field.argument() == Field.Argument.INDEX && argument == null;
    StringJoiner values = new StringJoiner(" ");
    for (Source source : field.sources(row.kind(), argument)) {
      String value = source.read(row, facts);
      if (value != null && !all) {
        return value;
      }
      if (value != null) {
        values.add(value);
      }
    }
    return values.length() == 0 ? null : values.toString();
  }
}
