package io.leukocyte.responder;

import static java.util.stream.Collectors.joining;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(NftNetworkFilter.class);
  private static final int REHEARSALS = 20;

  private final Path proc;
  private final ContainerNamespaces namespaces;

  /** Whether this kernel cannot drop at interfaces. */
  private volatile boolean stackOnly;

  /** With the packet filter of this host. */
  NftNetworkFilter() {
    proc = Path.of("/proc");
    namespaces = new ContainerNamespaces();
  }

  NftNetworkFilter(Path proc, ContainerNamespaces namespaces) {
    this.proc = proc;
    this.namespaces = namespaces;
  }

  @Override
  public Optional<String> unusable() {
    return namespaces.nft().unusable();
  }

  @Override
  public String means() {
    return namespaces.nft().means();
  }

  @Override
  public void rehearse() {
    QuarantineRules rules = new QuarantineRules(Scope.ALL, List.of());
    List<String> scripts = new ArrayList<>(List.of(rules.stack() + rules.at(List.of("lo"))));
    for (int i = 0; i < REHEARSALS; i++) {
      scripts.addAll(List.of("list tables\n", list("inet"), list("netdev")));
    }
    try {
      Optional<Commands.Result> _ = namespaces.nft().rehearse(scripts);
    } catch (NetworkFilterException e) {
      LOG.warn("The packet filter cannot be tried: {}", e.getMessage());
    }
  }

  @Override
  public boolean isStill(ContainerProcess process) {
    return namespaces.isStill(process);
  }

  @Override
  public Set<ContainerId> sharers(ContainerProcess process) {
    return namespaces.sharers(process);
  }

  @Override
  public String close(ContainerProcess process, Scope scope) {
    List<String> interfaces = cut(process, scope);
    QuarantineRules rules = new QuarantineRules(scope, own(process, scope));
    String clear = delete(tables(process));
    ContainerNamespaces.Result all =
        namespaces.nft(process, clear + rules.stack() + rules.at(interfaces));
    if (all.worked()) {
      return "everything but loopback, on " + describe(interfaces) + scope.exceptions();
    }
    ContainerNamespaces.Result some = namespaces.nft(process, clear + rules.stack());
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
    List<String> interfaces = interfaces(process).stream().filter(scope::covers).toList();
    String stack = table(process, "inet");
    String atInterfaces = stackOnly || interfaces.isEmpty() ? "" : table(process, "netdev");
    return QuarantineRules.holds(stack + "\n" + atInterfaces, scope, interfaces, stackOnly);
  }

  /** Whether rules name an interface: nft quotes a single one, and not those of a list. */
  static boolean names(String rules, String name) {
    String others = "[A-Za-z0-9_.@-]";
    return Pattern.compile("(?<!" + others + ")" + Pattern.quote(name) + "(?!" + others + ")")
        .matcher(rules)
        .find();
  }

  private static String list(String family) {
    return "list table " + family + " " + TABLE + "\n";
  }

  /**
   * The text of our table of a family; empty when it is not there. Nobody else's rules are asked
   * for: they may be many, and of kinds that are listed only with other libraries.
   */
  private String table(ContainerProcess process, String family) {
    ContainerNamespaces.Result listed = namespaces.nft(process, list(family));
    if (listed.worked()) {
      return listed.output();
    }
    if (tables(process).contains(family + " " + TABLE)) {
      throw listed.failure("look at", process);
    }
    return "";
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
    ContainerNamespaces.Result deleted = namespaces.nft(process, delete(ours));
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

  /**
   * Goes before what makes tables new, so that both are one transaction. Only what is there: a
   * socket over which something was deleted takes the kernel tens of milliseconds to close.
   */
  private static String delete(List<String> tables) {
    return tables.stream().map(table -> "delete table " + table + "\n").collect(joining());
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
