package io.leukocyte.collector;

import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import io.leukocyte.events.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A file of the spool: a header (magic u32, version u32, salt i64, CRC32C u32), then records. It
 * knows what was written and not read yet, so that what damage has swallowed is counted by kind.
 * Not thread-safe.
 */
final class SpoolSegment implements AutoCloseable {
  /** The form of segments that this collector writes. */
  static final int VERSION = 1;

  /** Bytes before the first record. */
  static final int HEADER = 20;

  private static final int MAGIC = 0x50534b4c; // "LKSP"
  private static final String SUFFIX = ".spool";
  private static final int CHUNK = 64 << 10;

  private final Path file;
  private final long number;
  private final long salt;
  private final FileChannel channel;
  private final Disk disk;
  private final Map<Kind, Long> unread = new EnumMap<>(Kind.class);
  private final ByteBuffer head =
      ByteBuffer.allocate(SpoolRecord.MAX_HEADER).order(ByteOrder.LITTLE_ENDIAN);
  private long at = HEADER;
  private long end = HEADER;
  private long from = Long.MAX_VALUE;
  private long to;
  private int damages;

  private SpoolSegment(Path file, long number, long salt, FileChannel channel, Disk disk) {
    this.file = file;
    this.number = number;
    this.salt = salt;
    this.channel = channel;
    this.disk = disk;
  }

  /** The number in the name of a file; below 0 when it is no segment. */
  static long numberOf(Path file) {
    String name = file.getFileName().toString();
    return name.matches("[0-9]{12}\\.spool") ? Long.parseLong(name.substring(0, 12)) : -1;
  }

  /** A new one. */
  static SpoolSegment create(Path folder, long number, long salt, Disk disk) throws IOException {
    Path file = folder.resolve("%012d%s".formatted(number, SUFFIX));
    FileChannel channel = FileChannel.open(file, CREATE_NEW, READ, WRITE);
    SpoolSegment made = new SpoolSegment(file, number, salt, channel, disk);
    try {
      ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
      header.putInt(MAGIC).putInt(VERSION).putLong(salt).putInt(crcOf(header)).flip();
      made.write(header, 0);
      return made;
    } catch (IOException e) {
      made.close();
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** What became of opening a segment that another process left. */
  sealed interface Opened {
    /** It can be read. */
    record Usable(SpoolSegment segment) implements Opened {}

    /** A newer collector wrote it. */
    record Newer(int version) implements Opened {}

    /** Its header is damaged, or never came to the disk. */
    record Unreadable() implements Opened {}
  }

  /** Opens one that another process left, and finds its end; a torn tail is left out. */
  static Opened open(Path file, Disk disk) throws IOException {
    FileChannel channel = FileChannel.open(file, READ);
    ByteBuffer header = ByteBuffer.allocate(HEADER).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, header, 0);
    boolean whole = header.position() == HEADER && header.getInt(0) == MAGIC;
    if (!whole || header.getInt(16) != crcOf(header)) {
      channel.close();
      return new Opened.Unreadable();
    }
    if (header.getInt(4) != VERSION) {
      channel.close();
      return new Opened.Newer(header.getInt(4));
    }
    SpoolSegment segment = new SpoolSegment(file, numberOf(file), header.getLong(8), channel, disk);
    segment.scan();
    return new Opened.Usable(segment);
  }

  private static int crcOf(ByteBuffer header) {
    CRC32C crc = new CRC32C();
    crc.update(header.slice(0, HEADER - 4));
    return (int) crc.getValue();
  }

  private static void readFully(FileChannel channel, ByteBuffer into, long at) throws IOException {
    long position = at;
    int read = channel.read(into, position);
    while (read > 0) {
      position += read;
      read = into.hasRemaining() ? channel.read(into, position) : 0;
    }
  }

  /** Finds the end of the last whole record, and what the records hold. */
  private void scan() throws IOException {
    long size = channel.size();
    long here = HEADER;
    boolean more = true;
    while (more && here < size) {
      switch (look(here, size)) {
        case SpoolRecord.Found.Whole w -> {
          wrote(w.header());
          here += w.header().total();
          end = here;
        }
        case SpoolRecord.Found.Torn t -> more = false;
        case SpoolRecord.Found.Damaged d -> {
          damages++;
          here = nextRecord(here + 1, size);
        }
      }
    }
  }

  private SpoolRecord.Found look(long here, long size) throws IOException {
    head.clear();
    readFully(channel, head, here);
    while (head.hasRemaining()) {
      head.put((byte) 0);
    }
    head.flip();
    return SpoolRecord.decode(head, size - here, salt);
  }

  /** The next place at which a whole record stands; the end when there is none. */
  private long nextRecord(long start, long size) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
    for (long base = start; base < size; base += CHUNK - 3) {
      chunk.clear();
      readFully(channel, chunk, base);
      for (int i = 0; i + 4 <= chunk.position(); i++) {
        if (chunk.getInt(i) == SpoolRecord.MARKER
            && look(base + i, size) instanceof SpoolRecord.Found.Whole) {
          return base + i;
        }
      }
    }
    return size;
  }

