package io.leukocyte.rules;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;

/**
 * That a container showed a value, on its way to the profile it belongs to.
 *
 * @param baseline the baseline's name
 * @param subject what the profile is of: an image, or the value of a label
 * @param aspect of what
 * @param value the value, in its normal form; empty for {@link Aspect#STARTS}
 * @param time when it happened, unix nanoseconds
 * @param id the event's
 * @param container which container
 * @param details what an alert tells of the event
 */
public record Observation(
    String baseline,
    String subject,
    Aspect aspect,
    String value,
    long time,
    EventId id,
    ContainerId container,
    String details) {
  /** The profile that it belongs to. */
  public Profile.Key profile() {
    return new Profile.Key(baseline, subject);
  }
}
