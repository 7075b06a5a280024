package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One role as its own process: settings, topics, health, and the role until it is told to end. */
abstract class RoleCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final String name;
  private final int defaultPort;

  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "Port of /health and /metrics; default is the role's: 7071 to 7074.")
  private int httpPort;

  RoleCommand(String name, int defaultPort) {
    this.name = name;
    this.defaultPort = defaultPort;
  }

  /**
   * A role, and what runs beside it.
   *
   * @param main the role
   * @param beside what is started before it and closed before it
   */
  record Role(Component main, List<? extends Component> beside) {
    /** A role by itself. */
    Role(Component main) {
      this(main, List.of());
    }
  }

  /** Makes the role; no I/O but reading rules and policies. */
  abstract Role role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics);

  /**
   * What is done instead of running the role, without Kafka.
   *
   * @return the exit code; empty when the role is to run
   */
  OptionalInt instead(Config config) throws InterruptedException {
    return OptionalInt.empty();
  }

  /** Makes the topics that are missing, before the role begins. */
  void ensureTopics(RoleProcess process, KafkaSettings kafka, TopicSpecs specs) {
    KafkaAccess.ensureTopics(kafka, specs);
  }

  /** How long it is waited, at most, for the role to be all well before it is said how it is. */
  Duration patience() {
    return PATIENCE;
  }

  @Override
  public final Integer call() throws InterruptedException {
    common.applyVerbosity();
    HealthServer.requirePort(httpPort);
    Config config = common.load();
    Logs.service(name);
    Logger log = LoggerFactory.getLogger(RoleCommand.class);
    OptionalInt instead = instead(config);
    if (instead.isPresent()) {
      return instead.getAsInt();
    }
    DeploySettings settings = DeploySettings.from(config);
    KafkaSettings kafka = KafkaSettings.from(config);
    Path data = PrivateFiles.folder(common.dataFolder());
    config.effective().forEach(line -> log.info("{}", line));
    try (RoleProcess process = new RoleProcess()) {
      Role role = role(config, settings, kafka, data, process.metrics());
      process.add(role.main());
      ensureTopics(process, kafka, TopicSpecs.from(config));
      try (HealthServer health =
          HealthServer.start(
              settings.httpAddress(),
              httpPort == 0 ? defaultPort : httpPort,
              process::checks,
              process.metrics())) {
        role.beside().forEach(beside -> process.add(beside).start());
        process.start(role.main(), patience());
        role.main().check().forEach(result -> say(log, result));
        log.info("{} ready; health on port {}", name, health.port());
        process.await();
        log.info("{} stopping", name);
        process.end();
      }
    }
    return ExitCode.FINE;
  }

  private static void say(Logger log, CheckResult result) {
    Checks.complaint(result).ifPresent(log::warn);
  }
}
