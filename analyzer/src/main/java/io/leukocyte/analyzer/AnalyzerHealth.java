package io.leukocyte.analyzer;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;
import org.jspecify.annotations.Nullable;

/** How a running analyzer is: gauges and checks over what Kafka Streams and its tasks tell. */
final class AnalyzerHealth {
  /** Lag that is worth a line. */
  static final Duration LATE = Duration.ofSeconds(10);

  /** Collectors send a heartbeat each five seconds. */
  static final Duration SILENCE = Duration.ofMinutes(2);

  /** How far a host's clock may be ahead before it is worth a line. */
  static final Duration AHEAD = Duration.ofMinutes(1);

  /** How long partitions may be taken up, or batches wait and none be taken, until help is due. */
  static final Duration STUCK = Duration.ofMinutes(2);

  private static final String UNSTICK =
      "look into the brokers' logs; if they are well, kafka-transactions.sh find-hanging names a"
          + " transaction of the analyzer that nobody ends, and abort ends it; else restart the"
          + " analyzer";

  private static final int NAMED = 5;

  private final Supplier<Map<MetricName, ? extends Metric>> streams;
  private final Set<TaskWatch> watches;
  private final Duration sessionTimeout;
  private final LongSupplier clock;

  /** Since when partitions are being taken up, unix milliseconds; 0 when none are. */
  private volatile long takingUpSince;

  /**
   * Looks at an analyzer.
   *
   * @param streams the meters of its Kafka Streams, now; empty when there is none
   * @param watches its tasks
   * @param sessionTimeout silence after which Kafka counts as away
   * @param clock unix milliseconds
   */
  AnalyzerHealth(
      Supplier<Map<MetricName, ? extends Metric>> streams,
      Set<TaskWatch> watches,
      Duration sessionTimeout,
      LongSupplier clock) {
    this.streams = streams;
    this.watches = watches;
    this.sessionTimeout = sessionTimeout;
    this.clock = clock;
  }

  void register(MeterRegistry registry) {
    Gauge.builder("leuko.analyzer.lag", this, health -> (double) health.lag().batches())
        .description("Batches behind the end of the partition that is furthest behind.")
        .register(registry);
    Gauge.builder("leuko.analyzer.matches.lag", this, AnalyzerHealth::lagOfMatches)
        .description("Matches behind the end of the partition of leuko.matches furthest behind.")
        .register(registry);
    TimeGauge.builder(
            "leuko.analyzer.lag.age", this, TimeUnit.MILLISECONDS, h -> (double) h.lag().millis())
        .description("Age of the batch processed last, of the partition that is furthest behind.")
        .register(registry);
    commit(registry, "avg");
    commit(registry, "max");
    state(registry, "hosts", TaskWatch::hosts);
    state(registry, "containers", TaskWatch::containers);
    Gauge.builder("leuko.analyzer.hosts.silent", this, health -> (double) health.silent().size())
        .description("Hosts that have sent nothing for two minutes, and not yet for an hour.")
        .register(registry);
  }

  private void commit(MeterRegistry registry, String which) {
    TimeGauge.builder(
            "leuko.analyzer.commit." + which,
            this,
            TimeUnit.MILLISECONDS,
            health -> health.most("commit-latency-" + which))
        .description("Time that commits took in the last half minute or so.")
        .register(registry);
  }

  private void state(MeterRegistry registry, String what, ToLongFunction<TaskWatch> size) {
    Gauge.builder(
            "leuko.analyzer.state", watches, all -> (double) all.stream().mapToLong(size).sum())
        .description("What is remembered, over all partitions of this analyzer.")
        .tag("what", what)
        .register(registry);
  }

  /** The greatest value of a meter of Kafka Streams over its threads; 0 when there is none. */
  private double most(String name) {
    return streams.get().values().stream()
        .filter(metric -> metric.metricName().name().equals(name))
        .mapToDouble(AnalyzerHealth::value)
        .filter(value -> value > 0)
        .max()
        .orElse(0);
  }

  private static double value(Metric metric) {
    return metric.metricValue() instanceof Number number ? number.doubleValue() : 0;
  }

  /**
   * How far behind the worst partition is.
   *
   * @param batches records not yet fetched
   * @param millis age of the batch processed last; 0 when nothing is behind
   */
  record Lag(long batches, long millis) {}

  Lag lag() {
    long batches = 0;
    long millis = 0;
    for (Metric metric : streams.get().values()) {
      if (isLagOfEvents(metric) && value(metric) >= 1) {
        batches = Math.max(batches, (long) value(metric));
        millis = Math.max(millis, age(metric.metricName().tags().get("partition")));
      }
    }
    return new Lag(batches, millis);
  }

  /** Partitions of events, of matches and of orders have the same numbers. */
  private static boolean isLagOfEvents(Metric metric) {
    return metric.metricName().name().equals("records-lag")
        && !isOf(Topic.MATCHES, metric)
        && !isOf(Topic.ALERTS, metric)
        && !isOf(Topic.COMMANDS, metric);
  }

  /** Some clients write the dots of a topic's name as underscores. */
  private static boolean isOf(Topic topic, Metric metric) {
    String name = metric.metricName().tags().getOrDefault("topic", "");
    return name.replace('_', '.').equals(topic.text());
  }

  private double lagOfMatches() {
    return streams.get().values().stream()
        .filter(metric -> metric.metricName().name().equals("records-lag"))
        .filter(metric -> isOf(Topic.MATCHES, metric))
        .mapToDouble(AnalyzerHealth::value)
        .filter(value -> value > 0)
        .max()
        .orElse(0);
  }

