package io.leukocyte.deploy;

import io.leukocyte.analyzer.Analyzer;
import io.leukocyte.collector.Collector;
import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.InMemoryPublisher;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.rules.RuleSet;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What /metrics gives for a process that has all roles, before any of them has done anything. */
final class Scrapes {
  private Scrapes() {}

  static String ofAllRoles() throws IOException, InterruptedException {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Config config =
        Config.parse("test", "collector.sensor.mode: off", Map.of(), DeploySettings.allKeys());
    KafkaSettings kafka = KafkaSettings.from(config);
    Path data = Files.createTempDirectory("leuko-scrape");
    try (Engine engine = new InMemoryEngine();
        HealthServer server =
            HealthServer.start("127.0.0.1", LoopbackPorts.free(), List::of, registry);
        HttpClient http = HttpClient.newHttpClient()) {
      try (Collector collector =
              new Collector(
                  CollectorSettings.from(config, data),
                  new HostId("h1"),
                  engine,
                  new InMemoryPublisher(),
                  registry);
          Analyzer _ =
              Roles.analyzer(config, kafka, data, RuleSet.load(List.of()).rules(), registry);
          Indexer _ = new Indexer(IndexerSettings.from(config), kafka, registry)) {
        collector.start();
        URI uri = URI.create("http://127.0.0.1:" + server.port() + "/metrics");
        return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString()).body();
      }
    } finally {
      Folders.delete(data);
    }
  }
}
