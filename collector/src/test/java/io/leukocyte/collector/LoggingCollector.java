package io.leukocyte.collector;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/**
 * A collector as a process of its own, which a test kills: it reads the logs of labelled containers
 * and the events of a real engine. Closes in order at the end of its input.
 */
final class LoggingCollector {
  private static final String YAML =
      "collector: {sensor: {mode: off}, logs: {from: all, select: labelled}}";

  private LoggingCollector() {}

  /**
   * Runs until the input ends.
   *
   * @param args bootstrap servers, data folder
   */
  public static void main(String[] args) throws IOException {
    DockerEngine engine = new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
    try (Collector collector =
        new Collector(
            CollectorSettings.from(
                Config.parse("test", YAML, Map.of(), CollectorSettings.KEYS), Path.of(args[1])),
            TestBatches.HOST,
            engine,
            new KafkaPublisher(Map.of("bootstrap.servers", args[0]), TestBatches.HOST),
            new SimpleMeterRegistry())) {
      collector.start();
      while (System.in.read() >= 0) {
        // nothing is said
      }
    } finally {
      engine.close();
    }
    System.exit(0); // threads of Kafka's may still end
  }
}