  private long age(@Nullable String partition) {
    return watches.stream()
        .filter(watch -> Integer.toString(watch.partition()).equals(partition))
        .filter(watch -> watch.lastBatch() > 0)
        .mapToLong(watch -> Math.max(0, clock.getAsLong() - watch.lastBatch()))
        .max()
        .orElse(0);
  }

  /** Kafka Streams has come to another state. */
  void changed(KafkaStreams.State state) {
    if (state != KafkaStreams.State.REBALANCING) {
      takingUpSince = 0;
    } else if (takingUpSince == 0) {
      takingUpSince = clock.getAsLong();
    }
  }

  /**
   * Whether detection runs.
   *
   * @param rules how many are in force
   */
  CheckResult detection(KafkaStreams.State state, int rules) {
    return switch (state) {
      case RUNNING -> new CheckResult.Ok("analyzer", rules + " rules, detection is running");
      case CREATED, REBALANCING -> takingUp();
      case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR ->
          new CheckResult.Failed(
              "analyzer", "Detection does not run: " + state, "restart the analyzer");
    };
  }

  private CheckResult takingUp() {
    long since = takingUpSince;
    long millis = since == 0 ? 0 : clock.getAsLong() - since;
    if (millis > STUCK.toMillis()) {
      return new CheckResult.Failed(
          "analyzer",
          "It has been taking up partitions or restoring their state for %d s: some have no detection"
              .formatted(millis / 1_000),
          UNSTICK);
    }
    return new CheckResult.Degraded(
        "analyzer",
        "It takes up partitions or restores their state",
        "wait; if it lasts, check that Kafka is reachable");
  }

  /** What there is to say of an analyzer that runs. */
  List<CheckResult> check() {
    List<CheckResult> results = new ArrayList<>();
    results.add(kafka());
    results.add(lagCheck());
    results.add(hosts());
    return results;
  }

  /** Whether Kafka answers and nothing of a partition waits: then silence is the hosts'. */
  boolean hears(int partition) {
    return most("last-heartbeat-seconds-ago") <= sessionTimeout.toSeconds() && !waiting(partition);
  }

  private CheckResult kafka() {
    double silence = most("last-heartbeat-seconds-ago");
    if (silence > 2 * (double) sessionTimeout.toSeconds()) {
      return new CheckResult.Failed(
          "kafka",
          "Kafka has not answered for %.0f s: detection waits".formatted(silence),
          "check that the brokers run and can be reached; detection goes on by itself");
    }
    return new CheckResult.Ok("kafka", "it answers");
  }

  private CheckResult lagCheck() {
    Lag lag = lag();
    String stuck = stuck();
    if (!stuck.isEmpty()) {
      return new CheckResult.Failed(
          "lag", "Batches wait and none was taken for two minutes, of partition " + stuck, UNSTICK);
    }
    if (lag.millis() > LATE.toMillis()) {
      return new CheckResult.Degraded(
          "lag",
          "Detection is %d s behind, %d batches".formatted(lag.millis() / 1_000, lag.batches()),
          "wait if it was away; if it lasts, raise analyzer.threads or start more analyzers, up to"
              + " one for each partition");
    }
    return new CheckResult.Ok("lag", lag.batches() + " batches behind");
  }

  /** Partitions with batches of which none was taken for too long. */
  private String stuck() {
    long before = clock.getAsLong() - STUCK.toMillis();
    return watches.stream()
        .filter(watch -> watch.takenAt() < before && waiting(watch.partition()))
        .map(watch -> Integer.toString(watch.partition()))
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private boolean waiting(int partition) {
    return streams.get().values().stream()
        .filter(AnalyzerHealth::isLagOfEvents)
        .filter(metric ->
            Integer.toString(partition).equals(metric.metricName().tags().get("partition")))
        .anyMatch(metric -> value(metric) >= 1);
  }

  private CheckResult hosts() {
    long now = clock.getAsLong();
    watches.forEach(watch -> watch.forgetGone(now));
    Set<String> silent = silent();
    if (!silent.isEmpty()) {
      return new CheckResult.Degraded(
          "hosts",
          silent.size() + " hosts have sent nothing for two minutes: " + named(silent),
          "look after their collectors; a host that is gone for good is forgotten after an hour");
    }
    Set<String> ahead = hostsWhere(heard -> heard.clock() - heard.at() > AHEAD.toMillis());
    if (!ahead.isEmpty()) {
      return new CheckResult.Degraded(
          "hosts",
          "The clocks of %d hosts are more than a minute ahead: %s"
              .formatted(ahead.size(), named(ahead)),
          "set their clocks, or this machine's; times in alerts are those of the hosts");
    }
    return new CheckResult.Ok("hosts", hostsWhere(heard -> true).size() + " hosts are heard");
  }

  private Set<String> silent() {
    long now = clock.getAsLong();
    return hostsWhere(heard -> now - heard.at() > SILENCE.toMillis());
  }

  private interface Asked {
    boolean of(TaskWatch.Heard heard);
  }

  private Set<String> hostsWhere(Asked asked) {
    Set<String> hosts = new TreeSet<>();
    watches.forEach(watch ->
        watch
            .heard()
            .forEach((host, heard) -> {
              if (asked.of(heard)) {
                hosts.add(host.value());
              }
            }));
    return hosts;
  }

  private static String named(Set<String> hosts) {
    String names = hosts.stream().limit(NAMED).collect(Collectors.joining(", "));
    return hosts.size() > NAMED
        ? String.format(Locale.ROOT, "%s and %d more", names, hosts.size() - NAMED)
        : names;
  }
}
