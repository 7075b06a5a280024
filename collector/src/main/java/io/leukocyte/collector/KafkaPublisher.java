package io.leukocyte.collector;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts batches on the topic {@code leuko.events} under the host's id: idempotent, in order, lz4,
 * acknowledged by all replicas in sync. While Kafka is away a batch is tried again for ever. A
 * batch fails when Kafka refuses its form for good; it is returned when the producer can be used no
 * more, Kafka refuses the user, or this is closed.
 */
public final class KafkaPublisher implements BatchPublisher {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaPublisher.class);
  private static final String CHECK = "kafka";
  private static final Duration PAUSE = Duration.ofSeconds(1);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int MAX_REQUEST = 2 << 20;

  private final Supplier<Producer<byte[], byte[]>> producers;
  private final byte[] key;
  private final String bootstrap;
  private final TimeSource time;
  private final KafkaTail tail;
  private final CountDownLatch closed = new CountDownLatch(1);

  private final Object lock = new Object();
  private @Nullable Producer<byte[], byte[]> producer;
  private int outstanding;
  private long progressAt;
  private String lastProblem = "";

  /**
   * A publisher that is not connected yet.
   *
   * @param client Kafka's settings for any client: bootstrap servers and security
   * @param host whose events they are
   */
  public KafkaPublisher(Map<String, Object> client, HostId host) {
    this(
        () -> new KafkaProducer<>(settings(client)),
        () -> new KafkaConsumer<>(KafkaTail.settings(client)),
        host,
        String.valueOf(client.get(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG)),
        TimeSource.SYSTEM);
  }

  KafkaPublisher(
      Supplier<Producer<byte[], byte[]>> producers,
      Supplier<Consumer<byte[], byte[]>> consumers,
      HostId host,
      String bootstrap,
      TimeSource time) {
    this.producers = producers;
    this.key = host.value().getBytes(StandardCharsets.US_ASCII);
    this.bootstrap = bootstrap;
    this.time = time;
    this.tail = new KafkaTail(consumers, key);
  }

  /** The producer's settings on top of those of any client. */
  static Map<String, Object> settings(Map<String, Object> client) {
    Map<String, Object> settings = ProducerSettings.of(client);
    settings.put(ProducerConfig.RETRIES_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    settings.put(ProducerConfig.LINGER_MS_CONFIG, 0); // a record is a batch already
    settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, PAUSE.toMillis());
    settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST);
    settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, Buffers.PRODUCER);
    settings.put(ProducerConfig.BATCH_SIZE_CONFIG, Buffers.REQUEST);
    return settings;
  }

  @Override
  public void start() {
    try {
      producer();
    } catch (KafkaException e) {
      problem(e); // publish() tries again
    }
  }

  @Override
  public void publish(byte[] batch, Receipt receipt) {
    synchronized (lock) {
      if (outstanding++ == 0) {
        progressAt = time.ticks();
      }
    }
    while (closed.getCount() > 0) {
      if (handOver(batch, receipt)) {
        return;
      }
      pause();
    }
    done();
    receipt.returned(new IllegalStateException("the publisher is closed"));
  }

  /** Whether the producer took it; else it is worth another try. */
  private boolean handOver(byte[] batch, Receipt receipt) {
    Attempt attempt = new Attempt(receipt);
    try {
      var _ = producer().send(new ProducerRecord<>(Topic.EVENTS.text(), key, batch), attempt);
      return attempt.isTaken();
    } catch (RetriableException e) {
      problem(e);
    } catch (KafkaException | IllegalStateException e) {
      problem(e);
      discard();
    }
    return false;
  }

  /**
   * One try to send a batch. Without metadata or room the producer gives up before it takes the
   * batch, and says so by the callback, on the calling thread.
   */
  private final class Attempt implements Callback {
    private final Receipt receipt;
    private final Thread caller = Thread.currentThread();
    private boolean sending = true; // only the caller's own writes matter to it
    private boolean refused;

    Attempt(Receipt receipt) {
      this.receipt = receipt;
    }

    /** Called after send, which took the batch unless it refused it meanwhile. */
    boolean isTaken() {
      sending = false;
      return !refused;
    }

    @Override
    public void onCompletion(@Nullable RecordMetadata metadata, @Nullable Exception problem) {
      if (Thread.currentThread().equals(caller)
          && sending
          && problem instanceof RetriableException) {
        refused = true;
        problem(problem);
      } else {
        completed(receipt, metadata, problem);
      }
    }
  }

  private Producer<byte[], byte[]> producer() {
    synchronized (lock) {
      if (producer == null) {
        producer = producers.get();
      }
      return producer;
    }
  }

  /** The producer is of no more use; what it had in flight is told to have failed. */
  private void discard() {
    @Nullable Producer<byte[], byte[]> old;
    synchronized (lock) {
      old = producer;
      producer = null;
    }
    if (old != null) {
      old.close(Duration.ZERO);
    }
  }

  private void completed(
      Receipt receipt, @Nullable RecordMetadata metadata, @Nullable Exception problem) {
    if (problem == null) {
      done();
      solved();
      receipt.stored();
      if (metadata != null) {
        tail.stored(metadata);
      }
    } else {
      problem(problem);
      done();
      if (isForGood(problem)) {
        receipt.failed(problem);
      } else {
        receipt.returned(problem);
      }
    }
  }

  /** Whether it is the batch that Kafka does not like. */
  private static boolean isForGood(Exception problem) {
    return problem instanceof RecordTooLargeException
        || problem instanceof InvalidRecordException
        || problem instanceof SerializationException;
  }

  private void done() {
    synchronized (lock) {
      outstanding--;
      progressAt = time.ticks();
    }
  }

  private void solved() {
    synchronized (lock) {
      lastProblem = "";
    }
  }

  private void problem(Exception e) {
    String text = e.getMessage() == null ? e.toString() : e.getMessage();
    synchronized (lock) {
      if (lastProblem.equals(text)) {
        return;
      }
      lastProblem = text;
    }
    LOG.warn("Kafka at {} does not take events: {}", bootstrap, text);
  }

  private void pause() {
    try {
      boolean over = closed.await(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
      LOG.debug("Trying again: {}", !over);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed.countDown();
    }
  }

  @Override
  public StoredBatches stored() {
    return tail;
  }

  @Override
  public List<CheckResult> check() {
    synchronized (lock) {
      long waited = time.ticks() - progressAt;
      if (outstanding == 0 || waited < PATIENCE.toNanos()) {
        return List.of(
            new CheckResult.Ok(CHECK, bootstrap + ", " + outstanding + " batches on their way"));
      }
      return List.of(
          new CheckResult.Degraded(
              CHECK,
              bootstrap
                  + " has taken nothing for "
                  + TimeUnit.NANOSECONDS.toSeconds(waited)
                  + " s"
                  + (lastProblem.isEmpty() ? "" : ": " + lastProblem),
              "start Kafka or correct kafka.bootstrap; events are spooled meanwhile"));
    }
  }

  /** Sends nothing more. What is not stored by now is returned. */
  @Override
  public void close() {
    closed.countDown();
    tail.close();
    discard();
  }
}
