package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.Answer;
import io.leukocyte.responder.Containment;
import io.leukocyte.responder.Released;
import io.leukocyte.responder.Responder;
import io.leukocyte.responder.ResponderControl;
import io.leukocyte.responder.ResponderSettings;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.CommonClientConfigs;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Containers of Podman under the kernel sensor, the shipped rules, and an operator's orders. */
class PodmanIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String WEB = "podman-it-web";
  private static final String PEER = "podman-it-peer";
  private static final HostId HOST = new HostId("podman-it");
  private static final String NETWORK = "podman-it-net";

  @TempDir private static Path folder = Path.of("");
  private static PodmanService podman;

  @BeforeAll
  static void start() {
    Environment.requireRootAndEngine();
    podman = PodmanService.start();
    podman.docker("network", "create", "--internal", "--subnet", "10.214.7.0/28", NETWORK);
    run(PEER, "sleep", "600");
  }

  @AfterAll
  static void end() {
    if (podman != null) {
      podman.close();
    }
  }

  private static void run(String name, String... program) {
    List<String> command = new ArrayList<>(List.of("run", "-d", "--name", name));
    command.addAll(List.of("--network", NETWORK, "--label", "tier=web", "busybox:latest"));
    command.addAll(List.of(program));
    assertThat(podman.docker(command.toArray(String[]::new))).matches("(?s).*[0-9a-f]{64}");
  }

  private static Engine engine() {
    return new DockerEngine(EngineOptions.of(URI.create("unix://" + podman.socket())));
  }

  /** What Podman told of the container, in its order. */
  private static List<String> actions(Path recording) throws IOException {
    List<String> actions = new ArrayList<>();
    for (String line : Files.readAllLines(recording)) {
      JsonNode event = JSON.readTree(line);
      if (event.path("event").path("provider").asText("").equals("engine")
          && event.path("container").path("name").asText("").equals(WEB)) {
        actions.add(event.path("event").path("action").asText(""));
      }
    }
    return actions;
  }

  @Test
  void whatContainersOfPodmanDoIsSeenWithTheirNamesAndRaisesTheShippedRules() throws Exception {
    Path recording = folder.resolve("podman.ndjson");
    RuleSet rules = RuleSet.load(RuleFile.shipped()).rules();
    try (WatchedHost host = new WatchedHost(folder.resolve("data"), recording, rules, engine())) {
      run(
          WEB,
          "sh",
          "-c",
          "trap 'echo last words; exit 0' TERM; echo first words; while :; do sleep 0.1; done");
      podman.docker("exec", "-t", WEB, "sh", "-c", "true");
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(host.alertsOf(WEB))
                  .extracting(alert -> alert.rule().name())
                  .contains("Terminal shell in container"));
      podman.goAway();
      podman.comeBack();
      podman.docker("kill", "--signal", "WINCH", WEB);
      podman.docker("stop", "--time", "5", WEB);
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(actions(recording))
                  .containsSubsequence("start", "exec_start", "exec_die", "kill", "die"));
      assertThat(Files.readString(recording)).contains("first words").contains("last words");
      Alert shell =
          host.alertsOf(WEB).stream()
              .filter(alert -> alert.rule().name().equals("Terminal shell in container"))
              .findFirst()
              .orElseThrow();
      ContainerRef container = Objects.requireNonNull(shell.container());
      assertThat(container.image()).isEqualTo("busybox");
      assertThat(container.tag()).isEqualTo("latest");
      assertThat(container.digest()).startsWith("sha256:");
    } finally {
      podman.docker("rm", "-f", WEB);
    }
  }

  private static Responder responder(Engine engine) throws IOException {
    Path policies = Files.writeString(folder.resolve("policies.yaml"), "[]");
    Config config =
        Config.parse(
            "test",
            "responder.policies: " + policies + "\nresponder.web.port: 0",
            Map.of(),
            ResponderSettings.KEYS);
    return new Responder(
        ResponderSettings.from(config),
        folder.resolve("responder"),
        HOST,
        Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:9"),
        engine,
        new SimpleMeterRegistry());
  }

  @Test
  void anOperatorsOrdersHoldOnContainersOfPodman() throws IOException {
    run(WEB, "sleep", "600");
    try (Engine engine = engine();
        Responder responder = responder(engine)) {
      responder.start();
      try (ResponderControl control =
          ResponderControl.open(folder.resolve("responder"), HOST, engine)) {
        assertThat(reaches()).isTrue();
        order(control, new Containment.Quarantine(Optional.empty()));
        assertThat(reaches()).isFalse();
        release(control);
        assertThat(reaches()).isTrue();
        order(control, new Containment.Pause(Optional.empty()));
        assertThat(state(engine)).isEqualTo("paused");
        release(control);
        assertThat(state(engine)).isEqualTo("running");
        order(control, new Containment.Kill(Optional.of(Duration.ofHours(1))));
        await().atMost(SOON).until(() -> state(engine).equals("exited"));
        release(control);
        assertThat(state(engine)).isEqualTo("running");
      }
    } finally {
      podman.docker("rm", "-f", WEB);
    }
  }

  private static void order(ResponderControl control, Containment what) {
    Answer answer = control.contain(what, WEB, "alice", "a test");
    assertThat(answer.done()).as(answer.detail()).isTrue();
  }

  private static void release(ResponderControl control) {
    assertThat(control.release(WEB, "alice")).isNotEmpty().allMatch(Released::released);
  }

  private static String state(Engine engine) {
    return engine.resolve(WEB).flatMap(engine::inspect).map(ContainerFacts::state).orElse("");
  }

  /** Whether the other container of the network gets an answer. */
  private static boolean reaches() {
    String address =
        podman.docker(
            "inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", WEB);
    return podman
        .docker("exec", PEER, "ping", "-c", "1", "-W", "1", address)
        .contains("1 packets received");
  }
}
