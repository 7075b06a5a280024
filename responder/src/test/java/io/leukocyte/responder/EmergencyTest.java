package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmergencyTest {
  private static final int ALERTS = 400;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String POLICY =
      "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {for: 10m}, notify: {log: {}}]\n"
          + "  guard: {mode: enforce}\n";

  @TempDir Path folder;

  private static String reason(ActionState state) {
    return state.last().outcome() instanceof Outcome.Refused refused ? refused.reason() : "";
  }

  private static Set<ActionId> begun(Ward ward) {
    return ward
        .journal
        .read(
            ledger -> ledger.all(s -> s.undo() != null || s.phase() == ActionState.Phase.PREPARED))
        .stream()
        .map(ActionState::id)
        .collect(Collectors.toSet());
  }

  private static List<ActionState> pauses(Ward ward) {
    return ward.journal.read(ledger -> ledger.all(s -> s.response() instanceof Pause));
  }

  @Test
  void withHundredsOfAlertsInFlightNothingBeginsAfterTheStopIsAcknowledged() throws Exception {
    InMemoryEngine docker = new InMemoryEngine();
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    MutableClock clock = new MutableClock();
    Semaphore mayPause = new Semaphore(0);
    Host slow =
        Ward.host(FailingEngine.wrap(docker, "pause", mayPause::acquireUninterruptibly), filter);
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    Lanes lanes = new Lanes(threads);
    Ward ward =
        new Ward(folder, docker, filter, clock, slow, () -> {}, Ward.shielded(), lanes)
            .policies(POLICY);
    List<ContainerId> containers = new ArrayList<>();
    for (int i = 0; i < ALERTS; i++) {
      containers.add(ward.run("web-" + i));
    }
    Thread feed = Thread.ofVirtual().start(() -> containers.forEach(ward::shell));
    await().atMost(PATIENCE).until(() -> begun(ward).size() >= 20);

    long before = System.nanoTime();
    Answer answer = ward.desk.stop("alice", "false alarms");
    Duration took = Duration.ofNanos(System.nanoTime() - before);
    Set<ActionId> atTheStop = begun(ward);

    assertThat(answer.done()).isTrue();
    assertThat(took).isLessThan(Duration.ofSeconds(1));
    mayPause.release(ALERTS);
    feed.join();
    assertThat(lanes.awaitIdle(PATIENCE)).isTrue();
    assertThat(begun(ward)).isEqualTo(atTheStop);
    assertThat(containers)
        .filteredOn(c -> ward.facts(c).state().equals("paused"))
        .hasSize(atTheStop.size());
    assertThat(pauses(ward)).hasSize(ALERTS);
    assertThat(pauses(ward))
        .filteredOn(s -> s.phase() == ActionState.Phase.IN_FORCE)
        .hasSize(atTheStop.size());
    assertThat(pauses(ward))
        .filteredOn(s -> reason(s).equals("emergency stop by alice: false alarms"))
        .hasSize(ALERTS - atTheStop.size());
    threads.close();
    ward.close();
  }

  @Test
  void itHoldsOverARestartUntilSomebodyResumes() {
    Ward ward = new Ward(folder).policies(POLICY);
    ContainerId web = ward.run("web");
    ContainerId shop = ward.run("shop");
    ward.shell(web);
    ward.desk.stop("alice", "");
    ward = ward.restarted().policies(POLICY);
    ward.shell(shop);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(ward.facts(shop).state()).isEqualTo("running");
    assertThat(ward.steps().stream().filter(a -> a.step() == Action.Step.REFUSED))
        .singleElement()
        .satisfies(
            a -> assertThat(a.outcome()).isEqualTo(new Outcome.Refused("emergency stop by alice")));
    assertThat(ward.desk.resume("bob").done()).isTrue();
    ward = ward.restarted().policies(POLICY);
    ward.shell(shop);
    assertThat(ward.facts(shop).state()).isEqualTo("paused");
    assertThat(ward.steps())
        .filteredOn(a -> a.type().equals("emergency-stop") || a.type().equals("resume"))
        .extracting(Action::operator)
        .containsExactly("alice", "bob");
    ward.close();
  }

  @Test
  void whatWasIntendedBeforeACrashIsRefusedWhenItIsTakenUpDuringTheStop() {
    Ward ward = new Ward(folder).policies(POLICY);
    ContainerId web = ward.run("web");
    Lanes later = new Lanes(work -> {});
    Ward waiting =
        new Ward(
                folder.resolve("waiting"),
                ward.docker,
                ward.filter,
                ward.clock,
                ward.host,
                () -> {},
                Ward.shielded(),
                later)
            .policies(POLICY);
    waiting.shell(web);
    waiting.desk.stop("alice", "");
    Ward next = waiting.restarted();
    assertThat(pauses(next))
        .singleElement()
        .satisfies(s -> assertThat(reason(s)).isEqualTo("emergency stop by alice"));
    assertThat(ward.facts(web).state()).isEqualTo("running");
    next.close();
    ward.close();
  }

  @Test
  void notificationsReleasesAndTimeGoOnDuringTheStop() {
    Ward ward = new Ward(folder).policies(POLICY);
    ContainerId web = ward.run("web");
    ContainerId shop = ward.run("shop");
    ward.shell(web);
    ward.shell(shop);
    ward.desk.stop("alice", "");
    ward.desk.release("web", "alice");
    ward.clock.advance(Duration.ofMinutes(10));
    ward.tick();
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.facts(shop).state()).isEqualTo("running");
    ward.shell(web);
    assertThat(ward.journalled()).endsWith("pause refused", "notify verified");
    ward.close();
  }

  @Test
  void aSecondStopKeepsTheFirst() {
    Ward ward = new Ward(folder);
    ward.desk.stop("alice", "first");
    assertThat(ward.desk.stop("bob", "second").detail())
        .isEqualTo("already stopped by alice since 2026-11-22T12:00:00Z: first");
    assertThat(ward.desk.resume("bob").detail()).startsWith("was stopped by alice");
    assertThat(ward.desk.resume("bob").detail()).isEqualTo("there is no emergency stop");
    ward.close();
  }
}
