package io.leukocyte.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code leuko resume}: the end of the emergency stop. */
@Command(
    name = "resume",
    description =
        "Ends the emergency stop: policies act again, on alerts from now on. What was refused"
            + " meanwhile stays refused.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko resume"})
final class ResumeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final OrderOptions order = new OrderOptions();

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ResumeCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    return order.resume(common, spec.commandLine().getOut());
  }
}
