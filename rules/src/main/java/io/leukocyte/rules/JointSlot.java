package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Kind;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A comparison of several places of a row, or what is made of them. What it gave is remembered for
 * the numbers of their values together, so that texts are made and compared once a tuple.
 */
final class JointSlot extends KeyedSlot {
  private final Source source;
  private final Slots.Questions questions;
  private final Dictionaries dictionaries;
  private final List<Place> places = new ArrayList<>();
  private final List<LongTable> tuples = new ArrayList<>();
  private final boolean keyed;

  /** A place, with the table that gives its values numbers, where they have none of their own. */
  private record Place(Source source, @Nullable LongTable numbers) {}

  private JointSlot(
      Plan plan, int index, Source source, List<Source> read, Dictionaries dictionaries) {
    super(plan, index);
    this.source = source;
    this.questions = new Slots.Questions(this, plan.slots().get(index));
    this.dictionaries = dictionaries;
    this.keyed = read.stream().allMatch(JointSlot::isKeyedPlace);
    for (Source place : read) {
      boolean numbered = place instanceof Source.Numeral || place instanceof Source.CommandLine;
      places.add(new Place(place, numbered ? dictionaries.newTable() : null));
      tuples.add(dictionaries.newTable());
    }
  }

  static SlotState of(Plan plan, int index, Source.Joint source, Dictionaries dictionaries) {
    return new JointSlot(plan, index, source, read(source), dictionaries);
  }

  static SlotState of(Plan plan, int index, Source.Made source, Dictionaries dictionaries) {
    return new JointSlot(plan, index, source, read(source), dictionaries);
  }

  private static List<Source> read(Source.Joint source) {
    return source.comparison().places(source.kind());
  }

  private static List<Source> read(Source.Made source) {
    Set<Source> read = new LinkedHashSet<>();
    source.term().collect(source.kind(), read);
    return List.copyOf(read);
  }

  /** Whether it is evaluated once a tuple of values. */
  static boolean isKeyed(Source.Joint source) {
    return read(source).stream().allMatch(JointSlot::isKeyedPlace);
  }

  /** Whether it is evaluated once a tuple of values. */
  static boolean isKeyed(Source.Made source) {
    return read(source).stream().allMatch(JointSlot::isKeyedPlace);
  }

  private static boolean isKeyedPlace(Source source) {
    return switch (source) {
      case Source.Symbol s -> true;
      case Source.CommandLine c -> true;
      case Source.Numeral n -> !n.diverse();
      case Source.OfContainer c -> true;
      case Source.Constant c -> true;
      case Source.Line l -> false;
      case Source.Part p -> false;
      case Source.Computed c -> false;
      case Source.Joint j -> false;
      case Source.Made m -> false;
    };
  }

  @Override
  void resolve(BatchCursor row) {
    if (!keyed) {
      if (isFull()) {
        forget();
      }
      ask(row);
      use(recordOfScratch());
      return;
    }
    int key = 0;
    for (int i = 0; i < places.size(); i++) {
      key = tuples.get(i).intern((long) key << 32 | (key(row, places.get(i)) & 0xffffffffL));
    }
    if (!useKnown(key)) {
      ask(row);
      useNew(key);
    }
  }

  private int key(BatchCursor row, Place place) {
    return switch (place.source()) {
      case Source.Symbol s -> dictionaries.symbol(row, row.symbol(s.column()));
      case Source.CommandLine c ->
          number(
              place,
              (long) dictionaries.symbol(row, row.symbol(c.name())) << 32
                  | dictionaries.symbol(row, row.symbol(c.args())));
      case Source.Numeral n -> number(place, n.reader().read(row));
      case Source.OfContainer c -> dictionaries.container(row, row.container()).version();
      case Source.Constant c -> 0;
      case Source.Line l -> throw new IllegalStateException("Not keyed: " + l);
      case Source.Part p -> throw new IllegalStateException("Not keyed: " + p);
      case Source.Computed c -> throw new IllegalStateException("Not keyed: " + c);
      case Source.Joint j -> throw new IllegalStateException("Not keyed: " + j);
      case Source.Made m -> throw new IllegalStateException("Not keyed: " + m);
    };
  }

  private static int number(Place place, long value) {
    LongTable numbers = place.numbers();
    if (numbers == null) {
      throw new IllegalStateException("No table for " + place);
    }
    return numbers.intern(value);
  }

  private void ask(BatchCursor row) {
    Term.Texts texts = place -> texts(row, place);
    if (source instanceof Source.Made(Term term, Kind kind)) {
      term.texts(kind, texts).forEach(questions::ask);
    } else if (source instanceof Source.Joint(Comparison comparison, Kind kind)
        && comparison.holds(kind, texts)) {
      questions.ask(Source.HOLDS);
    }
  }

  private List<String> texts(BatchCursor row, Source place) {
    if (place instanceof Source.OfContainer(var reader, var argument)) {
      Containers.Entry entry = dictionaries.container(row, row.container());
      ContainerRef ref = entry.ref();
      ContainerFacts facts = entry.facts();
      String text = reader.read(ref, facts, argument);
      return text == null ? List.of() : List.of(text);
    }
    return place.texts(row, FactsLookup.NONE);
  }

  @Override
  boolean isFull() {
    return super.isFull()
        || tuples.stream().anyMatch(t -> t.count() > Dictionaries.MAX_KEYS)
        || places.stream()
            .anyMatch(p -> p.numbers() != null && p.numbers().count() > Dictionaries.MAX_KEYS);
  }

  @Override
  void forget() {
    super.forget();
    tuples.forEach(LongTable::clear);
    for (Place place : places) {
      if (place.numbers() != null) {
        place.numbers().clear();
      }
    }
  }
}
