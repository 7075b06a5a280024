package io.leukocyte.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** The fake keeps the contract, and its script does what it says. */
final class InMemoryEngineTest extends EngineContract {
  @Override
  EngineWorld makeWorld() {
    return new InMemoryWorld();
  }

  private static final class InMemoryWorld implements EngineWorld {
    private final InMemoryEngine engine;

    InMemoryWorld() {
      AtomicLong time = new AtomicLong(1_000_000_000_000_000_000L);
      engine = new InMemoryEngine(() -> time.addAndGet(1000), DEADLINE);
    }

    @Override
    public Engine engine() {
      return engine;
    }

    @Override
    public String network(String name) {
      engine.createNetwork(name);
      return name;
    }

    @Override
    public ContainerId create(ContainerSpec spec) {
      return engine.create(spec);
    }

    @Override
    public ContainerId runHealthy(ContainerSpec spec) {
      ContainerId id = engine.run(spec);
      engine.health(id, "healthy");
      return id;
    }

    @Override
    public void adopt(ContainerId container) {}

    @Override
    public String missingImage() {
      engine.removeImage("nothing:1");
      return "nothing:1";
    }

    @Override
    public void nextRun(String line, int exitCode, Duration after) {
      engine.answerRuns((wanted, most) -> {
        boolean inTime = after.compareTo(most) < 0;
        LogLine output = new LogLine(1, Stream.STDOUT, line, line.length(), false);
        return new RunResult(inTime ? exitCode : 137, inTime, List.of(output));
      });
    }

    @Override
    public void removeImage(String id) {}

    @Override
    public String name(ContainerSpec spec) {
      return spec.name();
    }

    @Override
    public void print(ContainerId container, Stream stream, byte[] bytes) {
      engine.print(container, stream, bytes);
    }

    @Override
    public void exec(ContainerId container, String command) {
      engine.exec(container, command);
    }

    @Override
    public void write(ContainerId container, String path, int mode, byte[] content) {
      engine.writeFile(container, path, mode, content);
    }

    @Override
    public void link(ContainerId container, String path, String target) {
      engine.linkFile(container, path, target);
    }

    @Override
    public void delete(ContainerId container, String path) {
      engine.deleteFile(container, path);
    }

    @Override
    public void exit(ContainerId container, int code) {
      engine.exit(container, code);
    }

    @Override
    public void remove(ContainerId container) {
      engine.remove(container);
    }

    @Override
    public void flood(ContainerId container) {
      for (int i = 0; i < InMemoryEvents.KEPT; i++) {
        engine.health(container, "healthy");
      }
    }

    @Override
    public void dropConnections() {
      engine.dropConnections();
    }

    @Override
    public void hang(boolean hang) {
      engine.hangCalls(hang);
    }

    @Override
    public void away(boolean away) {
      if (away) {
        engine.stopEngine();
      } else {
        engine.startEngine();
      }
    }

    @Override
    public void close() {
      engine.close();
    }
  }

  @Test
  void aRestartOfTheEngineKillsContainersAndIsAGap() {
    try (InMemoryEngine engine = new InMemoryEngine()) {
      ContainerId id = engine.run(ContainerSpec.of("web", "nginx"));
      EventRecorder events = new EventRecorder();
      LogRecorder log = new LogRecorder();
      try (Subscription subscription = engine.events(null, events);
          Subscription logs = engine.logs(id, new LogOptions(0, true), log)) {
        events.awaitConnections(1);
        engine.print(id, Stream.STDOUT, "cut off");
        engine.stopEngine();
        engine.startEngine();
        events.awaitConnections(2);
        log.awaitClosed();
        assertThat(log.texts(Stream.STDOUT)).containsExactly("cut off");
        engine.start(id);
        events.awaitEvent(id, "start");
        assertThat(events.gaps()).hasSize(1);
        assertThat(subscription.isOpen()).isTrue();
        assertThat(logs.isOpen()).isFalse();
      }
    }
  }

  @Test
  void twoRunsOfAScriptAreTheSame() {
    assertThat(script()).isEqualTo(script());
  }

  private static String script() {
    try (InMemoryEngine engine = new InMemoryEngine()) {
      ContainerId id = engine.run(ContainerSpec.of("web", "nginx").network("shop", "www"));
      engine.pause(id);
      return engine.inspect(id) + " " + engine.attachments(id) + " " + engine.changes();
    }
  }

  @Test
  void callsAreSlowOrFailAsTheScriptHasIt() {
    try (InMemoryEngine engine = new InMemoryEngine()) {
      engine.delayCalls(Duration.ofMillis(50));
      long start = System.nanoTime();
      engine.ping();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(50_000_000);
      engine.failNext(new EngineException.Conflict("no", null));
      assertThatThrownBy(engine::ping).isInstanceOf(EngineException.Conflict.class);
      engine.ping();
    }
  }
}
