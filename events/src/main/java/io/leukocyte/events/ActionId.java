package io.leukocyte.events;

/**
 * An action: derived from the alert, the policy and the position of the action in it, or random for
 * an operator's order.
 *
 * @param value 32 lower-case hexadecimal digits
 */
public record ActionId(String value) {
  /**
   * Checks the form.
   *
   * @throws IllegalArgumentException when it is not 32 lower-case hexadecimal digits
   */
  public ActionId {
    Digests.requireForm("ActionId", value);
  }

  /** The id made of the parts, in their order: the first 128 bits of a SHA-256 over them. */
  public static ActionId of(String... parts) {
    return new ActionId(Digests.of(parts));
  }

  @Override
  public String toString() {
    return value;
  }
}
