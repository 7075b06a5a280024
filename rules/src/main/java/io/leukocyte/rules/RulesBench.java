package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.bench.Alternated;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.bench.Samples;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;

/**
 * What matching costs with 20, 100 and 1,000 mixed rules, from a batch's bytes to the rules that
 * match, beside a loop over the same rules that walks each one's tree, on events that are parsed
 * already. CPU nanoseconds of this thread for one event. Before anything is measured, both say for
 * each rule how often it matches, and must say the same.
 */
public final class RulesBench {
  /** How many rules. */
  static final List<Integer> SIZES = List.of(20, 100, 1_000);

  /** What a hundred and a thousand rules may cost, as parts of what twenty do. */
  private static final double HUNDRED = 1.3;

  private static final double THOUSAND = 3;

  /** A loop over a thousand rules takes long: it gets one batch of so many. */
  private static final int FEWER = 10;

  private static final String UNIT = "ns/event";
  private static final String READING = "opening batches, going over their rows";
  private static final String SHIPPED = "matcher, the rules shipped";
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  private final BenchStream stream;
  private final BatchCursor cursor = new BatchCursor();
  private long sink;

  /** A stream of so many batches of 200 events. */
  public RulesBench(int batches) {
    this.stream = new BenchStream(1, batches);
  }

  /** One turn over batches. */
  private interface Pass {
    void run(int batch) throws MalformedBatchException;
  }

  /**
   * Measures everything, all in turn.
   *
   * @param warm rounds before
   * @param rounds how often each is measured
   * @param report takes the figures
   * @throws IllegalStateException when matcher and loop disagree
   */
  public void run(int warm, int rounds, Report report) throws Exception {
    Alternated all = new Alternated().add(READING, round -> measure(1, this::read));
    for (int size : SIZES) {
      BenchMix mix = new BenchMix(size, size);
      RuleSet rules = mix.rules();
      report.count(
          "matches of " + size + " rules", Arrays.stream(agreed(stream, mix, rules)).sum());
      Matcher matcher = new Matcher(rules, FactsLookup.NONE);
      all.add(matcher(size), round -> measure(1, batch -> match(matcher, batch)));
      all.add(loop(size), round -> measure(size < 1_000 ? 1 : FEWER, b -> walk(mix, b)));
    }
    RuleSet shipped = RuleSet.load(RuleFile.shipped()).rules();
    Matcher ofShipped = new Matcher(shipped, FactsLookup.NONE);
    all.add(SHIPPED, round -> measure(1, batch -> match(ofShipped, batch)));
    report(all.run(warm, rounds), report);
  }

  private void report(Alternated.Rounds measured, Report report) {
    measured.figures().keySet().forEach(name -> report.figure(name, UNIT, measured.of(name)));
    Samples hundred = measured.ratio(matcher(100), matcher(20));
    Samples thousand = measured.ratio(matcher(1_000), matcher(20));
    report.ratio(matcher(100), matcher(20), hundred);
    report.ratio(matcher(1_000), matcher(20), thousand);
    for (int size : SIZES) {
      report.ratio(loop(size), matcher(size), measured.ratio(loop(size), matcher(size)));
    }
    report.count("events", (long) stream.batches().size() * BenchStream.EVENTS);
    report.atMost("100 rules to 20", hundred.median(), HUNDRED, "");
    report.atMost("1,000 rules to 20", thousand.median(), THOUSAND, "");
    report.note("Check sum of what matched: %x".formatted(sink));
  }

  private static String matcher(int size) {
    return "matcher, %,d rules".formatted(size);
  }

  private static String loop(int size) {
    return "loop, %,d rules".formatted(size);
  }

  /**
   * Lets matcher and loop look at the whole stream.
   *
   * @return how often each rule matched
   * @throws IllegalStateException when they disagree about a rule
   */
  static long[] agreed(BenchStream stream, BenchMix mix, RuleSet rules)
      throws MalformedBatchException {
    long[] matched = new long[mix.filters().size()];
    Matcher matcher = new Matcher(rules, FactsLookup.NONE);
    BatchCursor cursor = new BatchCursor();
    for (byte[] batch : stream.batches()) {
      cursor.open(batch);
      matcher.open(cursor);
      while (cursor.next()) {
        matcher.match(cursor, rule -> matched[rules.rules().indexOf(rule)]++);
      }
    }
    for (int i = 0; i < matched.length; i++) {
      BenchMix.Filter filter = mix.filters().get(i);
      long walked = stream.events().stream().flatMap(List::stream).filter(filter::matches).count();
      if (walked != matched[i]) {
        throw new IllegalStateException(
            "%s: the matcher found %d, the loop %d events: %s"
                .formatted(filter.name(), matched[i], walked, filter.condition().text()));
      }
    }
    return matched;
  }

  /** CPU nanoseconds of this thread an event; one batch of some is taken. */
  private double measure(int step, Pass pass) throws MalformedBatchException {
    long before = THREADS.getCurrentThreadCpuTime();
    int batches = 0;
    for (int batch = 0; batch < stream.batches().size(); batch += step) {
      pass.run(batch);
      batches++;
    }
    return (THREADS.getCurrentThreadCpuTime() - before) / (double) (batches * BenchStream.EVENTS);
  }

  private void read(int batch) throws MalformedBatchException {
    cursor.open(stream.batches().get(batch));
    while (cursor.next()) {
      sink += cursor.kind() == Kind.SENSOR_LOSS ? 1 : 0;
    }
  }

  private void match(Matcher matcher, int batch) throws MalformedBatchException {
    cursor.open(stream.batches().get(batch));
    matcher.open(cursor);
    while (cursor.next()) {
      matcher.match(cursor, rule -> sink++);
    }
  }

  private void walk(BenchMix mix, int batch) {
    List<BenchMix.Filter> filters = mix.filters();
    for (BenchEvent event : stream.events().get(batch)) {
      for (int i = 0; i < filters.size(); i++) {
        sink += filters.get(i).matches(event) ? 1 : 0;
      }
    }
  }
}
