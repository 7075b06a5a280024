package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.EngineException;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ControlTest {
  @TempDir Path folder;
  private Ward ward;
  private ControlServer server;
  private ControlClient client;
  private ContainerId web;

  @BeforeEach
  void open() throws IOException {
    ward = new Ward(folder);
    web = ward.run("web");
    ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: [quarantine: {for: 15m}]\n"
            + "  guard: {mode: enforce}\n");
    server = ControlServer.open(socket(), ward.desk);
    client = new ControlClient(socket());
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    ward.close();
  }

  private Path socket() {
    return folder.resolve("control.sock");
  }

  @Test
  void onlyTheOwnerMayGiveOrders() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket())))
        .isEqualTo("rw-------");
  }

  @Test
  void actionsAreListedAsTheyAre() {
    ward.shell(web);
    assertThat(client.actions()).isEqualTo(ward.desk.actions()).hasSize(1);
    OpenAction action = client.actions().getFirst();
    assertThat(action.container()).isEqualTo("web");
    assertThat(action.type()).isEqualTo("quarantine");
    assertThat(action.state()).isEqualTo("in-force");
    assertThat(action.since()).isEqualTo(ward.clock.instant());
    assertThat(action.until()).isEqualTo(ward.clock.instant().plusSeconds(900));
    assertThat(action.policy()).isEqualTo("p");
  }

  @Test
  void aContainerIsReleasedByNameIdAndShortId() {
    for (String what : new String[] {"web", web.value(), web.brief()}) {
      ward.shell(web);
      assertThat(ward.isClosed(web)).isTrue();
      assertThat(client.release(what, "alice"))
          .singleElement()
          .satisfies(r -> {
            assertThat(r.released()).isTrue();
            assertThat(r.container()).isEqualTo("web");
          });
      assertThat(ward.isClosed(web)).isFalse();
      assertThat(ward.steps().getLast().operator()).isEqualTo("alice");
    }
  }

  @Test
  void anAlertIsMarkedFalseByTheIdOfWhatItCaused() {
    ward.shell(web);
    String action = client.actions().getFirst().id().substring(0, 12);
    assertThat(client.markFalse(action, "alice", "ours"))
        .singleElement()
        .matches(r -> r.released() && r.type().equals("quarantine"));
    assertThat(ward.isClosed(web)).isFalse();
    assertThatThrownBy(() -> client.markFalse("no-such-id", "alice", ""))
        .isInstanceOf(OrderException.class)
        .hasMessageContaining("No action of this host was caused by");
  }

  @Test
  void oneActionIsReleasedByItsId() {
    ward.shell(web);
    ContainerId shop = ward.run("shop");
    ward.shell(shop);
    client.release(client.actions().getLast().id(), "alice");
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.isClosed(shop)).isFalse();
  }

  @Test
  void whatIsNotInForceCannotBeReleased() {
    assertThatThrownBy(() -> client.release("web", "alice"))
        .isInstanceOf(OrderException.class)
        .hasMessage("Nothing is in force on 'web' on this host; 'leuko actions' lists what is");
  }

  @Test
  void anEngineThatCannotBeAskedIsNoAnswerThatNothingIsInForce() {
    ContainerId orphan = ward.run("orphan");
    ward.filter.close(ContainerProcess.of(ward.facts(orphan)), Scope.ALL);
    ward.docker.failNext(new EngineException.Unavailable("the engine is away", null));
    assertThatThrownBy(() -> client.release("orphan", "alice"))
        .isInstanceOf(OrderException.class)
        .hasMessageEndingWith("What the journal does not know cannot be seen: the engine is away");
    assertThat(client.release("orphan", "alice")).singleElement().matches(Released::released);
  }

  @Test
  void everythingIsReleasedAtOnceAlsoWhatTheJournalLost() {
    ward.shell(web);
    ContainerId orphan = ward.run("orphan");
    ward.filter.close(ContainerProcess.of(ward.facts(orphan)), Scope.ALL);
    assertThat(client.releaseAll("alice")).hasSize(2).allMatch(Released::released);
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.isClosed(orphan)).isFalse();
    assertThat(client.releaseAll("alice")).isEmpty();
  }

  @Test
  void aReleaseSurvivesAnEngineThatIsAwayAndIsTriedAgain() {
    ward.policies(
            "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {}]\n"
                + "  guard: {mode: enforce}\n")
        .shell(web);
    ward.docker.failNext(new EngineException.Unavailable("resolve: gone", null));
    assertThat(client.release("web", "alice")).hasSize(1);
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "[]", "{\"order\":\"dance\"}", "{\"order\":{}}", "\u0000\u0001"})
  void whateverElseIsSentIsAnsweredWithAnError(String line) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket()))) {
      channel.write(ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
      byte[] answer = Channels.newInputStream(channel).readAllBytes();
      assertThat(new String(answer, StandardCharsets.UTF_8))
          .startsWith("{\"error\":\"The responder ");
    }
    assertThat(client.actions()).isEmpty();
  }

  @Test
  void aPathThatIsTooLongIsSaid() {
    Path deep = folder.resolve("x".repeat(120)).resolve("control.sock");
    assertThatThrownBy(() -> ControlServer.open(deep, ward.desk))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("use a shorter data folder");
  }

  @Test
  void oneResponderHasTheFolder() throws IOException {
    Path own = folder.resolve("own");
    try (DataFolder lock = DataFolder.lock(own).orElseThrow()) {
      assertThat(lock).isNotNull();
      assertThat(DataFolder.lock(own)).isEmpty();
    }
    DataFolder.lock(own).orElseThrow().close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
        .isEqualTo("rwx------");
  }
}
