package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.EventId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Outcome;
import io.leukocyte.responder.FrontDoor.Speech;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A web application firewall in front of containers of the engine in memory. */
class WafTest {
  private static final String POLICY =
      "- policy: p\n  match: {tags: [shell]}\n  actions: [waf: %s]\n  guard: {mode: enforce}\n";

  @TempDir Path folder;
  private Ward ward;
  private InMemoryFrontDoor door;
  private ContainerId web;

  @BeforeEach
  void run() {
    ward = new Ward(folder);
    door = (InMemoryFrontDoor) ward.host.door();
    ward.docker.createNetwork("front");
    web = ward.docker.run(spec("web"));
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private static ContainerSpec spec(String name) {
    return ContainerSpec.of(name, "leuko/test-web:1").network("front", name);
  }

  private ContainerProcess process() {
    return ContainerProcess.of(ward.facts(web));
  }

  /** The containers of the firewall. */
  private List<ContainerFacts> sidecars() {
    return ward.docker.list().stream()
        .filter(c -> c.name().startsWith("leuko-waf-"))
        .map(ContainerSummary::id)
        .map(ward::facts)
        .toList();
  }

  private Ward act(String parameters) {
    return ward.policies(POLICY.formatted(parameters));
  }

  private String said() {
    return ward.steps().getLast().outcome().toString();
  }

  /** What one of the steps says. */
  private String told() {
    return ward.steps().toString();
  }

  private void hold(String occasion) {
    ward.journal
        .read(ledger -> ledger.all(s -> s.phase() == ActionState.Phase.IN_FORCE))
        .forEach(s -> ward.interventions.hold(s.id(), occasion));
  }

  @Test
  void newConnectionsGoToAConfinedContainerInItsNamespaceUntilTheTimeIsOver() {
    act("{for: 15m}").shell(web);
    assertThat(door.routes(process())).isEqualTo(Map.of(80, 18080));
    assertThat(sidecars())
        .singleElement()
        .satisfies(waf -> {
          assertThat(waf.networkMode()).isEqualTo("container:" + web);
          assertThat(waf.state()).isEqualTo("running");
          assertThat(waf.security().capDrop()).containsExactly("ALL");
          assertThat(waf.security().capAdd()).isEmpty();
          assertThat(waf.security().readOnlyRoot()).isTrue();
          assertThat(waf.security().options()).contains("no-new-privileges");
          assertThat(waf.limits().memory()).isPositive();
          assertThat(waf.limits().pids()).isPositive();
        });
    assertThat(ward.stepNames()).containsExactly("waf intended", "waf applied", "waf verified");

    ward.clock.advance(Duration.ofMinutes(15));
    ward.tick();
    assertThat(ward.journalled()).containsExactly("waf undone");
    assertThat(sidecars()).isEmpty();
    assertThat(door.isPrepared(process())).isFalse();
  }

  @Test
  void itIsInFrontAgainAfterARestartAndTheGapIsTold() {
    act("{}").shell(web);
    door.connections(7);
    ward.docker.restart(web, Duration.ZERO);
    assertThat(door.routes(process())).isEmpty();
    hold("after it was started");
    assertThat(door.routes(process())).isEqualTo(Map.of(80, 18080));
    assertThat(sidecars()).hasSize(1);
    assertThat(told())
        .contains("again, after it was started", "had no WAF for", "7 open ones bypass it");
  }

  @ParameterizedTest
  @CsvSource({"open, let through without it", "closed, refused"})
  void aFirewallThatEndsIsStartedAgainAndWhatWasMeanwhileIsTold(String onDeath, String meanwhile) {
    act("{on-death: " + onDeath + "}").shell(web);
    ward.docker.kill(sidecars().getFirst().container().id(), "KILL");
    hold("after its WAF ended");
    assertThat(sidecars()).singleElement().matches(waf -> waf.state().equals("running"));
    assertThat(door.routes(process())).isEqualTo(Map.of(80, 18080));
    assertThat(told()).contains("the WAF was gone; until now new connections were " + meanwhile);
  }

  @Test
  void openConnectionsAreCutWhereThatIsWanted() {
    door.connections(3);
    act("{established: cut}").shell(web);
    assertThat(told()).contains("3 open ones were cut");
  }

  @Test
  void onlyPortsThatSpeakHttpGetOne() {
    door.listen(5432, Speech.OTHER);
    door.listen(8080, Speech.HTTP);
    door.listen(8443, Speech.TLS);
    door.listen(18080, Speech.OTHER);
    act("{}").shell(web);
    assertThat(door.routes(process())).isEqualTo(Map.of(80, 18082, 8080, 18084));
    assertThat(sidecars()).hasSize(2);
  }

  @Test
  void aPortThatSpeaksTlsIsNotBroken() {
    door.listen(8443, Speech.TLS);
    act("{ports: [8443]}").shell(web);
    assertThat(said()).contains("port 8443 speaks TLS, which a WAF cannot read");
    assertThat(sidecars()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "none", "container:7"})
  void aContainerWithoutANetworkOfItsOwnIsRefused(String mode) {
    String wanted = mode.replace("7", web.value());
    ContainerId other =
        ward.docker.run(ContainerSpec.of("other", "leuko/test-web:1").networkMode(wanted));
    act("{}").shell(other);
    assertThat(ward.steps().getLast().outcome()).isInstanceOf(Outcome.Refused.class);
    assertThat(sidecars()).isEmpty();
  }

  @Test
  void whoCouldTakeItAwayGetsOneWithARemark() {
    ContainerSpec admin =
        spec("admin").security(new Security(List.of("NET_ADMIN"), List.of(), List.of(), false, ""));
    act("{}").shell(ward.docker.run(admin));
    assertThat(ward.desk.actions().getFirst().way()).contains("NET_ADMIN");
    ward.shell(ward.docker.run(spec("mighty").withPrivileges()));
    assertThat(ward.desk.actions().getLast().way()).contains("privileged");
  }

  @Test
  void aQuarantineBehindItIsStillAPacketFilterAndBothAreTakenBack() {
    act("{}").shell(web);
    ward.filter.share(sidecars().getFirst().container().id(), web);
    ward.policies(POLICY.formatted("{}").replace("waf: {}", "quarantine: {}")).shell(web);
    assertThat(ward.desk.actions().getLast().way()).contains("packet filter");
    assertThat(ward.isClosed(web)).isTrue();
    ward.desk.releaseAll("alice");
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(sidecars()).isEmpty();
  }

  @Test
  void theFirewallItselfIsKnownByTheJournalAndNeverTouched() {
    Protection own =
        new Protection(
            List.of(),
            List.of(),
            List.of(),
            Set.of(),
            name -> !ward.journal.read(l -> l.all(s -> s.ownsSidecar(name))).isEmpty());
    act("{}").shell(web);
    ContainerFacts waf = sidecars().getFirst();
    assertThat(own.reason(waf.container(), waf.labels()))
        .isEqualTo(Optional.of("protected: it is one of our own"));
    ContainerId impostor = ward.docker.run(ContainerSpec.of("leuko-waf-web-80-0", "x:1"));
    assertThat(own.reason(ward.facts(impostor).container(), Map.of())).isEmpty();
    ward.desk.releaseAll("alice");
    assertThat(own.reason(waf.container(), waf.labels())).isEmpty();
  }

  @Test
  void aContainerThatIsRemovedLeavesNothingBeside() {
    act("{}").shell(web);
    ward.docker.remove(web, true);
    hold("after it was removed");
    assertThat(ward.journalled()).containsExactly("waf undone");
    assertThat(sidecars()).isEmpty();
  }

  @Test
  void aMissingImageIsSaidAndNothingIsLeft() {
    ward.docker.removeImage("leuko/waf:1");
    act("{}").shell(web);
    assertThat(said()).contains("deploy/waf/build.sh", "it was taken back");
    assertThat(door.isPrepared(process())).isFalse();
  }

  @Test
  void aReleaseFindsAFirewallThatTheJournalDoesNotKnow() throws IOException {
    act("{}").shell(web);
    ward.filter.share(sidecars().getFirst().container().id(), web);
    ward.close();
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Host host = ward.host;
    ward = new Ward(empty, ward.docker, ward.filter, ward.clock, host, () -> {}, Ward.shielded());
    assertThat(ward.desk.release("web", "alice")).singleElement().matches(Released::released);
    assertThat(sidecars()).isEmpty();
    assertThat(door.isPrepared(process())).isFalse();
    assertThat(ward.journalled()).containsExactly("waf undone");
  }

  @Test
  void anOperatorPutsItThereByHandOnce() {
    Containment waf = new Containment.Waf(Optional.of(Duration.ofMinutes(5)));
    assertThat(ward.desk.contain(waf, "web", "alice", "looks bad").done()).isTrue();
    assertThat(ward.desk.contain(waf, "web", "alice", "").detail())
        .contains("stands in front of it already");
    assertThat(sidecars()).hasSize(1);
    assertThat(ward.desk.release("web", "alice")).singleElement().matches(Released::released);
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.UNDONE);
  }

