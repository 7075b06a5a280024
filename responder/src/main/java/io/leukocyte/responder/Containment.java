package io.leukocyte.responder;

import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What an operator may do to a container by hand.
 *
 * @param kind how
 * @param length after which time it is taken back; empty: when somebody releases it. A kill is
 *     taken back only where a time is given, a process that was ended and a program that ran never
 * @param what the process's pid in the host's pid namespace, or the program's name; else empty
 * @param level how strict a firewall is; of no meaning for the other ways
 */
public record Containment(Kind kind, Optional<Duration> length, String what, WafLevel level) {
  private static final Pattern PID = Pattern.compile("[2-9]|[1-9][0-9]{1,8}");

  /** The ways. */
  public enum Kind {
    /** Cut off from every network. */
    QUARANTINE,
    /** Frozen. */
    PAUSE,
    /** Ended by SIGKILL. */
    KILL,
    /** One of its processes ended. */
    KILL_PROCESS,
    /** Handed to a program of the settings. */
    RUN,
    /** Behind a web application firewall. */
    WAF
  }

  /** Without more to say than how; a firewall as a policy without options has it. */
  public Containment(Kind kind, Optional<Duration> length) {
    this(kind, length, "", WafLevel.STANDARD);
  }

  /** Of a process or with a program. */
  public Containment(Kind kind, Optional<Duration> length, String what) {
    this(kind, length, what, WafLevel.STANDARD);
  }

  /** With a firewall that is so strict. */
  public Containment(Kind kind, Optional<Duration> length, WafLevel level) {
    this(kind, length, "", level);
  }

  /**
   * Checks the time and the process.
   *
   * @throws OrderException when the time is longer than a policy's may be, or not a time at all, or
   *     the process's pid is none
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
    if (kind == Kind.KILL_PROCESS && !PID.matcher(what).matches()) {
      throw new OrderException("'" + Fields.shown(what) + "' is not a pid; write a number above 1");
    }
  }

  Intervention intervention() {
    return switch (kind) {
      case QUARANTINE -> new Quarantine(length);
      case PAUSE -> new Pause(length);
      case KILL -> new Kill(Kill.DEADLY, length);
      case KILL_PROCESS ->
          new KillProcess(
              Processes.Signal.KILL,
              false,
              false,
              KillProcess.GRACE,
              new Culprit.Pointed(Integer.parseInt(what)));
      case RUN -> new Run(what);
      case WAF -> new Waf(level.options(), Blocked.NOTHING, length);
    };
  }
}
