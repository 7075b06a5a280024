package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the build lets the JVM write down of a start, in an installed copy of the project: {@code
 * bin/leuko} starts roles from it, and as ever where it does not fit.
 */
class StartCacheIT {
  /** The JVM ends when it cannot use the cache. */
  private static final String OR_FAIL = "-XX:AOTMode=on";

  @TempDir Path home;
  private final Path project = Path.of("..").toAbsolutePath().normalize();
  private final Path built = Path.of(System.getProperty("leuko.distribution"));
  private Path distribution;

  /** What a command said. */
  private record Answer(int exitCode, String out, String err) {}

  @BeforeEach
  void install() throws IOException {
    Files.createDirectories(home.resolve("bin/lib"));
    for (String folder : List.of("bin", "bin/lib")) {
      try (Stream<Path> files = Files.list(project.resolve(folder))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Files.copy(file, home.resolve(folder).resolve(file.getFileName()));
        }
      }
    }
    distribution = Files.createDirectories(home.resolve("deploy/target/leuko"));
    Files.createSymbolicLink(distribution.resolve("lib"), built.resolve("lib"));
    Files.createSymbolicLink(distribution.resolve("jvm"), built.resolve("jvm"));
  }

  private Answer run(String options, String... command) throws IOException, InterruptedException {
    Path out = home.resolve("out");
    Path err = home.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("LEUKO_JAVA_OPTS", options);
    Process process = builder.start();
    assertThat(process.waitFor(3, TimeUnit.MINUTES)).isTrue();
    return new Answer(
        process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
  }

  private Answer help(String options, String role) throws IOException, InterruptedException {
    return run(options, home.resolve("bin/leuko").toString(), role, "--help");
  }

  /** What bin/test has made; where the tests run without it, the same script makes it here. */
  private void giveCaches() throws IOException, InterruptedException {
    if (areOfTheseJars(built.resolve("aot"))) {
      Files.createSymbolicLink(distribution.resolve("aot"), built.resolve("aot"));
      return;
    }
    Answer made =
        run(
            "",
            "bash",
            "-euc",
            ". \"$0/bin/lib/common.sh\"; . \"$0/bin/lib/build.sh\"; remember_starts",
            home.toString());
    assertThat(made).isEqualTo(new Answer(0, "", ""));
  }

  private boolean areOfTheseJars(Path caches) throws IOException {
    Path last = caches.resolve("server");
    if (Files.notExists(last)) {
      return false;
    }
    FileTime made = Files.getLastModifiedTime(last);
    try (DirectoryStream<Path> jars = Files.newDirectoryStream(built.resolve("lib"))) {
      for (Path jar : jars) {
        if (Files.getLastModifiedTime(jar).compareTo(made) > 0) {
          return false;
        }
      }
      return true;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"collect", "respond", "up"})
  void rolesStartFromWhatTheBuildWroteDown(String role) throws Exception {
    giveCaches();
    assertStarts(help(OR_FAIL, role), role);
  }

  @Test
  void whatDoesNotFitIsPassedOverWithoutAWord() throws Exception {
    Files.createDirectories(distribution.resolve("aot"));
    for (String part : List.of("collect", "server")) {
      Files.writeString(distribution.resolve("aot").resolve(part), "of another JVM");
    }
    assertStarts(help("", "respond"), "respond");
    assertThat(help(OR_FAIL, "respond").exitCode()).as("it was tried").isNotZero();
  }

  @Test
  void withoutACacheEverythingStarts() throws Exception {
    assertStarts(help("", "collect"), "collect");
  }

  private static void assertStarts(Answer answer, String role) {
    assertThat(answer.err()).isEmpty();
    assertThat(answer.out()).contains("Usage: leuko " + role);
    assertThat(answer.exitCode()).isZero();
  }
}
