package io.leukocyte.deploy;

import io.leukocyte.deploy.LatencyProbes.Purpose;
import io.leukocyte.deploy.LatencyWatch.Stages;
import io.leukocyte.events.Action;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * How long it takes from an exec in a container to its committed alert, and from the alert to the
 * verified quarantine, under a steady load; each probe beside a limit taken right after it.
 */
final class LatencyBench {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final double MILLIS = 1e6;
  private static final String UNIT = "ms";

  private final Plan plan;
  private final Starter starter;
  private final Consumer<String> progress;
  private final List<LatencyProbes.Key> alerts = new ArrayList<>();
  private final List<LatencyProbes.Key> quarantines = new ArrayList<>();
  private final List<Double> transactions = new ArrayList<>();
  private final List<Double> filters = new ArrayList<>();

  /**
   * How much.
   *
   * @param alerts probes that only raise an alert
   * @param quarantines probes that a policy answers
   * @param containers that are probed
   * @param events a second, of other containers
   * @param warmUp before anything counts, with probes too
   * @param pause from one probe to the next
   */
  record Plan(
      int alerts, int quarantines, int containers, int events, Duration warmUp, Duration pause) {

    private int warming() {
      return (int) (warmUp.toNanos() / pause.toNanos());
    }

    /** Each so many probes one is an intruder. */
    private int stride() {
      return Math.max(1, alerts / quarantines);
    }

    Duration length() {
      return warmUp.plus(pause.multipliedBy(alerts));
    }
  }

  /** Starts the roles, with rules and policies of the bench. */
  interface Starter {
    MeasuredRoles start(BenchKafka kafka, String rules, String policies)
        throws IOException, InterruptedException;
  }

  LatencyBench(Plan plan, Starter starter, Consumer<String> progress) {
    this.plan = plan;
    this.starter = starter;
    this.progress = progress;
  }

  /** Measures on a Kafka of its own. */
  void run(BenchKafka kafka, Report report) throws IOException, InterruptedException {
    int probes = plan.alerts() + plan.warming();
    int intruders = probes / plan.stride() + 1;
    String rules =
        LatencyProbes.rules(Purpose.PROBE, probes, plan.containers())
            + LatencyProbes.rules(Purpose.INTRUDER, intruders, plan.containers());
    String policy = LatencyProbes.policy(intruders, plan.containers());
    try (BenchContainers containers = new BenchContainers();
        LatencyProbes shells = new LatencyProbes(containers, plan.containers());
        MeasuredRoles roles = starter.start(kafka, rules, policy);
        LatencyWatch watch = new LatencyWatch(kafka.client().clientProperties());
        LatencyLimits limits = new LatencyLimits(kafka.client())) {
      BenchLoad.start(containers, Math.max(1, plan.events() / 200), plan.events());
      progress.accept("warming up for " + plan.warmUp().toSeconds() + " s");
      probe(shells, limits, plan.warming());
      awaitAll(watch);
      clear();
      progress.accept("measuring for " + plan.length().minus(plan.warmUp()).toSeconds() + " s");
      String before = roles.metrics();
      long begin = System.nanoTime();
      probe(shells, limits, plan.alerts());
      double seconds = (System.nanoTime() - begin) / 1e9;
      double events =
          MeasuredRoles.events(roles.metrics(), "received")
              - MeasuredRoles.events(before, "received");
      awaitAll(watch);
      String after = roles.metrics();
      report(report, watch, shells.executed());
      reportQuarantines(report, watch, before, after);
      report.count("events a second at the collector", Math.round(events / seconds));
      report.count("events lost", MeasuredRoles.events(after, "lost"));
    }
  }

  private void clear() {
    alerts.clear();
    quarantines.clear();
    transactions.clear();
    filters.clear();
  }

