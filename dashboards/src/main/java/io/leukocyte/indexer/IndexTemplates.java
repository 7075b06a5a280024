package io.leukocyte.indexer;

import io.leukocyte.events.CheckResult;
import java.io.IOException;

/** The index templates, put into Elasticsearch once by who may do so. */
public final class IndexTemplates {
  private IndexTemplates() {}

  /**
   * Installs them, and brings the namespace's data streams up to them.
   *
   * @return what came of it: {@link CheckResult.Degraded} where newer ones were left alone
   * @throws IOException when the node is away or refuses
   * @throws IllegalArgumentException when the CA file cannot be used
   */
  public static CheckResult install(IndexerSettings settings) throws IOException {
    try (ElasticsearchConnection connection = ElasticsearchConnection.open(settings)) {
      TemplateInstaller installer =
          new TemplateInstaller(
              connection.rest(),
              settings.namespace(),
              settings.keeping(),
              IndexerSettings.Templating.INSTALL);
      installer.install();
      return installer.state();
    }
  }
}
