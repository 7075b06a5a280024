package io.leukocyte.responder;

import io.leukocyte.events.ActionJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the journal's steps, at least once and in order. A step is known again by its action's
 * id and its number. What cannot be published waits in the journal.
 */
final class ActionPublisher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ActionPublisher.class);
  private static final int AT_ONCE = 500;
  private static final int PATIENCE_MILLIS = 10_000;
  private static final Duration LAST_WORDS = Duration.ofSeconds(3);
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

  private final Map<String, Object> properties;
  private final byte[] key;
  private final Journal journal;
  private final Semaphore appended;
  private final Thread thread;
  private volatile boolean closed;
  private boolean warned;
  private volatile @Nullable String problem;

  /**
   * Makes the publisher.
   *
   * @param appended has a permit when the journal has something new
   */
  ActionPublisher(Map<String, Object> kafka, HostId host, Journal journal, Semaphore appended) {
    this.properties = producerProperties(kafka, host);
    this.key = host.value().getBytes(StandardCharsets.UTF_8);
    this.journal = journal;
    this.appended = appended;
    this.thread = Thread.ofPlatform().daemon().name("responder-publisher").unstarted(this::run);
  }

  private static Map<String, Object> producerProperties(Map<String, Object> kafka, HostId host) {
    Map<String, Object> properties = ProducerSettings.of(kafka);
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "leuko-responder-" + host);
    properties.putIfAbsent(ProducerConfig.MAX_BLOCK_MS_CONFIG, PATIENCE_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, PATIENCE_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 2 * PATIENCE_MILLIS);
    return properties;
  }

  void start() {
    thread.start();
  }

  /** Why steps cannot be published; null when they can. */
  @Nullable String problem() {
    return problem;
  }

  private void run() {
    KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties);
    try {
      publishUntilClosed(producer);
    } catch (InterruptedException | InterruptException e) {
      problem = "interrupted"; // the rest is published after the next start
    } catch (KafkaException | JournalException e) {
      problem = String.valueOf(e.getMessage());
      LOG.error("No more actions are published; they wait in the journal: {}", e.getMessage());
    } finally {
      boolean _ = Thread.interrupted(); // or the producer would not close in order
      producer.close(problem == null ? LAST_WORDS : Duration.ZERO);
    }
  }

  private void publishUntilClosed(KafkaProducer<byte[], byte[]> producer)
      throws InterruptedException {
    Duration pause = FIRST_PAUSE;
    while (!closed) {
      if (publish(producer)) {
        pause = FIRST_PAUSE;
        await(FIRST_PAUSE);
      } else {
        Thread.sleep(pause);
        Duration doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
      }
    }
    boolean _ = publish(producer);
  }

  private void await(Duration most) throws InterruptedException {
    if (appended.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
      appended.drainPermits();
    }
  }

  /** Whether all that waited is published. */
  private boolean publish(KafkaProducer<byte[], byte[]> producer) throws InterruptedException {
    List<Ledger.Numbered> steps = journal.read(ledger -> ledger.unpublished(AT_ONCE));
    while (!steps.isEmpty()) {
      try {
        send(producer, steps);
      } catch (InterruptException e) {
        throw e;
      } catch (ExecutionException | KafkaException e) {
        if (!warned) {
          warned = true;
          LOG.warn("Cannot publish actions; they wait in the journal: {}", e.getMessage());
        }
        problem = String.valueOf(e.getMessage());
        return false;
      }
      connected();
      journal.note(new JournalEntry.Published(steps.getLast().number()));
      steps = journal.read(ledger -> ledger.unpublished(AT_ONCE));
    }
    return true;
  }

  private void connected() {
    problem = null;
    warned = false;
  }

  private void send(KafkaProducer<byte[], byte[]> producer, List<Ledger.Numbered> steps)
      throws InterruptedException, ExecutionException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    for (Ledger.Numbered step : steps) {
      byte[] document = ActionJson.write(step.action());
      sent.add(producer.send(new ProducerRecord<>(Topic.ACTIONS.text(), key, document)));
    }
    for (Future<RecordMetadata> future : sent) {
      future.get();
    }
  }

  @Override
  public void close() {
    closed = true;
    appended.release();
    try {
      if (problem != null || !thread.join(LAST_WORDS)) {
        thread.interrupt();
        boolean _ = thread.join(LAST_WORDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
