package io.leukocyte.deploy;

import io.leukocyte.responder.Containment;
import io.leukocyte.responder.OrderException;
import io.leukocyte.responder.WafLevel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** An operator does something to a container by hand. */
abstract class ContainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final OrderOptions order = new OrderOptions();

  @Parameters(
      paramLabel = "CONTAINER",
      description = "A container's name, or its id, which may be shortened.")
  private String container = "";

  @Option(
      names = "--for",
      paramLabel = "TIME",
      description =
          "Taken back by itself after this time, such as 15m; without it when somebody releases"
              + " it.")
  private @Nullable Duration length;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ContainCommand() {}

  @Override
  public final Integer call() {
    common.applyVerbosity();
    Containment what;
    try {
      what = what(Optional.ofNullable(length));
    } catch (OrderException e) {
      throw new BadInputException(e.getMessage());
    }
    return order.contain(common, spec.commandLine().getOut(), what, container);
  }

  /**
   * What is done.
   *
   * @throws OrderException when it cannot be
   */
  abstract Containment what(Optional<Duration> length);

  /** {@code leuko quarantine}. */
  @Command(
      name = "quarantine",
      description =
          "Cuts a container off from every network by hand: journalled, verified and taken back as"
              + " when a policy does it. The protect list holds, bounds and cooldowns do not.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko quarantine web --for 15m --reason 'looks bad'",
        "Example: leuko quarantine web --allow 192.0.2.7,port=22",
        "Taken back by: leuko release web",
        "Exit codes: 0 done, 1 not done, 3 no responder answers."
      })
  static final class Quarantine extends ContainCommand {
    @Option(
        names = "--allow",
        paramLabel = "ADDRESS[,port=N][,protocol=udp][,direction=out]",
        description =
            "Let through: connections from this address or network, or to it with direction=out;"
                + " TCP unless protocol says udp, every port unless one is named. May be repeated.")
    private List<String> allow = new ArrayList<>();

    @Option(
        names = "--interface",
        paramLabel = "NAME",
        description = "Cut this interface of the container alone. May be repeated.")
    private List<String> interfaces = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Quarantine() {}

    @Override
    Containment what(Optional<Duration> length) {
      return new Containment.Quarantine(length, allow, interfaces);
    }
  }

  /** {@code leuko pause}. */
  @Command(
      name = "pause",
      description =
          "Freezes a container by hand: journalled, verified and taken back as when a policy does"
              + " it. The protect list holds, bounds and cooldowns do not.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: leuko pause web --for 15m", "Taken back by: leuko release web"})
  static final class Pause extends ContainCommand {
    @Override
    Containment what(Optional<Duration> length) {
      return new Containment.Pause(length);
    }
  }

  /** {@code leuko kill}. */
  @Command(
      name = "kill",
      description =
          "Ends a container by hand with SIGKILL. The protect list holds, bounds and cooldowns do"
              + " not. It is started again only where --for gives a time.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: leuko kill web"})
  static final class Kill extends ContainCommand {
    @Override
    Containment what(Optional<Duration> length) {
      return new Containment.Kill(length);
    }
  }

  /** {@code leuko waf}. */
  @Command(
      name = "waf",
      description =
          "Puts a web application firewall in front of a container by hand, at the same name,"
              + " address and ports, with no failed request: journalled, verified and taken back as"
              + " when a policy does it. The protect list holds, bounds and cooldowns do not.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko waf web --for 1h --paranoia 2 --reason 'strange requests'",
        "Taken back by: leuko release web",
        "Exit codes: 0 done, 1 not done, 3 no responder answers."
      })
  static final class Waf extends ContainCommand {
    @Option(
        names = "--paranoia",
        paramLabel = "N",
        defaultValue = "1",
        description = "How much is taken for an attack, 1 to 4. Default: ${DEFAULT-VALUE}.")
    private int paranoia;

    @Option(names = "--detection-only", description = "Log attacks and let them through.")
    private boolean detectionOnly;

    @Override
    Containment what(Optional<Duration> length) {
      return new Containment.Waf(length, new WafLevel(paranoia, detectionOnly));
    }
  }
}
