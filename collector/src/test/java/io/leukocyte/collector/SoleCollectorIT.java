package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A second collector of a host is noticed, whatever became of the first. */
class SoleCollectorIT {
  private static final List<String> KAFKA = List.of("kafka-1.invalid:9092", "kafka-2.invalid:9092");

  /** Takes the mark and waits to be killed. */
  static final class Main {
    private Main() {}

    public static void main(String[] args) throws Exception {
      System.out.println("taken " + SoleCollector.take(List.of(args)).isPresent());
      Thread.sleep(60_000);
    }
  }

  @Test
  void aSecondOneIsToldWhoTheFirstIsUntilThatWasKilled() throws Exception {
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                KAFKA.getFirst(),
                KAFKA.getLast())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try (var output = other.inputReader(UTF_8)) {
      assertThat(output.lines().filter(line -> line.startsWith("taken")).findFirst())
          .contains("taken true");

      for (int i = 0; i < 10; i++) {
        assertThatThrownBy(() -> SoleCollector.take(KAFKA.reversed()))
            .isInstanceOfSatisfying(
                SoleCollector.Taken.class, e -> assertThat(e.pid()).isEqualTo((int) other.pid()));
      }
      SoleCollector.take(List.of("kafka-3.invalid:9092")).orElseThrow().close();
    } finally {
      other.destroyForcibly().waitFor();
    }
    SoleCollector.take(KAFKA).orElseThrow().close();
    try (SoleCollector _ = SoleCollector.take(KAFKA).orElseThrow()) {
      assertThatThrownBy(() -> SoleCollector.take(KAFKA))
          .isInstanceOf(SoleCollector.Taken.class)
          .hasMessageContaining("process " + ProcessHandle.current().pid());
    }
  }
}
