package io.leukocyte.events;

/**
 * A container as its engine names it.
 *
 * @param value 64 lower-case hexadecimal digits
 */
public record ContainerId(String value) implements Comparable<ContainerId> {
  /** Hexadecimal digits of an id. */
  public static final int LENGTH = 64;

  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 64 lower-case hexadecimal digits
   */
  public ContainerId {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException(
          "Not a container id: '"
              + Text.clip(Text.printable(value), 80)
              + "'; it has 64 lower-case hexadecimal digits");
    }
  }

  /** Whether the text has the form of an id. */
  public static boolean isWellFormed(String text) {
    if (text.length() != LENGTH) {
      return false;
    }
    for (int i = 0; i < LENGTH; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }

  /** The first 12 digits: what people and the rule language use. */
  public String brief() {
    return value.substring(0, 12);
  }

  @Override
  public int compareTo(ContainerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
