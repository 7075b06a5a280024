package io.leukocyte.deploy;

import io.leukocyte.analyzer.Analyzer;
import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.analyzer.OrderTrust;
import io.leukocyte.collector.Collector;
import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.Interest;
import io.leukocyte.collector.KafkaPublisher;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.FleetSettings;
import io.leukocyte.responder.Responder;
import io.leukocyte.responder.ResponderSettings;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;

/**
 * Makes the roles of this host from the settings.
 *
 * @param config the settings
 * @param kafka how Kafka is reached
 * @param host this host
 * @param data the data folder
 * @param engine the container engine; stays open when a role is closed
 * @param metrics where the roles count
 */
record Roles(
    Config config,
    KafkaSettings kafka,
    HostId host,
    Path data,
    Engine engine,
    MeterRegistry metrics) {

  /** The collector, which observes what the rules in force need. */
  Collector collector(RuleSet rules) {
    Collector collector =
        new Collector(
            CollectorSettings.from(config, data),
            host,
            engine,
            new KafkaPublisher(kafka.clientProperties(), host),
            metrics);
    observe(collector, rules);
    return collector;
  }

  /** Lets a collector observe what rules need. */
  static void observe(Collector collector, RuleSet rules) {
    collector.observe(Interest.of(rules));
    collector.cover(rules);
  }

  /** The analyzer with a Kafka of its own: whoever may write to it may give orders. */
  Analyzer analyzerAlone(RuleSet rules) {
    return analyzer(config, kafka, data, rules, OrderTrust.ALL, metrics);
  }

  static Analyzer analyzer(
      Config config, KafkaSettings kafka, Path data, RuleSet rules, MeterRegistry metrics) {
    FleetSettings fleet = FleetSettings.from(config);
    OrderTrust trust = new OrderTrust(fleet.trust() == FleetSettings.Trust.ACL, fleet.keys());
    return analyzer(config, kafka, data, rules, trust, metrics);
  }

  private static Analyzer analyzer(
      Config config,
      KafkaSettings kafka,
      Path data,
      RuleSet rules,
      OrderTrust trust,
      MeterRegistry metrics) {
    AnalyzerSettings settings = AnalyzerSettings.from(config);
    return new Analyzer(
        settings.stateDir().isPresent()
            ? settings
            : settings.withStateDir(data.resolve("analyzer")),
        kafka,
        rules,
        trust,
        metrics);
  }

  Responder responder() {
    return responder(ResponderSettings.from(config));
  }

  /** The responder of one host with a Kafka of its own. */
  Responder responderAlone() {
    return responder(ResponderSettings.from(config).alone());
  }

  Responder responder(ResponderSettings settings) {
    return new Responder(
        settings, Operator.folder(data), host, kafka.clientProperties(), engine, metrics);
  }
}
