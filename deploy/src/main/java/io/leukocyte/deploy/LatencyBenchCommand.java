package io.leukocyte.deploy;

import io.leukocyte.events.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench latency}: from an exec to its alert, from the alert to the quarantine. */
@Command(
    name = "latency",
    description =
        "Exec in a container to committed alert, to a Kafka transaction; alert to verified"
            + " quarantine, to nft alone; 3 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench latency"})
final class LatencyBenchCommand extends BenchSubcommand {
  private static final Duration START = Duration.ofSeconds(30);

  @Option(
      names = "--quarantines",
      paramLabel = "N",
      defaultValue = "100",
      description = "Probes that are answered by quarantine. Default: ${DEFAULT-VALUE}.")
  private int quarantines;

  @Option(
      names = "--load",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events a second of other containers meanwhile. Default: ${DEFAULT-VALUE}.")
  private int load;

  @Option(
      names = "--warm-up",
      paramLabel = "TIME",
      defaultValue = "60s",
      description = "Time before anything counts. Default: ${DEFAULT-VALUE}.")
  private Duration warmUp = Duration.ofSeconds(60);

  @Option(
      names = "--processes",
      description =
          "Collector, analyzer and responder as processes of their own, as 'leuko collect', 'analyze'"
              + " and 'respond' run, instead of in this process.")
  private boolean processes;

  LatencyBenchCommand() {
    super(300);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ROOT, BenchNeed.ENGINE, BenchNeed.IMAGE);
  }

  private LatencyBench.Plan shape() {
    return isShort()
        ? new LatencyBench.Plan(15, 3, 3, 200, Duration.ofSeconds(3), Duration.ofMillis(200))
        : new LatencyBench.Plan(
            repeats(), Math.min(quarantines, repeats()), 10, load, warmUp, Duration.ofMillis(250));
  }

  @Override
  String plan() {
    LatencyBench.Plan shape = shape();
    return "%d alerts and %d quarantines in %d containers at %,d events a second, %s, after %d s of warm-up."
        .formatted(
            shape.alerts(),
            shape.quarantines(),
            shape.containers(),
            shape.events(),
            form(),
            shape.warmUp().toSeconds());
  }

  private String form() {
    return processes
        ? "collector, analyzer and responder as processes of their own"
        : "collector, analyzer and responder in one process with Kafka";
  }

  @Override
  Duration length() {
    return shape().length().plus(START);
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    report.note("Measured with " + form() + "; each quarantine asks the fleet's budget.");
    try (BenchKafka kafka = BenchKafka.start()) {
      new LatencyBench(
              shape(),
              processes ? LatencyBenchCommand::apart : LatencyBenchCommand::together,
              this::progress)
          .run(kafka, report);
    }
  }

  private static MeasuredRoles together(BenchKafka kafka, String rules, String policies)
      throws IOException, InterruptedException {
    return BenchRoles.start(kafka.client(), kafka.folder(), rules, policies);
  }

  private static MeasuredRoles apart(BenchKafka kafka, String rules, String policies)
      throws IOException, InterruptedException {
    Path rulesFile = Files.writeString(kafka.folder().resolve("rules.yaml"), rules);
    Path policiesFile = Files.writeString(kafka.folder().resolve("policies.yaml"), policies);
    return BenchProcesses.start(
        kafka,
        BenchProcesses.ROLES,
        Map.of(
            "LEUKO_RULES_PATHS", rulesFile.toString(),
            "LEUKO_RESPONDER_POLICIES", policiesFile.toString()));
  }
}
