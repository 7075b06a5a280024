package io.leukocyte.responder;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/** A file of a journal that is being written. */
interface JournalFile {
  /** Writes bytes at a place. */
  void write(long at, byte[] bytes) throws IOException;

  /** Returns when all that was written is on the disk. */
  void sync() throws IOException;

  /** Closes it. */
  void close() throws IOException;

  /** Opens files. */
  interface Opener {
    /** Opens an empty file that is there. */
    JournalFile open(Path file) throws IOException;
  }

  /** A file on the disk. */
  static JournalFile onDisk(Path file) throws IOException {
    return new OnDisk(file);
  }

  /**
   * Zeros are written ahead of what is to come, so that a sync has nothing to tell the file system
   * of: else it waits until all that others have written is on the disk, too. Zeros behind the last
   * line are no line.
   */
  final class OnDisk implements JournalFile {
    /** Bytes written ahead at a time. */
    static final int AHEAD = 256 << 10;

    private static final int INTERRUPTED = -4; // EINTR

    private final RandomAccessFile open; // no channel: an interrupt would close it

    /** For syncs; negative where native functions may not be called. */
    private final int descriptor;

    private long end;
    private long allocated;

    private OnDisk(Path file) throws IOException {
      open = new RandomAccessFile(file.toFile(), "rw");
      descriptor = descriptor(file);
    }

    private static int descriptor(Path file) {
      try {
        return LibC.open(file.toString());
      } catch (LinkageError | IllegalCallerException e) {
        return -1;
      }
    }

    @Override
    public void write(long at, byte[] bytes) throws IOException {
      long behind = at + bytes.length;
      if (behind > allocated) {
        long from = Math.max(allocated, at);
        int ahead = Math.toIntExact(behind - from + AHEAD);
        open.seek(from);
        open.write(new byte[ahead]);
        allocated = from + ahead;
      }
      open.seek(at);
      open.write(bytes);
      end = Math.max(end, behind);
    }

    @Override
    public void sync() throws IOException {
      if (descriptor < 0) {
        open.getFD().sync();
        return;
      }
      int result;
      do {
        result = LibC.syncData(descriptor);
      } while (result == INTERRUPTED);
      if (result < 0) {
        throw new IOException("fdatasync failed: errno " + -result);
      }
    }

    @Override
    public void close() throws IOException {
      try (open) {
        open.setLength(end);
      } finally {
        if (descriptor >= 0) {
          LibC.close(descriptor);
        }
      }
    }
  }
}
