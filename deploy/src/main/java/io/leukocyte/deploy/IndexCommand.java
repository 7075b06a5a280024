package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.indexer.IndexTemplates;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.indexer.KibanaImport;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko index}: the indexer alone, against outside servers; or what is installed. */
@Command(
    name = "index",
    description =
        "The role that brings alerts, incidents, actions, logs and metrics to Elasticsearch.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko index --config /etc/leuko/leukocyte.yaml",
      "         leuko index --install-templates",
      "         leuko index --install-dashboards https://kibana:5601/s/security"
    })
final class IndexCommand extends RoleCommand {
  @Option(
      names = "--install-dashboards",
      paramLabel = "URL",
      description =
          "Put the dashboards into the Kibana at URL, with /s/NAME behind it into that space, and"
              + " end. User and password, API key and CA file are those of elasticsearch.…")
  private @Nullable String kibana;

  @Option(
      names = "--install-templates",
      description =
          "Put the index templates into Elasticsearch, and end: for an indexer with"
              + " indexer.templates: expect, whose user may only write.")
  private boolean templates;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  IndexCommand() {
    super("indexer", 7074);
  }

  @Override
  OptionalInt instead(Config config) throws InterruptedException {
    if (templates) {
      installTemplates(IndexerSettings.from(config));
    }
    if (kibana == null) {
      return templates ? OptionalInt.of(ExitCode.FINE) : OptionalInt.empty();
    }
    try {
      int taken = new KibanaImport(kibana, IndexerSettings.from(config)).run();
      spec.commandLine()
          .getOut()
          .println("Kibana took " + taken + " objects: dashboards, searches, data views");
      return OptionalInt.of(ExitCode.FINE);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage());
    } catch (IOException e) {
      throw new EnvironmentException("Cannot install the dashboards: " + e.getMessage(), e);
    }
  }

  private void installTemplates(IndexerSettings settings) {
    try {
      String said =
          switch (IndexTemplates.install(settings)) {
            case CheckResult.Ok ok -> ok.detail();
            case CheckResult.Degraded degraded -> degraded.problem() + "; " + degraded.todo();
            case CheckResult.Failed failed -> failed.problem() + "; " + failed.todo();
          };
      spec.commandLine().getOut().println("Index templates: " + said);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage());
    } catch (IOException e) {
      throw new EnvironmentException("Cannot install the index templates: " + e.getMessage(), e);
    }
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
