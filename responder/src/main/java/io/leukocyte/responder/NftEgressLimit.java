package io.leukocyte.responder;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A bound of what a container sends, by the kernel's packet filter in its network namespace: a
 * table of our own at the way out of each interface, which packet sockets do not get past either;
 * where the kernel cannot filter there, at the way out of the protocol stack.
 */
final class NftEgressLimit implements EgressLimit {
  static final String TABLE = "leuko_throttle";

  /** A packet of the largest size that the stack hands down at once must get through. */
  private static final long LEAST_BURST = 128 << 10;

  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.@-]{1,15}");
  private static final Pattern RATE =
      Pattern.compile("limit rate over ([0-9]+) (bytes|kbytes|mbytes)/second");

  private final ContainerNamespaces namespaces;

  /** With the packet filter of this host. */
  NftEgressLimit() {
    namespaces = new ContainerNamespaces();
  }

  @Override
  public Optional<String> unusable() {
    return namespaces.nft().unusable();
  }

  @Override
  public void limit(ContainerProcess process, long bits) {
    List<String> interfaces = interfaces(process);
    if (interfaces.isEmpty()) {
      return; // it can send nothing
    }
    lift(process);
    if (namespaces.nft(process, atInterfaces(interfaces, bits / 8)).worked()) {
      return;
    }
    ContainerNamespaces.Result made = namespaces.nft(process, atStack(bits / 8));
    if (!made.worked()) {
      throw made.failure("set a limit in", process);
    }
  }

  private static String atInterfaces(List<String> interfaces, long bytes) {
    return "table netdev %s {\n  chain egress {\n    type filter hook egress devices = { \"%s\" } priority -400; policy accept;\n    %s\n  }\n}\n"
        .formatted(TABLE, String.join("\", \"", interfaces), rule(bytes));
  }

  private static String atStack(long bytes) {
    return "table inet %s {\n  chain output {\n    type filter hook output priority -400; policy accept;\n    oifname \"lo\" accept\n    %s\n  }\n}\n"
        .formatted(TABLE, rule(bytes));
  }

  private static String rule(long bytes) {
    return "limit rate over %d bytes/second burst %d bytes counter drop"
        .formatted(bytes, Math.max(LEAST_BURST, bytes / 4));
  }

  @Override
  public boolean isLimited(ContainerProcess process, long bits) {
    List<String> interfaces = interfaces(process);
    if (interfaces.isEmpty()) {
      return true;
    }
    String rules = rules(process);
    Matcher rate = RATE.matcher(rules);
    boolean atEach = interfaces.stream().allMatch(name -> NftNetworkFilter.names(rules, name));
    return (rules.contains("table inet ") || atEach) && rate.find() && bytes(rate) == bits / 8;
  }

  private static long bytes(Matcher rate) {
    long number = Long.parseLong(rate.group(1));
    return switch (rate.group(2)) {
      case "kbytes" -> number << 10;
      case "mbytes" -> number << 20;
      default -> number;
    };
  }

  /** Our tables, as nft lists them; empty when there is none. */
  private String rules(ContainerProcess process) {
    StringBuilder all = new StringBuilder();
    for (String table : tables(process)) {
      ContainerNamespaces.Result listed = namespaces.nft(process, "list table " + table + "\n");
      if (!listed.worked()) {
        throw listed.failure("look at", process);
      }
      all.append(listed.output());
    }
    return all.toString();
  }

  @Override
  public void lift(ContainerProcess process) {
    StringBuilder script = new StringBuilder();
    tables(process).forEach(t -> script.append("delete table ").append(t).append('\n'));
    if (!script.isEmpty()) {
      ContainerNamespaces.Result deleted = namespaces.nft(process, script.toString());
      if (!deleted.worked()) {
        throw deleted.failure("lift a limit in", process);
      }
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

  /** The interfaces in the namespace, but loopback. */
  private List<String> interfaces(ContainerProcess process) {
    return namespaces
        .read(process, "net/dev")
        .lines()
        .filter(line -> line.indexOf(':') > 0)
        .map(line -> line.substring(0, line.indexOf(':')).strip())
        .filter(name -> INTERFACE.matcher(name).matches() && !name.equals("lo"))
        .toList();
  }
}
