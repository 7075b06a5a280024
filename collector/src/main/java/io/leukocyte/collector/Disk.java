package io.leukocyte.collector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the spool asks of a disk, so that a test can fill it or break it. */
interface Disk {
  /** The disk of this host. */
  Disk REAL =
      new Disk() {
        @Override
        public int write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
          return file.write(bytes, at);
        }

        @Override
        public long free(Path folder) throws IOException {
          return Files.getFileStore(folder).getUsableSpace();
        }
      };

  /** Writes some of the bytes. Returns how many. */
  int write(FileChannel file, ByteBuffer bytes, long at) throws IOException;

  /** Bytes that this process may still write below a folder. */
  long free(Path folder) throws IOException;

  /** Whether a write failed because there is no room, and not for anything that is broken. */
  static boolean isFull(IOException cause) {
    String text = String.valueOf(cause.getMessage());
    return text.contains("No space left") || text.contains("quota exceeded");
  }
}
