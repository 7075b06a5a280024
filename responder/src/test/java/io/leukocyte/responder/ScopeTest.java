package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.config.Problem;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a quarantine leaves open: as it is written, as it is kept, and as it is read back. */
class ScopeTest {
  private static final Passage FETCH = Passage.parse("in tcp 10.0.0.5/32 443");
  private static final Passage COLLECT = Passage.parse("out udp 2001:db8:0:0:0:0:0:0/64 514");
  private static final Passage ALL_TCP = Passage.parse("out tcp 192.0.2.0/24");

  private static Policy policy(String quarantine) {
    PolicySet.Loaded loaded = load(quarantine);
    assertThat(loaded.problems()).isEmpty();
    return loaded.policies().policies().getFirst();
  }

  private static PolicySet.Loaded load(String quarantine) {
    String yaml = "- policy: p\n  match: {rules: [r]}\n  actions:\n    - quarantine: " + quarantine;
    return PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of());
  }

  // ---- policies ----

  @Test
  void exceptionsByAddressPortAndInterfaceAreRead() {
    Policy policy =
        policy(
            """
            {for: 15m, allow: [{address: 10.0.0.5, port: 443},\
             {address: "2001:db8::/64", port: 514, protocol: udp, direction: out},\
             {address: 192.0.2.0/24, direction: out}], interfaces: [eth0, eth1]}
            """);
    assertThat(policy.responses().getFirst())
        .isInstanceOfSatisfying(
            Quarantine.class,
            q ->
                assertThat(q.scope())
                    .isEqualTo(
                        new Scope(List.of(FETCH, COLLECT, ALL_TCP), List.of("eth0", "eth1"))));
    assertThat(ResponseJson.read(ResponseJson.write(policy.responses().getFirst())))
        .as("as the journal keeps it")
        .isEqualTo(policy.responses().getFirst());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{allow: [{address: 10.0.0.256}]} | address in allow is '10.0.0.256': not an address",
        "{allow: [{address: evidence.example}]} | not an address of IPv4 or IPv6",
        "{allow: [{address: 10.0.0.5/33}]} | its prefix is not from 1 to 32",
        "{allow: [{address: 10.0.0.5/24}]} | it has bits behind its prefix",
        "{allow: [{address: 0.0.0.0/0}]} | that is every address there is",
        "{allow: [{address: fe80::1%eth0}]} | an interface has no place in it",
        "{allow: [{port: 443}]} | allow has no 'address'",
        "{allow: [{address: 10.0.0.5, port: 0}]} | port in allow is '0': not such a number",
        "{allow: [{address: 10.0.0.5, protocol: tcpp}]} | unknown protocol 'tcpp' in allow; did",
        "{allow: [{address: 10.0.0.5, direction: both}]} | unknown direction 'both' in allow",
        "{allow: [{adress: 10.0.0.5, address: 10.0.0.5}]} | unknown key 'adress' in allow; did",
        "{allow: [{address: 10.0.0.5}, {address: 10.0.0.5/32}]} | is allowed twice",
        "{allow: []} | allow in quarantine must be a list",
        "{allow: 10.0.0.5} | allow in quarantine must be a list",
        "{allow: [10.0.0.5]} | allow must be a mapping",
        "{interfaces: [lo]} | 'lo' is no interface that can be cut",
        "{interfaces: ['eth0\"; }']} | is no interface that can be cut",
        "{interfaces: [eth0, eth0]} | the interface eth0 stands twice",
        "{interfaces: []} | interfaces is an empty list",
      })
  void whatCannotBeAnExceptionIsSaidWithItsPlace(String quarantine, String problem) {
    assertThat(load(quarantine).problems())
        .singleElement()
        .satisfies(p -> assertThat(p.toString()).startsWith("p.yaml:4:").contains(problem));
    assertThat(load(quarantine).problems()).extracting(Problem::todo).noneMatch(String::isEmpty);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "in tcp", "in tcp 10.0.0.5/32 443 1", "in sctp 10.0.0.5/32", "x"})
  void whatIsNoPassageIsNotRead(String text) {
    assertThatThrownBy(() -> Passage.parse(text)).isInstanceOf(IllegalArgumentException.class);
  }

  // ---- several quarantines ----

  @Test
  void theStricterOfTwoHolds() {
    Scope fetch = new Scope(List.of(FETCH), List.of());
    Scope both = new Scope(List.of(FETCH, COLLECT), List.of("eth1"));
    assertThat(fetch.and(both)).isEqualTo(fetch);
    assertThat(both.and(fetch)).isEqualTo(fetch);
    assertThat(both.and(Scope.ALL)).isEqualTo(Scope.ALL);
    assertThat(new Scope(List.of(), List.of("eth1")).and(new Scope(List.of(), List.of("eth0"))))
        .isEqualTo(new Scope(List.of(), List.of("eth0", "eth1")));
    assertThat(fetch.isWithin(both)).isTrue();
    assertThat(both.isWithin(fetch)).isFalse();
    assertThat(Scope.ALL.isWithin(both)).isTrue();
    assertThat(both.isWithin(Scope.ALL)).isFalse();
  }

  // ---- the text of the packet filter ----

  /** As nft 1.0.6 lists what {@link QuarantineRules} writes. */
  private static final String LISTED =
      """
      table inet leuko_quarantine {
      \tchain input {
      \t\ttype filter hook input priority -500; policy drop;
      \t\tiifname "lo" ip saddr != 127.0.0.11 ip daddr != 127.0.0.11 accept comment "loopback"
      \t\tiifname "lo" meta nfproto ipv6 accept comment "loopback"
      \t\tiifname != { "eth0", "eth1" } accept comment "other interfaces"
      \t\tip saddr 10.0.0.5 tcp dport 443 accept comment "in tcp 10.0.0.5/32 443"
      \t}

      \tchain forward {
      \t\ttype filter hook forward priority -500; policy drop;
      \t\tiifname != { "eth0", "eth1" } oifname != { "eth0", "eth1" } accept comment "other interfaces"
      \t}

      \tchain output {
      \t\ttype filter hook output priority -500; policy drop;
      \t\toifname "lo" meta nfproto ipv6 accept comment "loopback"
      \t\toifname != { "eth0", "eth1" } accept comment "other interfaces"
      \t\tip daddr 10.0.0.5 tcp sport 443 tcp flags != syn / syn,ack accept comment "in tcp 10.0.0.5/32 443"
      \t}
      }
      table netdev leuko_quarantine {
      \tchain ingress {
      \t\ttype filter hook ingress devices = { eth0, eth1 } priority -500; policy drop;
      \t\tether type arp accept comment "neighbours"
      \t\tip saddr 10.0.0.5 tcp dport 443 accept comment "in tcp 10.0.0.5/32 443"
      \t}

      \tchain egress {
      \t\ttype filter hook egress devices = { eth0, eth1 } priority -500; policy drop;
      \t\tip daddr 10.0.0.5 tcp sport 443 accept comment "in tcp 10.0.0.5/32 443"
      \t}
      }
      """;

  private static final Scope WANTED = new Scope(List.of(FETCH), List.of("eth0", "eth1"));
  private static final List<String> CUT = List.of("eth0", "eth1");

  @Test
  void aListingOfWhatIsWantedHolds() {
    assertThat(QuarantineRules.holds(LISTED, WANTED, CUT, false)).isTrue();
    assertThat(
            QuarantineRules.holds(
                LISTED, new Scope(List.of(COLLECT, FETCH), List.of("eth0")), CUT, false))
        .as("it is stricter")
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "hook output priority -500; policy drop; | hook output priority -500; policy accept;",
        "in tcp 10.0.0.5/32 443\" | in tcp 10.0.0.5/32 80\"",
        "tcp dport 443 accept comment \"in tcp 10.0.0.5/32 443\" | tcp dport 443 accept",
        "accept comment \"loopback\" | accept comment \"what is that\"",
        "comment \"loopback\" | comment \"out tcp 192.0.2.0/24\"",
        "iifname != { \"eth0\", \"eth1\" } accept | iifname != \"eth0\" accept",
        "ingress devices = { eth0, eth1 } | ingress device \"eth0\"",
        "table netdev leuko_quarantine | table netdev other",
        "table inet leuko_quarantine | table inet other",
      })
  void aListingOfAnythingElseDoesNot(String from, String to) {
    assertThat(LISTED).contains(from);
    assertThat(QuarantineRules.holds(LISTED.replace(from, to), WANTED, CUT, false)).isFalse();
  }

  @Test
  void aListingIsNotEnoughForAStricterQuarantine() {
    assertThat(QuarantineRules.holds(LISTED, Scope.ALL, CUT, false)).isFalse();
    assertThat(QuarantineRules.holds(LISTED, new Scope(List.of(FETCH), List.of()), CUT, false))
        .isFalse();
    assertThat(QuarantineRules.holds(LISTED, new Scope(List.of(), CUT), CUT, false)).isFalse();
  }

  @Test
  void neighboursAreToldOfTheContainersOwnAddressesAlone() throws UnknownHostException {
    List<InetAddress> own =
        List.of(InetAddress.ofLiteral("172.17.0.2"), InetAddress.ofLiteral("fd00::2"));
    String rules = new QuarantineRules(new Scope(List.of(FETCH, COLLECT), List.of()), own).at(CUT);
    assertThat(rules)
        .contains("arp saddr ip { 172.17.0.2 } accept")
        .contains("@th,64,128 { 0xfd000000000000000000000000000002 } accept");
    assertThat(new QuarantineRules(Scope.ALL, own).at(CUT)).doesNotContain("accept");
  }

  @Test
  void theContainersAddressesAreReadFromTheKernelsTables() throws UnknownHostException {
    assertThat(
            OwnAddresses.ipv4(
                List.of(
                    "Main:",
                    "  +-- 0.0.0.0/0 3 0 5",
                    "     |-- 0.0.0.0",
                    "        /0 universe UNICAST",
                    "     +-- 127.0.0.0/8 2 0 2",
                    "           |-- 127.0.0.1",
                    "              /32 host LOCAL",
                    "        |-- 172.17.0.0",
                    "           /16 link UNICAST",
                    "           |-- 172.17.0.2",
                    "              /32 host LOCAL",
                    "           |-- 172.17.255.255",
                    "              /32 link BROADCAST")))
        .containsExactly(InetAddress.ofLiteral("172.17.0.2"));
    assertThat(
            OwnAddresses.ipv6(
                List.of(
                    "fd001ee7004200000000000000000002 2a 40 00 80     eth0",
                    "00000000000000000000000000000001 01 80 10 80       lo")))
        .containsExactly(InetAddress.ofLiteral("fd00:1ee7:42::2"));
  }

  // ---- what is done ----

  private static Ward doing(Path folder, String actions) {
    return new Ward(folder)
        .policies(
            "- policy: p\n  match: {tags: [shell]}\n  actions: "
                + actions
                + "\n  guard: {mode: enforce}\n");
  }

  @Test
  void theStricterHoldsUntilBothAreReleasedAndOverARestart(@TempDir Path folder) {
    try (Ward ward = doing(folder, "[quarantine: {allow: [{address: 10.0.0.5, port: 443}]}]")) {
      ContainerId web = ward.run("web");
      ContainerProcess process = ContainerProcess.of(ward.facts(web));
      ward.shell(web);
      assertThat(ward.filter.isClosed(process, new Scope(List.of(FETCH), List.of()))).isTrue();
      assertThat(ward.isClosed(web)).as("it lets something through").isFalse();
      assertThat(ward.steps().getLast().outcome().toString())
          .contains("lets through in tcp 10.0.0.5/32 443");

      ward.policies(
          "- policy: q\n  match: {tags: [shell]}\n  actions: [quarantine]\n"
              + "  guard: {mode: enforce}\n");
      ward.shell(web);
      assertThat(ward.isClosed(web)).isTrue();
      try (Ward next = ward.restarted()) {
        assertThat(next.isClosed(web)).isTrue();
        next.desk.releaseAll("alice");
        assertThat(next.filter.isThere(process)).isFalse();
      }
    }
  }

  @Test
  void whereThereIsNoPacketFilterNothingIsLetThroughAndThatIsSaid(@TempDir Path folder) {
    try (Ward ward = doing(folder, "[quarantine: {allow: [{address: 10.0.0.5, port: 443}]}]")) {
      ward.docker.createNetwork("front");
      ContainerId admin =
          ward.docker.run(
              ContainerSpec.of("admin", "x:1").network("front").security(adding("NET_ADMIN")));
      ward.shell(admin);
      assertThat(ward.docker.attachments(admin)).isEmpty();
      assertThat(ward.desk.actions().getFirst().way())
          .contains("NET_ADMIN")
          .contains("what is allowed cannot be let through");
    }
  }

  @Test
  void whatCannotCutSomeInterfacesAloneFailsAndThePolicyGoesOn(@TempDir Path folder) {
    try (Ward ward =
        doing(folder, "[{quarantine: {interfaces: [eth0]}}, {stop: {}, if: failed}]")) {
      for (ContainerSpec spec :
          List.of(
              ContainerSpec.of("admin", "x:1").security(adding("NET_ADMIN")),
              ContainerSpec.of("onhost", "x:1").networkMode("host"),
              ContainerSpec.of("privileged", "x:1").withPrivileges())) {
        ContainerId container = ward.docker.run(spec);
        ward.shell(container);
        assertThat(ward.facts(container).state()).as(spec.toString()).isEqualTo("exited");
      }
      assertThat(ward.steps())
          .filteredOn(step -> step.type().equals("quarantine"))
          .extracting(step -> step.outcome().toString())
          .filteredOn(outcome -> outcome.contains("cannot be cut without a packet filter"))
          .hasSize(3);
    }
  }

  private static Security adding(String capability) {
    return new Security(List.of(capability), List.of(), List.of(), false, "");
  }
}
