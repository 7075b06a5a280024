package io.leukocyte.deploy;

import io.leukocyte.responder.Containment;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko run}: an operator has the responder of this host run a program for a container. */
@Command(
    name = "run",
    description =
        "Has the responder of this host run a program or container of responder.run-file for a"
            + " container, as a policy would; what it reads says who ordered it. The protect list"
            + " holds, bounds and cooldowns do not. It is not taken back.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko run page-somebody web --reason 'looks bad'",
      "Exit codes: 0 it ended with 0, 1 it did not, 3 no responder answers."
    })
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(index = "0", paramLabel = "PROGRAM", description = "Its name in responder.run-file.")
  private String program = "";

  @Parameters(
      index = "1",
      paramLabel = "CONTAINER",
      description = "A container's name, or its id, which may be shortened.")
  private String container = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the order.")
  private String reason = "";

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  RunCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    Containment what = new Containment.Run(program);
    return OrderOptions.said(
        spec.commandLine().getOut(), Operator.contain(common, what, container, reason));
  }
}
