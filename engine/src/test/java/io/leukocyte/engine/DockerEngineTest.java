package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.StubSocket.Answer;
import io.leukocyte.events.ContainerId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Engines that a test cannot have: newer ones, broken ones, ones that were restarted. */
final class DockerEngineTest {
  private static final ContainerId ID = new ContainerId("ab".repeat(32));
  private static final String VERSION = "{\"ApiVersion\":\"1.52\",\"MinAPIVersion\":\"1.44\"}";

  @TempDir private Path folder;
  private final AtomicReference<Function<String, Answer>> script =
      new AtomicReference<>(request -> Answer.of(404, "{\"message\":\"no\"}"));
  private StubSocket socket;
  private DockerEngine engine;

  @BeforeEach
  void open() {
    Path path = folder.resolve("stub.sock");
    socket =
        new StubSocket(
            path,
            request ->
                request.equals("GET /version")
                    ? Answer.of(200, VERSION)
                    : script.get().apply(request));
    engine =
        new DockerEngine(
            EngineOptions.of(URI.create("unix://" + path))
                .withDeadline(Duration.ofSeconds(2))
                .withReconnect(Duration.ofMillis(10))
                .withMaxStreams(1));
  }

  @AfterEach
  void close() {
    engine.close();
    socket.close();
  }

  @Test
  void anEngineThatInsistsOnANewerVersionGetsItsOldest() {
    script.set(request -> Answer.of(200, "[]"));
    assertThat(engine.list()).isEmpty();
    assertThat(socket.requests())
        .containsExactly("GET /version", "GET /v1.44/containers/json?all=1");
  }

  @Test
  void answersAreErrorsOfTheirKind() {
    script.set(request -> Answer.of(503, "{\"message\":\"starting\"}"));
    assertThatThrownBy(engine::list)
        .isInstanceOf(EngineException.Unavailable.class)
        .hasMessage("Cannot list the containers: the engine says 'starting'");
    script.set(request -> Answer.of(403, "by\u001b[31m policy"));
    assertThatThrownBy(engine::list)
        .isInstanceOf(EngineException.Refused.class)
        .hasMessage("Cannot list the containers: the engine says 'by\\x1b[31m policy' (403)");
    script.set(request -> Answer.of(200, "<html>"));
    assertThatThrownBy(engine::list)
        .isInstanceOf(EngineException.Refused.class)
        .hasMessageContaining("is not JSON; is unix://");
  }

  @Test
  void manyCallsThatHangAllEnd() throws InterruptedException {
    script.set(request -> new Answer(0, "", true));
    Thread[] callers = new Thread[40];
    AtomicReference<Throwable> unexpected = new AtomicReference<>();
    for (int i = 0; i < callers.length; i++) {
      callers[i] =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  engine.ping();
                  unexpected.set(new AssertionError("a call that hangs has a result"));
                } catch (EngineException.Timeout e) {
                  // As it should be.
                }
              });
      callers[i].setUncaughtExceptionHandler((thread, error) -> unexpected.set(error));
    }
    for (Thread caller : callers) {
      assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    }
    assertThat(unexpected).hasNullValue();
    script.set(request -> Answer.of(200, "OK"));
    engine.ping();
  }

  private static String event(long nanos) {
    return "{\"Type\":\"container\",\"Action\":\"start\",\"timeNano\":%d,\"Actor\":{\"ID\":\"%s\"}}"
        .formatted(nanos, ID);
  }

  @Test
  void aRestartedEngineThatKnowsNoEventIsAGap() {
    script.set(request -> new Answer(200, "", !request.contains("until=")));
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(new EventPosition(5), events)) {
      events.awaitConnections(1);
      assertThat(events.gaps()).containsExactly(new EventPosition(5));
      script.set(request -> new Answer(200, event(7) + event(8), !request.contains("until=")));
      socket.drop();
      await().until(() -> events.of(ID).size() == 2);
      assertThat(events.gaps()).hasSize(2);
      socket.drop();
      events.awaitConnections(3);
      assertThat(events.of(ID)).hasSize(2);
      assertThat(events.gaps()).hasSize(2);
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void eventsThatCannotBeOpenedAreTriedAgain() {
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(null, events)) {
      await().until(() -> socket.requests().size() >= 4);
      assertThat(events.connections()).isZero();
      script.set(request -> new Answer(200, "", true));
      events.awaitConnections(1);
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void streamsAreBounded() {
    script.set(request ->
        request.contains("/logs")
            ? new Answer(200, "", true)
            : Answer.of(200, "{\"State\":{\"Running\":true}}"));
    LogRecorder first = new LogRecorder();
    LogRecorder second = new LogRecorder();
    try (Subscription open = engine.logs(ID, new LogOptions(0, true), first)) {
      await().until(() -> socket.requests().stream().anyMatch(r -> r.contains("/logs")));
      try (Subscription refused = engine.logs(ID, new LogOptions(0, true), second)) {
        second.awaitClosed();
        assertThat(refused.isOpen()).isFalse();
        assertThat(second.cause().orElseThrow())
            .isInstanceOf(EngineException.Refused.class)
            .hasMessageEndingWith(
                "1 streams are open, the most at the same time; follow fewer containers");
      }
      assertThat(open.isOpen()).isTrue();
    }
    LogRecorder third = new LogRecorder();
    await().until(() -> opens(third));
  }

  private boolean opens(LogRecorder log) {
    long before = socket.requests().stream().filter(r -> r.contains("/logs")).count();
    try (Subscription open = engine.logs(ID, new LogOptions(0, true), log)) {
      await()
          .until(() ->
              !open.isOpen()
                  || socket.requests().stream().filter(r -> r.contains("/logs")).count() > before);
      return open.isOpen();
    }
  }

  @Test
  void whatIsNoLogIsNotReadForever() {
    script.set(request ->
        request.contains("/logs")
            ? Answer.of(200, "this is not a log")
            : Answer.of(200, "{\"State\":{\"Running\":true}}"));
    LogRecorder log = new LogRecorder();
    try (Subscription subscription = engine.logs(ID, new LogOptions(0, true), log)) {
      log.awaitClosed();
      assertThat(log.cause()).containsInstanceOf(EngineException.Refused.class);
      assertThat(subscription.isOpen()).isFalse();
    }
  }
}
