package io.leukocyte.deploy;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Where {@code leuko tail} puts its lines. */
sealed interface LineOutput extends AutoCloseable {
  /**
   * Puts a line out; it may wait in memory.
   *
   * @param line without its end
   */
  void line(byte[] line) throws IOException;

  /** Hands over every line so far. */
  void flush() throws IOException;

  @Override
  void close() throws IOException;

  /** A stream, such as standard output. */
  final class Stream implements LineOutput {
    private final OutputStream out;

    Stream(OutputStream out) {
      this.out = new BufferedOutputStream(out, 1 << 16);
    }

    @Override
    public void line(byte[] line) throws IOException {
      out.write(line);
      out.write('\n');
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }

    @Override
    public void close() throws IOException {
      out.close();
    }
  }

  /** A file that is put aside when it is large. */
  record Rotating(RotatingFile file) implements LineOutput {
    @Override
    public void line(byte[] line) throws IOException {
      file.line(line);
    }

    @Override
    public void flush() throws IOException {
      file.flush();
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }
}
