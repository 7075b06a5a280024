package io.leukocyte.deploy;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Lines of UTF-8, each at most so long, whatever the input is. Bytes that are no UTF-8 become
 * replacement characters; a byte order mark at the begin is passed over.
 */
final class BoundedLines {
  /** Bytes of a line. */
  static final int MOST_BYTES = 16 << 20;

  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream(8192);
  private String text = "";
  private long number;

  BoundedLines(InputStream in) {
    this.in = new BufferedInputStream(in, 1 << 16);
  }

  /** A line longer than {@link #MOST_BYTES}. */
  static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1L;
    private final long number;

    TooLongException(long number) {
      super("Line " + number + " is longer than " + (MOST_BYTES >> 20) + " MiB");
      this.number = number;
    }

    /** Which line, from 1. */
    long number() {
      return number;
    }
  }

  /** Goes to the next line; false at the end. */
  boolean next() throws IOException {
    line.reset();
    int b = in.read();
    if (b < 0) {
      return false;
    }
    number++;
    while (b >= 0 && b != '\n') {
      if (line.size() == MOST_BYTES) {
        throw new TooLongException(number);
      }
      line.write(b);
      b = in.read();
    }
    text = line.toString(StandardCharsets.UTF_8);
    if (number == 1 && text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    return true;
  }

  /** The present line, without its end. */
  String text() {
    return text;
  }

  /** Its number, from 1. */
  long number() {
    return number;
  }
}
