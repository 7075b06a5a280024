package io.leukocyte.responder;

import java.io.ByteArrayInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One folder of evidence. A file in it is evidence once the manifest names it, and on the disk
 * before. The manifest is replaced whole, or not. Used by one thread at a time.
 */
final class EvidenceFolder {
  static final String MANIFEST = "manifest.json";

  private static final Logger LOG = LoggerFactory.getLogger(EvidenceFolder.class);

  private static final String NEW = ".new";

  /** A file that grows; it has its name when it is whole. */
  private static final String PART = ".part";

  private static final int BUFFER = 64 * 1024;
  private static final int MOST_MANIFEST = 64 << 20;

  private final Path path;
  private final Room room;
  private final Supplier<Instant> now;

  /** Written, and not yet on the disk. */
  private final List<Path> unforced = new ArrayList<>();

  /** Makes room for bytes, or says that there is none. */
  interface Room {
    void admit(long bytes) throws IOException;
  }

  EvidenceFolder(Path path, Room room, Supplier<Instant> now) {
    this.path = path;
    this.room = room;
    this.now = now;
  }

  Path path() {
    return path;
  }

  /** The manifest; empty when there is none yet, or it cannot be read. */
  Optional<EvidenceManifest> manifest() throws IOException {
    Path file = path.resolve(MANIFEST);
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_MANIFEST);
      return Optional.of(EvidenceManifest.read(JournalLines.MAPPER.readTree(bytes)));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is not a manifest: " + e.getMessage(), e);
    }
  }

  /**
   * Writes a file.
   *
   * @param startNanos when reading its content was begun, {@link System#nanoTime}
   */
  EvidenceManifest.EvidenceFile write(String name, String text, Instant taken, long startNanos)
      throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return write(name, new ByteArrayInputStream(bytes), bytes.length, taken, startNanos);
  }

  /**
   * Writes a file from what is read.
   *
   * @param size bytes of it; what follows is left
   */
  EvidenceManifest.EvidenceFile write(
      String name, InputStream content, long size, Instant taken, long startNanos)
      throws IOException {
    room.admit(size);
    MessageDigest digest = sha256();
    long bytes = 0;
    Path file = create(name);
    unforced.add(file);
    try (FileOutputStream out = new FileOutputStream(file.toFile())) {
      byte[] buffer = new byte[BUFFER];
      while (bytes < size) {
        int got = content.read(buffer, 0, (int) Math.min(buffer.length, size - bytes));
        if (got < 0) {
          break;
        }
        digest.update(buffer, 0, got);
        out.write(buffer, 0, got);
        bytes += got;
      }
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    return new EvidenceManifest.EvidenceFile(
        name,
        bytes,
        HexFormat.of().formatHex(digest.digest()),
        taken,
        (System.nanoTime() - startNanos) / 1_000);
  }

  /** A file that grows while others are written. Used by one thread. */
  final class Growing {
    private final String name;
    private final long most;
    private final Instant began = now();
    private final FileOutputStream out;
    private final MessageDigest digest = sha256();
    private long written;

    private Growing(String name, long most) throws IOException {
      this.name = name;
      this.most = most;
      out = new FileOutputStream(create(name + PART).toFile());
    }

    /** Where it grows: unbuffered, since each write may be the last. */
    OutputStream stream() {
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
          out.write(bytes, offset, length);
          digest.update(bytes, offset, length);
          written += length;
        }
      };
    }

    /**
     * Gives it its name. It stays where the next manifest names it.
     *
     * @param startNanos when it was begun, {@link System#nanoTime}
     */
    EvidenceManifest.EvidenceFile finish(long startNanos) throws IOException {
      out.getFD().sync();
      out.close();
      Files.move(path.resolve(name + PART), path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
      room.admit(written - most);
      return new EvidenceManifest.EvidenceFile(
          name,
          written,
          HexFormat.of().formatHex(digest.digest()),
          began,
          (System.nanoTime() - startNanos) / 1_000);
    }

    /** Removes it, as far as that is possible. */
    void discard() {
      try {
        out.close();
        Files.deleteIfExists(path.resolve(name + PART));
        room.admit(-most);
      } catch (IOException e) {
        LOG.warn("Cannot remove {} in {}: {}", name, path, e.getMessage());
      }
    }
  }

  /**
   * Begins a file that grows, with a name that no other file has.
   *
   * @param most bytes of it
   */
  Growing grow(String stem, String ending, long most) throws IOException {
    String name = stem + ending;
    for (int i = 2; Files.exists(path.resolve(name)); i++) {
      name = stem + "-" + i + ending;
    }
    room.admit(most);
    return new Growing(name, most);
  }

  /** Whether a file of that name still grows, or was growing when the responder died. */
  static boolean isGrowing(String name) {
    return name.endsWith(PART);
  }

  /**
   * Gives files their names that were growing when the responder died: what is there is kept.
   *
   * @return whether there was one
   */
  boolean endGrowth() throws IOException {
    boolean grew = false;
    for (Path file : files()) {
      String name = file.getFileName().toString();
      if (isGrowing(name)) {
        Files.move(file, path.resolve(name.substring(0, name.length() - PART.length())));
        grew = true;
      }
    }
    return grew;
  }

  private Path create(String name) throws IOException {
    Path file = path.resolve(name);
    Files.deleteIfExists(file);
    return Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
  }

  /** Writes the manifest, and removes what it does not name and does not grow. */
  void seal(EvidenceManifest manifest) throws IOException {
    String text = manifest.json().toPrettyString() + "\n";
    write(MANIFEST + NEW, text, manifest.finished(), System.nanoTime());
    forceWritten();
    Files.move(
        path.resolve(MANIFEST + NEW),
        path.resolve(MANIFEST),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    Set<String> named = new TreeSet<>(Set.of(MANIFEST));
    manifest.files().forEach(file -> named.add(file.name()));
    for (Path file : files()) {
      String name = file.getFileName().toString();
      if (!named.contains(name) && !isGrowing(name)) {
        Files.delete(file);
      }
    }
    force(path);
    force(path.resolve("..")); // the folder's own name, when it is new
  }

  /** All at once: a file system that keeps a journal has little to do after the first. */
  private void forceWritten() throws IOException {
    for (Path file : unforced) {
      if (Files.exists(file)) {
        force(file);
      }
    }
    unforced.clear();
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      channel.force(true);
    }
  }

  private List<Path> files() throws IOException {
    List<Path> files = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(path)) {
      all.forEach(files::add);
    }
    return files;
  }

  /** Files that are there without a manifest; the last ones may be cut. */
  List<EvidenceManifest.EvidenceFile> found() throws IOException {
    List<EvidenceManifest.EvidenceFile> found = new ArrayList<>();
    for (Path file : files()) {
      String name = file.getFileName().toString();
      if (Files.isRegularFile(file) && !name.startsWith(MANIFEST)) {
        long start = System.nanoTime();
        found.add(
            new EvidenceManifest.EvidenceFile(
                name,
                Files.size(file),
                hash(file),
                Files.getLastModifiedTime(file).toInstant(),
                (System.nanoTime() - start) / 1_000));
      }
    }
    return found;
  }

  /** The SHA-256 of a file, hexadecimal. */
  static String hash(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return hash(in, Long.MAX_VALUE);
    }
  }

  /** The SHA-256 of so many bytes, or all there are. */
  static String hash(InputStream in, long most) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER];
    long left = most;
    while (left > 0) {
      int got = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (got < 0) {
        break;
      }
      digest.update(buffer, 0, got);
      left -= got;
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** The time for what is taken now. */
  Instant now() {
    return now.get();
  }
}
