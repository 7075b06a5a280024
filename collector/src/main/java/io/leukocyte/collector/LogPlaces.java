package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.events.ContainerId;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * How far each log has been read with each of the lines that are on their way from a reader to a
 * batch. It holds because the lines of a container reach the batcher all and in order. Thread-safe.
 */
final class LogPlaces {
  private final AtomicLong lines = new AtomicLong();
  private final Map<ContainerId, Queue<Numbered>> onTheWay = new ConcurrentHashMap<>();

  /** Containers that are gone while lines of theirs are on the way. */
  private final Set<ContainerId> gone = ConcurrentHashMap.newKeySet();

  /** A mark; of two, the one with the greater number is the later. */
  record Numbered(long number, LogMark mark) {}

  /** A line is sent on its way; called in the order of a container's lines. */
  void put(ContainerId container, LogMark mark) {
    onTheWay
        .computeIfAbsent(container, c -> new ConcurrentLinkedQueue<>())
        .add(new Numbered(lines.incrementAndGet(), mark));
  }

  /** The container's next line has arrived. Its mark; null when it has none. */
  @Nullable Numbered take(ContainerId container) {
    Queue<Numbered> marks = onTheWay.get(container);
    if (marks == null) {
      return null;
    }
    Numbered next = marks.poll();
    if (!gone.isEmpty() && gone.contains(container)) {
      forget(container);
    }
    return next;
  }

  /** The container is gone: its last line was sent on its way. */
  void forget(ContainerId container) {
    gone.add(container);
    onTheWay.computeIfPresent(container, (c, marks) -> marks.isEmpty() ? null : marks);
    if (!onTheWay.containsKey(container)) {
      gone.remove(container);
    }
  }

  /** Containers with lines on the way, and those that had some. */
  int size() {
    return onTheWay.size();
  }
}
