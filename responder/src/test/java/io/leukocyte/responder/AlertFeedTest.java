package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class AlertFeedTest {
  private static final TopicPartition ALERTS = new TopicPartition("leuko.alerts", 0);

  /** Kafka in which a record comes just after it said that there is none of that time. */
  private static final class Late extends MockConsumer<byte[], byte[]> {
    Late() {
      super("none");
      assign(List.of(ALERTS));
      updateEndOffsets(Map.of(ALERTS, 7L));
    }

    @Override
    @SuppressWarnings("NullAway") // no record of that time is null in Kafka's answer
    public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
        Map<TopicPartition, Long> times, Duration most) {
      Map<TopicPartition, OffsetAndTimestamp> none = new HashMap<>();
      none.put(ALERTS, null);
      updateEndOffsets(Map.of(ALERTS, 8L));
      return none;
    }
  }

  @Test
  void aRecordThatComesBetweenTheTwoQuestionsIsNotPassedOver() {
    try (Late kafka = new Late()) {
      assertThat(AlertFeed.firstSince(kafka, ALERTS, 1_000)).isEqualTo(7);
    }
  }
}
