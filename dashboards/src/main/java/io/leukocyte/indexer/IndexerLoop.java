package io.leukocyte.indexer;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Topic;
import io.leukocyte.indexer.Documents.UnreadableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From Kafka to the sink without loss and without doubles: poll, one bulk request after the other,
 * look at each item, then commit the offsets. While one request is on its way the next is made, but
 * it is not sent before all documents of the former are stored. While the node is away the same
 * documents are tried again for ever, with the partitions paused so that the group keeps its
 * member; what the node rejects for good goes to the dead-letter topic: the record, or of a batch
 * of events the one event. One thread runs it, and one sends.
 */
final class IndexerLoop implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(IndexerLoop.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** A look for more to send while a request is on its way. */
  private static final Duration GLANCE = Duration.ofMillis(10);

  /** A request that is not answered for longer is waited for with a word to the group. */
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration MOST_PAUSE = Duration.ofSeconds(5);

  /** Wrong credentials, tried more often, fill logs and lock users out. */
  private static final Duration MOST_PAUSE_NOT_ALLOWED = Duration.ofSeconds(30);

  /**
   * Whoever has not polled for so long was stopped, and others may have its partitions since. Less
   * than the time after which a group takes a member for dead.
   */
  private static final Duration STOPPED = Duration.ofSeconds(5);

  private final Consumer<byte[], byte[]> consumer;
  private final Producer<byte[], byte[]> deadLetters;
  private final List<String> topics;
  private final Documents documents;
  private final BulkSender sender;
  private final int bulkBytes;
  private final Meters meters;
  private final Backoff backoff = new Backoff(MOST_PAUSE);
  private final HeldPartitions held = new HeldPartitions();
  private final Reservations reservations = new Reservations();
  private final RecentIds recent = new RecentIds();
  private final SinkHealth health;
  private BulkSender.@Nullable Flight flight;
  private long lastPoll = System.nanoTime();

  /** Documents for the next request, which grows while one is on its way. */
  private List<Document> batch = new ArrayList<>();

  private int batchBytes;

  /** The positions after records whose documents are all in the batch, or were sent before. */
  private Map<TopicPartition, OffsetAndMetadata> ready = new HashMap<>();

  /** The positions after the records that documents are made of now. */
  private final Map<TopicPartition, OffsetAndMetadata> reading = new HashMap<>();

  private boolean paused;
  private volatile boolean closing;

  IndexerLoop(
      Consumer<byte[], byte[]> consumer,
      Producer<byte[], byte[]> deadLetters,
      List<String> topics,
      Documents documents,
      BulkSink sink,
      int bulkBytes,
      Meters meters) {
    this.topics = List.copyOf(topics);
    this.consumer = consumer;
    this.deadLetters = deadLetters;
    this.documents = documents;
    this.sender = new BulkSender(sink);
    this.health = new SinkHealth(sender, SinkHealth.SLOW);
    this.bulkBytes = bulkBytes;
    this.meters = meters;
  }

  /** What the last bulk request came to. */
  CheckResult state() {
    return health.state();
  }

  /** Whether every batch could be read. */
  CheckResult batches() {
    return held.state();
  }

  /** Makes {@link #run} return soon. Documents that are not stored by then are read again later. */
  void stop() {
    closing = true;
    consumer.wakeup();
  }

  @Override
  public void run() {
    try {
      consumer.subscribe(topics, new PauseArrivals());
      while (!closing) {
        turn(poll(flight == null ? POLL : GLANCE));
        meters.lag(lag());
      }
    } catch (WakeupException e) {
      LOG.debug("Woken to close");
    } finally {
      sender.close();
    }
  }

  private ConsumerRecords<byte[], byte[]> poll(Duration most) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(most);
    lastPoll = System.nanoTime();
    return records;
  }

  private void turn(ConsumerRecords<byte[], byte[]> records) {
    if (!records.isEmpty()) {
      index(records);
    }
    if (flight == null || flight.isAnswered()) {
      launch();
    }
  }

  /** Records that wait, as far as this member knows. */
  private long lag() {
    long lag = 0;
    for (TopicPartition partition : consumer.assignment()) {
      lag += consumer.currentLag(partition).orElse(0);
    }
    return lag;
  }

  private void index(ConsumerRecords<byte[], byte[]> records) {
    reading.putAll(records.nextOffsets());
    records.partitions().forEach(partition -> meet(partition, records));
    for (ConsumerRecord<byte[], byte[]> record : readable(records)) {
      for (Document document : read(record)) {
        if (batchBytes + document.bulkBytes() > bulkBytes && !batch.isEmpty()) {
          launch();
        }
        batch.add(document);
        batchBytes += document.bulkBytes();
      }
    }
    ready.putAll(reading);
    reading.clear();
  }

  /** Learns of a partition that is new to us how far it was sent before. */
  private void meet(TopicPartition partition, ConsumerRecords<byte[], byte[]> records) {
    if (reservations.knows(partition)) {
      return;
    }
    @Nullable OffsetAndMetadata committed = null;
    try {
      committed = consumer.committed(Set.of(partition)).get(partition);
    } catch (TimeoutException e) {
      LOG.debug("Kafka does not say what is committed of {}", partition);
    }
    List<ConsumerRecord<byte[], byte[]>> of = records.records(partition);
    long end = of.getLast().offset() + 1 + consumer.currentLag(partition).orElse(0);
    reservations.met(partition, of.getFirst().offset(), committed, end);
  }

  /**
   * Sends the batch, once all that was sent before is stored, and begins another. What is ready is
   * committed when it is stored, too.
   */
  private void launch() {
    land();
    reserve();
    if (closing) {
      return;
    }
    boolean stopped = System.nanoTime() - lastPoll > STOPPED.toNanos();
    if (batch.isEmpty()) {
      commit(ready);
    } else {
      BitSet doubtful = doubtful(batch, stopped);
      markRepeated(batch, doubtful);
      flight = sender.launch(batch, doubtful, ready);
      batch = new ArrayList<>();
      batchBytes = 0;
    }
    ready = new HashMap<>();
  }

  /** Documents that were sent before: their record is on the topic twice, or was read again. */
  private void markRepeated(List<Document> documents, BitSet doubtful) {
    for (int i = 0; i < documents.size(); i++) {
      if (recent.addedBefore(documents.get(i).id())) {
        doubtful.set(i);
      }
    }
  }

  /** The numbers of the documents that may be stored already. */
  @SuppressWarnings("ReferenceEquality") // the same record, not an equal one
  private BitSet doubtful(List<Document> documents, boolean all) {
    BitSet doubtful = new BitSet();
    @Nullable ConsumerRecord<byte[], byte[]> origin = null;
    boolean is = all;
    for (int i = 0; i < documents.size(); i++) {
      if (documents.get(i).origin() != origin) { // a batch of events has many documents
        origin = documents.get(i).origin();
        is = all || reservations.isDoubtful(origin) || isRetried(origin);
      }
      doubtful.set(i, is);
    }
    return doubtful;
  }

  /** Whether somebody has sent it again, who may have done so twice. */
  private static boolean isRetried(ConsumerRecord<?, ?> record) {
    return record.headers().lastHeader(DeadLetter.RETRIES) != null;
  }

  /** Waits until what is on its way is stored, and commits. */
  private void land() {
    BulkSender.Flight landing = flight;
    if (landing == null) {
      return;
    }
    store(landing);
    flight = null;
    if (!closing) {
      commit(landing.upTo());
    }
  }

  /** Makes sure that what is sent next is ours and reserved. */
  private void reserve() {
    while (!closing) {
      dropOthers();
      if (reservations.cover(batch) || commit(Map.of())) {
        return;
      }
      pause(GLANCE); // the group is about to give partitions away, or Kafka is away
    }
  }

  /** Documents of partitions that went to others: they send them. */
  private void dropOthers() {
    Set<TopicPartition> ours = consumer.assignment();
    if (!ours.containsAll(Reservations.highest(batch).keySet())) {
      batch.removeIf(d -> !ours.contains(Reservations.partition(d.origin())));
      batchBytes = batch.stream().mapToInt(Document::bulkBytes).sum();
    }
  }

  /** The records up to the first of each partition that only a newer indexer can read. */
  private List<ConsumerRecord<byte[], byte[]>> readable(ConsumerRecords<byte[], byte[]> records) {
    List<ConsumerRecord<byte[], byte[]>> readable = new ArrayList<>(records.count());
    for (TopicPartition partition : records.partitions()) {
      for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
        int major = newerMajor(record);
        if (major > 0) {
          hold(partition, record, major);
          break;
        }
        readable.add(record);
      }
    }
    return readable;
  }

  /** The version of a batch that this indexer is too old for; 0 for everything else. */
  private static int newerMajor(ConsumerRecord<byte[], byte[]> record) {
    if (!record.topic().equals(Topic.EVENTS.text()) || record.value() == null) {
      return 0;
    }
    int major = BatchCursor.majorOf(record.value());
    return major > 0 && !BatchCursor.reads(major) ? major : 0;
  }

  private void hold(TopicPartition partition, ConsumerRecord<byte[], byte[]> record, int major) {
    consumer.seek(partition, record.offset());
    reading.put(partition, new OffsetAndMetadata(record.offset()));
    consumer.pause(List.of(partition));
    held.add(partition, record, major);
    LOG.error(
        "{}@{} is a batch of major version {}, which this indexer does not read; the partition"
            + " waits there: upgrade indexers before collectors",
        partition,
        record.offset(),
        major);
  }

  /**
   * Commits offsets, and what is reserved for the batch. A commit that fails is no loss: the
   * records are read again, and known by id.
   *
   * @return whether it is committed
   */
  private boolean commit(Map<TopicPartition, OffsetAndMetadata> upTo) {
    Map<TopicPartition, OffsetAndMetadata> commits = reservations.commits(upTo, batch);
    if (commits.isEmpty()) {
      return true;
    }
    long start = System.nanoTime();
    try {
      consumer.commitSync(commits);
      reservations.committed(commits);
      meters.commitTook(System.nanoTime() - start);
      return true;
    } catch (RebalanceInProgressException
        | RetriableCommitFailedException
        | CommitFailedException
        | TimeoutException e) {
      LOG.debug("Offsets were not committed: {}", e.getMessage());
      return false;
    }
  }

  private List<Document> read(ConsumerRecord<byte[], byte[]> record) {
    Optional<Topic> topic = Topic.ofText(record.topic());
    try {
      return topic.isEmpty() ? List.of() : documents.of(topic.get(), record);
    } catch (UnreadableException e) {
      meters.unreadable(record.topic());
      // What is wrong with a batch of events is the analyzer's to bury, once.
      if (topic.get() != Topic.EVENTS) {
        bury(record, String.valueOf(e.getMessage()));
      }
      return List.of();
    } catch (RuntimeException e) {
      // Nobody foresaw it; the partition must not stand still for it.
      bury(record, "reading failed: " + e);
      return List.of();
    }
  }

  /** Waits until all documents of a request are stored; sends again what is not. */
  private void store(BulkSender.Flight first) {
    BulkSender.Answered answered = await(first);
    if (answered != null) {
      store(settle(first.documents(), answered));
    }
  }

  private void store(Left first) {
    Left left = first;
    while (!left.documents().isEmpty() && !closing) {
      BulkSender.Flight again =
          sender.launch(left.documents(), doubtful(left.documents(), left.doubtful()), Map.of());
      BulkSender.Answered answered = await(again);
      if (answered == null) {
        return;
      }
      left = settle(again.documents(), answered).or(left.doubtful());
    }
  }

  /** Waits for an answer while the group still hears of this member; null when closed before. */
  private BulkSender.@Nullable Answered await(BulkSender.Flight waiting) {
    if (!waiting.isAnsweredWithin(PATIENCE)) {
      while (!closing && !waiting.isAnswered()) {
        pause(GLANCE);
      }
    }
    return closing ? null : waiting.answered();
  }

  /**
   * What has to be sent again.
   *
   * @param documents which
   * @param doubtful whether they may be stored all the same
   */
  private record Left(List<Document> documents, boolean doubtful) {
    Left or(boolean before) {
      return new Left(documents, doubtful || before);
    }
  }

  /** Looks what a request came to; returns what has to be sent again, after a pause. */
  private Left settle(List<Document> sent, BulkSender.Answered answered) {
    meters.bulk(sent.size(), answered.nanos());
    return switch (answered.answer()) {
      case BulkAnswer.Taken taken -> {
        List<Document> again = settle(sent, taken.items());
        if (again.isEmpty()) {
          health.works(Duration.ofNanos(answered.nanos()));
          backoff.reset();
        } else {
          pauseForRetry(MOST_PAUSE);
        }
        yield new Left(again, true);
      }
      case BulkAnswer.Refused refused -> {
        backoff.reset();
        yield new Left(halve(sent, refused), false);
      }
      case BulkAnswer.Away away -> {
        health.fails(away.problem(), away.todo());
        yield switch (away.outcome()) {
          case NOTHING_STORED -> {
            pauseForRetry(MOST_PAUSE);
            yield new Left(sent, false);
          }
          case PERHAPS_STORED -> {
            pauseForRetry(MOST_PAUSE);
            yield new Left(sent, true);
          }
          case NOT_ALLOWED -> {
            pauseForRetry(MOST_PAUSE_NOT_ALLOWED);
            yield new Left(sent, false);
          }
        };
      }
    };
  }

  private void pauseForRetry(Duration most) {
    meters.retry();
    pause(backoff.next(most));
  }

  /** Sends a refused request's halves, so that only the document at fault is buried. */
  private List<Document> halve(List<Document> refused, BulkAnswer.Refused answer) {
    if (refused.size() == 1) {
      return settle(refused, List.of(new BulkAnswer.Item.Rejected(answer.problem())));
    }
    int half = refused.size() / 2;
    store(new Left(refused.subList(0, half), false));
    return refused.subList(half, refused.size());
  }

  /** Looks at each item; returns those that have to be sent again. */
  private List<Document> settle(List<Document> sent, List<BulkAnswer.Item> items) {
    List<Document> again = new ArrayList<>();
    List<ProducerRecord<byte[], byte[]>> letters = new ArrayList<>();
    BulkAnswer.Item.@Nullable Busy busy = null;
    for (int i = 0; i < sent.size(); i++) {
      Document document = sent.get(i);
      switch (items.get(i)) {
        case BulkAnswer.Item.Created c ->
            meters.documents(document.stream(), Meters.Result.CREATED);
        case BulkAnswer.Item.Known k -> meters.documents(document.stream(), Meters.Result.KNOWN);
        case BulkAnswer.Item.Busy b -> {
          again.add(document);
          busy = b;
        }
        case BulkAnswer.Item.Rejected r -> {
          meters.documents(document.stream(), Meters.Result.REJECTED);
          letters.addAll(letters(document, r.problem()));
        }
      }
    }
    deliver(letters);
    if (busy != null) {
      health.fails(again.size() + " documents were put off: " + busy.problem(), busy.todo());
    }
    return again;
  }

  /** Of a batch only the event whose document is refused: the others are stored. */
  private List<ProducerRecord<byte[], byte[]>> letters(Document refused, String reason) {
    if (refused.item() == DeadLetter.WHOLE) {
      buried("Record", refused.origin());
      return DeadLetter.bury(DeadLetter.Role.INDEXER, reason, refused.origin());
    }
    buried("Event " + refused.item() + " of record", refused.origin());
    return DeadLetter.bury(
        DeadLetter.Role.INDEXER, reason, RefusedItem.of(refused), refused.item());
  }

  private void bury(ConsumerRecord<byte[], byte[]> record, String reason) {
    buried("Record", record);
    deliver(DeadLetter.bury(DeadLetter.Role.INDEXER, reason, record));
  }

  /** Why may quote the record, which has no place in the log. */
  private void buried(String what, ConsumerRecord<byte[], byte[]> record) {
    meters.dead(record.topic());
    LOG.warn(
        "{} {}-{}@{} goes to {}; 'leuko dead list' says why",
        what,
        record.topic(),
        record.partition(),
        record.offset(),
        Topic.DEAD.text());
  }

  /** Sends letters together until each is acknowledged: only then offsets are committed. */
  private void deliver(List<ProducerRecord<byte[], byte[]>> letters) {
    List<Future<RecordMetadata>> sent = new ArrayList<>(letters.size());
    letters.forEach(letter -> sent.add(deadLetters.send(letter)));
    for (int i = 0; i < letters.size(); i++) {
      deliver(letters.get(i), sent.get(i));
    }
  }

  private void deliver(ProducerRecord<byte[], byte[]> letter, Future<RecordMetadata> first) {
    Future<RecordMetadata> sent = first;
    while (true) {
      try {
        sent.get();
        return;
      } catch (ExecutionException e) {
        LOG.warn("Kafka does not take a dead letter, it is sent again: {}", e.getMessage());
        if (closing) {
          throw new WakeupException();
        }
        LockSupport.parkNanos(backoff.next().toNanos());
        sent = deadLetters.send(letter);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new WakeupException();
      }
    }
  }

  /** Waits while the group still hears of this member. Paused partitions give no records. */
  private void pause(Duration time) {
    paused = true;
    consumer.pause(consumer.assignment());
    try {
      long end = System.nanoTime() + time.toNanos();
      while (!closing && System.nanoTime() < end) {
        var _ = poll(Duration.ofMillis(Math.min(100, time.toMillis()))); // it has no records
      }
    } finally {
      paused = false;
      List<TopicPartition> again = new ArrayList<>(consumer.assignment());
      again.removeAll(held.partitions());
      consumer.resume(again);
    }
  }

  /** Keeps partitions that arrive during a pause from giving records that nobody would store. */
  private final class PauseArrivals implements ConsumerRebalanceListener {
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      if (paused) {
        consumer.pause(partitions);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      held.remove(partitions);
      reservations.forget(partitions);
      // What is on its way is stored all the same; whoever reads it again finds it known.
      ready.keySet().removeAll(partitions);
      reading.keySet().removeAll(partitions);
      if (flight != null) {
        flight.upTo().keySet().removeAll(partitions);
      }
    }
  }
}
