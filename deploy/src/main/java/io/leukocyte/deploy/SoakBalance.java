package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.bench.Report;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** What was produced against what Elasticsearch has of it: each once. */
final class SoakBalance {
  private final SoakDocuments documents;
  private final Duration patience;

  /** Documents of one kind. */
  private interface Stored {
    List<String> read() throws IOException, InterruptedException;
  }

  /**
   * Describes it.
   *
   * @param documents those that came
   * @param patience how long is waited for those that are on their way
   */
  SoakBalance(SoakDocuments documents, Duration patience) {
    this.documents = documents;
    this.patience = patience;
  }

  /**
   * Adds counts and goals.
   *
   * @param writer a container that wrote lines, each another, and has ended
   * @param watch which alerts were committed
   */
  void report(Running writer, LatencyWatch watch, Report report)
      throws IOException, InterruptedException {
    Set<String> written =
        BenchContainers.docker("logs", writer.name()).lines().collect(Collectors.toSet());
    report("log lines", written, () -> documents.lines(writer.id()), report);
    Set<String> alerts = watch.alerts().stream().map(AlertId::value).collect(Collectors.toSet());
    report("committed alerts", alerts, documents::alerts, report);
  }

  private void report(String what, Set<String> produced, Stored stored, Report report)
      throws IOException, InterruptedException {
    List<String> found = await(produced, stored);
    Set<String> distinct = new HashSet<>(found);
    long missing = produced.stream().filter(one -> !distinct.contains(one)).count();
    long twice = (long) found.size() - distinct.size();
    report.count(what, produced.size());
    report.count(what + " in Elasticsearch", found.size());
    report.count(what + " missing there", missing);
    report.count(what + " there twice", twice);
    report.atMost(what + " missing in Elasticsearch", (double) missing, 0, "");
    report.atMost(what + " twice in Elasticsearch", (double) twice, 0, "");
  }

  /** All that is stored, once nothing of what was produced is missing, if that comes. */
  private List<String> await(Set<String> produced, Stored stored)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    List<String> found = stored.read();
    while (!new HashSet<>(found).containsAll(produced) && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(500);
      found = stored.read();
    }
    return found;
  }
}
