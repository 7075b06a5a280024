package io.leukocyte.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko deny}: closes what waits for an approval. */
@Command(
    name = "deny",
    description = "Closes what waits for an approval. On this host it works without Kafka.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko deny web --reason 'our own test'",
      "Exit codes: 0 all denied, 1 something was not, 2 nothing of that name waits."
    })
final class DenyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final OrderOptions order = new OrderOptions();

  @Parameters(
      paramLabel = "ID",
      description = "An action's id, or a container's name or id; ids may be shortened.")
  private String what;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  DenyCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    return order.deny(common, spec.commandLine().getOut(), what);
  }
}
