package io.leukocyte.deploy;

import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file that the user wrote, read whole.
 *
 * @param name its path as the user gave it
 * @param text its content
 */
record TextFile(String name, String text) {

  /**
   * The YAML files that the paths name: a file itself, of a folder those ending in .yaml or .yml,
   * by name.
   *
   * @throws BadInputException when one does not exist or cannot be read
   */
  static List<TextFile> yaml(List<String> paths) {
    List<TextFile> files = new ArrayList<>();
    for (String path : paths) {
      for (Path file : expand(Path.of(path))) {
        files.add(read(file));
      }
    }
    return files;
  }

  private static List<Path> expand(Path path) {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.filter(TextFile::isYaml).sorted().toList();
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot list %s: %s; check its permissions.".formatted(path, UserFile.problem(e)));
    }
  }

  /** Whether a file of a folder counts. */
  static boolean isYaml(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static TextFile read(Path file) {
    try {
      return new TextFile(file.toString(), UserFile.read(file));
    } catch (java.nio.file.NoSuchFileException e) {
      throw new BadInputException("There is no file or folder %s; check the name.".formatted(file));
    } catch (CharacterCodingException e) {
      throw new BadInputException("Cannot read %s: not UTF-8; save it as UTF-8.".formatted(file));
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot read %s: %s; name a text file that this user may read."
              .formatted(file, UserFile.problem(e)));
    }
  }
}
