package io.leukocyte.collector;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** State that cannot be read: put aside for people, so that the role goes on without it. */
final class DamagedFile {
  private DamagedFile() {}

  /** Gives the file the name {@code NAME.damaged-MILLISECONDS} and returns it. */
  static Path keepAside(Path file) throws IOException {
    Path aside = file.resolveSibling(file.getFileName() + ".damaged-" + System.currentTimeMillis());
    return Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
  }
}
