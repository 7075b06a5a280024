package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.Bundle;
import io.leukocyte.events.BundleJson;
import io.leukocyte.events.MalformedJsonException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleet's bundle on this host: its files unpacked in a folder of its own, and a link to the one
 * that is in force, which is swapped at once. So a role starts with it while Kafka is away, and
 * several roles may share it.
 */
final class BundleFolder {
  private static final Logger LOG = LoggerFactory.getLogger(BundleFolder.class);
  private static final String CURRENT = "current";
  private static final String DOCUMENT = "bundle.json";
  private static final int NAME_DIGITS = 16;

  private final Path folder;

  /** The folder below a role's data folder; made when it is missing. */
  BundleFolder(Path data) {
    this.folder = PrivateFiles.folder(data.resolve("bundle"));
  }

  /** The rules in force. */
  Path rules() {
    return unpacked(Bundle.Use.RULES, folder.resolve(CURRENT));
  }

  /** The policies in force. */
  Path policies() {
    return unpacked(Bundle.Use.POLICIES, folder.resolve(CURRENT));
  }

  private static Path unpacked(Bundle.Use use, Path bundle) {
    return bundle.resolve(use.name().toLowerCase(Locale.ROOT));
  }

  /** What is in force; empty before there was one, or when it cannot be read. */
  Optional<Bundle> current() {
    return read(folder.resolve(CURRENT));
  }

  private static Optional<Bundle> read(Path unpacked) {
    Path document = unpacked.resolve(DOCUMENT);
    try {
      return Files.exists(document)
          ? Optional.of(BundleJson.read(Files.readAllBytes(document)).bundle())
          : Optional.empty();
    } catch (IOException | MalformedJsonException e) {
      LOG.warn("{} cannot be read, the bundle is fetched again: {}", document, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Puts a bundle in force, if it is newer than what is.
   *
   * @return whether it is in force now and was not before
   * @throws EnvironmentException when it cannot be written
   */
  boolean take(Bundle bundle) {
    Optional<Bundle> before = current();
    if (before.isPresent() && before.get().created() >= bundle.created()) {
      return false;
    }
    try {
      Path unpacked =
          folder.resolve(bundle.created() + "-" + bundle.hash().substring(0, NAME_DIGITS));
      if (read(unpacked).isEmpty()) {
        if (Files.exists(unpacked)) {
          delete(unpacked);
        }
        unpack(bundle, unpacked);
      }
      Path link = folder.resolve(".link-" + UUID.randomUUID());
      Files.createSymbolicLink(link, unpacked.getFileName());
      Files.move(link, folder.resolve(CURRENT), StandardCopyOption.ATOMIC_MOVE);
      removeOlder(bundle.created());
      return true;
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot write the bundle to %s: %s; look at its permissions and the disk."
              .formatted(folder, e),
          e);
    }
  }

  private void unpack(Bundle bundle, Path to) throws IOException {
    Path part = Files.createTempDirectory(folder, ".part"); // is 0700
    for (Bundle.Use use : Bundle.Use.values()) {
      Path below = Files.createDirectory(unpacked(use, part));
      for (Bundle.File file : bundle.files(use)) {
        Files.writeString(below.resolve(file.name()), file.text());
      }
    }
    Files.writeString(part.resolve(DOCUMENT), new String(BundleJson.write(bundle), UTF_8));
    try {
      Files.move(part, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      delete(part);
      if (Files.notExists(to)) { // else another role was as quick
        throw e;
      }
    }
  }

  /** Removes what is older; one stays, as a role may be reading there. */
  private void removeOlder(long created) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      List<Path> older =
          entries
              .filter(entry -> createdOf(entry) < created)
              .sorted(Comparator.comparingLong(BundleFolder::createdOf).reversed())
              .skip(1)
              .toList();
      for (Path bundle : older) {
        delete(bundle);
      }
    }
  }

  private static long createdOf(Path entry) {
    String name = entry.getFileName().toString();
    int dash = name.indexOf('-');
    try {
      return dash < 1 ? Long.MAX_VALUE : Long.parseLong(name.substring(0, dash));
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static void delete(Path tree) throws IOException {
    try (Stream<Path> entries = Files.walk(tree)) {
      for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(entry);
      }
    }
  }
}
