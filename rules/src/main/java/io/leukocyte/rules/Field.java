package io.leukocyte.rules;

import io.leukocyte.events.Column;
import io.leukocyte.events.Kind;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A field that events have: its name, its type, and where events of each kind keep it. */
final class Field {
  /** What a field's values are, and so which operators may follow. */
  enum Type {
    /** Text. */
    STRING("text"),
    /** A whole number. */
    NUMBER("number"),
    /** true or false. */
    BOOL("true or false"),
    /** An IP address; compared with addresses and blocks. */
    ADDRESS("address"),
    /** An IP address; compared with blocks in CIDR form. */
    NETWORK("network");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /** What stands in brackets after the field. */
  enum Argument {
    /** Nothing. */
    NONE,
    /** A number, or nothing. */
    INDEX,
    /** Some text, always. */
    KEY,
    /** Some text, or nothing. */
    NAME
  }

  private final String name;
  private final Type type;
  private final Argument argument;
  private final boolean bothEnds;
  private final String description;
  private @Nullable View items;
  private final Map<Kind, Function<@Nullable String, List<Source>>> sources =
      new EnumMap<>(Kind.class);

  Field(String name, Type type, Argument argument, boolean bothEnds, String description) {
    this.name = name;
    this.type = type;
    this.argument = argument;
    this.bothEnds = bothEnds;
    this.description = description;
  }

  Field in(Set<Kind> kinds, Source source) {
    return in(kinds, List.of(source));
  }

  Field in(Set<Kind> kinds, List<Source> sources) {
    return with(kinds, argument -> sources);
  }

  /** Adds kinds in which the argument decides what is read; no sources when nothing is. */
  Field with(Set<Kind> kinds, Function<@Nullable String, List<Source>> maker) {
    kinds.forEach(kind -> sources.put(kind, maker));
    return this;
  }

  /** Says how the symbol is read where the field stands as a list. */
  Field listed(View each) {
    this.items = each;
    return this;
  }

  /** How its items are read where it stands as a list; empty when it is none. */
  Optional<View> itemsIn() {
    return Optional.ofNullable(items);
  }

  /** Where events of a kind keep its items. */
  List<Source> itemSources(Kind kind) {
    View each = items;
    return sources(kind, null).stream()
        .map(source ->
            each != null
                    && source instanceof Source.Symbol(Column column, View view)
                    && !(view instanceof View.Whole)
                ? new Source.Symbol(column, each)
                : source)
        .toList();
  }

  String name() {
    return name;
  }

  Type type() {
    return type;
  }

  Argument argument() {
    return argument;
  }

  /** Whether it reads both ends of a connection: {@code !=} then means neither end. */
  boolean bothEnds() {
    return bothEnds;
  }

  String description() {
    return description;
  }

  Set<Kind> kinds() {
    return sources.keySet();
  }

  /** Where events of a kind keep it: in any of these; empty when they do not have it. */
  List<Source> sources(Kind kind, @Nullable String argument) {
    Function<@Nullable String, List<Source>> maker = sources.get(kind);
    return maker == null ? List.of() : maker.apply(argument);
  }

  /** What is wrong with what stands in brackets after it; empty when nothing is. */
  String misfit(@Nullable String given) {
    return switch (argument) {
      case NONE -> given == null ? "" : "takes nothing in brackets";
      case INDEX -> given == null || given.matches("\\d{1,4}") ? "" : "takes a number in brackets";
      case NAME -> given != null && given.isEmpty() ? "needs a name in brackets, or none" : "";
      case KEY -> given == null || given.isEmpty() ? "needs a name in brackets" : "";
    };
  }

  /** Whether events of any kind keep it. */
  boolean isKept(@Nullable String argument) {
    return kinds().stream().anyMatch(kind -> !sources(kind, argument).isEmpty());
  }
}
