package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.config.Position;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A test that stands among policies: these alerts lead to these actions.
 *
 * @param at where it stands
 * @param title what it shows
 * @param alerts the same alert as often as it comes; the last one is looked at
 * @param ends how actions of a type end; verified unless it is given
 * @param expected the actions of the last alert with their ends, in order: {@code quarantine
 *     failed}
 */
record PolicyTest(
    Position at,
    String title,
    List<Sample> alerts,
    Map<String, Flow.End> ends,
    List<String> expected) {
  PolicyTest {
    alerts = List.copyOf(alerts);
    ends = Map.copyOf(ends);
    expected = List.copyOf(expected);
  }

  /**
   * An alert.
   *
   * @param alert what happened
   * @param document the same as it would be read
   * @param facts what the engine would say of the container; null without one
   */
  record Sample(Alert alert, String document, @Nullable ContainerFacts facts) {}
}
