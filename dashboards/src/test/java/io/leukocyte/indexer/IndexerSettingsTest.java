package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
  void whatIsIndexedAndHowLongIsMapped() {
    Config config =
        Config.load(
            null,
            Map.of(
                "LEUKO_INDEXER_LIFECYCLE", "ilm",
                "LEUKO_INDEXER_RETENTION_OF", "alerts=365d,events=1d",
                "LEUKO_INDEXER_TEMPLATES", "expect",
                "LEUKO_INDEXER_METRICS", "false",
                "LEUKO_INDEXER_METRICS_INTERVAL", "10s",
                "LEUKO_INDEXER_EVENTS", "filtered",
                "LEUKO_INDEXER_EVENTS_KINDS", "process.exec,net.connect",
                "LEUKO_INDEXER_EVENTS_LABEL", "tier=web",
                "LEUKO_INDEXER_EVENTS_ONE_OF", "7",
                "LEUKO_INDEXER_EVENTS_RATE", "9"),
            IndexerSettings.KEYS);
    IndexerSettings settings = IndexerSettings.from(config, Selection.Logs.ALL);

    assertThat(settings.selection())
        .isEqualTo(
            new Selection(
                Selection.Logs.ALL,
                false,
                Duration.ofSeconds(10),
                new Selection.Events(
                    Selection.Mode.FILTERED,
                    Set.of(Kind.PROCESS_EXEC, Kind.NET_CONNECT),
                    Optional.of(new Selection.Label("tier", Optional.of("web"))),
                    7,
                    9)));
    assertThat(settings.templates()).isEqualTo(IndexerSettings.Templating.EXPECT);
    Keeping keeping = settings.keeping();
    assertThat(keeping.lifecycle()).isEqualTo(Keeping.Lifecycle.ILM);
    assertThat(keeping.of(DataStream.ALERTS)).isEqualTo(Duration.ofDays(365));
    assertThat(keeping.of(DataStream.EVENTS)).isEqualTo(Duration.ofDays(1));
    assertThat(keeping.of(DataStream.STATS)).isEqualTo(Duration.ofDays(30));
    assertThat(keeping.of(DataStream.ACTIONS)).isEqualTo(Duration.ofDays(90));
  }

  @Test
  void retentionOfWhatIsNotThereOrNotInDaysIsRefused() {
    for (Map.Entry<String, String> wrong :
        Map.of("alert=3d", "alerts, actions", "alerts=3h", "write days").entrySet()) {
      Config config =
          Config.load(
              null, Map.of("LEUKO_INDEXER_RETENTION_OF", wrong.getKey()), IndexerSettings.KEYS);
      assertThatThrownBy(() -> IndexerSettings.from(config)).hasMessageContaining(wrong.getValue());
    }
  }

  @Test
  void namespaceThatElasticsearchWouldRefuseIsRefused() {
    Config config =
        Config.load(null, Map.of("LEUKO_INDEXER_NAMESPACE", "my-prod"), IndexerSettings.KEYS);

    assertThatThrownBy(() -> IndexerSettings.from(config)).hasMessageContaining("my-prod");
  }
}
