package io.leukocyte.deploy;

import io.leukocyte.collector.SoleCollector;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.HostPort;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sees to it that one collector runs on a host for a Kafka, unless the settings allow more. */
final class SoleCollectors implements Component {
  private final boolean allowed;
  private final List<String> bootstrap;
  private @Nullable SoleCollector mark;

  SoleCollectors(Config config, KafkaSettings kafka) {
    allowed = config.get(DeploySettings.SECOND_COLLECTOR);
    bootstrap = kafka.bootstrap().stream().map(HostPort::toString).toList();
  }

  /**
   * Takes the host for a collector of this process, until it is closed or the process ends.
   *
   * @throws EnvironmentException when another one runs; it names the process
   */
  @Override
  public void start() {
    if (allowed) {
      return;
    }
    try {
      mark = SoleCollector.take(bootstrap).orElse(null);
    } catch (SoleCollector.Taken e) {
      throw new EnvironmentException(
          ("Another collector runs on this host for the same Kafka%s: each event would be told"
                  + " twice; stop that one, or set collector.allow-second if both are wanted.")
              .formatted(e.pid() == 0 ? "" : ", process " + e.pid()),
          e);
    }
  }

  @Override
  public List<CheckResult> check() {
    return List.of();
  }

  @Override
  public void close() {
    if (mark != null) {
      mark.close();
    }
  }
}
