package io.leukocyte.responder;

import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.ProducerConfig;

/** A whole responder on the real engine and kernel. Its Kafka is away: alerts are handed to it. */
final class LiveResponder implements AutoCloseable {
  /** A Kafka that is away, as whoever wants to publish notices soon: the end waits for nobody. */
  static final Map<String, Object> NOWHERE =
      Map.of(
          CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
          "127.0.0.1:9",
          ProducerConfig.MAX_BLOCK_MS_CONFIG,
          100);

  final Engine engine = new DockerEngine(EngineOptions.of(EngineOptions.DEFAULT_HOST));
  final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  final Responder responder;

  private final Path folder;

  LiveResponder(Path folder, String actions) throws IOException {
    this(folder, actions, "");
  }

  /** With more settings, as lines of YAML. */
  LiveResponder(Path folder, String actions, String settings) throws IOException {
    this(folder, actions, "{mode: enforce}", settings);
  }

  /** With a guard of its own. */
  LiveResponder(Path folder, String actions, String guard, String settings) throws IOException {
    this.folder = folder;
    Path policies = folder.resolve("policies.yaml");
    Files.writeString(
        policies,
        "- policy: test\n  match: {tags: [shell]}\n  actions: "
            + actions
            + "\n  guard: "
            + guard
            + "\n");
    Config config =
        Config.parse(
            "test",
            "responder.policies: " + policies + "\nresponder.web.port: 0\n" + settings,
            Map.of(),
            ResponderSettings.KEYS);
    responder =
        new Responder(
            ResponderSettings.from(config), data(), TestAlerts.HOST, NOWHERE, engine, registry);
    responder.start();
    await()
        .atMost(Duration.ofSeconds(20))
        .until(() ->
            responder.check().stream()
                .anyMatch(c -> c.name().equals("engine") && c instanceof CheckResult.Ok));
  }

  Path data() {
    return folder.resolve("d");
  }

  /** A shell was started in a container, now. */
  void shellIn(ContainerId container) {
    ContainerFacts facts = engine.inspect(container).orElseThrow();
    responder.alert(
        AlertJson.write(
            TestAlerts.alert(
                TestAlerts.HOST,
                TestAlerts.SHELL,
                Priority.WARNING,
                facts.container(),
                facts.labels(),
                Nanos.now(Clock.systemUTC()))));
  }

  /** A shell was started in a container, now: this very process. */
  void shellOf(ContainerId container, ProcessRef process) {
    ContainerFacts facts = engine.inspect(container).orElseThrow();
    responder.alert(
        AlertJson.write(
            TestAlerts.shellOf(facts.container(), process, Nanos.now(Clock.systemUTC()))));
  }

  /** The journal as it is now. */
  String journal() {
    try {
      return Files.readString(DataFolder.journal(data()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The steps of the journal that hold a text, whatever they are. */
  long journalled(String text) {
    try (var lines = Files.lines(DataFolder.journal(data()))) {
      return lines.filter(line -> line.contains(text)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the journal says something. */
  void awaitJournal(String text) {
    await().atMost(Duration.ofSeconds(20)).until(() -> journalled(text) > 0);
  }

  /** Waits until so many actions are in force, and nothing is on its way. */
  List<OpenAction> awaitInForce(int actions) {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> responder.orders().actions(),
            open ->
                open.size() == actions
                    && open.stream().allMatch(a -> a.state().equals("in-force")));
  }

  /** Takes back all that it did, and nothing of other responders on this host. */
  List<Released> releaseOwn() {
    Orders orders = responder.orders();
    return orders.actions().stream()
        .flatMap(action -> orders.release(action.id(), "alice").stream())
        .toList();
  }

  @Override
  public void close() {
    responder.close();
    engine.close();
  }
}
