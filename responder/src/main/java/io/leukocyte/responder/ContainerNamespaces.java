package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Text;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The network namespaces of containers' processes: who lives in them, and programs of this host
 * that are run in them.
 *
 * <p>A pid is given away again: before and after each command the process is looked at, and its
 * namespace must not be our own. A process that was the same before and after was the same in
 * between.
 */
final class ContainerNamespaces {
  static final Duration DEADLINE = Duration.ofSeconds(5);

  private static final Pattern CONTAINER = Pattern.compile("[0-9a-f]{64}");

  private final Path proc;
  private final Supplier<Nft> nft;
  private final Commands commands;

  /** Those of this host. */
  ContainerNamespaces() {
    this(Path.of("/proc"), Nft::ofThisHost, new Commands(DEADLINE));
  }

  ContainerNamespaces(Path proc, Supplier<Nft> nft, Commands commands) {
    this.proc = proc;
    this.nft = nft;
    this.commands = commands;
  }

  /** What runs scripts of nft. */
  Nft nft() {
    return nft.get();
  }

  /** What a program in a namespace answered. */
  record Result(boolean worked, String output, String problem) {
    /** What to throw when it did not work. */
    NetworkFilterException failure(String what, ContainerProcess process) {
      return new NetworkFilterException(
          "Cannot "
              + what
              + " the packet filter of container "
              + process.container().brief()
              + ": nft says: "
              + problem
              + "; we must be root and the kernel must have nf_tables");
    }
  }

  /** Other containers that have processes in the same namespace. */
  Set<ContainerId> sharers(ContainerProcess process) {
    String namespace = namespace(process.pid());
    Set<ContainerId> found = new HashSet<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(proc, "[0-9]*")) {
      for (Path other : all) {
        if (namespace.equals(link(other.resolve("ns/net")))) {
          owners(other).forEach(found::add);
        }
      }
    } catch (IOException e) {
      throw new NetworkFilterException("Cannot list the processes in " + proc + ": " + e, e);
    }
    found.remove(process.container());
    return found;
  }

  /** Whether a process runs, and is the container's. One that ended has no namespace. */
  boolean isStill(ContainerProcess process) {
    Path folder = proc.resolve(String.valueOf(process.pid()));
    return owners(folder).contains(process.container()) && link(folder.resolve("ns/net")) != null;
  }

  /** Whether two processes have the same namespace. */
  boolean same(ContainerProcess one, ContainerProcess other) {
    return owners(proc.resolve(String.valueOf(other.pid()))).contains(other.container())
        && namespace(one.pid()).equals(link(proc.resolve(other.pid() + "/ns/net")));
  }

  /** Runs a script of nft in the namespace of the process, and nowhere else. */
  Result nft(ContainerProcess process, String script) {
    return unchanged(process, namespace -> nft().run(process, namespace, script));
  }

  /** Runs a program of this host in the namespace of the process, and nowhere else. */
  Result run(ContainerProcess process, List<String> program, String input) {
    List<String> command =
        new ArrayList<>(List.of("nsenter", "-t", String.valueOf(process.pid()), "-n"));
    command.addAll(program);
    return unchanged(process, namespace -> commands.run(command, input));
  }

  /**
   * Does what is to be done to a namespace, and throws when it was not the process's throughout.
   */
  private Result unchanged(ContainerProcess process, Function<String, Commands.Result> work) {
    Identity before = identity(process);
    Commands.Result result = work.apply(before.namespace());
    if (!before.equals(identity(process))) {
      throw gone(process, null);
    }
    String problem = Text.clip(Text.printable(firstLine(result.errors())), 200);
    return new Result(result.exitCode() == 0, result.output(), problem);
  }

  /** All packets in the namespace of the process; moves the calling thread there. */
  PacketSource packets(ContainerProcess process) throws IOException {
    Identity before = identity(process);
    return PacketSocket.open(
        proc.resolve(process.pid() + "/ns/net"),
        () -> {
          if (!before.equals(identity(process))) {
            throw gone(process, null);
          }
        });
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("no message");
  }

  /**
   * A file of the namespace as the kernel gives it, such as {@code net/tcp}.
   *
   * @return empty when this kernel has none
   */
  String read(ContainerProcess process, String file) {
    Identity before = identity(process);
    Path path = proc.resolve(String.valueOf(process.pid())).resolve(file);
    if (!Files.exists(path)) {
      return "";
    }
    try {
      String text = Files.readString(path);
      if (before.equals(identity(process))) {
        return text;
      }
      throw gone(process, null);
    } catch (IOException e) {
      throw gone(process, e);
    }
  }

  /** What tells a process, and where it is, from another with its pid. */
  private record Identity(String startTime, String namespace) {}

  private Identity identity(ContainerProcess process) {
    Path folder = proc.resolve(String.valueOf(process.pid()));
    if (!owners(folder).contains(process.container())) {
      throw gone(process, null);
    }
    return new Identity(startTime(process), namespace(process.pid()));
  }

  private String startTime(ContainerProcess process) {
    try {
      String stat = Files.readString(proc.resolve(process.pid() + "/stat"));
      String[] afterName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return afterName[19];
    } catch (IOException e) {
      throw gone(process, e);
    }
  }

  /** The network namespace of a container's process, which is not ours. */
  private String namespace(int pid) {
    String namespace = link(proc.resolve(pid + "/ns/net"));
    if (namespace == null) {
      throw new NetworkFilterException(
          "Cannot read the network namespace of process "
              + pid
              + ": it ended, or we may not; run as root with the host's processes in sight");
    }
    if (namespace.equals(link(proc.resolve("self/ns/net")))
        || namespace.equals(link(proc.resolve("1/ns/net")))) {
      throw new NetworkFilterException(
          "The process " + pid + " has the host's network: nothing is filtered there");
    }
    return namespace;
  }

  private static @Nullable String link(Path path) {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      return null; // the process ended
    }
  }

  /** The containers that a process's control groups name; the last is the innermost. */
  private static Set<ContainerId> owners(Path process) {
    Set<ContainerId> found = new HashSet<>();
    try {
      Matcher matcher = CONTAINER.matcher(Files.readString(process.resolve("cgroup")));
      while (matcher.find()) {
        found.add(new ContainerId(matcher.group()));
      }
    } catch (IOException e) {
      return Set.of(); // the process ended
    }
    return found;
  }

  static NetworkFilterException gone(ContainerProcess process, @Nullable Exception cause) {
    return new NetworkFilterException.Gone(
        "The process "
            + process.pid()
            + " of container "
            + process.container().brief()
            + " ended meanwhile",
        cause);
  }
}
