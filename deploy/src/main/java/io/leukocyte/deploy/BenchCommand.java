package io.leukocyte.deploy;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code leuko bench}: figures of this machine, each beside a limit taken in the same run. */
@Command(
    name = "bench",
    synopsisSubcommandLabel = "NAME",
    description = {
      "Measures on this machine. Each bench says first what it will do and for how long, and prints"
          + " its figures, their spread, and the ratio to a limit taken in the same run.",
      "A bench ends with 1 when a goal was missed. How each measures: docs/benchmarks.md."
    },
    mixinStandardHelpOptions = true,
    subcommands = {
      LatencyBenchCommand.class,
      SensorBenchCommand.class,
      ResponseBenchCommand.class,
      RulesBenchCommand.class,
      AnalyzerBenchCommand.class,
      CollectorBenchCommand.class,
      SoakBenchCommand.class,
      IndexerBenchCommand.class,
      OutageBenchCommand.class,
      LogsBenchCommand.class,
      CodecBenchCommand.class
    },
    footer = {"", "Example: leuko bench analyzer"})
final class BenchCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  BenchCommand() {}

  @Override
  public Integer call() {
    throw new ParameterException(
        spec.commandLine(),
        "Which bench? One of " + String.join(", ", spec.subcommands().keySet()) + ".");
  }
}
