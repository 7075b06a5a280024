package io.leukocyte.deploy;

import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** Files and folders that only their owner may read, among them generated passwords. */
final class PrivateFiles {
  private static final int PASSWORD_BYTES = 24;

  private PrivateFiles() {}

  /** Makes a folder and its parents; the folder itself is 0700 if it is new. */
  static Path folder(Path folder) {
    try {
      if (!Files.isDirectory(folder)) {
        Files.createDirectories(folder.toAbsolutePath().getParent());
        Files.createDirectory(
            folder,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      return folder;
    } catch (IOException e) {
      throw unwritable(folder, e);
    }
  }

  /**
   * The password in a file, made at random (192 bits, letters, digits, '-' and '_') when there is
   * none yet.
   */
  static String password(Path file) {
    try {
      if (Files.notExists(file)) {
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        write(file, Base64.getUrlEncoder().withoutPadding().encodeToString(random));
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot read the password in %s: %s; run as the user who started leuko up, or as root."
              .formatted(file, UserFile.problem(e)),
          e);
    }
  }

  /** Writes a file whole or not at all, readable and writable by its owner only. */
  static void write(Path file, String content) {
    try {
      Path part = Files.createTempFile(file.toAbsolutePath().getParent(), ".part", ""); // is 0600
      Files.write(part, content.getBytes(StandardCharsets.UTF_8));
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static EnvironmentException unwritable(Path path, IOException e) {
    return new EnvironmentException(
        "Cannot write %s: %s; run as root, or choose another data folder with --data."
            .formatted(path, UserFile.problem(e)),
        e);
  }
}
