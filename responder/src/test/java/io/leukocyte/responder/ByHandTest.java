package io.leukocyte.responder;

import static io.leukocyte.responder.Containment.Kind.KILL;
import static io.leukocyte.responder.Containment.Kind.KILL_PROCESS;
import static io.leukocyte.responder.Containment.Kind.PAUSE;
import static io.leukocyte.responder.Containment.Kind.RUN;
import static io.leukocyte.responder.Containment.Kind.WAF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByHandTest {
  private static final Containment QUARANTINE =
      new Containment(Containment.Kind.QUARANTINE, Optional.of(Duration.ofMinutes(15)));

  @TempDir Path folder;
  private Ward ward;
  private ControlServer server;
  private ControlClient client;

  @BeforeEach
  void open() throws Exception {
    ward = new Ward(folder);
    server = ControlServer.open(folder.resolve("control.sock"), ward.desk);
    client = new ControlClient(folder.resolve("control.sock"));
  }

  @AfterEach
  void close() throws Exception {
    server.close();
    ward.close();
  }

  @Test
  void aQuarantineByHandIsJournalledHeldAndTakenBack() {
    ContainerId web = ward.run("web");
    Answer answer = client.contain(QUARANTINE, "web", "alice", "looks bad");
    assertThat(answer.done()).isTrue();
    assertThat(answer.container()).isEqualTo("web");
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.stepNames())
        .containsExactly("quarantine intended", "quarantine applied", "quarantine verified");
    assertThat(ward.steps()).extracting(Action::operator).containsOnly("alice");
    assertThat(client.actions()).singleElement().satisfies(a -> assertThat(a.policy()).isNull());
    ward.clock.advance(Duration.ofMinutes(15));
    ward.tick();
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void theOtherWaysWorkTooAndAreReleased() {
    ward.docker.createNetwork("front");
    ContainerId web =
        ward.docker.run(ContainerSpec.of("web", "leuko/test-web:1").network("front", "web"));
    for (Containment.Kind kind : EnumSet.of(PAUSE, KILL, WAF)) {
      Answer answer =
          client.contain(
              new Containment(kind, Optional.of(Duration.ofMinutes(1))), web.brief(), "alice", "");
      assertThat(answer.done()).as(kind.name()).isTrue();
      assertThat(client.actions()).hasSize(1);
      assertThat(client.release("web", "bob")).hasSize(1);
      assertThat(ward.facts(web).state()).isEqualTo("running");
    }
  }

  @Test
  void aProcessIsEndedByItsPidWhileItIsTheContainers() {
    ContainerId web = ward.run("web");
    ContainerId other = ward.run("other");
    InMemoryProcesses processes = (InMemoryProcesses) ward.host.processes();
    processes.begin(77, 1, ward.clock.nanos(), web);
    Containment what = new Containment(KILL_PROCESS, Optional.empty(), "77");
    assertThat(client.contain(what, other.brief(), "alice", "").detail())
        .isEqualTo("cannot: process 77 is another container's");
    assertThat(processes.signals()).isEmpty();
    Answer answer = client.contain(what, "web", "alice", "mines coins");
    assertThat(answer.done()).isTrue();
    assertThat(answer.detail()).isEqualTo("process 77 is gone; what is ended is not taken back");
    assertThat(processes.signals()).containsExactly("KILL 77");
    assertThat(client.contain(what, "web", "alice", "").detail()).isEqualTo("process 77 has ended");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "1", "-1", "x", "12345678901", "7 8"})
  void whatIsNoPidIsSaid(String pid) {
    assertThatThrownBy(() -> new Containment(KILL_PROCESS, Optional.empty(), pid))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("is not a pid");
  }

  @Test
  void onlyProgramsOfTheSettingsAreRunByHand() {
    ward.run("web");
    Answer answer =
        client.contain(new Containment(RUN, Optional.empty(), "/bin/sh"), "web", "alice", "");
    assertThat(answer.done()).isFalse();
    assertThat(answer.detail())
        .isEqualTo("cannot: there is no program '/bin/sh' in responder.run-file");
  }

  @Test
  void whatIsProtectedIsNotTouchedByHandEither() {
    ContainerId database = ward.run("database");
    Answer answer = client.contain(QUARANTINE, "database", "alice", "");
    assertThat(answer.done()).isFalse();
    assertThat(answer.detail()).isEqualTo("protected: protect.containers names it");
    assertThat(ward.isClosed(database)).isFalse();
    assertThat(ward.stepNames()).containsExactly("quarantine refused");
  }

  @Test
  void neitherABoundNorAnEmergencyStopHoldsAnOperatorUp() {
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {}]\n"
            + "  guard: {mode: enforce, at-most: {containers: 1, per: 10m}}\n");
    ward.shell(ward.run("first"));
    ContainerId web = ward.run("web");
    client.stop("bob", "");
    assertThat(client.contain(QUARANTINE, "web", "alice", "").done()).isTrue();
    assertThat(ward.isClosed(web)).isTrue();
    client.resume("bob");
  }

  @Test
  void theSameOrderActsOnce() {
    ContainerId web = ward.run("web");
    ActionId id = ActionId.of("order");
    ByHand byHand = ward.desk.byHand();
    assertThat(byHand.contain(id, QUARANTINE, "web", "alice", "")).isPresent();
    ward.desk.release("web", "alice");
    Answer again = byHand.contain(id, QUARANTINE, "web", "alice", "").orElseThrow();
    assertThat(again.done()).isFalse();
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void aContainerThatThereIsNotAndATimeThatCannotBeAreSaid() {
    assertThatThrownBy(() -> client.contain(QUARANTINE, "nobody", "alice", ""))
        .isInstanceOf(OrderException.class)
        .hasMessageStartingWith("There is no container 'nobody' on this host");
    assertThatThrownBy(
            () -> new Containment(Containment.Kind.PAUSE, Optional.of(Duration.ofDays(31))))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("from 1s to 30d");
  }
}
