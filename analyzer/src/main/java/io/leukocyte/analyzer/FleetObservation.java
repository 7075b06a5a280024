package io.leukocyte.analyzer;

import io.leukocyte.events.Observed;
import io.leukocyte.rules.Observation;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a baseline observed on its way to its profile, with what an alert would tell of the event.
 * {@link FleetObservationJson} writes and reads it.
 *
 * @param observation what was observed
 * @param cause the event that showed it
 * @param hostname the host's name; null when unknown
 * @param labels labels of the container at that time; empty when unknown
 */
record FleetObservation(
    Observation observation,
    Observed cause,
    @Nullable String hostname,
    SortedMap<String, String> labels) {
  FleetObservation {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
