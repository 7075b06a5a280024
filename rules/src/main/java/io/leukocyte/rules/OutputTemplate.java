package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Text;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.Suggestion;
import java.util.ArrayList;
import java.util.List;
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

  private static final String MISSING = "<NA>";
  private static final Pattern FIELD =
      Pattern.compile("%([a-zA-Z]\\w*(?:\\.[a-zA-Z]\\w*)+)(?:\\[([^\\]]*)\\])?");

  /** What engines of this language put in for it. */
  private static final String CONTAINER_INFO =
      "container_id=%container.id container_name=%container.name";

  private sealed interface Part {}

  private record Words(String text) implements Part {}

  private record Blank(@Nullable Field field, @Nullable String argument) implements Part {}

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
    return parse(source, Set.of(), problems);
  }

  /**
   * The same.
   *
   * @param kept fields that somebody else fills in: they stay as they are
   */
  static Optional<OutputTemplate> parse(
      SourceText source, Set<String> kept, List<Problem> problems) {
    int start = source.text().startsWith("*") ? 1 : 0;
    if (source.text().contains("%container.info")) {
      return parse(
          SourceText.startingAt(
              source.at(0), source.text().replace("%container.info", CONTAINER_INFO)),
          kept,
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
              : blank(source, matcher, problems));
      end = matcher.end();
    }
    parts.add(new Words(source.text().substring(end)));
    return problems.size() > before ? Optional.empty() : Optional.of(new OutputTemplate(parts));
  }

  private static Part blank(SourceText source, Matcher matcher, List<Problem> problems) {
    String name = matcher.group(1);
    String argument = matcher.group(2);
    Field field = Fields.find(name);
    if (field == null) {
      if (!ForeignFields.has(name)) {
        TreeSet<String> known = new TreeSet<>(Fields.names());
        known.addAll(ForeignFields.names());
        problems.add(
            new Problem(
                source.at(matcher.start()),
                "unknown field '" + name + "' in the output",
                Suggestion.didYouMean(name, known)));
      }
      return new Blank(null, null);
    }
    String misfit = field.misfit(argument);
    if (!misfit.isEmpty()) {
      problems.add(new Problem(source.at(matcher.start()), "the field " + name + " " + misfit, ""));
    }
    return new Blank(field, argument);
  }

  /** The output for the row that a cursor stands on: printable, at most {@link #MAX_OUTPUT}. */
  String fill(BatchCursor row, FactsLookup facts) {
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      switch (part) {
        case Words words -> out.append(words.text());
        case Blank blank -> out.append(value(blank, row, facts));
      }
    }
    return Text.clip(out.toString(), MAX_OUTPUT);
  }

  private static String value(Blank blank, BatchCursor row, FactsLookup facts) {
    if (blank.field() == null) {
      return MISSING;
    }
    String value = text(blank.field(), blank.argument(), row, facts);
    return value == null
        ? MISSING
        : Text.clip(Text.printable(Text.clip(value, MAX_VALUE)), MAX_VALUE);
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
