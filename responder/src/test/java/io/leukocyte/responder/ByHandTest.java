package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByHandTest {
  private static final Containment QUARANTINE =
      new Containment.Quarantine(Optional.of(Duration.ofMinutes(15)));

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
  void aQuarantineByHandLetsThroughWhatIsNamed() {
    ContainerId web = ward.run("web");
    Containment what =
        new Containment.Quarantine(
            Optional.empty(),
            List.of("192.0.2.7,port=22", "198.51.100.0/24,protocol=udp,direction=out"),
            List.of("eth0"));
    Answer answer = client.contain(what, "web", "alice", "");
    assertThat(answer.done()).isTrue();
    assertThat(answer.detail())
        .contains("lets through in tcp 192.0.2.7/32 22, out udp 198.51.100.0/24", "at eth0 alone");
    List<ActionState> states = ward.journal.read(ledger -> ledger.all(s -> true));
    assertThat(states.getFirst().response())
        .isEqualTo(
            new Quarantine(
                Optional.empty(),
                true,
                new Scope(
                    List.of(
                        Passage.parse("in tcp 192.0.2.7/32 22"),
                        Passage.parse("out udp 198.51.100.0/24")),
                    List.of("eth0"))));
    assertThat(ward.isClosed(web)).as("as far as nothing passes").isFalse();
    assertThat(client.release("web", "alice")).allMatch(Released::released);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "example.test|not an address of IPv4 or IPv6",
        "192.0.2.7:22|not an address of IPv4 or IPv6",
        "192.0.2.7,port=0|no port 0",
        "192.0.2.7,port=x|'x' is not a port",
        "192.0.2.7,port=99999|no port 99999",
        "192.0.2.7,ports=1|there is no 'ports'",
        "192.0.2.7,|there is no ''",
        "192.0.2.7,protocol=icmp|'icmp' is not one of [tcp, udp]",
        "192.0.2.7,direction=both|'both' is not one of [in, out]",
        "192.0.2.7,port=1,port=2|port stands twice",
        "192.0.2.7/24|it has bits behind its prefix",
        "0.0.0.0/0|that is every address there is"
      })
  void whatCannotBeLetThroughIsSaid(String allow, String why) {
    assertThatThrownBy(
            () -> new Containment.Quarantine(Optional.empty(), List.of(allow), List.of()))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("'" + allow + "' cannot be let through: " + why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lo", "", "eth0; drop", "a/b"})
  void whatIsNoInterfaceIsSaid(String name) {
    assertThatThrownBy(() -> new Containment.Quarantine(Optional.empty(), List.of(), List.of(name)))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("no interface that can be cut");
  }

  @Test
  void anOrderOfAnotherVersionIsRefused() {
    for (String order :
        List.of(
            "{\"order\":\"contain\",\"container\":\"web\",\"kind\":\"stroke\"}",
            "{\"order\":\"contain\",\"container\":\"web\",\"kind\":\"pause\",\"for\":\"soon\"}",
            "{\"order\":\"contain\",\"container\":\"web\",\"kind\":\"kill-process\"}",
            "{\"order\":\"contain\",\"container\":\"web\",\"kind\":\"waf\",\"paranoia\":9}")) {
      assertThat(ControlJson.answer(ward.desk, order).path("error").asText())
          .as(order)
          .isNotEmpty();
    }
    assertThat(ward.stepNames()).isEmpty();
  }

  @Test
  void theOtherWaysWorkTooAndAreReleased() {
    ward.docker.createNetwork("front");
    ContainerId web =
        ward.docker.run(ContainerSpec.of("web", "leuko/test-web:1").network("front", "web"));
    Optional<Duration> length = Optional.of(Duration.ofMinutes(1));
    for (Containment what :
        List.of(
            new Containment.Pause(length),
            new Containment.Kill(length),
            new Containment.Waf(length))) {
      Answer answer = client.contain(what, web.brief(), "alice", "");
      assertThat(answer.done()).as(what.action()).isTrue();
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
    Containment what = new Containment.KillProcess(77);
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
  @ValueSource(ints = {0, 1, -1, Integer.MIN_VALUE})
  void whatIsNoPidIsSaid(int pid) {
    assertThatThrownBy(() -> new Containment.KillProcess(pid))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("is not a pid");
  }

  @Test
  void onlyProgramsOfTheSettingsAreRunByHand() {
    ward.run("web");
    Answer answer = client.contain(new Containment.Run("/bin/sh"), "web", "alice", "");
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
    assertThatThrownBy(() -> new Containment.Pause(Optional.of(Duration.ofDays(31))))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("from 1s to 30d");
  }
}
