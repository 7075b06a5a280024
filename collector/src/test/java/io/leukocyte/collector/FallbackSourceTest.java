package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.FallbackSource.Way;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Kind;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Which way the sensor without BPF takes, and what it says of it. */
class FallbackSourceTest {
  @TempDir private Path folder;

  private CollectorSettings.Sensor settings(CollectorSettings.SensorMode mode) {
    return new CollectorSettings.Sensor(mode, SensorOptions.DEFAULT, Set.of(), folder);
  }

  @Test
  void whereProcIsNotTheHostsTheEngineIsAsked() {
    try (InMemoryEngine engine = new InMemoryEngine();
        FallbackSource source =
            new FallbackSource(settings(CollectorSettings.SensorMode.FALLBACK), engine)) {
      assertThat(source.check()).isInstanceOf(CheckResult.Failed.class);
      source.start(event -> {});

      assertThat(source.way()).isEqualTo(Way.TOP);
      assertThat(source.missing()).containsExactlyInAnyOrderElementsOf(KernelSource.KINDS);
      assertThat(source.check())
          .isInstanceOfSatisfying(
              CheckResult.Degraded.class,
              check ->
                  assertThat(check.problem())
                      .startsWith("reduced coverage by asking the engine for processes each second")
                      .contains(folder + " is not the host's")
                      .contains(": process.exec only in part; no bpf.load,"));
    }
  }

  @Test
  void theSettingChoosesTheSensor() {
    try (InMemoryEngine engine = new InMemoryEngine();
        SensorSource off = new SensorSource(settings(CollectorSettings.SensorMode.OFF), engine);
        SensorSource fallback =
            new SensorSource(settings(CollectorSettings.SensorMode.FALLBACK), engine)) {
      off.start(event -> {});
      fallback.start(event -> {});

      assertThat(off.check().name()).isEqualTo("kernel sensor");
      assertThat(off.missing()).isEqualTo(KernelSource.KINDS);
      assertThat(fallback.check().name()).isEqualTo("fallback sensor");
      assertThat(fallback.waitingBytes()).isZero();
      assertThat(fallback.losses()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void noWayGivesWholeWhatItGivesInPart(Way way) {
    assertThat(way.part()).noneMatch(way.whole()::contains);
    assertThat(way.whole()).allMatch(KernelSource.KINDS::contains);
    assertThat(way.part()).allMatch(KernelSource.KINDS::contains);
    assertThat(way.whole().contains(Kind.PROCESS_EXEC)).isEqualTo(way == Way.CONNECTOR);
  }
}
