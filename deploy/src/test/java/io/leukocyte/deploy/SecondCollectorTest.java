package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.collector.SoleCollector;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One collector of a host for a Kafka, whatever its data folder. */
class SecondCollectorTest {
  private static final String KAFKA = "127.0.0.1:59292";

  @TempDir Path folder;

  private static Config config(String more) {
    return Config.parse(
        "test", "kafka.bootstrap: " + KAFKA + "\n" + more, Map.of(), DeploySettings.allKeys());
  }

  private static SoleCollectors start(String more) {
    Config config = config(more);
    SoleCollectors sole = new SoleCollectors(config, KafkaSettings.from(config));
    sole.start();
    return sole;
  }

  @Test
  void aSecondOneEndsWithWhatToDo() throws Exception {
    Path settings = folder.resolve("leukocyte.yaml");
    Files.writeString(settings, "kafka.bootstrap: " + KAFKA + "\n");
    StringWriter err = new StringWriter();
    int code;
    try (SoleCollector _ = SoleCollector.take(List.of(KAFKA)).orElseThrow()) {
      code =
          Leuko.commandLine()
              .setErr(new PrintWriter(err))
              .execute(
                  "collect",
                  "--config",
                  settings.toString(),
                  "--data",
                  folder.resolve("data").toString());
    }
    assertThat(code).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(err.toString())
        .contains("Another collector runs on this host for the same Kafka, process ")
        .contains("stop that one, or set collector.allow-second");
  }

  @Test
  void theFirstOnesEndMakesRoomAndTheSettingAllowsTwo() {
    SoleCollectors first = start("");
    assertThatThrownBy(() -> start("")).isInstanceOf(EnvironmentException.class);
    start("collector.allow-second: true").close();
    first.close();
    start("").close();
  }
}
