package io.leukocyte.rules;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A match on its way to a correlation that is evaluated over all hosts.
 *
 * @param correlation the correlation's name
 * @param rule the rule or correlation that matched
 * @param group values of the group-by fields
 * @param value the value to count or the amount to add up; null when the correlation has none
 * @param time when it happened, unix nanoseconds
 * @param id the event's; of a correlation that matched, the event that its alert's id follows from
 * @param container where; null for the host itself
 * @param output the correlation's output as far as the event fills it in
 * @param fields what the event gives for the fields of the output, in their order; null where it
 *     has nothing; empty when it came from an analyzer that does not tell
 */
public record Occurrence(
    String correlation,
    String rule,
    List<String> group,
    @Nullable String value,
    long time,
    EventId id,
    @Nullable ContainerId container,
    String output,
    List<@Nullable String> fields) {
  /** Copies the lists. */
  public Occurrence {
    group = List.copyOf(group);
    fields = Collections.unmodifiableList(new ArrayList<>(fields));
  }
}
