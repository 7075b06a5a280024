package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Text;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The matches of one group of a correlation, in the order of their times, and the alert that is
 * open. Matches are rows of longs in one array; what is no number stands in a list of sources. One
 * thread at a time.
 *
 * <p>A window ends at a match and begins a timespan before it: it holds the matches whose time is
 * later than the end less the timespan, and not later than the end. A match that comes is put in
 * its place by its time, and each window that has it is looked at, so that a late match finds what
 * it would have found in time.
 */
public final class CorrelationWindow {
  /** Most matches of a group; of a count of values, {@link #MOST_VALUES}. */
  static final int MOST = 256;

  /** Most matches of a group of which different values are counted. */
  static final int MOST_VALUES = 1_024;

  /** How long an alert takes in what follows at least, as alerts of rules do, nanoseconds. */
  private static final long FOLD = TimeUnit.SECONDS.toNanos(60);

  /** Matches closer than that are no rhythm, nanoseconds. */
  private static final long SHORTEST_GAP = TimeUnit.SECONDS.toNanos(1);

  /** Causes told of an alert that counts: the first ones and the last ones. */
  private static final int FIRST_CAUSES = 20;

  private static final int LAST_CAUSES = 5;

  /** Parts of the time that is kept, to which matches are put together when there are too many. */
  private static final int PARTS = 128;

  /** Sources that may be left over from matches that went. */
  private static final int SPARE_SOURCES = 64;

  /** Characters of a value that is remembered for the output. */
  private static final int MOST_SHOWN = 256;

  private static final byte VERSION = 2;

  /** Windows of this version have nothing for the output. */
  private static final byte WITHOUT_SHOWN = 1;

  // The columns of a match.
  private static final int TIME = 0;
  private static final int MEMBER = 1;
  private static final int VALUE = 2;
  private static final int TIMES = 3;
  private static final int SOURCE = 4;
  private static final int EPOCH = 5;
  private static final int SEQUENCE = 6;
  private static final int INDEX = 7;
  private static final int WIDTH = 8;

  private final String correlation;
  private final List<String> group;
  private final long retention;
  private long[] cells = new long[2 * WIDTH];
  private int size;
  private final List<Source> sources = new ArrayList<>();
  private long newest = Long.MIN_VALUE;

  /** Of the matches it held, how many were let go before their time; taken by {@link #takeCut}. */
  private int cut;

  private @Nullable EventId opened;
  private long first;
  private long last;
  private long matches;

  /** Of temporal correlations, what the newest match of each rule gives for the output. */
  private final Map<Integer, Shown> shown = new TreeMap<>();

  private record Shown(long time, List<@Nullable String> values) {}

  /** Where a match came from. */
  private record Source(HostId host, @Nullable ContainerId container) {}

  /** What a match did. */
  public enum Outcome {
    /** The condition does not hold. */
    NOTHING,
    /** It is too late to be counted. */
    LATE,
    /** The condition came to hold: an alert. */
    CROSSED,
    /** It still holds: counted into the alert that is open. */
    CONTINUED
  }

  /**
   * An empty window.
   *
   * @param correlation whose it is
   * @param group the group-by values
   */
  CorrelationWindow(Correlation correlation, List<String> group) {
    this(correlation.name(), group, correlation.timespan() + correlation.lateness());
  }

  /** An empty window of a group. */
  public static CorrelationWindow empty(Correlation correlation, List<String> group) {
    return new CorrelationWindow(correlation, group);
  }

  private CorrelationWindow(String correlation, List<String> group, long retention) {
    this.correlation = correlation;
    this.group = List.copyOf(group);
    this.retention = retention;
  }

  /** The name of the correlation. */
  public String correlation() {
    return correlation;
  }

  /** The group-by values. */
  public List<String> group() {
    return group;
  }

  /** Matches it holds. */
  public int size() {
    return size;
  }

  /** Time of its newest match, unix nanoseconds. */
  public long newest() {
    return newest;
  }

