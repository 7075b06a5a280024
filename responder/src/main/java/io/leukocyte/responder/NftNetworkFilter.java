package io.leukocyte.responder;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.net.InetAddress;
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
  public String close(ContainerProcess process, Scope scope) {
    List<String> interfaces = cut(process, scope);
    QuarantineRules rules = new QuarantineRules(scope, own(process, scope));
    ContainerNamespaces.Result all = namespaces.nft(process, rules.stack() + rules.at(interfaces));
    if (all.worked()) {
      return "everything but loopback, on " + describe(interfaces) + scope.exceptions();
    }
    ContainerNamespaces.Result some = namespaces.nft(process, rules.stack());
    if (some.worked()) {
      stackOnly = true;
      return "everything but loopback and packet sockets ("
          + all.problem()
          + ")"
          + scope.exceptions();
    }
    throw some.failure("close", process);
  }

  private static String describe(List<String> interfaces) {
    return interfaces.isEmpty() ? "no interface" : String.join(", ", interfaces);
  }

  /** The addresses of the container, where a scope asks for them. */
  private List<InetAddress> own(ContainerProcess process, Scope scope) {
    return scope.passages().isEmpty() ? List.of() : OwnAddresses.read(proc, process);
  }

  /**
   * The interfaces that are there and are to be cut; one of them at least, where some are named.
   */
  private List<String> cut(ContainerProcess process, Scope scope) {
    List<String> there = interfaces(process);
    List<String> cut = there.stream().filter(scope::covers).toList();
    if (cut.isEmpty() && !scope.interfaces().isEmpty()) {
      throw new NetworkFilterException(
          "Container %s has no interface %s; it has %s"
              .formatted(
                  process.container().brief(),
                  String.join(", ", scope.interfaces()),
                  there.isEmpty() ? "none" : String.join(", ", there)));
    }
    return cut;
  }

  @Override
  public boolean isClosed(ContainerProcess process, Scope scope) {
    ContainerNamespaces.Result listed = namespaces.nft(process, "list ruleset\n");
    if (!listed.worked()) {
      throw listed.failure("look at", process);
    }
    List<String> interfaces = interfaces(process).stream().filter(scope::covers).toList();
    return QuarantineRules.holds(listed.output(), scope, interfaces, stackOnly);
  }

  /** Whether rules name an interface: nft quotes a single one, and not those of a list. */
  static boolean names(String rules, String name) {
    String others = "[A-Za-z0-9_.@-]";
    return Pattern.compile("(?<!" + others + ")" + Pattern.quote(name) + "(?!" + others + ")")
        .matcher(rules)
        .find();
  }

  @Override
  public boolean isThere(ContainerProcess process) {
    return !tables(process).isEmpty();
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

  /** The interfaces in the process's namespace, but loopback. */
  private List<String> interfaces(ContainerProcess process) {
    List<String> found = new ArrayList<>();
    Path list = proc.resolve(process.pid() + "/net/dev");
    try {
      for (String line : Files.readAllLines(list)) {
        int colon = line.indexOf(':');
        String name = colon < 0 ? "" : line.substring(0, colon).strip();
        if (QuarantineRules.INTERFACE.matcher(name).matches() && !name.equals("lo")) {
          found.add(name);
        }
      }
    } catch (IOException e) {
      throw ContainerNamespaces.gone(process, e);
    }
    return found;
  }
}
