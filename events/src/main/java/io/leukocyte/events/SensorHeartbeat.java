package io.leukocyte.events;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A collector lives.
 *
 * @param time unix nanoseconds
 * @param hostname the host's name
 * @param mode {@code ebpf}, or {@code reduced} when there is no kernel sensor
 * @param missing names of the kinds of which this collector cannot deliver all events
 * @param bundle hash of the rules it filters for; null before it has any
 * @param version of the collector
 * @param clockOffset nanoseconds to add to the host's clock for the broker's; 0 when unknown
 * @param received facts that reached the collector since its start
 * @param published facts handed to Kafka and acknowledged since its start
 * @param filtered facts left out on purpose since its start
 * @param lost facts lost since its start
 */
public record SensorHeartbeat(
    long time,
    String hostname,
    String mode,
    List<String> missing,
    @Nullable String bundle,
    String version,
    long clockOffset,
    long received,
    long published,
    long filtered,
    long lost)
    implements Event {
  /** Copies the list. */
  public SensorHeartbeat {
    missing = List.copyOf(missing);
  }

  @Override
  public @Nullable ContainerRef container() {
    return null;
  }
}
