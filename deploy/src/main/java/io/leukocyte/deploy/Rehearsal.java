package io.leukocyte.deploy;

import io.leukocyte.collector.Collector;
import io.leukocyte.collector.SensorRehearsal;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.HostPort;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Roles once from their start to their end, with an engine in memory, for the JVM to write down
 * what they load: {@code bin/leuko} runs it when it has built, with {@code -XX:AOTCacheOutput}. It
 * needs no root, no engine and no network but loopback, and leaves nothing behind.
 *
 * <p>With {@code collect} it is the collector alone, whose Kafka is away and whose kernel is made
 * up: all that is written down takes memory of a collector. With {@code server} it is all of them
 * with a Kafka in this process.
 */
final class Rehearsal {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration BRIEF = Duration.ofSeconds(2);
  private static final HostId HOST = new HostId("rehearsal");

  private static final String RULES =
      """
      - rule: Rehearsal
        desc: A line that a container writes.
        condition: evt.type = log and container and log.line contains rehearsal
        output: "%container.name: %log.line"
        priority: WARNING
      """;

  private static final String POLICIES =
      """
      - policy: rehearsal
        match: {rules: [Rehearsal]}
        actions: [pause: {for: 1h}]
        guard: {mode: enforce}
      """;

  private final Path folder;
  private final RoleProcess process = new RoleProcess();

  private Rehearsal(Path folder) {
    this.folder = folder;
  }

  /** Ends with 0 when all went as it should. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("leuko-rehearsal");
    boolean done;
    try {
      Rehearsal rehearsal = new Rehearsal(folder);
      done = arguments[0].equals("collect") ? rehearsal.collector() : rehearsal.server();
    } finally {
      Folders.delete(folder);
    }
    System.exit(done ? ExitCode.FINE : ExitCode.FINDINGS);
  }

  /** Whether it collects while Kafka is away. */
  private boolean collector() throws InterruptedException {
    commands("collect");
    engineThatIsAway();
    KafkaSettings nobody = KafkaSettings.plain(new HostPort("127.0.0.1", LoopbackPorts.free()));
    try (process;
        InMemoryEngine engine = new InMemoryEngine();
        HealthServer _ = health()) {
      Config config = config(Map.of());
      RuleSet inForce = RuleFiles.inForce(DeploySettings.from(config)).rules();
      Collector collector = process.add(roles(config, nobody, engine).collector(inForce));
      process.start(collector, BRIEF);
      engine.print(web(engine), ContainerLog.Stream.STDOUT, "a rehearsal\n");
      TimeUnit.NANOSECONDS.sleep(BRIEF.toNanos());
      process.end();
      return counted() && SensorRehearsal.run() > 0;
    }
  }

  /** Whether a line of a container has paused it. */
  private boolean server() throws IOException, InterruptedException {
    commands("up");
    engineThatIsAway();
    EmbeddedKafka.Settings settings =
        new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.PASSWORD);
    try (process;
        EmbeddedKafka kafka = EmbeddedKafka.create(folder, settings);
        InMemoryEngine engine = new InMemoryEngine()) {
      kafka.start();
      KafkaSettings client = KafkaAccess.embedded(kafka.clientProperties());
      KafkaAccess.ensureTopics(client, TopicSpecs.oneMachine());
      CountDownLatch heard = new CountDownLatch(1);
      try (TopicFollower _ =
              TopicFollower.start(
                  client.clientProperties(), List.of(Topic.ACTIONS), action -> heard.countDown());
          HealthServer _ = health()) {
        startAll(client, engine);
        engine.print(web(engine), ContainerLog.Stream.STDOUT, "a rehearsal\n");
        boolean acted = heard.await(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        process.end();
        return acted && counted();
      }
    }
  }

  private HealthServer health() {
    return HealthServer.start(
        "127.0.0.1", LoopbackPorts.free(), process::checks, process.metrics());
  }

  private boolean counted() {
    return process.metrics().scrape().contains("leuko_");
  }

  private static ContainerId web(InMemoryEngine engine) {
    return engine.run(ContainerSpec.of("web", "shop/web:1"));
  }

  /** The command line; what it prints is of no interest. */
  private static void commands(String role) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    int _ = Leuko.commandLine().setOut(nowhere).setErr(nowhere).execute(role, "--help");
  }

  private void engineThatIsAway() {
    URI nobody = URI.create("unix://" + folder.resolve("engine"));
    try (Engine engine = new DockerEngine(EngineOptions.of(nobody))) {
      engine.ping();
    } catch (EngineException e) {
      System.out.println("As expected: " + e.getMessage());
    }
  }

  private static Config config(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("LEUKO_COLLECTOR_SENSOR_MODE", "off");
    settings.put("LEUKO_COLLECTOR_LOGS_FROM", "all");
    return Config.load(null, settings, DeploySettings.allKeys());
  }

  private Roles roles(Config config, KafkaSettings client, Engine engine) {
    Path data = PrivateFiles.folder(folder.resolve("data"));
    return new Roles(config, client, HOST, data, engine, process.metrics());
  }

  private void startAll(KafkaSettings client, Engine engine)
      throws IOException, InterruptedException {
    Path rules = Files.writeString(folder.resolve("rules.yaml"), RULES);
    Path policies = Files.writeString(folder.resolve("policies.yaml"), POLICIES);
    Config config =
        config(
            Map.of(
                "LEUKO_RULES_PATHS",
                rules.toString(),
                "LEUKO_RESPONDER_POLICIES",
                policies.toString(),
                "LEUKO_RESPONDER_WEB_PORT",
                "0",
                "LEUKO_COMMANDS_TRUST",
                "acl",
                "LEUKO_ELASTICSEARCH_URL",
                "http://127.0.0.1:" + LoopbackPorts.free()));
    RuleSet inForce = RuleFiles.inForce(DeploySettings.from(config)).rules();
    Roles roles = roles(config, client, engine);
    process.start(
        process.add(new Indexer(IndexerSettings.from(config), client, process.metrics())), BRIEF);
    process.start(process.add(roles.responder()), BRIEF); // without nft it never gets well
    process.start(process.add(roles.analyzerAlone(inForce)), PATIENCE);
    process.start(process.add(roles.collector(inForce)), BRIEF);
  }
}
