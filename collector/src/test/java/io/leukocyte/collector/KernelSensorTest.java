package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

/** What the kernel sensor says without a kernel. */
class KernelSensorTest {
  static final List<SensorUnavailable> REASONS =
      List.of(
          new SensorUnavailable.UnsupportedSystem("Mac OS X on aarch64"),
          new SensorUnavailable.KernelTooOld("4.18.0"),
          new SensorUnavailable.NoBtf("/sys/kernel/btf/vmlinux"),
          new SensorUnavailable.NoLibbpf("cannot open"),
          new SensorUnavailable.NoPrivileges(),
          new SensorUnavailable.NoNativeAccess("illegal caller"),
          new SensorUnavailable.LoadFailed("errno 22"));

  @ParameterizedTest
  @CsvSource({
    "5.7.19, true",
    "4.18.0-553.el8, true",
    "5.8.0, false",
    "5.10.0-8-amd64, false",
    "6.18.44-fc-v669, false",
    "unknown, false"
  })
  void kernelsBefore58AreTooOld(String release, boolean tooOld) {
    assertThat(KernelSensor.isTooOld(release)).isEqualTo(tooOld);
  }

  @ParameterizedTest
  @FieldSource("REASONS")
  void eachReasonSaysWhatFailedWhyAndWhatToDo(SensorUnavailable reason) {
    assertThat(new SensorUnavailableException(reason))
        .hasMessageStartingWith("Cannot load the kernel sensor: ")
        .hasMessageContaining(reason.problem())
        .hasMessageEndingWith("; " + reason.todo() + ".");
  }

  @Test
  void optionsAreChecked() {
    assertThatThrownBy(() -> new SensorOptions(5000, false, Duration.ofSeconds(1)))
        .hasMessageContaining("5000");
    assertThatThrownBy(() -> new SensorOptions(2048, false, Duration.ofSeconds(1)))
        .hasMessageContaining("2048");
    assertThatThrownBy(() -> new SensorOptions(4096, false, Duration.ofNanos(1)))
        .hasMessageContaining("10 ms");
  }

  @Test
  void startTimesStayWhenTheHostsClockIsSet() {
    AtomicLong realTime = new AtomicLong(1_000_000);
    BootClock clock = new BootClock(realTime::get, () -> 1000);
    assertThat(clock.time(1000)).isEqualTo(1_000_000);

    realTime.set(2_000_000);
    clock.adjust();

    assertThat(clock.time(1000)).isEqualTo(2_000_000);
    assertThat(clock.start(1000)).isEqualTo(1_000_000);
    assertThat(clock.start(0)).isZero();
  }
}
