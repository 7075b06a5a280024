package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.deploy.LatencyProbes.Purpose;
import io.leukocyte.events.bench.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench soak}: whether the roles stay as they are, and lose nothing, over time. */
@Command(
    name = "soak",
    description =
        "Collector, analyzer and responder under a steady load with one restart of Kafka: memory,"
            + " threads, files, disk; every alert counted; 10 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench soak --minutes 60"})
final class SoakBenchCommand extends BenchSubcommand {
  private static final List<String> ROLES = List.of("collect", "analyze", "respond");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final double MEGABYTE = 1e6;
  private static final int CONTAINERS = 5;

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long. Default: ${DEFAULT-VALUE}.")
  private int minutes;

  @Option(
      names = "--load",
      paramLabel = "N",
      defaultValue = "500",
      description = "Events a second. Default: ${DEFAULT-VALUE}.")
  private int load;

  private final List<LatencyProbes.Key> expected = new ArrayList<>();
  private final SoakSeries series = new SoakSeries();

  SoakBenchCommand() {
    super(1);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ROOT, BenchNeed.ENGINE, BenchNeed.IMAGE);
  }

  private Duration time() {
    return isShort() ? Duration.ofSeconds(8) : Duration.ofMinutes(minutes);
  }

  private Duration turn() {
    return isShort() ? Duration.ofMillis(500) : Duration.ofSeconds(2);
  }

  /** Turns from one sample, and one new container, to the next. */
  private int stride() {
    return isShort() ? 2 : 5;
  }

  private int load() {
    return isShort() ? 200 : load;
  }

  @Override
  String plan() {
    return "%s as processes of their own, %,d events a second, a new container each %d s, Kafka restarted once, for %d s."
        .formatted(
            String.join(", ", ROLES),
            load(),
            turn().multipliedBy(stride()).toSeconds(),
            time().toSeconds());
  }

  @Override
  Duration length() {
    return time().plusSeconds(30);
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    int turns = (int) (time().toNanos() / turn().toNanos());
    try (BenchKafka kafka = BenchKafka.start();
        BenchContainers containers = new BenchContainers();
        LatencyProbes probes = new LatencyProbes(containers, CONTAINERS)) {
      Path rules = kafka.folder().resolve("rules.yaml");
      Files.writeString(rules, LatencyProbes.rules(Purpose.PROBE, turns, CONTAINERS));
      Map<String, BenchProcess> roles = new HashMap<>();
      try (LatencyWatch watch = new LatencyWatch(kafka.client().clientProperties())) {
        start(roles, kafka, rules);
        BenchLoad.start(containers, 2, load());
        soak(turns, kafka, containers, probes, roles);
        awaitAlerts(watch);
        report(report, watch, roles);
      } finally {
        roles.values().forEach(BenchProcess::close);
      }
    }
  }

  private static void start(Map<String, BenchProcess> roles, BenchKafka kafka, Path rules)
      throws IOException, InterruptedException {
    Map<String, String> settings =
        Map.of(
            "LEUKO_KAFKA_BOOTSTRAP",
            kafka.bootstrap(),
            "LEUKO_TOPICS_PARTITIONS",
            "2",
            "LEUKO_HOST_ID",
            "leuko-bench",
            "LEUKO_RULES_PATHS",
            rules.toString());
    for (String role : ROLES.reversed()) {
      roles.put(role, BenchProcess.start(role, kafka.folder(), settings));
    }
  }

  private void soak(
      int turns,
      BenchKafka kafka,
      BenchContainers containers,
      LatencyProbes probes,
      Map<String, BenchProcess> roles)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Running guest = containers.start("sleep", "infinity");
    for (int turn = 0; turn < turns; turn++) {
      TimeUnit.NANOSECONDS.sleep(begin + turn * turn().toNanos() - System.nanoTime());
      expected.add(probes.execute(Purpose.PROBE));
      if (turn == turns / 2) {
        progress("restarting Kafka");
        kafka.restart();
      }
      if (turn % stride() == 0) {
        containers.remove(guest);
        guest = containers.start("sh", "-c", "echo hello; sleep infinity");
        double minute = (System.nanoTime() - begin) / 60e9;
        sample(minute, roles, kafka.folder());
      }
    }
  }

  private void sample(double minute, Map<String, BenchProcess> roles, Path folder)
      throws IOException, InterruptedException {
    for (String role : ROLES) {
      BenchProcess process = roles.get(role);
      if (process == null) {
        throw new IllegalStateException("The role does not run: " + role);
      }
      ProcessStats stats = process.stats();
      series.add(minute, role + ", RssAnon", "MB", stats.rssAnon() / MEGABYTE);
      series.add(minute, role + ", live heap", "MB", process.liveHeap() / MEGABYTE);
      series.add(minute, role + ", threads", "", stats.threads());
      series.add(minute, role + ", open files", "", stats.descriptors());
      series.add(minute, role + ", disk", "MB", bytes(folder.resolve(role)) / MEGABYTE);
    }
  }

  private static long bytes(Path folder) throws IOException {
    long sum = 0;
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        try {
          sum += Files.isRegularFile(file) ? Files.size(file) : 0;
        } catch (NoSuchFileException e) {
          // It went meanwhile.
        }
      }
    }
    return sum;
  }

  private void awaitAlerts(LatencyWatch watch) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end
        && !expected.stream().allMatch(key -> watch.alert(key).isPresent())) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void report(Report report, LatencyWatch watch, Map<String, BenchProcess> roles)
      throws IOException, InterruptedException {
    series.report(report);
    long seen = expected.stream().filter(key -> watch.alert(key).isPresent()).count();
    report.count("alerts expected", expected.size());
    report.count("alerts seen", seen);
    report.count("alerts seen twice", watch.repeated());
    report.atLeast("alerts seen", (double) seen, expected.size(), "");
    report.atMost("alerts seen twice", watch.repeated(), 0, "");
    BenchProcess collector = roles.get("collect");
    if (collector != null) {
      long[] counts = balance(collector);
      report.count("events received", counts[0]);
      report.count("events published", counts[1]);
      report.count("events filtered", counts[2]);
      report.count("events lost", counts[3]);
      long pending = counts[0] - counts[1] - counts[2] - counts[3];
      report.atMost(
          "received that are neither published, filtered nor lost", (double) pending, 0, "");
    }
  }

  /** Received, published, filtered and lost; once nothing is on its way, if that comes. */
  private static long[] balance(BenchProcess collector) throws IOException, InterruptedException {
    long[] counts = new long[4];
    long end = System.nanoTime() + PATIENCE.toNanos() / 3;
    do {
      TimeUnit.MILLISECONDS.sleep(50);
      String text = collector.metrics();
      List<String> results = List.of("received", "published", "filtered", "lost");
      for (int i = 0; i < counts.length; i++) {
        String label = "result=\"" + results.get(i) + "\"";
        counts[i] = (long) BenchProcess.sum(text, "leuko_collector_events_total", label);
      }
    } while (counts[0] != counts[1] + counts[2] + counts[3] && System.nanoTime() < end);
    return counts;
  }
}
