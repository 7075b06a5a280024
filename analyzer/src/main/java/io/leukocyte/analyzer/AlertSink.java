package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.Observed;

/** Where the detector's findings go, in the order they were made. */
public interface AlertSink {
  /** Takes a new alert. */
  void alert(Alert alert);

  /** Takes an incident as it is now. */
  void incident(Incident incident);

  /** Takes container facts that differ from those before. */
  void facts(Observed facts);

  /** Takes a match that a correlation over all hosts counts. */
  default void match(FleetMatch match) {}
}
