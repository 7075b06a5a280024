package io.leukocyte.engine;

import java.io.EOFException;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.DateTimeException;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/** An open file of a log. It stays readable when it is renamed or removed. Not thread-safe. */
final class JsonLogFile implements AutoCloseable {
  private static final int TRIES = 10;
  private static final int HEAD = 4 * 1024;

  /** Bytes at the end of an entry that hold its time. */
  static final int TAIL = 64;

  private final Identity identity;
  private final FileChannel channel;
  private final boolean compressed;
  private @Nullable PushbackInputStream unpacked;
  private long unpackedTo;
  private long head = -1;

  /** What a file is, whatever its name is. */
  record Identity(long device, long inode) {
    static Identity of(LogPlace place) {
      return new Identity(place.device(), place.inode());
    }
  }

  private JsonLogFile(Identity identity, FileChannel channel, boolean compressed) {
    this.identity = identity;
    this.channel = channel;
    this.compressed = compressed;
  }

  /**
   * What is there now under that name.
   *
   * @throws NoSuchFileException when there is nothing
   */
  static Identity identify(Path path) throws IOException {
    Map<String, Object> given = Files.readAttributes(path, "unix:dev,ino");
    return new Identity(number(given.get("dev")), number(given.get("ino")));
  }

  private static long number(@Nullable Object given) throws IOException {
    if (given instanceof Number number) {
      return number.longValue();
    }
    throw new IOException("The file system gives its files no numbers");
  }

  /**
   * Opens what is there now under that name.
   *
   * @throws NoSuchFileException when there is nothing
   */
  static JsonLogFile open(Path path) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      Identity before = identify(path);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      boolean same = false;
      try {
        same = before.equals(identify(path));
        if (same) {
          return new JsonLogFile(before, channel, path.toString().endsWith(".gz"));
        }
      } finally {
        if (!same) {
          channel.close();
        }
      }
    }
    throw new IOException("Cannot open " + path + ": it is replaced again and again");
  }

  Identity identity() {
    return identity;
  }

  /** Bytes that it has now; a compressed file's are known when all were read. */
  long size() throws IOException {
    return compressed ? unpackedTo : channel.size();
  }

  boolean isCompressed() {
    return compressed;
  }

  /**
   * Reads as many bytes as there are, at most so many.
   *
   * @return how many; 0 at the end
   * @throws IOException when it cannot be read, or is compressed and damaged
   */
  int read(byte[] to, int from, int length, long offset) throws IOException {
    if (compressed) {
      return unpack(to, from, length, offset);
    }
    ByteBuffer buffer = ByteBuffer.wrap(to, from, length);
    int total = 0;
    while (buffer.hasRemaining()) {
      int got = channel.read(buffer, offset + total);
      if (got <= 0) {
        break;
      }
      total += got;
    }
    return total;
  }

  private int unpack(byte[] to, int from, int length, long offset) throws IOException {
    PushbackInputStream in = unpacked;
    if (in == null || offset < unpackedTo) {
      channel.position(0);
      in =
          new PushbackInputStream(
              new GZIPInputStream(Channels.newInputStream(channel), HEAD), JsonLogReader.BUFFER);
      unpacked = in;
      unpackedTo = 0;
    }
    try {
      while (unpackedTo < offset) {
        int got = in.read(to, from, (int) Math.min(length, offset - unpackedTo));
        if (got < 0) {
          return 0;
        }
        unpackedTo += got;
      }
      int got = in.readNBytes(to, from, length);
      unpackedTo += got;
      return got;
    } catch (EOFException | ZipException e) {
      throw new IOException("A compressed log is damaged after " + unpackedTo + " bytes", e);
    }
  }

  /** Bytes at the end of what was read of a compressed file are to be read again. */
  void giveBack(byte[] bytes, int from, int to) throws IOException {
    if (unpacked != null) {
      unpacked.unread(bytes, from, to - from);
      unpackedTo -= to - from;
    }
  }

  /** Time of its first entry, unix nanoseconds; 0 when there is none yet or it cannot be read. */
  long firstTime() {
    if (head <= 0) {
      head = entryTimeFrom(0);
    }
    return head;
  }

  /** Time of the first entry that begins at the offset or later; 0 when there is none near. */
  long entryTimeFrom(long offset) {
    byte[] bytes = new byte[HEAD];
    try {
      for (long at = offset; at < offset + 64L * HEAD; at += HEAD - TAIL) {
        int got = read(bytes, 0, HEAD, at);
        for (int i = 0; i < got; i++) {
          if (bytes[i] == '\n') {
            return entryTime(bytes, i + 1);
          }
        }
        if (got < HEAD) {
          return 0;
        }
      }
    } catch (IOException e) {
      return 0;
    }
    return 0;
  }

  /** Whether an entry of that time ends at the offset. */
  boolean endsEntry(long offset, long time) throws IOException {
    if (offset == 0 || time == 0) {
      return offset == 0 || compressed || offset <= channel.size();
    }
    byte[] bytes = new byte[TAIL];
    int length = (int) Math.min(TAIL, offset);
    return read(bytes, 0, length, offset - length) == length && entryTime(bytes, length) == time;
  }

  /** Time of the entry that ends before an index; 0 when none does. */
  private static long entryTime(byte[] bytes, int end) {
    int close = end - 3;
    if (close < 0 || bytes[close] != '"' || bytes[close + 1] != '}' || bytes[close + 2] != '\n') {
      return 0;
    }
    int open = close - 1;
    while (open >= 0 && bytes[open] != '"' && close - open <= LogTime.MAX_LENGTH) {
      open--;
    }
    try {
      return open < 0 ? 0 : Math.max(0, new LogTime().parse(bytes, open + 1, close));
    } catch (DateTimeException | ArithmeticException e) {
      return 0;
    }
  }

  /** The line ends from an offset on: how many entries there are. */
  long countEntries(long offset) {
    byte[] bytes = new byte[16 * HEAD];
    long count = 0;
    long at = offset;
    try {
      for (int got = read(bytes, 0, bytes.length, at);
          got > 0;
          got = read(bytes, 0, bytes.length, at)) {
        for (int i = 0; i < got; i++) {
          count += bytes[i] == '\n' ? 1 : 0;
        }
        at += got;
      }
    } catch (IOException e) {
      return count;
    }
    return count;
  }

  /** Where, about, the first entry begins that is not older than a time. */
  long seek(long time) throws IOException {
    if (compressed) {
      return 0;
    }
    long low = 0;
    long high = channel.size();
    while (high - low > HEAD) {
      long middle = low + (high - low) / 2;
      long at = entryTimeFrom(middle);
      if (at == 0 || at >= time) {
        high = middle;
      } else {
        low = middle;
      }
    }
    return entryStart(low);
  }

  /** Where the first entry begins at or after an offset. */
  private long entryStart(long offset) throws IOException {
    byte[] bytes = new byte[HEAD];
    long at = offset - 1;
    while (at >= 0) {
      int got = read(bytes, 0, HEAD, at);
      for (int i = 0; i < got; i++) {
        if (bytes[i] == '\n') {
          return at + i + 1;
        }
      }
      if (got < HEAD) {
        return 0;
      }
      at += got;
    }
    return 0;
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot close a log", e);
    }
  }
}
