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

  /** A file on the disk. Not by a channel: an interrupt would close that. */
  static JournalFile onDisk(Path file) throws IOException {
    RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw");
    return new JournalFile() {
      @Override
      public void write(long at, byte[] bytes) throws IOException {
        open.seek(at);
        open.write(bytes);
      }

      @Override
      public void sync() throws IOException {
        open.getFD().sync();
      }

      @Override
      public void close() throws IOException {
        open.close();
      }
    };
  }
}
