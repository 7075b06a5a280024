package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An image of its own is blocked on the real engine; what starts of it is stopped, for good. */
class BlockImageIT {
  private static final String IMAGE = "leuko/blocked-it:1";
  private static final Duration WAIT = Duration.ofSeconds(15);

  @TempDir Path folder;
  private final Docker docker = new Docker("responder-block-");

  /** Another image of the same files: it has an id of its own. */
  @BeforeAll
  static void makeImage() {
    try (Docker docker = new Docker("responder-block-")) {
      String from = docker.sleeping("from", "--network", "none");
      Docker.docker("commit", "--change", "CMD [\"sleep\", \"600\"]", from, IMAGE);
    }
  }

  @AfterAll
  static void removeImage() {
    Docker.docker("rmi", "-f", IMAGE);
  }

  @AfterEach
  void remove() {
    docker.close();
  }

  private String run(String name, String... options) {
    return docker.runImage(name, IMAGE, options);
  }

  private String state(String container) {
    return docker.inspect(container, "{{.State.Status}}");
  }

  private void awaitStopped(String container) {
    await()
        .atMost(WAIT)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> state(container).equals("exited"));
  }

  private Duration ran(String container) {
    Instant started = Instant.parse(docker.inspect(container, "{{.State.StartedAt}}"));
    Instant finished = Instant.parse(docker.inspect(container, "{{.State.FinishedAt}}"));
    return Duration.between(started, finished);
  }

  @Test
  void whatStartsIsStoppedWithinASecondAndTheEngineDoesNotStartItAgain() throws Exception {
    String web = run("web", "--network", "none");
    String other = docker.sleeping("other", "--network", "none");
    ContainerId id = docker.id(web);
    try (LiveResponder live = new LiveResponder(folder, "[block-image: {}]")) {
      live.shellIn(id);
      live.awaitInForce(1);
      String next = run("next", "--network", "none");
      awaitStopped(next);
      assertThat(ran(next)).isLessThan(Duration.ofSeconds(1));
      String always = run("always", "--network", "none", "--restart", "always");
      awaitStopped(always);
      assertThat(ran(always)).isLessThan(Duration.ofSeconds(1));
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(3))
          .until(() ->
              state(always).equals("exited")
                  && docker.inspect(always, "{{.RestartCount}}").equals("0"));
      assertThat(docker.inspect(always, "{{.HostConfig.RestartPolicy.Name}}")).isEqualTo("always");
      Docker.docker("start", next);
      awaitStopped(next);
      assertThat(state(web)).isEqualTo("running");
      assertThat(state(other)).isEqualTo("running");
      assertThat(live.journalled("its image " + IMAGE + " is blocked by test")).isPositive();

      assertThat(live.responder.orders().unblock(IMAGE, "alice", "rebuilt").done()).isTrue();
      assertThat(live.responder.orders().blocked()).isEmpty();
      assertThat(state(next)).as("left stopped").isEqualTo("exited");
      assertThat(live.responder.orders().release(always, "alice")).allMatch(Released::released);
      Docker.docker("start", next);
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(3))
          .until(() -> state(next).equals("running") && state(always).equals("running"));
    }
  }

  @Test
  void whatLoopsAlreadyIsStoppedForGood() throws Exception {
    String loop =
        docker.run(
            "loop",
            List.of("--network", "none", "--restart", "always"),
            List.of(IMAGE, "sh", "-c", "sleep 0.2; exit 1"));
    await()
        .atMost(WAIT)
        .until(() -> Integer.parseInt(docker.inspect(loop, "{{.RestartCount}}")) > 1);
    try (LiveResponder live = new LiveResponder(folder, "[block-image: {}]")) {
      live.responder
          .orders()
          .block(IMAGE, BlockedImage.Running.LEAVE, Optional.empty(), "alice", "loops");
      awaitStopped(loop);
      String count = docker.inspect(loop, "{{.RestartCount}}");
      await()
          .during(Duration.ofSeconds(2))
          .atMost(Duration.ofSeconds(4))
          .until(() ->
              state(loop).equals("exited")
                  && docker.inspect(loop, "{{.RestartCount}}").equals(count));
    }
  }

  @Test
  void whatRunsIsHandledAndTheListSurvivesARestart() throws Exception {
    String web = run("web", "--network", "none");
    String second = run("second", "--network", "none");
    try (LiveResponder live =
        new LiveResponder(folder, "[block-image: {running: pause, for: 10m}]")) {
      live.shellIn(docker.id(web));
      await().atMost(WAIT).until(() -> state(web).equals("paused"));
      await().atMost(WAIT).until(() -> state(second).equals("paused"));
      live.awaitInForce(3);
    }
    String missed = run("missed", "--network", "none");
    try (LiveResponder live =
        new LiveResponder(folder, "[block-image: {running: pause, for: 10m}]")) {
      awaitStopped(missed);
      assertThat(live.responder.orders().blocked())
          .singleElement()
          .satisfies(b -> assertThat(b.image()).isEqualTo(IMAGE));
      assertThat(live.releaseOwn()).allMatch(Released::released);
      assertThat(live.responder.orders().blocked()).isEmpty();
      assertThat(state(web)).isEqualTo("running");
    }
  }
}
