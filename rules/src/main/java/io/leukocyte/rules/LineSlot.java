package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Column;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Free text: evaluated on the batch's bytes, all contained patterns of all rules in one pass. */
class LineSlot extends SlotState {
  /** Bytes of the patterns of one automaton, so that its table stays small. */
  private static final int MOST_BYTES = 32 << 10;

  /** A question about bytes. */
  private interface ByteTest {
    boolean test(byte[] in, int from, int to);
  }

  private record ByteQuestion(ByteTest test, int bit) {}

  private record TextQuestion(Predicate predicate, int bit) {}

  private final @Nullable Column column;
  private final List<MultiPattern> automata;
  private final List<ByteQuestion> ofBytes = new ArrayList<>();
  private final List<TextQuestion> ofText = new ArrayList<>();

  /** Regular expressions that are looked at only where a literal of theirs was found. */
  private final List<TextQuestion> hinted = new ArrayList<>();

  private final List<MultiPattern.Pattern> literals = new ArrayList<>();
  private final List<MultiPattern> hints;
  private final long[] found;

  LineSlot(Plan plan, int index, Source.Line source) {
    this(plan, index, source.column());
  }

  /** A slot of text that is not that of a column. */
  LineSlot(Plan plan, int index) {
    this(plan, index, (Column) null);
  }

  private LineSlot(Plan plan, int index, @Nullable Column column) {
    super(plan, index);
    this.column = column;
    List<MultiPattern.Pattern> patterns = new ArrayList<>();
    List<Slot.Question> questions = plan.slots().get(index).questions();
    for (int bit = 0; bit < questions.size(); bit++) {
      add(questions.get(bit).predicate(), bit, patterns);
    }
    this.automata = automata(patterns);
    this.hints = automata(literals);
    this.found = new long[(hinted.size() + 63) >> 6];
  }

  private void add(Predicate predicate, int bit, List<MultiPattern.Pattern> patterns) {
    switch (predicate) {
      case Predicate.Contains c when isOneByte(c.part()) -> {
        byte wanted = (byte) c.part().charAt(0);
        ofBytes.add(new ByteQuestion((in, from, to) -> Bytes.has(in, from, to, wanted), bit));
      }
      case Predicate.Contains c when !c.part().isEmpty() ->
          patterns.add(MultiPattern.Pattern.of(c.part(), c.anyCase(), bit));
      case Predicate.Contains c -> ofBytes.add(new ByteQuestion((in, from, to) -> true, bit));
      case Predicate.Exists e -> ofBytes.add(new ByteQuestion((in, from, to) -> true, bit));
      case Predicate.Equal e -> ofBytes.add(new ByteQuestion(equal(e.values()), bit));
      case Predicate.NotEqual n -> {
        ByteTest equal = equal(List.of(n.other()));
        ofBytes.add(new ByteQuestion((in, from, to) -> !equal.test(in, from, to), bit));
      }
      case Predicate.StartsWith s -> {
        ofBytes.add(new ByteQuestion(startsWith(utf8(s.prefix())), bit));
      }
      case Predicate.EndsWith e -> {
        byte[] wanted = utf8(e.suffix());
        ofBytes.add(
            new ByteQuestion(
                (in, from, to) ->
                    to - from >= wanted.length
                        && Arrays.equals(in, to - wanted.length, to, wanted, 0, wanted.length),
                bit));
      }
      case Predicate.HasBytes h -> {
        byte[] wanted = h.bytes().getBytes(StandardCharsets.ISO_8859_1);
        ofBytes.add(new ByteQuestion(h.atStart() ? startsWith(wanted) : contains(wanted), bit));
      }
      case Predicate.MatchesRegex m when !m.regex().literal().isEmpty() -> {
        literals.add(MultiPattern.Pattern.of(m.regex().literal(), false, hinted.size()));
        hinted.add(new TextQuestion(m, bit));
      }
      case Predicate.MatchesRegex m -> ofText.add(new TextQuestion(m, bit));
      case Predicate.Below b -> ofText.add(new TextQuestion(b, bit));
      case Predicate.ExactlyOne o -> ofText.add(new TextQuestion(o, bit));
      case Predicate.Transformed t -> ofText.add(new TextQuestion(t, bit));
      case Predicate.Matches m -> ofText.add(new TextQuestion(m, bit));
      case Predicate.Within w -> ofText.add(new TextQuestion(w, bit));
      case Predicate.Range r -> ofText.add(new TextQuestion(r, bit));
      case Predicate.OneOf o -> ofText.add(new TextQuestion(o, bit));
    }
  }

