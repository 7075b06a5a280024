package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * A file of lines for another program to read: {@code FILE} grows, and becomes {@code FILE.1} when
 * the next line would make it larger than its bound; that becomes {@code FILE.2}, and so on, and
 * the last one goes. A file keeps its inode with its name, so that who follows it by inode loses
 * nothing. Files end with whole lines: what a killed writer left behind of its last one is cut off
 * when the file is opened again. Readable and writable by its owner, readable by the group.
 */
final class RotatingFile {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private final long bound;
  private final int keep;
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
  private FileChannel channel;
  private long size;

  private RotatingFile(Path file, long bound, int keep, FileChannel channel, long size) {
    this.file = file;
    this.bound = bound;
    this.keep = keep;
    this.channel = channel;
    this.size = size;
  }

  /**
   * Opens it to go on at its end.
   *
   * @param bound bytes; a single line may be longer and then has a file for itself
   * @param keep how many former files stay; 0 for none
   */
  static RotatingFile open(Path file, long bound, int keep) throws IOException {
    if (bound < 1 || keep < 0) {
      throw new IllegalArgumentException("A file of at least a byte, and none or more kept");
    }
    FileChannel channel = channel(file);
    try {
      long end = wholeLines(channel);
      channel.truncate(end);
      channel.position(end);
      return new RotatingFile(file, bound, keep, channel, end);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Adds a line; it may wait in memory until {@link #flush}. */
  void line(byte[] line) throws IOException {
    if (size > 0 && size + line.length + 1 > bound) {
      rotate();
    }
    put(line);
    put(new byte[] {'\n'});
    size += line.length + 1;
  }

  /** Writes what waits in memory. */
  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }

  void close() throws IOException {
    try (FileChannel _ = channel) {
      flush();
    }
  }

  private void put(byte[] bytes) throws IOException {
    int from = 0;
    while (from < bytes.length) {
      if (!buffer.hasRemaining()) {
        flush();
      }
      int part = Math.min(buffer.remaining(), bytes.length - from);
      buffer.put(bytes, from, part);
      from += part;
    }
  }

  private void rotate() throws IOException {
    close();
    for (int number = keep; number > 1; number--) {
      Path younger = former(number - 1);
      if (Files.exists(younger)) {
        Files.move(younger, former(number), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (keep > 0) {
      Files.move(file, former(1), StandardCopyOption.REPLACE_EXISTING);
    } else {
      Files.delete(file);
    }
    channel = channel(file);
    size = 0;
  }

  private Path former(int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  private static FileChannel channel(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
  }

  /** Where the last whole line ends. */
  private static long wholeLines(FileChannel channel) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(BUFFER);
    long end = channel.size();
    while (end > 0) {
      long from = Math.max(0, end - BUFFER);
      piece.clear().limit((int) (end - from));
      while (piece.hasRemaining() && channel.read(piece, from + piece.position()) >= 0) {
        // until it is whole
      }
      for (int i = piece.position() - 1; i >= 0; i--) {
        if (piece.get(i) == '\n') {
          return from + i + 1;
        }
      }
      end = from;
    }
    return 0;
  }
}