  /** When it holds nothing that counts any more and its alert is over, unix nanoseconds. */
  public long expires() {
    long alert = opened == null ? Long.MIN_VALUE : Math.max(first + FOLD, last + retention);
    return Math.max(newest + retention, alert);
  }

  /** How long it keeps a match, nanoseconds. */
  public long retention() {
    return retention;
  }

  /** The event from which the id of the open alert follows; null when there was none. */
  public @Nullable EventId opened() {
    return opened;
  }

  /** Matches at which the condition held since its alert was opened. */
  public long matches() {
    return matches;
  }

  /** Time of the open alert's first match, unix nanoseconds. */
  public long first() {
    return first;
  }

  /** Time of the open alert's latest match, unix nanoseconds. */
  public long last() {
    return last;
  }

  /** How many matches were let go before their time since this was last asked. */
  int takeCut() {
    int taken = cut;
    cut = 0;
    return taken;
  }

  private long get(int cell, int column) {
    return cells[cell * WIDTH + column];
  }

  private void set(int cell, int column, long value) {
    cells[cell * WIDTH + column] = value;
  }

  /** What {@link #add} found besides the outcome: the count and the window's bounds. */
  record Found(Outcome outcome, long count, int from, int end) {
    static final Found NOTHING = new Found(Outcome.NOTHING, 0, 0, 0);
    static final Found LATE = new Found(Outcome.LATE, 0, 0, 0);
  }

  /**
   * Takes a match.
   *
   * @param value hash of the value to count, or the amount to add up
   */
  Found add(Correlation rule, int member, long value, long time, EventId id, Where where) {
    if (size > 0 && time <= newest - retention) {
      return Found.LATE;
    }
    newest = Math.max(newest, time);
    expire();
    int at = insert(member, value, time, id, new Source(where.host(), where.container()));
    if (size > most(rule)) {
      compact(rule);
      at = firstFrom(time);
    }
    return look(rule, at, time);
  }

  /** Remembers what a match that was taken gives for the output. */
  void show(int member, long time, List<@Nullable String> values) {
    Shown known = shown.get(member);
    if (known == null || known.time() <= time) {
      List<@Nullable String> clipped = new ArrayList<>();
      for (String value : values) {
        clipped.add(value == null ? null : Text.clip(value, MOST_SHOWN));
      }
      shown.put(member, new Shown(time, clipped));
    }
  }

  /**
   * The values for the output of a match; those it lacks are of the newest other match that has
   * them and is less than a timespan away.
   *
   * @param time the match's, unix nanoseconds
   */
  List<@Nullable String> completed(Correlation rule, long time, List<@Nullable String> own) {
    List<Shown> others =
        shown.values().stream()
            .filter(other -> Math.abs(time - other.time()) < rule.timespan())
            .sorted(Comparator.comparingLong(Shown::time).reversed())
            .toList();
    List<@Nullable String> values = new ArrayList<>(own);
    for (Shown other : others) {
      for (int i = 0; i < Math.min(values.size(), other.values().size()); i++) {
        if (values.get(i) == null) {
          values.set(i, other.values().get(i));
        }
      }
    }
    return values;
  }

  /** Where a match was seen. */
  record Where(HostId host, @Nullable ContainerId container) {}

  private static int most(Correlation rule) {
    return rule.type() == Correlation.Type.VALUE_COUNT ? MOST_VALUES : MOST;
  }

  /** Lets go of what is older than what is kept. */
  private void expire() {
    int gone = 0;
    while (gone < size && get(gone, TIME) <= newest - retention) {
      gone++;
    }
    drop(gone);
    shown.values().removeIf(match -> match.time() <= newest - retention);
  }

  private void drop(int oldest) {
    if (oldest > 0) {
      System.arraycopy(cells, oldest * WIDTH, cells, 0, (size - oldest) * WIDTH);
      size -= oldest;
      if (size == 0) {
        sources.clear();
      }
    }
  }

