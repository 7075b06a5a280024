package io.leukocyte.deploy;

import io.leukocyte.events.HostId;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code leuko bench outage}: whether documents are lost or doubled when Elasticsearch or the
 * indexer fails.
 */
@Command(
    name = "outage",
    description =
        "The indexer under a steady load while Elasticsearch is killed, frozen and full, and the"
            + " indexer killed and frozen, in turn, and data streams are rolled over after each:"
            + " every document counted; 10 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench outage --minutes 10 --load 100"})
final class OutageBenchCommand extends BenchSubcommand {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @Option(
      names = "--minutes",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long. Default: ${DEFAULT-VALUE}.")
  private int minutes;

  @Option(
      names = "--load",
      paramLabel = "N",
      defaultValue = "100",
      description = "Documents a second. Default: ${DEFAULT-VALUE}.")
  private int load;

  private final HostId host = new HostId("outage");
  private final Map<Fault, List<Double>> recovery = new EnumMap<>(Fault.class);
  private final List<Double> memory = new ArrayList<>();
  private double retries;

  /** What happens. */
  private enum Fault {
    ELASTICSEARCH_KILLED,
    ELASTICSEARCH_FROZEN,
    ELASTICSEARCH_FULL,
    INDEXER_KILLED,
    INDEXER_FROZEN;

    /** In words. */
    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  OutageBenchCommand() {
    super(1);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ELASTICSEARCH);
  }

  /** In the short form each fault comes once, however long it takes. */
  private Duration time() {
    return isShort() ? Duration.ZERO : Duration.ofMinutes(minutes);
  }

  private Duration pause() {
    return isShort() ? Duration.ofMillis(500) : Duration.ofSeconds(20);
  }

  /** How long a fault lasts; freezes of the long form are longer than anybody waits. */
  private Duration lasts(Fault fault) {
    return switch (fault) {
      case ELASTICSEARCH_KILLED -> Duration.ZERO;
      case ELASTICSEARCH_FROZEN -> Duration.ofSeconds(isShort() ? 3 : 75);
      case ELASTICSEARCH_FULL -> Duration.ofSeconds(isShort() ? 3 : 45);
      case INDEXER_KILLED -> Duration.ofSeconds(isShort() ? 0 : 5);
      case INDEXER_FROZEN -> Duration.ofSeconds(isShort() ? 3 : 25);
    };
  }

  @Override
  String plan() {
    return "%d documents a second; Elasticsearch is killed, frozen and full, the indexer killed and frozen, in turn for %s, and after each of it the data streams are rolled over."
        .formatted(load, isShort() ? "a few seconds" : minutes + " minutes");
  }

  @Override
  Duration length() {
    return time().plusSeconds(60);
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    try (BenchKafka kafka = BenchKafka.start();
        OutageNode node = OutageNode.start(kafka.folder(), isShort());
        StoredDocuments stored = new StoredDocuments(node.port());
        OutageIndexer indexer = OutageIndexer.start(kafka, node.url());
        DocumentLoad documents = new DocumentLoad(kafka.client().clientProperties(), host, load)) {
      documents.start();
      awaitMore(stored);
      int faults = suffer(node, indexer, stored);
      documents.end();
      awaitAll(documents, stored);
      look(indexer);
      report(documents, stored, report);
      report.count("faults", faults);
      report.count("rollovers", (long) faults * OutageNode.DATASETS.size());
      report.count("requests sent again by the indexer that was there last", (long) retries);
    }
    recovery.forEach((fault, seconds) ->
        report.figure(fault.text() + ": over to documents stored", "s", Samples.of(seconds)));
    report.figure("indexer, RssAnon", "MB", Samples.of(memory));
  }

  /** One fault after the other; how many there were. */
  private int suffer(OutageNode node, OutageIndexer indexer, StoredDocuments stored)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + time().toNanos();
    int faults = 0;
    do {
      for (Fault fault : Fault.values()) {
        TimeUnit.NANOSECONDS.sleep(pause().toNanos());
        progress(fault.text());
        look(indexer);
        strike(fault, node, indexer, stored);
        long over = System.nanoTime();
        awaitMore(stored);
        recovery
            .computeIfAbsent(fault, f -> new ArrayList<>())
            .add((System.nanoTime() - over) / 1e9);
        faults++;
      }
    } while (System.nanoTime() < end);
    return faults;
  }

