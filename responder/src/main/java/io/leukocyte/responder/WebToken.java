package io.leukocyte.responder;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;

/**
 * What lets operators in: 256 bits at random in a file that its owner alone may read. Another one
 * comes with the next start after the file was removed.
 */
final class WebToken {
  private static final int BYTES = 32;
  private static final int SHORTEST = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final Set<PosixFilePermission> OWNERS =
      PosixFilePermissions.fromString("rwx------");

  private final String text;

  private WebToken(String text) {
    this.text = text;
  }

  /**
   * The token of a file, made when there is none.
   *
   * @throws IOException when it cannot be read or made, others may read it, or it is too short; the
   *     message says what to do
   */
  static WebToken in(Path file) throws IOException {
    if (Files.notExists(file)) {
      make(file);
    }
    if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
      throw new IOException(
          "others than its owner may use " + file + "; chmod 600 it, or remove it for a new token");
    }
    String text = Files.readString(file).strip();
    if (text.length() < SHORTEST) {
      throw new IOException(
          "the token in "
              + file
              + " has fewer than "
              + SHORTEST
              + " characters; remove the file for a new one");
    }
    return new WebToken(text);
  }

  private static void make(Path file) throws IOException {
    Path absolute = file.toAbsolutePath();
    Files.createDirectories(absolute.getParent());
    Path part = absolute.resolveSibling(absolute.getFileName() + ".new");
    Files.deleteIfExists(part);
    Files.createFile(
        part, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(part, secret() + "\n", StandardOpenOption.WRITE);
    try {
      Files.move(part, absolute);
    } catch (FileAlreadyExistsException e) {
      Files.delete(part); // somebody was quicker
    }
  }

  /** A secret that nobody guesses, of letters, digits, - and _. */
  static String secret() {
    byte[] random = new byte[BYTES];
    RANDOM.nextBytes(random);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(random);
  }

  /** Whether a text is the token; takes as long for every wrong one of its length. */
  boolean is(String given) {
    return same(text, given);
  }

  /** Whether two secrets are the same, in a time that does not say where they differ. */
  static boolean same(String secret, String given) {
    return MessageDigest.isEqual(
        secret.getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
  }

  /** The token itself, for who may read the file. */
  String text() {
    return text;
  }

  /** Not the token. */
  @Override
  public String toString() {
    return "WebToken";
  }
}
