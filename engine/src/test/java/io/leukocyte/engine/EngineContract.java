package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerFacts.Limits;
import io.leukocyte.events.ContainerFacts.Mount;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Engine} does. */
abstract class EngineContract {
  static final ContainerId NOBODY = new ContainerId("f".repeat(64));
  static final String IMAGE = "busybox:latest";
  static final Duration PATIENCE = Duration.ofSeconds(20);

  EngineWorld world;
  Engine engine;

  abstract EngineWorld makeWorld();

  @BeforeEach
  void openWorld() {
    world = makeWorld();
    engine = world.engine();
  }

  @AfterEach
  void closeWorld() {
    world.close();
  }

  static ContainerSpec plain() {
    return ContainerSpec.of("plain", IMAGE);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void tellsWhatItIs() {
    EngineInfo info = engine.info();
    assertThat(info.version()).isNotEmpty();
    assertThat(info.apiVersion()).matches("1\\.[0-9]+");
    assertThat(info.logDriver()).isNotEmpty();
    assertThat(info.rootDir()).startsWith("/");
    assertThat(info.cgroupVersion()).isBetween(1, 2);
    assertThatCode(engine::ping).doesNotThrowAnyException();
  }

  @Test
  void listsAllContainersOrThoseThatRun() {
    ContainerId stopped = world.create(ContainerSpec.of("stopped", IMAGE));
    ContainerId running = world.run(ContainerSpec.of("running", IMAGE).label("tier", "web"));
    assertThat(engine.list()).extracting(ContainerSummary::id).contains(stopped, running);
    assertThat(engine.running()).extracting(ContainerSummary::id).contains(running);
    assertThat(engine.running()).extracting(ContainerSummary::id).doesNotContain(stopped);
    ContainerSummary summary =
        engine.list().stream().filter(s -> s.id().equals(running)).findFirst().orElseThrow();
    assertThat(summary.name()).isEqualTo(world.name(ContainerSpec.of("running", IMAGE)));
    assertThat(summary.image()).isEqualTo(IMAGE);
    assertThat(summary.state()).isEqualTo("running");
    assertThat(summary.created()).isPositive();
    assertThat(summary.labels()).containsEntry("tier", "web");
  }

  @Test
  void inspectGivesAllFacts() {
    String network = world.network("facts");
    ContainerSpec spec =
        ContainerSpec.of("facts", IMAGE)
            .label("tier", "web")
            .mount(new Mount("bind", "/etc/hostname", "/mnt/name", false))
            .mount(new Mount("tmpfs", "", "/scratch", true))
            .network(network, "shop", "www")
            .user("0:0")
            .withTty()
            .limits(new Limits(64 << 20, 500_000_000, 100))
            .security(
                new Security(
                    List.of("NET_ADMIN"),
                    List.of("MKNOD"),
                    List.of("no-new-privileges:true"),
                    false,
                    ""));
    ContainerId id = world.run(spec);
    ContainerFacts facts = engine.inspect(id).orElseThrow();

    assertThat(facts.container().id()).isEqualTo(id);
    assertThat(facts.container().name()).isEqualTo(world.name(spec));
    assertThat(facts.container().image()).isEqualTo("busybox");
    assertThat(facts.container().tag()).isEqualTo("latest");
    assertThat(facts.container().digest()).matches("sha256:[0-9a-f]{64}");
    assertThat(facts.container().privileged()).isFalse();
    assertThat(facts.state()).isEqualTo("running");
    assertThat(facts.pid()).isPositive();
    assertThat(facts.created()).isPositive();
    assertThat(facts.started()).isGreaterThan(facts.created());
    assertThat(facts.labels()).containsEntry("tier", "web");
    assertThat(facts.mounts()).containsExactlyInAnyOrderElementsOf(spec.mounts());
    assertThat(facts.networkMode()).isEqualTo(network);
    assertThat(facts.user()).isEqualTo("0:0");
    assertThat(facts.entrypoint()).isNotEmpty();
    assertThat(facts.tty()).isTrue();
    assertThat(facts.logDriver()).isEqualTo(world.logDriver());
    assertThat(facts.restartPolicy()).isEqualTo("no");
    assertThat(facts.limits()).isEqualTo(spec.limits());
    assertThat(facts.security()).isEqualTo(world.told(spec.security()));

    assertThat(facts.networks()).hasSize(1);
    ContainerFacts.Network attached = facts.networks().getFirst();
    assertThat(attached.name()).isEqualTo(network);
    assertThat(attached.id()).matches(world.networkId());
    assertThat(attached.address()).matches("[0-9.]+");
    assertThat(attached.mac()).matches("([0-9a-f]{2}:){5}[0-9a-f]{2}");
    assertThat(attached.aliases()).containsExactlyInAnyOrder("shop", "www");
  }

  @Test
  void privilegesAreAFact() {
    ContainerId id = world.create(plain().withPrivileges());
    assertThat(engine.inspect(id).orElseThrow().container().privileged()).isTrue();
  }

  @Test
  void factsOfAStoppedContainerHaveNoProcess() {
    ContainerFacts facts = engine.inspect(world.create(plain())).orElseThrow();
    assertThat(facts.state()).isEqualTo("created");
    assertThat(facts.pid()).isZero();
    assertThat(facts.started()).isZero();
    assertThat(facts.container().privileged()).isFalse();
    assertThat(facts.networkMode()).isEqualTo("none");
    assertThat(facts.limits()).isEqualTo(Limits.NONE);
    assertThat(facts.security()).isEqualTo(Security.DEFAULT);
  }

  @Test
  void unknownContainersAreNotFound() {
    assertThat(engine.inspect(NOBODY)).isEmpty();
    assertThat(engine.resolve("leuko-engine-nobody")).isEmpty();
    assertThat(engine.resolve("no/../name")).isEmpty();
    List<ThrowingCallable> calls =
        List.of(
            () -> engine.pause(NOBODY),
            () -> engine.unpause(NOBODY),
            () -> engine.stop(NOBODY, Duration.ofSeconds(1)),
            () -> engine.kill(NOBODY, "KILL"),
            () -> engine.start(NOBODY),
            () -> engine.restart(NOBODY, Duration.ofSeconds(1)),
            () -> engine.attachments(NOBODY),
            () -> engine.top(NOBODY),
            () -> engine.use(NOBODY),
            () -> engine.createLike(NOBODY, "leuko-engine-none"),
            () -> engine.rename(NOBODY, "leuko-engine-none"),
            () -> engine.settings(NOBODY),
            () -> engine.update(NOBODY, ContainerSettings.NONE),
            () -> engine.health(NOBODY),
            () -> engine.commit(NOBODY, "leuko-engine-none", "1", Map.of()),
            () -> engine.disconnectNetwork(NOBODY, world.network("nobody")));
    for (ThrowingCallable call : calls) {
      assertThatThrownBy(call)
          .isInstanceOf(EngineException.NotFound.class)
          .hasMessageStartingWith("Cannot ");
    }
  }

  @Test
  void resolvesNamesAndPrefixes() {
    ContainerId id = world.create(plain());
    assertThat(engine.resolve(world.name(plain()))).contains(id);
    assertThat(engine.resolve("/" + world.name(plain()))).contains(id);
    assertThat(engine.resolve(id.value())).contains(id);
    assertThat(engine.resolve(id.brief())).contains(id);
  }

  @Test
  void aLifeComesAsEventsInOrder() {
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      ContainerId id = world.run(plain().label("tier", "web"));
      engine.pause(id);
      events.awaitEvent(id, "pause"); // Docker tells both twice when they follow too fast
      engine.unpause(id);
      events.awaitEvent(id, "unpause");
      engine.kill(id, "SIGKILL");
      ContainerLifecycle die = events.awaitEvent(id, "die");
      world.remove(id);
      events.awaitEvent(id, "destroy");

      assertThat(
              events.actions(id, "create", "start", "pause", "unpause", "kill", "die", "destroy"))
          .containsExactly("create", "start", "pause", "unpause", "kill", "die", "destroy");
      assertThat(die.exitCode()).isEqualTo(137);
      assertThat(die.container().name()).isEqualTo(world.name(plain()));
      assertThat(die.container().image()).isEqualTo("busybox");
      assertThat(die.container().tag()).isEqualTo("latest");
      assertThat(die.attributes()).containsEntry("tier", "web").doesNotContainKey("exitCode");
      assertThat(events.of(id, "kill").getFirst().attributes().get("signal"))
          .isEqualTo(world.told("9"));
      assertThat(events.of(id, "start").getFirst().exitCode()).isNull();
      assertThat(subscription.isOpen()).isTrue();
      assertThat(events.gaps()).isEmpty();
    }
  }

