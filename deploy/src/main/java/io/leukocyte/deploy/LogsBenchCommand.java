package io.leukocyte.deploy;

import io.leukocyte.collector.LogBench;
import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.bench.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code leuko bench logs}: a log line's way from a file to a batch. */
@Command(
    name = "logs",
    description =
        "CPU time of a container's log line from a json-file to a batch, to the engine's API and to"
            + " splitting the same bytes; 3 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench logs"})
final class LogsBenchCommand extends BenchSubcommand {
  private static final int LINES = 500_000;
  private static final int SHORT_LINES = 20_000;
  private static final int BYTES = 200;
  private static final int WARM = 3;

  /** Writes so many lines of so many bytes, one in ten to standard error. */
  private static final String WRITER =
      """
      my ($lines, $bytes) = @ARGV; my $fill = ' the request was handled by a worker' x 8;
      for my $i (0 .. $lines - 1) {
        my $t = "10.0." . $i % 250 . "." . $i % 99 . " - - \\"GET /api/v1/orders/$i?page=" . $i % 7
            . " HTTP/1.1\\" 200 " . $i % 5000 . " \\"-\\" agent/1." . $i % 10;
        $t .= substr($fill, 0, $bytes - length($t));
        if ($i % 10) { print STDOUT "$t\\n" } else { print STDERR "$t\\n" }
      }
      """;

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
    return "%,d lines of %d bytes of a container, read %d times in each way: its file, and the engine's API."
        .formatted(lines(), BYTES, repeats());
  }

  @Override
  Duration length() {
    return isShort() ? Duration.ofSeconds(15) : Duration.ofSeconds(30 + 8L * repeats());
  }

  @Override
  void measure(Report report) throws Exception {
    Optional<String> without = withoutEngine();
    if (without.isEmpty()) {
      without = ofContainer(report);
    }
    if (without.isPresent()) {
      String left =
          "The engine's API is left out, and the file is the bench's own: " + without.get();
      progress(left);
      report.note(left);
      ofOwnFile(report);
    }
  }

  /** Why no container can write the log. */
  private static Optional<String> withoutEngine() {
    try {
      BenchNeed.ENGINE.require();
      BenchNeed.IMAGE.require();
      return Optional.empty();
    } catch (EnvironmentException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /** Measures a container's log; why not, when its file is none of ours to read. */
  private Optional<String> ofContainer(Report report) throws Exception {
    try (Engine engine = Engines.fromEnvironment();
        BenchContainers containers = new BenchContainers()) {
      Running writer =
          containers.start(
              List.of("--network", "none", "--log-driver", "json-file"),
              "perl",
              "-e",
              WRITER,
              Integer.toString(lines()),
              Integer.toString(BYTES));
      BenchContainers.docker("wait", writer.name());
      Optional<Path> log =
          engine.inspect(writer.id()).flatMap(engine::logFile).filter(Files::isReadable);
      if (log.isEmpty()) {
        return Optional.of("the log file of a container cannot be read from here; run it as root");
      }
      run(log.get(), Optional.of(new LogBench.Source(engine, writer.id())), report);
      return Optional.empty();
    } catch (EngineException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void ofOwnFile(Report report) throws Exception {
    Path folder = Files.createTempDirectory("leuko-bench-logs");
    try {
      Path log = folder.resolve("bench-json.log");
      LogBench.write(log, lines(), BYTES);
      run(log, Optional.empty(), report);
    } finally {
      Folders.delete(folder);
    }
  }

  private void run(Path log, Optional<LogBench.Source> source, Report report) throws Exception {
    new LogBench(log, source, lines(), BYTES).run(isShort() ? 1 : WARM, repeats(), report);
  }
}
