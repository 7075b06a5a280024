package io.leukocyte.deploy;

import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.HostPort;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The roles as processes of their own, with Kafka as one too and a container engine that may be
 * killed. Everything ends with {@link #close}, or with this process.
 */
final class Fleet implements AutoCloseable {
  static final int PARTITIONS = 4;

  private final Path folder;
  private final int kafkaPort = LoopbackPorts.free();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final List<Child> children = new ArrayList<>();
  private final @Nullable PrivateEngine engine;
  private final Child kafka;
  private final RuleFile rules;
  private final Path policies;

  private Fleet(Path folder, String rules, String policies, @Nullable PrivateEngine engine)
      throws IOException {
    this.folder = folder;
    this.rules = new RuleFile("matrix.yaml", rules);
    this.policies = folder.resolve("policies.yaml");
    Files.writeString(folder.resolve("matrix.yaml"), rules);
    Files.writeString(this.policies, policies);
    this.engine = engine;
    kafka =
        child(
            "kafka",
            256,
            Map.of(),
            this::kafkaListens,
            "kafka",
            folder.resolve("kafka-data").toString(),
            String.valueOf(kafkaPort),
            String.valueOf(LoopbackPorts.free()));
  }

  /** Engine, Kafka and topics; no role yet. */
  static Fleet start(Path folder, String rules, String policies) throws Exception {
    return started(
        new Fleet(folder, rules, policies, PrivateEngine.start(folder.resolve("engine"))));
  }

  /** Kafka and topics, for roles that need no engine. */
  static Fleet withoutEngine(Path folder) throws Exception {
    return started(new Fleet(folder, "[]", "[]", null));
  }

  private static Fleet started(Fleet fleet) throws Exception {
    try {
      fleet.kafka.start();
      fleet.kafka.awaitReady();
      fleet.makeTopics();
      return fleet;
    } catch (Exception | AssertionError e) {
      fleet.close();
      throw e;
    }
  }

  private void makeTopics() throws ExecutionException, InterruptedException {
    KafkaAccess.ensureTopics(settings(), new TopicSpecs(PARTITIONS, 1, 1L << 30));
  }

  private KafkaSettings settings() {
    return KafkaSettings.plain(new HostPort("127.0.0.1", kafkaPort));
  }

  /**
   * A role that is not started.
   *
   * @param name of the process and its data folder
   * @param command the subcommand of leuko
   * @param host its host
   * @param more further settings, by their names in the environment
   */
  Child role(String name, String command, HostId host, Map<String, String> more) {
    return role(name, command, host, 128, more);
  }

  /** The same with a heap of so many megabytes instead of 128. */
  Child role(
      String name, String command, HostId host, int heapMegabytes, Map<String, String> more) {
    int port = LoopbackPorts.free();
    Map<String, String> environment = new HashMap<>();
    if (engine != null) {
      environment.put("DOCKER_HOST", engine.host());
    }
    environment.put("LEUKO_KAFKA_BOOTSTRAP", "127.0.0.1:" + kafkaPort);
    environment.put("LEUKO_TOPICS_PARTITIONS", String.valueOf(PARTITIONS));
    environment.put("LEUKO_HOST_ID", host.value());
    environment.put("LEUKO_RULES_SHIPPED", "false");
    environment.put("LEUKO_RULES_PATHS", folder.resolve("matrix.yaml").toString());
    environment.put("LEUKO_RESPONDER_POLICIES", policies.toString());
    environment.put("LEUKO_COMMANDS_TRUST", "acl");
    environment.put("LEUKO_RESPONDER_WEB_PORT", "0");
    environment.putAll(more);
    return child(
        name,
        heapMegabytes,
        environment,
        () -> isHealthy(port),
        command,
        "--data",
        data(name).toString(),
        "--http-port",
        String.valueOf(port));
  }

  private Child child(
      String name,
      int heapMegabytes,
      Map<String, String> environment,
      BooleanSupplier ready,
      String... arguments) {
    List<String> command = FleetMember.command(heapMegabytes, arguments);
    Child child = new Child(name, command, environment, folder.resolve(name + ".log"), ready);
    children.add(child);
    return child;
  }

  /** A role's data folder. */
  Path data(String name) {
    return folder.resolve(name + "-data");
  }

  private boolean kafkaListens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), kafkaPort), 1000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private boolean isHealthy(int port) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health"))
              .timeout(Duration.ofSeconds(5))
              .build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Kafka's process. */
  Child kafka() {
    return kafka;
  }

  PrivateEngine engine() {
    return Objects.requireNonNull(engine, "a fleet without an engine");
  }

  /** Properties of a client of Kafka. */
  Map<String, Object> client() {
    return settings().clientProperties();
  }

  /** The rules in force. */
  RuleSet rules() {
    return RuleFiles.checked(RuleSet.load(List.of(rules))).rules();
  }

  @Override
  public void close() {
    http.close();
    children.reversed().forEach(Child::close);
    if (engine != null) {
      engine.close();
    }
  }
}
