package io.leukocyte.collector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder that looks like proc. */
final class FakeProc {
  private final Path root;

  FakeProc(Path root) {
    this.root = root;
  }

  Path root() {
    return root;
  }

  /**
   * Puts a process there, or another program in its place.
   *
   * @param ticks of its start
   * @param image a number that each program has of its own
   * @param container null for the host
   */
  FakeProc runs(
      int pid,
      int parent,
      long ticks,
      long image,
      @Nullable String container,
      String executable,
      String... args) {
    Path folder = root.resolve(Integer.toString(pid));
    String name = Path.of(executable).getFileName().toString();
    try {
      Files.createDirectories(folder.resolve("ns"));
      Files.createDirectories(folder.resolve("fd"));
      Files.createDirectories(folder.resolve("net"));
      Files.writeString(
          folder.resolve("stat"),
          "%d (%s) S %d %d 0 0 -1 %s%d %s%d 0 %d %s%d 0 0\n"
              .formatted(
                  pid,
                  name,
                  parent,
                  pid,
                  "0 ".repeat(13),
                  ticks,
                  "0 ".repeat(3),
                  image,
                  image,
                  "0 ".repeat(19),
                  image));
      Files.writeString(
          folder.resolve("status"),
          "Name:\t"
              + name
              + "\nUid:\t7\t7\t7\t7\nGid:\t8\t8\t8\t8\nNSpid:\t"
              + pid
              + "\t3\n"
              + "CapPrm:\t00000000000000ff\nCapEff:\t000000000000000f\n");
      Files.writeString(folder.resolve("cmdline"), String.join("\0", args) + "\0");
      Files.writeString(folder.resolve("loginuid"), "4294967295");
      Files.writeString(
          folder.resolve("cgroup"),
          "0::/" + (container == null ? "init.scope" : "docker/" + container) + "\n");
      link(folder.resolve("exe"), executable);
      link(folder.resolve("cwd"), "/app");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FakeProc ends(int pid) {
    try (Stream<Path> files = Files.walk(root.resolve(Integer.toString(pid)))) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FakeProc network(int pid, long namespace) {
    link(root.resolve(pid + "/ns/net"), "net:[" + namespace + "]");
    return this;
  }

  /** Lines of {@code net/tcp}: {@code LOCAL REMOTE STATE INODE}. */
  FakeProc tcp(int pid, String... sockets) {
    StringBuilder text = new StringBuilder("  sl  local_address rem_address ...\n");
    for (String socket : sockets) {
      List<String> words = List.of(socket.split(" ", -1));
      text.append(
          "   0: %s %s %s 00000000:00000000 00:00000000 00000000 0 0 %s 1\n"
              .formatted(words.get(0), words.get(1), words.get(2), words.get(3)));
    }
    try {
      Files.writeString(root.resolve(pid + "/net/tcp"), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  FakeProc has(int pid, int descriptor, long inode) {
    link(root.resolve(pid + "/fd/" + descriptor), "socket:[" + inode + "]");
    return this;
  }

  private static void link(Path at, String target) {
    try {
      Files.deleteIfExists(at);
      Files.createSymbolicLink(at, Path.of(target));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
