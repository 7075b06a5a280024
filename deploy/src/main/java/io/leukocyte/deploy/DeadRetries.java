package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Topic;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * What is remembered of dead letters that were sent again. The record that goes back counts how
 * often that happened to it, which a second burial keeps; and beside the letter, on the same topic
 * and kept as long, a record without a value says that it was sent.
 */
final class DeadRetries {
  /** Which letter was sent again, {@code partition@offset} on the topic of the dead. */
  private static final String SENT = DeadLetter.PREFIX + "retried";

  private DeadRetries() {}

  /** How often what is in a letter was sent again before. */
  static int count(Headers headers) {
    Header header = headers.lastHeader(DeadLetter.RETRIES);
    if (header == null || header.value() == null) {
      return 0;
    }
    try {
      return Math.max(0, Integer.parseInt(new String(header.value(), UTF_8)));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** Where a letter is. */
  static String place(ConsumerRecord<?, ?> record) {
    return record.partition() + "@" + record.offset();
  }

  /** The letter that a record of the topic says was sent again; empty for letters. */
  static Optional<String> sent(Headers headers) {
    Header header = headers.lastHeader(SENT);
    return header == null || header.value() == null
        ? Optional.empty()
        : Optional.of(new String(header.value(), UTF_8));
  }

  /** What says that a letter was sent again. */
  static ProducerRecord<byte[], byte[]> mark(String place) {
    ProducerRecord<byte[], byte[]> mark = new ProducerRecord<>(Topic.DEAD.text(), null, null);
    mark.headers().add(SENT, place.getBytes(UTF_8));
    return mark;
  }
}
