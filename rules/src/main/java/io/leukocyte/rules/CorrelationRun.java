package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Observed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Events of a test through rules and correlations of both stages, in memory. */
final class CorrelationRun implements Correlator.Windows, Correlator.Sink {
  private final Correlator correlator;
  private final String correlation;
  private final Map<List<String>, CorrelationWindow> windows = new HashMap<>();
  private @Nullable Observed current;
  private int alerts;

  private CorrelationRun(RuleSet rules, String correlation) {
    this.correlator = new Correlator(rules);
    this.correlation = correlation;
  }

  /** How many alerts a correlation raises for events in their order. */
  static int alerts(RuleSet rules, String correlation, List<RuleTest.Sample> events) {
    CorrelationRun run = new CorrelationRun(rules, correlation);
    for (RuleTest.Sample sample : events) {
      FactsLookup facts = id -> sample.facts();
      Matcher matcher = new Matcher(rules, facts);
      BatchCursor row = Rows.of(sample.observed());
      run.current = sample.observed();
      matcher.open(row);
      matcher.match(row, rule -> run.correlator.match(rule, row, facts, run, run));
    }
    return run.alerts;
  }

  @Override
  public CorrelationWindow of(Correlation of, List<String> group) {
    List<String> key = new ArrayList<>(group);
    key.addFirst(of.name());
    return windows.computeIfAbsent(key, k -> new CorrelationWindow(of, group));
  }

  @Override
  public void changed(CorrelationWindow window) {}

  @Override
  public void found(Correlator.Finding finding) {
    if (finding.crossed() && finding.correlation().name().equals(correlation)) {
      alerts++;
    }
  }

  @Override
  public void forward(Occurrence occurrence) {
    Observed cause = current;
    if (cause == null) {
      throw new IllegalStateException("Nothing has matched");
    }
    correlator.take(occurrence, cause, this, this);
  }

  @Override
  public void noted(Correlator.Note note, long times) {}
}
