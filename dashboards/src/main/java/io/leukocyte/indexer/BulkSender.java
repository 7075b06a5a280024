package io.leukocyte.indexer;

import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Sends bulk requests in a thread of its own, one after the other, so that the next can be made
 * while one is on its way.
 */
final class BulkSender implements AutoCloseable {
  private final BulkSink sink;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().daemon().name("leuko-indexer-send").factory());

  /** When the request on its way was sent, by {@link System#nanoTime}; 0 when there is none. */
  private volatile long sentAt;

  /**
   * What a request came to.
   *
   * @param answer of the sink
   * @param nanos how long it took
   */
  record Answered(BulkAnswer answer, long nanos) {}

  /**
   * A request on its way.
   *
   * @param documents in it
   * @param coming its answer
   * @param upTo offsets to be committed once its documents are stored; those of partitions that go
   *     to others meanwhile are taken out
   */
  record Flight(
      List<Document> documents,
      Future<Answered> coming,
      Map<TopicPartition, OffsetAndMetadata> upTo) {

    boolean isAnswered() {
      return coming.isDone();
    }

    /** Waits for the answer, so long at most; whether it is there. */
    boolean isAnsweredWithin(Duration time) {
      try {
        coming.get(time.toMillis(), TimeUnit.MILLISECONDS);
        return true;
      } catch (TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        return true; // the answer is that failure
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WakeupException();
      }
    }

    /** Waits for the answer. */
    Answered answered() {
      try {
        return coming.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("Sending documents failed", e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WakeupException();
      }
    }
  }

  BulkSender(BulkSink sink) {
    this.sink = sink;
  }

  /** Sends documents, and returns while they are on their way. */
  Flight launch(
      List<Document> documents, BitSet doubtful, Map<TopicPartition, OffsetAndMetadata> upTo) {
    return new Flight(documents, thread.submit(() -> timed(documents, doubtful)), upTo);
  }

  /** For how long the request on its way has had no answer; zero when there is none. */
  Duration waiting() {
    long sent = sentAt;
    return sent == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - sent);
  }

  private Answered timed(List<Document> documents, BitSet doubtful) {
    long start = System.nanoTime();
    sentAt = start;
    try {
      BulkAnswer answer = sink.send(documents, doubtful);
      return new Answered(answer, System.nanoTime() - start);
    } finally {
      sentAt = 0;
    }
  }

  /** Sends nothing more; what is on its way is left to the sink. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
