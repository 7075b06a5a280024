package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of this host as another user, and containers of the real engine. */
class RunIT {
  @TempDir Path folder;
  private final Docker docker = new Docker("responder-run-");

  @AfterEach
  void remove() {
    docker.close();
  }

  private LiveResponder responder(String programs) throws IOException {
    Path file = Files.writeString(folder.resolve("run.yaml"), programs);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    return new LiveResponder(
        folder, "[run: {program: page}]", "responder.run-file: " + file + "\n");
  }

  private ContainerId web() {
    return docker.id(docker.sleeping("web", "--network", "none"));
  }

  private String kept(LiveResponder live) throws IOException {
    try (Stream<Path> files = Files.walk(live.data().resolve("evidence"))) {
      Path file = files.filter(f -> f.endsWith("run-page.txt")).findFirst().orElseThrow();
      return Files.readString(file);
    }
  }

  private static List<String> leftOver() {
    return Docker.docker("ps", "-a", "--filter", "label=leuko.run", "--format", "{{.Names}}")
        .lines()
        .toList();
  }

  @Test
  void aProgramRunsAsTheUserThatIsSaidWithNothingElse() throws Exception {
    try (LiveResponder live =
        responder(
            "- {run: page, user: nobody, directory: /tmp, command: [/bin/sh, -c,"
                + " 'id; pwd; grep -E \"^(CapEff|CapBnd|NoNewPrivs)\" /proc/self/status; wc -c']}")) {
      live.shellIn(web());
      live.awaitJournal("page ran; what it did is not taken back");
      assertThat(kept(live))
          .contains("uid=65534(nobody)", "/tmp\n", "NoNewPrivs:\t1")
          .contains("CapEff:\t0000000000000000", "CapBnd:\t0000000000000000")
          .doesNotContain("0(root)");
      assertThat(live.responder.orders().actions()).isEmpty();
    }
  }

  @Test
  void aContainerReadsTheAlertHasNoNetworkAndIsRemoved() throws Exception {
    try (LiveResponder live =
        responder(
            "- {run: page, image: 'busybox:latest', command: [sh, -c, 'cat /leuko/alert.json;"
                + " echo; ls /sys/class/net; touch /x; cat /proc/self/status']}")) {
      ContainerId web = web();
      live.shellIn(web);
      live.awaitJournal("page ran; what it did is not taken back");
      assertThat(kept(live))
          .contains(web.value(), "lo", "Read-only file system")
          .contains("CapBnd:\t0000000000000000", "NoNewPrivs:\t1")
          .doesNotContain("eth0");
      await().atMost(Duration.ofSeconds(5)).until(() -> leftOver().isEmpty());
    }
  }

  @Test
  void aContainerThatDoesNotEndAndTenMegabytesOfOutputAreBounded() throws Exception {
    try (LiveResponder live =
        responder(
            "- {run: page, image: 'busybox:latest', timeout: 3s, command: [sh, -c,"
                + " 'yes 0123456789 | head -c 10485760; echo end; sleep 100']}")) {
      live.shellIn(web());
      live.awaitJournal("it was ended after its time limit");
      assertThat(kept(live))
          .hasSizeLessThan(2 * BoundedOutput.KEPT + 100)
          .contains("0123456789\n0123456789\n");
      await().atMost(Duration.ofSeconds(5)).until(() -> leftOver().isEmpty());
    }
  }

  @Test
  void anImageThatIsNotHereIsSaid() throws Exception {
    try (LiveResponder live = responder("- {run: page, image: 'leuko/there-is-none:9'}")) {
      live.shellIn(web());
      live.awaitJournal("is not on this host");
      assertThat(leftOver()).isEmpty();
    }
  }
}
