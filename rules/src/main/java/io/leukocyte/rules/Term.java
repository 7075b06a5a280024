package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One side of a comparison, where it is more than a field: functions of several fields, or of a
 * field's items. Its value is a list of texts: none is missing.
 */
sealed interface Term {
  /** Reads the texts of a place in the current row; none when it is missing. */
  interface Texts {
    List<String> of(Source source);
  }

  /** What its values are. */
  Field.Type type();

  /** Whether it is a list. */
  boolean isList();

  /**
   * Whether {@code in} asks for all of its texts. Of a field's texts, as those of ancestors, one is
   * enough.
   */
  default boolean asksForAll() {
    return isList();
  }

  /** The texts in an event of a kind. */
  List<String> texts(Kind kind, Texts texts);

  /** The texts as the items of a list, where it can be taken so. */
  default List<String> items(Kind kind, Texts texts) {
    return texts(kind, texts);
  }

  /** Adds the places that it reads in events of a kind. */
  void collect(Kind kind, Set<Source> places);

  /** How it is written. */
  @Override
  String toString();

  /** A field. */
  record OfField(Field field, @Nullable String argument) implements Term {
    @Override
    public Field.Type type() {
      return field.type();
    }

    @Override
    public boolean isList() {
      return field.itemsIn().isPresent() && argument == null;
    }

    @Override
    public boolean asksForAll() {
      return false;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      return of(field.sources(kind, argument), texts);
    }

    @Override
    public List<String> items(Kind kind, Texts texts) {
      return isList() ? of(field.itemSources(kind), texts) : texts(kind, texts);
    }

    private static List<String> of(List<Source> sources, Texts texts) {
      List<String> all = new ArrayList<>();
      sources.forEach(source -> all.addAll(texts.of(source)));
      return all;
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      places.addAll(field.sources(kind, argument));
      if (isList()) {
        places.addAll(field.itemSources(kind));
      }
    }

    @Override
    public String toString() {
      return field.name() + (argument == null ? "" : "[" + argument + "]");
    }
  }

  /** A text that stands for itself. */
  record Literal(String text) implements Term {
    @Override
    public Field.Type type() {
      return Field.Type.STRING;
    }

    @Override
    public boolean isList() {
      return false;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      return List.of(text);
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {}

    @Override
    public String toString() {
      return '"' + text + '"';
    }
  }

  /** Several in a row: those that are missing are left out. */
  record Items(List<Term> parts) implements Term {
    public Items {
      parts = List.copyOf(parts);
    }

    @Override
    public Field.Type type() {
      return Field.Type.STRING;
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      return parts.stream().flatMap(p -> p.texts(kind, texts).stream()).toList();
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      parts.forEach(part -> part.collect(kind, places));
    }

    @Override
    public String toString() {
      return parts.stream().map(Term::toString).collect(Collectors.joining(", ", "(", ")"));
    }
  }

  /** A function that makes one text of each. */
  record Mapped(Transformer function, Term of) implements Term {
    @Override
    public Field.Type type() {
      return function == Transformer.LEN ? Field.Type.NUMBER : of.type();
    }

    @Override
    public boolean isList() {
      return of.isList();
    }

    @Override
    public boolean asksForAll() {
      return of.asksForAll();
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      return made(of.texts(kind, texts));
    }

    @Override
    public List<String> items(Kind kind, Texts texts) {
      return made(of.items(kind, texts));
    }

    private List<String> made(List<String> texts) {
      List<String> made = new ArrayList<>();
      for (String text : texts) {
        String one = function.apply(text);
        if (one != null) {
          made.add(one);
        }
      }
      return made;
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      of.collect(kind, places);
    }

    @Override
    public String toString() {
      return function.text() + "(" + of + ")";
    }
  }

  /** How many items a list has; missing when the list is. */
  record Count(Term of) implements Term {
    @Override
    public Field.Type type() {
      return Field.Type.NUMBER;
    }

    @Override
    public boolean isList() {
      return false;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      Set<Source> places = new LinkedHashSet<>();
      of.collect(kind, places);
      boolean known = places.stream().anyMatch(place -> !texts.of(place).isEmpty());
      return known ? List.of(Integer.toString(of.items(kind, texts).size())) : List.of();
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      of.collect(kind, places);
    }

    @Override
    public String toString() {
      return "len(" + of + ")";
    }
  }

  /** The items of a list with a separator between them; missing when there are none. */
  record Join(Term separator, Term list) implements Term {
    @Override
    public Field.Type type() {
      return Field.Type.STRING;
    }

    @Override
    public boolean isList() {
      return false;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      List<String> with = separator.texts(kind, texts);
      List<String> items = list.items(kind, texts);
      return with.isEmpty() || items.isEmpty()
          ? List.of()
          : List.of(String.join(with.getFirst(), items));
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      separator.collect(kind, places);
      list.collect(kind, places);
    }

    @Override
    public String toString() {
      return "join(" + separator + ", " + list + ")";
    }
  }

  /** One after the other; missing when one of them is. */
  record Concat(List<Term> parts) implements Term {
    public Concat {
      parts = List.copyOf(parts);
    }

    @Override
    public Field.Type type() {
      return Field.Type.STRING;
    }

    @Override
    public boolean isList() {
      return false;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      StringBuilder all = new StringBuilder();
      for (Term part : parts) {
        List<String> own = part.texts(kind, texts);
        if (own.isEmpty()) {
          return List.of();
        }
        all.append(own.getFirst());
      }
      return List.of(all.toString());
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      parts.forEach(part -> part.collect(kind, places));
    }

    @Override
    public String toString() {
      return parts.stream().map(Term::toString).collect(Collectors.joining(", ", "concat(", ")"));
    }
  }

  /** The options of a command line. */
  record GetOpt(Term words, Term known, @Nullable String wanted) implements Term {
    @Override
    public Field.Type type() {
      return Field.Type.STRING;
    }

    @Override
    public boolean isList() {
      return true;
    }

    @Override
    public List<String> texts(Kind kind, Texts texts) {
      List<String> letters = known.texts(kind, texts);
      return letters.isEmpty()
          ? List.of()
          : Options.of(words.items(kind, texts), letters.getFirst(), wanted);
    }

    @Override
    public void collect(Kind kind, Set<Source> places) {
      words.collect(kind, places);
      known.collect(kind, places);
    }

    @Override
    public String toString() {
      return "getopt(" + words + ", " + known + ")" + (wanted == null ? "" : "[" + wanted + "]");
    }
  }
}
