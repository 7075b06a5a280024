package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Connections to a container that is recycled end before it is stopped. */
class DrainTest {
  private static final int MOST_POINTS = 150;

  @TempDir Path folder;
  private final InMemoryEngine docker = new InMemoryEngine();
  private final InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
  private final InMemoryFrontDoor door = new InMemoryFrontDoor(docker);
  private final MutableClock clock = new MutableClock();
  private final List<String> atStop = new ArrayList<>();
  private ContainerId web;

  /** Ends the responder; nothing catches it. */
  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;
  }

  /** Counts points of an action, and dies at one. */
  private static final class Points {
    private int left;
    private boolean reached;

    Points(int at) {
      left = at;
    }

    void pass() {
      if (left-- == 0) {
        reached = true;
        throw new Crash();
      }
    }
  }

  @BeforeEach
  void run() {
    docker.createNetwork("front");
    web = docker.run(ContainerSpec.of("web", "leuko/test-web:1").network("front", "www"));
  }

  private static String policy(String drain, String more) {
    return "- policy: p\n  match: {rules: [\"%s\"]}\n  actions: [{recycle: {%s%s}}]\n"
            .formatted(TestAlerts.SHELL, "settle: 0s, within: 1s, drain: " + drain, more)
        + "  guard: {mode: enforce}\n";
  }

  /** A responder that looks what is refused when a container is stopped. */
  private Ward ward(Path own) {
    Engine looking = FailingEngine.wrap(docker, "stop", () -> atStop.add(state()));
    return ward(own, looking, door, () -> {});
  }

  private String state() {
    return refuses(web) ? "refusing" : "admitting";
  }

  private Ward ward(Path own, Engine engine, FrontDoor behind, Runnable appended) {
    Host host =
        new Host(engine, filter, new InMemoryEgressLimit(), (address, port) -> true, behind)
            .with(new InMemoryProcesses());
    return new Ward(own, docker, filter, clock, host, appended, Ward.shielded());
  }

  private boolean refuses(ContainerId container) {
    return docker
        .inspect(container)
        .filter(Host::runs)
        .filter(facts -> door.refuses(ContainerProcess.of(facts)))
        .isPresent();
  }

  private static String applied(Ward ward) {
    return ward.steps().stream()
        .filter(a -> a.type().equals("recycle") && a.step() == Action.Step.APPLIED)
        .map(a -> ((Outcome.Done) a.outcome()).detail())
        .reduce((a, b) -> b)
        .orElse("not applied");
  }

  private boolean isRecycled() {
    return docker
        .resolve("web")
        .flatMap(docker::inspect)
        .filter(facts -> !facts.container().id().equals(web) && Host.runs(facts))
        .isPresent();
  }

  @Test
  void itIsStoppedAsSoonAsTheLastConnectionEnded() {
    door.connections(3);
    door.endConnections();
    try (Ward ward = ward(folder).policies(policy("30s", ""))) {
      long begin = System.nanoTime();
      ward.shell(web);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
      assertThat(applied(ward))
          .matches(
              "by the fresh container [0-9a-f]{12} from the same image: drained for \\d+ms: 3"
                  + " connections were open at first, 0 in the end; started, the old one is kept"
                  + " as web.leuko-kept-[0-9a-f]{12}");
      assertThat(atStop).containsExactly("refusing");
      assertThat(isRecycled()).isTrue();
      assertThat(refuses(docker.resolve("web").orElseThrow())).isFalse();
    }
  }

  @Test
  void itIsStoppedWhenItsTimeIsOverWithConnectionsThatStay() {
    door.connections(2);
    try (Ward ward = ward(folder).policies(policy("300ms", ""))) {
      long begin = System.nanoTime();
      ward.shell(web);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(300));
      assertThat(applied(ward)).contains(": 2 connections were open at first, 2 in the end; start");
      assertThat(atStop).containsExactly("refusing");
      assertThat(isRecycled()).isTrue();
    }
  }

  @Test
  void unlessItIsSaidNothingIsRefusedAndNothingWaitedFor() {
    door.connections(2);
    try (Ward ward = ward(folder).policies(policy("1s", "").replace(", drain: 1s", ""))) {
      ward.shell(web);
      assertThat(applied(ward)).doesNotContain("drained");
      assertThat(atStop).containsExactly("admitting");
      assertThat(isRecycled()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "none", "container", "paused", "quarantined"})
  void whereItCannotBeDoneTheJournalSaysSoAndTheRecycleGoesOn(String how) {
    ContainerSpec spec = ContainerSpec.of("other", "leuko/test-web:1");
    ContainerId other =
        docker.run(
            switch (how) {
              case "host", "none" -> spec.networkMode(how);
              case "container" -> spec.networkMode("container:" + web.value());
              default -> spec.network("front");
            });
    String reason =
        switch (how) {
          case "host" -> "it has the host's network";
          case "none" -> "it has no network";
          case "container" -> "it has the network of another container";
          case "paused" -> "it is paused";
          default -> "a quarantine cuts it off";
        };
    if (how.equals("paused")) {
      docker.pause(other);
    }
    if (how.equals("quarantined")) {
      filter.close(ContainerProcess.of(docker.inspect(other).orElseThrow()), Scope.ALL);
    }
    door.connections(2);
    door.onCount(() -> atStop.add("counted"));
    try (Ward ward = ward(folder).policies(policy("30s", ""))) {
      ward.shell(other);
      assertThat(applied(ward)).contains(": not drained: " + reason + "; started, ");
      assertThat(atStop).containsExactly("admitting");
    }
  }

  @Test
  void whatElseIsToBeDoneToItDoesNotWaitForTheConnections() {
    door.connections(2);
    String quarantine =
        "- policy: q\n  match: {rules: [bomb]}\n  actions: [quarantine: {}]\n"
            + "  guard: {mode: enforce}\n";
    try (Ward ward = ward(folder).policies(policy("60s", "") + quarantine)) {
      List<Alert> once =
          new ArrayList<>(
              List.of(
                  TestAlerts.alert(
                      TestAlerts.HOST,
                      "bomb",
                      Priority.WARNING,
                      TestAlerts.ref(web, "web"),
                      Map.of(),
                      clock.nanos())));
      door.onCount(() -> {
        if (!once.isEmpty()) {
          ward.alert(once.removeFirst());
        }
      });
      long begin = System.nanoTime();
      ward.shell(web);
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
      assertThat(applied(ward)).contains("2 in the end, as something else is to be done to it;");
      assertThat(ward.journalled()).containsExactly("recycle verified", "quarantine verified");
    }
  }

  /** What the same policy does next is no hurry. */
  @Test
  void whatFollowsInTheSamePolicyWaitsForTheConnections() {
    door.connections(2);
    door.endConnections();
    try (Ward ward =
        ward(folder).policies(policy("60s", "").replace("}]\n", "}, {block-image: {}}]\n"))) {
      ward.shell(web);
      assertThat(applied(ward)).contains("0 in the end; started");
      assertThat(ward.journalled()).containsExactly("recycle verified", "block-image verified");
    }
  }

  @Test
  void whenTheResponderEndsMeanwhileConnectionsAreTakenAgainAndTheNextOneGoesOn() {
    door.connections(2);
    door.onCount(() -> Thread.currentThread().interrupt());
    Ward ward = ward(folder).policies(policy("60s", ""));
    ward.shell(web);
    assertThat(Thread.interrupted()).isTrue();
    ward.close();
    assertThat(refuses(web)).isFalse();
    assertThat(docker.changes()).noneMatch(c -> c.startsWith("stop"));

    door.onCount(() -> {});
    door.endConnections();
    try (Ward next = recovered(folder)) {
      assertThat(applied(next)).contains("drained for ");
      assertThat(atStop).containsExactly("refusing");
      assertThat(isRecycled()).isTrue();
    }
  }

  @Test
  void whileTheEngineIsAwayConnectionsAreTaken() {
    List<Boolean> away = new ArrayList<>(List.of(true));
    Engine engine =
        FailingEngine.wrap(
            docker,
            "stop",
            () -> {
              atStop.add(state());
              if (!away.isEmpty()) {
                throw new EngineException.Unavailable("nobody listens", null);
              }
            });
    try (Ward ward = ward(folder, engine, door, () -> {}).policies(policy("30s", ""))) {
      ward.shell(web);
      assertThat(ward.journalled()).containsExactly("recycle waiting");
      assertThat(atStop).isNotEmpty().containsOnly("refusing");
      assertThat(refuses(web)).isFalse();
      away.clear();
      clock.advance(Duration.ofSeconds(2));
      ward.tick();
      assertThat(ward.journalled()).containsExactly("recycle verified");
      assertThat(isRecycled()).isTrue();
    }
  }

  @Test
  void withALostJournalAReleaseFindsWhatRefusesConnections() {
    door.refuse(ContainerProcess.of(docker.inspect(web).orElseThrow()));
    try (Ward ward = ward(folder)) {
      assertThat(ward.desk.release("web", "alice"))
          .singleElement()
          .satisfies(r -> {
            assertThat(r.released()).isTrue();
            assertThat(r.type()).isEqualTo("recycle");
            assertThat(r.detail()).contains("that the journal did not know");
          });
      assertThat(refuses(web)).isFalse();
    }
  }

  private Ward recovered(Path own) {
    Ward next = ward(own);
    next.evidence.recover();
    Recovery.run(
        next.journal,
        next.guards,
        next.interventions,
        next.snapshots,
        next.notifier,
        next.sequels,
        clock);
    return next;
  }

  private Ward dying(Path own, Points points) {
    FrontDoor dying =
        (FrontDoor)
            Proxy.newProxyInstance(
                FrontDoor.class.getClassLoader(),
                new Class<?>[] {FrontDoor.class},
                (proxy, method, arguments) -> {
                  points.pass();
                  try {
                    Object result = method.invoke(door, arguments);
                    points.pass();
                    return result;
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    return ward(own, FailingEngine.wrapBoth(docker, c -> points.pass()), dying, points::pass);
  }

  private static void act(Ward ward, Alert alert) {
    try {
      ward.policies(policy("20s", ", for: 15m")).alert(alert);
      ward.close();
    } catch (Crash crash) {
      // what is on the disk and on the host is all there is
    }
  }

  /** The same host anew, with a connection that ends. */
  private DrainTest anew(String name) throws IOException {
    DrainTest scene = new DrainTest();
    scene.folder = Files.createDirectory(folder.resolve(name));
    scene.run();
    scene.door.connections(1);
    scene.door.endConnections();
    return scene;
  }

  @Test
  void aCrashAtAnyPointIsFinishedAfterwardsAndNothingIsLeft() throws IOException {
    int refusing = 0;
    int point = 0;
    for (boolean reached = true; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      DrainTest scene = anew("p" + point);
      Alert alert = TestAlerts.shell(scene.web, scene.clock.nanos());
      Points points = new Points(point);
      act(scene.dying(scene.folder, points), alert);
      reached = points.reached;
      refusing += scene.refuses(scene.web) ? 1 : 0;

      try (Ward next = scene.recovered(scene.folder)) {
        next.policies(policy("20s", ", for: 15m")).alert(alert); // it is read again
        assertThat(scene.isRecycled()).as("point %d", point).isTrue();
        assertThat(scene.docker.list()).as("point %d", point).hasSize(2);
        assertThat(next.desk.actions()).hasSize(1);
        scene.clock.advance(Duration.ofMinutes(15));
        next.tick();
        assertThat(scene.docker.resolve("web")).isEqualTo(Optional.of(scene.web));
        assertThat(scene.refuses(scene.web)).as("point %d, undone", point).isFalse();
        assertThat(next.desk.actions()).isEmpty();
      }
    }
    assertThat(refusing).as("points at which it was left refusing").isGreaterThan(5);
  }

  @Test
  void whatIsFoundHalfDoneTooLateIsRolledBackAndTakesConnections() throws IOException {
    int refusing = 0;
    for (int point = 0, last = MOST_POINTS; point < last; point++) {
      DrainTest scene = anew("l" + point);
      Points points = new Points(point);
      act(scene.dying(scene.folder, points), TestAlerts.shell(scene.web, scene.clock.nanos()));
      last = points.reached ? last : 0;
      boolean left = scene.refuses(scene.web);
      refusing += left ? 1 : 0;
      scene.clock.advance(Duration.ofMinutes(6));
      try (Ward next = scene.recovered(scene.folder)) {
        assertThat(scene.refuses(scene.web)).as("point %d", point).isFalse();
        if (left) {
          assertThat(scene.docker.resolve("web")).isEqualTo(Optional.of(scene.web));
          assertThat(scene.docker.inspect(scene.web).orElseThrow().state()).isEqualTo("running");
          assertThat(scene.docker.list()).as("point %d", point).hasSize(1);
          assertThat(next.desk.actions()).isEmpty();
        }
      }
    }
    assertThat(refusing).as("points at which it was left refusing").isGreaterThan(5);
  }
}
