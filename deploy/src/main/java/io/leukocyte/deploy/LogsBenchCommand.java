package io.leukocyte.deploy;

import io.leukocyte.collector.LogBench;
import io.leukocyte.events.bench.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code leuko bench logs}: a log line's way from a file to a batch. */
@Command(
    name = "logs",
    description =
        "CPU time of a log line from a json-file to a batch, to reading and splitting the same"
            + " bytes; 1 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench logs"})
final class LogsBenchCommand extends BenchSubcommand {
  private static final int LINES = 500_000;
  private static final int SHORT_LINES = 20_000;
  private static final int BYTES = 200;
  private static final int WARM = 3;

  LogsBenchCommand() {
    super(20);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of();
  }

  private int lines() {
    return isShort() ? SHORT_LINES : LINES;
  }

  @Override
  String plan() {
    return "%,d lines of %d bytes in a file, read %d times in each way."
        .formatted(lines(), BYTES, repeats());
  }

  @Override
  Duration length() {
    return isShort() ? Duration.ofSeconds(5) : Duration.ofSeconds(10 + 2L * repeats());
  }

  @Override
  void measure(Report report) throws Exception {
    Path folder = Files.createTempDirectory("leuko-bench-logs");
    try {
      new LogBench(folder, lines(), BYTES).run(isShort() ? 1 : WARM, repeats(), report);
    } finally {
      Folders.delete(folder);
    }
  }
}