  /** Whether a text is a single byte that has no other case. */
  private static boolean isOneByte(String text) {
    return text.length() == 1 && text.charAt(0) < 0x80 && !Character.isLetter(text.charAt(0));
  }

  private static ByteTest startsWith(byte[] wanted) {
    return (in, from, to) ->
        to - from >= wanted.length
            && Arrays.equals(in, from, from + wanted.length, wanted, 0, wanted.length);
  }

  private static ByteTest contains(byte[] wanted) {
    ByteTest here = startsWith(wanted);
    return (in, from, to) -> {
      for (int at = from; at <= to - wanted.length; at++) {
        if (here.test(in, at, to)) {
          return true;
        }
      }
      return false;
    };
  }

  private static ByteTest equal(Collection<String> texts) {
    List<byte[]> wanted = texts.stream().map(LineSlot::utf8).toList();
    return (in, from, to) -> {
      for (int i = 0; i < wanted.size(); i++) {
        byte[] text = wanted.get(i);
        if (Arrays.equals(in, from, to, text, 0, text.length)) {
          return true;
        }
      }
      return false;
    };
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Automata for patterns, none of which is too large. */
  static List<MultiPattern> automata(List<MultiPattern.Pattern> patterns) {
    List<MultiPattern> automata = new ArrayList<>();
    List<MultiPattern.Pattern> chunk = new ArrayList<>();
    int bytes = 0;
    for (MultiPattern.Pattern pattern : patterns) {
      if (!chunk.isEmpty() && bytes + pattern.bytes().size() > MOST_BYTES) {
        automata.add(new MultiPattern(chunk));
        chunk.clear();
        bytes = 0;
      }
      chunk.add(pattern);
      bytes += pattern.bytes().size();
    }
    if (!chunk.isEmpty()) {
      automata.add(new MultiPattern(chunk));
    }
    return automata;
  }

  @Override
  final void resolve(BatchCursor row) {
    if (isFull()) {
      forget();
    }
    askRow(row);
    use(recordOfScratch());
  }

  /** Asks all questions about the row's text. */
  void askRow(BatchCursor row) {
    int from = column == null ? -1 : row.textAt(column);
    if (column != null && from >= 0) {
      ask(row.bytes(), from, from + row.textLength(column));
    }
  }

  /** Asks all questions about a text. */
  final void ask(byte[] bytes, int from, int to) {
    for (int i = 0; i < automata.size(); i++) {
      automata.get(i).find(bytes, from, to, scratch.words());
    }
    for (int i = 0; i < ofBytes.size(); i++) {
      if (ofBytes.get(i).test().test(bytes, from, to)) {
        set(ofBytes.get(i).bit());
      }
    }
    boolean hint = !hinted.isEmpty() && findHints(bytes, from, to);
    if (hint || !ofText.isEmpty()) {
      String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
      askHinted(text);
      for (TextQuestion question : ofText) {
        if (question.predicate().test(text)) {
          set(question.bit());
        }
      }
    }
  }

  /** Looks for the literals of the regular expressions. Returns whether one is there. */
  private boolean findHints(byte[] bytes, int from, int to) {
    Arrays.fill(found, 0);
    long any = 0;
    for (int i = 0; i < hints.size(); i++) {
      hints.get(i).find(bytes, from, to, found);
    }
    for (long word : found) {
      any |= word;
    }
    return any != 0;
  }

  private void askHinted(String text) {
    for (int i = 0; i < hinted.size(); i++) {
      if ((found[i >> 6] & (1L << i)) != 0 && hinted.get(i).predicate().test(text)) {
        set(hinted.get(i).bit());
      }
    }
  }
}
