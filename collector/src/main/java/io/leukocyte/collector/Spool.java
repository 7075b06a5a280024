package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Batches on disk that are not stored yet: a folder of segments, read in the order in which they
 * were written, and a file {@code delivered} with the place up to which all is stored. A segment is
 * deleted once it is delivered; after a crash at most what was delivered since the last {@link
 * #save} is read once more, which the analyzer drops by epoch and sequence.
 *
 * <p>The bound refuses the newest: what is refused gets no sequence number, so that it is counted
 * event by event, and the begin of an attack, which cut Kafka off perhaps, is kept.
 *
 * <p>What was written outlives the process, kill -9 included. A power failure may lose what was
 * written since the last {@link #force}, which is called each second. A tail that was not written
 * whole is left out; a record that was damaged later is counted by kind and passed over.
 *
 * <p>Thread-safe.
 */
final class Spool implements AutoCloseable {
  /** Bytes at which a segment is full. */
  static final long SEGMENT = 8L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Spool.class);
  private static final String DELIVERED = "delivered";

  private final Path folder;
  private final Limits limits;
  private final Disk disk;
  private final Listener listener;
  private final SecureRandom random = new SecureRandom();
  private final Deque<SpoolSegment> segments = new ArrayDeque<>();
  private @Nullable SpoolSegment active;
  private Spot delivered = Spot.BEGIN;
  private Spot saved = Spot.BEGIN;
  private long lastNumber;
  private volatile long total;
  private volatile boolean unread;
  private boolean unforced;
  private boolean usable;

  /**
   * Bounds.
   *
   * @param bytes of all segments; 0 writes nothing
   * @param keepFree bytes of the disk that are left to others
   */
  record Limits(long bytes, long keepFree) {}

  /** Hears what the spool cannot give back. */
  interface Listener {
    /** Records of a former process are there. */
    void inherited(Map<Kind, Long> counts);

    /**
     * Records were damaged on the disk.
     *
     * @param counts events by kind; empty when it cannot be told
     * @param from unix nanoseconds of the earliest possible event
     * @param to unix nanoseconds of the latest
     */
    void damaged(Map<Kind, Long> counts, long from, long to);
  }

  /** What became of a batch. */
  sealed interface Outcome {
    /**
     * It is in the spool.
     *
     * @param end just after it
     */
    record Kept(Spot end) implements Outcome {}

    /**
     * It is not.
     *
     * @param reason {@code spool-full}, {@code disk-full} or {@code disk-failed}
     * @param problem one line
     * @param todo what to do
     */
    record Refused(String reason, String problem, String todo) implements Outcome {}
  }

  /** A batch that was read. */
  static final class Taken {
    private final byte[] bytes;
    private final SpoolRecord.Header header;
    private final Spot end;

    private Taken(byte[] bytes, SpoolRecord.Header header, Spot end) {
      this.bytes = bytes;
      this.header = header;
      this.end = end;
    }

    /** The batch. */
    byte[] bytes() {
      return bytes;
    }

    /** What is known of it. */
    SpoolRecord.Header header() {
      return header;
    }

    /** The place just after it. */
    Spot end() {
      return end;
    }
  }

  /** A spool that is not opened. */
  Spool(Path folder, Limits limits, Disk disk, Listener listener) {
    this.folder = folder;
    this.limits = limits;
    this.disk = disk;
    this.listener = listener;
  }

  /** Finds what a former process left. When that fails nothing is spooled, and it says so. */
  synchronized void open() {
    try {
      delivered = readDelivered();
      saved = delivered;
      lastNumber = delivered.segment();
      if (Files.isDirectory(folder)) {
        for (Path file : files()) {
          open(file);
        }
      }
      usable = true;
    } catch (IOException | UncheckedIOException e) {
      LOG.error("What waits in {} cannot be read: {}; check the disk and restart", folder, e);
    }
    count();
    Map<Kind, Long> counts = new EnumMap<>(Kind.class);
    segments.forEach(s -> s.unread().forEach((kind, n) -> counts.merge(kind, n, Long::sum)));
    listener.inherited(counts);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> SpoolSegment.numberOf(f) >= 0)
          .sorted(Comparator.comparingLong(SpoolSegment::numberOf))
          .toList();
    }
  }

  private void open(Path file) throws IOException {
    long number = SpoolSegment.numberOf(file);
    lastNumber = Math.max(lastNumber, number);
    if (number < delivered.segment()) {
      Files.deleteIfExists(file);
      return;
    }
    switch (SpoolSegment.open(file, disk)) {
      case SpoolSegment.Opened.Usable r -> add(r.segment());
      case SpoolSegment.Opened.Newer n -> setAside(file, "a newer collector wrote it");
      case SpoolSegment.Opened.Unreadable u when Files.size(file) <= SpoolSegment.HEADER ->
          Files.deleteIfExists(file); // its process ended before it held anything
      case SpoolSegment.Opened.Unreadable u -> setAside(file, "its header is damaged");
    }
  }

  private void add(SpoolSegment segment) throws IOException {
    if (segment.number() == delivered.segment()) {
      segment.skipTo(delivered.offset());
    }
    segments.add(segment);
    for (int i = 0; i < segment.damages(); i++) {
      listener.damaged(Map.of(), segment.from(), segment.to());
    }
  }

  private void setAside(Path file, String why) throws IOException {
    long modified = Files.getLastModifiedTime(file).toMillis() * 1_000_000;
    Path aside = file.resolveSibling(file.getFileName() + ".unreadable");
    Files.move(file, aside);
    LOG.error("A segment of the spool cannot be read, {}; it is kept as {}", why, aside);
    listener.damaged(Map.of(), modified, modified);
  }

  private Spot readDelivered() {
    String[] words = new DataFolder(folder).read(DELIVERED).orElse("0 0").strip().split(" ", -1);
    try {
      return new Spot(Long.parseLong(words[0]), Long.parseLong(words[1]));
    } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
      LOG.warn("{} cannot be read; what is spooled is sent again", folder.resolve(DELIVERED));
      return Spot.BEGIN;
    }
  }

  /**
   * Appends a batch.
   *
   * @param onItsWay whether it is being sent already, so that it is not to be taken; only while
   *     nothing is {@link #hasUnread}
   */
  synchronized Outcome append(Batch batch, boolean onItsWay) {
    int bytes = batch.bytes().length + SpoolRecord.MAX_HEADER;
    if (limits.bytes() == 0) {
      return new Outcome.Refused(
          "backlog", "the spool is switched off", "set collector.spool-bytes above 0");
    }
    if (!usable) {
      return new Outcome.Refused(
          "disk-failed", folder + " could not be read", "check the disk and restart");
    }
    if (total + bytes > limits.bytes()) {
      return new Outcome.Refused(
          "spool-full",
          "the spool has reached " + (limits.bytes() >> 20) + " MiB",
          "bring Kafka back, or raise collector.spool-bytes");
    }
    try {
      Files.createDirectories(folder);
      if (disk.free(folder) - bytes < limits.keepFree()) {
        return full("less than " + (limits.keepFree() >> 20) + " MiB are free at " + folder);
      }
      SpoolSegment segment = active();
      segment.append(batch, onItsWay);
      unforced = true;
      count();
      return new Outcome.Kept(new Spot(segment.number(), segment.end()));
    } catch (IOException e) {
      active = null; // the next try begins a segment of its own
      return Disk.isFull(e)
          ? full(folder + " is full")
          : new Outcome.Refused(
              "disk-failed", "cannot write to " + folder + ": " + e, "check the disk");
    }
  }

  private static Outcome.Refused full(String problem) {
    return new Outcome.Refused(
        "disk-full",
        problem,
        "make room on the disk, name another data folder with --data, or lower"
            + " collector.spool-keep-free");
  }

  private SpoolSegment active() throws IOException {
    SpoolSegment current = active;
    if (current == null || current.end() >= Math.min(SEGMENT, limits.bytes() / 4)) {
      if (current != null) {
        current.force();
      }
      current = SpoolSegment.create(folder, lastNumber + 1, random.nextLong(), disk);
      lastNumber++;
      segments.add(current);
      active = current;
    }
    return current;
  }

  /** The next batch that was not taken yet; null when there is none. */
  synchronized @Nullable Taken take() {
    Taken taken = null;
    for (SpoolSegment segment : segments) {
      taken = taken != null || segment.isRead() ? taken : takeFrom(segment);
      if (segment.isRead()) {
        reportLeft(segment);
      }
    }
    count();
    return taken;
  }

  private @Nullable Taken takeFrom(SpoolSegment segment) {
    try {
      for (SpoolSegment.Taken t = segment.take(); t != null; t = segment.take()) {
        byte[] batch = t.batch();
        if (batch != null) {
          return new Taken(batch, t.header(), segment.spot());
        }
        Map<Kind, Long> counts = new EnumMap<>(Kind.class);
        t.header().counts().forEach((kind, n) -> counts.put(kind, (long) n));
        listener.damaged(counts, t.header().from(), t.header().to());
      }
    } catch (IOException e) {
      LOG.error("{} cannot be read further: {}", segment.file(), e.toString());
      segment.giveUp();
    }
    return null;
  }

  /** What was written and could not be read, at the segment's end. */
  private void reportLeft(SpoolSegment segment) {
    Map<Kind, Long> left = segment.takeUnread();
    if (!left.isEmpty()) {
      listener.damaged(left, segment.from(), segment.to());
    }
  }

  /**
   * Shows the batches that are there after a number, read or not. What is damaged is passed over.
   */
  synchronized void forEachAfter(BatchNumber number, Consumer<byte[]> each) {
    for (SpoolSegment segment : segments) {
      try {
        segment.forEach(
            header -> new BatchNumber(header.epoch(), header.sequence()).compareTo(number) > 0,
            each);
      } catch (IOException e) {
        LOG.error("{} cannot be read for its places: {}", segment.file(), e.toString());
      }
    }
  }

  /** Whether there is a batch to take; never waits for the disk. */
  boolean hasUnread() {
    return unread;
  }

  private void count() {
    total = segments.stream().mapToLong(SpoolSegment::end).sum();
    unread = segments.stream().anyMatch(s -> !s.isRead());
  }

  /** All up to here is stored. */
  synchronized void delivered(Spot end) {
    if (end.compareTo(delivered) > 0) {
      delivered = end;
      trim();
    }
  }

  /** Up to where all was taken, or was on its way when it was written. */
  synchronized Spot readTo() {
    Spot to = Spot.BEGIN;
    for (SpoolSegment segment : segments) {
      if (!segment.isRead()) {
        return to.equals(Spot.BEGIN) ? segment.spot() : to;
      }
      to = new Spot(segment.number(), segment.end());
    }
    return to;
  }

  /** Deletes the segments that nobody needs any more. */
  private void trim() {
    while (!segments.isEmpty() && isDone(segments.getFirst())) {
      SpoolSegment done = segments.removeFirst();
      if (done == active) {
        active = null;
      }
      try {
        done.delete();
      } catch (IOException e) {
        LOG.warn("{} is delivered and cannot be deleted: {}", done.file(), e.toString());
      }
    }
    count();
  }

  /** Nothing is unread, and all of it is delivered. */
  private boolean isDone(SpoolSegment segment) {
    return segment.number() < delivered.segment()
        || (segment.number() == delivered.segment()
            && segment.isRead()
            && delivered.offset() >= segment.end());
  }

  /** Writes down how far all is stored. */
  synchronized void save() {
    if (delivered.equals(saved)) {
      return;
    }
    try {
      new DataFolder(folder)
          .write(DELIVERED, "%d %d\n".formatted(delivered.segment(), delivered.offset()));
      saved = delivered;
    } catch (UncheckedIOException e) {
      LOG.debug("A restart would repeat what was sent since {}: {}", saved, e.toString());
    }
  }

  /** Brings what was written to the disk itself, so that it outlives a power failure. */
  void force() {
    SpoolSegment segment;
    synchronized (this) {
      segment = unforced ? active : null;
      unforced = false;
    }
    if (segment != null) {
      try {
        segment.force();
      } catch (IOException e) {
        LOG.debug("{} is closed meanwhile, or its disk fails: {}", segment.file(), e.toString());
      }
    }
  }

  /** Bytes of all segments; never waits for the disk. */
  long bytes() {
    return total;
  }

  /** Most bytes of all segments. */
  long limit() {
    return limits.bytes();
  }

  synchronized int segments() {
    return segments.size();
  }

  /** Unix nanoseconds of the oldest event in it; 0 when it is empty. */
  synchronized long oldest() {
    return segments.stream().mapToLong(SpoolSegment::from).filter(t -> t > 0).min().orElse(0);
  }

  /** What is there stays for the next process. */
  @Override
  public synchronized void close() {
    save();
    force();
    for (SpoolSegment segment : segments) {
      try {
        segment.close();
      } catch (IOException e) {
        LOG.debug("{} cannot be closed: {}", segment.file(), e.toString());
      }
    }
    segments.clear();
    count();
    active = null;
    usable = false;
  }
}
