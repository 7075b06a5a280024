package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The responder dies at every single point of an action: after each entry of the journal, before
 * and after each call to the engine and to the packet filter. Afterwards a new one finds journal
 * and host in agreement, and each action happened once.
 */
class CrashTest {
  private static final int MOST_POINTS = 120;

  @TempDir Path folder;

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

  /** A host with one container, and the responder that dies on it. */
  private record Scene(
      InMemoryEngine docker, InMemoryNetworkFilter filter, MutableClock clock, ContainerId web) {

    static Scene create(boolean netAdmin) {
      InMemoryEngine docker = new InMemoryEngine();
      docker.createNetwork("front");
      ContainerSpec spec = ContainerSpec.of("web", "leuko/test-web:1").network("front", "www");
      List<String> added = netAdmin ? List.of("NET_ADMIN") : List.of();
      ContainerId web =
          docker.run(spec.security(new Security(added, List.of(), List.of(), false, "")));
      return new Scene(docker, new InMemoryNetworkFilter(), new MutableClock(), web);
    }

    Ward dying(Path folder, Points points) {
      Host host =
          Ward.host(
              FailingEngine.wrapBoth(docker, call -> points.pass()),
              new DyingFilter(filter, points));
      return new Ward(folder, docker, filter, clock, host, points::pass, Ward.shielded());
    }

    boolean isHeld(String action) {
      var facts = docker.inspect(web).orElseThrow();
      return switch (action) {
        case "pause" -> facts.state().equals("paused");
        case "stop", "kill" -> facts.state().equals("exited");
        case "throttle" -> docker.settings(web).pids() == 20;
        case "recycle" ->
            facts.state().equals("exited")
                && docker.list().size() == 2
                && docker
                    .resolve("web")
                    .flatMap(docker::inspect)
                    .filter(f -> !f.container().id().equals(web) && Host.runs(f))
                    .isPresent();
        default ->
            docker.attachments(web).isEmpty()
                || (Host.runs(facts) && filter.isClosed(ContainerProcess.of(facts), Scope.ALL));
      };
    }
  }

  private record DyingFilter(NetworkFilter filter, Points points) implements NetworkFilter {
    @Override
    public Optional<String> unusable() {
      return filter.unusable();
    }

    @Override
    public Set<ContainerId> sharers(ContainerProcess process) {
      return filter.sharers(process);
    }

    @Override
    public String close(ContainerProcess process, Scope scope) {
      points.pass();
      String what = filter.close(process, scope);
      points.pass();
      return what;
    }

    @Override
    public boolean isClosed(ContainerProcess process, Scope scope) {
      return filter.isClosed(process, scope);
    }

    @Override
    public boolean isThere(ContainerProcess process) {
      return filter.isThere(process);
    }

    @Override
    public void open(ContainerProcess process) {
      points.pass();
      filter.open(process);
      points.pass();
    }
  }

  private static String policy(String action) {
    String parameters =
        switch (action) {
          case "recycle" -> "settle: 0s, ";
          case "throttle" -> "pids: 20, cpus: 0.5, memory: 64m, egress: 1mbit, ";
          default -> "";
        };
    return "- policy: p\n  match: {tags: [shell]}\n  actions: [{"
        + action
        + ": {"
        + parameters
        + "for: 15m}}]\n  guard: {mode: enforce}\n";
  }

