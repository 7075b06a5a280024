package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class LogsTest {
  @TempDir Path folder;

  @Test
  void fileTakesOurWordsAndOthersWarnings() throws Exception {
    Path log = folder.resolve("leuko.log");

    Process process = run(log.toString());

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(log))
        .contains("ours", "theirs, a warning")
        .doesNotContain("chatter");
    assertThat(Files.readString(folder.resolve("stderr"))).isEmpty();
  }

  @Test
  void withoutAFileWarningsGoToStderr() throws Exception {
    Process process = run();

    assertThat(process.waitFor()).isZero();
    assertThat(Files.readString(folder.resolve("stderr")))
        .contains("ours", "theirs, a warning")
        .doesNotContain("chatter");
  }

  /** A JVM of its own: logging is set up once in each, and this one's is the tests'. */
  private Process run(String... arguments) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dlogback.configurationFile=logback.xml",
            "--class-path",
            System.getProperty("java.class.path"),
            Talker.class.getName());
    builder.command().addAll(List.of(arguments));
    return builder.redirectError(folder.resolve("stderr").toFile()).start();
  }

  static final class Talker {
    private Talker() {}

    public static void main(String[] arguments) {
      for (String file : arguments) {
        Logs.toFile(Path.of(file));
      }
      LoggerFactory.getLogger("io.leukocyte.engine.Test").info("ours");
      LoggerFactory.getLogger("org.apache.kafka.Test").info("chatter");
      LoggerFactory.getLogger("org.apache.kafka.Test").warn("theirs, a warning");
    }
  }
}
