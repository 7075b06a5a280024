package io.leukocyte.rules;

import io.leukocyte.events.config.Position;

/**
 * A rule that is well written but cannot work here, so that it is left out instead of being
 * silently false.
 *
 * @param rule its name
 * @param reason {@code needs the field k8s.deployment.name}, {@code needs the event open}, {@code
 *     not enabled} …
 * @param at where the rule, or what it needs, stands
 */
public record Skipped(String rule, String reason, Position at) {
  /** {@code file:line:column: rule 'name' skipped: reason}. */
  @Override
  public String toString() {
    return at + ": rule '" + rule + "' skipped: " + reason;
  }
}
