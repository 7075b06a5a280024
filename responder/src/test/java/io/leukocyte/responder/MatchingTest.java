package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which alerts a policy answers, by what is not among the rule's own. */
class MatchingTest {
  @TempDir Path folder;
  Ward ward;
  ContainerId web;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
    web =
        ward.docker.run(
            ContainerSpec.of("shop-web-1", "example/shop:1.4").label("tier", "web").label("x", ""));
  }

  private void match(String match) {
    ward.policies(
        "- {policy: p, match: " + match + ", actions: [pause], guard: {mode: enforce}}\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{containers: [shop-*]} | true",
        "{containers: [shop]} | false",
        "{images: [example/*]} | true",
        "{images: ['example/shop:1.*']} | true",
        "{images: ['example/shop:2']} | false",
        "{images: [example/shop]} | true",
        "{labels: [tier]} | true",
        "{labels: [tier=web]} | true",
        "{labels: [tier=w*, x]} | true",
        "{labels: [tier=web, team]} | false",
        "{labels: [tier=core]} | false",
        "{hosts: [host-*]} | true",
        "{hosts: [edge-*, host-1]} | true",
        "{hosts: [edge-*]} | false",
        "{containers: [shop-*], labels: [tier=core]} | false",
        "{condition: 'proc.pid > 4000 and proc.pid <= 4711'} | true",
        "{condition: 'proc.pid in (1, 4711)'} | true",
        "{condition: 'proc.pid in (1, 4712)'} | false",
        "{condition: 'not proc.pid in (1, 2)', labels: [tier]} | true",
      })
  void allThatIsNamedMustHold(String match, boolean matches) {
    match(match);
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo(matches ? "paused" : "running");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "true | brute force | true",
        "true | '' | false",
        "false | '' | true",
        "false | brute force | false",
        "[brute force, scan] | scan | true",
        "[brute force] | scan | false",
        "[brute force] | '' | false"
      })
  void anAlertIsOfTheCorrelationThatItsDocumentNames(String wanted, String named, boolean matches) {
    match("{correlation: " + wanted + "}");
    Alert alert = TestAlerts.shell(web, ward.clock.nanos());
    String document = new String(AlertJson.write(alert), StandardCharsets.UTF_8);
    if (!named.isEmpty()) {
      document =
          document.replace("\"priority\":", "\"correlation\":\"" + named + "\",\"priority\":");
      assertThat(document).contains(named);
    }
    ward.dispatcher.alert(alert, document);
    assertThat(ward.facts(web).state()).isEqualTo(matches ? "paused" : "running");
  }

  @Test
  void theSizeOfAnIncidentCountsAllAlertsOfTheContainerInItsTime() {
    match("{incident: {alerts: 3, within: 10m}}");
    ContainerId other = ward.run("other");
    ward.shell(web);
    ward.clock.advance(Duration.ofMinutes(11));
    ward.shell(web);
    ward.shell(web);
    ward.shell(other);
    assertThat(ward.docker.changes()).isEmpty();
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void theSameAlertReadTwiceCountsOnce() {
    match("{incident: {alerts: 2, within: 10m}}");
    Alert alert = TestAlerts.shell(web, ward.clock.nanos());
    ward.alert(alert);
    ward.alert(alert);
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void addressesAreComparedAsAddresses() {
    var loaded =
        PolicySet.load(
            java.util.List.of(
                new PolicyFile(
                    "p.yaml",
                    """
                    - policy: p
                      match: {condition: 'fd.snet in ("198.51.100.0/24") and fd.sport in (4444, 5555)'}
                      actions: [pause]
                    - tests:
                        - title: a known address
                          alert: {rule: r, event: {evt.type: connect, fd.sip: 198.51.100.7, fd.sport: 4444}}
                          actions: [pause]
                        - title: another port
                          alert: {rule: r, event: {evt.type: connect, fd.sip: 198.51.100.7, fd.sport: 443}}
                          actions: []
                        - title: another net
                          alert: {rule: r, event: {evt.type: connect, fd.sip: 198.51.101.7, fd.sport: 4444}}
                          actions: []
                    """)),
            java.util.List.of());
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.policies().test()).hasSize(3).allMatch(PolicySet.Tested::passed);
  }

  @Test
  void anEngineThatLetOneAlertWaitIsNotAskedByTheNext() {
    AtomicInteger asked = new AtomicInteger();
    Matching matching =
        new Matching(
            container -> {
              asked.incrementAndGet();
              throw new EngineException.Timeout("late", null);
            },
            new Services("service"),
            new Tally(ward.journal, ward.guards));
    for (int i = 0; i < 100; i++) {
      assertThat(matching.facts(TestAlerts.shell(web, ward.clock.nanos())))
          .as("what the alert itself says")
          .isNotNull();
    }
    assertThat(asked).hasValue(1);
  }
}
