package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.Profile;
import org.jspecify.annotations.Nullable;

/** Where the detector's findings go, in the order they were made. */
public interface AlertSink {
  /** Takes a new alert. */
  void alert(Alert alert);

  /**
   * Takes a new alert that belongs to the incident of its container, which is kept with the
   * container's host and not by whoever found the alert.
   */
  default void joining(Alert alert) {
    alert(alert);
  }

  /** Takes an incident as it is now. */
  void incident(Incident incident);

  /** Takes container facts that differ from those before. */
  void facts(Observed facts);

  /** Takes a match that a correlation over all hosts counts. */
  default void match(FleetMatch match) {}

  /** Takes what a baseline observed. */
  default void observation(FleetObservation seen) {}

  /** Takes a profile as it is now; null when it is forgotten. */
  default void profile(Profile.Key key, byte @Nullable [] document) {}
}
