package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.collector.StoredBatches.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

class KafkaTailTest {
  private static final String TOPIC = "leuko.events";
  private static final byte[] KEY = "host-a".getBytes(UTF_8);

  private final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest");
  private final List<String> read = new ArrayList<>();

  private static int own(int partitions) {
    return Utils.toPositive(Utils.murmur2(KEY)) % partitions;
  }

  /** A topic of which these offsets of each partition are there. */
  private void topic(int partitions, long begin, long end) {
    consumer.updatePartitions(
        TOPIC,
        IntStream.range(0, partitions)
            .mapToObj(p -> new PartitionInfo(TOPIC, p, Node.noNode(), new Node[0], new Node[0]))
            .toList());
    for (int p = 0; p < partitions; p++) {
      consumer.updateBeginningOffsets(Map.of(new TopicPartition(TOPIC, p), begin));
      consumer.updateEndOffsets(Map.of(new TopicPartition(TOPIC, p), end));
    }
  }

  /** Puts records of this host and of another one there, as soon as they are asked for. */
  private void records(int partition, long begin, long end) {
    consumer.schedulePollTask(() -> {
      for (long offset = begin; offset < end; offset++) {
        byte[] key = offset % 2 == 0 ? KEY : "host-b".getBytes(UTF_8);
        consumer.addRecord(
            new ConsumerRecord<>(
                TOPIC, partition, offset, key, (partition + ":" + offset).getBytes(UTF_8)));
      }
    });
  }

  private Outcome read(String since) {
    return tail(() -> consumer).read(since, batch -> read.add(new String(batch, UTF_8)));
  }

  private static KafkaTail tail(Supplier<Consumer<byte[], byte[]>> consumers) {
    return new KafkaTail(consumers, KEY);
  }

  private static void unexpected(byte[] batch) {
    throw new AssertionError("nothing is to be read, not " + new String(batch, UTF_8));
  }

  @Test
  void whatThisHostStoredAfterThePlaceIsHandedOverInOrder() {
    topic(1, 0, 10);
    records(0, 0, 10);
    assertThat(read("0:5")).isEqualTo(new Outcome.Whole());
    assertThat(read).containsExactly("0:6", "0:8");
  }

  @Test
  void nothingIsReadWhenNothingWasStoredAfterIt() {
    topic(1, 0, 10);
    assertThat(read("0:10")).isEqualTo(new Outcome.Whole());
    assertThat(read).isEmpty();
    assertThat(consumer.closed()).isTrue();
  }

  @Test
  void whenTheLogWasCutAtItsBeginWhatIsThereIsRead() {
    topic(1, 6, 10);
    records(0, 6, 10);
    assertThat(read("0:2")).isEqualTo(new Outcome.Whole());
    assertThat(read).containsExactly("0:6", "0:8");
  }

  @Test
  void aTopicThatWasMadeAnewIsReadFromItsBegin() {
    topic(1, 0, 4);
    records(0, 0, 4);
    assertThat(read("0:900")).isEqualTo(new Outcome.Whole());
    assertThat(read).containsExactly("0:0", "0:2");
  }

  @Test
  void ofALongLogThatWasMadeAnewOnlyTheEndIsRead() {
    topic(1, 0, 50_000);
    records(0, 40_000, 50_000);
    assertThat(read("0:70000")).isEqualTo(new Outcome.Whole());
    assertThat(read).hasSize(5_000).startsWith("0:40000").endsWith("0:49998");
  }

  @Test
  void whenThereAreMorePartitionsThePlaceAndTheHostsPartitionOfTodayAreRead() {
    int other = own(7) == 0 ? 1 : 0;
    topic(7, 0, 4);
    records(other, 2, 4);
    records(own(7), 0, 4);
    assertThat(read(other + ":2")).isEqualTo(new Outcome.Whole());
    assertThat(read).containsExactlyInAnyOrder(other + ":2", own(7) + ":0", own(7) + ":2");
  }

  @Test
  void whenThereAreFewerPartitionsTheHostsOwnIsRead() {
    topic(1, 0, 4);
    records(0, 0, 4);
    assertThat(read("11:2")).isEqualTo(new Outcome.Whole());
    assertThat(read).containsExactly("0:0", "0:2");
  }

  @Test
  void aTopicThatIsGoneAndAKafkaThatIsAwayAreSaid() {
    consumer.updatePartitions(TOPIC, List.of());
    assertThat(read("0:1")).isEqualTo(new Outcome.Part("there is no topic leuko.events"));
    KafkaTail away =
        tail(() -> {
          throw new TimeoutException("Kafka is away");
        });
    assertThat(away.read("0:1", KafkaTailTest::unexpected))
        .isEqualTo(new Outcome.Part("Kafka is away"));
    assertThat(read).isEmpty();
  }

  @Test
  void aRefusalInTheMiddleIsSaidAndWhatWasReadCounts() {
    topic(1, 0, 10);
    records(0, 0, 4);
    consumer.schedulePollTask(() -> consumer.setPollException(new KafkaException("refused")));
    assertThat(read("0:0")).isEqualTo(new Outcome.Part("refused"));
    assertThat(read).containsExactly("0:0", "0:2");
  }

  @Test
  void aPlaceThatIsNoneIsSaid() {
    topic(1, 0, 10);
    for (String place : List.of("x", ":", "1", "a:b", "0:")) {
      MockConsumer<byte[], byte[]> another = new MockConsumer<>("earliest");
      another.updatePartitions(
          TOPIC, List.of(new PartitionInfo(TOPIC, 0, Node.noNode(), new Node[0], new Node[0])));
      assertThat(tail(() -> another).read(place, KafkaTailTest::unexpected))
          .isInstanceOf(Outcome.Part.class);
    }
    assertThat(read).isEmpty();
  }

  @Test
  void aTailThatIsClosedReadsNothingMore() {
    topic(1, 0, 10);
    KafkaTail tail = tail(() -> consumer);
    tail.close();
    assertThat(tail.read("0:0", KafkaTailTest::unexpected))
        .isEqualTo(new Outcome.Part("it is closed"));
  }

  @Test
  void thePlaceIsThatAfterTheLastBatchThatIsStored() {
    KafkaTail tail = tail(() -> consumer);
    assertThat(tail.place()).isEmpty();
    TopicPartition partition = new TopicPartition(TOPIC, 3);
    tail.stored(new RecordMetadata(partition, 41, 0, 0, 0, 0));
    assertThat(tail.place()).isEqualTo("3:42");
    tail.stored(new RecordMetadata(partition, -1, 0, 0, 0, 0));
    assertThat(tail.place()).isEqualTo("3:42");
  }
}
