package io.leukocyte.engine;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A stream of which only so many bytes are read until more are allowed. */
final class BoundedInput extends FilterInputStream {
  private final long most;
  private long left;

  BoundedInput(InputStream in, long most) {
    super(in);
    this.most = most;
    this.left = most;
  }

  /** So many bytes may be read from here. */
  void allow(long bytes) {
    left = bytes;
  }

  /** As many bytes as at the begin may be read from here. */
  void allowAgain() {
    left = most;
  }

  private void require() throws IOException {
    if (left <= 0) {
      throw new IOException("more than " + most + " bytes come in one piece");
    }
  }

  @Override
  public int read() throws IOException {
    require();
    int next = in.read();
    left -= next < 0 ? 0 : 1;
    return next;
  }

  @Override
  public int read(byte[] into, int at, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    require();
    int got = in.read(into, at, (int) Math.min(length, left));
    left -= Math.max(0, got);
    return got;
  }

  @Override
  public long skip(long count) throws IOException {
    require();
    long skipped = in.skip(Math.min(count, left));
    left -= skipped;
    return skipped;
  }

  @Override
  public boolean markSupported() {
    return false;
  }
}
