package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import picocli.CommandLine.Command;

/** {@code leuko index}: the indexer alone, against outside servers. */
@Command(
    name = "index",
    description = "The role that brings alerts, actions and container logs to Elasticsearch.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko index --config /etc/leuko/leukocyte.yaml"})
final class IndexCommand extends RoleCommand {
  IndexCommand() {
    super("indexer", 7074);
  }

  @Override
  Role role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    return new Role(new Indexer(IndexerSettings.from(config), kafka, metrics));
  }
}