  @Test
  void anOperatorSaysHowStrictItIs() {
    Containment strict = new Containment.Waf(Optional.empty(), new WafLevel(3, true));
    String order = ControlJson.contain(strict, "web").put("operator", "alice").toString();
    assertThat(ControlJson.answer(ward.desk, order).at("/answer/done").asBoolean()).isTrue();
    List<ActionState> states = ward.journal.read(ledger -> ledger.all(s -> true));
    assertThat(states).hasSize(1);
    assertThat(states.getFirst().response())
        .isInstanceOfSatisfying(
            Waf.class,
            waf -> {
              assertThat(waf.options().paranoia()).isEqualTo(3);
              assertThat(waf.options().mode()).isEqualTo(WafOptions.Mode.DETECT);
            });
    assertThat(ControlJson.answer(ward.desk, order.replace("\"paranoia\":3", "\"paranoia\":9")))
        .asString()
        .contains("paranoia is 1 to 4, not 9");
  }

  private Alert logged(String line) {
    Alert shell = TestAlerts.shell(web, ward.clock.nanos());
    EventId id = shell.cause().id();
    ContainerLog log =
        new ContainerLog(
            ward.clock.nanos(),
            ward.facts(web).container(),
            ContainerLog.Stream.STDOUT,
            line,
            line.length(),
            false);
    return new Alert(
        shell.id(),
        shell.rule(),
        "m",
        "o",
        List.of(),
        new Observed(id, log),
        new TreeMap<>(),
        null,
        "bundle");
  }

