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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench soak}: whether the roles stay as they are, and lose nothing, over time. */
@Command(
    name = "soak",
    description =
        "All roles under a steady load with two restarts of Kafka: memory, threads, files, disk;"
            + " every alert, event, log line and document counted; 11 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench soak --minutes 60"})
final class SoakBenchCommand extends BenchSubcommand {
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final double MEGABYTE = 1e6;
  private static final int CONTAINERS = 5;

  /**
   * Parts of the time after which Kafka is restarted. What waits for it meanwhile takes memory that
   * is not given back; the second time shows whether that adds up.
   */
  private static final int FIRST_RESTART = 8;

  private static final int SECOND_RESTART = 4;

  /** What the JVM keeps of compiled code and classes, which come in the first hours. */
  private static final String CODE = "area=\"nonheap\"";

  /** Says which of its lines it is, ten a second. */
  private static final String WRITER =
      "$| = 1; while (1) { print 'line ', ++$i, \"\\n\"; select(undef, undef, undef, 0.1) }";

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
    return isShort() ? 4 : 5;
  }

  private int load() {
    return isShort() ? 200 : load;
  }

  @Override
  String plan() {
    return "collect, analyze, respond and index as processes of their own, with Kafka and Elasticsearch, %,d events a second, a new container each %d s, Kafka restarted twice at the beginning, for %d s."
        .formatted(load(), turn().multipliedBy(stride()).toSeconds(), time().toSeconds());
  }

  @Override
  Duration length() {
    return time().plusSeconds(60);
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    try (BenchKafka kafka = BenchKafka.start()) {
      SoakDocuments documents = null;
      try {
        documents = SoakDocuments.start(kafka, isShort());
      } catch (EnvironmentException e) {
        String left = "The indexer is left out: " + e.getMessage();
        progress(left);
        report.note(left);
      }
      try {
        measure(kafka, documents, report);
      } finally {
        if (documents != null) {
          documents.close();
        }
      }
    }
  }

  private void measure(BenchKafka kafka, @Nullable SoakDocuments documents, Report report)
      throws IOException, InterruptedException {
    int turns = (int) (time().toNanos() / turn().toNanos());
    Path rules = kafka.folder().resolve("rules.yaml");
    Files.writeString(rules, LatencyProbes.rules(Purpose.PROBE, turns, CONTAINERS));
    List<String> names = new ArrayList<>(BenchProcesses.ROLES);
    Map<String, String> settings = new HashMap<>(Map.of("LEUKO_RULES_PATHS", rules.toString()));
    if (documents != null) {
      names.add("index");
      settings.put("LEUKO_ELASTICSEARCH_URL", documents.url());
      settings.put("LEUKO_INDEXER_LOGS", "all");
    }
    try (BenchContainers containers = new BenchContainers();
        LatencyProbes probes = new LatencyProbes(containers, CONTAINERS);
        LatencyWatch watch = new LatencyWatch(kafka.client().clientProperties());
        BenchProcesses roles = BenchProcesses.start(kafka, names, settings)) {
      BenchLoad.start(containers, 2, load());
      Running writer = containers.start("perl", "-e", WRITER);
      soak(turns, kafka, containers, probes, roles, names);
      BenchContainers.docker("kill", writer.name());
      awaitAlerts(watch);
      report(report, watch, roles);
      if (documents != null) {
        new SoakBalance(documents, PATIENCE).report(writer, watch, report);
      }
    }
  }

  private void soak(
      int turns,
      BenchKafka kafka,
      BenchContainers containers,
      LatencyProbes probes,
      BenchProcesses roles,
      List<String> names)
      throws IOException, InterruptedException {
    long begin = System.nanoTime();
    Running guest = containers.start("sleep", "infinity");
    for (int turn = 0; turn < turns; turn++) {
      TimeUnit.NANOSECONDS.sleep(begin + turn * turn().toNanos() - System.nanoTime());
      expected.add(probes.execute(Purpose.PROBE));
      if (turn == turns / FIRST_RESTART || turn == turns / SECOND_RESTART) {
        progress("restarting Kafka");
        kafka.restart();
      }
      if (turn % stride() == 0) {
        containers.remove(guest);
        guest = containers.start("sh", "-c", "echo hello; sleep infinity");
        double minute = (System.nanoTime() - begin) / 60e9;
        for (String name : names) {
          sample(minute, name, roles.of(name), kafka.folder());
        }
      }
    }
  }

  private void sample(double minute, String role, BenchProcess process, Path folder)
      throws IOException, InterruptedException {
    ProcessStats stats = process.stats();
    double code = BenchProcess.sum(process.metrics(), "jvm_memory_used_bytes", CODE);
    series.add(minute, role + ", RssAnon", "MB", stats.rssAnon() / MEGABYTE);
    series.add(minute, role + ", code and classes", "MB", code / MEGABYTE);
    series.add(minute, role + SoakSeries.WITHOUT_CODE, "MB", (stats.rssAnon() - code) / MEGABYTE);
    series.add(minute, role + ", live heap", "MB", process.liveHeap() / MEGABYTE);
    series.add(minute, role + ", threads", "", stats.threads());
    series.add(minute, role + ", open files", "", stats.descriptors());
    series.add(minute, role + ", disk", "MB", bytes(folder.resolve(role)) / MEGABYTE);
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

  private void report(Report report, LatencyWatch watch, BenchProcesses roles)
      throws IOException, InterruptedException {
    series.report(report);
    long seen = expected.stream().filter(key -> watch.alert(key).isPresent()).count();
    report.count("alerts expected", expected.size());
    report.count("alerts seen", seen);
    report.count("alerts seen twice", watch.repeated());
    report.atLeast("alerts seen", (double) seen, expected.size(), "");
    report.atMost("alerts seen twice", watch.repeated(), 0, "");
    long[] counts = balance(roles.of("collect"));
    report.count("events received", counts[0]);
    report.count("events published", counts[1]);
    report.count("events filtered", counts[2]);
    report.count("events lost", counts[3]);
    long pending = counts[0] - counts[1] - counts[2] - counts[3];
    report.atMost(
        "received that are neither published, filtered nor lost", (double) pending, 0, "");
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
        counts[i] = MeasuredRoles.events(text, results.get(i));
      }
    } while (counts[0] != counts[1] + counts[2] + counts[3] && System.nanoTime() < end);
    return counts;
  }
}
