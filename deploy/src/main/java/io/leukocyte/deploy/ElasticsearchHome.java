package io.leukocyte.deploy;

import static java.nio.file.attribute.PosixFilePermissions.fromString;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * The programs of Elasticsearch, unpacked from the archive that the build has fetched. They belong
 * to us and everybody may read them: the server's own user cannot change them.
 */
final class ElasticsearchHome {
  private ElasticsearchHome() {}

  /**
   * Unpacks what is not unpacked yet.
   *
   * @param distribution the folder that the build left, with {@code elasticsearch-VERSION.zip}
   * @param folder where {@code home-VERSION} shall be; homes of other versions there are removed
   * @return the folder with {@code bin} and {@code lib}
   * @throws EnvironmentException if there is no archive, or no room
   */
  static Path unpacked(Path distribution, Path folder) {
    Path archive = archive(distribution);
    String name = archive.getFileName().toString().replaceFirst("\\.zip$", "");
    Path home = folder.resolve(name.replaceFirst("^elasticsearch", "home"));
    if (Files.isDirectory(home)) {
      return home;
    }
    try {
      removeHomes(folder);
      Path part = folder.resolve("part");
      unpack(archive, part);
      Files.move(part.resolve(name), home, StandardCopyOption.ATOMIC_MOVE);
      remove(part);
      return home;
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot unpack %s into %s: %s; it needs 250 MB there: make room, or choose another data folder with --data."
              .formatted(archive, folder, e),
          e);
    }
  }

  private static Path archive(Path distribution) {
    List<Path> archives = list(distribution, "elasticsearch-*.zip");
    if (archives.isEmpty()) {
      throw new EnvironmentException(
          "Cannot start Elasticsearch: there is no elasticsearch-*.zip in %s; build it: ./mvnw package -DskipTests"
              .formatted(distribution));
    }
    return archives.getLast();
  }

  /** Sorted by name; none if the folder is missing. */
  private static List<Path> list(Path folder, String glob) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      return StreamSupport.stream(entries.spliterator(), false).sorted().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static void removeHomes(Path folder) throws IOException {
    for (Path old : list(folder, "{home-*,part}")) {
      remove(old);
    }
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> below = Files.walk(folder)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static void unpack(Path archive, Path target) throws IOException {
    folder(target);
    try (InputStream file = Files.newInputStream(archive);
        ZipInputStream zip = new ZipInputStream(file)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        Path path = target.resolve(entry.getName()).normalize();
        if (!path.startsWith(target)) {
          throw new IOException("its entry " + entry.getName() + " leads outside");
        }
        if (entry.isDirectory()) {
          folder(path);
        } else {
          Files.copy(zip, path);
          Files.setPosixFilePermissions(path, fromString("rw-r--r--"));
        }
      }
    }
  }

  private static void folder(Path path) throws IOException {
    Files.createDirectories(path);
    Files.setPosixFilePermissions(path, fromString("rwxr-xr-x"));
  }
}
