package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * CPU nanoseconds an event that the detector takes, without Kafka: the stream of {@link
 * AnalyzerBench} from memory, findings written as JSON, changes of the state drained as often as
 * commits would. Passes with each set of rules take turns.
 */
public final class DetectorBench {
  private static final int BATCHES = 5_000;
  private static final int BATCHES_A_COMMIT = 100;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
  private final List<byte[]> batches = new ArrayList<>();
  private long findings;
  private long bytes;

  private DetectorBench() {
    BenchStream stream = new BenchStream(1);
    for (int i = 0; i < BATCHES; i++) {
      batches.add(stream.batch(stream.nextHost()));
    }
  }

  /** Prints a line for each set of rules: median, least and most of the rounds. */
  public static void main(String[] args) throws MalformedBatchException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 7;
    DetectorBench bench = new DetectorBench();
    Map<String, double[]> figures = new TreeMap<>();
    for (int round = -2; round < rounds; round++) {
      for (Map.Entry<String, RuleSet> rules : sets().entrySet()) {
        if (args.length > 1 && !rules.getKey().startsWith(args[1])) {
          continue;
        }
        double nanos = bench.pass(rules.getValue());
        if (round >= 0) {
          figures.computeIfAbsent(rules.getKey(), r -> new double[rounds])[round] = nanos;
        }
        if (round == 0) {
          System.out.println(
              rules.getKey() + ": " + bench.findings + " findings, " + bench.bytes + " B");
        }
      }
    }
    figures.forEach((rules, nanos) -> {
      Arrays.sort(nanos);
      System.out.printf(
          "%-36s %6.1f (%.1f to %.1f)%n", rules, nanos[rounds / 2], nanos[0], nanos[rounds - 1]);
    });
  }

  /** The sets of the bench, and the shipped rules with the baseline. */
  private static Map<String, RuleSet> sets() {
    Map<String, RuleSet> sets = new TreeMap<>();
    for (BenchRules rules : BenchRules.values()) {
      sets.put(rules.text(), rules.rules());
    }
    sets.put(
        BenchRules.SHIPPED.text() + ", with the baseline",
        RuleSet.load(RuleFile.shipped()).rules());
    return sets;
  }

  private double pass(RuleSet rules) throws MalformedBatchException {
    DetectorState state = new DetectorState();
    Detector detector = new Detector(rules, DetectorSettings.DEFAULTS, state);
    BatchCursor cursor = new BatchCursor();
    findings = 0;
    bytes = 0;
    AlertSink sink = new Written();
    long begun = threads.getCurrentThreadCpuTime();
    for (int i = 0; i < BATCHES; i++) {
      cursor.open(batches.get(i));
      detector.process(cursor, sink);
      if (i % BATCHES_A_COMMIT == 0) {
        state.drain((key, value) -> bytes += key.length);
      }
    }
    return (threads.getCurrentThreadCpuTime() - begun) / (double) (BATCHES * BenchStream.BATCH);
  }

  private final class Written implements AlertSink {
    @Override
    public void match(FleetMatch match) {}

    @Override
    public void observation(FleetObservation seen) {
      add(FleetObservationJson.write(seen));
    }

    @Override
    public void alert(Alert alert) {
      add(AlertJson.write(alert));
    }

    @Override
    public void incident(Incident incident) {
      add(IncidentJson.write(incident));
    }

    @Override
    public void facts(Observed facts) {}

    private void add(byte[] json) {
      findings++;
      bytes += json.length;
    }
  }
}
