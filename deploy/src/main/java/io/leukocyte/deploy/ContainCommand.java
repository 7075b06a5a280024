package io.leukocyte.deploy;

import io.leukocyte.responder.Containment;
import io.leukocyte.responder.OrderException;
import io.leukocyte.responder.WafLevel;
import java.time.Duration;
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
  private final Containment.Kind kind;

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
  ContainCommand(Containment.Kind kind) {
    this.kind = kind;
  }

  @Override
  public final Integer call() {
    common.applyVerbosity();
    Containment what = new Containment(kind, Optional.ofNullable(length), level());
    return order.contain(common, spec.commandLine().getOut(), what, container);
  }

  /** How strict a firewall is. */
  WafLevel level() {
    return WafLevel.STANDARD;
  }

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
        "Taken back by: leuko release web",
        "Exit codes: 0 done, 1 not done, 3 no responder answers."
      })
  static final class Quarantine extends ContainCommand {
    Quarantine() {
      super(Containment.Kind.QUARANTINE);
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
    Pause() {
      super(Containment.Kind.PAUSE);
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
    Kill() {
      super(Containment.Kind.KILL);
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

    Waf() {
      super(Containment.Kind.WAF);
    }

    @Override
    WafLevel level() {
      try {
        return new WafLevel(paranoia, detectionOnly);
      } catch (OrderException e) {
        throw new BadInputException(e.getMessage());
      }
    }
  }
}
