package io.leukocyte.deploy;

import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.ResponderSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code leuko respond}: the responder alone, against outside servers. */
@Command(
    name = "respond",
    description = "The role of each host that acts on alerts by policies.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko respond --config /etc/leuko/leukocyte.yaml"})
final class RespondCommand extends RoleCommand {
  RespondCommand() {
    super("responder", 7073);
  }

  @Override
  Component role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    Policies.inForce(ResponderSettings.from(config));
    return new Roles(config, kafka, settings.host(data), data, Engines.fromEnvironment(), metrics)
        .responder();
  }
}
