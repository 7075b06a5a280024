package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.Protocol;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * CPU nanoseconds an event that the shipped rules take with and without the shipped baseline, of
 * containers that do what they always do: half of the events are starts of programs, a third
 * connections, the rest log lines. Passes take turns; the ratio is of one run.
 */
public final class BaselineBench {
  private static final int BATCHES = 200;
  private static final int BATCH = 200;

  private BaselineBench() {}

  /** Prints the medians and their ratio. */
  public static void main(String[] args) throws MalformedBatchException {
    int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 15;
    List<RuleFile> shipped = RuleFile.shipped();
    RuleSet with = RuleSet.load(shipped).rules();
    RuleSet without =
        RuleSet.load(shipped.stream().filter(f -> !f.name().equals("baselines.yaml")).toList())
            .rules();
    List<byte[]> batches = batches();
    Pass one = new Pass(without, batches);
    Pass other = new Pass(with, batches);
    double[] plain = new double[rounds];
    double[] learned = new double[rounds];
    for (int round = -5; round < rounds; round++) {
      double first = one.nanos();
      double second = other.nanos();
      if (round >= 0) {
        plain[round] = first;
        learned[round] = second;
      }
    }
    Arrays.sort(plain);
    Arrays.sort(learned);
    System.out.printf(
        "without %.1f, with the baseline %.1f ns an event: x %.2f; %d observations in all%n",
        plain[rounds / 2],
        learned[rounds / 2],
        learned[rounds / 2] / plain[rounds / 2],
        other.told);
  }

  private static List<byte[]> batches() {
    List<byte[]> batches = new ArrayList<>();
    for (int b = 0; b < BATCHES; b++) {
      BatchWriter writer = new BatchWriter(TestRules.HOST, 1);
      for (int i = 0; i < BATCH; i++) {
        ContainerRef container = TestRules.WEB_REF;
        ProcessExec exec =
            TestRules.exec(container, "worker-" + i % 20, List.of("w", "-x" + b % 7), "init");
        writer.add(
            switch (i % 6) {
              case 0, 1, 2 -> exec;
              case 3, 4 ->
                  new NetConnect(
                      exec.time(),
                      container,
                      exec.process(),
                      Protocol.TCP,
                      new Endpoint("172.17.0.2", 40_000 + i),
                      new Endpoint("10.0.0." + i % 8, 443));
              default ->
                  new ContainerLog(
                      exec.time(),
                      container,
                      ContainerLog.Stream.STDOUT,
                      "GET /a" + i + " 200",
                      12,
                      false);
            });
      }
      batches.add(writer.finish(b));
    }
    return batches;
  }

  private static final class Pass {
    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final Matcher matcher;
    private final Observer observer;
    private final KnownValues known = new KnownValues();
    private final BatchCursor row = new BatchCursor();
    private final List<byte[]> batches;
    private long told;

    Pass(RuleSet rules, List<byte[]> batches) {
      this.matcher = new Matcher(rules, FactsLookup.NONE);
      this.observer = new Observer(rules, FactsLookup.NONE);
      this.batches = batches;
    }

    double nanos() throws MalformedBatchException {
      long begun = threads.getCurrentThreadCpuTime();
      for (byte[] batch : batches) {
        row.open(batch);
        matcher.open(row);
        observer.open(row);
        while (row.next()) {
          matcher.match(row, this::matched);
        }
      }
      return (threads.getCurrentThreadCpuTime() - begun) / (double) (BATCHES * BATCH);
    }

    private void matched(Rule rule) {
      if (rule.watch() != null && observer.observe(rule, row, row.time(), known) != null) {
        told++;
      }
    }
  }
}
