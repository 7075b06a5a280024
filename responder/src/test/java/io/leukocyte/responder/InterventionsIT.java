package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pause, stop and kill on the real engine, taken back by release and by themselves. */
class InterventionsIT {
  private static final Duration WAIT = Duration.ofSeconds(40);

  @TempDir Path folder;
  private final Docker docker = new Docker("responder-act-");

  @AfterEach
  void remove() {
    docker.close();
  }

  private String state(String container) {
    return docker.inspect(container, "{{.State.Status}}");
  }

  private void doAndRelease(String actions, String state) throws Exception {
    String web = docker.run("web", "--network", "none");
    try (LiveResponder live = new LiveResponder(folder, actions)) {
      live.shellIn(docker.id(web));
      live.awaitInForce(1);
      assertThat(state(web)).isEqualTo(state);
      assertThat(live.responder.orders().release(web, "alice")).allMatch(Released::released);
      assertThat(state(web)).isEqualTo("running");
      assertThat(live.responder.orders().actions()).isEmpty();
    }
  }

  @Test
  void pauseFreezesUntilTheRelease() throws Exception {
    doAndRelease("[pause: {for: 10m}]", "paused");
  }

  @Test
  void stopEndsUntilTheRelease() throws Exception {
    doAndRelease("[stop: {grace: 1s}]", "exited");
  }

  @Test
  void killEndsAndStartsAgainByItselfWhereATimeIsGiven() throws Exception {
    String web = docker.run("web", "--network", "none");
    try (LiveResponder live = new LiveResponder(folder, "[kill: {signal: KILL, for: 2s}]")) {
      live.shellIn(docker.id(web));
      await().atMost(WAIT).until(() -> state(web).equals("exited"));
      assertThat(docker.inspect(web, "{{.State.ExitCode}}")).isEqualTo("137");
      await().atMost(WAIT).until(() -> state(web).equals("running"));
    }
  }

  @Test
  void whatIsInForceIsReleasedWithoutAResponder() throws Exception {
    String web = docker.run("web", "--network", "none");
    Path data;
    try (LiveResponder live = new LiveResponder(folder, "[pause: {}, quarantine: {}]")) {
      data = live.data();
      live.shellIn(docker.id(web));
      live.awaitInForce(2);
    }
    assertThat(state(web)).isEqualTo("paused");
    assertThat(docker.ruleset(web)).contains("leuko_quarantine");
    try (Engine engine = new DockerEngine(EngineOptions.of(EngineOptions.DEFAULT_HOST));
        ResponderControl control = ResponderControl.open(data, TestAlerts.HOST, engine)) {
      assertThat(control.actions()).hasSize(2);
      assertThat(control.release(web, "alice")).hasSize(2).allMatch(Released::released);
    }
    assertThat(state(web)).isEqualTo("running");
    assertThat(docker.ruleset(web)).doesNotContain("leuko_quarantine");
  }

  @Test
  void aHostWithoutAJournalIsStillReleased() throws Exception {
    String web = docker.run("web", "--network", "none");
    try (LiveResponder live = new LiveResponder(folder, "[quarantine: {}]")) {
      live.shellIn(docker.id(web));
      live.awaitInForce(1);
    }
    try (Engine engine = new DockerEngine(EngineOptions.of(EngineOptions.DEFAULT_HOST));
        ResponderControl control =
            ResponderControl.open(folder.resolve("fresh"), TestAlerts.HOST, engine)) {
      assertThat(control.actions()).isEmpty();
      assertThat(control.release(web, "alice"))
          .singleElement()
          .satisfies(r -> assertThat(r.detail()).contains("the journal did not know"));
    }
    assertThat(docker.ruleset(web)).doesNotContain("leuko_quarantine");
  }
}
