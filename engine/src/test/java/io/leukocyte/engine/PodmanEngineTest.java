package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.StubSocket.Answer;
import io.leukocyte.events.ContainerId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a Podman does that a test cannot wait for. */
final class PodmanEngineTest {
  private static final ContainerId ID = new ContainerId("ab".repeat(32));
  private static final int CALLS = 2;
  private static final String RUNNING =
      "{\"Id\":\"" + ID + "\",\"State\":{\"Running\":true,\"Status\":\"running\"}}";
  private static final String VERSION =
      "{\"ApiVersion\":\"1.41\",\"MinAPIVersion\":\"1.24\","
          + "\"Components\":[{\"Name\":\"Podman Engine\"}]}";

  @TempDir private Path folder;
  private final AtomicReference<Function<String, Answer>> script =
      new AtomicReference<>(request -> Answer.of(200, RUNNING));
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
            new EngineOptions(
                URI.create("unix://" + path),
                null,
                Duration.ofSeconds(2),
                CALLS,
                64,
                Duration.ofMillis(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2)));
  }

  @AfterEach
  void close() {
    engine.close();
    socket.close();
  }

  private long asked(String part) {
    return socket.requests().stream().filter(request -> request.contains(part)).count();
  }

  /** Its logs answer nothing at all before there is a line. */
  @Test
  void containersThatAreSilentHoldNoCallUp() {
    script.set(
        request -> request.contains("/logs") ? new Answer(0, "", true) : Answer.of(200, RUNNING));
    List<Subscription> silent = new ArrayList<>();
    for (int i = 0; i < 8 * CALLS; i++) {
      silent.add(engine.logs(ID, new LogOptions(0, true), new LogRecorder()));
    }
    await().until(() -> asked("/logs") == silent.size());
    assertThat(engine.inspect(ID)).isPresent();
    assertThat(engine.inspect(ID)).isPresent();
    long start = System.nanoTime();
    silent.forEach(Subscription::close);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
    assertThat(asked("/logs")).isEqualTo(silent.size());
  }

  private static String event(long nanos) {
    return "{\"Type\":\"container\",\"Action\":\"start\",\"timeNano\":%d,\"Actor\":{\"ID\":\"%s\"}}"
        .formatted(nanos, ID);
  }

  @Test
  void ofItsManyEventsTheOldestAloneIsLookedAtAndTheLastAreReplayed() {
    long last = 1_700_000_000_000_000_000L;
    script.set(request ->
        request.contains("stream=false")
            ? new Answer(200, event(last - 100), true)
            : new Answer(200, event(last) + event(last + 1), true));
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(new EventPosition(last), events)) {
      await().until(() -> events.of(ID).size() == 1);
      assertThat(events.gaps()).isEmpty();
      assertThat(asked("/events?since=0&stream=false")).isOne();
      assertThat(asked("/events?since=1699999990.000000000")).isOne();
      script.set(request -> new Answer(200, event(last + 9), !request.contains("stream=false")));
      socket.drop();
      await().until(() -> events.of(ID).size() == 2);
      assertThat(events.gaps()).containsExactly(new EventPosition(last + 1));
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  /** Without a file of events it waits for one: since the host was started nothing has happened. */
  @Test
  void aPodmanThatKnowsNoEventIsAGap() {
    script.set(request ->
        request.contains("stream=false") ? new Answer(0, "", true) : new Answer(200, "", true));
    EventRecorder events = new EventRecorder();
    try (Subscription subscription = engine.events(new EventPosition(5), events)) {
      events.awaitConnections(1);
      assertThat(events.gaps()).containsExactly(new EventPosition(5));
      assertThat(subscription.isOpen()).isTrue();
    }
  }

  @Test
  void limitsThatItDoesNotChangeAreToldSo() {
    script.set(request ->
        request.contains("/update")
            ? Answer.of(404, "Not Found")
            : Answer.of(200, RUNNING.replace("\"State\"", "\"HostConfig\":{},\"State\"")));
    ContainerSettings less = ContainerSettings.NONE.withPids(20);
    assertThatThrownBy(() -> engine.update(ID, less))
        .isInstanceOf(EngineException.Refused.class)
        .hasMessageStartingWith("Cannot change the settings of container " + ID.brief())
        .hasMessageContaining("this Podman does not change limits")
        .hasMessageContaining("podman update");
    engine.update(ID, ContainerSettings.NONE);
  }

  @Test
  void whatIsFrozenIsThawedWhenItIsKilledAndBeforeItIsStopped() {
    String paused = RUNNING.replace("\"running\"", "\"paused\"");
    script.set(request -> Answer.of(request.startsWith("GET") ? 200 : 204, paused));
    engine.kill(ID, "KILL");
    engine.stop(ID, Duration.ZERO);
    assertThat(socket.requests().stream().filter(request -> request.startsWith("POST")))
        .containsExactly(
            "POST /v1.41/libpod/containers/" + ID + "/kill?signal=KILL",
            "POST /v1.41/containers/" + ID + "/unpause",
            "POST /v1.41/containers/" + ID + "/unpause",
            "POST /v1.41/containers/" + ID + "/stop?t=0");
  }

  @Test
  void whatItSaysOfAnOrderIsOkOrItIsNoPodman() {
    String attached =
        RUNNING.replace("\"State\"", "\"NetworkSettings\":{\"Networks\":{\"a\":{}}},\"State\"");
    script.set(request -> Answer.of(200, request.startsWith("POST") ? "OK" : attached));
    engine.disconnectNetwork(ID, "a");
    script.set(request -> Answer.of(200, request.startsWith("POST") ? "<html>" : attached));
    assertThatThrownBy(() -> engine.disconnectNetwork(ID, "a"))
        .isInstanceOf(EngineException.Refused.class)
        .hasMessageContaining("makes no sense");
  }

  @Test
  void processesAreNotAskedForByArgumentsOfPs() {
    script.set(request ->
        Answer.of(
            200,
            "{\"Titles\":[\"HPID\",\"HUSER\",\"PID\",\"PPID\",\"COMMAND\"],"
                + "\"Processes\":[[\"700\",\"root\",\"1\",\"0\",\"sh\"]]}"));
    assertThat(engine.top(ID)).containsExactly(new ProcessRow(700, 0, 0, "sh"));
    assertThat(asked("/top?ps_args=hpid%2Chuser%2Cpid%2Cppid%2Cargs")).isOne();
  }

  @Test
  void pausedContainersRunToo() {
    String line = "{\"Id\":\"%s\",\"Names\":[\"/x\"],\"State\":\"%s\"}";
    script.set(request ->
        Answer.of(
            200,
            "["
                + line.formatted("1".repeat(64), "running")
                + ","
                + line.formatted("2".repeat(64), "paused")
                + ","
                + line.formatted("3".repeat(64), "stopped")
                + ","
                + line.formatted("4".repeat(64), "initialized")
                + "]"));
    assertThat(engine.running())
        .extracting(ContainerSummary::id)
        .containsExactly(new ContainerId("1".repeat(64)), new ContainerId("2".repeat(64)));
    assertThat(engine.list()).hasSize(4);
  }
}
