package io.leukocyte.responder;

import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.Health;
import io.leukocyte.engine.LogLine;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Text;
import io.leukocyte.events.config.Durations;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a fresh container does what the old one did: it is healthy by its own check or, where it
 * has none, runs for a while without being started again; and it accepts connections where the old
 * one did.
 */
final class Trial {
  private static final long POLL_MILLIS = 100;

  private final Host host;
  private final Undo.PutBack plan;
  private final long begin = System.nanoTime();
  private long started;

  Trial(Host host, Undo.PutBack plan) {
    this.host = host;
    this.plan = plan;
  }

  /** What one look said. */
  private record Look(@Nullable String good, @Nullable String bad, String waiting) {
    static Look good(String why) {
      return new Look(why, null, "");
    }

    static Look bad(String why) {
      return new Look(null, why, "");
    }

    static Look later(String why) {
      return new Look(null, null, why);
    }
  }

  /** Looks until it is clear, or the time is over. */
  Outcome await(Duration settle, Duration within) {
    ContainerId fresh = plan.fresh();
    if (fresh == null) {
      return new Outcome.Failed("there is no fresh container");
    }
    while (true) {
      Look look = look(fresh, settle);
      if (look.good() != null) {
        return new Outcome.Done(look.good());
      }
      if (look.bad() != null) {
        return new Outcome.Failed(look.bad() + lastWords(fresh));
      }
      if (since().compareTo(within) > 0 || !pause()) {
        return new Outcome.Failed(
            "after " + Durations.format(within) + " " + look.waiting() + lastWords(fresh));
      }
    }
  }

  private Duration since() {
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private Look look(ContainerId fresh, Duration settle) {
    Optional<ContainerFacts> facts = host.engine().inspect(fresh);
    if (facts.isEmpty()) {
      return Look.bad("the fresh container is gone");
    }
    if (!Host.runs(facts.get())) {
      return Look.bad("the fresh container ended");
    }
    if (started != 0 && facts.get().started() != started) {
      return Look.bad("the fresh container ended and was started again");
    }
    started = facts.get().started();
    Health health = host.engine().health(fresh);
    if (health == Health.UNHEALTHY) {
      return Look.bad("the fresh container is unhealthy by its own check");
    }
    if (health == Health.STARTING) {
      return Look.later("the fresh container is not healthy yet by its own check");
    }
    if (health == Health.NONE && since().compareTo(settle) < 0) {
      return Look.later("the fresh container has not run for " + Durations.format(settle));
    }
    String well =
        health == Health.HEALTHY
            ? "it is healthy by its own check"
            : "it has run for " + Durations.format(settle);
    List<Integer> deaf =
        plan.ports().stream().filter(port -> !host.accepts(facts.get(), port)).toList();
    if (!deaf.isEmpty()) {
      return Look.later("the fresh container does not accept connections at port " + deaf);
    }
    return Look.good(
        plan.ports().isEmpty() ? well : well + " and accepts connections at port " + plan.ports());
  }

  private String lastWords(ContainerId fresh) {
    try {
      List<LogLine> lines = host.engine().lastLines(fresh, 1);
      return lines.isEmpty()
          ? ""
          : "; its last line: " + Text.clip(Text.printable(lines.getFirst().text()), 200);
    } catch (EngineException e) {
      return "";
    }
  }

  private static boolean pause() {
    try {
      Thread.sleep(POLL_MILLIS);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
