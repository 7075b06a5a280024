package io.leukocyte.collector;

import io.leukocyte.events.Topic;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.jspecify.annotations.Nullable;

/** A Kafka broker in this process that can go away and come back with what it had. */
final class TestBroker implements AutoCloseable {
  private static final String LOOPBACK = "127.0.0.1:";

  private final Path folder;
  private final int port = freePort();
  private final int controller = freePort();
  private @Nullable KafkaRaftServer server;

  TestBroker(Path folder) throws Exception {
    this.folder = folder;
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
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      return socket.getLocalPort();
    }
  }

  void start() {
    KafkaRaftServer starting =
        new KafkaRaftServer(new KafkaConfig(properties(), false), Time.SYSTEM);
    starting.startup();
    server = starting;
  }

  void createTopic() throws InterruptedException, ExecutionException {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      admin.createTopics(List.of(new NewTopic(Topic.EVENTS.text(), 1, (short) 1))).all().get();
    }
  }

  private Map<String, String> properties() {
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", "1");
    properties.put("log.dirs", folder.toString());
    properties.put("controller.quorum.voters", "1@" + LOOPBACK + controller);
    properties.put(
        "listeners", "BROKER://" + bootstrap() + ",CONTROLLER://" + LOOPBACK + controller);
    properties.put("advertised.listeners", "BROKER://" + bootstrap());
    properties.put("inter.broker.listener.name", "BROKER");
    properties.put("controller.listener.names", "CONTROLLER");
    properties.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    properties.put("auto.create.topics.enable", "false");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
    return properties;
  }

  String bootstrap() {
    return LOOPBACK + port;
  }

  /** All batches on the topic. */
  List<byte[]> batches() {
    TopicPartition topic = new TopicPartition(Topic.EVENTS.text(), 0);
    List<byte[]> batches = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrap()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer())) {
      consumer.assign(List.of(topic));
      consumer.seekToBeginning(List.of(topic));
      long end = consumer.endOffsets(List.of(topic)).getOrDefault(topic, 0L);
      while (consumer.position(topic) < end) {
        consumer.poll(Duration.ofSeconds(1)).forEach(record -> batches.add(record.value()));
      }
    }
    return batches;
  }

  /** Goes away. */
  void stop() {
    KafkaRaftServer running = server;
    server = null;
    if (running != null) {
      running.shutdown();
      running.awaitShutdown();
    }
  }

  @Override
  public void close() {
    stop();
  }
}
