package io.leukocyte.engine;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The files of a container's log: {@code NAME}, which is written, and the rotated {@code NAME.1},
 * {@code NAME.2} …, the highest the oldest, perhaps compressed with {@code .gz} at the end.
 *
 * @param log the file that is written
 */
record JsonLogFolder(Path log) {
  private static final int TRIES = 10;

  /**
   * A file as it was named when it was looked at.
   *
   * @param index 0 is the one that is written
   */
  record Named(Path path, int index, JsonLogFile.Identity identity) {}

  /** The files, the oldest first; none when the folder is gone. */
  List<Named> list() throws IOException {
    List<Named> last = listOnce();
    for (int i = 0; i < TRIES; i++) {
      List<Named> now = listOnce();
      if (identities(now).equals(identities(last))) {
        return now;
      }
      last = now; // a rotation came between: one of its files may have been missed
    }
    return last;
  }

  private static List<JsonLogFile.Identity> identities(List<Named> files) {
    return files.stream().map(Named::identity).toList();
  }

  private List<Named> listOnce() throws IOException {
    List<Named> files = new ArrayList<>();
    String name = String.valueOf(log.getFileName());
    try (DirectoryStream<Path> folder =
        Files.newDirectoryStream(log.toAbsolutePath().getParent(), name + "*")) {
      for (Path file : folder) {
        add(files, file, String.valueOf(file.getFileName()).substring(name.length()));
      }
    } catch (NoSuchFileException | NotDirectoryException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    // While the engine compresses a file, both are there: the one that is not whole yet is left out
    Set<Integer> plain =
        files.stream().filter(f -> !isCompressed(f)).map(Named::index).collect(Collectors.toSet());
    files.removeIf(f -> isCompressed(f) && plain.contains(f.index()));
    files.sort(Comparator.comparingInt(Named::index).reversed());
    return files;
  }

  private static boolean isCompressed(Named file) {
    return file.path().toString().endsWith(".gz");
  }

  private static void add(List<Named> files, Path file, String rest) throws IOException {
    int index = index(rest);
    if (index >= 0) {
      try {
        files.add(new Named(file, index, JsonLogFile.identify(file)));
      } catch (NoSuchFileException e) {
        // It was renamed or removed since; whoever needs it looks again
      }
    }
  }

  private static int index(String rest) {
    if (rest.isEmpty()) {
      return 0;
    }
    String digits = rest.endsWith(".gz") ? rest.substring(0, rest.length() - 3) : rest;
    try {
      return digits.startsWith(".") ? Integer.parseUnsignedInt(digits.substring(1)) : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
