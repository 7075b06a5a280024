package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The packet filter of the kernel, nftables, in the network namespace of a container's process.
 *
 * <p>Two tables named {@value #TABLE}: {@code inet} drops in and out of the protocol stack, with
 * connections that are open; {@code netdev} drops at each interface, where packet sockets (which
 * NET_RAW allows, as Docker does by default) would pass by the stack. Loopback stays, without the
 * engine's name server at 127.0.0.11. The tables are ours alone, so that taking them away leaves
 * everything else as it was.
 *
 * <p>Whose namespace that is {@link ContainerNamespaces} makes sure of.
 */
final class NftNetworkFilter implements NetworkFilter {
  static final String TABLE = "leuko_quarantine";

  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.@-]{1,15}");
  private static final String PRIORITY = "priority -500; policy drop;";
  private static final String LOOPBACK =
      """
          %1$s "lo" ip saddr != 127.0.0.11 ip daddr != 127.0.0.11 accept
          %1$s "lo" meta nfproto ipv6 accept
      """;

  private final Path proc;
  private final ContainerNamespaces namespaces;

  /** Whether this kernel cannot drop at interfaces. */
  private volatile boolean stackOnly;

  /** With the programs nsenter and nft of this host. */
  NftNetworkFilter() {
    this(Path.of("/proc"), new Commands(ContainerNamespaces.DEADLINE));
  }

  NftNetworkFilter(Path proc, Commands commands) {
    this.proc = proc;
    namespaces = new ContainerNamespaces(proc, commands);
  }

  @Override
  public Optional<String> unusable() {
    return ContainerNamespaces.missing("nsenter", "nft");
  }

  @Override
  public Set<ContainerId> sharers(ContainerProcess process) {
    return namespaces.sharers(process);
  }

  @Override
  public String close(ContainerProcess process) {
    List<String> interfaces = interfaces(process);
    ContainerNamespaces.Result all = namespaces.nft(process, drop() + dropAt(interfaces));
    if (all.worked()) {
      return "everything but loopback, on " + describe(interfaces);
    }
    ContainerNamespaces.Result some = namespaces.nft(process, drop());
    if (some.worked()) {
      stackOnly = true;
      return "everything but loopback and packet sockets (" + all.problem() + ")";
    }
    throw some.failure("close", process);
  }

  private static String describe(List<String> interfaces) {
    return interfaces.isEmpty() ? "no interface" : String.join(", ", interfaces);
  }

  @Override
  public boolean isClosed(ContainerProcess process) {
    ContainerNamespaces.Result listed = namespaces.nft(process, "list ruleset\n");
    if (!listed.worked()) {
      throw listed.failure("look at", process);
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
    ContainerNamespaces.Result deleted = namespaces.nft(process, script.toString());
    if (!deleted.worked()) {
      throw deleted.failure("open", process);
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
    ContainerNamespaces.Result listed = namespaces.nft(process, "list tables\n");
    if (!listed.worked()) {
      throw listed.failure("look at", process);
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
      throw ContainerNamespaces.gone(process, e);
    }
    return found;
  }
}
