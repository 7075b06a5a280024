package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.SensorLoss;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AliveTest {
  private static final String BOOT = "0b9e2f3c-1111-4222-8333-444455556666";

  @TempDir private Path data;

  private Alive start(String boot) {
    return new Alive(new DataFolder(data), boot);
  }

  @Test
  void theVeryFirstStartReportsNothing() {
    assertThat(start(BOOT).gap(5_000)).isEmpty();
  }

  @Test
  void theGapIsFromTheLastBeatUntilTheSensorIsAttached() {
    Alive killed = start(BOOT);
    killed.beat(1_000);
    killed.beat(2_000);
    assertThat(start(BOOT).gap(5_000))
        .contains(new SensorLoss(5_000, null, "sensor", "any", "collector-down", 0, 2_000, 5_000));
  }

  @Test
  void aHostThatWasStartedAnewIsToldApart() {
    start(BOOT).beat(1_000);
    assertThat(start("another").gap(9_000))
        .hasValueSatisfying(loss -> assertThat(loss.reason()).isEqualTo("host-restarted"));
  }

  @Test
  void aClockThatWasSetBackMakesNoGapThatEndsBeforeItBegins() {
    start(BOOT).beat(7_000);
    assertThat(start(BOOT).gap(5_000))
        .hasValueSatisfying(loss -> assertThat(loss.from()).isEqualTo(5_000));
  }

  @Test
  void aFileThatCannotBeReadIsNoReasonNotToStart() throws IOException {
    Files.writeString(data.resolve("alive"), "nonsense\n");
    assertThat(start(BOOT).gap(5_000)).isEmpty();
  }

  @Test
  void thisBootHasAnIdThatStays() {
    assertThat(Alive.bootId()).isNotEmpty().isEqualTo(Alive.bootId());
  }
}
