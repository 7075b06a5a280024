package io.leukocyte.responder;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The addresses in a network namespace, by the tables that the kernel shows of a process in it:
 * {@code net/fib_trie} and {@code net/if_inet6}. Those of loopback are left out.
 */
final class OwnAddresses {
  private static final String LEAF = "|-- ";
  private static final String LOCAL = "/32 host LOCAL";
  private static final int HEX = 32;

  private OwnAddresses() {}

  static List<InetAddress> read(Path proc, ContainerProcess process) {
    Path net = proc.resolve(process.pid() + "/net");
    try {
      List<InetAddress> found = ipv4(Files.readAllLines(net.resolve("fib_trie")));
      if (Files.exists(net.resolve("if_inet6"))) {
        found.addAll(ipv6(Files.readAllLines(net.resolve("if_inet6"))));
      }
      return found;
    } catch (IOException e) {
      throw ContainerNamespaces.gone(process, e);
    }
  }

  /** A leaf of the tree stands before the lines that say what it is; trees show it again. */
  static List<InetAddress> ipv4(List<String> lines) {
    Set<String> found = new TreeSet<>();
    String leaf = "";
    for (String line : lines) {
      int at = line.indexOf(LEAF);
      if (at >= 0) {
        leaf = line.substring(at + LEAF.length()).strip();
      } else if (line.strip().equals(LOCAL) && !leaf.startsWith("127.")) {
        found.add(leaf);
      }
    }
    List<InetAddress> addresses = new ArrayList<>();
    found.forEach(text -> addresses.add(InetAddress.ofLiteral(text)));
    return addresses;
  }

  /** Address, index, prefix, scope, flags and name, all but the name hexadecimal. */
  static List<InetAddress> ipv6(List<String> lines) throws UnknownHostException {
    List<InetAddress> addresses = new ArrayList<>();
    for (String line : lines) {
      if (line.length() > HEX && !line.endsWith(" lo")) {
        addresses.add(InetAddress.getByAddress(HexFormat.of().parseHex(line.substring(0, HEX))));
      }
    }
    return addresses;
  }
}
