package io.leukocyte.collector;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Event;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Keeps batches in memory and can be told to be away or to refuse. Thread-safe. */
public final class InMemoryPublisher implements BatchPublisher {
  private final List<byte[]> batches = new ArrayList<>();
  private final List<Map.Entry<byte[], Receipt>> waiting = new ArrayList<>();
  private final AtomicInteger told = new AtomicInteger();
  private State state = State.UP;

  /** How it takes batches. */
  private enum State {
    UP,
    AWAY,
    REFUSING,
    CLOSED
  }

  /** An empty one that takes what comes. */
  public InMemoryPublisher() {}

  /** One that has stored these batches already. */
  public InMemoryPublisher(List<byte[]> stored) {
    batches.addAll(stored);
    told.set(stored.size());
  }

  @Override
  public void start() {}

  @Override
  public void publish(byte[] batch, Receipt receipt) {
    State now;
    synchronized (this) {
      now = state;
      switch (now) {
        case UP -> batches.add(batch);
        case AWAY -> waiting.add(Map.entry(batch, receipt));
        case REFUSING, CLOSED -> {}
      }
    }
    switch (now) {
      case UP -> tell(receipt);
      case AWAY -> {}
      case REFUSING -> receipt.failed(new IllegalStateException("it refuses"));
      case CLOSED -> receipt.returned(new IllegalStateException("it is closed"));
    }
  }

  /** Takes batches without storing them, until {@link #comeBack}. */
  public synchronized void goAway() {
    state = State.AWAY;
  }

  /** Refuses batches, until {@link #comeBack}. */
  public synchronized void refuse() {
    state = State.REFUSING;
  }

  /** Stores what waits, and batches as they come. */
  public void comeBack() {
    List<Map.Entry<byte[], Receipt>> stored;
    synchronized (this) {
      state = State.UP;
      stored = List.copyOf(waiting);
      waiting.clear();
      stored.forEach(w -> batches.add(w.getKey()));
    }
    stored.forEach(w -> tell(w.getValue()));
  }

  private void tell(Receipt receipt) {
    receipt.stored();
    told.incrementAndGet();
  }

  @Override
  public StoredBatches stored() {
    return new StoredBatches() {
      @Override
      public String place() {
        return Integer.toString(told.get());
      }

      @Override
      public Outcome read(String since, Consumer<byte[]> each) {
        if (isAway()) {
          return new Outcome.Part("it is away");
        }
        batches().stream().skip(Long.parseLong(since)).forEach(each);
        return new Outcome.Whole();
      }

      @Override
      public void close() {}
    };
  }

  private synchronized boolean isAway() {
    return state != State.UP;
  }

  /** The batches stored so far. */
  public synchronized List<byte[]> batches() {
    return List.copyOf(batches);
  }

  /**
   * The events stored so far, with their places.
   *
   * @throws IllegalStateException when a batch cannot be read
   */
  public List<Observed> observed() {
    List<Observed> observed = new ArrayList<>();
    BatchCursor cursor = new BatchCursor();
    for (byte[] batch : batches()) {
      try {
        cursor.open(batch);
      } catch (MalformedBatchException e) {
        throw new IllegalStateException("A batch that was published cannot be read", e);
      }
      while (cursor.next()) {
        observed.add(new Observed(cursor.id(), cursor.event()));
      }
    }
    return observed;
  }

  /** The events stored so far. */
  public List<Event> events() {
    return observed().stream().map(Observed::event).toList();
  }

  /** The events of one type stored so far. */
  public <E extends Event> List<E> events(Class<E> type) {
    return events().stream().filter(type::isInstance).map(type::cast).toList();
  }

  @Override
  public synchronized List<CheckResult> check() {
    return List.of(
        state == State.UP
            ? new CheckResult.Ok("memory", batches.size() + " batches")
            : new CheckResult.Failed("memory", "it is " + state, "let it come back"));
  }

  @Override
  public void close() {
    List<Map.Entry<byte[], Receipt>> returned;
    synchronized (this) {
      state = State.CLOSED;
      returned = List.copyOf(waiting);
      waiting.clear();
    }
    returned.forEach(w -> w.getValue().returned(new IllegalStateException("it is closed")));
  }
}
