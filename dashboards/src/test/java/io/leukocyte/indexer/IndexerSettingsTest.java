package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IndexerSettingsTest {
  @Test
  void defaultsSuitTheEmbeddedNode() {
    assertThat(IndexerSettings.from(Config.defaults(IndexerSettings.KEYS)))
        .isEqualTo(
            new IndexerSettings(
                List.of("http://127.0.0.1:9200"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                "default",
                Keeping.of(Duration.ofDays(90)),
                5 << 20,
                new Selection(
                    Selection.Logs.LABELLED, true, Duration.ofMinutes(1), Selection.Events.OFF),
                IndexerSettings.Templating.INSTALL));
  }

  @Test
  void eachKeyIsMapped() {
    Config config =
        Config.load(
            null,
            Map.of(
                "LEUKO_ELASTICSEARCH_URL", "https://es1:9200,https://es2:9200",
                "LEUKO_ELASTICSEARCH_USERNAME", "leuko",
                "LEUKO_ELASTICSEARCH_PASSWORD", "s3cret",
                "LEUKO_ELASTICSEARCH_API_KEY", "a-key",
                "LEUKO_ELASTICSEARCH_CA_FILE", "/etc/ca.pem",
                "LEUKO_INDEXER_NAMESPACE", "prod",
                "LEUKO_INDEXER_RETENTION", "7d",
                "LEUKO_INDEXER_BULK_BYTES", "1MiB",
                "LEUKO_INDEXER_LOGS", "off"),
            IndexerSettings.KEYS);

    assertThat(IndexerSettings.from(config))
        .isEqualTo(
            new IndexerSettings(
                List.of("https://es1:9200", "https://es2:9200"),
                Optional.of("leuko"),
                Optional.of("s3cret"),
                Optional.of("a-key"),
                Optional.of(Path.of("/etc/ca.pem")),
                "prod",
                Keeping.of(Duration.ofDays(7)),
                1 << 20,
                Selection.of(false),
                IndexerSettings.Templating.INSTALL));
    assertThat(IndexerSettings.from(config).toString())
        .doesNotContain("s3cret")
        .doesNotContain("a-key");
  }

  @Test
  void namespaceThatElasticsearchWouldRefuseIsRefused() {
    Config config =
        Config.load(null, Map.of("LEUKO_INDEXER_NAMESPACE", "my-prod"), IndexerSettings.KEYS);

    assertThatThrownBy(() -> IndexerSettings.from(config)).hasMessageContaining("my-prod");
  }
}
