package io.leukocyte.indexer;

import io.leukocyte.events.CheckResult;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions whose next batch was written in a newer major version: they wait where they are, since
 * an upgraded indexer can read it. Used by the loop; its check by anybody.
 */
final class HeldPartitions {
  private static final String NAME = "batches";
  private static final CheckResult NONE =
      new CheckResult.Ok(NAME, "all are of versions that this indexer reads");

  private final Map<TopicPartition, String> places = new LinkedHashMap<>();
  private volatile CheckResult state = NONE;

  void add(TopicPartition partition, ConsumerRecord<byte[], byte[]> record, int major) {
    places.put(
        partition,
        "%s@%d is a batch of major version %d".formatted(partition, record.offset(), major));
    tell();
  }

  /** Other members have them now. */
  void remove(Collection<TopicPartition> partitions) {
    places.keySet().removeAll(partitions);
    tell();
  }

  Set<TopicPartition> partitions() {
    return Set.copyOf(places.keySet());
  }

  CheckResult state() {
    return state;
  }

  private void tell() {
    state =
        places.isEmpty()
            ? NONE
            : new CheckResult.Failed(
                NAME,
                String.join(", ", places.values()) + "; what follows waits for it",
                "upgrade indexers before collectors");
  }
}
