package io.leukocyte.events;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
  private static final Instant THEN = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void keepsBytesKeyAndHeadersAndSaysWhyAndFromWhere() {
    Headers own = new RecordHeaders().add("trace", new byte[] {1, 2});
    ProducerRecord<byte[], byte[]> dead =
        only(DeadLetter.bury(DeadLetter.Role.INDEXER, "not JSON", record("h1", "{", own)));

    assertThat(dead.topic()).isEqualTo("leuko.dead");
    assertThat(dead.partition()).isNull();
    assertThat(dead.key()).isEqualTo("h1".getBytes(UTF_8));
    assertThat(dead.value()).isEqualTo("{".getBytes(UTF_8));
    assertThat(dead.headers().lastHeader("trace").value()).containsExactly(1, 2);
    assertThat(dead.timestamp()).isGreaterThan(THEN.toEpochMilli());
    assertThat(DeadLetter.of(dead.headers()))
        .isEqualTo(
            new DeadLetter(
                "not JSON", "indexer", "leuko.alerts", 3, 1L << 40, DeadLetter.WHOLE, THEN, 1, 1));
  }

  @Test
  void ofOneEventSaysItsNumberInTheBatchAndKeepsWhichDocumentItIsFor() {
    Headers own = new RecordHeaders().add(DeadLetter.DOCUMENT, "leukocyte.stats".getBytes(UTF_8));
    ConsumerRecord<byte[], byte[]> record = record("h1", "{", own);
    DeadLetter.Original original =
        new DeadLetter.Original(
            record.topic(),
            record.partition(),
            record.offset(),
            record.timestamp(),
            record.key(),
            record.value(),
            record.headers());
    ProducerRecord<byte[], byte[]> dead =
        only(DeadLetter.bury(DeadLetter.Role.INDEXER, "400", original, 17));
    assertThat(DeadLetter.of(dead.headers()).item()).isEqualTo(17);
    assertThat(dead.headers().lastHeader(DeadLetter.DOCUMENT).value())
        .isEqualTo("leukocyte.stats".getBytes(UTF_8));
  }

  @Test
  void keepsATombstoneWithoutAKey() {
    ProducerRecord<byte[], byte[]> dead =
        only(
            DeadLetter.bury(
                DeadLetter.Role.ANALYZER,
                "no value",
                record(null, (byte[]) null, new RecordHeaders())));
    assertThat(dead.key()).isNull();
    assertThat(dead.value()).isNull();
  }

  @Test
  void whatIsLargerThanAMessageFollowsWholeInParts() {
    byte[] giant = new byte[2 * DeadLetter.MOST_VALUE + 5];
    new Random(7).nextBytes(giant);
    List<ProducerRecord<byte[], byte[]>> dead =
        DeadLetter.bury(DeadLetter.Role.ANALYZER, "too large", record("h1", giant));

    ByteArrayOutputStream whole = new ByteArrayOutputStream();
    for (int i = 0; i < dead.size(); i++) {
      DeadLetter says = DeadLetter.of(dead.get(i).headers());
      assertThat(says.part()).isEqualTo(i + 1);
      assertThat(says.parts()).isEqualTo(3);
      assertThat(says.offset()).isEqualTo(1L << 40);
      whole.writeBytes(dead.get(i).value());
    }
    assertThat(whole.toByteArray()).isEqualTo(giant);
  }

  @Test
  void everyRecordFitsIntoTheTopicAndAProducersUsualBound() {
    Headers own = new RecordHeaders();
    for (int i = 0; i < 200; i++) {
      own.add("header-" + i, new byte[1000]);
    }
    ConsumerRecord<byte[], byte[]> worst =
        record("k".repeat(1 << 20), new byte[3 * DeadLetter.MOST_VALUE], own);
    for (ProducerRecord<byte[], byte[]> dead :
        DeadLetter.bury(DeadLetter.Role.RESPONDER, "x".repeat(1 << 20), worst)) {
      int bytes = dead.key().length + dead.value().length;
      for (Header header : dead.headers()) {
        bytes += header.key().length() + header.value().length + 10;
      }
      assertThat(bytes).isLessThan((1 << 20) - 1024);
      assertThat(value(dead, "key-bytes")).hasValue("1048576");
      assertThat(value(dead, "headers-left-out"))
          .hasValueSatisfying(n -> assertThat(Integer.parseInt(n)).isBetween(100, 199));
      assertThat(DeadLetter.of(dead.headers()).reason()).hasSize(DeadLetter.MOST_REASON);
    }
  }

  @Test
  void whatWasBuriedBeforeIsBuriedAsItselfAgain() {
    Headers spoofed =
        new RecordHeaders()
            .add("leuko.dead.reason", "lie".getBytes(UTF_8))
            .add("leuko.dead.x", null);
    ProducerRecord<byte[], byte[]> dead =
        only(DeadLetter.bury(DeadLetter.Role.INDEXER, "true", record("h1", "{", spoofed)));
    assertThat(dead.headers().headers("leuko.dead.reason")).hasSize(1);
    assertThat(DeadLetter.of(dead.headers()).reason()).isEqualTo("true");
  }

  @Test
  void headersThatAreMissingOrWrongDoNotHinderAReader() {
    Headers wrong =
        new RecordHeaders()
            .add("leuko.dead.partition", "x".getBytes(UTF_8))
            .add("leuko.dead.time", null);
    assertThat(DeadLetter.of(wrong))
        .isEqualTo(new DeadLetter("?", "?", "?", -1, -1, -1, Instant.EPOCH, 1, 1));
  }

  private static Optional<String> value(ProducerRecord<byte[], byte[]> dead, String name) {
    return Optional.ofNullable(dead.headers().lastHeader(DeadLetter.PREFIX + name))
        .map(h -> new String(h.value(), UTF_8));
  }

  private static ProducerRecord<byte[], byte[]> only(List<ProducerRecord<byte[], byte[]>> records) {
    assertThat(records).hasSize(1);
    return records.getFirst();
  }

  private static ConsumerRecord<byte[], byte[]> record(
      @Nullable String key, @Nullable String value, Headers headers) {
    return record(key, value == null ? (byte[]) null : value.getBytes(UTF_8), headers);
  }

  private static ConsumerRecord<byte[], byte[]> record(@Nullable String key, byte[] value) {
    return record(key, value, new RecordHeaders());
  }

  private static ConsumerRecord<byte[], byte[]> record(
      @Nullable String key, byte @Nullable [] value, Headers headers) {
    return new ConsumerRecord<>(
        "leuko.alerts",
        3,
        1L << 40,
        THEN.toEpochMilli(),
        TimestampType.CREATE_TIME,
        0,
        0,
        key == null ? null : key.getBytes(UTF_8),
        value,
        headers,
        Optional.empty());
  }
}
