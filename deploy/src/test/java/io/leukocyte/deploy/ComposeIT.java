package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The images are built and deploy/compose.yaml is started for real, with stand-ins for what comes
 * from registries: Kafka, collector and analyzer. All of it but Kibana starts by {@code
 * deploy/compose/try.sh}, which takes too long for each build.
 */
class ComposeIT {
  private static final long MOST_BYTES = 300_000_000;

  @TempDir private static Path folder;

  @BeforeAll
  static void buildImages() throws Exception {
    Environment.requireRootAndEngine();
    run("images/test/build.sh", "jdk", "kafka");
    run("images/leuko/build.sh");
  }

  private static String run(String... command) throws Exception {
    List<String> words = new ArrayList<>(List.of(command));
    if (!words.getFirst().equals("docker")) {
      words.set(0, Path.of(words.getFirst()).toAbsolutePath().toString());
    }
    Path output = Files.createTempFile(folder, "output", ".log");
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.redirectOutput(output.toFile());
    builder.environment().put("LEUKO_DISTRIBUTION", System.getProperty("leuko.distribution"));
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(10, TimeUnit.MINUTES)).as("%s ends", words).isTrue();
    } finally {
      process.destroy(); // its trap removes what it started
    }
    String said = Files.readString(output, UTF_8);
    assertThat(process.exitValue()).as("%s: %s", words, said).isZero();
    return said;
  }

  @Test
  void imagesAreSmallAndSayWhatTheyAre() throws Exception {
    for (String name : List.of("leuko", "leuko-host", "setup")) {
      JsonNode image =
          new ObjectMapper()
              .readTree(run("docker", "image", "inspect", "leuko/" + name + ":0.1.0"))
              .path(0);
      JsonNode config = image.path("Config");
      assertThat(image.path("Size").asLong()).as(name).isLessThan(MOST_BYTES);
      assertThat(config.at("/Labels/org.opencontainers.image.title").asText())
          .isEqualTo("leuko/" + name);
      assertThat(config.at("/Labels/org.opencontainers.image.version").asText()).isEqualTo("0.1.0");
      assertThat(config.at("/Labels/org.opencontainers.image.revision").asText())
          .matches("[0-9a-f]{40}|unknown");
      assertThat(config.at("/Labels/org.opencontainers.image.licenses").asText())
          .startsWith("Apache-2.0");
      if (!name.equals("setup")) {
        assertThat(config.at("/Healthcheck/Test/1").asText()).isEqualTo("leuko-health");
        assertThat(config.path("StopSignal").asText()).isEqualTo("SIGTERM");
      }
      assertThat(config.path("User").asText()).isEqualTo(name.equals("leuko") ? "leuko" : "");
    }
  }

  @Test
  void aShellInAContainerIsAnAlertOverTls() throws Exception {
    assertThat(run("compose/try.sh", "--short"))
        .contains("collector healthy", "alert by leuko tail", "as little as possible")
        .endsWith("well\n");
  }
}
