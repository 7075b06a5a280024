package io.leukocyte.responder;

import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.Optional;

/**
 * What an operator may do to a container by hand.
 *
 * @param kind how
 * @param length after which time it is taken back; empty: when somebody releases it. A kill is
 *     taken back only where a time is given
 * @param level how strict a firewall is; of no meaning for the other ways
 */
public record Containment(Kind kind, Optional<Duration> length, WafLevel level) {
  /** The ways. */
  public enum Kind {
    /** Cut off from every network. */
    QUARANTINE,
    /** Frozen. */
    PAUSE,
    /** Ended by SIGKILL. */
    KILL,
    /** Behind a web application firewall. */
    WAF
  }

  /** With a firewall as a policy without options has it. */
  public Containment(Kind kind, Optional<Duration> length) {
    this(kind, length, WafLevel.STANDARD);
  }

  /**
   * Checks the time.
   *
   * @throws OrderException when it is longer than a policy's may be, or not a time at all
   */
  public Containment {
    length.ifPresent(time -> {
      if (time.compareTo(ResponseReader.SHORTEST) < 0
          || time.compareTo(ResponseReader.LONGEST) > 0) {
        throw new OrderException(
            "A container cannot be held for "
                + Durations.format(time)
                + "; choose from "
                + Durations.format(ResponseReader.SHORTEST)
                + " to "
                + Durations.format(ResponseReader.LONGEST));
      }
    });
  }

  Intervention intervention() {
    return switch (kind) {
      case QUARANTINE -> new Quarantine(length);
      case PAUSE -> new Pause(length);
      case KILL -> new Kill(Kill.DEADLY, length);
      case WAF -> new Waf(level.options(), Blocked.NOTHING, length);
    };
  }
}
