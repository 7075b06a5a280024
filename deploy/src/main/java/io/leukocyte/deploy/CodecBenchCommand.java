package io.leukocyte.deploy;

import io.leukocyte.events.CodecBench;
import io.leukocyte.events.bench.Report;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code leuko bench codec}: the batch beside the JSON form. */
@Command(
    name = "codec",
    description = "CPU time and bytes an event of the batch, to the JSON form; 10 s.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench codec"})
final class CodecBenchCommand extends BenchSubcommand {
  private static final int WARM = 8;

  CodecBenchCommand() {
    super(20);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of();
  }

  @Override
  String plan() {
    return "20,000 events in memory, written and read %d times in each form.".formatted(repeats());
  }

  @Override
  Duration length() {
    return Duration.ofMillis(2000 + 300L * repeats());
  }

  @Override
  void measure(Report report) throws Exception {
    new CodecBench().run(isShort() ? 1 : WARM, repeats(), report);
  }
}
