package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Events of a test through the baselines, in memory. */
final class BaselineRun implements Profiler.Store {
  private final Map<Profile.Key, Profile> profiles = new HashMap<>();
  private final Map<ContainerId, KnownValues> known = new HashMap<>();

  private BaselineRun() {}

  /** How many alerts a baseline raises for events in their order. */
  static int alerts(RuleSet rules, String baseline, List<RuleTest.Sample> events) {
    BaselineRun run = new BaselineRun();
    Profiler profiler = new Profiler(rules);
    int alerts = 0;
    for (RuleTest.Sample sample : events) {
      for (Observation seen : run.observe(rules, baseline, sample)) {
        if (profiler.take(seen, run) instanceof Profiler.Answer.New) {
          alerts++;
        }
      }
    }
    return alerts;
  }

  private List<Observation> observe(RuleSet rules, String baseline, RuleTest.Sample sample) {
    FactsLookup facts = id -> sample.facts();
    Matcher matcher = new Matcher(rules, facts);
    Observer observer = new Observer(rules, facts);
    BatchCursor row = Rows.of(sample.observed());
    matcher.open(row);
    observer.open(row);
    List<Observation> seen = new ArrayList<>();
    matcher.match(
        row,
        rule -> {
          Baseline.Watch watch = rule.watch();
          if (watch != null && row.container() != 0 && watch.baseline().name().equals(baseline)) {
            KnownValues values =
                known.computeIfAbsent(
                    row.containerRef(row.container()).id(), c -> new KnownValues());
            Observation value = observer.observe(rule, row, row.time(), values);
            if (value != null) {
              seen.add(value);
            }
          }
        });
    return seen;
  }

  @Override
  public Profile of(Profile.Key key) {
    return profiles.computeIfAbsent(key, Profile::new);
  }

  @Override
  public void changed(Profile profile) {}
}
