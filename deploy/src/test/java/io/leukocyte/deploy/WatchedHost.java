package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.analyzer.Replay;
import io.leukocyte.collector.BatchPublisher;
import io.leukocyte.collector.Collector;
import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.Interest;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.Alert;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.config.Config;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * This host under the collector, rules and the detector, in one process: what real containers do
 * becomes alerts, and a recording as {@code leuko record} writes it. The kernel is asked for what
 * the rules need and no more, as by the roles.
 */
final class WatchedHost implements AutoCloseable {
  private final List<Alert> alerts = new ArrayList<>();
  private final Config config =
      Config.load(null, Map.of("LEUKO_COLLECTOR_LOGS_FROM", "all"), DeploySettings.allKeys());
  private final Engine engine;
  private final Collector collector;

  /**
   * A host that is watched with the shipped rules from now on.
   *
   * @param folder what the collector writes down
   * @param recording where its events go as lines
   */
  WatchedHost(Path folder, Path recording) throws IOException, InterruptedException {
    this(folder, recording, RuleSet.load(RuleFile.shipped()).rules());
  }

  /** The same with other rules. */
  WatchedHost(Path folder, Path recording, RuleSet rules) throws IOException, InterruptedException {
    this(folder, recording, rules, Engines.fromEnvironment());
  }

  /** The same with another engine, which is closed with it. */
  WatchedHost(Path folder, Path recording, RuleSet rules, Engine engine)
      throws IOException, InterruptedException {
    this.engine = engine;
    Replay detector = new Replay(rules, AnalyzerSettings.from(config).detector(), this::take);
    collector =
        new Collector(
            CollectorSettings.from(config, folder),
            new HostId("catalogue"),
            engine,
            new Both(new NdjsonPublisher(Files.newOutputStream(recording)), detector),
            new SimpleMeterRegistry());
    collector.observe(Interest.of(rules));
    collector.start();
    for (int i = 0; i < 100 && !isWell(); i++) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(collector.check()).allMatch(CheckResult.Ok.class::isInstance);
  }

  private boolean isWell() {
    return collector.check().stream().allMatch(CheckResult.Ok.class::isInstance);
  }

  /** Each batch goes to a recording, then through the detector. */
  private record Both(NdjsonPublisher recording, Replay detector) implements BatchPublisher {
    @Override
    public void start() {
      recording.start();
    }

    @Override
    public void publish(byte[] batch, Receipt receipt) {
      recording.publish(batch, receipt);
      try {
        detector.add(batch);
      } catch (MalformedBatchException e) {
        throw new IllegalStateException("The collector made a batch that cannot be read", e);
      }
    }

    @Override
    public List<CheckResult> check() {
      return recording.check();
    }

    @Override
    public void close() {
      recording.close();
    }
  }

  private synchronized void take(Alert alert) {
    alerts.add(alert);
  }

  /** All alerts so far. */
  synchronized List<Alert> alerts() {
    return List.copyOf(alerts);
  }

  /** The alerts so far of containers whose name begins so. */
  List<Alert> alertsOf(String name) {
    return alerts().stream().filter(alert -> nameOf(alert).startsWith(name)).toList();
  }

  /** The name of the container of an alert; empty for the host itself. */
  static String nameOf(Alert alert) {
    ContainerRef container = alert.container();
    return container == null ? "" : container.name();
  }

  /** Ends the watching; everything seen until now is held against the rules before. */
  @Override
  public void close() {
    collector.close();
    engine.close();
  }
}
