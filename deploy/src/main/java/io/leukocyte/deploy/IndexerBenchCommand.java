package io.leukocyte.deploy;

import io.leukocyte.events.bench.Report;
import io.leukocyte.events.config.Config;
import io.leukocyte.indexer.IndexerBench;
import io.leukocyte.indexer.IndexerSettings;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench indexer}: the indexer beside bare bulk requests to the same node. */
@Command(
    name = "indexer",
    description =
        "Documents a second of the indexer, to bare bulk requests to the same Elasticsearch; 2"
            + " min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench indexer --documents 60000"})
final class IndexerBenchCommand extends BenchSubcommand {
  private static final int SHORT_DOCUMENTS = 4_000;

  /** What the slowest machine that we know of takes, for the time that is told. */
  private static final int DOCUMENTS_A_SECOND = 12_000;

  @Option(
      names = "--documents",
      paramLabel = "N",
      defaultValue = "60000",
      description = "Documents of each trial. Default: ${DEFAULT-VALUE}.")
  private int documents;

  IndexerBenchCommand() {
    super(7);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ELASTICSEARCH);
  }

  private int documents() {
    return isShort() ? SHORT_DOCUMENTS : documents;
  }

  @Override
  String plan() {
    return "%,d log lines to an Elasticsearch of its own, %d times by the indexer and as often by bare bulk requests."
        .formatted(documents(), repeats() + 1);
  }

  @Override
  Duration length() {
    return Duration.ofSeconds(35 + 2L * (repeats() + 1) * documents() / DOCUMENTS_A_SECOND);
  }

  @Override
  void measure(Report report) throws Exception {
    try (BenchKafka kafka = BenchKafka.start()) {
      Files.setPosixFilePermissions(
          kafka.folder(), PosixFilePermissions.fromString("rwx--x--x")); // the node's user enters
      EmbeddedElasticsearch.Settings node =
          EmbeddedElasticsearch.Settings.defaults()
              .withPort(LoopbackPorts.free())
              .withAccess(Access.OPEN)
              .withShortLife(isShort());
      try (EmbeddedElasticsearch elasticsearch =
          EmbeddedElasticsearch.create(kafka.folder().resolve("node"), node)) {
        elasticsearch.start();
        new IndexerBench(settings(elasticsearch), kafka.client(), documents())
            .run(1, repeats(), report);
      }
    }
  }

  /** Short bulk requests in the short form, so that there are several. */
  private IndexerSettings settings(EmbeddedElasticsearch elasticsearch) {
    String url = elasticsearch.connection().url().toString();
    String bytes = isShort() ? "256KiB" : "5MiB";
    return IndexerSettings.from(
        Config.load(
            null,
            Map.of(
                "LEUKO_ELASTICSEARCH_URL",
                url,
                "LEUKO_INDEXER_BULK_BYTES",
                bytes,
                "LEUKO_INDEXER_LOGS",
                "all"),
            DeploySettings.allKeys()));
  }
}
