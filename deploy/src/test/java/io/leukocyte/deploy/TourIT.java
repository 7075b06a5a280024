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

/** The README's tour. */
@Tag("alone")
class TourIT {
  @TempDir Path temporary;
  private final Path home = Path.of("..").toAbsolutePath().normalize();
  private Tour tour;

  @BeforeEach
  void readTheTour() throws IOException {
    Environment.requireRootAndEngine();
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    tour =
        new Tour(
            home.resolve("README.md"),
            home,
            temporary.resolve("data"),
            "prepare",
            "up",
            "web",
            "attack",
            "document",
            "isolated",
            "release",
            "clean");
  }

  @AfterEach
  void cleanUp() throws Exception {
    tour.run("docker rm --force web client; docker network rm shop");
  }

  @Test
  void shellInTheWebContainerIsSeenIndexedCutOffAndReleasedAfterARestart() throws Exception {
    tour.take("prepare");
    Process first = tour.up();
    try {
      assertThat(tour.take("web")).contains("hello");
      await().atMost(Tour.SOON).until(() -> tour.run("bin/leuko containers").contains("web"));

      tour.attack();
      tour.awaitOnScreen("Terminal shell in container  web");
      tour.awaitOnScreen("quarantine verified: web");

      await().atMost(Tour.SOON).until(() -> tour.take("document").contains("Terminal shell"));
      assertThat(tour.take("document")).contains("\"kind\" : \"alert\"");
      assertThat(tour.run("bin/leuko report --since 1h --format json"))
          .contains("Terminal shell in container");

      assertThat(tour.take("isolated"))
          .contains("no answer")
          .containsPattern("(?m)^\\S+ +quarantine +web ");
      tour.run("docker restart web");
      await().atMost(Tour.SOON).until(() -> ruleset().contains("leuko_quarantine"));
      assertThat(tour.take("isolated")).contains("no answer");
    } finally {
      tour.end(first);
    }
    assertThat(ruleset()).contains("leuko_quarantine");

    tour.screen().clear();
    Process second = tour.up();
    try {
      assertThat(tour.run("bin/leuko actions")).containsPattern("(?m)^\\S+ +quarantine +web ");
      assertThat(tour.take("release")).contains("hello");
      assertThat(ruleset()).doesNotContain("leuko");
      assertThat(tour.screen()).noneMatch(line -> line.contains("Terminal shell in container"));
    } finally {
      tour.end(second);
    }
  }

  private String ruleset() throws Exception {
    return tour.run("nsenter -t $(docker inspect -f '{{.State.Pid}}' web) -n nft list ruleset");
  }
}
