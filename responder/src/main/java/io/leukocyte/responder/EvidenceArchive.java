package io.leukocyte.responder;

import io.leukocyte.events.config.UserFile;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;

/**
 * The evidence of a data folder as operators see it, with or without a responder that runs. All
 * methods throw {@link EvidenceException} when it cannot be read.
 */
public final class EvidenceArchive {
  private static final int SHORTEST_ID = 4;
  private static final int PRIVATE = 0600;

  private EvidenceArchive() {}

  /**
   * Evidence that was looked at.
   *
   * @param folder where it is
   * @param manifest what it says of itself
   * @param faults files that are not as the manifest says: what is wrong with each; empty when all
   *     are
   */
  public record Report(Path folder, EvidenceManifest manifest, List<String> faults) {
    /** Copies the list. */
    public Report {
      faults = List.copyOf(faults);
    }

    /** Whether each file is as it was taken. */
    public boolean isIntact() {
      return faults.isEmpty();
    }
  }

  /**
   * All evidence that has a manifest, the oldest first.
   *
   * @param data the responder's part of the data folder
   */
  public static List<EvidenceManifest> list(Path data) {
    List<EvidenceManifest> manifests = new ArrayList<>();
    for (Path folder : folders(EvidenceStore.root(data))) {
      if (Files.exists(folder.resolve(EvidenceFolder.MANIFEST))) {
        manifests.add(manifest(folder));
      }
    }
    manifests.sort(Comparator.comparing(EvidenceManifest::began));
    return manifests;
  }

  private static List<Path> folders(Path root) {
    List<Path> folders = new ArrayList<>();
    try (DirectoryStream<Path> all =
        Files.newDirectoryStream(
            root, f -> EvidenceStore.id(f.getFileName().toString()).isPresent())) {
      all.forEach(folders::add);
    } catch (NoSuchFileException e) {
      return List.of(); // none was ever taken
    } catch (IOException e) {
      throw unreadable(root, e);
    }
    return folders;
  }

  private static EvidenceManifest manifest(Path folder) {
    try {
      return new EvidenceFolder(folder, bytes -> {}, Instant::now)
          .manifest()
          .orElseThrow(() -> new IOException("it has no manifest: it is still being taken"));
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static EvidenceException unreadable(Path path, IOException e) {
    return new EvidenceException(
        "Cannot read the evidence in "
            + path
            + ": "
            + UserFile.problem(e)
            + "; run as the user that runs the responder",
        e);
  }

  /**
   * Looks at evidence: each file's size and SHA-256.
   *
   * @param data the responder's part of the data folder
   * @param id its id, the id of an action it was taken for, or of its alert; may be shortened
   */
  public static Report show(Path data, String id) {
    Path folder = folder(EvidenceStore.root(data), id);
    EvidenceManifest manifest = manifest(folder);
    List<String> faults = new ArrayList<>();
    Set<String> named = new TreeSet<>(Set.of(EvidenceFolder.MANIFEST));
    for (EvidenceManifest.EvidenceFile file : manifest.files()) {
      named.add(file.name());
      verify(folder, file, faults);
    }
    try (DirectoryStream<Path> there = Files.newDirectoryStream(folder)) {
      for (Path file : there) {
        String name = file.getFileName().toString();
        boolean grows = EvidenceFolder.isGrowing(name) && manifest.incomplete() != null;
        if (!named.contains(name) && !grows) {
          faults.add(name + ": the manifest does not name it");
        }
      }
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
    return new Report(folder, manifest, faults);
  }

  private static void verify(Path folder, EvidenceManifest.EvidenceFile file, List<String> faults) {
    Path path = folder.resolve(file.name());
    try {
      if (!folder.equals(path.normalize().getParent()) || !Files.isRegularFile(path)) {
        faults.add(file.name() + ": it is not there");
      } else if (Files.size(path) != file.bytes()) {
        faults.add(
            file.name() + ": it has " + Files.size(path) + " bytes, and had " + file.bytes());
      } else if (!EvidenceFolder.hash(path).equals(file.sha256())) {
        faults.add(file.name() + ": its content is not what was taken");
      }
    } catch (IOException e) {
      faults.add(file.name() + ": it cannot be read: " + e.getMessage());
    }
  }

  /**
   * What evidence says of itself.
   *
   * @param root where evidence is
   * @param id as {@link #show}
   */
  static EvidenceManifest find(Path root, String id) {
    return manifest(folder(root, id));
  }

  private static Path folder(Path root, String id) {
    List<Path> found = new ArrayList<>();
    for (Path folder : folders(root)) {
      if (id.length() >= SHORTEST_ID && isMeant(folder, id)) {
        found.add(folder);
      }
    }
    if (found.size() == 1) {
      return found.getFirst();
    }
    throw new EvidenceException(
        found.isEmpty()
            ? "There is no evidence '" + id + "' on this host; 'leuko evidence list' lists it"
            : "'" + id + "' may mean " + found.size() + " pieces of evidence; write more of the id",
        null);
  }

  private static boolean isMeant(Path folder, String id) {
    if (EvidenceStore.id(folder.getFileName().toString())
        .filter(i -> i.startsWith(id))
        .isPresent()) {
      return true;
    }
    if (Files.notExists(folder.resolve(EvidenceFolder.MANIFEST))) {
      return false;
    }
    EvidenceManifest manifest = manifest(folder);
    return (manifest.alert() != null && manifest.alert().startsWith(id))
        || manifest.actions().stream()
            .anyMatch(a -> a.substring(a.indexOf(' ') + 1).startsWith(id));
  }

  /**
   * Packs evidence into a file, which only its owner may read.
   *
   * @param data the responder's part of the data folder
   * @param id as {@link #show}
   * @param to a gzipped tar archive; must not be there yet
   * @return what was packed, looked at as {@link #show} does
   */
  public static Report export(Path data, String id, Path to) {
    Report report = show(data, id);
    Path fresh = to.resolveSibling(to.getFileName() + ".new");
    try {
      if (Files.exists(to)) {
        throw new EvidenceException(to + " is there already; name another file", null);
      }
      Files.deleteIfExists(fresh);
      Files.createFile(
          fresh,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      try (OutputStream out = Files.newOutputStream(fresh)) {
        pack(report, out);
      }
      Files.move(fresh, to, StandardCopyOption.ATOMIC_MOVE);
      return report;
    } catch (IOException e) {
      throw new EvidenceException(
          "Cannot write " + to + ": " + e.getMessage() + "; choose a folder with room", e);
    }
  }

  private static void pack(Report report, OutputStream out) throws IOException {
    String name = report.folder().getFileName().toString();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GzipCompressorOutputStream(out))) {
      tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      List<String> files = new ArrayList<>(List.of(EvidenceFolder.MANIFEST));
      report.manifest().files().forEach(file -> files.add(file.name()));
      for (String file : files) {
        Path path = report.folder().resolve(file);
        if (Files.isRegularFile(path)) {
          TarArchiveEntry entry = new TarArchiveEntry(path, name + "/" + file);
          entry.setMode(PRIVATE);
          tar.putArchiveEntry(entry);
          Files.copy(path, tar);
          tar.closeArchiveEntry();
        }
      }
    }
  }
}
