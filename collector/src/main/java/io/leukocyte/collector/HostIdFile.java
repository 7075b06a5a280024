package io.leukocyte.collector;

import io.leukocyte.events.HostId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;

/** The id of this host: a UUID made once and kept in the data folder, which everybody may read. */
public final class HostIdFile {
  /** The file's name in the data folder. */
  public static final String NAME = "host-id";

  private HostIdFile() {}

  /**
   * The host's id, made when there is none yet. Two processes that ask at once get the same.
   *
   * @param folder the data folder, made when missing
   * @throws UncheckedIOException when the file cannot be read or made
   * @throws IllegalArgumentException when the file holds something else
   */
  public static HostId readOrMake(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      try {
        return parse(file);
      } catch (NoSuchFileException e) {
        make(folder, file);
        return parse(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read or make the host's id at "
              + file
              + "; name a data folder that can be written with --data, or set host.id",
          e);
    }
  }

  private static HostId parse(Path file) throws IOException {
    String text = Files.readString(file).strip();
    try {
      return new HostId(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          file + " holds no host id; put the former one in, or remove the file to get another", e);
    }
  }

  /** Writes the whole file beside, then gives it its name unless another process was faster. */
  private static void make(Path folder, Path file) throws IOException {
    Files.createDirectories(folder);
    UUID id = UUID.randomUUID();
    Path made = folder.resolve(NAME + "." + id);
    Files.writeString(made, "%s\n".formatted(id), StandardOpenOption.CREATE_NEW);
    Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-r--r--"));
    try {
      Files.createLink(file, made);
    } catch (FileAlreadyExistsException e) {
      Files.delete(made); // the other process's id counts
      return;
    }
    Files.delete(made);
  }
}
