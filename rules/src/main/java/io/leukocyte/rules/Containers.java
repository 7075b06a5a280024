package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.BatchCursor.ContainerField;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The containers that a matcher has met, each with a version that changes when its row in the
 * container table or its facts do: what rules ask of a container is answered once a version.
 */
final class Containers {
  /** The host itself. */
  private static final Entry HOST = new Entry(null, null, 0);

  private static final ContainerField[] FIELDS = ContainerField.values();

  private final FactsLookup lookup;
  private final SymbolTable ids;
  private Known[] known = new Known[64];
  private @Nullable Entry[] ofBatch = new Entry[16];
  private int versions;

  /**
   * A container as it is now.
   *
   * @param ref null for the host itself
   * @param facts null when they are not known
   * @param version a number that no other container or version has
   */
  record Entry(@Nullable ContainerRef ref, @Nullable ContainerFacts facts, int version) {}

  /** A container's newest entry and the row it was made from: the bytes of its strings. */
  private static final class Known {
    private final ContainerId id;
    private final byte[] @Nullable [] row = new byte[FIELDS.length][];
    private boolean privileged;
    private Entry entry;

    Known(ContainerId id, Entry entry) {
      this.id = id;
      this.entry = entry;
    }
  }

  Containers(FactsLookup lookup, long seed) {
    this.lookup = lookup;
    this.ids = new SymbolTable(seed);
  }

  /** Versions given so far. */
  int versions() {
    return versions;
  }

  void clear() {
    ids.clear();
    versions = 0;
    Arrays.fill(known, null);
  }

  /** Takes up a batch: facts are asked for again. */
  void open(BatchCursor batch) {
    if (ofBatch.length <= batch.containers()) {
      ofBatch = new Entry[batch.containers() * 2];
    }
    Arrays.fill(ofBatch, 0, batch.containers() + 1, null);
  }

  /** The facts of a container of the batch may be other ones now. */
  void changed(int number) {
    ofBatch[number] = null;
  }

  /** A container of the batch by its number, 0 for the host itself. */
  Entry find(BatchCursor batch, int number) {
    if (number == 0) {
      return HOST;
    }
    Entry entry = ofBatch[number];
    if (entry == null) {
      entry = refresh(batch, number);
      ofBatch[number] = entry;
    }
    return entry;
  }

  private Entry refresh(BatchCursor batch, int number) {
    int id = ids.intern(batch.bytes(), batch.containerIdAt(number), 32);
    if (id >= known.length) {
      known = Arrays.copyOf(known, Math.max(known.length * 2, id + 1));
    }
    Known container = known[id];
    if (container == null) {
      ContainerRef ref = batch.containerRef(number);
      container = new Known(ref.id(), entry(ref, lookup.find(batch, number, ref.id())));
      known[id] = container;
      sameRow(container, batch, number);
      return container.entry;
    }
    ContainerFacts facts = lookup.find(batch, number, container.id);
    boolean same = sameRow(container, batch, number);
    if (!same || !isSame(facts, container.entry.facts())) {
      container.entry = entry(batch.containerRef(number), facts);
    }
    return container.entry;
  }

  @SuppressWarnings(
      "ReferenceEquality") // new facts are a new object; comparing all would cost more
  private static boolean isSame(@Nullable ContainerFacts a, @Nullable ContainerFacts b) {
    return a == b;
  }

  private Entry entry(ContainerRef ref, @Nullable ContainerFacts facts) {
    return new Entry(ref, facts, ++versions);
  }

  /** Whether the row in the container table is what it was; remembers it. */
  private static boolean sameRow(Known container, BatchCursor batch, int number) {
    boolean same = container.privileged == batch.containerPrivileged(number);
    container.privileged = batch.containerPrivileged(number);
    for (int i = 0; i < FIELDS.length; i++) {
      int symbol = batch.containerSymbol(number, FIELDS[i]);
      if (!isSame(container.row[i], batch, symbol)) {
        container.row[i] = copy(batch, symbol);
        same = false;
      }
    }
    return same;
  }

  private static boolean isSame(byte @Nullable [] known, BatchCursor batch, int symbol) {
    if (known == null || symbol == 0) {
      return known == null && symbol == 0;
    }
    int at = batch.stringAt(symbol);
    int end = at + batch.stringLength(symbol);
    return Arrays.equals(batch.bytes(), at, end, known, 0, known.length);
  }

  private static byte @Nullable [] copy(BatchCursor batch, int symbol) {
    if (symbol == 0) {
      return null;
    }
    int at = batch.stringAt(symbol);
    return Arrays.copyOfRange(batch.bytes(), at, at + batch.stringLength(symbol));
  }
}
