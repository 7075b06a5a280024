package io.leukocyte.responder;

import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What an operator may do to a container by hand. */
public sealed interface Containment {

  /**
   * After which time it is taken back; empty: when somebody releases it, or never where it cannot
   * be taken back.
   */
  Optional<Duration> length();

  /** The name of the action that comes of it, such as {@code quarantine}. */
  default String action() {
    return switch (this) {
      case Quarantine _ -> "quarantine";
      case Pause _ -> "pause";
      case Kill _ -> "kill";
      case KillProcess _ -> "kill-process";
      case Run _ -> "run";
      case Waf _ -> "waf";
    };
  }

  /**
   * Cut off from its networks.
   *
   * @param length after which time it is released
   * @param allow what is let through, each as {@code
   *     ADDRESS[,port=N][,protocol=udp][,direction=out]}; an address may be a network, such as
   *     {@code 10.0.0.0/24}
   * @param interfaces those that are cut, as the container sees them; empty: all
   */
  record Quarantine(Optional<Duration> length, List<String> allow, List<String> interfaces)
      implements Containment {
    /** From all networks. */
    public Quarantine(Optional<Duration> length) {
      this(length, List.of(), List.of());
    }

    /**
     * Checks all of it.
     *
     * @throws OrderException when there is no such time, passage or interface
     */
    public Quarantine {
      check(length);
      allow = List.copyOf(allow);
      interfaces = List.copyOf(interfaces);
      Scope _ = ScopeText.parse(allow, interfaces);
    }

    /** Whether nothing is left open. */
    public boolean isWhole() {
      return allow.isEmpty() && interfaces.isEmpty();
    }
  }

  /**
   * Frozen.
   *
   * @param length after which time it runs on
   */
  record Pause(Optional<Duration> length) implements Containment {
    /**
     * Checks the time.
     *
     * @throws OrderException when a container cannot be held so long
     */
    public Pause {
      check(length);
    }
  }

  /**
   * Ended by SIGKILL.
   *
   * @param length after which time it is started again; empty: never
   */
  record Kill(Optional<Duration> length) implements Containment {
    /**
     * Checks the time.
     *
     * @throws OrderException when a container cannot be held so long
     */
    public Kill {
      check(length);
    }
  }

  /**
   * One of its processes ended, which is not taken back.
   *
   * @param pid the process's in the host's pid namespace; above 1
   */
  record KillProcess(int pid) implements Containment {
    /**
     * Checks the pid.
     *
     * @throws OrderException when it is none, or that of the host's first process
     */
    public KillProcess {
      if (pid <= 1) {
        throw new OrderException("'" + pid + "' is not a pid; write a number above 1");
      }
    }

    /** Never. */
    @Override
    public Optional<Duration> length() {
      return Optional.empty();
    }
  }

  /**
   * Handed to a program of the settings, which is not taken back.
   *
   * @param program its name there
   */
  record Run(String program) implements Containment {
    /** Never. */
    @Override
    public Optional<Duration> length() {
      return Optional.empty();
    }
  }

  /**
   * Behind a web application firewall.
   *
   * @param length after which time it is taken away
   * @param level how strict it is
   */
  record Waf(Optional<Duration> length, WafLevel level) implements Containment {
    /** As a policy without options has it. */
    public Waf(Optional<Duration> length) {
      this(length, WafLevel.STANDARD);
    }

    /**
     * Checks the time.
     *
     * @throws OrderException when a container cannot be held so long
     */
    public Waf {
      check(length);
    }
  }

  private static void check(Optional<Duration> length) {
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
}
