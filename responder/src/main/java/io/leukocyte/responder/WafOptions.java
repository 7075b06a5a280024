package io.leukocyte.responder;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * How a web application firewall works, and what it does to connections.
 *
 * @param image of the firewall; it follows the environment variables of owasp/modsecurity-crs
 * @param paranoia 1 to 4: how much is taken for an attack
 * @param mode whether attacks are refused
 * @param ports of the container that it stands in front of; empty: those that speak HTTP
 * @param established what becomes of connections that are open when it is put there
 * @param onDeath what becomes of new connections while it does not run
 * @param drain how long connections through it may last once it is taken away
 * @param block what of an alert is refused altogether
 */
record WafOptions(
    String image,
    int paranoia,
    Mode mode,
    List<Integer> ports,
    Established established,
    OnDeath onDeath,
    Duration drain,
    Set<Block> block) {
  /** The image of deploy/waf. */
  static final String DEFAULT_IMAGE = "leuko/waf:1";

  static final int MOST_PORTS = 4;
  static final Duration LONGEST_DRAIN = Duration.ofMinutes(2);

  /** An image as one writes it: nothing that could be something else. */
  static final Pattern IMAGE = Pattern.compile("[a-z0-9][A-Za-z0-9._:/@-]{0,254}");

  private static final Pattern OWN_IMAGE = Pattern.compile("(?:.*/)?leuko/waf(?:[:@].*)?");

  /** In front of what speaks HTTP, refusing attacks at the first paranoia level. */
  static final WafOptions DEFAULT =
      new WafOptions(
          DEFAULT_IMAGE,
          1,
          Mode.BLOCK,
          List.of(),
          Established.KEEP,
          OnDeath.CLOSED,
          Duration.ofSeconds(15),
          Set.of());

  /** Whether attacks are refused. */
  enum Mode {
    /** They are. */
    BLOCK,
    /** They are logged. */
    DETECT
  }

  /** What becomes of connections that were open before. */
  enum Established {
    /** They bypass the firewall until they end. */
    KEEP,
    /** They are ended. */
    CUT
  }

  /** What becomes of new connections while the firewall does not run. */
  enum OnDeath {
    /** They reach the application directly. */
    OPEN,
    /** They are refused. */
    CLOSED
  }

  /** What of an alert is refused altogether. */
  enum Block {
    /** The address that a request came from. */
    SOURCE,
    /** The path that was asked for. */
    PATH
  }

  WafOptions {
    ports = List.copyOf(ports);
    block = Set.copyOf(block);
    if (!IMAGE.matcher(image).matches()
        || paranoia < 1
        || paranoia > 4
        || ports.size() > MOST_PORTS
        || ports.stream().anyMatch(port -> port < 1 || port > 65535)
        || drain.isNegative()
        || drain.compareTo(LONGEST_DRAIN) > 0) {
      throw new IllegalArgumentException(
          "Not options of a WAF: %s %d %s %s".formatted(image, paranoia, ports, drain));
    }
  }

  /** Whether the image is that of deploy/waf, which needs no privilege and blocks by name. */
  boolean hasOwnImage() {
    return OWN_IMAGE.matcher(image).matches();
  }
}
