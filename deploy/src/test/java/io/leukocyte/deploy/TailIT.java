package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code leuko tail} as log shippers use it: as a process of its own, over a real Kafka. */
class TailIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir private static Path data;
  @TempDir private Path folder;
  private static EmbeddedKafka kafka;
  private static KafkaSettings client;
  private static AlertWriter alerts;

  @BeforeAll
  static void startKafka() {
    kafka =
        EmbeddedKafka.create(
            data,
            new EmbeddedKafka.Settings(
                LoopbackPorts.free(), LoopbackPorts.free(), Access.PASSWORD));
    kafka.start();
    client = KafkaAccess.embedded(kafka.clientProperties());
    KafkaAccess.ensureTopics(
        client,
        TopicSpecs.from(
            Config.load(null, Map.of("LEUKO_TOPICS_PARTITIONS", "2"), DeploySettings.allKeys())));
    alerts = new AlertWriter(client, new HostId("host-1"));
  }

  @AfterAll
  static void stopKafka() {
    alerts.close();
    kafka.close();
  }

  private static List<String> write(int number) {
    List<String> ids = new ArrayList<>();
    Running web = new Running("web", new ContainerId("ab".repeat(32)), 1);
    for (int i = 0; i < number; i++) {
      ids.add(alerts.write("rule", web).id().value());
    }
    return ids;
  }

  private static List<String> command(String... more) {
    List<String> words =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.leukocyte.deploy.Leuko",
                "tail",
                "alerts",
                "--data",
                data.toString()));
    words.addAll(List.of(more));
    return words;
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  private Child tail() {
    return new Child(
        "leuko tail",
        command(
            "--format",
            "ecs",
            "--output",
            file("alerts.ndjson").toString(),
            "--rotate",
            "20kB",
            "--keep",
            "50",
            "--state",
            file("state.json").toString()),
        Map.of(),
        file("tail.log"),
        () -> Files.exists(file("state.json")));
  }

  /** The ids of all lines of all files, the oldest first. */
  private List<String> ids() throws IOException {
    List<String> ids = new ArrayList<>();
    for (int i = 50; i >= 0; i--) {
      Path part = file(i == 0 ? "alerts.ndjson" : "alerts.ndjson." + i);
      if (Files.exists(part)) {
        assertThat(Files.size(part)).isLessThanOrEqualTo(20_000);
        String text = Files.readString(part);
        for (String line : text.substring(0, text.lastIndexOf('\n') + 1).lines().toList()) {
          var document = MAPPER.readTree(line);
          assertThat(document.at("/data_stream/dataset").asText()).isEqualTo("leukocyte.alerts");
          assertThat(document.at("/event/ingested").asText()).isNotEmpty();
          ids.add(document.at("/event/id").asText());
        }
      }
    }
    return ids;
  }

  @Test
  void whatCameWhileItWasKilledIsInTheFilesToo() throws Exception {
    try (Child tail = tail()) {
      tail.start();
      tail.awaitReady();
      Set<String> written = new LinkedHashSet<>(write(40));
      await().atMost(SOON).until(() -> !ids().isEmpty());
      tail.kill();
      written.addAll(write(40));

      tail.start();
      written.addAll(write(10));
      await().atMost(SOON).until(() -> new LinkedHashSet<>(ids()).equals(written));
    }
  }

  @Test
  void whoHasReadEnoughEndsItQuietly() throws Exception {
    Path errors = file("errors");
    List<String> shell = new ArrayList<>(List.of("bash", "-c"));
    shell.add("set -o pipefail; \"$@\" 2>" + errors + " | head -1 >" + file("first"));
    shell.add("bash");
    shell.addAll(command());
    Process pipe = new ProcessBuilder(shell).start();
    try {
      await()
          .atMost(SOON)
          .until(() -> {
            write(1);
            return pipe.waitFor(200, TimeUnit.MILLISECONDS);
          });
      assertThat(pipe.exitValue()).isZero();
      assertThat(Files.readString(file("first"))).startsWith("{\"@timestamp\"");
      assertThat(Files.readString(errors, UTF_8).lines())
          .noneMatch(line -> line.contains("Exception") || line.contains("Broken pipe"));
    } finally {
      pipe.destroyForcibly();
    }
  }
}
