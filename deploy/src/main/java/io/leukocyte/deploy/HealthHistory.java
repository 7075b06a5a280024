package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Results of checks with the time since which each is in its state. Thread-safe. */
final class HealthHistory {
  private final InstantSource clock;
  private final Map<String, Seen> seen = new HashMap<>();

  HealthHistory(InstantSource clock) {
    this.clock = clock;
  }

  /** The words of {@code /health}, from well to ill. */
  enum Status {
    OK,
    DEGRADED,
    FAILED;

    static Status of(CheckResult result) {
      return switch (result) {
        case CheckResult.Ok ok -> OK;
        case CheckResult.Degraded d -> DEGRADED;
        case CheckResult.Failed f -> FAILED;
      };
    }
  }

  private record Seen(Status status, Instant since) {}

  /**
   * A result.
   *
   * @param result what was found
   * @param status its state
   * @param since when a look first found it in this state
   */
  record Dated(CheckResult result, Status status, Instant since) {}

  /** Takes what a look found; roles of one process may have checks of the same name. */
  synchronized List<Dated> look(List<CheckResult> results) {
    Map<String, Integer> times = new HashMap<>();
    List<Dated> dated = new ArrayList<>(results.size());
    for (CheckResult result : results) {
      String key = result.name() + "#" + times.merge(result.name(), 1, Integer::sum);
      Status status = Status.of(result);
      Seen before = seen.get(key);
      if (before == null || before.status() != status) {
        before = new Seen(status, clock.instant());
        seen.put(key, before);
      }
      dated.add(new Dated(result, status, before.since()));
    }
    return dated;
  }
}
