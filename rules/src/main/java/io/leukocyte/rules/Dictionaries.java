package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Columns;
import io.leukocyte.events.ParsedLine;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The strings and containers that a matcher has met, numbered the same from batch to batch. Full,
 * all is forgotten before the next batch.
 */
final class Dictionaries {
  /** Keys of a table of numbers or pairs. */
  static final int MAX_KEYS = 1 << 16;

  /** Strings kept; a batch may add 65,535 more. */
  private static final int MAX_SYMBOLS = 1 << 17;

  /** Bytes of strings kept; a batch may add a mebibyte more. */
  private static final int MAX_SYMBOL_BYTES = 16 << 20;

  private static final int MAX_CONTAINER_VERSIONS = 1 << 16;

  private final SplittableRandom seeds;
  private final SymbolTable symbols;
  private final Containers containers;
  private final ParsedLine line = new ParsedLine();
  private int lineIndex = -1;
  private int[] ofBatch = new int[256];

  Dictionaries(FactsLookup facts, long seed) {
    this.seeds = new SplittableRandom(seed);
    this.symbols = new SymbolTable(seeds.nextLong());
    this.containers = new Containers(facts, seeds.nextLong());
  }

  LongTable newTable() {
    return new LongTable(seeds.nextLong());
  }

  /** Takes up a batch. Returns whether all numbers given before are void. */
  boolean open(BatchCursor batch) {
    boolean full =
        symbols.count() > MAX_SYMBOLS
            || symbols.byteCount() > MAX_SYMBOL_BYTES
            || containers.versions() > MAX_CONTAINER_VERSIONS;
    if (full) {
      symbols.clear();
      containers.clear();
    }
    if (ofBatch.length <= batch.symbols()) {
      ofBatch = new int[batch.symbols() * 2];
    }
    Arrays.fill(ofBatch, 0, batch.symbols() + 1, 0);
    lineIndex = -1;
    containers.open(batch);
    return full;
  }

  /** The number of a symbol of the batch; 0 for 0. */
  int symbol(BatchCursor batch, int symbol) {
    int number = ofBatch[symbol];
    if (number == 0 && symbol != 0) {
      number = symbols.intern(batch.bytes(), batch.stringAt(symbol), batch.stringLength(symbol));
      ofBatch[symbol] = number;
    }
    return number;
  }

  /** The log line of a row, read once for all that ask for parts of it; null when it has none. */
  @Nullable ParsedLine line(BatchCursor row) {
    int at = row.textAt(Columns.Log.LINE);
    if (at < 0) {
      return null;
    }
    if (lineIndex != row.index()) {
      lineIndex = row.index();
      line.line(row.bytes(), at, at + row.textLength(Columns.Log.LINE));
    }
    return line;
  }

  Containers.Entry container(BatchCursor batch, int number) {
    return containers.find(batch, number);
  }

  void containerChanged(int number) {
    containers.changed(number);
  }
}
