package io.leukocyte.deploy;

import io.leukocyte.events.CheckResult;
import java.util.Optional;

/** Results of checks as lines for people. */
final class Checks {
  private Checks() {}

  /** What does not work and what to do; empty when all is well. */
  static Optional<String> complaint(CheckResult result) {
    return switch (result) {
      case CheckResult.Ok ok -> Optional.empty();
      case CheckResult.Degraded d ->
          Optional.of("%s: %s; %s".formatted(d.name(), d.problem(), d.todo()));
      case CheckResult.Failed f ->
          Optional.of("%s: %s; %s".formatted(f.name(), f.problem(), f.todo()));
    };
  }
}
