package io.leukocyte.deploy;

import io.leukocyte.analyzer.Analyzer;
import io.leukocyte.collector.Collector;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.Responder;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** Collector, analyzer and responder in this process, as {@code leuko up} runs them. */
final class BenchRoles implements MeasuredRoles {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final RoleProcess process = new RoleProcess();
  private final Engine engine = Engines.fromEnvironment();

  /**
   * Starts them and waits until an alert could be raised.
   *
   * @param kafka with the topics made
   * @param folder data of the roles, rules.yaml and policies.yaml are written to it
   * @param rules of the bench; the shipped ones are in force besides
   * @param policies of the bench, the only ones in force
   * @throws EnvironmentException when the kernel sensor does not work here
   */
  static BenchRoles start(KafkaSettings kafka, Path folder, String rules, String policies)
      throws IOException, InterruptedException {
    Files.writeString(folder.resolve("rules.yaml"), rules);
    Files.writeString(folder.resolve("policies.yaml"), policies);
    Map<String, String> settings =
        Map.of(
            "LEUKO_RULES_PATHS", folder.resolve("rules.yaml").toString(),
            "LEUKO_RESPONDER_POLICIES", folder.resolve("policies.yaml").toString());
    Config config = Config.load(null, settings, DeploySettings.allKeys());
    BenchRoles roles = new BenchRoles();
    try {
      roles.start(config, kafka, PrivateFiles.folder(folder.resolve("data")));
      return roles;
    } catch (RuntimeException | InterruptedException e) {
      roles.close();
      throw e;
    }
  }

  private void start(Config config, KafkaSettings kafka, Path data) throws InterruptedException {
    DeploySettings settings = DeploySettings.from(config);
    HostId host = settings.host(data);
    RuleSet rules = RuleFiles.inForce(settings).rules();
    Roles roles = new Roles(config, kafka, host, data, engine, process.metrics());
    Responder responder = process.add(roles.responder());
    Analyzer analyzer = process.add(roles.analyzerAlone(rules));
    Collector collector = process.add(roles.collector(rules));
    process.start(responder, PATIENCE);
    process.start(analyzer, PATIENCE);
    process.start(collector, PATIENCE);
    collector
        .check()
        .forEach(result ->
            Checks.complaint(result)
                .ifPresent(complaint -> {
                  throw new EnvironmentException("The bench cannot measure: " + complaint);
                }));
  }

  @Override
  public String metrics() {
    return process.metrics().scrape();
  }

  @Override
  public void close() {
    process.close();
    engine.close();
  }
}
