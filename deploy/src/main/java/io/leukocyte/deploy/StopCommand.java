package io.leukocyte.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko stop}: the emergency stop of all that policies do. */
@Command(
    name = "stop",
    description =
        "The emergency stop: policies begin nothing new on any container until 'leuko resume', also"
            + " after a restart. What was begun is finished and held; releases, notifications and"
            + " operators' own actions go on. Works without Kafka, and without a running"
            + " responder.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko stop --reason 'false alarms since the deployment'",
      "Ended by: leuko resume"
    })
final class StopCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final OrderOptions order = new OrderOptions();

  @Option(names = "--undo", description = "Also take back everything that is in force.")
  private boolean undo;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  StopCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    return order.stop(common, spec.commandLine().getOut(), undo);
  }
}
