package io.leukocyte.responder;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a quarantine's tables, and what a listing of them says. Every rule that lets
 * something through says in its comment what: a listing is read by these, since each version of nft
 * writes rules in its own way.
 *
 * <p>Passages are kept without the kernel's tracking of connections, which knows nothing yet at
 * interfaces, so that connections that are open go on; who may only answer cannot begin a TCP
 * connection. Neighbours are found by ARP and by neighbour discovery, in which the container may
 * name no address but its own.
 */
final class QuarantineRules {
  private static final String TABLE = NftNetworkFilter.TABLE;
  static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9_.@-]{1,15}");

  private static final String PRIORITY = "priority -500; policy drop;";
  private static final String LOOPBACK = "loopback";
  private static final String NEIGHBOURS = "neighbours";
  private static final String SIZE = "packet too big";
  private static final String OTHERS = "other interfaces";
  private static final Set<String> OURS = Set.of(LOOPBACK, NEIGHBOURS, SIZE, OTHERS);
  private static final Pattern ACCEPT =
      Pattern.compile("^\\s*(\\S.*\\s)?accept( comment \"([^\"]*)\")?\\s*$");
  private static final Pattern CUT = Pattern.compile("[io]ifname != (\\{[^}]*}|\"[^\"]*\")");

  private final Scope scope;
  private final List<InetAddress> own;

  /**
   * Rules of a quarantine.
   *
   * @param own addresses of the container; they matter where something is let through
   */
  QuarantineRules(Scope scope, List<InetAddress> own) {
    this.scope = scope;
    this.own = own;
  }

  // ---- the text ----

  /** The table in the protocol stack, which is not there yet. */
  String stack() {
    StringBuilder script = new StringBuilder("table inet ").append(TABLE).append(" {\n");
    script.append(
        chain("input", "type filter hook input ", stackRules("iifname", Passage.Direction.IN)));
    script.append(chain("forward", "type filter hook forward ", others("iifname", "oifname")));
    script.append(
        chain("output", "type filter hook output ", stackRules("oifname", Passage.Direction.OUT)));
    return script.append("}\n").toString();
  }

  /** The table at interfaces, in the same way. */
  String at(List<String> interfaces) {
    if (interfaces.isEmpty()) {
      return "";
    }
    String devices = " devices = " + set(interfaces) + " ";
    StringBuilder script = new StringBuilder("table netdev ").append(TABLE).append(" {\n");
    script.append(
        chain(
            "ingress",
            "type filter hook ingress" + devices,
            passing(Passage.Direction.IN) + neighboursIn("ether type arp")));
    script.append(
        chain(
            "egress",
            "type filter hook egress" + devices,
            passing(Passage.Direction.OUT) + neighboursOut(true)));
    return script.append("}\n").toString();
  }

  private String stackRules(String match, Passage.Direction towards) {
    String neighbours = towards == Passage.Direction.IN ? neighboursIn("") : neighboursOut(false);
    return accept(match + " \"lo\" ip saddr != 127.0.0.11 ip daddr != 127.0.0.11", LOOPBACK)
        + accept(match + " \"lo\" meta nfproto ipv6", LOOPBACK)
        + others(match)
        + passing(towards)
        + neighbours;
  }

  /** Interfaces that are not cut are left alone; so is loopback then, with the name server. */
  private String others(String... matches) {
    if (scope.interfaces().isEmpty()) {
      return "";
    }
    StringBuilder match = new StringBuilder();
    for (String name : matches) {
      match.append(name).append(" != ").append(set(scope.interfaces())).append(' ');
    }
    return accept(match.toString().strip(), OTHERS);
  }

  /** Packets into the container, or out of it, of all passages. */
  private String passing(Passage.Direction towards) {
    StringBuilder rules = new StringBuilder();
    for (Passage passage : scope.passages()) {
      boolean begins = passage.direction() == towards;
      String side = towards == Passage.Direction.IN ? "saddr " : "daddr ";
      String match = (passage.isIpv4() ? "ip " : "ip6 ") + side + passage.network() + " ";
      String transport = passage.transport() == Passage.Transport.TCP ? "tcp" : "udp";
      match +=
          passage.port().isPresent()
              ? transport + (begins ? " dport " : " sport ") + passage.port().getAsInt()
              : "meta l4proto " + transport;
      if (!begins && passage.transport() == Passage.Transport.TCP) {
        match += " tcp flags & (syn | ack) != syn";
      }
      rules.append(accept(match, passage.toString()));
    }
    return rules.toString();
  }

  private boolean passes(boolean ipv4) {
    return scope.passages().stream().anyMatch(p -> p.isIpv4() == ipv4);
  }

  /** What comes in of neighbours, and that a packet was too large for some way. */
  private String neighboursIn(String arp) {
    StringBuilder rules = new StringBuilder();
    if (passes(true)) {
      rules.append(arp.isEmpty() ? "" : accept(arp, NEIGHBOURS));
      rules.append(accept("icmp type destination-unreachable icmp code frag-needed", SIZE));
    }
    if (passes(false)) {
      rules.append(accept("icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }", NEIGHBOURS));
      rules.append(accept("icmpv6 type packet-too-big", SIZE));
    }
    return rules.toString();
  }

  /** What goes out to neighbours: with no address but its own, which others would believe. */
  private String neighboursOut(boolean atInterface) {
    StringBuilder rules = new StringBuilder();
    List<String> addresses4 = new ArrayList<>();
    List<String> addresses6 = new ArrayList<>();
    List<String> targets6 = new ArrayList<>();
    for (InetAddress address : own) {
      if (address instanceof Inet4Address) {
        addresses4.add(address.getHostAddress());
      } else {
        addresses6.add(address.getHostAddress());
        targets6.add("0x" + HexFormat.of().formatHex(address.getAddress()));
      }
    }
    if (atInterface && passes(true) && !addresses4.isEmpty()) {
      rules.append(accept("arp saddr ip " + plainSet(addresses4), NEIGHBOURS));
    }
    if (passes(false) && !addresses6.isEmpty()) {
      String from = "ip6 saddr " + plainSet(addresses6);
      rules.append(accept(from + " icmpv6 type nd-neighbor-solicit", NEIGHBOURS));
      rules.append(
          accept(
              from + " icmpv6 type nd-neighbor-advert @th,64,128 " + plainSet(targets6),
              NEIGHBOURS));
    }
    return rules.toString();
  }

  private static String accept(String match, String what) {
    return "    " + match + " accept comment \"" + what + "\"\n";
  }

  private static String set(List<String> names) {
    return "{ \"" + String.join("\", \"", names) + "\" }";
  }

  private static String plainSet(List<String> items) {
    return "{ " + String.join(", ", items) + " }";
  }

  private static String chain(String name, String hook, String rules) {
    return "  chain " + name + " {\n    " + hook + PRIORITY + "\n" + rules + "  }\n";
  }

  // ---- the listing ----

  /**
   * Whether a listing of all tables says that a quarantine holds: as far as is wanted or further.
   *
   * @param interfaces at which it must hold
   * @param stackOnly whether the kernel cannot drop at interfaces
   */
  static boolean holds(String ruleset, Scope wanted, List<String> interfaces, boolean stackOnly) {
    Optional<String> stack = table(ruleset, "inet");
    if (stack.isEmpty()
        || !List.of("input", "forward", "output").stream()
            .allMatch(hook -> drops(stack.get(), hook))) {
      return false;
    }
    Optional<Scope> in = chain(stack.get(), "input").flatMap(QuarantineRules::scope);
    Optional<Scope> out = chain(stack.get(), "output").flatMap(QuarantineRules::scope);
    Optional<Scope> across = chain(stack.get(), "forward").flatMap(QuarantineRules::scope);
    if (in.isEmpty()
        || !in.equals(out)
        || !across.equals(in.map(s -> new Scope(List.of(), s.interfaces())))
        || !in.get().isWithin(wanted)) {
      return false;
    }
    return stackOnly || holdsAt(ruleset, in.get(), interfaces);
  }

  private static boolean holdsAt(String ruleset, Scope scope, List<String> interfaces) {
    if (interfaces.isEmpty()) {
      return true;
    }
    Optional<String> table = table(ruleset, "netdev");
    return table.isPresent()
        && List.of("ingress", "egress").stream()
            .allMatch(hook ->
                chain(table.get(), hook)
                    .filter(c -> c.contains("policy drop;"))
                    .filter(
                        c -> interfaces.stream().allMatch(name -> NftNetworkFilter.names(c, name)))
                    .flatMap(QuarantineRules::scope)
                    .filter(s -> s.passages().equals(scope.passages()))
                    .isPresent());
  }

  /** What the rules of a chain let through; empty when there is one that is none of ours. */
  private static Optional<Scope> scope(String chain) {
    List<Passage> passages = new ArrayList<>();
    Set<String> cut = new HashSet<>();
    for (String line : chain.lines().toList()) {
      Matcher accept = ACCEPT.matcher(line);
      if (!accept.matches()) {
        continue;
      }
      String what = accept.group(3);
      if (what == null) {
        return Optional.empty();
      } else if (what.equals(OTHERS)) {
        CUT.matcher(line).results().forEach(found -> cut.addAll(listed(found.group(1))));
      } else if (!OURS.contains(what)) {
        try {
          passages.add(Passage.parse(what));
        } catch (IllegalArgumentException e) {
          return Optional.empty();
        }
      }
    }
    return Optional.of(new Scope(passages, cut.stream().sorted().toList()));
  }

  private static List<String> listed(String set) {
    return INTERFACE.matcher(set).results().map(found -> found.group()).toList();
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
}
