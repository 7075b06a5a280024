package io.leukocyte.indexer;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
  Flight launch(List<Document> documents, Map<TopicPartition, OffsetAndMetadata> upTo) {
    return new Flight(documents, thread.submit(() -> timed(documents)), upTo);
  }

  /** Sends documents, and waits for the answer. */
  Answered send(List<Document> documents) {
    return launch(documents, Map.of()).answered();
  }

  private Answered timed(List<Document> documents) {
    long start = System.nanoTime();
    BulkAnswer answer = sink.send(documents);
    return new Answered(answer, System.nanoTime() - start);
  }

  /** Sends nothing more; what is on its way is left to the sink. */
  @Override
  public void close() {
    thread.shutdown();
  }
}
