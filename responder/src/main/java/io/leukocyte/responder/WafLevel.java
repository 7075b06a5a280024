package io.leukocyte.responder;

/**
 * How strict a firewall is that an operator puts in front of a container.
 *
 * @param paranoia 1 to 4: how much is taken for an attack
 * @param detectionOnly whether attacks are logged and let through
 */
public record WafLevel(int paranoia, boolean detectionOnly) {
  /** As a policy without options has it. */
  public static final WafLevel STANDARD = new WafLevel(1, false);

  /**
   * Checks the level.
   *
   * @throws OrderException when there is none such
   */
  public WafLevel {
    if (paranoia < 1 || paranoia > 4) {
      throw new OrderException("A WAF's paranoia is 1 to 4, not " + paranoia);
    }
  }

  WafOptions options() {
    WafOptions standard = WafOptions.DEFAULT;
    return new WafOptions(
        standard.image(),
        paranoia,
        detectionOnly ? WafOptions.Mode.DETECT : WafOptions.Mode.BLOCK,
        standard.ports(),
        standard.established(),
        standard.onDeath(),
        standard.drain(),
        standard.block());
  }
}
