package io.leukocyte.responder;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Reads records of the topic of alerts and has them decided on. What cannot be read, and what
 * cannot be decided on for a reason that nobody foresaw, is a dead letter, and the next one
 * follows.
 */
final class Inbox implements AlertFeed.Listener {
  private final HostId host;
  private final Dispatcher dispatcher;
  private final Burial burial;
  private final RecentAlerts recent;
  private final Meters meters;

  /** Takes what cannot be used. */
  interface Burial {
    void bury(ConsumerRecord<byte[], byte[]> record, String reason);
  }

  /** A record and what it is about. */
  private record Letter(ConsumerRecord<byte[], byte[]> record, Dispatcher.Considered considered) {}

  Inbox(HostId host, Dispatcher dispatcher, Burial burial, RecentAlerts recent, Meters meters) {
    this.host = host;
    this.dispatcher = dispatcher;
    this.burial = burial;
    this.recent = recent;
    this.meters = meters;
  }

  @Override
  public void alerts(List<ConsumerRecord<byte[], byte[]>> records) {
    List<Letter> letters = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      guarded(
          record, r -> consider(r).ifPresent(considered -> letters.add(new Letter(r, considered))));
    }
    for (Letter letter : letters) {
      guarded(letter.record(), r -> dispatcher.decide(letter.considered()));
    }
  }

  private Optional<Dispatcher.Considered> consider(ConsumerRecord<byte[], byte[]> record) {
    byte[] value = record.value();
    if (value == null) {
      unreadable(record, "an alert without a document");
      return Optional.empty();
    }
    try {
      Alert alert = AlertJson.read(value);
      if (alert.host().equals(host)) {
        recent.add(alert);
      }
      return dispatcher.consider(alert, new String(value, StandardCharsets.UTF_8));
    } catch (MalformedJsonException e) {
      unreadable(record, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void unreadable(ConsumerRecord<byte[], byte[]> record, String reason) {
    if (isOthers(record.key())) {
      meters.alert("foreign"); // whoever shares the partition buries it
    } else {
      meters.alert("unreadable");
      burial.bury(record, reason);
    }
  }

  private boolean isOthers(byte @Nullable [] key) {
    return key != null
        && isHostId(new String(key, StandardCharsets.UTF_8))
        && !host.value().equals(new String(key, StandardCharsets.UTF_8));
  }

  private static boolean isHostId(String text) {
    try {
      return !new HostId(text).value().isEmpty();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** The journal's and Kafka's troubles end the reading; whatever else is this record's own. */
  private void guarded(
      ConsumerRecord<byte[], byte[]> record, Consumer<ConsumerRecord<byte[], byte[]>> work) {
    try {
      work.accept(record);
    } catch (JournalException | KafkaException e) {
      throw e;
    } catch (RuntimeException e) {
      meters.alert("failed");
      burial.bury(record, "it cannot be decided on: " + e);
    }
  }
}