  @Test
  void execsComeAsEvents() {
    ContainerId id = world.run(plain());
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      world.exec(id, "true --flag: yes");
      ContainerLifecycle died = events.awaitEvent(id, "exec_die");
      assertThat(events.actions(id)).containsExactly("exec_create", "exec_start", "exec_die");
      assertThat(events.of(id, "exec_start").getFirst().attributes())
          .containsEntry("command", "true --flag: yes")
          .containsKey("execID");
      assertThat(died.exitCode()).isZero();
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void networkChangesComeAsEvents() {
    String network = world.network("seen");
    ContainerId id = world.run(ContainerSpec.of("net", IMAGE).network(network));
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      engine.disconnectNetwork(id, network);
      ContainerLifecycle gone = events.awaitEvent(id, "disconnect");
      assertThat(gone.attributes()).containsEntry("network", network).containsKey("networkId");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  /** By signals that do nothing: Docker may repeat a pause and its end when they follow closely. */
  @Test
  void eventsGoOnAfterALostConnection() {
    ContainerId id = world.run(plain());
    EventRecorder events = new EventRecorder();
    List<String> harmless = List.of("18", "23", "28");
    List<String> sent = new ArrayList<>();
    try (Subscription subscription = engine.events(null, events)) {
      for (int round = 0; round < 5; round++) {
        events.awaitConnections(round + 1);
        for (String signal : harmless) {
          engine.kill(id, signal);
          sent.add(signal);
        }
        world.dropConnections();
        engine.kill(id, harmless.getFirst());
        sent.add(harmless.getFirst());
      }
      await().atMost(PATIENCE).until(() -> events.of(id).size() >= sent.size());
      assertThat(events.of(id))
          .extracting(event -> event.attributes().get("signal"))
          .containsExactlyElementsOf(sent.stream().map(world::told).toList());
      assertThat(events.gaps()).isEmpty();
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void eventsGoOnFromAPosition() {
    ContainerId id = world.run(plain());
    EventPosition position = positionAfterSignal(id, "18");
    engine.kill(id, "23");
    engine.kill(id, "28");
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(position, events)) {
      await().atMost(PATIENCE).until(() -> events.of(id).size() == 2);
      assertThat(events.of(id))
          .extracting(event -> event.attributes().get("signal"))
          .containsExactly(world.told("23"), world.told("28"));
      assertThat(events.gaps()).isEmpty();
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void aGapIsToldWhenEventsWereForgotten() {
    ContainerId id = world.run(plain());
    EventPosition position = positionAfterSignal(id, "18");
    engine.kill(id, "23");
    world.flood(id);
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(position, events)) {
      await().atMost(PATIENCE).until(() -> !events.gaps().isEmpty());
      assertThat(events.gaps()).containsExactly(position);
      engine.pause(id);
      events.awaitEvent(id, "pause");
      assertThat(events.of(id, "kill"))
          .extracting(event -> event.attributes().get("signal"))
          .doesNotContain("18", "23");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  EventPosition positionAfterSignal(ContainerId id, String signal) {
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      engine.kill(id, signal);
      EventPosition position = EventPosition.after(events.awaitEvent(id, "kill"));
      assertThat(subscription.isOpen()).isTrue();
      return position;
    }
  }

  @Test
  void readsBothStreams() {
    ContainerId id = world.run(plain());
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      world.print(id, Stream.STDOUT, bytes("one\n\ntwo\r\n"));
      world.print(id, Stream.STDERR, bytes("oops ✗\n"));
      List<LogLine> lines = log.awaitLines(4);
      assertThat(log.texts(Stream.STDOUT)).containsExactly("one", "", "two\r");
      assertThat(log.texts(Stream.STDERR)).containsExactly("oops ✗");
      assertThat(lines).allMatch(line -> !line.truncated() && line.time() > 0);
      assertThat(lines.getLast().originalBytes()).isEqualTo(bytes("oops ✗").length);
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void readsATerminal() {
    ContainerId id = world.run(ContainerSpec.of("tty", IMAGE).withTty());
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      String longLine = "x".repeat(50_000);
      world.print(id, Stream.TTY, bytes("hello\n" + longLine + "\n2026 is a year\n"));
      log.awaitLines(3);
      assertThat(log.texts(Stream.TTY)).containsExactly("hello", longLine, "2026 is a year");
      assertThat(log.lines().get(1).originalBytes()).isEqualTo(50_000);
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void joinsAndBoundsLongLines() {
    ContainerId id = world.run(plain());
    String whole = "a".repeat(40_000) + "é";
    String tooLong = "b".repeat(100_000);
    world.print(id, Stream.STDOUT, bytes(whole + "\n" + tooLong + "\nend\n"));
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      List<LogLine> lines = log.awaitLines(3);
      assertThat(lines).hasSize(3);
      assertThat(lines.get(0).text()).isEqualTo(whole);
      assertThat(lines.get(0).truncated()).isFalse();
      assertThat(lines.get(1).text()).isEqualTo("b".repeat(ContainerLog.MAX_BYTES));
      assertThat(lines.get(1).truncated()).isTrue();
      assertThat(lines.get(1).originalBytes()).isEqualTo(100_000);
      assertThat(lines.get(2).text()).isEqualTo("end");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void bytesThatAreNotTextAreReplaced() {
    ContainerId id = world.run(plain());
    world.print(id, Stream.STDOUT, new byte[] {'a', (byte) 0xff, 'b', '\n'});
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      assertThat(log.awaitLines(1).getFirst().text()).isEqualTo("a\ufffdb");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void lastWordsWithoutALineEndAreRead() {
    ContainerId id = world.run(plain());
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      world.print(id, Stream.STDOUT, bytes("first\nlast words"));
      world.exit(id, 3);
      log.awaitClosed();
      assertThat(log.texts(Stream.STDOUT)).containsExactly("first", "last words");
      assertThat(log.cause()).isEmpty();
      assertThat(subscription.isOpen()).isFalse();
    }
  }

  @Test
  void wordsBeforeAndAfterARestartAreTwoLines() {
    ContainerId id = world.run(plain());
    world.print(id, Stream.STDOUT, bytes("last words"));
    engine.restart(id, Duration.ofSeconds(2));
    world.print(id, Stream.STDOUT, bytes("first words\n"));
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      log.awaitLines(2);
      assertThat(log.texts(Stream.STDOUT)).containsExactly("last words", "first words");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void withoutFollowingTheLogEnds() {
    ContainerId id = world.run(plain());
    world.print(id, Stream.STDOUT, bytes("one\ntwo\nthree\n"));
    List<LogLine> all = readAll(id, new LogOptions(0, false));
    assertThat(all).extracting(LogLine::text).containsExactly("one", "two", "three");
    LogOptions after = new LogOptions(all.get(1).time(), false);
    assertThat(readAll(id, after)).extracting(LogLine::text).containsExactly("three");
    LogOptions end = new LogOptions(0, false).after(all.get(2));
    assertThat(readAll(id, end)).isEmpty();
  }

  List<LogLine> readAll(ContainerId id, LogOptions options) {
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, options, log)) {
      log.awaitClosed();
      assertThat(log.cause()).isEmpty();
      assertThat(subscription.isOpen()).isFalse();
    }
    return log.lines();
  }

  @Test
  void logsGoOnAfterALostConnection() {
    ContainerId id = world.run(plain());
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      List<String> expected = new ArrayList<>();
      int count = 0;
      for (int round = 0; round < 5; round++) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < world.burst(); i++) {
          expected.add("line " + ++count);
          text.append("line ").append(count).append('\n');
        }
        world.print(id, Stream.STDOUT, bytes(text.toString()));
        world.print(id, Stream.STDERR, bytes("round " + round + "\n"));
        world.dropConnections();
      }
      log.awaitLines(count + 5);
      assertThat(log.texts(Stream.STDOUT)).isEqualTo(expected);
      assertThat(log.texts(Stream.STDERR))
          .containsExactly("round 0", "round 1", "round 2", "round 3", "round 4");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void logsThatAreNotKeptAreRefused() {
    ContainerId id = world.run(ContainerSpec.of("mute", IMAGE).logDriver("none"));
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(id, new LogOptions(0, true), log)) {
      log.awaitClosed();
      assertThat(log.cause()).containsInstanceOf(EngineException.Refused.class);
      assertThat(subscription.isOpen()).isFalse();
    }
  }

  @Test
  void logsOfNobodyAreNotFound() {
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(NOBODY, new LogOptions(0, true), log)) {
      log.awaitClosed();
      assertThat(log.cause()).containsInstanceOf(EngineException.NotFound.class);
      assertThat(subscription.isOpen()).isFalse();
    }
  }

  @Test
  void aClosedSubscriptionIsSilent() {
    ContainerId id = world.run(plain());
    LogRecorder log = new LogRecorder();
    Subscription subscription = engine.logs(id, new LogOptions(0, true), log);
    world.print(id, Stream.STDOUT, bytes("heard\n"));
    log.awaitLines(1);
    subscription.close();
    world.print(id, Stream.STDOUT, bytes("unheard\n"));
    assertThat(readAll(id, new LogOptions(0, false))).hasSize(2);
    assertThat(log.lines()).hasSize(1);
    assertThat(log.closed()).isZero();
    assertThat(subscription.isOpen()).isFalse();
  }

  @Test
  void pausingTwiceIsPausingOnce() {
    ContainerId id = world.run(plain());
    engine.pause(id);
    engine.pause(id);
    assertThat(state(id)).isEqualTo("paused");
    assertThat(engine.running()).extracting(ContainerSummary::id).contains(id);
    engine.unpause(id);
    engine.unpause(id);
    assertThat(state(id)).isEqualTo("running");
  }

  @Test
  void stoppingAndStartingTwiceIsOnce() {
    ContainerId id = world.run(ContainerSpec.of("stop", IMAGE).exitOnTerm(0));
    engine.start(id);
    assertThat(engine.use(id))
        .hasValueSatisfying(use -> {
          assertThat(use.cpuNanos()).isPositive();
          assertThat(use.memoryBytes()).isNotNegative();
          assertThat(use.pids()).isPositive();
        });
    engine.stop(id, Duration.ofSeconds(5));
    engine.stop(id, Duration.ofSeconds(5));
    assertThat(state(id)).isEqualTo("exited");
    assertThat(engine.use(id)).isEmpty();
    engine.kill(id, "KILL");
    assertThatThrownBy(() -> engine.pause(id)).isInstanceOf(EngineException.Conflict.class);
    assertThatThrownBy(() -> engine.unpause(id)).isInstanceOf(EngineException.Conflict.class);
    assertThatThrownBy(() -> engine.top(id)).isInstanceOf(EngineException.Conflict.class);
    engine.start(id);
    assertThat(state(id)).isEqualTo("running");
  }

  @Test
  void aContainerThatIgnoresItsStopIsKilled() {
    ContainerId id = world.run(ContainerSpec.of("deaf", IMAGE).exitOnTerm(null));
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      engine.stop(id, Duration.ofSeconds(1));
      assertThat(state(id)).isEqualTo("exited");
      assertThat(events.awaitEvent(id, "die").exitCode()).isEqualTo(137);
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void aPausedContainerCanBeKilledOrStopped() {
    ContainerId killed = world.run(ContainerSpec.of("killed", IMAGE));
    engine.pause(killed);
    engine.kill(killed, "KILL");
    await().atMost(PATIENCE).until(() -> state(killed).equals("exited"));
    ContainerId stopped = world.run(ContainerSpec.of("stopped", IMAGE).exitOnTerm(0));
    engine.pause(stopped);
    engine.stop(stopped, Duration.ofSeconds(2));
    assertThat(state(stopped)).isEqualTo("exited");
  }

  @Test
  void restartGivesANewProcess() {
    ContainerId id = world.run(ContainerSpec.of("again", IMAGE).exitOnTerm(0));
    int before = engine.inspect(id).orElseThrow().pid();
    engine.restart(id, Duration.ofSeconds(5));
    assertThat(engine.inspect(id).orElseThrow().pid()).isPositive().isNotEqualTo(before);
  }

  @Test
  void unknownSignalsAreRefused() {
    ContainerId id = world.run(plain());
    assertThatThrownBy(() -> engine.kill(id, "SIGNONE"))
        .isInstanceOf(EngineException.Refused.class);
    assertThatThrownBy(() -> engine.kill(id, "9&force=1"))
        .isInstanceOf(EngineException.Refused.class);
    assertThat(state(id)).isEqualTo("running");
  }

  String state(ContainerId id) {
    return engine.inspect(id).orElseThrow().state();
  }

  @Test
  void aNetworkIsGivenBackAsItWas() {
    String network = world.network("back");
    ContainerId id = world.run(ContainerSpec.of("back", IMAGE).network(network, "shop", "www"));
    List<NetworkAttachment> before = engine.attachments(id);
    assertThat(before).hasSize(1);
    NetworkAttachment attachment = before.getFirst();

    engine.disconnectNetwork(id, attachment.networkId());
    engine.disconnectNetwork(id, attachment.networkId());
    assertThat(engine.attachments(id)).isEmpty();
    assertThat(engine.inspect(id).orElseThrow().networks()).isEmpty();

    ContainerSpec elsewhere = ContainerSpec.of("other", IMAGE).network(world.network("else"));
    ContainerId other = world.run(elsewhere);
    engine.connectNetwork(other, attachment.anyAddress());
    engine.disconnectNetwork(other, network);

    NetworkAttachment now = engine.connectNetwork(id, attachment);
    assertThat(now).isEqualTo(attachment);
    assertThat(engine.connectNetwork(id, attachment)).isEqualTo(attachment);
    assertThat(engine.attachments(id)).isEqualTo(before);
  }

  @Test
  void anAddressThatIsTakenIsRefused() {
    String network = world.network("taken");
    ContainerId id = world.run(ContainerSpec.of("taken", IMAGE).network(network));
    NetworkAttachment attachment = engine.attachments(id).getFirst();
    engine.disconnectNetwork(id, network);
    ContainerSpec elsewhere = ContainerSpec.of("thief", IMAGE).network(world.network("else"));
    ContainerId thief = world.run(elsewhere);
    engine.connectNetwork(thief, attachment);
    assertThatThrownBy(() -> engine.connectNetwork(id, attachment))
        .isInstanceOf(EngineException.Refused.class);
    assertThat(engine.connectNetwork(id, attachment.anyAddress()).address())
        .isNotNull()
        .isNotEqualTo(attachment.address());
  }

  @Test
  void unknownNetworksAreNotFound() {
    ContainerId id = world.run(plain());
    assertThatThrownBy(() -> engine.disconnectNetwork(id, "leuko-engine-nowhere"))
        .isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void anImageIsFoundByItsNameAndByItsId() {
    ContainerId id = world.run(plain());
    String digest = String.valueOf(engine.inspect(id).orElseThrow().container().digest());
    assertThat(digest).startsWith("sha256:");
    assertThat(engine.imageId(plain().image())).contains(digest);
    assertThat(engine.imageId(digest)).contains(digest);
    assertThat(engine.imageId("leuko-engine/no-such-image:1")).isEmpty();
  }

  @Test
  void topShowsProcessesOfTheHost() {
    ContainerId id = world.run(plain());
    int pid = engine.inspect(id).orElseThrow().pid();
    assertThat(engine.top(id))
        .anySatisfy(row -> {
          assertThat(row.pid()).isEqualTo(pid);
          assertThat(row.parentPid()).isPositive();
          assertThat(row.uid()).isZero();
          assertThat(row.command()).isNotEmpty();
        });
  }

  @Test
  void whatWasChangedInTheFileSystemIsTold() {
    ContainerId id = world.run(plain());
    world.write(id, "/x", 0755, bytes("#!/bin/sh\n"));
    world.link(id, "/y", "/etc/shadow");
    world.delete(id, "/bin/true");
    assertThat(engine.fileChanges(id))
        .contains(
            new FileChange("/x", FileChange.Kind.ADDED),
            new FileChange("/y", FileChange.Kind.ADDED),
            new FileChange("/bin/true", FileChange.Kind.DELETED));
    assertThatThrownBy(() -> engine.fileChanges(NOBODY))
        .isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void aFileIsReadFromRunningAndStoppedContainers() {
    ContainerId id = world.run(plain());
    byte[] content = new byte[3_000_000];
    Arrays.fill(content, (byte) 7);
    world.write(id, "/x", 0755, content);
    FileReader<byte[]> whole = (file, in) -> in.readAllBytes();
    assertThat(engine.readFile(id, "/x", whole)).isEqualTo(content);
    engine.stop(id, Duration.ZERO);
    assertThat(engine.readFile(id, "/x", whole)).isEqualTo(content);
    ContainerFile file = engine.readFile(id, "/x", (found, in) -> found);
    assertThat(file.type()).isEqualTo(ContainerFile.Type.REGULAR);
    assertThat(file.size()).isEqualTo(content.length);
    assertThat(file.mode()).isEqualTo(0755);
    assertThat(file.executable()).isTrue();
    assertThat(file.modified()).isPositive();
  }

  @Test
  void aLinkIsToldAndNotFollowed() {
    ContainerId id = world.run(plain());
    world.link(id, "/y", "/etc/shadow");
    String seen =
        engine.readFile(
            id, "/y", (file, in) -> file.type() + " " + file.target() + " " + in.read());
    assertThat(seen).isEqualTo("LINK /etc/shadow -1");
  }

  @Test
  void readingAFileFailsWithAnEngineException() {
    ContainerId id = world.run(plain());
    world.write(id, "/x", 0644, bytes("x"));
    FileReader<String> failing =
        (file, in) -> {
          throw new IOException("disk full");
        };
    assertThatThrownBy(() -> engine.readFile(id, "/nothing", failing))
        .isInstanceOf(EngineException.NotFound.class);
    assertThatThrownBy(() -> engine.readFile(id, "/x", failing))
        .isInstanceOf(EngineException.Unavailable.class)
        .hasMessageContaining("disk full");
  }

  @Test
  void theLastLinesAreReadAlone() {
    ContainerId id = world.run(plain());
    for (int i = 0; i < 5; i++) {
      world.print(id, Stream.STDOUT, bytes("line " + i + "\n"));
    }
    await()
        .atMost(PATIENCE)
        .untilAsserted(() ->
            assertThat(engine.lastLines(id, 2))
                .extracting(LogLine::text)
                .containsExactly("line 3", "line 4"));
    assertThat(engine.lastLines(id, 100)).hasSize(5);
    engine.stop(id, Duration.ZERO);
    assertThat(engine.lastLines(id, 1)).extracting(LogLine::text).containsExactly("line 4");
    assertThatThrownBy(() -> engine.lastLines(NOBODY, 1))
        .isInstanceOf(EngineException.NotFound.class);
  }

  @Test
  void theEnginesOwnDescriptionIsGivenWhole() {
    ContainerId id = world.run(plain());
    assertThat(engine.describe(id).orElseThrow()).contains(id.value()).startsWith("{");
    assertThat(engine.describe(NOBODY)).isEmpty();
  }

  @Test
  void aContainerOfOursIsMadeAsItWasWanted() {
    ContainerId owner = world.run(ContainerSpec.of("owner", IMAGE).networkMode("none"));
    NewContainer wanted =
        NewContainer.named(world.name(ContainerSpec.of("ours", IMAGE)), IMAGE)
            .entrypoint(List.of("sleep"))
            .command(List.of("1000"))
            .environment("LEVEL", "1")
            .label("leuko.part", "waf")
            .user("1:1")
            .networkMode("container:" + owner)
            .capDrop("ALL")
            .capAdd("SETUID", "SETGID")
            .securityOption("no-new-privileges:true")
            .readOnlyRoot()
            .tmpfs("/run", "size=1m")
            .mount(new Mount("bind", "/etc/hostname", "/mnt/name", false))
            .limits(new Limits(64 << 20, 500_000_000, 50))
            .logDriver("json-file")
            .logOption("max-size", "1m")
            .build();
    ContainerId id = engine.create(wanted);
    world.adopt(id);
    assertThat(state(id)).isEqualTo("created");
    engine.start(id);
    ContainerFacts facts = engine.inspect(id).orElseThrow();
    assertThat(facts.state()).isEqualTo("running");
    assertThat(facts.container().name()).isEqualTo(wanted.name());
    assertThat(facts.entrypoint()).containsExactly("sleep", "1000");
    assertThat(facts.labels()).containsEntry("leuko.part", "waf");
    assertThat(facts.user()).isEqualTo("1:1");
    assertThat(facts.networkMode()).isEqualTo("container:" + owner);
    assertThat(facts.security())
        .isEqualTo(
            world.told(
                new Security(
                    List.of("SETUID", "SETGID"),
                    List.of("ALL"),
                    List.of("no-new-privileges:true"),
                    true,
                    "")));
    assertThat(facts.mounts()).extracting(Mount::destination).contains("/run", "/mnt/name");
    assertThat(facts.limits()).isEqualTo(wanted.limits());
    assertThat(facts.restartPolicy()).isEqualTo("no");
    assertThat(facts.logDriver()).isEqualTo(world.logDriver());
  }

  @Test
  void anImageThatIsNotHereIsNotFetched() {
    String image = world.missingImage();
    String name = world.name(ContainerSpec.of("ours", IMAGE));
    assertThatThrownBy(() -> engine.create(NewContainer.named(name, image).build()))
        .isInstanceOf(EngineException.NotFound.class)
        .hasMessageStartingWith("Cannot make the container '" + name + "': the image " + image)
        .hasMessageContaining("docker pull " + image);
    assertThat(engine.resolve(name)).isEmpty();
  }

  @Test
  void aNameIsGivenOnce() {
    ContainerId first = world.create(plain());
    String name = world.name(plain());
    assertThatThrownBy(() -> engine.create(NewContainer.named(name, IMAGE).build()))
        .isInstanceOf(EngineException.Conflict.class);
    assertThatThrownBy(() -> engine.createLike(first, name))
        .isInstanceOf(EngineException.Conflict.class);
    ContainerId other = world.create(ContainerSpec.of("other", IMAGE));
    assertThatThrownBy(() -> engine.rename(other, name))
        .isInstanceOf(EngineException.Conflict.class);
    assertThat(engine.resolve(name)).contains(first);
  }

  @Test
  void aContainerLikeAnotherIsFreshAndHasItsConfiguration() {
    String front = world.network("front");
    String back = world.network("back");
    ContainerSpec spec =
        ContainerSpec.of("web", IMAGE)
            .label("tier", "web")
            .mount(new Mount("bind", "/etc/hostname", "/mnt/name", false))
            .network(front, "shop", "www")
            .limits(new Limits(64 << 20, 500_000_000, 100))
            .security(new Security(List.of("NET_ADMIN"), List.of("MKNOD"), List.of(), false, ""));
    ContainerId old = world.run(spec);
    NetworkAttachment behind =
        new NetworkAttachment(
            back, back, null, null, null, List.of("api"), List.of(), new TreeMap<>());
    engine.connectNetwork(old, behind);
    world.write(old, "/x", 0644, bytes("x"));
    String name = world.name(ContainerSpec.of("fresh", IMAGE));

    ContainerId fresh = engine.createLike(old, name);
    world.adopt(fresh);
    assertThat(state(fresh)).isEqualTo("created");
    assertThat(state(old)).isEqualTo("running");
    engine.stop(old, Duration.ZERO);
    engine.start(fresh);

    ContainerFacts before = engine.inspect(old).orElseThrow();
    ContainerFacts after = engine.inspect(fresh).orElseThrow();
    assertThat(after.container().name()).isEqualTo(name);
    assertThat(after.container().digest()).isEqualTo(before.container().digest());
    assertThat(after.container().image()).isEqualTo("busybox");
    assertThat(after.labels()).isEqualTo(before.labels());
    assertThat(after.mounts()).isEqualTo(before.mounts());
    assertThat(after.networkMode()).isEqualTo(before.networkMode());
    assertThat(after.entrypoint()).isEqualTo(before.entrypoint());
    assertThat(after.limits()).isEqualTo(before.limits());
    assertThat(after.security()).isEqualTo(before.security());
    assertThat(after.networks())
        .extracting(ContainerFacts.Network::name)
        .containsExactlyInAnyOrder(front, back);
    for (NetworkAttachment attachment : engine.attachments(fresh)) {
      assertThat(attachment.address()).isNotNull();
      assertThat(attachment.aliases())
          .containsExactlyInAnyOrderElementsOf(
              attachment.networkName().equals(front) ? List.of("shop", "www") : List.of("api"));
    }
    assertThat(engine.fileChanges(fresh)).extracting(FileChange::path).doesNotContain("/x");
  }

  @Test
  void aContainerOffItsNetworkIsCopiedWithoutIt() {
    String network = world.network("off");
    ContainerId old = world.run(ContainerSpec.of("web", IMAGE).network(network, "shop"));
    engine.disconnectNetwork(old, network);
    ContainerId fresh = engine.createLike(old, world.name(ContainerSpec.of("fresh", IMAGE)));
    world.adopt(fresh);
    assertThat(engine.attachments(fresh)).isEmpty();
  }

  @Test
  void removingTwiceIsRemovingOnce() {
    ContainerId id = world.run(plain());
    assertThatThrownBy(() -> engine.remove(id, false)).isInstanceOf(EngineException.Conflict.class);
    assertThat(state(id)).isEqualTo("running");
    engine.remove(id, true);
    engine.remove(id, true);
    engine.remove(NOBODY, false);
    assertThat(engine.inspect(id)).isEmpty();
    assertThat(engine.resolve(world.name(plain()))).isEmpty();
  }

  @Test
  void renamingTwiceIsRenamingOnce() {
    ContainerId id = world.run(plain());
    String other = world.name(ContainerSpec.of("other", IMAGE));
    engine.rename(id, other);
    engine.rename(id, other);
    assertThat(engine.resolve(other)).contains(id);
    assertThat(engine.resolve(world.name(plain()))).isEmpty();
    assertThat(engine.inspect(id).orElseThrow().container().name()).isEqualTo(other);
  }

  @Test
  void settingsAreChangedAndGivenBackAsTheyWere() {
    ContainerId free = world.run(plain());
    ContainerId bound =
        world.run(
            ContainerSpec.of("bound", IMAGE).limits(new Limits(256 << 20, 1_000_000_000, 100)));
    for (ContainerId id : List.of(free, bound)) {
      ContainerSettings before = engine.settings(id);
      Limits limits = engine.inspect(id).orElseThrow().limits();
      ContainerSettings less =
          before
              .withCpus(200_000_000)
              .withMemory(64 << 20)
              .withPids(20)
              .restarting("on-failure", 3);
      engine.update(id, less);
      engine.update(id, less);
      assertThat(engine.settings(id)).isEqualTo(less);
      assertThat(engine.inspect(id).orElseThrow().limits())
          .isEqualTo(new Limits(64 << 20, 200_000_000, 20));
      assertThat(engine.inspect(id).orElseThrow().restartPolicy()).isEqualTo("on-failure");
      engine.update(id, before);
      assertThat(engine.settings(id)).isEqualTo(before);
      assertThat(engine.inspect(id).orElseThrow().limits()).isEqualTo(limits);
    }
    assertThat(engine.settings(free)).isEqualTo(ContainerSettings.NONE);
  }

  @Test
  void healthIsWhatTheContainersOwnCheckSays() {
    ContainerId with = world.runHealthy(ContainerSpec.of("healthy", IMAGE));
    ContainerId without = world.run(plain());
    await().atMost(PATIENCE).until(() -> engine.health(with) == Health.HEALTHY);
    assertThat(engine.health(without)).isEqualTo(Health.NONE);
    engine.kill(with, "KILL");
    await().atMost(PATIENCE).until(() -> engine.health(with) == Health.NONE);
  }

  @Test
  void anImageIsMadeOfAContainer() {
    ContainerId id = world.run(plain());
    String image =
        engine.commit(id, "leuko-engine-evidence", "case-17", Map.of("io.leukocyte.case", "17"));
    try {
      assertThat(image).matches("sha256:[0-9a-f]{64}");
      assertThat(state(id)).isEqualTo("running");
      String name = world.name(ContainerSpec.of("again", IMAGE));
      ContainerId again =
          engine.create(NewContainer.named(name, "leuko-engine-evidence:case-17").build());
      assertThat(engine.inspect(again).orElseThrow().container().digest()).isEqualTo(image);
      assertThat(engine.inspect(again).orElseThrow().labels())
          .containsEntry("io.leukocyte.case", "17");
      engine.remove(again, true);
      engine.removeImage("leuko-engine-evidence:case-17");
      engine.removeImage("leuko-engine-evidence:case-17"); // there is none any more
      assertThatThrownBy(() ->
              engine.create(NewContainer.named(name, "leuko-engine-evidence:case-17").build()))
          .isInstanceOf(EngineException.NotFound.class);
    } finally {
      world.removeImage(image);
    }
  }

  @Test
  void aContainerIsRunToItsEnd() {
    String name = world.name(ContainerSpec.of("once", IMAGE));
    world.nextRun("hello", 3, Duration.ZERO);
    RunResult result = engine.run(once(name, "echo hello; exit 3"), PATIENCE);
    assertThat(result.exitCode()).isEqualTo(3);
    assertThat(result.inTime()).isTrue();
    assertThat(result.worked()).isFalse();
    assertThat(result.output()).extracting(LogLine::text).containsExactly("hello");
    assertThat(engine.resolve(name)).isEmpty();
  }

  @Test
  void aContainerThatDoesNotEndInTimeIsKilled() {
    String name = world.name(ContainerSpec.of("once", IMAGE));
    world.nextRun("begun", 0, Duration.ofSeconds(100));
    RunResult result = engine.run(once(name, "echo begun; sleep 100"), Duration.ofSeconds(1));
    assertThat(result.inTime()).isFalse();
    assertThat(result.exitCode()).isEqualTo(137);
    assertThat(result.output()).extracting(LogLine::text).containsExactly("begun");
    assertThat(engine.resolve(name)).isEmpty();
  }

  private static NewContainer once(String name, String script) {
    return NewContainer.named(name, IMAGE).command(List.of("sh", "-c", script)).build();
  }

  @Test
  void aHungCallEndsAtItsDeadline() {
    aHungCallEnds();
  }

  final void aHungCallEnds() {
    engine.ping();
    world.hang(true);
    long start = System.nanoTime();
    assertThatThrownBy(engine::ping)
        .isInstanceOf(EngineException.Timeout.class)
        .hasMessageContaining(EngineWorld.DEADLINE.toMillis() + " ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start))
        .isBetween(EngineWorld.DEADLINE, EngineWorld.DEADLINE.plusSeconds(2));
    world.hang(false);
    assertThatCode(engine::ping).doesNotThrowAnyException();
  }

  @Test
  void anEngineThatIsAwayIsUnavailableUntilItIsBack() {
    ContainerId id = world.create(plain());
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      events.awaitConnections(1);
      world.away(true);
      assertThatThrownBy(engine::ping)
          .isInstanceOf(EngineException.Unavailable.class)
          .hasMessageContaining("Cannot reach the engine: ");
      await().atMost(PATIENCE).until(() -> events.disconnections() == 1);
      world.away(false);
      events.awaitConnections(2);
      engine.start(id);
      events.awaitEvent(id, "start");
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void closingTheEngineEndsEverything() {
    ContainerId id = world.run(plain());
    EventRecorder events = new EventRecorder();
    List<Subscription> open =
        Arrays.asList(
            engine.events(null, events),
            engine.logs(id, new LogOptions(0, true), new LogRecorder()));
    events.awaitConnections(1);
    engine.close();
    assertThat(open).noneMatch(Subscription::isOpen);
    assertThatThrownBy(engine::ping).isInstanceOf(EngineException.Unavailable.class);
  }
}