  /** One turn: a probe, the transaction beside it; now and then an intruder and the nft beside. */
  private void probe(LatencyProbes shells, LatencyLimits limits, int turns)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    for (int turn = 0; turn < turns; turn++) {
      long due = begin + turn * plan.pause().toNanos();
      rest(due);
      alerts.add(shells.execute(Purpose.PROBE));
      rest(due + plan.pause().toNanos() / 3);
      transactions.add(limits.transaction() / MILLIS);
      if (turn % plan.stride() == 0 && quarantines.size() < Math.max(1, plan.quarantines())) {
        rest(due + plan.pause().toNanos() / 2);
        quarantines.add(shells.execute(Purpose.INTRUDER));
        rest(due + plan.pause().toNanos() * 3 / 4);
        filters.add(LatencyLimits.filter(shells.resting()) / MILLIS);
      }
    }
  }

  private static void rest(long until) throws InterruptedException {
    TimeUnit.NANOSECONDS.sleep(until - System.nanoTime());
  }

  private void awaitAll(LatencyWatch watch) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end && !isComplete(watch)) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private boolean isComplete(LatencyWatch watch) {
    return alerts.stream().allMatch(key -> watch.stages(key).isPresent())
        && quarantines.stream().allMatch(key -> verified(watch, key).isPresent());
  }

  private static Optional<Long> verified(LatencyWatch watch, LatencyProbes.Key key) {
    return Optional.ofNullable(watch.steps(key).get(Action.Step.VERIFIED));
  }

  private void report(Report report, LatencyWatch watch, Map<LatencyProbes.Key, Long> executed) {
    count(report, watch);
    List<LatencyProbes.Key> seen =
        alerts.stream().filter(key -> watch.stages(key).isPresent()).toList();
    Samples alert = samples(seen, key -> committed(watch, key) - kernel(watch, key));
    report.figure("exec in the kernel to alert committed", UNIT, alert);
    report.figure(
        "clock before the exec to alert committed",
        UNIT,
        samples(
            seen.stream().filter(executed::containsKey).toList(),
            key -> committed(watch, key) - executed.getOrDefault(key, 0L)));
    stage(report, watch, seen, " ‣ exec to batch sent", Stages::gather);
    stage(report, watch, seen, " ‣ sent to readable", Stages::store);
    stage(report, watch, seen, " ‣ readable to alert written", Stages::detect);
    stage(report, watch, seen, " ‣ written to committed", Stages::commit);
    report.figure("limit: a record through a transaction", UNIT, Samples.of(transactions));
    report.ratio(
        "alert",
        "transaction",
        ratios(
            alerts,
            seen,
            transactions,
            key -> (committed(watch, key) - kernel(watch, key)) / MILLIS));
    report.atMost("exec to alert committed, p99", alert.percentile(0.99), 250, UNIT);
  }

  private void count(Report report, LatencyWatch watch) {
    report.count("alerts expected", alerts.size());
    report.count(
        "alerts seen", alerts.stream().filter(key -> watch.alert(key).isPresent()).count());
    report.count("alerts seen twice", watch.repeated());
    report.count("quarantines expected", quarantines.size());
    report.count(
        "quarantines verified",
        quarantines.stream().filter(key -> verified(watch, key).isPresent()).count());
  }

  private void reportQuarantines(Report report, LatencyWatch watch, String before, String after) {
    List<LatencyProbes.Key> held =
        quarantines.stream().filter(key -> verified(watch, key).isPresent()).toList();
    Samples total =
        samples(held, key -> step(watch, key, Action.Step.VERIFIED) - committed(watch, key));
    report.figure("alert committed to quarantine verified", UNIT, total);
    report.figure(
        " ‣ alert committed to intended",
        UNIT,
        samples(held, key -> step(watch, key, Action.Step.INTENDED) - committed(watch, key)));
    PermitWait.report(report, before, after);
    report.figure(
        " ‣ intended to applied",
        UNIT,
        between(watch, held, Action.Step.INTENDED, Action.Step.APPLIED));
    report.figure(
        " ‣ applied to verified",
        UNIT,
        between(watch, held, Action.Step.APPLIED, Action.Step.VERIFIED));
    report.figure("limit: nft changed and listed in the namespace", UNIT, Samples.of(filters));
    report.ratio(
        "quarantine",
        "nft alone",
        ratios(
            quarantines,
            held,
            filters,
            key -> (step(watch, key, Action.Step.VERIFIED) - committed(watch, key)) / MILLIS));
    report.atMost("alert to quarantine verified, p99", total.percentile(0.99), 200, UNIT);
  }

  private static Samples between(
      LatencyWatch watch, List<LatencyProbes.Key> keys, Action.Step from, Action.Step to) {
    return samples(keys, key -> step(watch, key, to) - step(watch, key, from));
  }

  private static long step(LatencyWatch watch, LatencyProbes.Key key, Action.Step step) {
    return watch.steps(key).getOrDefault(step, 0L);
  }

  private static long kernel(LatencyWatch watch, LatencyProbes.Key key) {
    return watch.alert(key).map(alert -> alert.alert().time()).orElseThrow();
  }

  private static long committed(LatencyWatch watch, LatencyProbes.Key key) {
    return watch.alert(key).map(LatencyWatch.Committed::read).orElseThrow();
  }

  private static void stage(
      Report report,
      LatencyWatch watch,
      List<LatencyProbes.Key> keys,
      String name,
      ToLongFunction<Stages> stage) {
    report.figure(
        name, UNIT, samples(keys, key -> stage.applyAsLong(watch.stages(key).orElseThrow())));
  }

  private static Samples samples(
      List<LatencyProbes.Key> keys, ToLongFunction<LatencyProbes.Key> nanos) {
    return Samples.of(keys.stream().map(key -> nanos.applyAsLong(key) / MILLIS).toList());
  }

  /** Each probe over the limit that was taken right after it. */
  private static Samples ratios(
      List<LatencyProbes.Key> all,
      List<LatencyProbes.Key> seen,
      List<Double> limits,
      ToDoubleFunction<LatencyProbes.Key> millis) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (seen.contains(all.get(i))) {
        ratios.add(millis.applyAsDouble(all.get(i)) / limits.get(i));
      }
    }
    return Samples.of(ratios);
  }
}
