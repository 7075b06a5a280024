package io.leukocyte.deploy;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka broker with its controller in this process, on loopback only, for one machine.
 *
 * <p>In the data folder: {@code kafka/log} holds the topics, {@code kafka/password} the password of
 * user {@code leuko} and {@code kafka/client.properties} what a client on this machine needs, in
 * the form that Kafka's own tools read; all for their owner only. Everything is kept over restarts.
 */
final class EmbeddedKafka implements AutoCloseable {
  private static final String USER = "leuko";
  private static final int NODE = 1;
  private static final String LOOPBACK = "127.0.0.1:";

  /** A controller that has just started may name itself and refuse all the same. */
  private static final Duration TAKE_OVER = Duration.ofSeconds(30);

  /**
   * Where it listens, and for whom.
   *
   * @param port TCP port of the broker
   * @param controllerPort TCP port of the controller, which only this broker uses
   * @param access who may connect
   */
  record Settings(int port, int controllerPort, Access access) {
    static final Settings DEFAULTS = new Settings(9092, 9093, Access.PASSWORD);

    Settings {
      if (port < 1 || port > 65535 || controllerPort < 1 || controllerPort > 65535) {
        throw new IllegalArgumentException(
            "Ports are 1 to 65535, not %d and %d".formatted(port, controllerPort));
      }
      if (port == controllerPort) {
        throw new IllegalArgumentException("Broker and controller cannot share port " + port);
      }
    }

    Settings withAccess(Access newAccess) {
      return new Settings(port, controllerPort, newAccess);
    }
  }

  private final Path folder;
  private final Settings settings;
  private @Nullable FolderLock lock;
  private @Nullable KafkaRaftServer server;
  private Map<String, String> clientProperties = Map.of();

  private EmbeddedKafka(Path folder, Settings settings) {
    this.folder = folder;
    this.settings = settings;
  }

  /** Describes it; nothing is read, written or bound before {@link #start()}. */
  static EmbeddedKafka create(Path dataFolder, Settings settings) {
    return new EmbeddedKafka(dataFolder.resolve("kafka").toAbsolutePath(), settings);
  }

  /**
   * What a client on this machine needs to reach the Kafka that was last started on a data folder;
   * empty if none ever was.
   */
  static Optional<Map<String, String>> clientProperties(Path dataFolder) {
    return ClientFile.read(dataFolder.resolve("kafka/client.properties"));
  }

  /**
   * Starts broker and controller and returns when the broker takes records; the first time the
   * folder is formatted and the password made.
   *
   * @throws EnvironmentException if a port is taken, the folder cannot be used, or Kafka does not
   *     start
   */
  void start() {
    if (server != null) {
      throw new IllegalStateException("Kafka on " + bootstrap() + " is started already");
    }
    LoopbackPorts.requireFree("Kafka", settings.port());
    LoopbackPorts.requireFree("the controller of Kafka", settings.controllerPort());
    // Kafka's own lock comes too late: its controller has written to the metadata log by then.
    lock = FolderLock.take(PrivateFiles.folder(folder));
    String password = PrivateFiles.password(folder.resolve("password"));
    if (!format() && !endedInOrder()) {
      forgetBroker(password);
    }
    server = startServer(brokerProperties(password));
    clientProperties = Map.copyOf(clientProperties(password));
    ClientFile.write(folder.resolve("client.properties"), clientProperties);
  }

  /** Host and port for {@code bootstrap.servers}. */
  String bootstrap() {
    return LOOPBACK + settings.port();
  }

  /**
   * {@code bootstrap.servers} and the security settings, for producers, consumers, streams and
   * admin clients alike; with a password in it, so not to be printed.
   */
  Map<String, String> clientProperties() {
    if (clientProperties.isEmpty()) {
      throw new IllegalStateException("Kafka has not been started");
    }
    return clientProperties;
  }

  /** Stops the broker, then the controller; what was acknowledged is on disk or in its cache. */
  @Override
  public void close() {
    KafkaRaftServer running = server;
    if (running != null) {
      server = null;
      running.shutdown();
      running.awaitShutdown();
    }
    FolderLock held = lock;
    if (held != null) {
      lock = null;
      held.close();
    }
  }

