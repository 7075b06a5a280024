package io.leukocyte.rules;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What the document says of a window, as simply as it can be written. */
final class NaiveWindow {
  private final Correlation.Type type;
  private final Correlation rule;
  private final List<Seen> kept = new ArrayList<>();
  private long newest = Long.MIN_VALUE;
  private final List<long[]> alerts = new ArrayList<>();

  private record Seen(long time, int member, long value) {}

  NaiveWindow(Correlation rule) {
    this.rule = rule;
    this.type = rule.type();
  }

  /** What the match did, and the count where the condition holds. */
  String add(int member, long value, long time) {
    long most = rule.timespan() + rule.lateness();
    if (!kept.isEmpty() && newest - time >= most) {
      return "LATE 0";
    }
    kept.add(new Seen(time, member, value));
    newest = Math.max(newest, time);
    kept.removeIf(seen -> newest - seen.time() >= most);
    Set<Long> ends = new TreeSet<>();
    kept.forEach(seen -> ends.add(seen.time()));
    for (long end : ends) {
      List<Seen> window =
          kept.stream()
              .filter(seen -> seen.time() <= end && end - seen.time() < rule.timespan())
              .toList();
      boolean hasIt = time <= end && end - time < rule.timespan();
      if (hasIt && rule.holds(count(window))) {
        return alert(end) + " " + count(window);
      }
    }
    return "NOTHING 0";
  }

  private String alert(long end) {
    long span = rule.timespan();
    if (!alerts.isEmpty()) {
      long[] open = alerts.getLast();
      boolean before = open[0] - end >= Math.max(span, rule.lateness());
      boolean after = end - open[1] >= span && end - open[0] >= 60 * SECOND;
      if (!before && !after) {
        open[1] = Math.max(open[1], end);
        return "CONTINUED";
      }
    }
    alerts.add(new long[] {end, end});
    return "CROSSED";
  }

  static final long SECOND = 1_000_000_000L;

  private long count(List<Seen> window) {
    return switch (type) {
      case EVENT_COUNT -> window.size();
      case VALUE_SUM -> window.stream().mapToLong(Seen::value).sum();
      case VALUE_COUNT -> {
        Set<Long> values = new HashSet<>();
        window.forEach(seen -> values.add(seen.value()));
        yield values.size();
      }
      case TEMPORAL -> {
        Set<Integer> members = new HashSet<>();
        window.forEach(seen -> members.add(seen.member()));
        yield members.size();
      }
      case TEMPORAL_ORDERED -> longest(window, 0, Long.MIN_VALUE);
    };
  }

  /** The most rules from one on whose matches follow each other from a time on. */
  private long longest(List<Seen> window, int member, long from) {
    if (member == rule.members().size()) {
      return 0;
    }
    long best = longest(window, member + 1, from);
    for (Seen seen : window) {
      if (seen.member() == member && seen.time() >= from) {
        best = Math.max(best, 1 + longest(window, member + 1, seen.time()));
      }
    }
    return best;
  }
}