  private String variable(String name) {
    return ward.docker
        .describe(sidecars().getFirst().container().id())
        .orElseThrow()
        .replaceAll(".*\"" + name + "=([^\"]*)\".*", "$1");
  }

  @Test
  void sourceAndPathOfTheAlertAreBlockedAlsoAfterARestartOfTheResponder() {
    act("{block: [source, path]}")
        .alert(logged("203.0.113.7 - - [27/Nov/2026] \"GET /cgi-bin/luci?x=1 HTTP/1.1\" 404 1"));
    assertThat(variable("BLOCK_ADDRESSES")).isEqualTo("203.0.113.7");
    assertThat(variable("BLOCK_PATHS")).isEqualTo("/cgi-bin/luci");
    ward.docker.remove(sidecars().getFirst().container().id(), true);
    ward.close();
    Host host = ward.host;
    ward = new Ward(folder, ward.docker, ward.filter, ward.clock, host, () -> {}, Ward.shielded());
    hold("after our own start");
    assertThat(variable("BLOCK_ADDRESSES")).isEqualTo("203.0.113.7");
  }

  @Test
  void sourceAndPathOfTheAlertAreBlockedAlsoWhereItFollowsAnotherAction() {
    ward.policies(
            "- policy: p\n  match: {tags: [shell]}\n  guard: {mode: enforce}\n"
                + "  actions: [snapshot: {}, {waf: {block: [source, path]}, if: verified}]\n")
        .alert(logged("203.0.113.7 - - [27/Nov/2026] \"GET /cgi-bin/luci?x=1 HTTP/1.1\" 404 1"));
    assertThat(ward.journalled()).containsExactly("snapshot verified", "waf verified");
    assertThat(variable("BLOCK_ADDRESSES")).isEqualTo("203.0.113.7");
    assertThat(variable("BLOCK_PATHS")).isEqualTo("/cgi-bin/luci");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.2.3.4;SecRuleEngine - - \"GET /a\"b HTTP/1.1\"",
        "127.0.0.1 - - \"GET / HTTP/1.1\"",
        "0.0.0.0 - - \"GET /../../etc HTTP/1.1\"",
        "example.org - - \"GET //evil HTTP/1.1\"",
        "999.1.1.1 - - \"GET /a'b HTTP/1.1\"",
        "no access log at all"
      })
  void whatIsNoPlainAddressOrPathIsNotBlocked(String line) {
    act("{block: [source, path]}").alert(logged(line));
    assertThat(variable("BLOCK_ADDRESSES") + variable("BLOCK_PATHS")).isEmpty();
    assertThat(ward.desk.actions().getFirst().way())
        .contains("the alert names nothing that could be blocked");
  }

  @Test
  void parametersThatAreWrongAreProblemsWithTheirPlace() {
    String yaml =
        POLICY.formatted(
            "{paranoia: 5, mode: blok, ports: [80, 80, 0], established: x, on-death: opne,"
                + " image: 'a b', block: [sorce], drain: 1h, colour: red}");
    PolicySet.Loaded loaded = PolicySet.load(List.of(new PolicyFile("test.yaml", yaml)), List.of());
    assertThat(loaded.problems().toString())
        .contains(
            "test.yaml:3",
            "paranoia",
            "did you mean 'block'",
            "ports in waf is '80'",
            "ports in waf is '0'",
            "established in waf is 'x'",
            "did you mean 'open'",
            "image in waf",
            "did you mean 'source'",
            "drain",
            "unknown key 'colour'");
    assertThat(loaded.problems()).hasSize(10);
  }

  @Test
  void anotherImageGetsTheSameWordsAndWhatItNeedsToBegin() {
    act("{image: 'owasp/modsecurity-crs:4-nginx', paranoia: 2, mode: detect}").shell(web);
    assertThat(sidecars().getFirst().security().capAdd()).contains("SETUID", "SETGID");
    assertThat(variable("BLOCKING_PARANOIA")).isEqualTo("2");
    assertThat(variable("PARANOIA")).isEqualTo("2");
    assertThat(variable("MODSEC_RULE_ENGINE")).isEqualTo("DetectionOnly");
    assertThat(variable("MODSEC_AUDIT_LOG")).isEqualTo("/dev/stdout");
  }

  @Test
  void aContainerThatLostItsNetworksIsLeftAloneUntilItHasOneAgain() {
    act("{}").shell(web);
    NetworkAttachment front = ward.docker.attachments(web).getFirst();
    ward.docker.disconnectNetwork(web, "front");
    hold("after it was taken off a network");
    assertThat(ward.journalled()).containsExactly("waf verified");
    NetworkAttachment moved =
        ward.docker.connectNetwork(
            web,
            new NetworkAttachment(
                front.networkId(),
                front.networkName(),
                String.valueOf(front.address()).replaceAll("[0-9]+$", "99"),
                null,
                null,
                List.of("web"),
                List.of(),
                new TreeMap<>()));
    hold("after it was attached to a network");
    assertThat(variable("BACKEND")).isEqualTo("http://" + moved.address() + ":80").contains(".99:");
  }
}
