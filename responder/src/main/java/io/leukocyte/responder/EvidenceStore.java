package io.leukocyte.responder;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folders of evidence on this host, within a bound: for a new one the oldest go, but for those
 * of actions that are open. Only their owner may read them. A folder's name is its time, the
 * container's short id and the evidence's id; one without a manifest was being written when the
 * responder died.
 *
 * <p>Thread-safe.
 */
final class EvidenceStore {
  private static final Logger LOG = LoggerFactory.getLogger(EvidenceStore.class);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final int ID = 32;

  private final Path root;
  private final long most;
  private final Predicate<String> needed;
  private final Clock clock;
  private final Consumer<EvidenceManifest> dropped;

  /** Names of folders by the evidence's id. */
  private final Map<String, String> names = new TreeMap<>();

  private final Map<String, Long> sizes = new TreeMap<>();
  private boolean known;

  /**
   * Makes the store; nothing is read yet.
   *
   * @param root its folder, made when the first evidence is kept
   * @param most bytes of all of it
   * @param needed ids that must not be dropped
   * @param dropped told what was dropped
   */
  EvidenceStore(
      Path root,
      long most,
      Predicate<String> needed,
      Consumer<EvidenceManifest> dropped,
      Clock clock) {
    this.root = root;
    this.most = most;
    this.needed = needed;
    this.dropped = dropped;
    this.clock = clock;
  }

  /** Where evidence is, in the responder's part of the data folder. */
  static Path root(Path folder) {
    return folder.resolve("evidence");
  }

  /** The evidence's id in a folder's name; empty when it is none of ours. */
  static Optional<String> id(String folder) {
    int dash = folder.lastIndexOf('-');
    String id = folder.substring(dash + 1);
    return dash > 0 && id.length() == ID && id.matches("[0-9a-f]+")
        ? Optional.of(id)
        : Optional.empty();
  }

  private Path folder(String id) {
    String name = names.get(id);
    if (name == null) {
      throw new IllegalStateException("No evidence " + id);
    }
    return root.resolve(name);
  }

  /** Whether there is evidence of that id: a folder with a manifest. */
  synchronized boolean has(String id) {
    return names.containsKey(id) && Files.exists(folder(id).resolve(EvidenceFolder.MANIFEST));
  }

  /** Removes what could not be finished; a folder with a manifest stays. */
  synchronized void discard(String id) {
    try {
      if (names.containsKey(id) && !has(id)) {
        remove(id);
      }
    } catch (IOException e) {
      LOG.warn("Cannot remove the evidence {}: {}", id, e.getMessage());
    }
  }

  /** The folder of that id; made when it is not there. */
  synchronized EvidenceFolder open(String id, String container12) throws IOException {
    readNames();
    if (!names.containsKey(id)) {
      String name = TIME.format(clock.instant()) + "-" + container12 + "-" + id;
      Files.createDirectory(
          root.resolve(name),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      names.put(id, name);
      sizes.put(id, 0L);
    }
    return new EvidenceFolder(folder(id), bytes -> admit(id, bytes), this::taken);
  }

  private Instant taken() {
    return clock.instant();
  }

  private void readNames() throws IOException {
    if (known) {
      return;
    }
    Files.createDirectories(root);
    Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    try (DirectoryStream<Path> all = Files.newDirectoryStream(root, Files::isDirectory)) {
      for (Path folder : all) {
        String name = folder.getFileName().toString();
        Optional<String> id = id(name);
        if (id.isPresent()) {
          names.put(id.get(), name);
          sizes.put(id.get(), size(folder));
        }
      }
    }
    known = true;
  }

  private static long size(Path folder) throws IOException {
    long size = 0;
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        size += Files.size(file);
      }
    }
    return size;
  }

  /** Makes room for more bytes of a folder, or says that there is none. */
  private synchronized void admit(String id, long bytes) throws IOException {
    while (used() + bytes > most) {
      Optional<String> oldest =
          names.entrySet().stream()
              .filter(e -> !e.getKey().equals(id) && !needed.test(e.getKey()))
              .min(Map.Entry.comparingByValue())
              .map(Map.Entry::getKey);
      if (oldest.isEmpty()) {
        throw new IOException(
            "there is no room: "
                + most
                + " bytes are the most, and what is there is needed; set responder.evidence-bytes"
                + " higher");
      }
      LOG.warn("Evidence {} is dropped to make room for {}", names.get(oldest.get()), id);
      remove(oldest.get());
    }
    if (names.containsKey(id)) { // else it was discarded meanwhile
      sizes.merge(id, bytes, Long::sum);
    }
  }

  private long used() {
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  /** Removes evidence for good. */
  synchronized void remove(String id) throws IOException {
    Path folder = folder(id);
    Optional<EvidenceManifest> manifest = manifest(id);
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }
        });
    Files.delete(folder);
    names.remove(id);
    sizes.remove(id);
    manifest.ifPresent(dropped);
  }

  /** One that cannot be read goes all the same. */
  private Optional<EvidenceManifest> manifest(String id) {
    try {
      return new EvidenceFolder(folder(id), bytes -> {}, this::taken).manifest();
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** All ids, the oldest first. */
  synchronized List<String> ids() throws IOException {
    readNames();
    List<Map.Entry<String, String>> all = new ArrayList<>(names.entrySet());
    all.sort(Map.Entry.comparingByValue());
    return all.stream().map(Map.Entry::getKey).toList();
  }
}
