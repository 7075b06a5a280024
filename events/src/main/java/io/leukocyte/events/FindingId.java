package io.leukocyte.events;

/**
 * A finding: derived from its advisory, its package and where that is installed.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record FindingId(String value) {
  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 32 lower-case hexadecimal digits
   */
  public FindingId {
    Digests.requireForm("FindingId", value);
  }

  /** The id made of the parts, in their order: the first 128 bits of a SHA-256 over them. */
  public static FindingId of(String... parts) {
    return new FindingId(Digests.of(parts));
  }

  @Override
  public String toString() {
    return value;
  }
}
