package io.leukocyte.collector;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The root folder of a process, in which files are read that a container made. What it made may
 * lead elsewhere, wait, or never end; so no link leads out of the folder, what is not a regular
 * file is never opened, a file system that somebody may serve slowly is not asked, a lease is not
 * waited for, and no more than a bound is read.
 */
final class RootFolder implements AutoCloseable {
  private static final Path OWN_FILES = Path.of("/proc/self/fd");
  private static final int CHUNK = 64 << 10;
  private static final int TRIES = 3;

  /** Types of file systems that this host's kernel answers for by itself. */
  private static final Set<String> LOCAL =
      Set.of(
          "aufs",
          "bcachefs",
          "btrfs",
          "erofs",
          "ext2",
          "ext3",
          "ext4",
          "f2fs",
          "jfs",
          "overlay",
          "ramfs",
          "squashfs",
          "tmpfs",
          "xfs",
          "zfs");

  private final int fd;
  private final Stamp stamp;

  private RootFolder(int fd, Stamp stamp) {
    this.fd = fd;
    this.stamp = stamp;
  }

  /**
   * What tells a file, and a state of it, from others; times in unix nanoseconds.
   *
   * @param regular whether it is a regular file
   */
  record Stamp(long device, long inode, long size, long modified, long changed, boolean regular) {
    /** Nothing is there. */
    static final Stamp ABSENT = new Stamp(0, 0, 0, 0, 0, false);

    /** Only which file it is, in whatever state. */
    Stamp identity() {
      return new Stamp(device, inode, 0, 0, 0, regular);
    }

    private static @Nullable Stamp of(int fd) {
      try {
        Map<String, Object> all =
            Files.readAttributes(
                OWN_FILES.resolve(Integer.toString(fd)),
                "unix:dev,ino,size,lastModifiedTime,ctime,isRegularFile");
        return new Stamp(
            number(all, "dev"),
            number(all, "ino"),
            number(all, "size"),
            time(all, "lastModifiedTime"),
            time(all, "ctime"),
            Boolean.TRUE.equals(all.get("isRegularFile")));
      } catch (IOException e) {
        return null;
      }
    }

    private static long number(Map<String, Object> all, String name) {
      return all.get(name) instanceof Number n ? n.longValue() : 0;
    }

    private static long time(Map<String, Object> all, String name) {
      return all.get(name) instanceof FileTime t ? t.to(TimeUnit.NANOSECONDS) : 0;
    }
  }

  /**
   * A file and what it held.
   *
   * @param stamp as it was before it was read
   * @param content null when the stamp was known already
   */
  @SuppressWarnings("ArrayRecordComponent") // bytes on their way, never compared
  record Content(Stamp stamp, byte @Nullable [] content) {}

  /**
   * Opens the root folder of a process.
   *
   * @param link {@code /proc/PID/root}
   * @throws NoSuchFileException when the process is gone
   * @throws IOException when it may not be read
   */
  static RootFolder open(Path link) throws IOException {
    int fd = LibC.openat2(LibC.AT_FDCWD, link.toString(), LibC.O_PATH | LibC.O_CLOEXEC, 0);
    if (fd == -LibC.ENOENT || fd == -LibC.ESRCH) {
      throw new NoSuchFileException(link.toString());
    }
    if (fd < 0) {
      throw new IOException(refusal(link, -fd));
    }
    Stamp stamp = Stamp.of(fd);
    if (stamp == null) {
      LibC.close(fd);
      throw new IOException(link + " cannot be looked at");
    }
    return new RootFolder(fd, stamp);
  }

  private static String refusal(Path link, int errno) {
    return switch (errno) {
      case LibC.EPERM, LibC.EACCES -> link + " may not be read: the collector needs CAP_SYS_PTRACE";
      case LibC.ENOSYS -> "the kernel has no openat2: Linux 5.6 or later is needed";
      default -> link + " cannot be opened: errno " + errno;
    };
  }

  /** The folder itself. */
  Stamp stamp() {
    return stamp;
  }

  /**
   * Whether a path lies in file systems of this host's kernel, as far as mounts lead there.
   *
   * @param mounts lines of the process's mountinfo
   * @param path from the root, without links
   */
  static boolean isLocal(List<String> mounts, String path) {
    boolean root = false;
    for (String line : mounts) {
      String[] words = line.split(" ", 6);
      int type = line.indexOf(" - ");
      if (words.length < 6 || type < 0) {
        continue;
      }
      String at = words[4];
      if (at.equals("/") || path.equals(at) || path.startsWith(at + "/")) {
        root |= at.equals("/");
        if (!LOCAL.contains(line.substring(type + 3).split(" ", 2)[0])) {
          return false;
        }
      }
    }
    return root;
  }

  /**
   * Reads a file.
   *
   * @param path within the folder, without a slash in front
   * @param known stamp of what is known already; null when nothing is
   * @param most bytes that are read; one more when there are more
   * @return {@link Stamp#ABSENT} when there is no such file, null when it is none to read
   */
  @Nullable Content read(String path, @Nullable Stamp known, int most) {
    int file = find(path);
    if (file == -LibC.ENOENT || file == -LibC.ENOTDIR) {
      return new Content(Stamp.ABSENT, new byte[0]);
    }
    if (file < 0) {
      return null;
    }
    try {
      Stamp found = Stamp.of(file);
      if (found == null || !found.regular()) {
        return null;
      }
      return found.equals(known)
          ? new Content(found, null)
          : content(found, OWN_FILES.resolve(Integer.toString(file)), most);
    } finally {
      LibC.close(file);
    }
  }

  /**
   * A descriptor that names the file and opens nothing, or -errno. Where a mount lies on the way,
   * the path is followed as it is written: {@link #isLocal} has looked at the mounts on it.
   */
  private int find(String path) {
    long flags = LibC.O_PATH | LibC.O_CLOEXEC;
    long within = LibC.RESOLVE_IN_ROOT | LibC.RESOLVE_NO_MAGICLINKS;
    int file = -LibC.EAGAIN;
    for (int i = 0; i < TRIES && file == -LibC.EAGAIN; i++) { // something was renamed meanwhile
      file = LibC.openat2(fd, path, flags, within | LibC.RESOLVE_NO_XDEV);
      if (file == -LibC.EXDEV) {
        file = LibC.openat2(fd, path, flags, within | LibC.RESOLVE_NO_SYMLINKS);
      }
    }
    return file;
  }

  private static @Nullable Content content(Stamp stamp, Path named, int most) {
    long flags = LibC.O_NONBLOCK | LibC.O_NOCTTY | LibC.O_CLOEXEC;
    int file = LibC.openat2(LibC.AT_FDCWD, named.toString(), flags, 0);
    if (file < 0) {
      return null;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment chunk = arena.allocate(CHUNK);
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      while (all.size() <= most) {
        long count = LibC.read(file, chunk.asSlice(0, Math.min(CHUNK, most + 1L - all.size())));
        if (count == 0) {
          break;
        }
        if (count < 0) {
          return null;
        }
        all.writeBytes(chunk.asSlice(0, count).toArray(JAVA_BYTE));
      }
      return new Content(stamp, all.toByteArray());
    } finally {
      LibC.close(file);
    }
  }

  @Override
  public void close() {
    LibC.close(fd);
  }
}
