package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which containers there are and which of them run, by the engine's events; kept in the data
 * folder, so that after a gap in the events, also one between two collectors, the difference to
 * what the engine has tells what happened. Thread-safe.
 *
 * <p>The file {@code containers}: lines {@code ID STARTED}, unix nanoseconds; 0 when it does not
 * run.
 */
final class KnownContainers {
  private static final Logger LOG = LoggerFactory.getLogger(KnownContainers.class);
  private static final String FILE = "containers";

  /** An engine says a moment later that a container has started than when it has. */
  private static final long LATE = 1_000_000_000L;

  private final DataFolder folder;
  private final Map<ContainerId, Long> started = new HashMap<>();
  private final Map<ContainerId, Long> changes = new HashMap<>();
  private boolean filled;
  private boolean changed;
  private long events;

  KnownContainers(DataFolder folder) {
    this.folder = folder;
  }

  /**
   * A container as the engine has it.
   *
   * @param created unix nanoseconds
   * @param started unix nanoseconds; 0 when it does not run
   */
  record Seen(ContainerId id, long created, long started) {}

  /** Something that happened to a container in a gap, found by difference. */
  record Found(ContainerId id, String action, long time) {}

  /** Reads what a former collector left. */
  synchronized void load() {
    folder
        .read(FILE)
        .ifPresent(text -> {
          filled = true;
          text.lines().forEach(this::parse);
        });
  }

  private void parse(String line) {
    try {
      int blank = line.indexOf(' ');
      started.put(
          new ContainerId(line.substring(0, Math.max(0, blank))),
          Long.parseLong(line.substring(blank + 1)));
    } catch (IllegalArgumentException e) {
      LOG.warn("A line of the file of containers cannot be read and is left out: {}", line);
    }
  }

  /** Writes the file when something has changed. */
  void save() {
    String text = text();
    if (text != null) {
      folder.write(FILE, text);
    }
  }

  private synchronized @Nullable String text() {
    if (!changed || !filled) {
      return null;
    }
    changed = false;
    StringBuilder text = new StringBuilder();
    new TreeMap<>(started)
        .forEach((id, start) -> text.append(id.value()).append(' ').append(start).append('\n'));
    return text.toString();
  }

  /**
   * Takes an event of the engine.
   *
   * @return whether the end of an earlier run was never told
   */
  synchronized boolean apply(ContainerLifecycle event) {
    ContainerId id = event.container().id();
    changes.put(id, ++events);
    long before = started.getOrDefault(id, 0L);
    switch (event.action()) {
      case "create" -> put(id, before);
      case "start" -> {
        put(id, event.time());
        return before > 0 && event.time() - before > LATE;
      }
      case "die" -> put(id, 0);
      case "destroy" -> {
        changed |= started.remove(id) != null;
        changes.remove(id);
      }
      default -> {
        if (!started.containsKey(id)) {
          changes.remove(id); // the end of an exec may come after that of its container
        }
      }
    }
    return false;
  }

  /** Containers that are remembered in any way. */
  synchronized int size() {
    Set<ContainerId> all = new HashSet<>(started.keySet());
    all.addAll(changes.keySet());
    return all.size();
  }

  private void put(ContainerId id, long start) {
    Long before = started.put(id, start);
    changed |= before == null || before != start;
  }

  /** Whether it was ever told what there is. */
  synchronized boolean isFilled() {
    return filled;
  }

  /** How many events there were; what is listed later than that is not older than them. */
  synchronized long moment() {
    return events;
  }

  /**
   * Takes what the engine has, and tells what must have happened to come there. Containers to which
   * something happened since the moment are left alone: their events have come. The very first time
   * only that is told which by its own time happened between from and to.
   *
   * @param moment {@link #moment} before the engine was asked
   * @param from unix nanoseconds: nothing was missed before
   * @param to unix nanoseconds: nothing was missed after; the time of what has no time of its own
   */
  synchronized List<Found> compare(List<Seen> there, long moment, long from, long to) {
    List<Found> found = new ArrayList<>();
    Map<ContainerId, Seen> byId = new HashMap<>();
    for (Seen seen : there) {
      byId.put(seen.id(), seen);
      if (changes.getOrDefault(seen.id(), 0L) <= moment) {
        appeared(found, seen, from, to);
      }
    }
    for (Map.Entry<ContainerId, Long> known : List.copyOf(started.entrySet())) {
      ContainerId id = known.getKey();
      if (!byId.containsKey(id) && changes.getOrDefault(id, 0L) <= moment) {
        gone(found, id, known.getValue(), to);
      }
    }
    boolean first = !filled;
    changed |= first;
    filled = true;
    return first
        ? found.stream().filter(f -> isBetween(byId.get(f.id()), f, from, to)).toList()
        : found;
  }

  /** Whether the engine says itself that this happened after one time and not after another. */
  private static boolean isBetween(@Nullable Seen seen, Found found, long from, long to) {
    if (seen == null) {
      return false;
    }
    return switch (found.action()) {
      case "create" -> seen.created() > from && seen.created() <= to;
      case "start" -> seen.started() > from && seen.started() <= to;
      default -> false;
    };
  }

  private void appeared(List<Found> found, Seen seen, long from, long to) {
    Long known = started.get(seen.id());
    long before = known == null ? 0 : known;
    if (known == null) {
      found.add(new Found(seen.id(), "create", within(seen.created(), from, to)));
    }
    boolean again = seen.started() > 0 && seen.started() > before;
    if (before > 0 && (seen.started() == 0 || again)) {
      found.add(new Found(seen.id(), "die", again ? within(seen.started(), from, to) : to));
    }
    if (again) {
      found.add(new Found(seen.id(), "start", within(seen.started(), from, to)));
    }
    put(seen.id(), again ? seen.started() : seen.started() == 0 ? 0 : before);
  }

  private void gone(List<Found> found, ContainerId id, long start, long to) {
    if (start > 0) {
      found.add(new Found(id, "die", to));
    }
    found.add(new Found(id, "destroy", to));
    changed |= started.remove(id) != null;
    changes.remove(id);
  }

  private static long within(long time, long from, long to) {
    return Math.min(Math.max(time, from), to);
  }
}
