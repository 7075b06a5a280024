package io.leukocyte.analyzer;

/**
 * What the detector's own rules hold against.
 *
 * @param allowedNetworks where egress does not count
 * @param egressLimit bytes a container may send elsewhere within 60 seconds, unless its label
 *     {@code leuko.egress.limit} says another amount
 * @param maxContainers containers kept in the state of one partition; the one unseen for longest
 *     makes room, and is counted
 * @param maxGroups groups of correlations kept in the state of one partition; the one unused for
 *     longest makes room, is counted and reported
 */
public record DetectorSettings(
    Networks allowedNetworks, long egressLimit, int maxContainers, int maxGroups) {
  /** The default of {@link #egressLimit}: 100 MiB. */
  public static final long EGRESS_LIMIT = 100L << 20;

  /** The default of {@link #maxContainers}. */
  public static final int MAX_CONTAINERS = 20_000;

  /** The default of {@link #maxGroups}. */
  public static final int MAX_GROUPS = 20_000;

  /** Everything at its default. */
  public static final DetectorSettings DEFAULTS =
      new DetectorSettings(
          Networks.parse(Networks.PRIVATE), EGRESS_LIMIT, MAX_CONTAINERS, MAX_GROUPS);

  /** Checks the bounds. */
  public DetectorSettings {
    if (egressLimit < 1 || maxContainers < 1 || maxGroups < 1) {
      throw new IllegalArgumentException("Limits of the detector are at least 1");
    }
  }

  /** The same with the default of {@link #maxGroups}. */
  public DetectorSettings(Networks allowedNetworks, long egressLimit, int maxContainers) {
    this(allowedNetworks, egressLimit, maxContainers, MAX_GROUPS);
  }
}
