package io.leukocyte.analyzer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AnalyzerSettingsTest {
  private static AnalyzerSettings parse(String yaml) {
    return AnalyzerSettings.from(
        Config.parse("leukocyte.yaml", yaml, Map.of(), AnalyzerSettings.KEYS));
  }

  @Test
  void defaults() {
    AnalyzerSettings settings = AnalyzerSettings.from(Config.defaults(AnalyzerSettings.KEYS));
    assertThat(settings.applicationId()).isEqualTo("leuko-analyzer");
    assertThat(settings.threads()).isEqualTo(1);
    assertThat(settings.standbys()).isZero();
    assertThat(settings.commitInterval()).isEqualTo(Duration.ofMillis(500));
    assertThat(settings.sessionTimeout()).isEqualTo(Duration.ofSeconds(6));
    assertThat(settings.stateDir()).isEmpty();
    assertThat(settings.silence()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.detector().egressLimit()).isEqualTo(100L << 20);
    assertThat(settings.detector().maxContainers()).isEqualTo(20_000);
    assertThat(settings.detector().allowedNetworks().contains("10.0.0.1")).isTrue();
    assertThat(settings.detector().allowedNetworks().contains("203.0.113.1")).isFalse();
  }

  @Test
  void everyKeyIsMapped() {
    AnalyzerSettings settings =
        parse(
            """
            analyzer:
              allowed-networks: [198.51.100.0/24]
              egress-limit: 5MiB
              max-containers: 77
              application-id: detection
              threads: 3
              standby-replicas: 2
              commit-interval: 100ms
              session-timeout: 9s
              state-dir: /data/streams
              silence: 12s
            """);
    assertThat(settings.detector().allowedNetworks().contains("198.51.100.7")).isTrue();
    assertThat(settings.detector().allowedNetworks().contains("10.0.0.1")).isFalse();
    assertThat(settings.detector().egressLimit()).isEqualTo(5L << 20);
    assertThat(settings.detector().maxContainers()).isEqualTo(77);
    assertThat(settings.applicationId()).isEqualTo("detection");
    assertThat(settings.threads()).isEqualTo(3);
    assertThat(settings.standbys()).isEqualTo(2);
    assertThat(settings.commitInterval()).isEqualTo(Duration.ofMillis(100));
    assertThat(settings.sessionTimeout()).isEqualTo(Duration.ofSeconds(9));
    assertThat(settings.stateDir()).isEqualTo(Optional.of(Path.of("/data/streams")));
    assertThat(settings.silence()).isEqualTo(Duration.ofSeconds(12));
  }

  @Test
  void rangeThatIsNoneIsAProblemWithItsPlace() {
    assertThatThrownBy(() -> parse("analyzer: {allowed-networks: [10.0.0.0/99]}"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("leukocyte.yaml:1")
        .hasMessageContaining("'10.0.0.0/99' does not end with /0 to /32")
        .hasMessageContaining("write ranges such as");
  }

  @Test
  void streamsPropertiesKeepExactlyOnceAndTheSettings() {
    AnalyzerSettings settings = parse("analyzer: {threads: 2, session-timeout: 8s}");
    Map<Object, Object> properties =
        Analyzer.properties(
            settings,
            io.leukocyte.events.KafkaSettings.plain(
                new io.leukocyte.events.config.HostPort("127.0.0.1", 9)));
    assertThat(properties)
        .containsEntry("processing.guarantee", "exactly_once_v2")
        .containsEntry("num.stream.threads", 2)
        .containsEntry("consumer.session.timeout.ms", 8000)
        .containsEntry("producer.transaction.timeout.ms", 8000)
        .containsEntry("bootstrap.servers", "127.0.0.1:9");
    assertThat(List.of(properties.get("commit.interval.ms"))).containsExactly(500L);
  }
}
