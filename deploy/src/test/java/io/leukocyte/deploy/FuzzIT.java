package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Jazzer, guided by coverage, over all targets for some seconds. For longer: {@code
 * -Dleuko.fuzz.seconds=600 -Dleuko.fuzz.target=rules}. What it finds goes, without its first byte,
 * to src/test/resources/fuzz/TARGET.
 */
class FuzzIT {
  private static final int SECONDS = Integer.getInteger("leuko.fuzz.seconds", 15);
  private static final int LONGEST = 180;
  private static final String TARGET = System.getProperty("leuko.fuzz.target", "");

  @TempDir Path folder;

  @Test
  void nothingThatTakesBytesFailsInAWayNobodyForesaw() throws Exception {
    Path log = folder.resolve("log");
    int code = fuzz("", TARGET, SECONDS, log);
    String said = Files.readString(log);
    assertThat(code).as(() -> said + found()).isZero();
    assertThat(said).containsPattern("Done \\d+ runs in");
  }

  /**
   * A fault behind four bytes, of which no seed has the first: by chance one input in four billion.
   * It ends when it is found, after seconds where the machine is idle.
   */
  @Test
  void aFaultThatOnlyGuidanceLeadsToIsFound() throws Exception {
    Path log = folder.resolve("log");
    BrokenTarget broken = BrokenTarget.UNEXPECTED_TYPE;
    int code = fuzz(broken.name(), broken.target().name(), LONGEST, log);
    assertThat(code).as(() -> "the end of the fuzzer: " + found()).isNotZero();
    assertThat(Files.readString(log)).contains("A type that nobody expects");
    assertThat(found()).contains("crash-");
  }

  /** Lets Jazzer look for faults, in all targets where none is named; gives its exit code. */
  private int fuzz(String broken, String only, int seconds, Path log) throws Exception {
    Path corpus = Files.createDirectory(folder.resolve("corpus"));
    for (FuzzTarget target : FuzzTarget.values()) {
      if (only.isEmpty() || only.equalsIgnoreCase(target.name())) {
        List<byte[]> seeds = target.seeds();
        for (int i = 0; i < seeds.size(); i++) {
          byte[] seed = seeds.get(i);
          Files.write(
              corpus.resolve(target + "-" + i), only.isEmpty() ? Fuzz.input(target, seed) : seed);
        }
      }
    }
    Process jazzer = start(corpus, log, broken, only, seconds);
    try {
      assertThat(jazzer.waitFor(seconds + 240, TimeUnit.SECONDS)).as("it ends").isTrue();
    } finally {
      jazzer.destroyForcibly();
    }
    return jazzer.exitValue();
  }

  private Process start(Path corpus, Path log, String broken, String only, int seconds)
      throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            "-XX:+EnableDynamicAgentLoading",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-Dleuko.fuzz.target=" + only,
            "-Dleuko.fuzz.broken=" + broken,
            "-Dlogback.configurationFile=logback-test.xml",
            "--class-path",
            System.getProperty("java.class.path"),
            "com.code_intelligence.jazzer.Jazzer",
            "--target_class=" + Fuzz.class.getName(),
            "--instrumentation_includes=io.leukocyte.**",
            "--reproducer_path=" + folder,
            "-artifact_prefix=" + folder + "/",
            "-max_total_time=" + seconds,
            "-timeout=20",
            "-max_len=16384",
            "-rss_limit_mb=0",
            corpus.toString())
        .redirectErrorStream(true)
        .redirectOutput(log.toFile())
        .start();
  }

  /** The inputs at fault, for the report. */
  private String found() {
    StringBuilder text = new StringBuilder();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(FuzzIT::isFinding).toList()) {
        text.append('\n')
            .append(file.getFileName())
            .append(": ")
            .append(Base64.getEncoder().encodeToString(Files.readAllBytes(file)));
      }
    } catch (IOException e) {
      text.append(e);
    }
    return text.toString();
  }

  private static boolean isFinding(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("crash-") || name.startsWith("timeout-") || name.startsWith("oom-");
  }
}
