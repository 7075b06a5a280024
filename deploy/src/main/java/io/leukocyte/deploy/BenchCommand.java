package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerBench;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko bench}: figures of this machine, each beside a limit taken in the same run. */
@Command(
    name = "bench",
    description = "Measures on this machine; prints figures and ratios to a limit of the same run.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench analyzer"})
final class BenchCommand implements Callable<Integer> {
  /** What can be measured. */
  enum Name {
    /** CPU time an event of the analyzer, beside a plain consumer on the same topic. */
    ANALYZER,
    /** CPU time an event of the batch's writer and cursor, beside JSON. */
    CODEC
  }

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "NAME", description = "One of ${COMPLETION-CANDIDATES}.")
  private Name name = Name.ANALYZER;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "analyzer: events in the topic. Default: ${DEFAULT-VALUE}.")
  private int events;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "analyzer: measured passes of each kind. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  BenchCommand() {}

  @Override
  public Integer call() throws Exception {
    switch (name) {
      case ANALYZER ->
          Benches.analyzer(spec.commandLine().getOut(), new AnalyzerBench.Plan(events, rounds));
      case CODEC -> Benches.codec(spec.commandLine().getOut());
    }
    return ExitCode.FINE;
  }
}
