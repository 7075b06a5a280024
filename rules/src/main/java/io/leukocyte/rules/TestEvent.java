package io.leukocyte.rules;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.YamlNode;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event as tests in files write it: the fields of the rule language that matter, the rest as in
 * an ordinary container.
 *
 * @param observed the event
 * @param facts its container's; null for the host itself
 */
public record TestEvent(Observed observed, @Nullable ContainerFacts facts) {
  /** Whose events they are. */
  public static final HostId HOST = new HostId("00000000-0000-0000-0000-000000000001");

  /**
   * Reads an event.
   *
   * @param fields fields and their values; {@code evt.type} must be among them
   * @param index place among the test's events, from 0
   * @param problems receives what is wrong
   * @return empty when it is none, which is reported
   */
  public static Optional<TestEvent> read(
      YamlNode.Mapping fields, int index, List<Problem> problems) {
    EventShorthand shorthand = new EventShorthand(fields, index, problems);
    return shorthand
        .event()
        .map(event ->
            new TestEvent(new Observed(new EventId(HOST, 1, 1, index), event), shorthand.facts()));
  }
}