  /** Makes the log where there is none; false if there was one. */
  private boolean format() {
    Path log = folder.resolve("log");
    if (Files.exists(log.resolve("meta.properties"))) {
      return false;
    }
    PrivateFiles.folder(log);
    try (PrintStream nowhere =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)) {
      new Formatter()
          .setSupportedFeatures(Feature.PRODUCTION_FEATURES)
          .setNodeId(NODE)
          .setClusterId(Uuid.randomUuid().toString())
          .addDirectory(log.toString())
          .setMetadataLogDirectory(log.toString())
          .setControllerListenerName("CONTROLLER")
          .setPrintStream(nowhere)
          .run();
      return true;
    } catch (Exception e) { // as Formatter declares it
      throw new EnvironmentException(
          "Cannot format %s for Kafka: %s; make room there, or choose another data folder with --data."
              .formatted(log, e),
          e);
    }
  }

  /** Whether the broker was stopped, not killed: its own mark. */
  private boolean endedInOrder() {
    return Files.exists(folder.resolve("log").resolve(".kafka_cleanshutdown"));
  }

  /**
   * Strikes the broker that was killed off the controller's list, with a controller alone.
   *
   * <p>A controller that starts takes such a broker for alive for nine seconds and refuses its
   * successor, which by then already ends the transactions that were open, as the leader its
   * predecessor was. Their markers find nobody at its port; and when the nine seconds are over and
   * the partitions have no leader for a moment, the coordinator takes them for deleted and the
   * transactions for ended. Nothing ever ends them then, and who reads committed records alone
   * stops before them for good. With the dead broker off the list the new one leads nothing before
   * it is registered and can be reached.
   */
  private void forgetBroker(String password) {
    KafkaRaftServer controller = startServer(controllerProperties(password));
    Map<String, Object> client = new HashMap<>(clientProperties(password));
    client.remove("bootstrap.servers");
    client.put("bootstrap.controllers", LOOPBACK + settings.controllerPort());
    try (Admin admin = Admin.create(client)) {
      unregister(admin);
    } catch (ExecutionException e) {
      throw cannotStart(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw cannotStart(e);
    } finally {
      controller.shutdown();
      controller.awaitShutdown();
    }
  }

  /** Asks again while the controller has not finished taking over from the one that was killed. */
  private static void unregister(Admin admin) throws ExecutionException, InterruptedException {
    long end = System.nanoTime() + TAKE_OVER.toNanos();
    while (true) {
      try {
        admin.unregisterBroker(NODE).all().get();
        return;
      } catch (ExecutionException e) {
        if (e.getCause() instanceof BrokerIdNotRegisteredException) {
          return;
        }
        if (!isTakingOver(e.getCause()) || System.nanoTime() > end) {
          throw e;
        }
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  /** Until it has read its log it does not lead, or takes that for one of an old version. */
  private static boolean isTakingOver(@Nullable Throwable cause) {
    return cause instanceof NotControllerException || cause instanceof UnsupportedVersionException;
  }

  private KafkaRaftServer startServer(Map<String, String> properties) {
    KafkaRaftServer starting = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
    try {
      starting.startup();
      return starting;
    } catch (RuntimeException e) {
      starting.shutdown();
      throw cannotStart(e);
    }
  }

  private EnvironmentException cannotStart(Exception cause) {
    return new EnvironmentException(
        "Cannot start Kafka with the data in %s: %s; its log tells more. With another data folder (--data) it starts afresh."
            .formatted(folder, cause),
        cause);
  }

  private Map<String, String> brokerProperties(String password) {
    Map<String, String> properties = new HashMap<>();
    properties.put("process.roles", "broker,controller");
    properties.put("node.id", Integer.toString(NODE));
    properties.put("log.dirs", folder.resolve("log").toString());
    properties.put("controller.quorum.voters", NODE + "@" + LOOPBACK + settings.controllerPort());
    putListeners(properties, password);
    putSizes(properties);
    return properties;
  }

  /** Those of the controller alone, on its port. */
  private Map<String, String> controllerProperties(String password) {
    Map<String, String> properties = brokerProperties(password);
    properties.put("process.roles", "controller");
    properties.put("listeners", "CONTROLLER://" + LOOPBACK + settings.controllerPort());
    properties.remove("advertised.listeners");
    properties.remove("inter.broker.listener.name");
    return properties;
  }

  private void putListeners(Map<String, String> properties, String password) {
    properties.put(
        "listeners",
        "BROKER://%s,CONTROLLER://%s%d"
            .formatted(bootstrap(), LOOPBACK, settings.controllerPort()));
    properties.put("advertised.listeners", "BROKER://" + bootstrap());
    properties.put("inter.broker.listener.name", "BROKER");
    properties.put("controller.listener.names", "CONTROLLER");
    switch (settings.access()) {
      case PASSWORD -> {
        properties.put(
            "listener.security.protocol.map", "BROKER:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT");
        properties.put("sasl.enabled.mechanisms", "PLAIN");
        properties.put("sasl.mechanism.inter.broker.protocol", "PLAIN");
        properties.put("sasl.mechanism.controller.protocol", "PLAIN");
        String jaas = jaas(password) + " user_" + USER + "=\"" + password + "\";";
        properties.put("listener.name.broker.plain.sasl.jaas.config", jaas);
        properties.put("listener.name.controller.plain.sasl.jaas.config", jaas);
      }
      case OPEN ->
          properties.put("listener.security.protocol.map", "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    }
  }

  /**
   * One machine: a copy of everything, few threads, small buffers, no topic by a slip of a name.
   */
  private static void putSizes(Map<String, String> properties) {
    properties.put("auto.create.topics.enable", "false");
    properties.put("offsets.topic.replication.factor", "1");
    properties.put("offsets.topic.num.partitions", "4");
    properties.put("transaction.state.log.replication.factor", "1");
    properties.put("transaction.state.log.min.isr", "1");
    properties.put("transaction.state.log.num.partitions", "4");
    properties.put("share.coordinator.state.topic.replication.factor", "1");
    properties.put("share.coordinator.state.topic.min.isr", "1");
    properties.put("group.initial.rebalance.delay.ms", "0");
    properties.put("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000");
    properties.put("num.network.threads", "2");
    properties.put("num.io.threads", "4");
    properties.put("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
  }

  private Map<String, String> clientProperties(String password) {
    Map<String, String> properties = new TreeMap<>();
    properties.put("bootstrap.servers", bootstrap());
    switch (settings.access()) {
      case PASSWORD -> {
        properties.put("security.protocol", "SASL_PLAINTEXT");
        properties.put("sasl.mechanism", "PLAIN");
        properties.put("sasl.jaas.config", jaas(password) + ";");
      }
      case OPEN -> {}
    }
    return properties;
  }

  /** Without the closing semicolon: the broker adds the users it knows. */
  private static String jaas(String password) {
    return "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\""
        .formatted(USER, password);
  }
}
