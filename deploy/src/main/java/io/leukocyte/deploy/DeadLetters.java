package io.leukocyte.deploy;

import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** The dead letters that Kafka still has, those in parts put together. */
final class DeadLetters {
  private final Consumer<Letter> each;

  /** Parts of letters that are not whole yet, by where the original was and when it was buried. */
  private final Map<String, List<ConsumerRecord<byte[], byte[]>>> parts = new HashMap<>();

  /**
   * A letter.
   *
   * @param place where its first part is on the topic of the dead, {@code partition@offset}
   * @param about why it is there and from where it came
   * @param buried when
   * @param key as it was
   * @param value as it was, whole
   * @param headers the original's, and those of the burial
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  record Letter(
      String place,
      DeadLetter about,
      Instant buried,
      byte @Nullable [] key,
      byte @Nullable [] value,
      Headers headers) {}

  /** A reader that hears of records one by one. */
  DeadLetters(Consumer<Letter> each) {
    this.each = each;
  }

  /** The places of the letters that were sent again. */
  static Set<String> sentAgain(KafkaSettings kafka) {
    Set<String> places = new HashSet<>();
    TopicReader.read(
        kafka,
        Topic.DEAD,
        Instant.EPOCH,
        record -> DeadRetries.sent(record.headers()).ifPresent(places::add));
    return places;
  }

  /**
   * Reads them.
   *
   * @param since when they were buried, at the earliest
   * @param each hears of each
   * @return how many are not whole
   */
  static int read(KafkaSettings kafka, Instant since, Consumer<Letter> each) {
    DeadLetters letters = new DeadLetters(each);
    TopicReader.read(kafka, Topic.DEAD, since, letters::take);
    return letters.torn();
  }

  /** How many letters are not whole. */
  int torn() {
    return parts.size();
  }

  /** The next record of the topic. */
  void take(ConsumerRecord<byte[], byte[]> record) {
    if (DeadRetries.sent(record.headers()).isPresent()) {
      return;
    }
    DeadLetter about = DeadLetter.of(record.headers());
    if (about.parts() == 1) {
      each.accept(letter(record, about, record.value()));
      return;
    }
    String name =
        "%s-%d@%d %d %s %d"
            .formatted(
                about.topic(),
                about.partition(),
                about.offset(),
                about.item(),
                about.role(),
                record.timestamp());
    List<ConsumerRecord<byte[], byte[]>> known =
        parts.computeIfAbsent(name, n -> new ArrayList<>());
    known.add(record);
    if (known.size() == about.parts()) {
      parts.remove(name);
      known.sort((a, b) -> Integer.compare(part(a), part(b)));
      each.accept(letter(known.getFirst(), DeadLetter.of(known.getFirst().headers()), join(known)));
    }
  }

  private static int part(ConsumerRecord<?, ?> record) {
    return DeadLetter.of(record.headers()).part();
  }

  private static byte[] join(List<ConsumerRecord<byte[], byte[]>> parts) {
    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (ConsumerRecord<byte[], byte[]> part : parts) {
      byte[] value = part.value();
      if (value != null) {
        whole.writeBytes(value);
      }
    }
    return whole.toByteArray();
  }

  private static Letter letter(
      ConsumerRecord<byte[], byte[]> first, DeadLetter about, byte @Nullable [] value) {
    return new Letter(
        DeadRetries.place(first),
        about,
        Instant.ofEpochMilli(first.timestamp()),
        first.key(),
        value,
        first.headers());
  }
}
