package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An embedded Kafka in a folder of its own, both thrown away; with the topics made. */
final class BenchKafka implements AutoCloseable {
  private final Path folder;
  private final EmbeddedKafka.Settings settings;
  private EmbeddedKafka kafka;
  private final KafkaSettings client;

  private BenchKafka(Path folder, EmbeddedKafka.Settings settings, EmbeddedKafka kafka) {
    this.folder = folder;
    this.settings = settings;
    this.kafka = kafka;
    this.client = KafkaAccess.embedded(kafka.clientProperties());
  }

  /** Starts it on free ports of loopback, open to this machine. */
  static BenchKafka start() throws IOException {
    Path folder = Files.createTempDirectory("leuko-bench");
    EmbeddedKafka.Settings settings =
        new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.OPEN);
    EmbeddedKafka kafka = EmbeddedKafka.create(folder, settings);
    kafka.start();
    BenchKafka bench = new BenchKafka(folder, settings, kafka);
    KafkaAccess.ensureTopics(bench.client, TopicSpecs.oneMachine());
    return bench;
  }

  /** How to reach it. */
  KafkaSettings client() {
    return client;
  }

  /** Host and port. */
  String bootstrap() {
    return kafka.bootstrap();
  }

  /** The folder, which is deleted in the end; others may keep what they need there, too. */
  Path folder() {
    return folder;
  }

  /** Stops it and starts it again with the same ports and data. */
  void restart() {
    kafka.close();
    kafka = EmbeddedKafka.create(folder, settings);
    kafka.start();
  }

  @Override
  public void close() {
    kafka.close();
    try {
      Folders.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot delete " + folder + "; delete it by hand", e);
    }
  }
}
