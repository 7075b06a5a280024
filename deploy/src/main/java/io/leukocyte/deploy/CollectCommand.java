package io.leukocyte.deploy;

import io.leukocyte.collector.Collector;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code leuko collect}: the collector alone, against outside servers. */
@Command(
    name = "collect",
    description =
        "The role of each host that observes: kernel, container engine and logs to Kafka.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko collect --config /etc/leuko/leukocyte.yaml"})
final class CollectCommand extends RoleCommand {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private @Nullable SoleCollectors sole;

  CollectCommand() {
    super("collector", 7071);
  }

  /** Kafka may be away when a collector starts: it spools meanwhile. Another one may not run. */
  @Override
  void ensureTopics(RoleProcess process, KafkaSettings kafka, TopicSpecs specs) {
    if (sole != null) {
      process.add(sole).start();
    }
    process.add(new TopicsMaker(() -> KafkaAccess.ensureTopics(kafka, specs), PAUSE)).start();
  }

  /** It also works in part, and what is missing at its start mostly stays so. */
  @Override
  Duration patience() {
    return PAUSE;
  }

  @Override
  Role role(
      Config config,
      DeploySettings settings,
      KafkaSettings kafka,
      Path data,
      MeterRegistry metrics) {
    sole = new SoleCollectors(config, kafka);
    RulesBeside rules = RulesBeside.open(config, settings, kafka, data);
    Collector collector =
        new Roles(config, kafka, settings.host(data), data, Engines.fromEnvironment(), metrics)
            .collector(rules.watch().current().rules());
    rules.watch().feed(changed -> Roles.observe(collector, changed));
    return new Role(collector, rules.and(HeapTrim.ofThisProcess()));
  }
}
