package io.leukocyte.deploy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who listens on a TCP port, as /proc tells it.
 *
 * @param process the process, absent when its open files may not be seen (another user's, without
 *     root)
 * @param uid the user the socket belongs to
 */
record PortOwner(Optional<Named> process, int uid) {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTEN = "0A";

  /** A process by its id and the command line it was started with, which may be cut. */
  record Named(long pid, String command) {}

  /** A listening socket, as a line of /proc/net/tcp shows it. */
  private record Listener(int uid, long inode) {}

  /** The owner of the first listening socket on that port, on any address, IPv4 or IPv6. */
  static Optional<PortOwner> of(int port) {
    return Stream.of("net/tcp", "net/tcp6")
        .flatMap(table -> lines(PROC.resolve(table)))
        .flatMap(line -> listener(line, port).stream())
        .findFirst()
        .map(found -> new PortOwner(holder(found.inode()), found.uid()));
  }

  @Override
  public String toString() {
    return process
        .map(named -> "pid %d (%s)".formatted(named.pid(), named.command()))
        .orElse("a process of user id %d, whose files only root sees".formatted(uid));
  }

  /**
   * Fields: number, local address, remote address, state, queues, timer, retransmits, uid, timeout,
   * inode.
   */
  private static Optional<Listener> listener(String line, int port) {
    String[] fields = line.strip().split("\\s+", -1);
    if (fields.length < 10 || !fields[3].equals(LISTEN)) {
      return Optional.empty();
    }
    String local = fields[1];
    int localPort = Integer.parseInt(local, local.indexOf(':') + 1, local.length(), 16);
    return localPort == port
        ? Optional.of(new Listener(Integer.parseInt(fields[7]), Long.parseLong(fields[9])))
        : Optional.empty();
  }

  private static Stream<String> lines(Path table) {
    try {
      return Files.readAllLines(table).stream();
    } catch (IOException e) {
      return Stream.empty(); // no IPv6, or no /proc: then there is less to tell
    }
  }

  private static Optional<Named> holder(long inode) {
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (holds(process, "socket:[" + inode + "]")) {
          long pid = Long.parseLong(process.getFileName().toString());
          return Optional.of(new Named(pid, command(process)));
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean holds(Path process, String socket) {
    try (DirectoryStream<Path> files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        if (socket.equals(target(file))) {
          return true;
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      return false; // it ended, or it is not ours to see
    }
    return false;
  }

  private static @Nullable String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException e) {
      return null; // closed in the meantime
    }
  }

  private static String command(Path process) {
    try {
      String line =
          new String(Files.readAllBytes(process.resolve("cmdline")), StandardCharsets.UTF_8)
              .replace('\0', ' ')
              .strip();
      return line.length() > 80 ? line.substring(0, 80) + "…" : line;
    } catch (IOException e) {
      return "it has ended";
    }
  }
}
