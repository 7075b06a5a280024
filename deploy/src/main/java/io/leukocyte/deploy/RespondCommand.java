package io.leukocyte.deploy;

import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.PolicySet;
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
    requireTrust(ResponderSettings.from(config));
    return new Roles(config, kafka, settings.host(data), data, Engines.fromEnvironment(), metrics)
        .responder();
  }

  /** What acts by itself on many hosts must obey those who would stop it from anywhere. */
  private static void requireTrust(ResponderSettings settings) {
    PolicySet policies = Policies.inForce(settings);
    if (policies.enforced() > 0 && !settings.fleet().canTrustOrders()) {
      throw new BadInputException(
          "%d policies act, but no order over Kafka could be trusted: set commands.keys-file, or commands.trust to acl where only operators may write to leuko.commands; or let the policies try, with mode: dry-run."
              .formatted(policies.enforced()));
    }
  }
}
