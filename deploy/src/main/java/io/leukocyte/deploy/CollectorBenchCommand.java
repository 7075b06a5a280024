package io.leukocyte.deploy;

import io.leukocyte.events.Kind;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench collector}: what a collector costs a host. */
@Command(
    name = "collector",
    description =
        "CPU time an event and memory of 'leuko collect' with 50 containers, to a bare producer of"
            + " the same batches; 3 min.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: sudo leuko bench collector --containers 200",
      "Example: sudo leuko bench collector --containers 4 --load 100 --opens 50000 --repeats 12"
    })
final class CollectorBenchCommand extends BenchSubcommand {
  private static final Duration START_EACH = Duration.ofMillis(700);
  private static final double MEGABYTE = 1e6;

  /** Events a second from which on an event's cost is judged: below it is the cost of waking up. */
  private static final int BUSY = 20_000;

  private static final Pattern LOST =
      Pattern.compile(
          "^leuko_collector_events_total\\{.*reason=\"([^\"]+)\",result=\"lost\".*} (\\S+)$");

  @Option(
      names = "--containers",
      paramLabel = "N",
      defaultValue = "50",
      description = "Containers that load. Default: ${DEFAULT-VALUE}.")
  private int containers;

  @Option(
      names = "--load",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Events a second of all of them. Default: ${DEFAULT-VALUE}.")
  private int load;

  @Option(
      names = "--opens",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Files opened a second by all of them, each of which is an event. Default:"
              + " ${DEFAULT-VALUE}.")
  private int opens;

  CollectorBenchCommand() {
    super(20);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ROOT, BenchNeed.ENGINE, BenchNeed.IMAGE);
  }

  private int containers() {
    return isShort() ? 3 : containers;
  }

  private int load() {
    return isShort() ? 300 : load;
  }

  private Duration window() {
    return isShort() ? Duration.ofSeconds(1) : Duration.ofSeconds(5);
  }

  private Duration warmUp() {
    return isShort() ? Duration.ofSeconds(1) : Duration.ofSeconds(30);
  }

  @Override
  String plan() {
    return "%d containers, %,d events a second, 'leuko collect' as its own process; %d windows of %d s after %d s of warm-up."
        .formatted(
            containers(), load() + opens, repeats(), window().toSeconds(), warmUp().toSeconds());
  }

  @Override
  Duration length() {
    return warmUp()
        .plus(window().multipliedBy(repeats()))
        .plus(START_EACH.multipliedBy(containers()))
        .plusSeconds(20);
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    try (BenchKafka kafka = BenchKafka.start();
        BenchContainers made = new BenchContainers()) {
      BenchLoad.start(made, containers(), load(), opens);
      Map<String, String> settings =
          new TreeMap<>(
              Map.of(
                  "LEUKO_KAFKA_BOOTSTRAP", kafka.bootstrap(),
                  "LEUKO_TOPICS_PARTITIONS", "2",
                  "LEUKO_COLLECTOR_SENSOR_RING", "16MiB"));
      if (opens > 0) {
        settings.put("LEUKO_COLLECTOR_SENSOR_KINDS", Kind.FILE_OPEN.text());
      }
      try (BenchProcess collector = BenchProcess.start("collect", kafka.folder(), settings);
          BareProducer _ = BareProducer.start(kafka.client())) {
        collector.awaitHealth();
        TimeUnit.NANOSECONDS.sleep(warmUp().toNanos());
        measure(collector, report);
      }
    }
  }

  private void measure(BenchProcess collector, Report report)
      throws IOException, InterruptedException {
    List<Double> cost = new ArrayList<>();
    List<Double> bare = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    List<Double> memory = new ArrayList<>();
    List<Double> rate = new ArrayList<>();
    Mark from = Mark.take(collector);
    long lostBefore = from.lost;
    for (int i = 0; i < repeats(); i++) {
      TimeUnit.NANOSECONDS.sleep(window().toNanos());
      Mark to = Mark.take(collector);
      double events = Math.max(1, to.events - from.events);
      cost.add((to.stats.cpu() - from.stats.cpu()) / events);
      bare.add((to.bare - from.bare) / events);
      ratios.add(cost.getLast() / bare.getLast());
      memory.add(to.stats.rssAnon() / MEGABYTE);
      rate.add(events / ((to.time - from.time) / 1e9));
      from = to;
    }
    report.figure("load", "events/s", Samples.of(rate));
    report.figure("collector, CPU without JIT compilers", "ns/event", Samples.of(cost));
    report.figure("limit: bare producer of the same batches", "ns/event", Samples.of(bare));
    report.figure("collector, RssAnon", "MB", Samples.of(memory));
    report.figure("collector, live heap", "MB", Samples.of(collector.liveHeap() / MEGABYTE));
    report.ratio("collector", "bare producer", Samples.of(ratios));
    report.count("threads", from.stats.threads());
    report.count("open files", from.stats.descriptors());
    report.count("containers", containers());
    String metrics = collector.metrics();
    for (String result : List.of("received", "published", "filtered", "lost")) {
      report.count("events " + result, (long) events(metrics, result));
    }
    report.count("events lost before the first window", lostBefore);
    lostByReason(metrics).forEach((reason, count) -> report.count("events lost: " + reason, count));
    report.atMost("events lost", events(metrics, "lost"), 0, "events");
    report.atMost("RssAnon, most", Samples.of(memory).most(), 200, "MB");
    if (load() + opens >= BUSY) {
      report.atMost("collector, median", Samples.of(cost).median() / 1e3, 3, "µs/event");
    }
  }

  private static double events(String metrics, String result) {
    return BenchProcess.sum(metrics, "leuko_collector_events_total", "result=\"" + result + "\"");
  }

  /** How many events were lost for each reason. */
  private static Map<String, Long> lostByReason(String metrics) {
    Map<String, Long> lost = new TreeMap<>();
    metrics
        .lines()
        .map(LOST::matcher)
        .filter(Matcher::find)
        .forEach(found ->
            lost.merge(found.group(1), (long) Double.parseDouble(found.group(2)), Long::sum));
    return lost;
  }

  /** All counters at one moment. */
  private record Mark(long time, double events, long lost, ProcessStats stats, long bare) {
    static Mark take(BenchProcess collector) throws IOException, InterruptedException {
      String metrics = collector.metrics();
      return new Mark(
          System.nanoTime(),
          CollectorBenchCommand.events(metrics, "received"),
          (long) CollectorBenchCommand.events(metrics, "lost"),
          collector.stats(),
          BareProducer.cpu());
    }
  }
}