  /** Puts a match behind those of its time whose place in the list of rules is not later. */
  private int insert(int member, long value, long time, EventId id, Source source) {
    int at = size;
    while (at > 0 && isAfter(at - 1, time, member)) {
      at--;
    }
    if ((size + 1) * WIDTH > cells.length) {
      cells = Arrays.copyOf(cells, cells.length * 2);
    }
    System.arraycopy(cells, at * WIDTH, cells, (at + 1) * WIDTH, (size - at) * WIDTH);
    size++;
    set(at, TIME, time);
    set(at, MEMBER, member);
    set(at, VALUE, value);
    set(at, TIMES, 1);
    set(at, SOURCE, number(source));
    set(at, EPOCH, id.epoch());
    set(at, SEQUENCE, id.sequence());
    set(at, INDEX, id.index());
    return at;
  }

  private boolean isAfter(int cell, long time, int member) {
    long other = get(cell, TIME);
    return other > time || (other == time && get(cell, MEMBER) > member);
  }

  private int number(Source source) {
    int number = sources.lastIndexOf(source);
    if (number >= 0) {
      return number;
    }
    if (sources.size() >= 2 * size + SPARE_SOURCES) {
      compactSources();
    }
    sources.add(source);
    return sources.size() - 1;
  }

  /** Forgets sources of which no match is left. */
  private void compactSources() {
    List<Source> before = List.copyOf(sources);
    sources.clear();
    for (int i = 0; i < size; i++) {
      Source source = before.get((int) Math.min(get(i, SOURCE), before.size() - 1L));
      int number = sources.lastIndexOf(source);
      if (number < 0) {
        number = sources.size();
        sources.add(source);
      }
      set(i, SOURCE, number);
    }
  }

  /** The first match of a time or after it. */
  private int firstFrom(long time) {
    int at = size;
    while (at > 0 && get(at - 1, TIME) >= time) {
      at--;
    }
    return at;
  }

  /**
   * Makes room. Of counts and sums, matches that lie close together are put together at the later
   * one's time. Of the others, those go behind which a later one says the same: first where this
   * changes nothing, then also where it might for a match that is still to come late. If that is
   * not enough, the oldest go, of the rule that has most, and are counted: a flood of one rule does
   * not push out another's.
   */
  private void compact(Correlation rule) {
    switch (rule.type()) {
      case EVENT_COUNT, VALUE_SUM -> merge();
      case VALUE_COUNT -> thin(rule, VALUE, false);
      case TEMPORAL -> thin(rule, MEMBER, false);
      case TEMPORAL_ORDERED -> thin(rule, MEMBER, true);
    }
    while (size > most(rule)) {
      cut++;
      removeAt(oldestOfMost(rule));
    }
  }

  private void thin(Correlation rule, int column, boolean runs) {
    thin(column, rule.lateness(), runs);
    if (size > most(rule)) {
      thin(column, 0, runs);
    }
  }

  /** The oldest match of the rule that has most of them. */
  private int oldestOfMost(Correlation rule) {
    int[] had = new int[rule.members().size()];
    int[] oldest = new int[had.length];
    for (int i = size - 1; i >= 0; i--) {
      int member = (int) get(i, MEMBER);
      had[member]++;
      oldest[member] = i;
    }
    int most = 0;
    for (int m = 1; m < had.length; m++) {
      most = had[m] > had[most] ? m : most;
    }
    return oldest[most];
  }

  private void removeAt(int cell) {
    System.arraycopy(cells, (cell + 1) * WIDTH, cells, cell * WIDTH, (size - cell - 1) * WIDTH);
    size--;
  }

