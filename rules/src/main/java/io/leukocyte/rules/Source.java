package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Column;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Kind;
import io.leukocyte.events.LogPart;
import io.leukocyte.events.ParsedLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/** Where a field is read in events of one kind, and so how often its comparisons are evaluated. */
sealed interface Source {
  /** The text of a comparison that holds. */
  String HOLDS = "true";

  /** A string of the batch's table: evaluated once a string. */
  record Symbol(Column column, View view) implements Source {}

  /** A name and, after it, the arguments but the first: evaluated once a pair of strings. */
  record CommandLine(Column name, Column args) implements Source {
    /** The text for two symbols of the batch, 0 being absent; null when both are. */
    @Nullable String join(BatchCursor batch, int nameSymbol, int argsSymbol) {
      if (nameSymbol == 0 && argsSymbol == 0) {
        return null;
      }
      String args = argsSymbol == 0 ? "" : batch.string(argsSymbol);
      int firstEnd = args.indexOf('\0');
      String first = firstEnd < 0 ? args : args.substring(0, firstEnd);
      String rest = firstEnd < 0 ? "" : " " + args.substring(firstEnd + 1).replace('\0', ' ');
      return (nameSymbol == 0 ? first : batch.string(nameSymbol)) + rest;
    }
  }

  /**
   * A number of the row.
   *
   * @param reader reads it
   * @param diverse whether nearly each event has another one: evaluated for each event; otherwise
   *     once a number
   * @param text how it is shown and compared as text
   */
  record Numeral(NumberReader reader, boolean diverse, LongFunction<@Nullable String> text)
      implements Source {}

  /** Free text of the row: evaluated for each event, all patterns in one pass. */
  record Line(Column column) implements Source {}

  /**
   * A part of a log line that has a form: evaluated for each event, on the bytes; of many values
   * one that passes is enough.
   *
   * @param key the name within a JSON object; empty but for {@link LogPart#MESSAGE}, where a name
   *     that is not empty stands for the value under it
   */
  record Part(LogPart part, String key) implements Source {
    /** Hands on each value of the line. */
    void each(ParsedLine line, ParsedLine.Values values) {
      if (key.isEmpty()) {
        line.each(part, values);
      } else {
        line.eachJson(key.getBytes(StandardCharsets.UTF_8), values);
      }
    }

    private List<String> all(BatchCursor row) {
      int at = row.textAt(Columns.Log.LINE);
      if (at < 0) {
        return List.of();
      }
      ParsedLine line = new ParsedLine();
      line.line(row.bytes(), at, at + row.textLength(Columns.Log.LINE));
      List<String> found = new ArrayList<>();
      each(
          line,
          (bytes, from, to) ->
              found.add(new String(bytes, from, to - from, StandardCharsets.UTF_8)));
      return found;
    }
  }

  /** Put together from several columns: evaluated for each event. */
  record Computed(Function<BatchCursor, @Nullable String> reader) implements Source {}

  /** A property of the container: evaluated once a container and version of its facts. */
  record OfContainer(ContainerReader reader, String argument) implements Source {}

  /**
   * Whether a comparison of several places holds: evaluated once a tuple of their values, or for
   * each event where one of them is evaluated so.
   */
  record Joint(Comparison comparison, Kind kind) implements Source {
    /** Whether it holds for the row that the cursor stands on. */
    boolean holds(BatchCursor row, FactsLookup lookup) {
      return comparison.holds(kind, place -> place.texts(row, lookup));
    }
  }

  /** Made of several places: evaluated as {@link Joint}, all that is asked of it at once. */
  record Made(Term term, Kind kind) implements Source {}

  /** The same for all events of a kind: evaluated when the rules are compiled. */
  record Constant(String value) implements Source {}

  /** Reads a number of the current row. */
  @FunctionalInterface
  interface NumberReader {
    /** Stands for a number that is missing. */
    long MISSING = Long.MIN_VALUE;

    /** The number; {@link #MISSING} when it is. */
    long read(BatchCursor row);
  }

  /** Reads a property of a container. */
  @FunctionalInterface
  interface ContainerReader {
    /**
     * The property; null when it is missing.
     *
     * @param container null for the host itself
     * @param facts null when they are not known
     * @param argument what stands in brackets after the field; empty when nothing does
     */
    @Nullable String read(
        @Nullable ContainerRef container, @Nullable ContainerFacts facts, String argument);
  }

  /** The field's text in the row that the cursor stands on; null when it is missing. */
  default @Nullable String read(BatchCursor row, FactsLookup lookup) {
    return switch (this) {
      case Symbol s -> {
        int symbol = row.symbol(s.column());
        yield symbol == 0 ? null : s.view().of(row.string(symbol));
      }
      case CommandLine c -> c.join(row, row.symbol(c.name()), row.symbol(c.args()));
      case Numeral n -> {
        long number = n.reader().read(row);
        yield number == NumberReader.MISSING ? null : n.text().apply(number);
      }
      case Line l -> row.text(l.column());
      case Part p -> {
        List<String> all = p.all(row);
        yield all.isEmpty() ? null : all.getFirst();
      }
      case Computed c -> c.reader().apply(row);
      case OfContainer c -> {
        ContainerRef container = row.container() == 0 ? null : row.containerRef(row.container());
        ContainerFacts facts = container == null ? null : lookup.find(container.id());
        yield c.reader().read(container, facts, c.argument());
      }
      case Joint j -> j.holds(row, lookup) ? HOLDS : null;
      case Made m -> texts(row, lookup).stream().findFirst().orElse(null);
      case Constant c -> c.value();
    };
  }

  /** The texts of the place in the row that the cursor stands on; none when it is missing. */
  default List<String> texts(BatchCursor row, FactsLookup lookup) {
    if (this instanceof Symbol(Column column, View view)) {
      int symbol = row.symbol(column);
      return symbol == 0 ? List.of() : view.items(row.string(symbol));
    }
    if (this instanceof Part part) {
      return part.all(row);
    }
    if (this instanceof Made(Term term, Kind kind)) {
      return term.texts(kind, place -> place.texts(row, lookup));
    }
    String text = read(row, lookup);
    return text == null ? List.of() : List.of(text);
  }
}
