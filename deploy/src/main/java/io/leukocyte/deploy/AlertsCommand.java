package io.leukocyte.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko alerts}: what operators say of alerts. */
@Command(
    name = "alerts",
    description = "Says what became of alerts.",
    mixinStandardHelpOptions = true,
    subcommands = AlertsCommand.False.class,
    footer = {"", "Example: leuko alerts false 50ef64a7954a --reason 'our own deployment'"})
final class AlertsCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  AlertsCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.BAD_INPUT;
  }

  /** {@code leuko alerts false}. */
  @Command(
      name = "false",
      description =
          "Marks an alert false: all that it caused is taken back, what waits is closed, and its"
              + " rule does not act on its container again for the policy's cooldown, at least ten"
              + " minutes. Works without Kafka, and without a running responder.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko alerts false 50ef64a7954a --reason 'our own deployment'",
        "Exit codes: 0 done, 1 something could not be taken back, 2 no such alert."
      })
  static final class False implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private final CommonOptions common = new CommonOptions();
    @Mixin private final OrderOptions order = new OrderOptions();

    @Parameters(
        paramLabel = "ALERT",
        description =
            "The alert's id, or that of an action that it caused, which 'leuko actions' shows; may be"
                + " shortened.")
    private String alert = "";

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    False() {}

    @Override
    public Integer call() {
      common.applyVerbosity();
      return order.markFalse(common, spec.commandLine().getOut(), alert);
    }
  }
}
