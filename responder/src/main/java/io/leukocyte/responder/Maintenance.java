package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.rules.Condition;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A time in which policies hold back on some containers, because people work on them.
 *
 * @param name for the audit
 * @param scope on which containers
 * @param when at which times
 * @param effect how much policies hold back
 */
record Maintenance(String name, Scope scope, When when, Effect effect) {

  /** How much policies hold back; the first of them wins where windows overlap. */
  enum Effect {
    /** Nothing is done on a container. */
    OFF,
    /** It is journalled what would be done. */
    DRY_RUN,
    /** It is done once somebody approves. */
    APPROVE
  }

  /**
   * Which containers: all that is given must hold.
   *
   * @param names names or ids, with {@code *}; empty is any
   * @param labels {@code key=value}, or {@code key}; one of them; empty is any
   * @param condition over the event that caused the alert, and its container
   */
  record Scope(List<String> names, List<String> labels, Optional<Condition> condition) {
    Scope {
      names = List.copyOf(names);
      labels = List.copyOf(labels);
    }

    /** Where there is no alert: a condition counts as fulfilled. */
    boolean mayCover(ContainerFacts facts) {
      return named(facts.container())
          && (labels.isEmpty()
              || labels.stream().anyMatch(l -> Protection.carries(facts.labels(), l)));
    }

    private boolean named(ContainerRef container) {
      Globs globs = new Globs(names);
      return names.isEmpty()
          || globs.match(container.name())
          || globs.match(container.id().value())
          || globs.match(container.id().brief());
    }

    boolean covers(Alert alert, ContainerRef container, @Nullable ContainerFacts facts) {
      return named(container)
          && (labels.isEmpty()
              || labels.stream().anyMatch(l -> Protection.carries(alert.labels(), l))
              || (facts != null
                  && labels.stream().anyMatch(l -> Protection.carries(facts.labels(), l))))
          && condition.map(c -> c.test(alert.cause(), facts)).orElse(true);
    }
  }

  /** At which times. */
  sealed interface When {
    /** Until when it is so, without a break; empty when it is not so now. */
    Optional<Instant> until(Instant now);

    /**
     * One time.
     *
     * @param from included
     * @param to not included
     */
    record Once(Instant from, Instant to) implements When {
      @Override
      public Optional<Instant> until(Instant now) {
        return now.isBefore(from) || !now.isBefore(to) ? Optional.empty() : Optional.of(to);
      }
    }

    /**
     * Every week. Where the clocks go forward over the beginning, it begins as much later; where
     * they go back, with the first of both. It lasts as long as it says, whatever the clocks do.
     *
     * @param days on which it begins
     * @param at when it begins, by the clocks of the zone
     * @param length how long it lasts; at most a week
     * @param zone whose clocks
     */
    record Weekly(Set<DayOfWeek> days, LocalTime at, Duration length, ZoneId zone) implements When {
      public Weekly {
        days = Set.copyOf(days);
      }

      @Override
      public Optional<Instant> until(Instant now) {
        LocalDate today = now.atZone(zone).toLocalDate();
        Optional<Instant> last = Optional.empty();
        for (LocalDate day = today.minusDays(length.toDays() + 1);
            !day.isAfter(today);
            day = day.plusDays(1)) {
          Instant begin = day.atTime(at).atZone(zone).toInstant();
          boolean open = !now.isBefore(begin) && now.isBefore(begin.plus(length));
          if (open && days.contains(day.getDayOfWeek())) {
            last = Optional.of(begin.plus(length));
          }
        }
        return last;
      }
    }
  }

  /** Why policies hold back, for the audit. */
  String reason(Instant until) {
    return "maintenance window " + name + " until " + until.truncatedTo(ChronoUnit.SECONDS);
  }
}
