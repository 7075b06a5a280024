package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.HostPort;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
  private static KafkaSettings parse(String text) {
    return KafkaSettings.from(Config.parse("l.yaml", text, Map.of(), KafkaSettings.KEYS));
  }

  @Test
  void defaultsAreThisMachineWithoutSecurity() {
    KafkaSettings settings = parse("");

    assertThat(settings).isEqualTo(KafkaSettings.plain(new HostPort("127.0.0.1", 9092)));
    assertThat(settings.clientProperties())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of("bootstrap.servers", "127.0.0.1:9092", "security.protocol", "PLAINTEXT"));
  }

  @Test
  void everySettingIsMapped() {
    KafkaSettings settings =
        parse(
            """
            kafka:
              bootstrap: [a:1, b:2]
              security: sasl-ssl
              mechanism: scram-sha-256
              user: us"er
              password: pass\\word
              truststore: /t.pem
              keystore: /k.pem
              properties: {metadata.max.age.ms: 5000}
            """);

    assertThat(settings)
        .isEqualTo(
            new KafkaSettings(
                java.util.List.of(new HostPort("a", 1), new HostPort("b", 2)),
                KafkaSettings.Security.SASL_SSL,
                KafkaSettings.Mechanism.SCRAM_SHA_256,
                Optional.of("us\"er"),
                Optional.of("pass\\word"),
                Optional.of(Path.of("/t.pem")),
                Optional.of(Path.of("/k.pem")),
                Map.of("metadata.max.age.ms", "5000")));
    assertThat(settings.clientProperties())
        .containsEntry("bootstrap.servers", "a:1,b:2")
        .containsEntry("security.protocol", "SASL_SSL")
        .containsEntry("sasl.mechanism", "SCRAM-SHA-256")
        .containsEntry(
            "sasl.jaas.config",
            "org.apache.kafka.common.security.scram.ScramLoginModule required"
                + " username=\"us\\\"er\" password=\"pass\\\\word\";")
        .containsEntry("ssl.truststore.type", "PEM")
        .containsEntry("ssl.truststore.location", "/t.pem")
        .containsEntry("ssl.keystore.location", "/k.pem")
        .containsEntry("metadata.max.age.ms", "5000");
    assertThat(ProducerConfig.configNames()).containsAll(settings.clientProperties().keySet());
    assertThat(settings.toString()).doesNotContain("pass");
  }

  @Test
  void settingsThatDoNotFitTogetherAreRefused() {
    assertThatThrownBy(() -> parse("kafka.security: sasl-ssl\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "l.yaml:1:1: kafka.security: needs kafka.user; set it, or LEUKO_KAFKA_USER\n"
                + "l.yaml:1:1: kafka.security: needs kafka.password; set it, or"
                + " LEUKO_KAFKA_PASSWORD");
    assertThatThrownBy(() -> parse("kafka.password: x\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("l.yaml:1:1: kafka.password: is set, but kafka.security has no SASL");
    assertThatThrownBy(() -> parse("kafka.bootstrap: []\n"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("names no broker");
  }
}
