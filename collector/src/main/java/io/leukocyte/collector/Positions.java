package io.leukocyte.collector;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.EventPosition;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.ContainerId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each source has been read by events that are stored, kept in the data folder, so that a
 * restarted collector goes on from there. What was stored between the last {@link #save} and a
 * crash is found by {@link Recovery}. Thread-safe.
 *
 * <p>The file {@code positions}: lines {@code engine NANOS}, {@code alive NANOS}, {@code stored
 * EPOCH SEQUENCE PLACE} (the last batch that these positions know of, and a place in the log before
 * those after it; {@code -} when there is none), {@code ended} (all that was stored is known) and
 * {@code log ID OUT ERR}, the last two being times, with {@code @DEVICE:INODE:OFFSET:CHECK} after
 * those in a file.
 */
final class Positions {
  private static final Logger LOG = LoggerFactory.getLogger(Positions.class);
  private static final String FILE = "positions";

  private final DataFolder folder;
  private final LogPlaces places = new LogPlaces();
  private final Map<ContainerId, Long> numbers = new HashMap<>();
  private final Map<ContainerId, LogMark> logs = new HashMap<>();
  private long engine;
  private long alive;
  private BatchNumber last = BatchNumber.NONE;
  private String place = "";
  private boolean ended;
  private boolean begun;
  private boolean changed;

  Positions(DataFolder folder) {
    this.folder = folder;
  }

  /** Reads what a former collector left. */
  synchronized void load() {
    folder.read(FILE).ifPresent(text -> text.lines().forEach(this::parse));
  }

  private void parse(String line) {
    String[] words = line.split(" ", -1);
    try {
      switch (words[0]) {
        case "engine" -> engine = Long.parseLong(words[1]);
        case "alive" -> alive = Long.parseLong(words[1]);
        case "stored" -> {
          last = new BatchNumber(Long.parseLong(words[1]), Long.parseLong(words[2]));
          place = words[3].equals("-") ? "" : words[3];
        }
        case "ended" -> ended = true;
        case "log" ->
            logs.put(new ContainerId(words[1]), new LogMark(place(words[2]), place(words[3])));
        default -> LOG.warn("A line of the file of positions is unknown and left out: {}", line);
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("A line of the file of positions cannot be read and is left out: {}", line);
    }
  }

  private static LogPlace place(String text) {
    String[] parts = text.split("[@:]", -1);
    long time = Long.parseLong(parts[0]);
    return parts.length == 1
        ? LogPlace.at(time)
        : new LogPlace(
            time,
            Long.parseLong(parts[1]),
            Long.parseLong(parts[2]),
            Long.parseLong(parts[3]),
            Long.parseLong(parts[4]));
  }

  private static String text(LogPlace place) {
    return place.isInFile()
        ? "%d@%d:%d:%d:%d"
            .formatted(place.time(), place.device(), place.inode(), place.offset(), place.check())
        : Long.toString(place.time());
  }

  private void apply(ContainerId container, LogPlaces.Numbered mark) {
    if (mark.number() > numbers.getOrDefault(container, 0L)) {
      numbers.put(container, mark.number());
      logs.put(container, mark.mark());
    }
  }

  /** The places of lines that are on their way to a batch. */
  LogPlaces places() {
    return places;
  }

  /** A batch is stored. */
  synchronized void apply(Batch batch) {
    apply(batch.marks());
    last = last.max(new BatchNumber(batch.epoch(), batch.sequence()));
    changed = true;
  }

  /** A batch of a former collector is stored; called in the order of their numbers. */
  synchronized void apply(BatchNumber number, Recovery.Former former) {
    engine = Math.max(engine, former.engine());
    alive = Math.max(alive, former.alive());
    former
        .logs()
        .forEach((container, mark) -> {
          if (!numbers.containsKey(container)) {
            logs.put(container, mark);
          }
        });
    last = last.max(number);
  }

  /** The events of a batch are stored. */
  synchronized void apply(Marks marks) {
    engine = Math.max(engine, marks.engine());
    alive = Math.max(alive, marks.alive());
    marks.logs().forEach(this::apply);
    changed |= marks.engine() > 0 || marks.alive() > 0 || !marks.logs().isEmpty();
  }

  /**
   * The place in the engine's events: after the last one that is stored; when there never was one,
   * where a collector last ran; null when none ever did.
   */
  synchronized @Nullable EventPosition engine() {
    long last = engine == 0 ? alive : engine;
    return last == 0 ? null : new EventPosition(last);
  }

  /** When a collector was last known to run, unix nanoseconds; 0 is never. */
  synchronized long alive() {
    return alive;
  }

  /** Whether a former collector ended without saying what it had stored. */
  synchronized boolean isBroken() {
    return !ended && (!last.equals(BatchNumber.NONE) || engine > 0 || alive > 0);
  }

  /** The last batch that these positions know of. */
  synchronized BatchNumber last() {
    return last;
  }

  /** A place in the log before all batches after {@link #last}; empty when none is known. */
  synchronized String place() {
    return place;
  }

  /** How far a container's log was read. */
  synchronized Optional<LogMark> log(ContainerId container) {
    return Optional.ofNullable(logs.get(container));
  }

  /** The container is gone for good. */
  synchronized void forget(ContainerId container) {
    numbers.remove(container);
    changed |= logs.remove(container) != null;
  }

  /** Containers whose log was read. */
  synchronized Set<ContainerId> containers() {
    return Set.copyOf(logs.keySet());
  }

  /**
   * What a former collector left is known: from now on {@link #save} replaces it. Before, a second
   * crash would lose it.
   */
  synchronized void begin() {
    begun = true;
    changed |= ended;
    ended = false;
  }

  /**
   * Writes the file when something has changed.
   *
   * @param reached a place in the log before all batches that were not applied yet; empty when it
   *     is not known
   */
  void save(String reached) {
    String text = text(reached);
    if (!text.isEmpty()) {
      folder.write(FILE, text);
    }
  }

  /** Writes the file for the last time: nothing is stored after it. */
  void end(String reached) {
    synchronized (this) {
      ended = begun;
      changed = true;
    }
    save(reached);
  }

  private synchronized String text(String reached) {
    if (!begun) {
      return "";
    }
    if (!reached.isEmpty() && !reached.equals(place)) {
      place = reached;
      changed = true;
    }
    if (!changed) {
      return "";
    }
    changed = false;
    StringBuilder text = new StringBuilder();
    text.append("engine ").append(engine).append('\n');
    text.append("alive ").append(alive).append('\n');
    text.append("stored ")
        .append(last.epoch())
        .append(' ')
        .append(last.sequence())
        .append(' ')
        .append(place.isEmpty() ? "-" : place)
        .append('\n');
    text.append(ended ? "ended\n" : "");
    new TreeMap<>(logs)
        .forEach((id, mark) ->
            text.append("log ")
                .append(id.value())
                .append(' ')
                .append(text(mark.out()))
                .append(' ')
                .append(text(mark.err()))
                .append('\n'));
    return text.toString();
  }
}
