package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.Observed;
import io.leukocyte.events.config.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A test that stands under a rule: events, and how many of them the rule must match. Under a
 * correlation or a baseline the events come in their order, and it must raise so many alerts.
 *
 * @param rule the name of the rule or correlation
 * @param title what the events are
 * @param events the events in their order
 * @param matches how many must match; 0 is none
 * @param at where it is written
 */
public record RuleTest(String rule, String title, List<Sample> events, int matches, Position at) {
  /** Copies the list. */
  public RuleTest {
    events = List.copyOf(events);
  }

  /**
   * An event of a test.
   *
   * @param observed the event
   * @param facts its container's facts; null for the host itself
   */
  public record Sample(Observed observed, @Nullable ContainerFacts facts) {}

  /** How many of the events the rule matches; how many alerts a correlation or baseline raises. */
  public int run(RuleSet rules) {
    if (rules.baseline(rule).isPresent()) {
      return BaselineRun.alerts(rules, rule, events);
    }
    return isOfCorrelation(rules)
        ? CorrelationRun.alerts(rules, rule, events)
        : matching(rules).size();
  }

  /** Whether it stands under a correlation. */
  public boolean isOfCorrelation(RuleSet rules) {
    return rules.correlations().stream().anyMatch(c -> c.name().equals(rule));
  }

  /** Whether it says how many alerts there are, not which events match: no rule's own. */
  public boolean isOfAlerts(RuleSet rules) {
    return isOfCorrelation(rules) || rules.baseline(rule).isPresent();
  }

  /** Which of the events the rule matches, from 0; none of a correlation. */
  public List<Integer> matching(RuleSet rules) {
    List<Integer> matching = new ArrayList<>();
    for (int i = 0; i < events.size(); i++) {
      int number = i;
      Sample sample = events.get(i);
      Matcher matcher = new Matcher(rules, id -> sample.facts());
      BatchCursor row = Rows.of(sample.observed());
      matcher.open(row);
      matcher.match(
          row,
          matched -> {
            if (matched.name().equals(rule)) {
              matching.add(number);
            }
          });
    }
    return matching;
  }

  /** Whether the rule matches as often as it must. */
  public boolean passes(RuleSet rules) {
    return run(rules) == matches;
  }
}
