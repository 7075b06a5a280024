package io.leukocyte.indexer;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far records of each partition may have been sent without being committed. A committed offset
 * says, as its metadata, below which offset its indexer might send before it commits again; whoever
 * reads on from there knows which records were perhaps sent already, and looks for their documents.
 * Of a few records more than are sent at once, so that a commit before each request is not needed.
 */
final class Reservations {
  /** Records of a partition that are reserved beyond what is sent next. */
  static final int AHEAD = 200;

  private static final String FORM = "sent-below=";

  private final Map<TopicPartition, Mark> marks = new HashMap<>();

  /**
   * A partition of ours.
   *
   * @param committed the committed offset, or the first that was read
   * @param reserved what is committed as its metadata; nothing from there on is sent before the
   *     next commit
   * @param doubtfulBelow what lies before may have been sent by whoever had the partition before
   */
  private record Mark(long committed, long reserved, long doubtfulBelow) {
    /** What to reserve: a successor, too, has to doubt what we doubt. */
    long atLeast(long far) {
      return Math.max(far, Math.max(reserved, doubtfulBelow));
    }
  }

  /** Whether something is known of a partition since it was assigned. */
  boolean knows(TopicPartition partition) {
    return marks.containsKey(partition);
  }

  /**
   * A partition was assigned and gives its first records.
   *
   * @param first the offset of the first
   * @param committed null when nothing is committed, or Kafka does not say
   * @param end offset of the record after the last that is there: without a reservation all of them
   *     may have been sent
   */
  void met(TopicPartition partition, long first, @Nullable OffsetAndMetadata committed, long end) {
    OptionalLong before = committed == null ? OptionalLong.empty() : read(committed.metadata());
    long from = committed == null ? first : committed.offset();
    marks.put(partition, new Mark(from, before.orElse(from), before.orElse(end)));
  }

  /** Partitions are other members' now. */
  void forget(Collection<TopicPartition> partitions) {
    marks.keySet().removeAll(partitions);
  }

  /** Whether a record may have been sent before. */
  boolean isDoubtful(ConsumerRecord<?, ?> record) {
    Mark mark = marks.get(partition(record));
    return mark == null || record.offset() < mark.doubtfulBelow();
  }

  /** Whether all records may be sent without a commit before. */
  boolean cover(List<Document> next) {
    return highest(next).entrySet().stream().allMatch(e -> covers(e.getKey(), e.getValue()));
  }

  private boolean covers(TopicPartition partition, long offset) {
    Mark mark = marks.get(partition);
    return mark == null || offset < mark.reserved();
  }

  /**
   * What to commit: offsets with their reservations, and where documents to be sent next need more
   * of it, the offset as it was.
   *
   * @param upTo offsets to commit
   * @param next documents that are sent next
   */
  Map<TopicPartition, OffsetAndMetadata> commits(
      Map<TopicPartition, OffsetAndMetadata> upTo, List<Document> next) {
    Map<TopicPartition, Long> highest = highest(next);
    Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
    upTo.forEach((partition, position) -> {
      long far = Math.max(position.offset(), highest.getOrDefault(partition, -1L) + 1) + AHEAD;
      Mark mark = marks.get(partition);
      String metadata = FORM + (mark == null ? far : mark.atLeast(far));
      commits.put(
          partition, new OffsetAndMetadata(position.offset(), position.leaderEpoch(), metadata));
    });
    highest.forEach((partition, offset) -> {
      Mark mark = marks.get(partition);
      if (mark != null && !commits.containsKey(partition) && offset >= mark.reserved()) {
        String metadata = FORM + mark.atLeast(offset + 1 + AHEAD);
        commits.put(partition, new OffsetAndMetadata(mark.committed(), metadata));
      }
    });
    return commits;
  }

  /** What {@link #commits} said is committed. */
  void committed(Map<TopicPartition, OffsetAndMetadata> commits) {
    commits.forEach((partition, commit) ->
        marks.computeIfPresent(
            partition,
            (p, mark) ->
                new Mark(
                    commit.offset(),
                    read(commit.metadata()).orElse(mark.reserved()),
                    mark.doubtfulBelow())));
  }

  /** Where a record was. */
  static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }

  /** The highest offset of each partition that documents are from. */
  @SuppressWarnings("ReferenceEquality") // the same record, not an equal one
  static Map<TopicPartition, Long> highest(List<Document> documents) {
    Map<TopicPartition, Long> highest = new HashMap<>();
    ConsumerRecord<?, ?> last = null;
    for (Document document : documents) {
      if (document.origin() != last) { // a batch of events has many documents
        last = document.origin();
        highest.merge(partition(last), last.offset(), Math::max);
      }
    }
    return highest;
  }

  private static OptionalLong read(@Nullable String metadata) {
    if (metadata == null || !metadata.startsWith(FORM)) {
      return OptionalLong.empty(); // of an older indexer, or of a tool that set the offset
    }
    try {
      return OptionalLong.of(Long.parseLong(metadata.substring(FORM.length())));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
