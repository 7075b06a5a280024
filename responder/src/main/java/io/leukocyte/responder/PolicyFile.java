package io.leukocyte.responder;

import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A file of policies, read but not yet understood.
 *
 * @param name the file's name as the user gave it, for messages
 * @param text its content
 */
public record PolicyFile(String name, String text) {
  private static final List<String> SHIPPED = List.of("leukocyte.yaml");

  /** The files that come with Leukocyte; all their policies are in dry-run. */
  public static List<PolicyFile> shipped() {
    return SHIPPED.stream().map(PolicyFile::resource).toList();
  }

  /**
   * The files {@code *.yaml} and {@code *.yml} of a folder in the order of their names, or one
   * file.
   *
   * @throws IOException when there is no such folder or file, or one cannot be read
   */
  public static List<PolicyFile> in(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(read(path));
    }
    List<Path> paths;
    try (Stream<Path> entries = Files.list(path)) {
      paths = entries.filter(PolicyFile::isYaml).sorted().toList();
    }
    List<PolicyFile> files = new ArrayList<>();
    for (Path file : paths) {
      files.add(read(file));
    }
    return files;
  }

  private static boolean isYaml(Path path) {
    String name = path.toString();
    return (name.endsWith(".yaml") || name.endsWith(".yml")) && Files.isRegularFile(path);
  }

  private static PolicyFile read(Path path) throws IOException {
    return new PolicyFile(path.toString(), UserFile.read(path));
  }

  private static PolicyFile resource(String name) {
    String path = "policies/" + name;
    try (InputStream in = PolicyFile.class.getResourceAsStream("/" + path)) {
      if (in == null) {
        throw new IllegalStateException("The jar lacks /" + path + "; build it again");
      }
      return new PolicyFile(path, new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read /" + path + " from the jar", e);
    }
  }
}
