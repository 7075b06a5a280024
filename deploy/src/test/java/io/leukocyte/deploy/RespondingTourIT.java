package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The tour of {@code docs/responding.md}. */
@Tag("alone")
class RespondingTourIT {
  @TempDir Path temporary;
  private Tour tour;

  /** In a folder that has the project's commands and nothing else. */
  @BeforeEach
  void readTheTour() throws IOException {
    Environment.requireRootAndEngine();
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    Path home = Path.of("..").toAbsolutePath().normalize();
    Path folder = Files.createDirectory(temporary.resolve("folder"));
    Files.createSymbolicLink(folder.resolve("bin"), home.resolve("bin"));
    tour =
        new Tour(
            home.resolve("docs/responding.md"),
            folder,
            temporary.resolve("data"),
            "policy",
            "up",
            "web",
            "attack",
            "look",
            "release",
            "waf",
            "block",
            "stop",
            "clean");
  }

  @AfterEach
  void cleanUp() throws Exception {
    tour.take("clean");
  }

  @Test
  void anAttackIsAnsweredAndAnOperatorLooksReleasesFrontsBlocksAndStops() throws Exception {
    assertThat(tour.take("policy")).contains("2 tests, 0 failed");
    Process up = tour.up();
    try {
      tour.take("web");
      await().atMost(Tour.SOON).until(() -> tour.run("bin/leuko containers").contains("web"));
      tour.attack();
      tour.awaitOnScreen("quarantine verified: web");
      tour.awaitOnScreen("snapshot verified: web");
      tour.awaitOnScreen("notify verified: web");

      await()
          .atMost(Tour.SOON)
          .untilAsserted(() ->
              assertThat(tour.take("look"))
                  .containsPattern("(?m)^\\S+ +quarantine +web ")
                  .contains("Terminal shell in container")
                  .containsPattern("(?m)^\\S+ +\\S+ +web +complete "));
      assertThat(tour.take("release")).contains("quarantine");
      assertThat(tour.run("bin/leuko actions")).doesNotContain("quarantine");

      assertThat(tour.take("waf").lines()).containsSubsequence("200", "403");
      assertThat(tour.take("block").lines()).contains("exited");
      assertThat(tour.run("docker inspect --format '{{.State.Status}}' web").strip())
          .isEqualTo("running");
      assertThat(tour.take("stop")).isNotEmpty();
    } finally {
      tour.end(up);
    }
  }
}
