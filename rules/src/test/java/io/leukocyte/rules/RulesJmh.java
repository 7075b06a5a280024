package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.MalformedBatchException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The matcher, a loop that walks each rule's tree, and Esper, with the same rules over the same
 * stream; a call is a batch of 200 events. The matcher begins with the bytes of the batch; the loop
 * and Esper are given objects that were parsed before. All three must agree on how often each rule
 * matches, else nothing is measured.
 *
 * <p>Times are samples, of which the median says what a batch takes when nothing interrupts it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 6, time = 2)
@Fork(
    value = 1,
    jvmArgs = {"-Xmx1g", "-XX:+UseSerialGC"})
@SuppressWarnings("NullAway.Init") // JMH calls the methods of @Setup first
public class RulesJmh {
  private static final int BATCHES = 250;

  /** How many rules. */
  @Param({"20", "100", "1000"})
  public int rules;

  private final BatchCursor cursor = new BatchCursor();
  private BenchStream stream;
  private BenchMix mix;
  private Matcher matcher;
  private int next;
  private long found;

  /** For JMH. */
  public RulesJmh() {}

  /** Makes stream and rules. */
  @Setup(Level.Trial)
  public void prepare() {
    stream = new BenchStream(1, BATCHES);
    mix = new BenchMix(rules, rules);
    matcher = new Matcher(mix.rules(), FactsLookup.NONE);
  }

  /** Esper with the same rules; made only where it is measured. */
  @State(Scope.Thread)
  public static class Peer {
    private EsperPeer esper;
    private List<List<EsperPeer.EsperEvent>> beans;

    /** For JMH. */
    public Peer() {}

    /** Makes it, and compares what all three find. */
    @Setup(Level.Trial)
    public void prepare(RulesJmh common) throws Exception {
      esper = new EsperPeer(common.mix);
      beans =
          common.stream.events().stream()
              .map(batch -> batch.stream().map(EsperPeer.EsperEvent::of).toList())
              .toList();
      long[] agreed = RulesBench.agreed(common.stream, common.mix, common.mix.rules());
      beans.forEach(batch -> batch.forEach(esper::send));
      if (!Arrays.equals(agreed, esper.matched())) {
        throw new IllegalStateException(
            "Esper disagrees at rule " + Arrays.mismatch(agreed, esper.matched()));
      }
    }

    /** Takes Esper down. */
    @TearDown(Level.Trial)
    public void end() {
      esper.close();
    }
  }

  private int batch() {
    next = next + 1 == BATCHES ? 0 : next + 1;
    return next;
  }

  /** The matcher, from a batch's bytes. */
  @Benchmark
  public long matcher() throws MalformedBatchException {
    cursor.open(stream.batches().get(batch()));
    matcher.open(cursor);
    while (cursor.next()) {
      matcher.match(cursor, rule -> found++);
    }
    return found;
  }

  /** A loop over the rules for each event. */
  @Benchmark
  public long loop() {
    List<BenchMix.Filter> filters = mix.filters();
    for (BenchEvent event : stream.events().get(batch())) {
      for (int i = 0; i < filters.size(); i++) {
        found += filters.get(i).matches(event) ? 1 : 0;
      }
    }
    return found;
  }

  /** Esper, on objects that are there. */
  @Benchmark
  public void esper(Peer peer) {
    for (EsperPeer.EsperEvent event : peer.beans.get(batch())) {
      peer.esper.send(event);
    }
  }

  /** Esper, on objects that are made of a batch's bytes, as it would have to be used. */
  @Benchmark
  public void esperFromBatch(Peer peer) throws MalformedBatchException {
    cursor.open(stream.batches().get(batch()));
    while (cursor.next()) {
      peer.esper.send(EsperPeer.EsperEvent.of(new BenchEvent(cursor.event())));
    }
  }
}
