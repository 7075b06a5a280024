package io.leukocyte.indexer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long documents are kept, and who removes them.
 *
 * @param lifecycle who removes them
 * @param retention how long, unless said otherwise
 * @param of how long those of one kind, where that is said
 */
public record Keeping(Lifecycle lifecycle, Duration retention, Map<String, Duration> of) {
  /** Who removes documents that are too old. */
  public enum Lifecycle {
    /** Elasticsearch, by the data streams' own lifecycle. */
    DATA_STREAM,
    /** Elasticsearch, by policies of its index lifecycle management. */
    ILM,
    /** Nobody, or whoever the cluster has for it. */
    OFF
  }

  /**
   * Checks the names.
   *
   * @throws IllegalArgumentException when one of them is no kind of documents
   */
  public Keeping {
    of = Map.copyOf(of);
    List<String> known = Stream.of(DataStream.values()).map(DataStream::text).toList();
    for (String name : of.keySet()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException(
            "indexer.retention-of names '"
                + name
                + "', which is no kind of documents; they are "
                + String.join(", ", known));
      }
    }
  }

  /** All documents so long, but those that are kept shorter by themselves. */
  static Keeping of(Duration retention) {
    return new Keeping(Lifecycle.DATA_STREAM, retention, Map.of());
  }

  /**
   * How long the documents of a stream are kept: as said of them, else as is usual for them, else
   * as all are. What is usual is never longer than for all.
   */
  Duration of(DataStream stream) {
    Duration said = of.get(stream.text());
    if (said != null) {
      return said;
    }
    Optional<Duration> usual = stream.retention();
    return usual.isPresent() && usual.get().compareTo(retention) < 0 ? usual.get() : retention;
  }
}
