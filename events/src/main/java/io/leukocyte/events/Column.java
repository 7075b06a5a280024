package io.leukocyte.events;

/**
 * A field of a row: where it stands and how it is written. Offsets count from the row's start; a
 * column that lies beyond a row's length was not known to the writer and reads as absent.
 *
 * @param name the field's name in docs/events.md
 * @param type how it is written
 * @param offset bytes from the row's start
 */
public record Column(String name, Type type, int offset) {
  /** Bytes before the first column: kind u16, length u16, container u32, time i64. */
  public static final int ROW_HEADER = 16;

  /** How a column is written; all numbers are little-endian. */
  public enum Type {
    /** A string by its number in the batch's string table, u32; 0 is absent. */
    SYMBOL(4),
    /** A list of strings: a symbol whose string is the items joined by U+0000; 0 is empty. */
    LIST(4),
    /**
     * A string in the batch's text section: offset u32, length u32; offset 0xffffffff is absent.
     */
    TEXT(8),
    /** A signed 32-bit number; absent is 0. */
    INT(4),
    /** A signed 64-bit number; absent is 0. */
    LONG(8);

    private final int width;

    Type(int width) {
      this.width = width;
    }

    /** Bytes in the row. */
    public int width() {
      return width;
    }
  }

  static Column first(String name, Type type) {
    return new Column(name, type, ROW_HEADER);
  }

  Column then(String name, Type type) {
    return new Column(name, type, end());
  }

  /** The first byte after the column. */
  public int end() {
    return offset + type.width();
  }
}
