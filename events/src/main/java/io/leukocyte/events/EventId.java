package io.leukocyte.events;

/**
 * An event: the place of its row in the stream of its host.
 *
 * @param host the host that saw it
 * @param epoch the collector's start, unix milliseconds; grows with each start
 * @param sequence the batch's number within the epoch, from 0 without a gap
 * @param index the row's number within the batch, from 0
 */
public record EventId(HostId host, long epoch, long sequence, int index) {
  /** Checks that no number is negative. */
  public EventId {
    if (epoch < 0 || sequence < 0 || index < 0) {
      throw new IllegalArgumentException(
          "Negative part in event id " + host + ":" + epoch + ":" + sequence + ":" + index);
    }
  }

  /**
   * Reads the text form {@code host:epoch:sequence:index}.
   *
   * @throws IllegalArgumentException when the text has another form
   */
  public static EventId parse(String text) {
    String[] parts = text.split(":", -1);
    if (parts.length != 4) {
      throw malformed(text);
    }
    try {
      return new EventId(
          new HostId(parts[0]),
          Long.parseLong(parts[1]),
          Long.parseLong(parts[2]),
          Integer.parseInt(parts[3]));
    } catch (NumberFormatException e) {
      throw malformed(text);
    }
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "Not an event id: '"
            + Text.clip(Text.printable(text), 200)
            + "'; its form is host:epoch:sequence:index");
  }

  @Override
  public String toString() {
    return host.value() + ":" + epoch + ":" + sequence + ":" + index;
  }
}
