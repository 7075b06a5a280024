package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog.Stream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Podman keeps the contract by its Docker-compatible API; what it cannot stands here. */
final class PodmanEngineIT extends EngineContract {
  private static PodmanService podman;

  @BeforeAll
  static void startPodman() {
    podman = PodmanService.start();
  }

  @AfterAll
  static void stopPodman() {
    if (podman != null) {
      podman.close();
    }
  }

  @Override
  EngineWorld makeWorld() {
    return new PodmanWorld(podman, PATIENCE); // it starts programs for each call
  }

  @Override
  @Test
  void aHungCallEndsAtItsDeadline() {
    closeWorld();
    world = new PodmanWorld(podman, EngineWorld.DEADLINE);
    engine = world.engine();
    aHungCallEnds();
  }

  private static void awaitTheNextSecond() {
    await().pollDelay(Duration.ofMillis(1_100)).until(() -> true);
  }

  /** It does not say which log driver containers have by default. */
  @Override
  @Test
  void tellsWhatItIs() {
    EngineInfo info = engine.info();
    assertThat(info.name()).isEqualTo("Podman");
    assertThat(info.version()).matches("[0-9]+\\..*");
    assertThat(info.apiVersion()).isEqualTo(DockerHttp.SPOKEN.toString());
    assertThat(info.rootDir()).startsWith("/");
    assertThat(info.cgroupVersion()).isBetween(1, 2);
    assertThatCode(engine::ping).doesNotThrowAnyException();
  }

  /** It tells no preparation, and not which program. */
  @Override
  @Test
  void execsComeAsEvents() {
    ContainerId id = world.run(plain());
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      world.exec(id, "true --flag: yes");
      ContainerLifecycle died = events.awaitEvent(id, "exec_die");
      assertThat(events.actions(id)).containsExactly("exec_start", "exec_die");
      assertThat(died.exitCode()).isZero();
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  /** It tells no network. */
  @Override
  @Test
  void networkChangesComeAsEvents() {
    String network = world.network("seen");
    ContainerId id = world.run(ContainerSpec.of("net", IMAGE).network(network));
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      engine.disconnectNetwork(id, network);
      assertThat(events.awaitEvent(id, "disconnect").exitCode()).isNull();
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  /** Its times are whole seconds: what begins after a line begins with the second of that line. */
  @Override
  @Test
  void withoutFollowingTheLogEnds() {
    ContainerId id = world.run(plain());
    world.print(id, Stream.STDOUT, bytes("one\n"));
    awaitTheNextSecond();
    world.print(id, Stream.STDOUT, bytes("two\nthree\n"));
    List<LogLine> all = readAll(id, new LogOptions(0, false));
    assertThat(all).extracting(LogLine::text).containsExactly("one", "two", "three");
    assertThat(all).allMatch(line -> line.time() % 1_000_000_000L == 0);
    LogOptions after = new LogOptions(all.get(2).time(), false);
    assertThat(readAll(id, after)).extracting(LogLine::text).containsExactly("two", "three");
  }

  /** With times of whole seconds it is not seen that words without a line end were the last. */
  @Override
  @Test
  void wordsBeforeAndAfterARestartAreTwoLines() {
    ContainerId id = world.run(ContainerSpec.of("plain", IMAGE).exitOnTerm(0));
    world.print(id, Stream.STDOUT, bytes("last words"));
    awaitTheNextSecond();
    engine.restart(id, Duration.ofSeconds(2));
    world.print(id, Stream.STDOUT, bytes("first words\n"));
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      log.awaitLines(2);
      assertThat(log.texts(Stream.STDOUT)).containsExactly("last words", "first words");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  /** Parents it tells by the numbers of the container: that of the first is not among them. */
  @Override
  @Test
  void topShowsProcessesOfTheHost() {
    ContainerId id = world.run(plain());
    int pid = engine.inspect(id).orElseThrow().pid();
    List<ProcessRow> rows = engine.top(id);
    assertThat(rows)
        .anySatisfy(row -> {
          assertThat(row.pid()).isEqualTo(pid);
          assertThat(row.parentPid()).isZero();
          assertThat(row.uid()).isZero();
          assertThat(row.command()).isNotEmpty();
        });
    assertThat(rows).filteredOn(row -> row.pid() != pid).allMatch(row -> row.parentPid() == pid);
  }

  /** It changes no limits over this API; that nothing is to be changed is no error. */
  @Override
  @Test
  void settingsAreChangedAndGivenBackAsTheyWere() {
    ContainerId id = world.run(plain());
    ContainerSettings before = engine.settings(id);
    engine.update(id, before);
    assertThatThrownBy(() -> engine.update(id, before.withPids(20)))
        .isInstanceOf(EngineException.Refused.class)
        .hasMessageContaining("this Podman does not change limits and restart policy");
    assertThatThrownBy(() -> engine.update(id, before.restarting("on-failure", 3)))
        .isInstanceOf(EngineException.Refused.class);
    assertThat(engine.settings(id)).isEqualTo(before);
  }
}
