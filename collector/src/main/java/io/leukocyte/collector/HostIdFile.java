package io.leukocyte.collector;

import io.leukocyte.events.HostId;
import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The id of this host: a UUID made once and kept in the data folder, which everybody may read. */
public final class HostIdFile {
  /** The file's name in the data folder. */
  public static final String NAME = "host-id";

  private static final Logger LOG = LoggerFactory.getLogger(HostIdFile.class);
  private static final int MOST_BYTES = 1024;

  private HostIdFile() {}

  /**
   * The host's id, made when there is none yet, or none that can be read: a damaged file is kept
   * aside. Two processes that ask at once get the same.
   *
   * @param folder the data folder, made when missing
   * @throws UncheckedIOException when the file cannot be read or made
   */
  public static HostId readOrMake(Path folder) {
    Path file = folder.resolve(NAME);
    try {
      Optional<HostId> known = parse(file);
      if (known.isPresent()) {
        return known.get();
      }
      make(folder, file);
      return parse(file).orElseThrow(() -> new IOException(file + " holds no host id"));
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot read or make the host's id at "
              + file
              + ": "
              + UserFile.problem(e)
              + "; name a data folder that can be written with --data, or set host.id",
          e);
    }
  }

  private static Optional<HostId> parse(Path file) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(file)) {
      bytes = in.readNBytes(MOST_BYTES);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      return Optional.of(new HostId(new String(bytes, StandardCharsets.UTF_8).strip()));
    } catch (IllegalArgumentException e) {
      Path aside = DamagedFile.keepAside(file);
      LOG.error(
          "{} holds no host id; it is kept as {} and this host gets another id. To keep the former"
              + " one, write it into the file, or set host.id, and start again",
          file,
          aside);
      return Optional.empty();
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
