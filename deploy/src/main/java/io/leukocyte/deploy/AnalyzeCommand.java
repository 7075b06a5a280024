package io.leukocyte.deploy;

import io.leukocyte.analyzer.Analyzer;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code leuko analyze}: the analyzer alone, against outside servers. */
@Command(
    name = "analyze",
    description =
        "The role that detects: batches of events to alerts. Several share the partitions.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko analyze --config /etc/leuko/leukocyte.yaml"})
final class AnalyzeCommand extends RoleCommand {
  AnalyzeCommand() {
    super("analyzer", 7072);
  }

  @Override
  Role role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    RulesBeside rules = RulesBeside.open(config, settings, kafka, data);
    Analyzer analyzer =
        Roles.analyzer(config, kafka, data, rules.watch().current().rules(), metrics);
    rules.watch().feed(analyzer::replaceRules);
    return new Role(analyzer, rules.components());
  }
}
