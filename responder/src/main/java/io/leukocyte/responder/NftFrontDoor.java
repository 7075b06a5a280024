package io.leukocyte.responder;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Redirections by the kernel, nftables, in the network namespace of a container's process: a table
 * {@value #TABLE} whose chain at {@code prerouting} sends new connections to another port of the
 * same namespace, IPv4 and IPv6. A second chain only looks: it makes the kernel keep track of
 * connections, so that the redirected ones stay what they are when the rule is gone. Another table,
 * {@value #DRAIN}, answers a new connection with a reset.
 *
 * <p>Connections are found in {@code /proc/PID/net/tcp}; those of the namespace with itself, such
 * as the firewall's to the application, do not come from outside.
 */
final class NftFrontDoor implements FrontDoor {
  static final String TABLE = "leuko_waf";

  /** New connections are refused while it is there. */
  static final String DRAIN = "leuko_drain";

  private static final String CHAIN = "inet " + TABLE + " pre";
  private static final String NEW = "tcp flags & (fin|syn|rst|ack) == syn";
  private static final Pattern ROUTE = Pattern.compile("tcp dport (\\d+) .*redirect to :(\\d+)");

  private static final long SETTLE_MILLIS = 150;

  /** States of connections on which data may still come or go. */
  private static final Set<String> LIVE =
      Set.of(
          "established",
          "syn-received",
          "new-syn-received",
          "fin-wait-1",
          "close-wait",
          "last-ack",
          "closing");

  private final ContainerNamespaces namespaces;

  /** With the packet filter of this host, and its programs nsenter and ss. */
  NftFrontDoor() {
    this(new ContainerNamespaces());
  }

  NftFrontDoor(ContainerNamespaces namespaces) {
    this.namespaces = namespaces;
  }

  @Override
  public Optional<String> unusable() {
    return namespaces.nft().unusable();
  }

  @Override
  public Optional<String> cannotCut() {
    return Commands.missing("nsenter", "ss");
  }

  /** A socket of TCP. */
  private record Socket(
      String address, int port, String peer, int peerPort, String state, long inode) {
    static Socket of(ObjectNode node) {
      String local = node.path("local").asText();
      String remote = node.path("remote").asText();
      return new Socket(
          host(local),
          port(local),
          host(remote),
          port(remote),
          node.path("state").asText(),
          node.path("inode").asLong());
    }

    private static String host(String endpoint) {
      String host = endpoint.substring(0, endpoint.lastIndexOf(':'));
      String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      return plain.startsWith("0:0:0:0:0:ffff:") ? plain.substring(15) : plain;
    }

    private static int port(String endpoint) {
      return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    }

    boolean isLoopback() {
      return address.startsWith("127.") || address.equals("0:0:0:0:0:0:0:1");
    }

    /** A connection to an address of the same namespace has both ends here. */
    boolean fromOutside() {
      return !peer.equals(address) && !peer.startsWith("127.");
    }
  }

  private List<Socket> sockets(ContainerProcess process, Predicate<Socket> which) {
    List<Socket> found = new ArrayList<>();
    for (String table : List.of("tcp", "tcp6")) {
      String text = namespaces.read(process, "net/" + table);
      SocketTables.parse(table, text).stream().map(Socket::of).filter(which).forEach(found::add);
    }
    return found;
  }

  @Override
  public SortedSet<Integer> listening(ContainerProcess process) {
    SortedSet<Integer> ports = new TreeSet<>();
    sockets(process, s -> s.state().equals("listen") && !s.isLoopback())
        .forEach(s -> ports.add(s.port()));
    return ports;
  }

  @Override
  public Speech speech(String address, int port) {
    return HttpProbe.ask(address, port);
  }

  @Override
  public boolean same(ContainerProcess one, ContainerProcess other) {
    return namespaces.same(one, other);
  }

  @Override
  public boolean prepare(ContainerProcess process) {
    if (isThere(process)) {
      return false;
    }
    String closed =
        """
        table inet %s {
          chain pre { type nat hook prerouting priority dstnat; policy accept; }
          chain track { type filter hook input priority filter; policy accept;
            ct state established,related accept
          }
        }
        """
            .formatted(TABLE);
    run(process, "prepare", closed);
    return true;
  }

  private boolean isThere(ContainerProcess process) {
    return isThere(process, TABLE);
  }

  private boolean isThere(ContainerProcess process, String table) {
    return run(process, "look at", "list tables\n")
        .lines()
        .map(String::strip)
        .anyMatch(("table inet " + table)::equals);
  }

  /** One transaction, and the same when it is there already. */
  @Override
  public void refuse(ContainerProcess process) {
    String refused =
        """
        table inet %1$s {
          chain in { type filter hook input priority filter; policy accept; }
        }
        flush chain inet %1$s in
        add rule inet %1$s in iifname != "lo" tcp flags & (syn|ack) == syn reject with tcp reset
        """
            .formatted(DRAIN);
    run(process, "refuse new connections by", refused);
  }

  @Override
  public boolean refuses(ContainerProcess process) {
    return isThere(process, DRAIN);
  }

  @Override
  public void admit(ContainerProcess process) {
    if (refuses(process)) {
      run(process, "admit new connections by", "delete table inet " + DRAIN + "\n");
    }
  }

  @Override
  public void redirect(ContainerProcess process, SortedMap<Integer, Integer> routes) {
    StringBuilder script = new StringBuilder("flush chain " + CHAIN + "\n");
    routes.forEach((port, to) ->
        script.append(
            "add rule %s iifname != \"lo\" tcp dport %d %s redirect to :%d\n"
                .formatted(CHAIN, port, NEW, to)));
    if (!routes.isEmpty() || isThere(process)) {
      run(process, "redirect by", script.toString());
    }
  }

  @Override
  public SortedMap<Integer, Integer> routes(ContainerProcess process) {
    SortedMap<Integer, Integer> routes = new TreeMap<>();
    if (isThere(process)) {
      Matcher matcher = ROUTE.matcher(run(process, "look at", "list table inet " + TABLE + "\n"));
      while (matcher.find()) {
        routes.put(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
      }
    }
    return routes;
  }

  private String run(ContainerProcess process, String what, String script) {
    ContainerNamespaces.Result result = namespaces.nft(process, script);
    if (!result.worked()) {
      throw result.failure(what, process);
    }
    return result.output();
  }

  private List<Socket> connections(ContainerProcess process, Collection<Integer> ports) {
    return sockets(
        process,
        s -> ports.contains(s.port()) && s.fromOutside() && s.state().equals("established"));
  }

  @Override
  public int open(ContainerProcess process, Collection<Integer> ports) {
    return connections(process, ports).size();
  }

  @Override
  public int cut(ContainerProcess process, Collection<Integer> ports) {
    List<Socket> open = connections(process, ports);
    for (Socket socket : open) {
      List<String> command =
          List.of(
              "ss",
              "-KHtn",
              "sport",
              "=",
              ":" + socket.port(),
              "and",
              "dport",
              "=",
              ":" + socket.peerPort(),
              "and",
              "dst",
              bracketed(socket.peer()));
      namespaces.run(process, command, "");
    }
    int left = connections(process, ports).stream().filter(open::contains).toList().size();
    if (left > 0) {
      throw new NetworkFilterException(
          left
              + " open connections of container "
              + process.container().brief()
              + " could not be cut; the kernel needs CONFIG_INET_DIAG_DESTROY");
    }
    return open.size();
  }

  private static String bracketed(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }

  /** Looks after a moment: who is on the way arrives. What nobody accepted has no inode yet. */
  @Override
  public boolean waiting(ContainerProcess process, Collection<Integer> ports) {
    try {
      Thread.sleep(SETTLE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return !sockets(
            process,
            s ->
                ports.contains(s.port())
                    && LIVE.contains(s.state())
                    && (s.state().endsWith("syn-received")
                        || (s.state().equals("established") && s.inode() == 0)))
        .isEmpty();
  }

  @Override
  public int live(ContainerProcess process, Collection<Integer> ports) {
    return sockets(
            process, s -> ports.contains(s.port()) && s.fromOutside() && LIVE.contains(s.state()))
        .size();
  }

  @Override
  public boolean remove(ContainerProcess process, Collection<Integer> ports) {
    if (live(process, ports) > 0) {
      return false;
    }
    if (isThere(process)) {
      run(process, "remove", "delete table inet " + TABLE + "\n");
    }
    return true;
  }
}
