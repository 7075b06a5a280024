package io.leukocyte.responder;

import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.BlockedImageJson;
import io.leukocyte.events.MalformedJsonException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images that may not start on this host, in a file of one JSON object a line that is replaced
 * whole: when a call that changes it returns, the change is on the disk. What was trusted again is
 * kept too, so that an older word about it does not count. Thread-safe.
 */
final class BlockList {
  private static final Logger LOG = LoggerFactory.getLogger(BlockList.class);
  private static final String MODE = "rw-------";

  private final @Nullable Path file;
  private final Clock clock;
  private final Map<String, BlockedImage> images = new LinkedHashMap<>();
  private volatile @Nullable String problem;
  private volatile Consumer<BlockedImage> changed = image -> {};
  private boolean read;

  /**
   * The list of a file, which is read when it is first asked.
   *
   * @param file made with the first image; null: nothing is kept
   * @param clock decides what still holds
   */
  BlockList(@Nullable Path file, Clock clock) {
    this.file = file;
    this.clock = clock;
  }

  /** Hears of each change that was made on this host, once it is on the disk. */
  void changed(Consumer<BlockedImage> listener) {
    changed = listener;
  }

  /** Why some of the list could not be read; null when all could. */
  @Nullable String problem() {
    return problem;
  }

  /** All that hold, the oldest first. */
  synchronized List<BlockedImage> all() {
    long now = Nanos.now(clock);
    return known().values().stream().filter(i -> i.holds(now)).toList();
  }

  /** Everything that was said last, the oldest first. */
  synchronized List<BlockedImage> everything() {
    return List.copyOf(known().values());
  }

  /** What is said of an image, while it holds. */
  synchronized Optional<BlockedImage> find(String digest) {
    return Optional.ofNullable(known().get(digest)).filter(i -> i.holds(Nanos.now(clock)));
  }

  /** It is trusted again; nothing when it is already. */
  void lift(String digest, String by, String why) {
    find(digest).ifPresent(image -> say(image.lifted(by, why, Nanos.now(clock))));
  }

  /**
   * Says something of an image on this host; the same once more changes nothing.
   *
   * @throws HostException when it cannot be kept
   */
  void say(BlockedImage image) {
    if (take(image)) {
      changed.accept(image);
    }
  }

  /**
   * Takes what was said elsewhere.
   *
   * @return whether it is news
   * @throws HostException when it cannot be kept
   */
  synchronized boolean hear(BlockedImage image) {
    return take(image);
  }

  private synchronized boolean take(BlockedImage image) {
    if (image.equals(known().get(image.digest()))) {
      return false;
    }
    Map<String, BlockedImage> next = new LinkedHashMap<>(known());
    next.remove(image.digest());
    next.put(image.digest(), image);
    try {
      if (file != null) {
        write(file, next);
      }
    } catch (IOException e) {
      throw new HostException("Cannot keep the list of blocked images in " + file + ": " + e, e);
    }
    images.clear();
    images.putAll(next);
    return true;
  }

  private static void write(Path file, Map<String, BlockedImage> all) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    Files.createDirectories(folder);
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(MODE)));
    try (FileChannel out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      for (BlockedImage image : all.values()) {
        String line = new String(BlockedImageJson.write(image), StandardCharsets.UTF_8) + "\n";
        ByteBuffer bytes = ByteBuffer.wrap(line.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          int _ = out.write(bytes);
        }
      }
      out.force(true);
    }
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel parent = FileChannel.open(folder)) {
      parent.force(true);
    }
  }

  private Map<String, BlockedImage> known() {
    if (!read) {
      read = true;
      if (file != null && Files.exists(file)) {
        readFile(file);
      }
    }
    return images;
  }

  private void readFile(Path from) {
    List<String> damaged = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(from)) {
        try {
          BlockedImage image = BlockedImageJson.read(line.getBytes(StandardCharsets.UTF_8)).image();
          images.put(image.digest(), image);
        } catch (MalformedJsonException e) {
          damaged.add(String.valueOf(e.getMessage()));
        }
      }
    } catch (IOException e) {
      damaged.add(String.valueOf(e));
    }
    if (!damaged.isEmpty()) {
      problem =
          "%s has %d lines that cannot be read, such as: %s"
              .formatted(from, damaged.size(), damaged.getFirst());
      LOG.error("{}; block those images again", problem);
    }
  }
}
