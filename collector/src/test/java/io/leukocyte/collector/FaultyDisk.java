package io.leukocyte.collector;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A disk that a test fills up or breaks. */
final class FaultyDisk implements Disk {
  static final String FULL = "No space left on device";

  private long room = Long.MAX_VALUE;
  private @Nullable String problem;

  /** From now on so many bytes can be written, and the next one fails as on a full disk. */
  void leave(long bytes) {
    room = bytes;
    problem = FULL;
  }

  /** From now on nothing can be written. */
  void breakDown() {
    room = 0;
    problem = "Input/output error";
  }

  void repair() {
    room = Long.MAX_VALUE;
    problem = null;
  }

  @Override
  public int write(FileChannel file, ByteBuffer bytes, long at) throws IOException {
    if (room <= 0) {
      throw new IOException(problem);
    }
    int part = (int) Math.min(room, bytes.remaining());
    ByteBuffer some = bytes.slice(bytes.position(), part);
    int written = file.write(some, at);
    bytes.position(bytes.position() + written);
    room -= written;
    return written;
  }

  @Override
  public long free(Path folder) {
    return Long.MAX_VALUE;
  }
}
