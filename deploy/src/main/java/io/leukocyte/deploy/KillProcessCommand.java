package io.leukocyte.deploy;

import io.leukocyte.responder.Containment;
import io.leukocyte.responder.OrderException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko kill-process}: an operator ends one process of a container of this host. */
@Command(
    name = "kill-process",
    description =
        "Ends one process of a container of this host by SIGKILL: never one that is not that"
            + " container's, nor its first one. The protect list holds, bounds and cooldowns do"
            + " not. It is not taken back.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko kill-process web 4711 --reason 'mines coins'",
      "Exit codes: 0 done, 1 not done, 3 no responder answers."
    })
final class KillProcessCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(
      index = "0",
      paramLabel = "CONTAINER",
      description = "A container's name, or its id, which may be shortened.")
  private String container = "";

  @Parameters(
      index = "1",
      paramLabel = "PID",
      description = "The process's pid as this host sees it, such as docker top prints it.")
  private int pid;

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why; it is kept with the order.")
  private String reason = "";

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  KillProcessCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    Containment what;
    try {
      what = new Containment.KillProcess(pid);
    } catch (OrderException e) {
      throw new BadInputException(e.getMessage());
    }
    return OrderOptions.said(
        spec.commandLine().getOut(), Operator.contain(common, what, container, reason));
  }
}
