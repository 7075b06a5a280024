package io.leukocyte.events.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
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

  /**
   * What is wrong with a file or folder, in some words and without its name: the exceptions of
   * {@code java.nio.file} say the name alone.
   */
  public static String problem(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "no permission";
      case NoSuchFileException _ -> "there is no such file or folder";
      case FileAlreadyExistsException _ -> "there is a file of that name";
      case NotDirectoryException _ -> "it is no folder";
      case DirectoryNotEmptyException _ -> "the folder is not empty";
      case CharacterCodingException _ -> "it is not UTF-8";
      case FileSystemException reason when reason.getReason() != null -> reason.getReason();
      default -> e.getMessage() == null ? e.toString() : e.getMessage();
    };
  }
}
