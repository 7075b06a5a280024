package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerBench;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench analyzer}: the analyzer beside a plain consumer of the same topic. */
@Command(
    name = "analyzer",
    description =
        "CPU time an event of the analyzer, to a plain consumer of the same topic; 2 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench analyzer --events 3000000 --repeats 3"})
final class AnalyzerBenchCommand extends BenchSubcommand {
  private static final int SHORT_EVENTS = 40_000;

  @Option(
      names = "--events",
      paramLabel = "N",
      defaultValue = "3000000",
      description = "Events in the topic. Default: ${DEFAULT-VALUE}.")
  private int events;

  AnalyzerBenchCommand() {
    super(3);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of();
  }

  @Override
  String plan() {
    return "%,d events on an embedded Kafka, read %d times by each of two consumers and the analyzer."
        .formatted(events(), repeats() + 1);
  }

  @Override
  Duration length() {
    return Duration.ofSeconds(15 + (long) (3e-6 * events() * (repeats() + 1) * 3));
  }

  private int events() {
    return isShort() ? SHORT_EVENTS : events;
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    try (BenchKafka kafka = BenchKafka.start()) {
      RuleSet rules = RuleSet.load(RuleFile.shipped()).rules();
      AnalyzerBench.Plan plan = new AnalyzerBench.Plan(events(), repeats());
      AnalyzerBench.Figures figures =
          new AnalyzerBench(kafka.client(), rules, plan, this::progress).run();
      report.figure("plain consumer", "ns/event", Samples.of(figures.plain()));
      report.figure("consumer that decodes", "ns/event", Samples.of(figures.decoding()));
      report.figure("analyzer, exactly-once", "ns/event", Samples.of(figures.analyzer()));
      report.ratio("plain consumer", "analyzer", ratios(figures));
    }
  }

  private static Samples ratios(AnalyzerBench.Figures figures) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < figures.plain().size(); i++) {
      ratios.add(figures.plain().get(i) / figures.analyzer().get(i));
    }
    return Samples.of(ratios);
  }
}