  private void merge() {
    long part = Math.max(1, retention / PARTS);
    int kept = 0;
    for (int i = 1; i < size; i++) {
      boolean same = Math.floorDiv(get(kept, TIME), part) == Math.floorDiv(get(i, TIME), part);
      long value = same ? saturated(get(kept, VALUE), get(i, VALUE)) : get(i, VALUE);
      long times = same ? get(kept, TIMES) + get(i, TIMES) : get(i, TIMES);
      kept += same ? 0 : 1;
      System.arraycopy(cells, i * WIDTH, cells, kept * WIDTH, WIDTH);
      set(kept, VALUE, value);
      set(kept, TIMES, times);
    }
    size = Math.min(size, kept + 1);
  }

  /**
   * Drops matches behind which a later one, itself older than what may still come, says the same:
   * each window to be looked at that has the one has the other.
   *
   * @param runs whether only neighbours say the same, because order matters
   */
  private void thin(int column, long lateness, boolean runs) {
    long settled = newest - lateness;
    Set<Long> seen = new HashSet<>();
    int to = size;
    for (int i = size - 1; i >= 0; i--) {
      long said = get(i, column);
      boolean repeated = seen.contains(said);
      if (runs) {
        seen.clear();
      }
      if (get(i, TIME) <= settled) {
        seen.add(said);
      }
      if (!repeated) {
        to--;
        System.arraycopy(cells, i * WIDTH, cells, to * WIDTH, WIDTH);
      }
    }
    int left = size - to;
    System.arraycopy(cells, to * WIDTH, cells, 0, left * WIDTH);
    size = left;
  }

  private static long saturated(long a, long b) {
    long sum = a + b;
    return ((a ^ sum) & (b ^ sum)) < 0 ? Long.MAX_VALUE : sum;
  }

  /** Looks at the windows that have the match at a place; takes the earliest that holds. */
  private Found look(Correlation rule, int at, long time) {
    long span = rule.timespan();
    int from = 0;
    for (int end = at; end < size && get(end, TIME) < time + span; end++) {
      if (end + 1 < size && get(end + 1, TIME) == get(end, TIME)) {
        continue;
      }
      while (get(from, TIME) <= get(end, TIME) - span) {
        from++;
      }
      long count = count(rule, from, end);
      if (rule.holds(count) && isRegular(rule, from, end)) {
        return new Found(open(rule, end), count, from, end);
      }
    }
    return Found.NOTHING;
  }

