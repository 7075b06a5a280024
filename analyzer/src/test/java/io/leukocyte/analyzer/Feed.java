package io.leukocyte.analyzer;

import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends a history to a broker on a thread of its own, evenly, no further than it is let. */
final class Feed {
  private final TestBroker broker;
  private final TestHistory history;
  private final Duration pause;
  private final Semaphore allowed = new Semaphore(0);
  private final CompletableFuture<Void> done;

  /**
   * Begins to send.
   *
   * @param pause between two batches
   */
  Feed(TestBroker broker, TestHistory history, Duration pause) {
    this.broker = broker;
    this.history = history;
    this.pause = pause;
    this.done = CompletableFuture.runAsync(this::send);
  }

  /** Lets it send so many batches more. */
  Feed allow(int batches) {
    allowed.release(batches);
    return this;
  }

  /** Waits until all was sent. */
  void await() throws InterruptedException, ExecutionException, TimeoutException {
    done.get(60, TimeUnit.SECONDS);
  }

  private void send() {
    Map<String, Object> properties = broker.client();
    properties.put("linger.ms", 5);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (TestHistory.Batch batch : history.batches()) {
        allowed.acquire();
        byte[] key = batch.host().value().getBytes(StandardCharsets.UTF_8);
        sent.add(producer.send(new ProducerRecord<>(Topic.EVENTS.text(), key, batch.value())));
        LockSupport.parkNanos(pause.toNanos());
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (InterruptedException | ExecutionException e) {
      throw new AssertionError(e);
    }
  }
}
