package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerBench;
import io.leukocyte.analyzer.BenchRules;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
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
      AnalyzerBench.Plan plan = new AnalyzerBench.Plan(events(), repeats());
      AnalyzerBench.Figures figures =
          new AnalyzerBench(kafka.client(), List.of(BenchRules.values()), plan, this::progress)
              .run();
      report.figure("plain consumer", "ns/event", Samples.of(figures.plain()));
      report.figure("consumer that decodes", "ns/event", Samples.of(figures.decoding()));
      for (BenchRules rules : BenchRules.values()) {
        String what = "analyzer, " + rules.text();
        report.figure(what, "ns/event", Samples.of(figures.of(rules)));
        report.ratio("plain consumer", what, ratios(figures, rules));
      }
    }
  }

  private static Samples ratios(AnalyzerBench.Figures figures, BenchRules rules) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < figures.plain().size(); i++) {
      ratios.add(figures.plain().get(i) / figures.of(rules).get(i));
    }
    return Samples.of(ratios);
  }
}
