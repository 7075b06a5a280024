package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.deploy.DeadLetters.Letter;
import io.leukocyte.events.DeadLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class DeadLettersTest {
  private final List<Letter> read = new ArrayList<>();
  private final DeadLetters letters = new DeadLetters(read::add);
  private long offset;

  @Test
  void partsAreJoinedAlsoWhereOthersLieBetweenThemAndTheyCameInAnotherOrder() {
    byte[] large = new byte[2 * DeadLetter.MOST_VALUE + 17];
    new Random(7).nextBytes(large);
    List<ProducerRecord<byte[], byte[]>> parts = buried(4, large);
    assertThat(parts).hasSize(3);
    take(parts.get(1));
    take(buried(5, "small".getBytes(UTF_8)).getFirst());
    take(parts.get(0));
    assertThat(letters.torn()).isEqualTo(1);
    take(parts.get(2));
    assertThat(letters.torn()).isZero();
    assertThat(read).extracting(l -> l.about().offset()).containsExactly(5L, 4L);
    assertThat(read.get(1).value()).isEqualTo(large);
    assertThat(read.get(1).place()).isEqualTo("0@2"); // of the first part
  }

  @Test
  void whatSaysThatALetterWasSentIsNoLetterAndNamesItsPlace() {
    ProducerRecord<byte[], byte[]> mark = DeadRetries.mark("1@42");
    take(mark);
    assertThat(read).isEmpty();
    assertThat(DeadRetries.sent(mark.headers())).isEqualTo(Optional.of("1@42"));
  }

  @Test
  void triesAreKeptByASecondBurialAndRubbishIsNone() {
    RecordHeaders headers = new RecordHeaders();
    headers.add(DeadLetter.RETRIES, "2".getBytes(UTF_8));
    ConsumerRecord<byte[], byte[]> again = record(headers, "x".getBytes(UTF_8));
    take(DeadLetter.bury(DeadLetter.Role.INDEXER, "400", again).getFirst());
    assertThat(DeadRetries.count(read.getFirst().headers())).isEqualTo(2);
    for (String rubbish : List.of("", "x", "-3")) {
      RecordHeaders strange = new RecordHeaders();
      strange.add(DeadLetter.RETRIES, rubbish.getBytes(UTF_8));
      assertThat(DeadRetries.count(strange)).isZero();
    }
    assertThat(DeadRetries.count(new RecordHeaders())).isZero();
  }

  private static List<ProducerRecord<byte[], byte[]>> buried(long at, byte[] value) {
    return DeadLetter.bury(
        DeadLetter.Role.INDEXER,
        "400",
        new ConsumerRecord<>("leuko.alerts", 1, at, "h1".getBytes(UTF_8), value));
  }

  private void take(ProducerRecord<byte[], byte[]> sent) {
    letters.take(record(new RecordHeaders(sent.headers()), sent.value()));
  }

  private ConsumerRecord<byte[], byte[]> record(RecordHeaders headers, byte[] value) {
    return new ConsumerRecord<>(
        "leuko.dead",
        0,
        offset++,
        1_000,
        TimestampType.CREATE_TIME,
        0,
        0,
        "h1".getBytes(UTF_8),
        value,
        headers,
        Optional.empty());
  }
}
