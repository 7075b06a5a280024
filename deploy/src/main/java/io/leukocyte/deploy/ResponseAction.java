package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.engine.ContainerSettings;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.engine.NewContainer;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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
 * @param program what its container runs
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
    List<String> program,
    Bare limit,
    Bare back,
    boolean undone,
    OptionalDouble bound) {
  private static final int LOG_LINES = 1_000;
  private static final Duration END = Duration.ofSeconds(10);
  private static final Bare NOTHING = (engine, container) -> {};
  private static final List<String> SLEEP = List.of("sleep", "infinity");

  /** Answers each request with two letters. */
  private static final List<String> WEB =
      List.of(
          "perl",
          "-MIO::Socket::INET",
          "-e",
          """
          my $listener = IO::Socket::INET->new(LocalPort => 8000, Listen => 64, ReuseAddr => 1) or die;
          while (my $client = $listener->accept) {
            my $line;
            do { $line = <$client> } while (defined $line && $line =~ /\\S/);
            print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok";
            close $client;
          }
          """);

  /** Something done to a container without a responder. */
  @FunctionalInterface
  interface Bare {
    void run(Engine engine, Running container) throws IOException, InterruptedException;
  }

  ResponseAction {
    options = List.copyOf(options);
    program = List.copyOf(program);
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
            SLEEP,
            (engine, container) -> LatencyLimits.filter(container),
            (engine, container) -> LatencyLimits.filter(container),
            true,
            OptionalDouble.of(200)),
        undoable("quarantine by networks", "quarantine: {}", new Networks())
            .by("taking it off", "--cap-add", "NET_ADMIN"),
        undoable("throttle", "throttle: {cpus: 0.5, pids: 200}", new Limits()),
        undoable("pause", "pause: {}", of(Engine::pause), of(Engine::unpause)),
        lasting("restart", "restart: {grace: 1s}", ResponseAction::restart),
        undoable("recycle", "recycle: {grace: 1s, settle: 0s}", new Fresh()),
        undoable("stop", "stop: {grace: 5s}", ResponseAction::stop, of(Engine::start)),
        undoable("kill", "kill: {for: 1h}", ResponseAction::kill, of(Engine::start)),
        firewall(new Firewall()));
  }

  private static ResponseAction firewall(Firewall bare) {
    return new ResponseAction(
        "waf",
        "waf: {drain: 1s}",
        "",
        List.of(),
        WEB,
        bare::start,
        bare::remove,
        true,
        OptionalDouble.of(2_000));
  }

  private static ResponseAction undoable(String name, String yaml, Bare limit, Bare back) {
    return new ResponseAction(
        name, yaml, "", List.of(), SLEEP, limit, back, true, OptionalDouble.empty());
  }

  private static ResponseAction undoable(String name, String yaml, Limits limits) {
    return undoable(name, yaml, limits::lower, limits::give);
  }

  private static ResponseAction undoable(String name, String yaml, Fresh fresh) {
    return undoable(name, yaml, fresh::swap, fresh::back);
  }

  private static ResponseAction undoable(String name, String yaml, Networks networks) {
    return undoable(name, yaml, networks::leave, networks::join);
  }

  /** One that changes nothing that could be taken back. */
  private static ResponseAction lasting(String name, String yaml, Bare limit) {
    return new ResponseAction(
        name, yaml, "", List.of(), SLEEP, limit, NOTHING, false, OptionalDouble.empty());
  }

  private ResponseAction by(String newWay, String... newOptions) {
    return new ResponseAction(
        name, yaml, newWay, List.of(newOptions), program, limit, back, undone, bound);
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

  private static void restart(Engine engine, Running container) {
    engine.restart(container.id(), Duration.ofSeconds(1));
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

  /** Starts a container like the old one in its place, and goes back. */
  private static final class Fresh {
    private Optional<ContainerId> made = Optional.empty();

    void swap(Engine engine, Running container) {
      ContainerId fresh = engine.createLike(container.id(), container.name() + "-fresh");
      made = Optional.of(fresh);
      engine.stop(container.id(), Duration.ofSeconds(1));
      engine.start(fresh);
    }

    void back(Engine engine, Running container) {
      made.ifPresent(fresh -> engine.remove(fresh, true));
      engine.start(container.id());
    }
  }

  /** Takes processor time and processes away and gives them back. */
  private static final class Limits {
    private ContainerSettings before = ContainerSettings.NONE;

    void lower(Engine engine, Running container) {
      before = engine.settings(container.id());
      engine.update(container.id(), before.withCpus(500_000_000L).withPids(200));
    }

    void give(Engine engine, Running container) {
      engine.update(container.id(), before);
    }
  }

  /** The firewall's container alone, until it listens; no connection is led to it. */
  private static final class Firewall {
    private static final int PORT = 28080;
    private static final String IMAGE = "leuko/waf:1";
    private Optional<ContainerId> made = Optional.empty();

    void start(Engine engine, Running container) throws IOException, InterruptedException {
      ContainerId sidecar =
          engine.create(
              NewContainer.named(container.name() + "-waf", IMAGE)
                  .networkMode("container:" + container.id())
                  .environment("BACKEND", "http://127.0.0.1:8000")
                  .environment("PORT", String.valueOf(PORT))
                  .build());
      made = Optional.of(sidecar);
      engine.start(sidecar);
      long end = System.nanoTime() + END.toNanos();
      while (!listens(container)) {
        if (System.nanoTime() > end) {
          throw new EnvironmentException(
              "The firewall's image %s does not listen after %d s; make it again with deploy/waf/build.sh"
                  .formatted(IMAGE, END.toSeconds()));
        }
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }

    private static boolean listens(Running container) throws IOException {
      String port = ":%04X ".formatted(PORT);
      Path sockets = Path.of("/proc/" + container.pid() + "/net/tcp");
      return Files.readString(sockets).contains(port);
    }

    void remove(Engine engine, Running container) {
      made.ifPresent(id -> engine.remove(id, true));
      made = Optional.empty();
    }
  }
}
