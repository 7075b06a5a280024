package io.leukocyte.analyzer;

import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateRestoreCallback;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A state of the detection as a store of Kafka Streams: kept in the state's own arrays and maps,
 * logged to a changelog within the transaction of the offsets it belongs to.
 *
 * <p>What changed is drained exactly when a commit begins, whoever causes the commit. The hook is a
 * second, unlogged store with a cache, the bell: {@link #changed} puts one entry into the cache;
 * flushing the cache, the first thing a commit does, calls the bell's {@code put}, and that drains.
 * A store's own {@code flush} and {@code commit} run after the transaction and would lose it.
 */
final class PrimStore<S extends LoggedState> implements StateStore {
  private static final Bytes BELL_KEY = Bytes.wrap(new byte[] {0});
  private static final byte[] BELL_VALUE = {0};

  private final String name;
  private final S state;
  private final KeyValueStore<Bytes, byte[]> log;
  private final KeyValueStore<Bytes, byte[]> bell;
  private boolean rung;
  private boolean open;

  private PrimStore(String name, Map<String, String> changelog, S state) {
    this.name = name;
    this.state = state;
    this.log =
        Stores.keyValueStoreBuilder(
                supplier(name, () -> new LogLeaf(name, state)), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingEnabled(changelog)
            .withCachingDisabled()
            .build();
    String bellName = name + "-bell";
    this.bell =
        Stores.keyValueStoreBuilder(
                supplier(bellName, () -> new BellLeaf(bellName, this::drain)),
                Serdes.Bytes(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .withCachingEnabled()
            .build();
  }

  /**
   * Makes the stores of a topology's tasks.
   *
   * @param name the store's name, and the changelog's
   * @param changelog settings of the changelog topic
   * @param states makes a task's empty state
   */
  static <S extends LoggedState> StoreBuilder<PrimStore<S>> builder(
      String name, Map<String, String> changelog, Supplier<S> states) {
    return new Builder<>(name, Map.copyOf(changelog), states);
  }

  /** The state itself. After a change to it, {@link #changed} is due before the record is done. */
  S state() {
    return state;
  }

  /** Says that the state may have changed since the last commit. */
  void changed() {
    if (!rung) {
      rung = true;
      bell.put(BELL_KEY, BELL_VALUE);
    }
  }

  private void drain() {
    rung = false;
    state.drain((key, value) -> log.put(Bytes.wrap(key), value));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void init(StateStoreContext context, StateStore root) {
    state.clear();
    rung = false;
    log.init(context, root);
    // The bell registers itself: only registered stores have their caches flushed before a commit.
    bell.init(context, bell);
    open = true;
  }

  @Override
  public void close() {
    if (open) {
      open = false;
      log.close();
    }
  }

  @Override
  public boolean persistent() {
    return false;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  private static KeyValueBytesStoreSupplier supplier(
      String name, Supplier<KeyValueStore<Bytes, byte[]>> leaf) {
    return new KeyValueBytesStoreSupplier() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public KeyValueStore<Bytes, byte[]> get() {
        return leaf.get();
      }

      @Override
      public String metricsScope() {
        return "prim";
      }
    };
  }

  private record Builder<S extends LoggedState>(
      String name, Map<String, String> logConfig, Supplier<S> states)
      implements StoreBuilder<PrimStore<S>> {
    @Override
    public StoreBuilder<PrimStore<S>> withCachingEnabled() {
      throw fixed();
    }

    @Override
    public StoreBuilder<PrimStore<S>> withCachingDisabled() {
      throw fixed();
    }

    @Override
    public StoreBuilder<PrimStore<S>> withLoggingEnabled(Map<String, String> config) {
      throw fixed();
    }

    @Override
    public StoreBuilder<PrimStore<S>> withLoggingDisabled() {
      throw fixed();
    }

    private static UnsupportedOperationException fixed() {
      return new UnsupportedOperationException("The store is always logged and never cached");
    }

    @Override
    public PrimStore<S> build() {
      return new PrimStore<>(name, logConfig, states.get());
    }

    @Override
    public boolean loggingEnabled() {
      return true;
    }
  }

  /**
   * Stores nothing itself: what is put has gone to the changelog, what is restored to the state.
   */
  private static final class LogLeaf extends Leaf {
    private final LoggedState state;

    LogLeaf(String name, LoggedState state) {
      super(name);
      this.state = state;
    }

    @Override
    StateRestoreCallback restorer() {
      return state::restore;
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {}
  }

  /** Rings when the cache above it is flushed. */
  private static final class BellLeaf extends Leaf {
    private final Runnable rings;

    BellLeaf(String name, Runnable rings) {
      super(name);
      this.rings = rings;
    }

    @Override
    StateRestoreCallback restorer() {
      return (key, value) -> {};
    }

    @Override
    public void put(Bytes key, byte @Nullable [] value) {
      rings.run();
    }
  }

  /** A store at the end of a chain of stores that keeps nothing and answers nothing. */
  private abstract static class Leaf implements KeyValueStore<Bytes, byte[]> {
    private final String name;
    private final Position position = Position.emptyPosition();
    private boolean open;

    Leaf(String name) {
      this.name = name;
    }

    abstract StateRestoreCallback restorer();

    @Override
    public String name() {
      return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
      context.register(root, restorer());
      open = true;
    }

    @Override
    public void close() {
      open = false;
    }

    @Override
    public boolean persistent() {
      return false;
    }

    @Override
    public boolean isOpen() {
      return open;
    }

    @Override
    public Position getPosition() {
      return position;
    }

    @Override
    public byte @Nullable [] putIfAbsent(Bytes key, byte[] value) {
      put(key, value);
      return null;
    }

    @Override
    public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
      entries.forEach(entry -> put(entry.key, entry.value));
    }

    @Override
    public byte @Nullable [] delete(Bytes key) {
      return null;
    }

    @Override
    public byte @Nullable [] get(Bytes key) {
      return null;
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> range(Bytes from, Bytes to) {
      return new Nothing();
    }

    @Override
    public KeyValueIterator<Bytes, byte[]> all() {
      return new Nothing();
    }

    @Override
    public long approximateNumEntries() {
      return 0;
    }
  }

  private static final class Nothing implements KeyValueIterator<Bytes, byte[]> {
    @Override
    public void close() {}

    @Override
    public Bytes peekNextKey() {
      throw new NoSuchElementException();
    }

    @Override
    public boolean hasNext() {
      return false;
    }

    @Override
    public KeyValue<Bytes, byte[]> next() {
      throw new NoSuchElementException();
    }
  }
}
