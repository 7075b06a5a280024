package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.KafkaSettings.Mechanism;
import io.leukocyte.events.KafkaSettings.Security;
import io.leukocyte.events.config.HostPort;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/**
 * A real broker that lets nobody do what no right allows, as deploy/compose/setup.sh sets it up: a
 * user for each role, whose password is the name, and {@code admin} as a super user.
 */
final class GuardedKafka implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1:";

  private final int port;
  private final KafkaRaftServer server;

  private GuardedKafka(int port, KafkaRaftServer server) {
    this.port = port;
    this.server = server;
  }

  /**
   * Starts it.
   *
   * @param prefix what the roles' users' names begin with
   */
  static GuardedKafka start(Path folder, String prefix) throws Exception {
    Path log = Files.createDirectories(folder.resolve("log"));
    int port = LoopbackPorts.free();
    int controller = LoopbackPorts.free();
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setNodeId(1)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(log.toString())
          .setMetadataLogDirectory(log.toString())
          .setControllerListenerName("CONTROLLER")
          .setPrintStream(nowhere)
          .run();
    }
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("log.dirs", log.toString());
    properties.put("controller.quorum.voters", "1@" + LOOPBACK + controller);
    properties.put(
        "listeners", "CLIENTS://" + LOOPBACK + port + ",CONTROLLER://" + LOOPBACK + controller);
    properties.put("advertised.listeners", "CLIENTS://" + LOOPBACK + port);
    properties.put("inter.broker.listener.name", "CLIENTS");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put(
        "listener.security.protocol.map", "CLIENTS:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
    properties.put("sasl.enabled.mechanisms", "PLAIN");
    properties.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
    properties.put("sasl.mechanism.controller.protocol", "PLAIN");
    StringBuilder jaas =
        new StringBuilder(
            "org.apache.kafka.common.security.plain.PlainLoginModule required"
                + " username=\"broker\" password=\"broker\""
                + " user_broker=\"broker\" user_admin=\"admin\"");
    for (KafkaRole role : KafkaRole.values()) {
      String user = prefix + role.text();
      jaas.append(" user_%s=\"%s\"".formatted(user, user));
    }
    jaas.append(';');
    properties.put("listener.name.clients.plain.sasl.jaas.config", jaas.toString());
    properties.put("listener.name.controller.plain.sasl.jaas.config", jaas.toString());
    properties.put(
        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    properties.put("super.users", "User:broker;User:admin");
    properties.put("auto.create.topics.enable", "false");
    for (String inner : List.of("offsets.topic", "transaction.state.log")) {
      properties.put(inner + ".replication.factor", "1");
      properties.put(inner + ".num.partitions", "2");
    }
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
    return new GuardedKafka(port, server);
  }

  int port() {
    return port;
  }

  /** How a user of it reaches it. */
  KafkaSettings as(String user) {
    return new KafkaSettings(
        List.of(new HostPort("127.0.0.1", port)),
        Security.SASL_PLAINTEXT,
        Mechanism.PLAIN,
        Optional.of(user),
        Optional.of(user),
        Optional.empty(),
        Optional.empty(),
        Map.of());
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
