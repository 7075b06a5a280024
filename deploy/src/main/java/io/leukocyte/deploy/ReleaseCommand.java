package io.leukocyte.deploy;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko release}: takes actions back, with or without Kafka and a running responder. */
@Command(
    name = "release",
    description =
        "Takes back what is in force on a container, or one action. Works without Kafka, and"
            + " without a running responder.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko release web",
      "Exit codes: 0 all taken back, 1 something could not be, 2 nothing of that name is in force."
    })
final class ReleaseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();
  @Mixin private final OrderOptions order = new OrderOptions();

  @Parameters(
      paramLabel = "ID",
      arity = "0..1",
      description = "A container's name or id, or an action's id; ids may be shortened.")
  private @Nullable String what;

  @Option(names = "--all", description = "Everything that is in force on this host.")
  private boolean all;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ReleaseCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    if (all == (what != null)) {
      throw new BadInputException("Name a container or an action, or give --all.");
    }
    PrintWriter out = spec.commandLine().getOut();
    return what == null ? order.releaseAll(common, out) : order.release(common, out, what);
  }
}
