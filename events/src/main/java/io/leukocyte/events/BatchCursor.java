package io.leukocyte.events;

import static io.leukocyte.events.BatchFormat.ABSENT_TEXT;
import static io.leukocyte.events.BatchFormat.i32;
import static io.leukocyte.events.BatchFormat.i64;
import static io.leukocyte.events.BatchFormat.u16;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a batch row by row without an object an event. Everything is checked when it is opened, so
 * that no later call fails, whatever the bytes were. One thread at a time; a cursor is made anew
 * for each batch, or reused by {@link #open}.
 */
public final class BatchCursor {
  private static final byte[] NOTHING = new byte[0];

  private byte[] bytes = NOTHING;
  private @Nullable HostId host;
  private String hostText = "";
  private int major;
  private int minor;
  private long epoch;
  private long sequence;
  private int firstIndex;
  private int count;

  private int symbols;
  private int[] stringOffsets = new int[256];
  private @Nullable String[] strings = new String[256];
  private @Nullable List<String>[] lists = newLists(256);
  private int containers;
  private int[] containerOffsets = new int[16];
  private @Nullable ContainerRef[] containerRefs = new ContainerRef[16];
  private int textAt;
  private int textLength;
  private int rowsAt;
  private int rowsEnd;
  private int marksAt;
  private int marksLength;

  private int row;
  private int rowLength;
  private int index;
  private @Nullable Kind kind;
  private int unknownRows;
  private int unknownSections;

  /** A cursor over nothing. */
  public BatchCursor() {}

  /**
   * A cursor before the first row of a batch.
   *
   * @throws MalformedBatchException when the bytes are not a whole batch within the limits
   */
  public static BatchCursor over(byte[] bytes) throws MalformedBatchException {
    BatchCursor cursor = new BatchCursor();
    cursor.open(bytes);
    return cursor;
  }

  /** The major version that the bytes claim; -1 when they are not a batch at all. */
  public static int majorOf(byte[] bytes) {
    return bytes.length > BatchFormat.AT_MINOR && i32(bytes, 0) == BatchFormat.MAGIC
        ? bytes[BatchFormat.AT_MAJOR] & 0xff
        : -1;
  }

  /** Whether this reader understands batches of a major version. */
  public static boolean reads(int major) {
    return major == BatchFormat.MAJOR;
  }

  /**
   * Puts the cursor before the first row of another batch. The bytes are not copied.
   *
   * @throws MalformedBatchException when the bytes are not a whole batch within the limits; the
   *     cursor is then over nothing
   */
  public void open(byte[] batch) throws MalformedBatchException {
    clear();
    bytes = batch;
    boolean whole = false;
    try {
      int at = readHeader();
      readSections(at);
      checkContainers();
      checkRows();
      whole = true;
    } finally {
      if (!whole) {
        clear();
      }
      rewind();
    }
  }

  private void clear() {
    bytes = NOTHING;
    count = 0;
    firstIndex = 0;
    unknownSections = 0;
    symbols = 0;
    containers = 0;
    textAt = 0;
    textLength = 0;
    rowsAt = 0;
    rowsEnd = 0;
    marksAt = 0;
    marksLength = 0;
  }

  private int readHeader() throws MalformedBatchException {
    require(bytes.length <= BatchLimits.MAX_BYTES, "longer than the limit", bytes.length);
    require(bytes.length >= BatchFormat.HOST, "shorter than a header", bytes.length);
    require(i32(bytes, 0) == BatchFormat.MAGIC, "does not begin with LKEV", 0);
    major = bytes[BatchFormat.AT_MAJOR] & 0xff;
    minor = bytes[BatchFormat.AT_MINOR] & 0xff;
    require(reads(major), "written in another major version", major);
    require(
        i32(bytes, BatchFormat.AT_TOTAL_LENGTH) == bytes.length,
        "not as long as its header says",
        bytes.length);
    epoch = i64(bytes, BatchFormat.AT_EPOCH);
    sequence = i64(bytes, BatchFormat.AT_SEQUENCE);
    firstIndex = i32(bytes, BatchFormat.AT_FIRST_INDEX);
    int rows = i32(bytes, BatchFormat.AT_COUNT);
    require(epoch >= 0 && sequence >= 0, "negative epoch or sequence", BatchFormat.AT_EPOCH);
    require(rows >= 0 && rows <= BatchLimits.MAX_ROWS, "too many rows", rows);
    require(firstIndex >= 0 && firstIndex <= Integer.MAX_VALUE - rows, "first index", firstIndex);
    int headerLength = u16(bytes, BatchFormat.AT_HEADER_LENGTH);
    int hostLength = u16(bytes, BatchFormat.AT_HOST_LENGTH);
    require(
        headerLength >= BatchFormat.HOST + hostLength && headerLength <= bytes.length,
        "header length",
        headerLength);
    readHost(new String(bytes, BatchFormat.HOST, hostLength, StandardCharsets.UTF_8));
    count = rows;
    return headerLength;
  }

  private void readHost(String text) throws MalformedBatchException {
    if (host != null && hostText.equals(text)) {
      return;
    }
    try {
      host = new HostId(text);
      hostText = text;
    } catch (IllegalArgumentException e) {
      throw new MalformedBatchException("Not a batch: " + e.getMessage());
    }
  }

  private void readSections(int from) throws MalformedBatchException {
    int at = from;
    int seen = 0;
    while (at < bytes.length) {
      require(bytes.length - at >= BatchFormat.SECTION_HEADER, "cut section header", at);
      int id = u16(bytes, at);
      int length = i32(bytes, at + 4);
      int start = at + BatchFormat.SECTION_HEADER;
      require(length >= 0 && length <= bytes.length - start, "section length", at);
      if (id >= BatchFormat.SECTION_STRINGS && id <= BatchFormat.SECTION_MARKS) {
        require((seen & (1 << id)) == 0, "section twice", at);
        seen |= 1 << id;
      }
      switch (id) {
        case BatchFormat.SECTION_STRINGS -> readStrings(start, length);
        case BatchFormat.SECTION_CONTAINERS -> readContainers(start, length);
        case BatchFormat.SECTION_ROWS -> {
          rowsAt = start;
          rowsEnd = start + length;
        }
        case BatchFormat.SECTION_TEXT -> {
          textAt = start;
          textLength = length;
        }
        case BatchFormat.SECTION_MARKS -> {
          require(length <= BatchLimits.MAX_MARKS_BYTES, "marks length", at);
          marksAt = start;
          marksLength = length;
        }
        default -> unknownSections++;
      }
      at = start + length;
    }
  }

  /** Section: count u32, then count times (length u16, bytes). Symbol n is the n-th, from 1. */
  private void readStrings(int start, int length) throws MalformedBatchException {
    require(length >= 4, "cut string table", start);
    int n = i32(bytes, start);
    require(n >= 0 && n <= BatchLimits.MAX_SYMBOLS && n * 2L <= length, "string count", n);
    if (stringOffsets.length <= n) {
      stringOffsets = new int[n + 1 + n / 2];
      strings = new String[n + 1 + n / 2];
      lists = newLists(n + 1 + n / 2);
    }
    Arrays.fill(strings, 0, n + 1, null);
    Arrays.fill(lists, 0, n + 1, null);
    int at = start + 4;
    int end = start + length;
    for (int i = 1; i <= n; i++) {
      require(end - at >= 2, "cut string", at);
      stringOffsets[i] = at;
      int l = u16(bytes, at);
      require(l <= BatchLimits.MAX_STRING_BYTES && l <= end - at - 2, "string length", at);
      at += 2 + l;
    }
    symbols = n;
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // an array of a generic type has no other way
  private static @Nullable List<String>[] newLists(int length) {
    return new List[length];
  }

  private void readContainers(int start, int length) throws MalformedBatchException {
    require(length >= 4, "cut container table", start);
    int n = i32(bytes, start);
    require(n >= 0 && n <= BatchLimits.MAX_CONTAINERS && n * 2L <= length, "container count", n);
    if (containerOffsets.length < n) {
      containerOffsets = new int[n + n / 2];
      containerRefs = new ContainerRef[n + n / 2];
    }
    int at = start + 4;
    int end = start + length;
    for (int i = 0; i < n; i++) {
      require(end - at >= BatchFormat.CONTAINER_ROW, "cut container", at);
      int l = u16(bytes, at);
      require(l >= BatchFormat.CONTAINER_ROW && l <= end - at, "container length", at);
      containerOffsets[i] = at;
      containerRefs[i] = null;
      at += l;
    }
    containers = n;
  }

  private void checkContainers() throws MalformedBatchException {
    for (int i = 0; i < containers; i++) {
      for (int s = 0; s < 4; s++) {
        checkSymbol(containerOffsets[i] + 36 + 4 * s);
      }
    }
  }

  private void checkRows() throws MalformedBatchException {
    int at = rowsAt;
    long textUsed = 0;
    for (int i = 0; i < count; i++) {
      require(rowsEnd - at >= Column.ROW_HEADER, "cut row", at);
      int length = u16(bytes, at + 2);
      require(length >= Column.ROW_HEADER && length <= rowsEnd - at, "row length", at);
      int container = i32(bytes, at + 4);
      require(container >= 0 && container <= containers, "container number", at);
      Kind k = Kind.ofCode(u16(bytes, at));
      if (k != null) {
        textUsed += checkColumns(k, at, length);
      }
      at += length;
    }
    require(at == rowsEnd, "rows end early", at);
    // A text belongs to one row: else a small batch could hold gigabytes of them.
    require(textUsed <= textLength, "texts overlap", textLength);
  }

  /** Returns the bytes of text that the row uses. */
  private int checkColumns(Kind k, int at, int length) throws MalformedBatchException {
    for (int offset : k.symbolOffsets()) {
      if (offset + 4 <= length) {
        checkSymbol(at + offset);
      }
    }
    int text = 0;
    for (int offset : k.textOffsets()) {
      text += checkText(at, length, offset);
    }
    return text;
  }

  private void checkSymbol(int at) throws MalformedBatchException {
    int symbol = i32(bytes, at);
    require(symbol >= 0 && symbol <= symbols, "symbol", at);
  }

  private int checkText(int at, int length, int column) throws MalformedBatchException {
    int offset = column + Column.Type.TEXT.width() > length ? ABSENT_TEXT : i32(bytes, at + column);
    if (offset == ABSENT_TEXT) {
      return 0;
    }
    int l = i32(bytes, at + column + 4);
    require(
        offset >= 0
            && l >= 0
            && l <= BatchLimits.MAX_TEXT_BYTES
            && offset <= textLength
            && l <= textLength - offset,
        "text",
        at);
    return l;
  }

  private static void require(boolean holds, String what, int value)
      throws MalformedBatchException {
    if (!holds) {
      throw new MalformedBatchException("Not a batch: " + what + " (" + value + ")");
    }
  }

  /** Goes back before the first row. */
  public void rewind() {
    row = rowsAt;
    rowLength = 0;
    index = -1;
    kind = null;
    unknownRows = 0;
  }

  /** Goes to the next row of a known kind; false at the end. Other rows are counted. */
  public boolean next() {
    while (index + 1 < count) {
      row += rowLength;
      rowLength = u16(bytes, row + 2);
      index++;
      kind = Kind.ofCode(u16(bytes, row));
      if (kind != null) {
        return true;
      }
      unknownRows++;
    }
    kind = null;
    return false;
  }

  /** Whose events they are. */
  public HostId host() {
    if (host == null) {
      throw new IllegalStateException("No batch is open");
    }
    return host;
  }

  /** The collector's start, unix milliseconds. */
  public long epoch() {
    return epoch;
  }

  /** The batch's number in its epoch. */
  public long sequence() {
    return sequence;
  }

  /** Index of the first row; above 0 where a recording gives a part of a batch. */
  public int firstIndex() {
    return firstIndex;
  }

  /** Rows, unknown kinds included. */
  public int count() {
    return count;
  }

  /** Minor version of the writer. */
  public int minor() {
    return minor;
  }

  /** Rows passed so far whose kind this reader does not know. */
  public int unknownRows() {
    return unknownRows;
  }

  /** Sections this reader does not know. */
  public int unknownSections() {
    return unknownSections;
  }

  /**
   * A copy of what the writer noted for itself: only a collector of the same host reads it. At most
   * {@link BatchLimits#MAX_MARKS_BYTES}, unchecked otherwise; empty when there is nothing.
   */
  public byte[] marks() {
    return Arrays.copyOfRange(bytes, marksAt, marksAt + marksLength);
  }

  /** Strings in the table; symbols are 1 to this number. */
  public int symbols() {
    return symbols;
  }

  /** The string of a symbol from 1 to {@link #symbols}, decoded once a batch. */
  public String string(int symbol) {
    String known = strings[symbol];
    if (known == null) {
      int at = stringOffsets[symbol];
      known = new String(bytes, at + 2, u16(bytes, at), StandardCharsets.UTF_8);
      strings[symbol] = known;
    }
    return known;
  }

  /** Where a symbol's bytes begin in {@link #bytes}. */
  public int stringAt(int symbol) {
    return stringOffsets[symbol] + 2;
  }

  /** How many bytes of UTF-8 a symbol has. */
  public int stringLength(int symbol) {
    return u16(bytes, stringOffsets[symbol]);
  }

  /** The batch itself. Not to be changed. */
  public byte[] bytes() {
    return bytes;
  }

  /** Containers in the table; their numbers are 1 to this number. */
  public int containers() {
    return containers;
  }

  /** The container of a number from {@link #container}; decoded once a batch. */
  public ContainerRef containerRef(int container) {
    ContainerRef known = containerRefs[container - 1];
    if (known == null) {
      int at = containerOffsets[container - 1];
      known =
          new ContainerRef(
              new ContainerId(HexFormat.of().formatHex(bytes, at + 4, at + 36)),
              orEmpty(i32(bytes, at + 36)),
              orEmpty(i32(bytes, at + 40)),
              orNull(i32(bytes, at + 44)),
              orNull(i32(bytes, at + 48)),
              (u16(bytes, at + 2) & BatchFormat.CONTAINER_PRIVILEGED) != 0);
      containerRefs[container - 1] = known;
    }
    return known;
  }

  /**
   * A symbol of the container table.
   *
   * @param container 1 to {@link #containers}
   * @param field which of its strings
   * @return the symbol; 0 is absent
   */
  public int containerSymbol(int container, ContainerField field) {
    return i32(bytes, containerOffsets[container - 1] + field.offset);
  }

  /** Where the 32 bytes of a container's id begin in {@link #bytes}. */
  public int containerIdAt(int container) {
    return containerOffsets[container - 1] + 4;
  }

  /** Whether a container of the table is privileged. */
  public boolean containerPrivileged(int container) {
    return (u16(bytes, containerOffsets[container - 1] + 2) & BatchFormat.CONTAINER_PRIVILEGED)
        != 0;
  }

  /** The strings of a container table's row, in their order on the wire. */
  public enum ContainerField {
    /** Name without the slash. */
    NAME(36),
    /** Repository of the image. */
    IMAGE(40),
    /** Tag of the image. */
    TAG(44),
    /** Content id of the image. */
    DIGEST(48);

    private final int offset;

    ContainerField(int offset) {
      this.offset = offset;
    }
  }

  private String orEmpty(int symbol) {
    return symbol == 0 ? "" : string(symbol);
  }

  private @Nullable String orNull(int symbol) {
    return symbol == 0 ? null : string(symbol);
  }

  /** Kind of the current row. */
  public Kind kind() {
    if (kind == null) {
      throw new IllegalStateException("The cursor is not on a row");
    }
    return kind;
  }

  /** Index of the current row in its batch, as in its event id. */
  public int index() {
    return firstIndex + index;
  }

  /** Unix nanoseconds of the current row. */
  public long time() {
    return i64(bytes, row + 8);
  }

  /** Number of the current row's container; 0 is none. */
  public int container() {
    return i32(bytes, row + 4);
  }

  /** A SYMBOL or LIST column of the current row; 0 is absent. */
  public int symbol(Column column) {
    return column.end() <= rowLength ? i32(bytes, row + column.offset()) : 0;
  }

  /** An INT column of the current row. */
  public int intAt(Column column) {
    return column.end() <= rowLength ? i32(bytes, row + column.offset()) : 0;
  }

  /** A LONG column of the current row. */
  public long longAt(Column column) {
    return column.end() <= rowLength ? i64(bytes, row + column.offset()) : 0;
  }

  /** The string of a SYMBOL or TEXT column of the current row; null when absent. */
  public @Nullable String text(Column column) {
    if (column.type() == Column.Type.TEXT) {
      if (column.end() > rowLength) {
        return null;
      }
      int offset = i32(bytes, row + column.offset());
      return offset == ABSENT_TEXT
          ? null
          : new String(
              bytes,
              textAt + offset,
              i32(bytes, row + column.offset() + 4),
              StandardCharsets.UTF_8);
    }
    return orNull(symbol(column));
  }

  /** Where the bytes of a TEXT column of the current row begin in {@link #bytes}; -1 is absent. */
  public int textAt(Column column) {
    if (column.end() > rowLength) {
      return -1;
    }
    int offset = i32(bytes, row + column.offset());
    return offset == ABSENT_TEXT ? -1 : textAt + offset;
  }

  /** How many bytes of UTF-8 a TEXT column of the current row has; 0 when absent. */
  public int textLength(Column column) {
    return textAt(column) < 0 ? 0 : i32(bytes, row + column.offset() + 4);
  }

  /** The items of a LIST column of the current row; split once a batch. */
  public List<String> list(Column column) {
    int symbol = symbol(column);
    return symbol == 0 ? List.of() : items(symbol);
  }

  private List<String> items(int symbol) {
    List<String> known = lists[symbol];
    if (known == null) {
      known = List.of(string(symbol).split("\0", -1));
      lists[symbol] = known;
    }
    return known;
  }

  /** Id of the current row. */
  public EventId id() {
    return new EventId(host(), epoch, sequence, index());
  }

  /** The current row as an event. */
  public Event event() {
    return RowReader.read(this);
  }
}
