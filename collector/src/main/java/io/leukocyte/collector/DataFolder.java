package io.leukocyte.collector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * The small files that outlive a collector: each is replaced as a whole, so that a crash leaves the
 * old one or the new one.
 *
 * @param path the folder
 */
record DataFolder(Path path) {

  /** The text of a file; empty when there is none. */
  Optional<String> read(String name) {
    Path file = path.resolve(name);
    try {
      return Optional.of(Files.readString(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read " + file + "; check its permissions", e);
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