  /** What of a container an action must give back. */
  private static String shape(Scene scene) {
    return scene.docker().attachments(scene.web())
        + " "
        + scene.docker().settings(scene.web())
        + " "
        + scene.docker().list().stream().map(c -> c.name() + " " + c.state()).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quarantine",
        "quarantine by disconnecting",
        "pause",
        "stop",
        "kill",
        "throttle",
        "recycle"
      })
  void aCrashAtAnyPointOfAnActionIsFinishedAfterwards(String what) throws IOException {
    String action = what.split(" ", -1)[0];
    boolean reached = true;
    int point = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Path own = Files.createDirectory(folder.resolve("p" + point));
      Scene scene = Scene.create(what.contains("disconnecting"));
      String before = shape(scene);
      Points points = new Points(point);
      Alert alert = TestAlerts.shell(scene.web(), scene.clock().nanos());
      act(scene.dying(own, points), action, alert);
      reached = points.reached;

      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      next.policies(policy(action)).alert(alert); // it is read again
      assertThat(scene.isHeld(action)).as("%s, point %d", what, point).isTrue();
      assertThat(next.desk.actions()).hasSize(1);
      assertThat(next.steps()).extracting(Action::number).doesNotHaveDuplicates();
      assertThat(changes(scene, action)).as("effects").isLessThanOrEqualTo(1);

      next.clock.advance(Duration.ofMinutes(15));
      next.tick();
      assertThat(scene.isHeld(action)).as("%s, point %d, undone", what, point).isFalse();
      assertThat(shape(scene)).isEqualTo(before);
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(5);
  }

  @Test
  void aCrashAtAnyPointOfARestartRestartsOnce() throws IOException {
    String restart = policy("restart").replace("for: 15m", "");
    boolean reached = true;
    for (int point = 0; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Path own = Files.createDirectory(folder.resolve("re" + point));
      Scene scene = Scene.create(false);
      Points points = new Points(point);
      Alert alert = TestAlerts.shell(scene.web(), scene.clock().nanos());
      try {
        Ward dying = scene.dying(own, points).policies(restart);
        dying.alert(alert);
        dying.close();
      } catch (Crash crash) {
        // what is on the disk and on the host is all there is
      }
      reached = points.reached;
      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      next.policies(restart).alert(alert); // it is read again
      assertThat(next.desk.actions()).as("point %d", point).isEmpty();
      assertThat(next.journalled()).as("point %d", point).containsExactly("restart verified");
      assertThat(scene.docker().changes().stream().filter(c -> c.startsWith("restart ")).count())
          .as("point %d", point)
          .isEqualTo(1);
      next.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"quarantine", "pause", "kill"})
  void aCrashAtAnyPointOfAnApprovalLeavesItWaitingOrIsFinished(String action) throws IOException {
    String waiting = policy(action).replace("mode: enforce", "mode: approve");
    boolean reached = true;
    int point = 0;
    int left = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Path own = Files.createDirectory(folder.resolve("a" + point));
      Scene scene = Scene.create(false);
      Points points = new Points(point);
      Alert alert = TestAlerts.shell(scene.web(), scene.clock().nanos());
      approve(scene.dying(own, points), waiting, alert);
      reached = points.reached;

      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      next.policies(waiting).alert(alert); // it is read again
      if (!scene.isHeld(action)) {
        left++;
        assertThat(next.desk.actions())
            .as("%s, point %d", action, point)
            .singleElement()
            .matches(a -> a.state().equals("waiting"));
        assertThat(next.desk.approve("web", "bob")).singleElement().matches(Decided::done);
      }
      assertThat(scene.isHeld(action)).as("%s, point %d", action, point).isTrue();
      assertThat(next.steps()).extracting(Action::number).doesNotHaveDuplicates();
      assertThat(changes(scene, action)).as("effects").isLessThanOrEqualTo(1);
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(5);
    assertThat(left).as("points where it still waited").isBetween(1, point - 2);
  }

  @Test
  void aCrashAtAnyPointOfASnapshotIsFinishedAndTheKillAfterItHappensOnce() throws IOException {
    String both =
        policy("kill")
            .replace("actions: [{kill", "actions: [snapshot, {kill")
            .replace(": {for: 15m}", ": {}");
    boolean reached = true;
    int point = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Path own = Files.createDirectory(folder.resolve("s" + point));
      Scene scene = Scene.create(false);
      scene.docker().writeFile(scene.web(), "/tmp/x", 0755, new byte[] {1});
      Points points = new Points(point);
      Alert alert = TestAlerts.shell(scene.web(), scene.clock().nanos());
      try {
        Ward dying = scene.dying(own, points).policies(both);
        dying.alert(alert);
        dying.close();
      } catch (Crash crash) {
        // what is on the disk and on the host is all there is
      }
      reached = points.reached;

      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      next.policies(both).alert(alert); // it is read again
      assertThat(next.desk.actions()).as("point %d", point).isEmpty();
      assertThat(changes(scene, "kill")).as("point %d", point).isEqualTo(1);
      assertThat(EvidenceArchive.list(own)).hasSize(1);
      EvidenceArchive.Report report =
          EvidenceArchive.show(own, EvidenceArchive.list(own).getFirst().id());
      assertThat(report.faults()).as("point %d", point).isEmpty();
      assertThat(report.manifest().incomplete()).as("point %d", point).isNull();
      assertThat(report.manifest().missing())
          .as("point %d", point)
          .extracting(Missing::what)
          .doesNotContain("the rest");
      assertThat(report.manifest().files())
          .extracting(EvidenceManifest.EvidenceFile::name)
          .contains("processes.json", "changes.json", "inspect.json", "log.json", "program-1-x");
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(10);
  }

  private static void approve(Ward ward, String policies, Alert alert) {
    try {
      ward.policies(policies).alert(alert);
      ward.desk.approve("web", "alice");
      ward.close();
    } catch (Crash crash) {
      // what is on the disk and on the host is all there is
    }
  }

  private static void act(Ward ward, String action, Alert alert) {
    try {
      ward.policies(policy(action)).alert(alert);
      ward.close();
    } catch (Crash crash) {
      // what is on the disk and on the host is all there is
    }
  }

  /** How often the engine was asked for an effect that must not happen twice. */
  private static long changes(Scene scene, String action) {
    Map<String, String> calls = Map.of("stop", "stop ", "kill", "kill ");
    String call = calls.get(action);
    return call == null
        ? 0
        : scene.docker().changes().stream().filter(c -> c.startsWith(call)).count();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "quarantine",
        "quarantine by disconnecting",
        "pause",
        "stop",
        "throttle",
        "recycle"
      })
  void aCrashAtAnyPointOfAReleaseIsFinishedAfterwards(String what) throws IOException {
    String action = what.split(" ", -1)[0];
    boolean reached = true;
    int point = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Path own = Files.createDirectory(folder.resolve("r" + point));
      Scene scene = Scene.create(what.contains("disconnecting"));
      String before = shape(scene);
      try (Ward ward = new Ward(own, scene.docker(), scene.filter(), scene.clock())) {
        ward.policies(policy(action)).shell(scene.web());
      }
      Points points = new Points(point);
      boolean begun = release(scene.dying(own, points));
      reached = points.reached;

      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      if (begun) {
        assertThat(scene.isHeld(action)).as("%s, point %d", what, point).isFalse();
        assertThat(next.desk.actions()).isEmpty();
        assertThat(shape(scene)).isEqualTo(before);
      } else {
        assertThat(scene.isHeld(action)).as("%s, point %d", what, point).isTrue();
      }
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(3);
  }

  /** Whether the journal says that the release began. */
  private static boolean release(Ward ward) {
    try {
      ward.desk.releaseAll("alice");
      ward.close();
      return true;
    } catch (Crash crash) {
      return ward.journal.read(
          ledger -> ledger.all(s -> s.phase() == ActionState.Phase.IN_FORCE).isEmpty());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"quarantine", "quarantine by disconnecting", "pause", "throttle", "recycle"})
  void whatIsFoundHalfDoneTooLateIsRolledBack(String what) throws IOException {
    String action = what.split(" ", -1)[0];
    boolean reached = true;
    for (int point = 0; reached; point++) {
      Path own = Files.createDirectory(folder.resolve("l" + point));
      Scene scene = Scene.create(what.contains("disconnecting"));
      Points points = new Points(point);
      act(scene.dying(own, points), action, TestAlerts.shell(scene.web(), scene.clock().nanos()));
      reached = points.reached;
      boolean inForce = inForce(own, scene);
      scene.clock().advance(Duration.ofMinutes(6));
      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      assertThat(scene.isHeld(action)).as("%s, point %d", what, point).isEqualTo(inForce);
      assertThat(next.desk.actions()).hasSize(inForce ? 1 : 0);
      next.close();
    }
  }

  private static boolean inForce(Path own, Scene scene) {
    try (Journal journal = new Journal(own.resolve("journal"), scene.clock(), () -> {})) {
      return !journal
          .read(ledger -> ledger.all(s -> s.phase() == ActionState.Phase.IN_FORCE))
          .isEmpty();
    }
  }

  private static final String SEQUENCE =
      """
      - policy: p
        match: {tags: [shell]}
        actions:
          - quarantine: {for: 15m}
          - pause: {for: 15m}
            if: failed
          - snapshot
        else:
          - kill
        guard: {mode: enforce}
      """;

  /** A packet filter of which each closing fails, and that dies as told. */
  private record FailingFilter(NetworkFilter filter) implements NetworkFilter {
    @Override
    public Optional<String> unusable() {
      return filter.unusable();
    }

    @Override
    public Set<ContainerId> sharers(ContainerProcess process) {
      return filter.sharers(process);
    }

    @Override
    public String close(ContainerProcess process, Scope scope) {
      throw new NetworkFilterException("nft fails in this test");
    }

    @Override
    public boolean isClosed(ContainerProcess process, Scope scope) {
      return filter.isClosed(process, scope);
    }

    @Override
    public boolean isThere(ContainerProcess process) {
      return filter.isThere(process);
    }

    @Override
    public void open(ContainerProcess process) {
      filter.open(process);
    }
  }

  private static Ward failingAndDying(Scene scene, Path folder, Points points) {
    Host host =
        new Host(
            FailingEngine.wrapBoth(scene.docker(), call -> points.pass()),
            new FailingFilter(new DyingFilter(scene.filter(), points)));
    return new Ward(
        folder, scene.docker(), scene.filter(), scene.clock(), host, points::pass, Ward.shielded());
  }

  private static void sequence(Ward ward, Alert alert) {
    try {
      ward.policies(SEQUENCE).alert(alert);
      ward.close();
    } catch (Crash crash) {
      // what is on the disk and on the host is all there is
    }
  }

  @Test
  void aCrashBetweenTheStepsOfASequenceEndsWithTheRestCarriedOutOnce() throws IOException {
    boolean reached = true;
    int point = 0;
    int paused = 0;
    for (; reached; point++) {
      assertThat(point).isLessThan(2 * MOST_POINTS);
      Path own = Files.createDirectory(folder.resolve("q" + point));
      Scene scene = Scene.create(false);
      Points points = new Points(point);
      Alert alert = TestAlerts.shell(scene.web(), scene.clock().nanos());
      sequence(failingAndDying(scene, own, points), alert);
      reached = points.reached;

      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      next.policies(SEQUENCE).alert(alert); // it is read again
      boolean held = next.journalled().getFirst().equals("quarantine verified");
      paused += held ? 0 : 1;
      assertThat(next.journalled())
          .as("point %d", point)
          .containsExactly(
              held ? "quarantine verified" : "quarantine failed",
              held ? "pause skipped" : "pause verified",
              "snapshot verified",
              "kill skipped");
      assertThat(scene.isHeld(held ? "quarantine" : "pause")).as("point %d", point).isTrue();
      assertThat(next.desk.actions()).hasSize(1);
      assertThat(changes(scene, "kill")).as("point %d", point).isZero();
      // whoever died right after the call asks once more: it is paused already
      assertThat(pauses(scene)).as("point %d", point).isBetween(held ? 0L : 1L, held ? 0L : 2L);
      assertThat(next.steps()).extracting(a -> a.id() + " " + a.number()).doesNotHaveDuplicates();
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(10);
    assertThat(paused).as("points after which it was paused").isBetween(2, point - 2);
  }

  @Test
  void whatOfASequenceIsFoundTooLateIsRefusedAndNothingWaitsForEver() throws IOException {
    boolean reached = true;
    int refused = 0;
    for (int point = 0; reached; point++) {
      Path own = Files.createDirectory(folder.resolve("w" + point));
      Scene scene = Scene.create(false);
      Points points = new Points(point);
      Alert alert = TestAlerts.shell(scene.web(), scene.clock().nanos());
      sequence(failingAndDying(scene, own, points), alert);
      reached = points.reached;
      scene.clock().advance(Duration.ofMinutes(6));
      long before = changes(scene, "kill") + pauses(scene);
      Ward next = new Ward(own, scene.docker(), scene.filter(), scene.clock()).restarted();
      List<ActionState> waiting = next.journal.read(Ledger::deferred);
      assertThat(waiting).as("point %d", point).isEmpty();
      assertThat(changes(scene, "kill") + pauses(scene)).as("point %d", point).isEqualTo(before);
      refused += next.journalled().contains("pause refused") ? 1 : 0;
      next.close();
    }
    assertThat(refused).as("points at which it was too late").isGreaterThan(3);
  }

  private static long pauses(Scene scene) {
    return scene.docker().changes().stream().filter(c -> c.startsWith("pause ")).count();
  }
}
