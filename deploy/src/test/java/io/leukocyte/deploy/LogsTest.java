package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class LogsTest {
  private static final String SECRET = "correct-horse-battery-staple";

  @TempDir Path folder;

  @Test
  void fileTakesOurWordsAndOthersWarnings() throws Exception {
    assertThat(run("", Map.of(), "talk", folder.resolve("leuko.log").toString())).isZero();
    assertThat(Files.readString(folder.resolve("leuko.log")))
        .contains("ours", "theirs, a warning")
        .doesNotContain("chatter", "detail");
    assertThat(stderr()).isEmpty();
  }

  @Test
  void withoutAFileWarningsGoToStderr() throws Exception {
    assertThat(run("", Map.of(), "talk")).isZero();
    assertThat(stderr()).contains("ours", "theirs, a warning").doesNotContain("chatter", "detail");
  }

  @Test
  void levelIsSetAndVerboseWins() throws Exception {
    assertThat(run("log.level: warn", Map.of(), "talk")).isZero();
    assertThat(stderr()).contains("theirs, a warning").doesNotContain("ours at");

    assertThat(run("log.level: warn", Map.of(), "talk-verbosely")).isZero();
    assertThat(stderr()).contains("ours at work", "detail");
  }

  @Test
  void ecsIsOneJsonObjectALineWithTheFieldsOfTheSchema() throws Exception {
    assertThat(run("log.format: ecs", Map.of(), "talk")).isZero();
    List<JsonNode> lines = json(stderr());
    assertThat(lines).hasSize(3);
    assertThat(lines.getFirst().path("message").asText()).isEqualTo("ours at work");
    assertThat(lines.getFirst().path("log.level").asText()).isEqualTo("INFO");
    assertThat(lines.getFirst().path("service.name").asText()).isEqualTo("leuko-test");
    assertThat(lines.getFirst().path("log.logger").asText()).startsWith("io.leukocyte");
    assertThat(lines.getFirst().path("@timestamp").asText()).endsWith("Z");
    assertThat(lines.getFirst().path("ecs.version").asText()).isNotEmpty();
    assertThat(lines.getLast().path("error.message").asText()).isEqualTo("it broke");
    assertThat(lines.getLast().path("error.type").asText()).contains("IllegalStateException");
    assertThat(lines.getLast().path("error.stack_trace").asText()).contains("\tat ");
  }

  @Test
  void noSecretSettingIsEverWrittenInEitherForm() throws Exception {
    Map<String, String> environment = new HashMap<>();
    for (Key<?> key : DeploySettings.allKeys()) {
      if (key.secret()) {
        environment.put(
            key.variable(),
            key.type().name().startsWith("map") ? "ops=https://hooks.example/" + SECRET : SECRET);
      }
    }
    assertThat(environment).hasSizeGreaterThanOrEqualTo(4);
    environment.put("LEUKO_KAFKA_SECURITY", "sasl-ssl");
    environment.put("LEUKO_KAFKA_USER", "leuko");
    environment.put("LEUKO_KAFKA_PROPERTIES", "sasl.jaas.config=x password=" + SECRET);
    for (String format : List.of("text", "ecs")) {
      assertThat(run("log.format: " + format, environment, "blab")).isZero();
      assertThat(stderr())
          .contains("kafka.password = ***", "notify.webhooks = ***", "linger")
          .contains("Cannot log in", "***")
          .doesNotContain(SECRET, "hunter2hunter2", "AKIAIOSFODNN7EXAMPLE");
    }
  }

  @Test
  void aMessageIsWrittenSoManyTimesAMinuteAndTheRestAreCounted() throws Exception {
    assertThat(run("log.lines-per-minute: 5", Map.of(), "flood")).isZero();
    assertThat(stderr().lines().filter(line -> line.contains("the same"))).hasSize(6);
    assertThat(stderr()).contains("suppressed 9995 times within a minute: the same {}");
    assertThat(stderr().lines().filter(line -> line.contains("another"))).hasSize(20);
  }

  private String stderr() throws IOException {
    return Files.readString(folder.resolve("stderr"));
  }

  private static List<JsonNode> json(String text) {
    ObjectMapper mapper = new ObjectMapper();
    return text.lines()
        .map(line -> {
          try {
            return mapper.readTree(line);
          } catch (IOException e) {
            throw new AssertionError("Not JSON: " + line, e);
          }
        })
        .toList();
  }

  /** A JVM of its own: logging is set up once in each, and this one's is the tests'. */
  private int run(String settings, Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dlogback.configurationFile=logback.xml",
            "--class-path",
            System.getProperty("java.class.path"),
            Talker.class.getName(),
            settings);
    builder.command().addAll(List.of(arguments));
    builder.environment().putAll(environment);
    return builder.redirectError(folder.resolve("stderr").toFile()).start().waitFor();
  }

  /** What the child does: settings, what to do, and perhaps the log's file. */
  static final class Talker {
    private Talker() {}

    public static void main(String[] arguments) {
      Map<String, String> environment = new HashMap<>(System.getenv());
      environment
          .keySet()
          .removeIf(name -> !name.startsWith("LEUKO_") || name.equals("LEUKO_DATA"));
      Config config = Config.parse("test", arguments[0], environment, DeploySettings.allKeys());
      if (arguments[1].equals("talk-verbosely")) {
        Logs.verbose();
      }
      Logs.configure(config);
      Logs.service("Test");
      if (arguments.length > 2) {
        Logs.toFile(Path.of(arguments[2]));
      }
      switch (arguments[1]) {
        case "flood" -> flood();
        case "blab" -> blab(config);
        default -> talk();
      }
    }

    private static void talk() {
      Logger ours = LoggerFactory.getLogger("io.leukocyte.engine.Test");
      Logger theirs = LoggerFactory.getLogger("org.apache.kafka.Test");
      ours.info("ours at work");
      ours.debug("detail");
      theirs.info("chatter");
      theirs.warn("theirs, a warning");
      ours.error("ours, an error", new IllegalStateException("it broke"));
    }

    private static void flood() {
      Logger log = LoggerFactory.getLogger("io.leukocyte.engine.Test");
      for (int i = 0; i < 10_000; i++) {
        log.warn("the same {}", i);
      }
      for (int i = 0; i < 20; i++) {
        log.info("{}", "another " + i);
      }
    }

    private static void blab(Config config) {
      Logger log = LoggerFactory.getLogger("io.leukocyte.engine.Test");
      config.effective().forEach(line -> log.info("{}", line));
      log.info("kafka.properties linger");
      Exception cause = new IllegalStateException("401 for Authorization: Bearer hunter2hunter2");
      cause.addSuppressed(new IllegalStateException("https://ann:" + SECRET + "@host/"));
      log.error(
          "Cannot log in with {} password=hunter2hunter2",
          SECRET,
          new IllegalStateException("bad key " + SECRET + " AKIAIOSFODNN7EXAMPLE", cause));
      for (Key<?> key : DeploySettings.allKeys()) {
        log.warn("{} {}", key.name(), config.get(key));
      }
    }
  }
}
