package io.leukocyte.rules;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.Observed;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A condition of a policy: the rule language over one event and its container's facts. */
public final class Condition {
  Condition() {}

  /**
   * Reads a condition.
   *
   * @param text the condition
   * @param at where the text stands in its file
   * @param problems receives what is wrong
   * @return the condition; empty when there was a problem
   */
  public static Optional<Condition> parse(String text, Position at, List<Problem> problems) {
    return Optional.empty();
  }

  /** Whether it holds for an event of a container whose facts are given, null when unknown. */
  public boolean test(Observed observed, @Nullable ContainerFacts facts) {
    return false;
  }
}
