package io.leukocyte.events;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Gathers events of one host into a batch: strings and containers once each, rows of fixed columns,
 * free text. Not thread-safe. The bounds of {@link BatchLimits} hold for what it makes; a string
 * that is too long is cut and counted.
 */
public final class BatchWriter {
  private static final byte[] NOTHING = new byte[0];

  /** With the section of marks it is still within the bound. */
  private static final int MOST_BYTES =
      BatchLimits.MAX_BYTES - BatchLimits.MAX_MARKS_BYTES - BatchFormat.SECTION_HEADER;

  private final HostId host;
  private final byte[] hostBytes;
  private final long epoch;
  private final Map<String, Integer> symbols = new HashMap<>();
  private final Map<ContainerRef, Integer> containers = new HashMap<>();

  /**
   * Containers, and lists by what they are, or are made of, itself: a process has the same in each
   * of its events.
   */
  private final IdentityHashMap<Object, Integer> made = new IdentityHashMap<>();

  private final Buffer strings = new Buffer(8 << 10);
  private final Buffer containerRows = new Buffer(1 << 10);
  private final Buffer rows = new Buffer(32 << 10);
  private final Buffer text = new Buffer(16 << 10);
  private final RowWriter rowWriter = new RowWriter(this);
  private int count;
  private long truncated;

  /**
   * An empty batch.
   *
   * @param host whose events they are
   * @param epoch the collector's start, unix milliseconds
   */
  public BatchWriter(HostId host, long epoch) {
    this.host = host;
    this.hostBytes = host.value().getBytes(StandardCharsets.US_ASCII);
    this.epoch = epoch;
  }

  /**
   * Adds an event. Check {@link #isFull} before the next.
   *
   * @throws IllegalStateException when the batch could pass the bounds of a cursor, long after it
   *     was full
   */
  public void add(Event event) {
    if (count >= BatchLimits.MAX_ROWS
        || bytes() > MOST_BYTES - BatchLimits.MAX_EVENT_BYTES
        || symbols.size() > BatchLimits.MAX_SYMBOLS - BatchLimits.MAX_EVENT_SYMBOLS
        || containers.size() >= BatchLimits.MAX_CONTAINERS) {
      throw new IllegalStateException("The batch is full; finish it before the next event");
    }
    int start = rows.length;
    boolean whole = false;
    try {
      rowWriter.write(event);
      whole = true;
      count++;
    } finally {
      if (!whole) {
        rows.length = start;
        rowWriter.forget();
      }
    }
  }

  /** Events in the batch. */
  public int count() {
    return count;
  }

  /** Bytes the batch would have now, without marks. */
  public int bytes() {
    return BatchFormat.HOST
        + hostBytes.length
        + 4 * BatchFormat.SECTION_HEADER
        + 8
        + strings.length
        + containerRows.length
        + rows.length
        + text.length;
  }

  /** Whether it has reached the events, bytes, symbols or containers of a batch. */
  public boolean isFull() {
    return count >= BatchLimits.FLUSH_EVENTS
        || bytes() >= BatchLimits.FLUSH_BYTES
        || symbols.size() > BatchLimits.MAX_SYMBOLS - BatchLimits.MAX_EVENT_SYMBOLS
        || containers.size() >= BatchLimits.MAX_CONTAINERS;
  }

  /** Strings that were cut since this writer was made. */
  public long truncated() {
    return truncated;
  }

  /**
   * The batch, and an empty one after it.
   *
   * @param sequence its number in the epoch
   */
  public byte[] finish(long sequence) {
    return finish(sequence, 0);
  }

  /**
   * The batch, and an empty one after it.
   *
   * @param sequence its number in the epoch
   * @param marks what {@link BatchCursor#marks} gives back; at most {@link
   *     BatchLimits#MAX_MARKS_BYTES}
   */
  public byte[] finish(long sequence, byte[] marks) {
    if (marks.length > BatchLimits.MAX_MARKS_BYTES) {
      throw new IllegalArgumentException("Marks are too long: " + marks.length + " bytes");
    }
    return finish(sequence, 0, marks);
  }

