package io.leukocyte.deploy;

import io.leukocyte.analyzer.Analyzer;
import io.leukocyte.collector.Collector;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.leukocyte.indexer.Indexer;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.indexer.Selection;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.responder.Responder;
import io.leukocyte.responder.ResponderSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything on one machine: Kafka, Elasticsearch, the roles, and a screen for a person. */
final class Up {
  private static final Logger LOG = LoggerFactory.getLogger(Up.class);

  /** Until the analyzer has restored its state. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** For roles that also work in part. */
  private static final Duration BRIEF = Duration.ofSeconds(2);

  /**
   * What {@code leuko up} was asked for.
   *
   * @param data the data folder
   * @param kafka the embedded Kafka
   * @param elasticsearch the embedded Elasticsearch
   * @param httpPort port of /health and /metrics
   */
  record Options(
      Path data,
      EmbeddedKafka.Settings kafka,
      EmbeddedElasticsearch.Settings elasticsearch,
      int httpPort) {}

  private final Options options;
  private final Config config;
  private final DeploySettings settings;
  private final Screen screen;

  Up(Options options, Config config, Screen screen) {
    this.options = options;
    this.config = config;
    this.settings = DeploySettings.from(config);
    this.screen = screen;
  }

  /** Starts everything in the order of the flow's end to its beginning, and stays until told. */
  void run() throws InterruptedException {
    RuleWatch rules =
        new RuleWatch(RuleSource.of(settings, Optional.empty()), FileWatch.PAUSE, screen::line);
    ResponderSettings response = ResponderSettings.from(config);
    PolicySet policies = Policies.inForce(response);
    HostId host = settings.host(options.data());
    config.effective().forEach(line -> LOG.info("{}", line));
    try (RoleProcess process = new RoleProcess();
        EmbeddedKafka kafka = EmbeddedKafka.create(options.data(), options.kafka());
        EmbeddedElasticsearch elasticsearch =
            EmbeddedElasticsearch.create(options.data(), options.elasticsearch());
        Engine engine = Engines.fromEnvironment()) {
      KafkaSettings client = start(kafka);
      start(elasticsearch);
      Roles roles = new Roles(config, client, host, options.data(), engine, process.metrics());
      try (TopicFollower _ = follow(client);
          HealthServer health = health(process)) {
        begin(
            process,
            "indexer",
            new Indexer(indexer(elasticsearch), client, process.metrics()),
            BRIEF);
        Responder responder = roles.responderAlone();
        begin(process, "responder", responder, BRIEF);
        responder.link().ifPresent(link -> screen.ready("page", link));
        Analyzer analyzer = roles.analyzerAlone(rules.current().rules());
        Collector collector = roles.collector(rules.current().rules());
        begin(process, "analyzer", analyzer, PATIENCE);
        process.add(new SoleCollectors(config, client)).start();
        begin(process, "collector", collector, BRIEF);
        process.add(PoliciesBeside.watch(response, responder::reload)).start();
        process
            .add(
                rules
                    .feed(analyzer::replaceRules)
                    .feed(changed -> Roles.observe(collector, changed)))
            .start();
        rules.current().skipped().forEach(skipped -> screen.line(skipped.toString()));
        screen.line(rules.current().summary() + "; " + Policies.summary(policies));
        screen.ready("health", "http://127.0.0.1:" + health.port() + "/health and /metrics");
        if (!process.isTold()) {
          screen.line("ready");
        }
        process.await();
        screen.line("stopping");
        process.end();
      }
    }
  }

  private KafkaSettings start(EmbeddedKafka kafka) {
    kafka.start();
    KafkaSettings client = KafkaAccess.embedded(kafka.clientProperties());
    KafkaAccess.ensureTopics(client, TopicSpecs.oneMachine());
    screen.ready("kafka", kafka.bootstrap() + ", data in " + options.data().resolve("kafka"));
    return client;
  }

  private void start(EmbeddedElasticsearch elasticsearch) throws InterruptedException {
    elasticsearch.start();
    screen.ready(
        "elasticsearch",
        elasticsearch.connection().url()
            + elasticsearch.connection().login().map(login -> ", user " + login.user()).orElse("")
            + ", data in "
            + options.data().resolve("elasticsearch"));
  }

  private IndexerSettings indexer(EmbeddedElasticsearch elasticsearch) {
    EmbeddedElasticsearch.Connection connection = elasticsearch.connection();
    IndexerSettings given = IndexerSettings.from(config, Selection.Logs.ALL);
    return new IndexerSettings(
        List.of(connection.url().toString()),
        connection.login().map(EmbeddedElasticsearch.Login::user),
        connection.login().map(EmbeddedElasticsearch.Login::password),
        Optional.empty(),
        Optional.empty(),
        given.namespace(),
        given.keeping(),
        given.bulkBytes(),
        given.selection(),
        IndexerSettings.Templating.INSTALL);
  }

  private HealthServer health(RoleProcess process) {
    return HealthServer.start(
        settings.httpAddress(), options.httpPort(), process::checks, process.metrics());
  }

  private TopicFollower follow(KafkaSettings client) {
    return TopicFollower.start(
        client.clientProperties(), List.of(Topic.ALERTS, Topic.ACTIONS), this::show);
  }

  private void show(ConsumerRecord<byte[], byte[]> record) {
    try {
      if (record.topic().equals(Topic.ALERTS.text())) {
        screen.alert(AlertJson.read(record.value()));
      } else {
        screen.action(ActionJson.read(record.value()));
      }
    } catch (MalformedJsonException e) {
      LOG.warn("{}-{}@{} cannot be shown", record.topic(), record.partition(), record.offset());
      LOG.debug("Why it cannot be shown", e);
    }
  }

  /** Starts a role and says what its checks find. */
  private void begin(RoleProcess process, String name, Component role, Duration patience)
      throws InterruptedException {
    process.add(role);
    process.start(role, patience);
    for (CheckResult result : role.check()) {
      if (result instanceof CheckResult.Ok ok) {
        screen.ready(name, ok.name() + ": " + ok.detail());
      }
      Checks.complaint(result).ifPresent(complaint -> screen.reduced(name, complaint));
    }
  }
}
