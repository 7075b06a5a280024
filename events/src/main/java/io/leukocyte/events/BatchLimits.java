package io.leukocyte.events;

/** Bounds of a batch, enforced by the writer and checked by the cursor before it allocates. */
public final class BatchLimits {
  private BatchLimits() {}

  /** Bytes of a batch that a cursor accepts. */
  public static final int MAX_BYTES = 1 << 20;

  /** Bytes at which a writer's batch is full. */
  public static final int FLUSH_BYTES = 256 << 10;

  /** Events at which a writer's batch is full. */
  public static final int FLUSH_EVENTS = 200;

  /** Rows of a batch that a cursor accepts. */
  public static final int MAX_ROWS = 16_384;

  /** Strings of a batch's table. */
  public static final int MAX_SYMBOLS = 65_535;

  /** Containers of a batch's table. */
  public static final int MAX_CONTAINERS = 4_096;

  /** Bytes of UTF-8 of one string in the table; longer ones are cut by the writer. */
  public static final int MAX_STRING_BYTES = 32 << 10;

  /** Bytes of UTF-8 of one text. */
  public static final int MAX_TEXT_BYTES = 192 << 10;

  /** Bytes of the section of marks; a writer takes no more. */
  public static final int MAX_MARKS_BYTES = 32 << 10;

  /**
   * Strings that one event can add to the table: the process has twelve, a system call its name and
   * at most five of its own, the container four.
   */
  static final int MAX_EVENT_SYMBOLS = 22;

  /**
   * Bytes that one event can add: every string at its bound, its row and its container's; the few
   * events with a text have fewer than five strings. It leaves room for a whole event in a batch
   * that is not full.
   */
  static final int MAX_EVENT_BYTES = MAX_EVENT_SYMBOLS * (MAX_STRING_BYTES + 2) + 1024;
}