  /**
   * A part of a batch, as a recording gives it, and an empty one after it.
   *
   * @param sequence the batch's number in the epoch
   * @param firstIndex index of the first event within that batch
   */
  public byte[] finish(long sequence, int firstIndex) {
    return finish(sequence, firstIndex, NOTHING);
  }

  private byte[] finish(long sequence, int firstIndex, byte[] marks) {
    int more = marks.length == 0 ? 0 : BatchFormat.SECTION_HEADER + marks.length;
    int total = bytes() + more;
    Buffer out = new Buffer(total);
    out.int32(BatchFormat.MAGIC);
    out.int8(BatchFormat.MAJOR);
    out.int8(BatchFormat.MINOR);
    out.int16(BatchFormat.HOST + hostBytes.length);
    out.int32(total);
    out.int64(epoch);
    out.int64(sequence);
    out.int32(firstIndex);
    out.int32(count);
    out.int16(hostBytes.length);
    out.bytes(hostBytes, 0, hostBytes.length);
    section(out, BatchFormat.SECTION_STRINGS, symbols.size(), strings);
    section(out, BatchFormat.SECTION_CONTAINERS, containers.size(), containerRows);
    section(out, BatchFormat.SECTION_ROWS, -1, rows);
    section(out, BatchFormat.SECTION_TEXT, -1, text);
    if (more > 0) {
      out.int16(BatchFormat.SECTION_MARKS);
      out.int16(0);
      out.int32(marks.length);
      out.bytes(marks, 0, marks.length);
    }
    reset();
    return out.whole();
  }

  private static void section(Buffer out, int id, int entries, Buffer content) {
    out.int16(id);
    out.int16(0);
    out.int32(content.length + (entries >= 0 ? 4 : 0));
    if (entries >= 0) {
      out.int32(entries);
    }
    out.bytes(content.bytes, 0, content.length);
  }

  private void reset() {
    symbols.clear();
    containers.clear();
    made.clear();
    rowWriter.forget();
    strings.length = 0;
    containerRows.length = 0;
    rows.length = 0;
    text.length = 0;
    count = 0;
  }

  /** The containers of the batch so far, by their numbers in its table. */
  public Map<ContainerId, Integer> containerNumbers() {
    Map<ContainerId, Integer> numbers = new HashMap<>();
    containers.forEach((container, number) -> numbers.put(container.id(), number));
    return numbers;
  }

  /** Whose events they are. */
  public HostId host() {
    return host;
  }

  Buffer rows() {
    return rows;
  }

  int container(@Nullable ContainerRef container) {
    if (container == null) {
      return 0;
    }
    Integer known = made.get(container);
    if (known == null) {
      known = containers.get(container);
    }
    if (known != null) {
      return known;
    }
    int number = containers.size() + 1;
    containers.put(container, number);
    made.put(container, number);
    containerRows.int16(BatchFormat.CONTAINER_ROW);
    containerRows.int16(container.privileged() ? BatchFormat.CONTAINER_PRIVILEGED : 0);
    containerRows.bytes(HexFormat.of().parseHex(container.id().value()), 0, 32);
    containerRows.int32(symbol(container.name()));
    containerRows.int32(symbol(container.image()));
    containerRows.int32(symbol(container.tag()));
    containerRows.int32(symbol(container.digest()));
    return number;
  }

  int symbol(@Nullable String string) {
    if (string == null) {
      return 0;
    }
    Integer known = symbols.get(string);
    if (known != null) {
      return known;
    }
    byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
    int length = cut(utf8, BatchLimits.MAX_STRING_BYTES);
    int number = symbols.size() + 1;
    symbols.put(string, number);
    strings.int16(length);
    strings.bytes(utf8, 0, length);
    return number;
  }

  /**
   * A list's symbol. The item that passes the bound is cut and those after it are left out; U+0000
   * within an item, which no argument of a program can have, becomes a question mark.
   *
   * @param items a list that does not change
   */
  int list(List<String> items) {
    if (items.isEmpty()) {
      return 0;
    }
    Integer known = made.get(items);
    return known != null ? known : make(items, items);
  }