  private void look(OutageIndexer indexer) throws IOException, InterruptedException {
    memory.add(indexer.process().stats().rssAnon() / 1e6);
    retries = indexer.process().metric("leuko_indexer_retries_total", "");
  }

  /**
   * A fault, and a rollover as soon as the node takes one: while the indexer is away, or at once.
   */
  private void strike(Fault fault, OutageNode node, OutageIndexer indexer, StoredDocuments stored)
      throws IOException, InterruptedException {
    Duration time = lasts(fault);
    switch (fault) {
      case ELASTICSEARCH_KILLED -> node.killAndStart();
      case ELASTICSEARCH_FROZEN -> node.freeze(time);
      case ELASTICSEARCH_FULL -> node.fill(time);
      case INDEXER_KILLED -> {
        indexer.process().kill();
        rollOver(stored);
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        indexer.startAgain();
        return;
      }
      case INDEXER_FROZEN -> {
        indexer.process().freeze();
        rollOver(stored);
        TimeUnit.NANOSECONDS.sleep(time.toNanos());
        indexer.process().thaw();
        return;
      }
    }
    rollOver(stored);
  }

  private static void rollOver(StoredDocuments stored) throws IOException, InterruptedException {
    for (String dataset : OutageNode.DATASETS) {
      stored.rollOver(dataset);
    }
  }

  /** Waits until documents are stored again. */
  private void awaitMore(StoredDocuments stored) throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    int before = stored.count("container", host);
    while (stored.count("container", host) <= Math.max(0, before)) {
      if (System.nanoTime() > end) {
        throw new EnvironmentException(
            "The indexer stores nothing for " + PATIENCE.toSeconds() + " s");
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void awaitAll(DocumentLoad sent, StoredDocuments stored)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < end
        && (stored.count("alerts", host) < sent.alerts().size()
            || stored.count("actions", host) < sent.actions().size()
            || stored.count("container", host) < sent.lines().size())) {
      TimeUnit.MILLISECONDS.sleep(200);
    }
  }

  private void report(DocumentLoad sent, StoredDocuments stored, Report report)
      throws IOException, InterruptedException {
    compare("alerts", sent.alerts(), stored.all("alerts", host, "/event/id"), report);
    compare(
        "steps of actions",
        sent.actions(),
        stored.all("actions", host, "/leukocyte/action/id"),
        report);
    compare("log lines", sent.lines(), stored.all("container", host, "/message"), report);
  }

  private static void compare(String what, List<String> sent, List<String> stored, Report report) {
    Map<String, Integer> times = new HashMap<>();
    stored.forEach(id -> times.merge(id, 1, Integer::sum));
    long missing = sent.stream().filter(id -> !times.containsKey(id)).count();
    long twice = times.values().stream().filter(n -> n > 1).count();
    long strange = times.size() + missing - sent.size();
    if (twice > 0) {
      List<Integer> which = new ArrayList<>();
      for (int i = 0; i < sent.size(); i++) {
        if (times.getOrDefault(sent.get(i), 0) > 1) {
          which.add(i);
        }
      }
      report.note(what + " there twice, by their numbers: " + which);
    }
    report.count(what + " on the topic", sent.size());
    report.count(what + " in Elasticsearch", stored.size());
    report.count(what + " missing there", missing);
    report.count(what + " there twice", twice);
    report.count(what + " there that are not on the topic", strange);
    report.atMost(what + " missing, twice or strange", (double) (missing + twice + strange), 0, "");
  }
}
