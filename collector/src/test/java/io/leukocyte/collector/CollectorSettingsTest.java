package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.collector.CollectorSettings.LogsFrom;
import io.leukocyte.collector.CollectorSettings.LogsSelect;
import io.leukocyte.collector.CollectorSettings.LogsSource;
import io.leukocyte.collector.CollectorSettings.SensorMode;
import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CollectorSettingsTest {
  private static final Path DATA = Path.of("/data");

  @Test
  void eachSettingHasItsDefault() {
    assertThat(CollectorSettings.from(Config.defaults(CollectorSettings.KEYS), DATA))
        .isEqualTo(
            new CollectorSettings(
                Path.of("/data/collector"),
                new CollectorSettings.Sensor(
                    SensorMode.AUTO,
                    new SensorOptions(16 << 20, false, Duration.ofSeconds(2), true),
                    Set.of(),
                    Path.of("/proc")),
                new CollectorSettings.Logs(
                    true, LogsSelect.ALL, LogsFrom.NOW, LogsSource.AUTO, true, 200_000),
                true,
                Duration.ofMillis(100),
                Duration.ofMillis(20),
                16 << 20,
                new CollectorSettings.Spool(1 << 30, 512 << 20),
                Duration.ofSeconds(5),
                Duration.ofMinutes(5),
                Duration.ofSeconds(2),
                10_000,
                Duration.ofSeconds(5),
                Duration.ofSeconds(10)));
  }

  @Test
  void eachSettingIsMapped() {
    String yaml =
        """
        collector:
          sensor: {mode: off, ring: 3MiB, flow-interval: 1s, host: true, kinds: [file.open, ns.change]}
          logs: {enabled: false, select: labelled, from: all, source: api,
                 join: false, rate: 500}
          redact: false
          flush-interval: 50ms
          urgent-interval: 10ms
          backlog: 64MiB
          spool-bytes: 2GiB
          spool-keep-free: 1GiB
          heartbeat-interval: 1s
          facts-interval: 1m
          hold-time: 1s
          hold-events: 500
          close-timeout: 3s
          stats: {interval: 30s}
        host.proc: /host/proc
        """;
    Config config = Config.parse("test", yaml, Map.of(), CollectorSettings.KEYS);
    assertThat(CollectorSettings.from(config, DATA))
        .isEqualTo(
            new CollectorSettings(
                Path.of("/data/collector"),
                new CollectorSettings.Sensor(
                    SensorMode.OFF,
                    new SensorOptions(4 << 20, true, Duration.ofSeconds(1), false),
                    Set.of(Kind.FILE_OPEN, Kind.NS_CHANGE),
                    Path.of("/host/proc")),
                new CollectorSettings.Logs(
                    false, LogsSelect.LABELLED, LogsFrom.ALL, LogsSource.API, false, 500),
                false,
                Duration.ofMillis(50),
                Duration.ofMillis(10),
                64 << 20,
                new CollectorSettings.Spool(2L << 30, 1 << 30),
                Duration.ofSeconds(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                500,
                Duration.ofSeconds(3),
                Duration.ofSeconds(30)));
  }

  @Test
  void allKindsOfSystemCallsCanBeAskedForAndOneThatThereIsNotIsSaid() {
    Config all =
        Config.parse("test", "collector.sensor.kinds: all", Map.of(), CollectorSettings.KEYS);
    assertThat(CollectorSettings.from(all, DATA).sensor().kinds())
        .containsExactlyInAnyOrderElementsOf(TracedCalls.kinds());
    assertThatThrownBy(() ->
            Config.parse(
                "test", "collector.sensor.kinds: [file.opne]", Map.of(), CollectorSettings.KEYS))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("'file.opne' is unknown, did you mean 'file.open'?");
  }

  @Test
  void settingsAreAlsoReadFromTheEnvironment() {
    Config config =
        Config.parse(
            "test", "", Map.of("LEUKO_COLLECTOR_LOGS_FROM", "all"), CollectorSettings.KEYS);
    assertThat(CollectorSettings.from(config, DATA).logs().from()).isEqualTo(LogsFrom.ALL);
  }
}
