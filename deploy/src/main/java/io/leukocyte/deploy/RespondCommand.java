package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.responder.Responder;
import io.leukocyte.responder.ResponderSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** {@code leuko respond}: the responder alone, against outside servers. */
@Command(
    name = "respond",
    description = "The role of each host that acts on alerts by policies.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko respond --config /etc/leuko/leukocyte.yaml"})
final class RespondCommand extends RoleCommand {
  private static final Logger LOG = LoggerFactory.getLogger(RespondCommand.class);

  RespondCommand() {
    super("responder", 7073);
  }

  @Override
  Role role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    ResponderSettings own = ResponderSettings.from(config);
    PoliciesBeside policies = PoliciesBeside.open(own, settings, kafka, data);
    requireTrust(Policies.inForce(policies.settings()), policies.settings());
    Responder responder =
        new Roles(config, kafka, settings.host(data), data, Engines.fromEnvironment(), metrics)
            .responder(policies.settings());
    return new Role(responder, policies.watching(() -> reload(responder, policies.settings())));
  }

  /** What acts by itself on many hosts must obey those who would stop it from anywhere. */
  private static void requireTrust(PolicySet policies, ResponderSettings settings) {
    if (policies.enforced() > 0 && !settings.fleet().canTrustOrders()) {
      throw new BadInputException(
          "%d policies act, but no order over Kafka could be trusted: set commands.keys-file, or commands.trust to acl where only operators may write to leuko.commands; or let the policies try, with mode: dry-run."
              .formatted(policies.enforced()));
    }
  }

  /** Policies that have changed keep to the same. */
  private static void reload(Responder responder, ResponderSettings settings) {
    try {
      PolicySet.Loaded changed = Policies.load(settings);
      if (changed.problems().isEmpty()) {
        requireTrust(changed.policies(), settings);
      }
      responder.reload();
    } catch (BadInputException e) {
      LOG.error("The policies cannot be changed, the former ones stay: {}", e.getMessage());
    }
  }
}
