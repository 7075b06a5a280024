package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The responder dies at every single point of putting a firewall in front of a container, and of
 * taking it away: after each entry of the journal, before and after each call to the engine and to
 * the kernel. A new one finishes it, or what is too late takes it back.
 */
class WafCrashTest {
  private static final int MOST_POINTS = 200;
  private static final String POLICY =
      "- policy: p\n  match: {tags: [shell]}\n  actions: [waf: {for: 15m}]\n"
          + "  guard: {mode: enforce}\n";

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

  private record Scene(
      Path own,
      InMemoryEngine docker,
      InMemoryNetworkFilter filter,
      InMemoryFrontDoor door,
      MutableClock clock,
      ContainerId web) {

    static Scene create(Path own) {
      InMemoryEngine docker = new InMemoryEngine();
      docker.createNetwork("front");
      ContainerId web =
          docker.run(ContainerSpec.of("web", "leuko/test-web:1").network("front", "www"));
      return new Scene(
          own,
          docker,
          new InMemoryNetworkFilter(),
          new InMemoryFrontDoor(docker),
          new MutableClock(),
          web);
    }

    Ward dying(Points points) {
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
      Host host = new Host(FailingEngine.wrapBoth(docker, c -> points.pass()), filter, dying);
      return new Ward(own, docker, filter, clock, host, points::pass, Ward.shielded());
    }

    Ward next() {
      Host host = new Host(docker, filter, door);
      Ward next = new Ward(own, docker, filter, clock, host, () -> {}, Ward.shielded());
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

    Alert alert() {
      return TestAlerts.shell(web, clock.nanos());
    }

    private ContainerProcess process() {
      return ContainerProcess.of(docker.inspect(web).orElseThrow());
    }

    void assertInFront(String when) {
      assertThat(door.routes(process())).as(when).containsEntry(80, 18080).hasSize(1);
      assertThat(docker.running()).as(when).hasSize(2);
      assertThat(docker.list()).as(when).hasSize(2);
    }

    void assertGone(String when) {
      assertThat(door.isPrepared(process())).as(when).isFalse();
      assertThat(door.routes(process())).as(when).isEmpty();
      assertThat(docker.list()).as(when).hasSize(1);
    }
  }

  private Scene scene(String name) throws IOException {
    return Scene.create(Files.createDirectory(folder.resolve(name)));
  }

  private static void act(Ward ward, Alert alert) {
    try {
      ward.policies(POLICY).alert(alert);
      ward.close();
    } catch (Crash crash) {
      // what is on the disk and on the host is all there is
    }
  }

  @Test
  void aCrashAtAnyPointIsFinishedAfterwardsAndTakenBackWhole() throws IOException {
    int point = 0;
    for (boolean reached = true; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Scene scene = scene("p" + point);
      Alert alert = scene.alert();
      Points points = new Points(point);
      act(scene.dying(points), alert);
      reached = points.reached;

      Ward next = scene.next().policies(POLICY);
      next.alert(alert); // it is read again
      scene.assertInFront("point " + point);
      assertThat(next.desk.actions()).hasSize(1);
      assertThat(next.steps()).extracting(Action::number).doesNotHaveDuplicates();
      scene.clock().advance(Duration.ofMinutes(15));
      next.tick();
      scene.assertGone("point " + point);
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(20);
  }

  @Test
  void whatIsFoundHalfDoneTooLateIsRolledBack() throws IOException {
    for (int point = 0, last = MOST_POINTS; point < last; point++) {
      Scene scene = scene("l" + point);
      Points points = new Points(point);
      act(scene.dying(points), scene.alert());
      last = points.reached ? last : 0;
      boolean inForce;
      try (Journal journal = new Journal(scene.own().resolve("journal"), scene.clock(), () -> {})) {
        inForce =
            !journal
                .read(ledger -> ledger.all(s -> s.phase() == ActionState.Phase.IN_FORCE))
                .isEmpty();
      }
      scene.clock().advance(Duration.ofMinutes(6));
      Ward next = scene.next();
      if (inForce) {
        scene.assertInFront("point " + point);
      } else {
        scene.assertGone("point " + point);
      }
      next.close();
    }
  }

  @Test
  void aCrashAtAnyPointOfARelease() throws IOException {
    int point = 0;
    for (boolean reached = true; reached; point++) {
      assertThat(point).isLessThan(MOST_POINTS);
      Scene scene = scene("r" + point);
      act(scene.next(), scene.alert());
      Points points = new Points(point);
      boolean begun = release(scene.dying(points));
      reached = points.reached;
      Ward next = scene.next();
      if (begun) {
        scene.assertGone("point " + point);
      } else {
        scene.assertInFront("point " + point);
      }
      next.close();
    }
    assertThat(point).as("points where it died").isGreaterThan(10);
  }

  /** Whether the journal says that the release began. */
  private static boolean release(Ward ward) {
    try {
      ward.desk.release("web", "alice");
      ward.close();
      return true;
    } catch (Crash crash) {
      boolean held =
          ward.journal.read(
              ledger -> ledger.all(s -> s.phase() == ActionState.Phase.IN_FORCE).isEmpty());
      ward.close();
      return held;
    }
  }
}
