package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.responder.ResponderSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** docs/configuration.md lists every setting of every role as the code has it. */
class ConfigurationDocumentTest {
  static Stream<List<Key<?>>> tables() {
    return Stream.of(
        KafkaSettings.KEYS,
        TopicSpecs.KEYS,
        CollectorSettings.KEYS,
        AnalyzerSettings.KEYS,
        ResponderSettings.KEYS,
        IndexerSettings.KEYS,
        DeploySettings.KEYS);
  }

  @ParameterizedTest
  @MethodSource("tables")
  void documentHasTheTable(List<Key<?>> keys) throws IOException {
    assertThat(Files.readString(Path.of("../docs/configuration.md")))
        .contains(Config.document(keys));
  }

  @Test
  void everySettingHasOneOwner() {
    assertThat(DeploySettings.allKeys().stream().map(Key::name)).doesNotHaveDuplicates();
    assertThat(DeploySettings.allKeys()).hasSize((int) tables().mapToLong(List::size).sum());
  }
}
