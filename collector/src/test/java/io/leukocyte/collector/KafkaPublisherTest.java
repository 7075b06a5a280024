package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.HostId;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KafkaPublisherTest {
  private static final Duration SECONDS = Duration.ofSeconds(10);
  private static final byte[] BATCH = {1, 2, 3};
  private final ManualTime time = new ManualTime();
  private final MockProducer<byte[], byte[]> first = producer();
  private final MockProducer<byte[], byte[]> second = producer();
  private final Queue<Producer<byte[], byte[]>> producers =
      new ArrayDeque<>(List.of(first, second));
  private final KafkaPublisher publisher =
      new KafkaPublisher(
          producers::remove, KafkaPublisherTest::noTail, new HostId("host-a"), "kafka:9092", time);
  private final List<String> told = new CopyOnWriteArrayList<>();

  private static MockProducer<byte[], byte[]> producer() {
    return new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private static Consumer<byte[], byte[]> noTail() {
    throw new KafkaException("nobody reads");
  }

  private BatchPublisher.Receipt receipt(String name) {
    return new BatchPublisher.Receipt() {
      @Override
      public void stored() {
        told.add(name + " stored");
      }

      @Override
      public void returned(Exception cause) {
        told.add(name + " returned: " + cause.getMessage());
      }

      @Override
      public void failed(Exception cause) {
        told.add(name + " failed: " + cause.getMessage());
      }
    };
  }

  @AfterEach
  void close() {
    publisher.close();
  }

  @Test
  void batchesGoInOrderUnderTheHostsId() {
    publisher.start();
    publisher.publish(BATCH, receipt("a"));
    publisher.publish(BATCH, receipt("b"));
    assertThat(first.history())
        .allSatisfy(record -> {
          assertThat(record.topic()).isEqualTo("leuko.events");
          assertThat(record.key()).asString().isEqualTo("host-a");
          assertThat(record.value()).isEqualTo(BATCH);
        })
        .hasSize(2);
    assertThat(told).isEmpty();
    first.completeNext();
    first.completeNext();
    assertThat(told).containsExactly("a stored", "b stored");
  }

  @Test
  void aBatchThatKafkaRefusesForGoodFailsAndTheNextGoesOn() {
    publisher.start();
    publisher.publish(BATCH, receipt("a"));
    publisher.publish(BATCH, receipt("b"));
    first.errorNext(new RecordTooLargeException("too large"));
    first.completeNext();
    assertThat(told).containsExactly("a failed: too large", "b stored");
  }

  @Test
  void aBatchIsTriedAgainWhileKafkaIsAway() throws InterruptedException {
    publisher.start();
    first.sendException = new TimeoutException("no metadata");
    Thread thread = Thread.ofVirtual().start(() -> publisher.publish(BATCH, receipt("a")));
    await().atMost(SECONDS).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    assertThat(publisher.check().getFirst()).isInstanceOf(CheckResult.Ok.class);
    time.pass(Duration.ofSeconds(11));
    assertThat(publisher.check().getFirst())
        .isEqualTo(
            new CheckResult.Degraded(
                "kafka",
                "kafka:9092 has taken nothing for 11 s: no metadata",
                "start Kafka or correct kafka.bootstrap; events are spooled meanwhile"));
    first.sendException = null;
    thread.join();
    first.completeNext();
    assertThat(told).containsExactly("a stored");
    assertThat(publisher.check().getFirst()).isInstanceOf(CheckResult.Ok.class);
  }

  @Test
  void aBatchThatTheProducerDoesNotTakeIsTriedAgainToo() throws InterruptedException {
    AtomicInteger refusals = new AtomicInteger();
    MockProducer<byte[], byte[]> slow =
        new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
          @Override
          public synchronized Future<RecordMetadata> send(
              ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
            if (refusals.incrementAndGet() > 1 || callback == null) {
              return super.send(record, callback);
            }
            TimeoutException problem = new TimeoutException("no metadata");
            callback.onCompletion(null, problem); // as the real one does
            return CompletableFuture.failedFuture(problem);
          }
        };
    try (KafkaPublisher other =
        new KafkaPublisher(
            () -> slow, KafkaPublisherTest::noTail, new HostId("host-a"), "kafka:9092", time)) {
      Thread thread = Thread.ofVirtual().start(() -> other.publish(BATCH, receipt("a")));
      thread.join();
    }
    assertThat(told).containsExactly("a stored");
    assertThat(slow.history()).hasSize(1);
  }

  @Test
  void aProducerThatCannotGoOnIsReplaced() throws InterruptedException {
    publisher.start();
    first.sendException = new KafkaException("the producer is in a fatal state");
    Thread thread = Thread.ofVirtual().start(() -> publisher.publish(BATCH, receipt("a")));
    thread.join();
    assertThat(first.closed()).isTrue();
    assertThat(second.history()).hasSize(1);
  }

  @Test
  void closingLetsABatchGoThatCannotBeHandedOver() throws InterruptedException {
    publisher.start();
    first.sendException = new TimeoutException("no metadata");
    Thread thread = Thread.ofVirtual().start(() -> publisher.publish(BATCH, receipt("a")));
    await().atMost(SECONDS).until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    publisher.close();
    thread.join();
    assertThat(told).containsExactly("a returned: the publisher is closed");
  }

  @Test
  void theProducerIsIdempotentSendsInOrderAndNeverGivesUp() {
    assertThat(KafkaPublisher.settings(Map.of("bootstrap.servers", "a:1")))
        .containsEntry("bootstrap.servers", "a:1")
        .containsEntry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true)
        .containsEntry(ProducerConfig.ACKS_CONFIG, "all")
        .containsEntry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4")
        .containsEntry(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1)
        .containsEntry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
  }
}
