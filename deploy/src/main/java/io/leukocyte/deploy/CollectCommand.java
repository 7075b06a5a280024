package io.leukocyte.deploy;

import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code leuko collect}: the collector alone, against outside servers. */
@Command(
    name = "collect",
    description =
        "The role of each host that observes: kernel, container engine and logs to Kafka.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko collect --config /etc/leuko/leukocyte.yaml"})
final class CollectCommand extends RoleCommand {
  CollectCommand() {
    super("collector", 7071);
  }

  @Override
  Component role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    return new Roles(config, kafka, settings.host(data), data, Engines.fromEnvironment(), metrics)
        .collector();
  }
}
