package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The committed object is what the committed source builds. */
class SensorObjectTest {
  private static final String CLANG = "clang version 14.";

  @Test
  void theObjectIsBuiltFromTheSourceBesideIt(@TempDir Path folder) throws Exception {
    String version = output("clang", "--version");
    if (!version.contains(CLANG)) {
      missing("This needs " + CLANG + "x, the one of Debian 12, and found: " + version);
    }
    Path built = folder.resolve("sensor.bpf.o");

    String said = output("sh", "src/main/bpf/build.sh", built.toString());

    assertThat(built).as(said).exists();
    assertThat(Files.readAllBytes(built))
        .as("sensor.bpf.o is not what the source builds: run src/main/bpf/build.sh, commit both")
        .isEqualTo(BpfObject.image());
  }

  private static void missing(String reason) {
    if ("true".equals(System.getenv("CI"))) {
      fail(reason);
    }
    abort(reason);
  }

  private static String output(String... command) throws InterruptedException {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      process.waitFor();
      return output;
    } catch (IOException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
