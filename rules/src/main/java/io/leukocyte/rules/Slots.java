package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Column;
import io.leukocyte.events.LogPart;
import io.leukocyte.events.ParsedLine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** The states of slots, one class for each way in which values are looked up. */
final class Slots {
  private Slots() {}

  /** The state of a slot of a plan. */
  static SlotState state(Plan plan, int index, Dictionaries dictionaries) {
    Slot slot = plan.slots().get(index);
    return switch (slot.source()) {
      case Source.Symbol s -> new SymbolSlot(plan, index, s, dictionaries);
      case Source.CommandLine c -> new CommandLineSlot(plan, index, c, dictionaries);
      case Source.Numeral n when n.diverse() -> new DiverseNumberSlot(plan, index, n);
      case Source.Numeral n -> new NumberSlot(plan, index, n, dictionaries);
      case Source.Line l -> new LineSlot(plan, index, l);
      case Source.Part p when p.part() == LogPart.STATUS ->
          new StatusSlot(plan, index, dictionaries);
      case Source.Part p -> new PartSlot(plan, index, p, dictionaries);
      case Source.Computed c -> new ComputedSlot(plan, index, c);
      case Source.OfContainer c -> new ContainerSlot(plan, index, dictionaries);
      case Source.Joint j -> JointSlot.of(plan, index, j, dictionaries);
      case Source.Made m -> JointSlot.of(plan, index, m, dictionaries);
      case Source.Constant c -> throw new IllegalStateException("Constants are folded: " + c);
    };
  }

  /**
   * Asks all questions of a slot about a text: equality by one lookup, blocks of addresses after
   * reading the address once, those that need a literal after one search for all literals, the rest
   * one by one.
   */
  static final class Questions {
    private record OfAddress(Predicate.Within within, int bit) {}

    private record OfText(Predicate predicate, int bit) {}

    private final SlotState state;
    private final Map<String, List<Integer>> equalities;
    private final List<OfAddress> ofAddress = new ArrayList<>();
    private final List<OfText> ofText = new ArrayList<>();
    private final PatternIndex index = new PatternIndex();
    private boolean isIndexed;

    Questions(SlotState state, Slot slot) {
      this.state = state;
      this.equalities = slot.equalities();
      List<Slot.Question> questions = slot.questions();
      for (int bit = 0; bit < questions.size(); bit++) {
        add(questions.get(bit).predicate(), bit);
      }
      indexTexts();
    }

    /** Hands what needs a literal to the index, if that is worth it. */
    private void indexTexts() {
      List<OfText> rest = new ArrayList<>();
      for (OfText question : ofText) {
        if (!index.add(question.predicate(), question.bit())) {
          rest.add(question);
        }
      }
      if (index.size() >= PatternIndex.FEWEST) {
        index.build();
        ofText.clear();
        ofText.addAll(rest);
        isIndexed = true;
      }
    }

    private void add(Predicate predicate, int bit) {
      switch (predicate) {
        case Predicate.Equal e -> {} // among the equalities
        case Predicate.Within w -> ofAddress.add(new OfAddress(w, bit));
        case Predicate.Exists p -> ofText.add(new OfText(p, bit));
        case Predicate.NotEqual p -> ofText.add(new OfText(p, bit));
        case Predicate.StartsWith p -> ofText.add(new OfText(p, bit));
        case Predicate.EndsWith p -> ofText.add(new OfText(p, bit));
        case Predicate.Contains p -> ofText.add(new OfText(p, bit));
        case Predicate.Matches p -> ofText.add(new OfText(p, bit));
        case Predicate.Range p -> ofText.add(new OfText(p, bit));
        case Predicate.OneOf p -> ofText.add(new OfText(p, bit));
        case Predicate.MatchesRegex p -> ofText.add(new OfText(p, bit));
        case Predicate.Below p -> ofText.add(new OfText(p, bit));
        case Predicate.HasBytes p -> ofText.add(new OfText(p, bit));
        case Predicate.ExactlyOne p -> ofText.add(new OfText(p, bit));
        case Predicate.Transformed p -> ofText.add(new OfText(p, bit));
      }
    }

