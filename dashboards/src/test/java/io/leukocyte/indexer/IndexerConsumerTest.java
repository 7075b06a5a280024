package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import java.util.Map;
import org.junit.jupiter.api.Test;

class IndexerConsumerTest {
  private static Map<String, Object> properties(String settings) {
    return Indexer.consumerProperties(
        KafkaSettings.from(Config.parse("l.yaml", settings, Map.of(), KafkaSettings.KEYS)));
  }

  @Test
  void committedRecordsAreReadAsOneGroupAndOffsetsOnlyCommittedByHand() {
    assertThat(properties(""))
        .containsEntry("group.id", "leuko-indexer")
        .containsEntry("isolation.level", "read_committed")
        .containsEntry("auto.offset.reset", "earliest")
        .containsEntry("enable.auto.commit", false);
  }

  @Test
  void aKilledIndexerIsMissedAfterTenSecondsUnlessTheSettingsSayOtherwise() {
    assertThat(properties("")).containsEntry("session.timeout.ms", 10_000);
    assertThat(properties("kafka.properties: {session.timeout.ms: 60000}"))
        .containsEntry("session.timeout.ms", "60000");
  }
}
