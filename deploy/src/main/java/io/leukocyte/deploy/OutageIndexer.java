package io.leukocyte.deploy;

import java.io.IOException;
import java.util.Map;

/** The indexer as a process that ends and is started again. */
final class OutageIndexer implements AutoCloseable {
  private final BenchKafka kafka;
  private final Map<String, String> settings;
  private BenchProcess process;

  private OutageIndexer(BenchKafka kafka, Map<String, String> settings, BenchProcess process) {
    this.kafka = kafka;
    this.settings = settings;
    this.process = process;
  }

  /** Starts it, and returns when it works. */
  static OutageIndexer start(BenchKafka kafka, String elasticsearch)
      throws IOException, InterruptedException {
    Map<String, String> settings =
        Map.of(
            "LEUKO_KAFKA_BOOTSTRAP",
            kafka.bootstrap(),
            "LEUKO_TOPICS_PARTITIONS",
            "2",
            "LEUKO_HOST_ID",
            "leuko-bench",
            "LEUKO_ELASTICSEARCH_URL",
            elasticsearch,
            "LEUKO_INDEXER_LOGS",
            "all");
    OutageIndexer made =
        new OutageIndexer(kafka, settings, BenchProcess.start("index", kafka.folder(), settings));
    try {
      made.process.awaitHealth();
      return made;
    } catch (RuntimeException | InterruptedException e) {
      made.close();
      throw e;
    }
  }

  BenchProcess process() {
    return process;
  }

  /** Starts it again after it was killed, and returns when it works. */
  void startAgain() throws IOException, InterruptedException {
    process.close();
    process = BenchProcess.start("index", kafka.folder(), settings);
    process.awaitHealth();
  }

  @Override
  public void close() {
    process.close();
  }
}
