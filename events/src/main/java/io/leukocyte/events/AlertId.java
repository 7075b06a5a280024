package io.leukocyte.events;

/**
 * An alert: derived from its rule, container, group and first event, so that a replay makes the
 * same one.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record AlertId(String value) {
  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 32 lower-case hexadecimal digits
   */
  public AlertId {
    Digests.requireForm("AlertId", value);
  }

  /** The id made of the parts, in their order: the first 128 bits of a SHA-256 over them. */
  public static AlertId of(String... parts) {
    return new AlertId(Digests.of(parts));
  }

  @Override
  public String toString() {
    return value;
  }
}
