package io.leukocyte.events.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text that a user wrote, read whole and never more of it than a bound. */
public final class UserFile {
  /** Bytes of a file of settings, rules or policies. */
  public static final int MOST_BYTES = 8 << 20;

  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private UserFile() {}

  /**
   * The file's text, without a byte order mark at its begin.
   *
   * @throws java.nio.file.NoSuchFileException when there is no such file
   * @throws CharacterCodingException when it is not UTF-8
   * @throws IOException when it cannot be read or is larger than {@link #MOST_BYTES}
   */
  public static String read(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    }
    if (bytes.length > MOST_BYTES) {
      throw new FileSystemException(file.toString(), null, "larger than 8 MiB");
    }
    String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }
}