  private void wrote(SpoolRecord.Header header) {
    header.counts().forEach((kind, count) -> unread.merge(kind, (long) count, Long::sum));
    from = Math.min(from, header.from());
    to = Math.max(to, header.to());
  }

  /**
   * Appends a batch.
   *
   * @param read whether it needs no reading: everything before has been read, and this one is on
   *     its way already
   * @throws IOException when it could not be written whole; the segment is as before
   */
  void append(Batch batch, boolean read) throws IOException {
    ByteBuffer record = SpoolRecord.encode(batch, salt);
    int length = record.remaining();
    try {
      write(record, end);
    } catch (IOException e) {
      channel.truncate(end);
      throw e;
    }
    end += length;
    from = Math.min(from, batch.from());
    to = Math.max(to, batch.to());
    if (read) {
      at = end;
    } else {
      batch.counts().forEach((kind, count) -> unread.merge(kind, (long) count, Long::sum));
    }
  }

  private void write(ByteBuffer bytes, long start) throws IOException {
    long place = start;
    while (bytes.hasRemaining()) {
      place += disk.write(channel, bytes, place);
    }
  }

  /** A batch that was read. */
  static final class Taken {
    private final SpoolRecord.Header header;
    private final byte @Nullable [] batch;

    private Taken(SpoolRecord.Header header, byte @Nullable [] batch) {
      this.header = header;
      this.batch = batch;
    }

    /** What is known of it. */
    SpoolRecord.Header header() {
      return header;
    }

    /** Its bytes; null when they are damaged. */
    byte @Nullable [] batch() {
      return batch;
    }
  }

  /** The next record; null when there is none. What cannot be told apart is passed over. */
  @Nullable Taken take() throws IOException {
    while (at < end) {
      if (look(at, end) instanceof SpoolRecord.Found.Whole w) {
        return take(w.header());
      }
      at = nextRecord(at + 1, end);
    }
    return null;
  }

  private Taken take(SpoolRecord.Header header) throws IOException {
    byte @Nullable [] batch = batch(header, at);
    at += header.total();
    header.counts().forEach((kind, count) -> unread.merge(kind, (long) -count, Long::sum));
    return new Taken(header, batch);
  }

  /** The batch of the record that stands at a place; null when it is damaged. */
  private byte @Nullable [] batch(SpoolRecord.Header header, long place) throws IOException {
    ByteBuffer batch = ByteBuffer.allocate(header.bytes());
    readFully(channel, batch, place + header.length());
    return SpoolRecord.isSound(header, batch.array()) ? batch.array() : null;
  }

  /** Shows the batches of some records, read or not; the next one to {@link #take} is the same. */
  void forEach(Predicate<SpoolRecord.Header> which, Consumer<byte[]> each) throws IOException {
    long here = HEADER;
    while (here < end) {
      if (look(here, end) instanceof SpoolRecord.Found.Whole w) {
        byte @Nullable [] batch = which.test(w.header()) ? batch(w.header(), here) : null;
        if (batch != null) {
          each.accept(batch);
        }
        here += w.header().total();
      } else {
        here = nextRecord(here + 1, end);
      }
    }
  }

  /** Goes on with reading from a place that was reached before. */
  void skipTo(long offset) throws IOException {
    while (at < Math.min(offset, end) && take() != null) {
      // its counts are taken off
    }
  }

  /** What was written and not read, by kind; more than nothing at the end is the damage. */
  Map<Kind, Long> unread() {
    Map<Kind, Long> left = new EnumMap<>(unread);
    left.values().removeIf(count -> count <= 0);
    return left;
  }

  /** {@link #unread}, and forgets it: what is left at the end is lost. */
  Map<Kind, Long> takeUnread() {
    Map<Kind, Long> left = unread();
    unread.clear();
    return left;
  }

  /** Reads no further. */
  void giveUp() {
    at = end;
  }

  /** Whether all is read. */
  boolean isRead() {
    return at >= end;
  }

  /** Stretches that were damaged when it was opened. */
  int damages() {
    return damages;
  }

  long number() {
    return number;
  }

  Path file() {
    return file;
  }

  /** Bytes up to the end of the last whole record. */
  long end() {
    return end;
  }

  /** Where the next record to read stands. */
  Spot spot() {
    return new Spot(number, at);
  }

  /** Unix nanoseconds of its first event. */
  long from() {
    return Math.min(from, to);
  }

  /** Unix nanoseconds of its last event. */
  long to() {
    return to;
  }

  /** Brings what was written to the disk itself. */
  void force() throws IOException {
    channel.force(false);
  }

  /** Closes it and removes its file. */
  void delete() throws IOException {
    channel.close();
    Files.deleteIfExists(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
