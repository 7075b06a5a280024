package io.leukocyte.analyzer;

import io.leukocyte.events.Observed;
import io.leukocyte.rules.Occurrence;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A match on its way to a correlation over all hosts, with what an alert would tell of its event.
 * {@link FleetMatchJson} writes and reads it.
 *
 * @param occurrence the match
 * @param cause the event that matched
 * @param hostname the host's name; null when unknown
 * @param labels labels of the container at that time; empty when unknown
 */
record FleetMatch(
    Occurrence occurrence,
    Observed cause,
    @Nullable String hostname,
    SortedMap<String, String> labels) {
  FleetMatch {
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }
}