    /** Sets the bits of the questions that the text passes; none for a missing one. */
    void ask(@Nullable String text) {
      if (text == null) {
        return;
      }
      for (int bit : equalities.getOrDefault(text, List.of())) {
        state.set(bit);
      }
      if (!ofAddress.isEmpty()) {
        askAddress(text);
      }
      if (isIndexed) {
        index.ask(text, state);
      }
      for (OfText question : ofText) {
        if (question.predicate().test(text)) {
          state.set(question.bit());
        }
      }
    }

    private void askAddress(String text) {
      Network address = Network.address(text);
      if (address == null) {
        return;
      }
      for (OfAddress question : ofAddress) {
        if (question.within().test(address)) {
          state.set(question.bit());
        }
      }
    }
  }

  private static final class SymbolSlot extends KeyedSlot {
    private final Column column;
    private final View view;
    private final Dictionaries dictionaries;
    private final Questions questions;

    SymbolSlot(Plan plan, int index, Source.Symbol source, Dictionaries dictionaries) {
      super(plan, index);
      this.column = source.column();
      this.view = source.view();
      this.dictionaries = dictionaries;
      this.questions = new Questions(this, plan.slots().get(index));
    }

    @Override
    void resolve(BatchCursor row) {
      int symbol = row.symbol(column);
      if (symbol == 0) {
        use(0);
        return;
      }
      int key = dictionaries.symbol(row, symbol);
      if (!useKnown(key)) {
        ask(row.string(symbol));
        useNew(key);
      }
    }

    private void ask(String text) {
      if (!view.eachItem()) {
        questions.ask(view.of(text));
        return;
      }
      view.items(text).forEach(questions::ask);
    }
  }

  private static final class CommandLineSlot extends KeyedSlot {
    private final Source.CommandLine source;
    private final Dictionaries dictionaries;
    private final LongTable pairs;
    private final Questions questions;

    CommandLineSlot(Plan plan, int index, Source.CommandLine source, Dictionaries dictionaries) {
      super(plan, index);
      this.source = source;
      this.dictionaries = dictionaries;
      this.pairs = dictionaries.newTable();
      this.questions = new Questions(this, plan.slots().get(index));
    }

    @Override
    void resolve(BatchCursor row) {
      int name = row.symbol(source.name());
      int args = row.symbol(source.args());
      if (name == 0 && args == 0) {
        use(0);
        return;
      }
      long pair = (long) dictionaries.symbol(row, name) << 32 | dictionaries.symbol(row, args);
      int key = pairs.intern(pair);
      if (!useKnown(key)) {
        questions.ask(source.join(row, name, args));
        useNew(key);
      }
    }

    @Override
    boolean isFull() {
      return super.isFull() || pairs.count() > Dictionaries.MAX_KEYS;
    }

    @Override
    void forget() {
      super.forget();
      pairs.clear();
    }
  }

  private static final class NumberSlot extends KeyedSlot {
    /** Numbers below are keys by themselves. */
    private static final int FEW = 256;

    private final Source.Numeral source;
    private final LongTable numbers;
    private final Numbers questions;

    NumberSlot(Plan plan, int index, Source.Numeral source, Dictionaries dictionaries) {
      super(plan, index);
      this.source = source;
      this.numbers = dictionaries.newTable();
      this.questions = new Numbers(this, plan.slots().get(index), source);
    }

    @Override
    void resolve(BatchCursor row) {
      long number = source.reader().read(row);
      if (number == Source.NumberReader.MISSING) {
        use(0);
        return;
      }
      int key = number >= 0 && number < FEW ? (int) number : FEW + numbers.intern(number);
      if (!useKnown(key)) {
        questions.ask(number);
        useNew(key);
      }
    }

    @Override
    boolean isFull() {
      return super.isFull() || numbers.count() > Dictionaries.MAX_KEYS;
    }

    @Override
    void forget() {
      super.forget();
      numbers.clear();
    }
  }

  private static final class DiverseNumberSlot extends SlotState {
    private final Source.Numeral source;
    private final Numbers questions;

    DiverseNumberSlot(Plan plan, int index, Source.Numeral source) {
      super(plan, index);
      this.source = source;
      this.questions = new Numbers(this, plan.slots().get(index), source);
    }

