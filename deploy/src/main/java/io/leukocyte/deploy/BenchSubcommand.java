package io.leukocyte.deploy;

import io.leukocyte.events.bench.Machine;
import io.leukocyte.events.bench.Report;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * One bench as a subcommand: looks whether the machine has what it needs, says what it will do,
 * measures, prints. The report goes to standard output, all else to standard error.
 */
abstract class BenchSubcommand implements Callable<Integer> {
  private final int defaultRepeats;

  @Spec private CommandSpec spec;

  @Option(
      names = "--repeats",
      paramLabel = "N",
      description = "How often each thing is measured, in turn with the others.")
  private int repeats;

  @Option(
      names = "--short",
      description = "A form of seconds: shows that it works, its figures say little.")
  private boolean brief;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "${COMPLETION-CANDIDATES}; default: ${DEFAULT-VALUE}.")
  private Table.Format format = Table.Format.TABLE;

  /**
   * A bench.
   *
   * @param defaultRepeats how often each thing is measured unless told; in the short form twice
   */
  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  BenchSubcommand(int defaultRepeats) {
    this.defaultRepeats = defaultRepeats;
  }

  /** What the machine must have. */
  abstract List<BenchNeed> needs();

  /** What will be done, in a sentence. */
  abstract String plan();

  /** How long it will take, about. */
  abstract Duration length();

  /** Measures and adds what was found. */
  abstract void measure(Report report) throws Exception;

  /** How often each thing is measured. */
  final int repeats() {
    return repeats > 0 ? repeats : brief ? 2 : defaultRepeats;
  }

  /** Whether seconds have to do; goals are then not judged. */
  final boolean isShort() {
    return brief;
  }

  /** Says how far it is. */
  final void progress(String line) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(line);
    err.flush();
  }

  @Override
  public final Integer call() throws Exception {
    if (repeats < 0) {
      throw new BadInputException("--repeats is " + repeats + "; use 1 or more");
    }
    needs().forEach(BenchNeed::require);
    Machine machine = Machine.now();
    progress("%s: %s About %s.".formatted(spec.name(), plan(), words(length())));
    machine.warning().ifPresent(this::progress);
    Report report = new Report(spec.name(), machine);
    measure(report);
    BenchPrinter.print(report, !brief, format, spec.commandLine().getOut());
    return brief || report.isMet() ? ExitCode.FINE : ExitCode.FINDINGS;
  }

  private static String words(Duration time) {
    long seconds = time.toSeconds();
    return seconds < 100 ? seconds + " s" : (seconds + 30) / 60 + " minutes";
  }
}