  /**
   * Whether the latest matches, as many as the condition asks for, came as by a clock: half of the
   * gaps between them at least are as long as the middle one, within the share that is allowed.
   * Matches less than a second apart are one burst and no rhythm.
   */
  private boolean isRegular(Correlation rule, int from, int end) {
    if (rule.regular() == 0) {
      return true;
    }
    int first = end + 1 - rule.least();
    if (first < from) {
      return false; // some were put together: there are too many for their gaps to be known
    }
    long[] gaps = new long[end - first];
    for (int i = first; i < end; i++) {
      if (get(i, TIMES) + get(i + 1, TIMES) != 2) {
        return false;
      }
      gaps[i - first] = get(i + 1, TIME) - get(i, TIME);
    }
    long middle = middle(gaps);
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = Math.abs(gaps[i] - middle);
    }
    return middle >= SHORTEST_GAP && middle(gaps) <= middle / 100 * rule.regular();
  }

  /** The middle one; sorts them. */
  private static long middle(long[] values) {
    Arrays.sort(values);
    return values[values.length / 2];
  }

  private Outcome open(Correlation rule, int end) {
    long time = get(end, TIME);
    long span = rule.timespan();
    boolean continues =
        opened != null
            && (time < last + span || time < first + FOLD)
            && time > first - Math.max(span, rule.lateness());
    if (continues) {
      matches++;
      last = Math.max(last, time);
      return Outcome.CONTINUED;
    }
    opened = id(end);
    first = time;
    last = time;
    matches = 1;
    return Outcome.CROSSED;
  }

  private EventId id(int cell) {
    Source source = sources.get((int) get(cell, SOURCE));
    return new EventId(
        source.host(), get(cell, EPOCH), get(cell, SEQUENCE), (int) get(cell, INDEX));
  }

  /** A match that it holds. */
  record Match(EventId id, long time, @Nullable ContainerId container) {}

  Match match(int cell) {
    return new Match(id(cell), get(cell, TIME), sources.get((int) get(cell, SOURCE)).container());
  }

  private long count(Correlation rule, int from, int end) {
    return switch (rule.type()) {
      case EVENT_COUNT -> sum(TIMES, from, end);
      case VALUE_SUM -> sum(VALUE, from, end);
      case VALUE_COUNT -> different(from, end);
      case TEMPORAL -> {
        long seen = 0;
        for (int i = from; i <= end; i++) {
          seen |= 1L << get(i, MEMBER);
        }
        yield Long.bitCount(seen);
      }
      case TEMPORAL_ORDERED -> chain(rule, from, end).length;
    };
  }

  private long sum(int column, int from, int end) {
    long sum = 0;
    for (int i = from; i <= end; i++) {
      sum = saturated(sum, get(i, column));
    }
    return sum;
  }

  private long different(int from, int end) {
    long[] values = new long[end + 1 - from];
    for (int i = from; i <= end; i++) {
      values[i - from] = get(i, VALUE);
    }
    Arrays.sort(values);
    long different = values.length == 0 ? 0 : 1;
    for (int i = 1; i < values.length; i++) {
      different += values[i] == values[i - 1] ? 0 : 1;
    }
    return different;
  }

  /** The longest row of matches whose rules follow each other in the list; the latest such row. */
  private int[] chain(Correlation rule, int from, int end) {
    int rules = rule.members().size();
    int[] length = new int[rules];
    int[] endsAt = new int[rules];
    int[] before = new int[end + 1 - from];
    for (int i = from; i <= end; i++) {
      int member = (int) get(i, MEMBER);
      int longest = 0;
      int previous = -1;
      for (int m = 0; m < member; m++) {
        if (length[m] > longest || (length[m] == longest && longest > 0 && endsAt[m] > previous)) {
          longest = length[m];
          previous = endsAt[m];
        }
      }
      if (longest + 1 >= length[member]) {
        length[member] = longest + 1;
        endsAt[member] = i;
        before[i - from] = previous;
      }
    }
    int best = 0;
    for (int m = 1; m < rules; m++) {
      best = length[m] > length[best] ? m : best;
    }
    int[] chain = new int[length[best]];
    int cell = endsAt[best];
    for (int i = chain.length - 1; i >= 0; i--) {
      chain[i] = cell;
      cell = before[cell - from];
    }
    return chain;
  }

  /** The matches to tell of a window: one of each rule, or the first and the last ones. */
  List<Alert.Cause> causes(Correlation rule, int from, int end) {
    List<Alert.Cause> causes = new ArrayList<>();
    for (int cell : told(rule, from, end)) {
      Source source = sources.get((int) get(cell, SOURCE));
      causes.add(
          new Alert.Cause(
              rule.members().get((int) get(cell, MEMBER)).name(),
              id(cell),
              get(cell, TIME),
              source.container()));
    }
    return causes;
  }

  private int[] told(Correlation rule, int from, int end) {
    return switch (rule.type()) {
      case TEMPORAL_ORDERED -> chain(rule, from, end);
      case TEMPORAL -> latestOfEach(from, end);
      case EVENT_COUNT, VALUE_COUNT, VALUE_SUM -> {
        int all = end + 1 - from;
        int most = Math.min(all, FIRST_CAUSES + LAST_CAUSES);
        int[] cells = new int[most];
        for (int i = 0; i < most; i++) {
          cells[i] = i < FIRST_CAUSES || all == most ? from + i : end + 1 - (most - i);
        }
        yield cells;
      }
    };
  }

  private int[] latestOfEach(int from, int end) {
    long seen = 0;
    int[] latest = new int[Long.SIZE];
    int found = 0;
    for (int i = end; i >= from; i--) {
      long bit = 1L << get(i, MEMBER);
      if ((seen & bit) == 0) {
        seen |= bit;
        latest[found++] = i;
      }
    }
    int[] cells = Arrays.copyOf(latest, found);
    Arrays.sort(cells);
    return cells;
  }

  /**
   * The window as bytes: version u8, then its parts; numbers big-endian, strings as length i32 (-1
   * is absent) and UTF-8.
   */
  public byte[] image() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 + size * WIDTH * Long.BYTES);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(VERSION);
      text(out, correlation);
      out.writeLong(retention);
      out.writeInt(group.size());
      for (String value : group) {
        text(out, value);
      }
      out.writeLong(newest);
      text(out, opened == null ? null : opened.toString());
      out.writeLong(first);
      out.writeLong(last);
      out.writeLong(matches);
      out.writeInt(sources.size());
      for (Source source : sources) {
        text(out, source.host().value());
        text(out, source.container() == null ? null : source.container().value());
      }
      out.writeInt(size);
      for (int i = 0; i < size * WIDTH; i++) {
        out.writeLong(cells[i]);
      }
      out.writeInt(shown.size());
      for (Map.Entry<Integer, Shown> match : shown.entrySet()) {
        out.writeInt(match.getKey());
        out.writeLong(match.getValue().time());
        out.writeInt(match.getValue().values().size());
        for (String value : match.getValue().values()) {
          text(out, value);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  /**
   * The window of an image.
   *
   * @throws IllegalArgumentException when it is damaged or of another version
   */
  public static CorrelationWindow of(byte[] image) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(image))) {
      byte version = in.readByte();
      if (version != VERSION && version != WITHOUT_SHOWN) {
        throw new IllegalArgumentException(
            "a window of version %d, known is %d".formatted(version, VERSION));
      }
      String correlation = required(in);
      long retention = in.readLong();
      List<String> group = new ArrayList<>();
      for (int i = in.readInt(); i > 0; i--) {
        group.add(required(in));
      }
      CorrelationWindow window = new CorrelationWindow(correlation, group, retention);
      window.restore(in);
      if (version == VERSION) {
        window.restoreShown(in);
      }
      if (in.available() > 0) {
        throw new IllegalArgumentException("a window with %d bytes more".formatted(in.available()));
      }
      return window;
    } catch (IOException e) {
      throw new IllegalArgumentException("the window ends early", e);
    }
  }

  private void restore(DataInputStream in) throws IOException {
    newest = in.readLong();
    String id = text(in);
    opened = id == null ? null : EventId.parse(id);
    first = in.readLong();
    last = in.readLong();
    matches = in.readLong();
    for (int i = in.readInt(); i > 0; i--) {
      HostId host = new HostId(required(in));
      String container = text(in);
      sources.add(new Source(host, container == null ? null : new ContainerId(container)));
    }
    size = in.readInt();
    if (size < 0 || size > 2 * MOST_VALUES || size * WIDTH * Long.BYTES > in.available()) {
      throw new IllegalArgumentException("a window that says it has " + size + " matches");
    }
    cells = new long[Math.max(2, size) * WIDTH];
    for (int i = 0; i < size * WIDTH; i++) {
      cells[i] = in.readLong();
    }
  }

  private void restoreShown(DataInputStream in) throws IOException {
    for (int i = in.readInt(); i > 0; i--) {
      int member = in.readInt();
      long time = in.readLong();
      List<@Nullable String> values = new ArrayList<>();
      for (int v = in.readInt(); v > 0; v--) {
        values.add(text(in));
      }
      shown.put(member, new Shown(time, values));
    }
  }

  private static void text(DataOutputStream out, @Nullable String text) throws IOException {
    if (text == null) {
      out.writeInt(-1);
      return;
    }
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static @Nullable String text(DataInputStream in) throws IOException {
    int length = in.readInt();
    return length < 0 ? null : new String(in.readNBytes(length), StandardCharsets.UTF_8);
  }

  private static String required(DataInputStream in) throws IOException {
    String text = text(in);
    return text == null ? "" : text;
  }
}
