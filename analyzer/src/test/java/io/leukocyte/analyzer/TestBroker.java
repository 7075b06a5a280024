package io.leukocyte.analyzer;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.HostPort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;

/** A Kafka broker in this process, on any free port of loopback, with the topics. */
final class TestBroker implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1";

  private final int port;
  private final Map<String, String> properties;
  private KafkaRaftServer server;

  private TestBroker(int port, Map<String, String> properties) {
    this.port = port;
    this.properties = Map.copyOf(properties);
    this.server = started(properties);
  }

  private static KafkaRaftServer started(Map<String, String> properties) {
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    server.startup();
    return server;
  }

  static TestBroker start(Path folder, int partitions) throws Exception {
    int port = freePort();
    int controller = freePort();
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setNodeId(1)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(folder.toString())
          .setMetadataLogDirectory(folder.toString())
          .setControllerListenerName("CONTROLLER")
          .setPrintStream(nowhere)
          .run();
    }
    TestBroker broker = new TestBroker(port, properties(folder, port, controller));
    broker.createTopics(partitions);
    return broker;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral(LOOPBACK))) {
      return socket.getLocalPort();
    }
  }

  private static Map<String, String> properties(Path folder, int port, int controller) {
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("log.dirs", folder.toString());
    properties.put("controller.quorum.voters", "1@" + LOOPBACK + ":" + controller);
    properties.put(
        "listeners",
        "BROKER://%s:%d,CONTROLLER://%s:%d".formatted(LOOPBACK, port, LOOPBACK, controller));
    properties.put("advertised.listeners", "BROKER://" + LOOPBACK + ":" + port);
    properties.put("inter.broker.listener.name", "BROKER");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("auto.create.topics.enable", "false");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "4");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "4");
    properties.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500");
    properties.put("group.min.session.timeout.ms", "1000");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
    return properties;
  }

  private void createTopics(int partitions) throws InterruptedException, ExecutionException {
    List<NewTopic> topics =
        List.of(
                Topic.EVENTS,
                Topic.MATCHES,
                Topic.COMMANDS,
                Topic.PROFILES,
                Topic.ALERTS,
                Topic.INCIDENTS,
                Topic.CONTAINERS,
                Topic.DEAD)
            .stream()
            .map(topic -> new NewTopic(topic.text(), partitions, (short) 1))
            .toList();
    try (Admin admin = Admin.create(client())) {
      admin.createTopics(topics).all().get();
    }
  }

  KafkaSettings settings() {
    return KafkaSettings.plain(new HostPort(LOOPBACK, port));
  }

  Map<String, Object> client() {
    return new HashMap<>(settings().clientProperties());
  }

  int port() {
    return port;
  }

  /** Ends the broker; {@link #restart} is due. */
  void stop() {
    close();
  }

  /** Starts the broker again, with all that it had. */
  void restart() {
    server = started(properties);
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
