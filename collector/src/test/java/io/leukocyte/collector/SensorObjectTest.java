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

/** The committed objects are what the committed source builds. */
class SensorObjectTest {
  private static final String CLANG = "clang version 14.";

  @Test
  void theObjectsAreBuiltFromTheSourceBesideThem(@TempDir Path folder) throws Exception {
    String version = output("clang", "--version");
    if (!version.contains(CLANG)) {
      missing("This needs " + CLANG + "x, the one of Debian 12, and found: " + version);
    }

    String said = output("sh", "src/main/bpf/build.sh", folder.toString());

    for (String form : BpfObject.FORMS) {
      Path built = folder.resolve(form);
      assertThat(built).as(said).exists();
      assertThat(Files.readAllBytes(built))
          .as(form + " is not what the source builds: run src/main/bpf/build.sh, commit all")
          .isEqualTo(BpfObject.image(form));
    }
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
