package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * An action whose response is measured, and the least it could take: what it asks of the engine or
 * of the packet filter, asked for by nobody but the bench.
 *
 * @param name as the report says it
 * @param yaml as a policy says it
 * @param way a word of the journal when it was done the way that is meant; empty: there is one way
 * @param options of {@code docker run} for its container
 * @param limit the bare change
 * @param back the bare way back, measured after it
 * @param undone whether an operator can take it back
 * @param bound most milliseconds from the alert to the change that holds, 99 of 100 times
 */
record ResponseAction(
    String name,
    String yaml,
    String way,
    List<String> options,
    Bare limit,
    Bare back,
    boolean undone,
    OptionalDouble bound) {
  private static final int LOG_LINES = 1_000;
  private static final Duration END = Duration.ofSeconds(10);
  private static final Bare NOTHING = (engine, container) -> {};

  /** Something done to a container without a responder. */
  @FunctionalInterface
  interface Bare {
    void run(Engine engine, Running container) throws IOException, InterruptedException;
  }

  ResponseAction {
    options = List.copyOf(options);
  }

  /** All that exist: a new one is a line here. */
  static List<ResponseAction> all() {
    return List.of(
        lasting("snapshot", "snapshot: {}", ResponseAction::look),
        new ResponseAction(
            "quarantine by packet filter",
            "quarantine: {}",
            "packet filter",
            List.of(),
            (engine, container) -> LatencyLimits.filter(container),
            (engine, container) -> LatencyLimits.filter(container),
            true,
            OptionalDouble.of(200)),
        undoable("quarantine by networks", "quarantine: {}", new Networks())
            .by("taking it off", "--cap-add", "NET_ADMIN"),
        undoable("pause", "pause: {}", of(Engine::pause), of(Engine::unpause)),
        undoable("stop", "stop: {grace: 5s}", ResponseAction::stop, of(Engine::start)),
        undoable("kill", "kill: {for: 1h}", ResponseAction::kill, of(Engine::start)));
  }

  private static ResponseAction undoable(String name, String yaml, Bare limit, Bare back) {
    return new ResponseAction(name, yaml, "", List.of(), limit, back, true, OptionalDouble.empty());
  }

  private static ResponseAction undoable(String name, String yaml, Networks networks) {
    return undoable(name, yaml, networks::leave, networks::join);
  }

  /** One that changes nothing that could be taken back. */
  private static ResponseAction lasting(String name, String yaml, Bare limit) {
    return new ResponseAction(
        name, yaml, "", List.of(), limit, NOTHING, false, OptionalDouble.empty());
  }

  private ResponseAction by(String newWay, String... newOptions) {
    return new ResponseAction(name, yaml, newWay, List.of(newOptions), limit, back, undone, bound);
  }

  /** A change of the engine by one call. */
  private interface Call {
    void run(Engine engine, ContainerId container);
  }

  private static Bare of(Call call) {
    return (engine, container) -> call.run(engine, container.id());
  }

  private static void look(Engine engine, Running container) {
    var _ = engine.describe(container.id());
    var _ = engine.top(container.id());
    var _ = engine.fileChanges(container.id());
    var _ = engine.lastLines(container.id(), LOG_LINES);
  }

  private static void stop(Engine engine, Running container) {
    engine.stop(container.id(), Duration.ofSeconds(5));
  }

  /** The engine's call returns before the container has ended. */
  private static void kill(Engine engine, Running container) throws InterruptedException {
    engine.kill(container.id(), "KILL");
    long end = System.nanoTime() + END.toNanos();
    while (engine.inspect(container.id()).map(ContainerFacts::pid).orElse(0) != 0) {
      if (System.nanoTime() > end) {
        throw new EnvironmentException(
            "The bench killed %s, and it still runs after %d s"
                .formatted(container.name(), END.toSeconds()));
      }
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** Takes a container off its networks and attaches it again. */
  private static final class Networks {
    private List<NetworkAttachment> attachments = List.of();

    void leave(Engine engine, Running container) {
      attachments = engine.attachments(container.id());
      attachments.forEach(a -> engine.disconnectNetwork(container.id(), a.networkId()));
    }

    void join(Engine engine, Running container) {
      attachments.forEach(a -> engine.connectNetwork(container.id(), a));
    }
  }
}
