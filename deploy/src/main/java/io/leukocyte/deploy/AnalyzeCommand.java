package io.leukocyte.deploy;

import io.leukocyte.events.Component;
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
  Component role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    return Roles.analyzer(config, kafka, data, RuleFiles.inForce(settings).rules(), metrics);
  }
}
