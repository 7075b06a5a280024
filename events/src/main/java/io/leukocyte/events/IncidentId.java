package io.leukocyte.events;

/**
 * An incident: derived from its container and its first alert.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record IncidentId(String value) {
  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 32 lower-case hexadecimal digits
   */
  public IncidentId {
    Digests.requireForm("IncidentId", value);
  }

  /** The id made of the parts, in their order: the first 128 bits of a SHA-256 over them. */
  public static IncidentId of(String... parts) {
    return new IncidentId(Digests.of(parts));
  }

  @Override
  public String toString() {
    return value;
  }
}