  private int make(Object value, List<String> items) {
    long before = truncated;
    int number = items.isEmpty() ? 0 : joined(items);
    if (truncated == before) { // else it is counted each time
      made.put(value, number);
    }
    return number;
  }

  private int joined(List<String> items) {
    StringBuilder joined = new StringBuilder();
    int room = BatchLimits.MAX_STRING_BYTES;
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        joined.append('\0');
        room--;
      }
      String item = items.get(i);
      String fitting = Utf8.within(item, room);
      joined.append(fitting.indexOf('\0') < 0 ? fitting : fitting.replace('\0', '?'));
      room -= Utf8.length(fitting);
      if (fitting.length() < item.length() || (room <= 0 && i < items.size() - 1)) {
        truncated++;
        break;
      }
    }
    return symbol(joined.toString());
  }

  /**
   * The symbol of a list that is made of a value that never changes and stands in many events: made
   * once in a batch. What is cut is made, and counted, each time.
   */
  int made(Object value, Supplier<List<String>> items) {
    Integer known = made.get(value);
    return known != null ? known : make(value, items.get());
  }

  /**
   * A mapping's symbol: keys and values in turn. What passes the bounds is left out, a key always
   * with its value.
   */
  int map(SortedMap<String, String> entries) {
    List<String> items = new ArrayList<>();
    int bytes = 0;
    for (Map.Entry<String, String> entry : entries.entrySet()) {
      String value = Text.within(entry.getValue(), ContainerLifecycle.MAX_VALUE_CHARACTERS);
      bytes += Utf8.length(entry.getKey()) + Utf8.length(value) + 2;
      if (items.size() == 2 * ContainerLifecycle.MAX_ATTRIBUTES
          || bytes > BatchLimits.MAX_STRING_BYTES) {
        truncated++;
        break;
      }
      if (value.length() < entry.getValue().length()) {
        truncated++;
      }
      items.add(entry.getKey());
      items.add(value);
    }
    return items.isEmpty() ? 0 : joined(items);
  }

  /** Appends to the text section. Returns the offset; the length is what the section grew by. */
  int text(String string) {
    byte[] utf8 = string.getBytes(StandardCharsets.UTF_8);
    int at = text.length;
    text.bytes(utf8, 0, cut(utf8, BatchLimits.MAX_TEXT_BYTES));
    return at;
  }

  /** Facts as text within the bound. */
  String facts(ContainerFacts facts) {
    FactsJson.Bounded bounded = FactsJson.write(facts, BatchLimits.MAX_TEXT_BYTES);
    if (bounded.cut()) {
      truncated++;
    }
    return bounded.json();
  }

  int textLength() {
    return text.length;
  }

  /** Most bytes up to the bound that end at a character's end. */
  private int cut(byte[] utf8, int most) {
    if (utf8.length <= most) {
      return utf8.length;
    }
    truncated++;
    int end = most;
    while (end > 0 && (utf8[end] & 0xc0) == 0x80) {
      end--;
    }
    return end;
  }

  /** Bytes that grow. */
  static final class Buffer {
    private byte[] bytes;
    private int length;

    Buffer(int capacity) {
      bytes = new byte[capacity];
    }

    private void ensure(int more) {
      if (bytes.length - length < more) {
        bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
      }
    }

    int length() {
      return length;
    }

    /** All of them, without a copy where they fill their room; nothing is appended after that. */
    byte[] whole() {
      return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    void int8(int value) {
      ensure(1);
      bytes[length++] = (byte) value;
    }

    void int16(int value) {
      ensure(2);
      BatchFormat.SHORT.set(bytes, length, (short) value);
      length += 2;
    }

    void int32(int value) {
      ensure(4);
      BatchFormat.INT.set(bytes, length, value);
      length += 4;
    }

    void int64(long value) {
      ensure(8);
      BatchFormat.LONG.set(bytes, length, value);
      length += 8;
    }

    /** Appends what stands there already. */
    void again(int at, int count) {
      ensure(count);
      System.arraycopy(bytes, at, bytes, length, count);
      length += count;
    }

    void bytes(byte[] from, int at, int count) {
      ensure(count);
      System.arraycopy(from, at, bytes, length, count);
      length += count;
    }
  }
}