    @Override
    void resolve(BatchCursor row) {
      if (isFull()) {
        forget();
      }
      long number = source.reader().read(row);
      if (number != Source.NumberReader.MISSING) {
        questions.ask(number);
      }
      use(recordOfScratch());
    }
  }

  /** Asks all questions of a slot about a number. */
  private static final class Numbers {
    private final SlotState state;
    private final LongPredicate[] predicates;

    Numbers(SlotState state, Slot slot, Source.Numeral source) {
      this.state = state;
      this.predicates =
          slot.questions().stream()
              .map(question -> predicate(question.predicate(), source))
              .toArray(LongPredicate[]::new);
    }

    private static LongPredicate predicate(Predicate predicate, Source.Numeral source) {
      return switch (predicate) {
        case Predicate.Range range -> range::test;
        case Predicate.OneOf oneOf -> {
          long[] sorted = oneOf.numbers().stream().mapToLong(Long::longValue).sorted().toArray();
          yield number -> Arrays.binarySearch(sorted, number) >= 0;
        }
        case Predicate.Exists e -> number -> source.text().apply(number) != null;
        case Predicate.Equal p -> text(p, source);
        case Predicate.NotEqual p -> text(p, source);
        case Predicate.StartsWith p -> text(p, source);
        case Predicate.EndsWith p -> text(p, source);
        case Predicate.Contains p -> text(p, source);
        case Predicate.Matches p -> text(p, source);
        case Predicate.Within p -> text(p, source);
        case Predicate.MatchesRegex p -> text(p, source);
        case Predicate.Below p -> text(p, source);
        case Predicate.HasBytes p -> text(p, source);
        case Predicate.ExactlyOne p -> text(p, source);
        case Predicate.Transformed p -> text(p, source);
      };
    }

    private static LongPredicate text(Predicate predicate, Source.Numeral source) {
      return number -> {
        String text = source.text().apply(number);
        return text != null && predicate.test(text);
      };
    }

    void ask(long number) {
      for (int bit = 0; bit < predicates.length; bit++) {
        if (predicates[bit].test(number)) {
          state.set(bit);
        }
      }
    }
  }

  /** The status of an answer, of which there are few. */
  private static final class StatusSlot extends KeyedSlot {
    private final Dictionaries dictionaries;
    private final Numbers questions;

    StatusSlot(Plan plan, int index, Dictionaries dictionaries) {
      super(plan, index);
      this.dictionaries = dictionaries;
      this.questions =
          new Numbers(
              this,
              plan.slots().get(index),
              new Source.Numeral(row -> Source.NumberReader.MISSING, false, Long::toString));
    }

    @Override
    void resolve(BatchCursor row) {
      ParsedLine line = dictionaries.line(row);
      int status = line == null ? -1 : line.status();
      if (status < 0) {
        use(0);
      } else if (!useKnown(status)) {
        questions.ask(status);
        useNew(status);
      }
    }
  }

  private static final class ComputedSlot extends SlotState {
    private final Source.Computed source;
    private final Questions questions;

    ComputedSlot(Plan plan, int index, Source.Computed source) {
      super(plan, index);
      this.source = source;
      this.questions = new Questions(this, plan.slots().get(index));
    }

    @Override
    void resolve(BatchCursor row) {
      if (isFull()) {
        forget();
      }
      questions.ask(source.reader().apply(row));
      use(recordOfScratch());
    }
  }

  private static final class ContainerSlot extends KeyedSlot {
    private final Dictionaries dictionaries;
    private final List<Slot.Question> questions;

    ContainerSlot(Plan plan, int index, Dictionaries dictionaries) {
      super(plan, index);
      this.dictionaries = dictionaries;
      this.questions = plan.slots().get(index).questions();
    }

    @Override
    void resolve(BatchCursor row) {
      Containers.Entry entry = dictionaries.container(row, row.container());
      if (!useKnown(entry.version())) {
        ask(entry);
        useNew(entry.version());
      }
    }

    private void ask(Containers.Entry entry) {
      for (int bit = 0; bit < questions.size(); bit++) {
        Slot.Question question = questions.get(bit);
        if (question.source() instanceof Source.OfContainer place) {
          String text = place.reader().read(entry.ref(), entry.facts(), place.argument());
          if (text != null && question.predicate().test(text)) {
            set(bit);
          }
        }
      }
    }
  }
}
