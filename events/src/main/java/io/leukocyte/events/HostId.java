package io.leukocyte.events;

import java.util.regex.Pattern;

/**
 * A host: a UUID made once in the data folder, or the setting {@code host.id}.
 *
 * @param value 1 to 128 of letters, digits, {@code . _ -}
 */
public record HostId(String value) implements Comparable<HostId> {
  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,128}");

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 1 to 128 of the allowed characters
   */
  public HostId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "Not a host id: '"
              + Text.clip(Text.printable(value), 140)
              + "'; use 1 to 128 letters, digits, . _ or -");
    }
  }

  @Override
  public int compareTo(HostId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
