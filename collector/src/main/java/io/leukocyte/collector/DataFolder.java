package io.leukocyte.collector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The small files that outlive a collector: each is replaced as a whole, so that a crash leaves the
 * old one or the new one.
 *
 * @param path the folder
 */
record DataFolder(Path path) {
  private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

  /** The text of a file; empty when there is none, or none that is text: that is kept aside. */
  Optional<String> read(String name) {
    Path file = path.resolve(name);
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CharacterCodingException e) {
      return keepAside(file);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + "; check its permissions", e);
    }
  }

  private static Optional<String> keepAside(Path file) {
    try {
      Path aside = DamagedFile.keepAside(file);
      LOG.error("{} is damaged; it is kept as {}, and what it said is lost", file, aside);
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot put aside the damaged " + file, e);
    }
  }

  /** Replaces a file, which everybody may read. */
  void write(String name, String text) {
    Path file = path.resolve(name);
    Path made = path.resolve(name + ".new");
    try {
      Files.createDirectories(path);
      Files.writeString(made, text);
      Files.move(made, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Cannot write " + file + "; name a data folder that can be written with --data", e);
    }
  }
}
