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
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The packet filter of the kernel, nftables, in the network namespace of a container's process.
 *
 * <p>Two tables named {@value #TABLE}: {@code inet} drops in and out of the protocol stack, with
 * connections that are open; {@code netdev} drops at each interface, where packet sockets (which
 * NET_RAW allows, as Docker does by default) would pass by the stack. Loopback stays, without the
 * engine's name server at 127.0.0.11. The tables are ours alone, so that taking them away leaves
 * everything else as it was.
 *
 * <p>A pid is given away again: before and after each command the process is looked at, and its
 * namespace must not be our own. A process that was the same before and after was the same in
 * between.
 */
final class NftNetworkFilter implements NetworkFilter {
  static final String TABLE = "leuko_quarantine";

  private static final Duration DEADLINE = Duration.ofSeconds(5);
  private static final Pattern CONTAINER = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.@-]{1,15}");
  private static final String PRIORITY = "priority -500; policy drop;";
  private static final String LOOPBACK =
      """
          %1$s "lo" ip saddr != 127.0.0.11 ip daddr != 127.0.0.11 accept
          %1$s "lo" meta nfproto ipv6 accept
      """;

  private final Path proc;
  private final Commands commands;

  /** Whether this kernel cannot drop at interfaces. */
  private volatile boolean stackOnly;

  /** With the programs nsenter and nft of this host. */
  NftNetworkFilter() {
    this(Path.of("/proc"), new Commands(DEADLINE));
  }

  NftNetworkFilter(Path proc, Commands commands) {
    this.proc = proc;
    this.commands = commands;
  }

  @Override
  public Optional<String> unusable() {
    List<String> missing =
        List.of("nsenter", "nft").stream().filter(p -> !Commands.installed(p)).toList();
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of("this host has no program " + String.join(" and no ", missing));
  }

  @Override
  public Set<ContainerId> sharers(ContainerProcess process) {
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

  @Override
  public String close(ContainerProcess process) {
    List<String> interfaces = interfaces(process);
    Result all = nft(process, drop() + dropAt(interfaces));
    if (all.worked()) {
      return "everything but loopback, on " + describe(interfaces);
    }
    Result some = nft(process, drop());
    if (some.worked()) {
      stackOnly = true;
      return "everything but loopback and packet sockets (" + all.problem() + ")";
    }
    throw failed("close", process, some);
  }

  private static String describe(List<String> interfaces) {
    return interfaces.isEmpty() ? "no interface" : String.join(", ", interfaces);
  }

  @Override
  public boolean isClosed(ContainerProcess process) {
    Result listed = nft(process, "list ruleset\n");
    if (!listed.worked()) {
      throw failed("look at", process, listed);
    }
    Optional<String> stack = table(listed.output(), "inet");
    boolean dropped =
        stack.isPresent()
            && List.of("input", "forward", "output").stream()
                .allMatch(hook -> drops(stack.get(), hook));
    return dropped && (stackOnly || dropsAt(listed.output(), interfaces(process)));
  }

  private static boolean dropsAt(String ruleset, List<String> interfaces) {
    if (interfaces.isEmpty()) {
      return true;
    }
    Optional<String> table = table(ruleset, "netdev");
    return table.isPresent()
        && List.of("ingress", "egress").stream()
            .allMatch(
                hook -> chain(table.get(), hook).filter(c -> names(c, interfaces)).isPresent());
  }

  private static boolean names(String chain, List<String> interfaces) {
    return chain.contains("policy drop;")
        && interfaces.stream().allMatch(name -> chain.contains('"' + name + '"'));
  }

  /** The text of our table of a family. */
  private static Optional<String> table(String ruleset, String family) {
    return block(ruleset, "table " + family + " " + TABLE + " {", "\n}");
  }

  /** The text of a chain. */
  private static Optional<String> chain(String table, String name) {
    return block(table, "chain " + name + " {", "\n\t}");
  }

  private static Optional<String> block(String text, String head, String end) {
    int start = text.indexOf(head);
    if (start < 0) {
      return Optional.empty();
    }
    int stop = text.indexOf(end, start);
    return Optional.of(text.substring(start, stop < 0 ? text.length() : stop));
  }

  private static boolean drops(String table, String hook) {
    return chain(table, hook)
        .filter(c -> c.contains("type filter hook " + hook + " ") && c.contains("policy drop;"))
        .isPresent();
  }

  @Override
  public void open(ContainerProcess process) {
    List<String> ours = tables(process);
    if (ours.isEmpty()) {
      return;
    }
    StringBuilder script = new StringBuilder();
    ours.forEach(table -> script.append("delete table ").append(table).append('\n'));
    Result deleted = nft(process, script.toString());
    if (!deleted.worked()) {
      throw failed("open", process, deleted);
    }
    List<String> left = tables(process);
    if (!left.isEmpty()) {
      throw new NetworkFilterException(
          "Cannot open the packet filter of container "
              + process.container().brief()
              + ": after it was deleted there still is "
              + String.join(", ", left));
    }
  }

  /** Our tables that are there, each as family and name. */
  private List<String> tables(ContainerProcess process) {
    Result listed = nft(process, "list tables\n");
    if (!listed.worked()) {
      throw failed("look at", process, listed);
    }
    return listed
        .output()
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("table ") && line.endsWith(" " + TABLE))
        .map(line -> line.substring("table ".length()))
        .toList();
  }

  /** Made new in one transaction, whether or not it was there. */
  private static String drop() {
    StringBuilder script = replace("inet");
    script.append("table inet ").append(TABLE).append(" {\n");
    script.append(chain("input", "type filter hook input ", LOOPBACK.formatted("iifname")));
    script.append(chain("forward", "type filter hook forward ", ""));
    script.append(chain("output", "type filter hook output ", LOOPBACK.formatted("oifname")));
    return script.append("}\n").toString();
  }

  private static String dropAt(List<String> interfaces) {
    if (interfaces.isEmpty()) {
      return "";
    }
    String devices = " devices = { \"" + String.join("\", \"", interfaces) + "\" } ";
    StringBuilder script = replace("netdev");
    script.append("table netdev ").append(TABLE).append(" {\n");
    script.append(chain("ingress", "type filter hook ingress" + devices, ""));
    script.append(chain("egress", "type filter hook egress" + devices, ""));
    return script.append("}\n").toString();
  }

  private static StringBuilder replace(String family) {
    String table = "table " + family + " " + TABLE + "\n";
    return new StringBuilder(table).append("delete ").append(table);
  }

  private static String chain(String name, String hook, String rules) {
    return "  chain " + name + " {\n    " + hook + PRIORITY + "\n" + rules + "  }\n";
  }

  /** The interfaces in the process's namespace, but loopback. */
  private List<String> interfaces(ContainerProcess process) {
    List<String> found = new ArrayList<>();
    Path list = proc.resolve(process.pid() + "/net/dev");
    try {
      for (String line : Files.readAllLines(list)) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon).strip();
        if (INTERFACE.matcher(name).matches() && !name.equals("lo")) {
          found.add(name);
        }
      }
    } catch (IOException e) {
      throw gone(process, e);
    }
    return found;
  }

  private record Result(boolean worked, String output, String problem) {}

  /** Runs a script in the namespace of the process, and nowhere else. */
  private Result nft(ContainerProcess process, String script) {
    String before = identity(process);
    Commands.Result result =
        commands.run(
            List.of("nsenter", "-t", String.valueOf(process.pid()), "-n", "nft", "-s", "-f", "-"),
            script);
    String after = identity(process);
    if (!before.equals(after)) {
      throw gone(process, null);
    }
    String problem = Text.clip(Text.printable(firstLine(result.errors())), 200);
    return new Result(result.exitCode() == 0, result.output(), problem);
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("no message");
  }

  /** Start time and namespace of the container's process. */
  private String identity(ContainerProcess process) {
    Path folder = proc.resolve(String.valueOf(process.pid()));
    if (!owners(folder).contains(process.container())) {
      throw gone(process, null);
    }
    return startTime(process) + " " + namespace(process.pid());
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

  private static NetworkFilterException gone(ContainerProcess process, @Nullable Exception cause) {
    return new NetworkFilterException.Gone(
        "The process "
            + process.pid()
            + " of container "
            + process.container().brief()
            + " ended meanwhile",
        cause);
  }

  private static NetworkFilterException failed(
      String what, ContainerProcess process, Result result) {
    return new NetworkFilterException(
        "Cannot "
            + what
            + " the packet filter of container "
            + process.container().brief()
            + ": nft says: "
            + result.problem()
            + "; we must be root and the kernel must have nf_tables");
  }
}
