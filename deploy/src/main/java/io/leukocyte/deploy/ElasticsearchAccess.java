package io.leukocyte.deploy;

import io.leukocyte.events.config.Config;
import io.leukocyte.indexer.IndexerSettings;
import java.util.List;
import java.util.Optional;

/** How the command reaches Elasticsearch: the configured one, or the one of {@code leuko up}. */
final class ElasticsearchAccess {
  private ElasticsearchAccess() {}

  /**
   * The configured Elasticsearch; where none is configured, the one that was last started with the
   * data folder.
   */
  static IndexerSettings of(CommonOptions common) {
    Config config = common.load();
    IndexerSettings settings = IndexerSettings.from(config);
    if (config.isSet(IndexerSettings.URLS)) {
      return settings;
    }
    return EmbeddedElasticsearch.connection(common.dataFolder())
        .map(connection -> embedded(settings, connection))
        .orElse(settings);
  }

  private static IndexerSettings embedded(
      IndexerSettings settings, EmbeddedElasticsearch.Connection connection) {
    return new IndexerSettings(
        List.of(connection.url().toString()),
        connection.login().map(EmbeddedElasticsearch.Login::user),
        connection.login().map(EmbeddedElasticsearch.Login::password),
        Optional.empty(),
        settings.caFile(),
        settings.namespace(),
        settings.keeping(),
        settings.bulkBytes(),
        settings.selection(),
        settings.templates());
  }
}
