package io.leukocyte.responder;

import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProducerSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where records go that cannot be used: to the topic of dead letters, whole. When that does not
 * take them either they are logged and counted: a partition never stands still for them.
 */
final class Graveyard implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Graveyard.class);
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Map<String, Object> properties;
  private final Meters meters;
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  Graveyard(Map<String, Object> kafka, HostId host, Meters meters) {
    this.meters = meters;
    properties = ProducerSettings.of(kafka);
    int millis = (int) PATIENCE.toMillis();
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "leuko-responder-dead-" + host);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, millis);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
  }

  /** Buries a record and waits until that is done, or cannot be. */
  synchronized void bury(ConsumerRecord<byte[], byte[]> record, String reason) {
    LOG.warn(
        "Record {}-{}@{} is a dead letter: {}",
        record.topic(),
        record.partition(),
        record.offset(),
        reason);
    try {
      if (producer == null) {
        producer = new KafkaProducer<>(properties);
      }
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (ProducerRecord<byte[], byte[]> part :
          DeadLetter.bury(DeadLetter.Role.RESPONDER, reason, record)) {
        sent.add(producer.send(part));
      }
      for (Future<RecordMetadata> future : sent) {
        future.get(2 * PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
      }
      meters.dead(record.topic(), "buried");
    } catch (KafkaException | ExecutionException | TimeoutException e) {
      meters.dead(record.topic(), "left");
      LOG.error("It cannot be buried and stays where it is: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public synchronized void close() {
    if (producer != null) {
      producer.close(Duration.ofSeconds(1));
    }
  }
}
