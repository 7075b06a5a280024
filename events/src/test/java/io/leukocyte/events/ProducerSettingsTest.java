package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;

class ProducerSettingsTest {
  private static final Map<String, Object> CLIENT =
      Map.of("bootstrap.servers", "127.0.0.1:9", "client.id", "c", "acks", "0", "linger.ms", "7");

  @Test
  void eachRecordArrivesOnceAndInItsOrderWhateverTheClientsSettingsSay() {
    assertThat(ProducerSettings.of(CLIENT))
        .containsEntry("acks", "all")
        .containsEntry("enable.idempotence", true)
        .containsEntry("max.in.flight.requests.per.connection", 1);
  }

  @Test
  void whatHasNothingToDoWithThatStays() {
    assertThat(ProducerSettings.of(CLIENT))
        .containsAllEntriesOf(
            Map.of("bootstrap.servers", "127.0.0.1:9", "client.id", "c", "linger.ms", "7"));
  }

  @Test
  void aProducerIsMadeOfThem() {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(ProducerSettings.of(CLIENT))) {
      assertThat(producer.metrics()).isNotEmpty();
    }
  }
}
