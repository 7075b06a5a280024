package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DispatcherTest {
  @TempDir Path folder;
  Ward ward;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
  }

  private Ward policy(String match, String guard) {
    return ward.policies(
        "- policy: p\n  match: "
            + match
            + "\n  actions: [pause: {for: 10m}]\n  guard: "
            + guard
            + "\n");
  }

  private Ward guarded(String guard) {
    return policy("{rules: [Terminal shell in container]}", guard);
  }

  private String reason() {
    return switch (ward.steps().getLast().outcome()) {
      case Outcome.Refused o -> o.reason();
      case Outcome.Skipped o -> o.reason();
      case Outcome.Done o -> "done: " + o.detail();
      case Outcome.Failed o -> "failed: " + o.problem();
    };
  }

  @Test
  void withoutAPolicyNothingIsDone() {
    ward.shell(ward.run("web"));
    assertThat(ward.steps()).isEmpty();
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void aDryRunSaysWhatItWouldDoAndChangesNothing() {
    ContainerId web = ward.run("web");
    guarded("{mode: dry-run}").shell(web);
    assertThat(ward.stepNames()).containsExactly("pause intended", "pause skipped");
    assertThat(ward.steps()).allMatch(Action::dryRun);
    assertThat(reason()).isEqualTo("dry run: pause by freezing its processes");
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void aPolicyWithoutAGuardOnlyTries() {
    ContainerId web = ward.run("web");
    ward.policies("- policy: p\n  match: {tags: [shell]}\n  actions: [pause]\n").shell(web);
    assertThat(ward.steps()).allMatch(Action::dryRun);
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void theSameAlertActsOnce() {
    ContainerId web = ward.run("web");
    Alert alert = guarded("{mode: enforce}").shell(web);
    ward.desk.releaseAll("alice");
    ward.alert(alert);
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.registry.get("leuko.responder.alerts").tag("result", "known").counter().count())
        .isEqualTo(1);
  }

  @Test
  void theSameAlertActsOnceAlsoAfterARestart() {
    ContainerId web = ward.run("web");
    Alert alert = guarded("{mode: enforce}").shell(web);
    ward.desk.releaseAll("alice");
    ward = ward.restarted();
    guarded("{mode: enforce}").alert(alert);
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void anAlertOfAnotherHostIsNotActedOn() {
    ContainerId web = ward.run("web");
    guarded("{mode: enforce}")
        .alert(
            TestAlerts.alert(
                new HostId("host-2"),
                TestAlerts.SHELL,
                Priority.WARNING,
                TestAlerts.ref(web, "web"),
                Map.of(),
                ward.clock.nanos()));
    assertThat(ward.steps()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "299, ''",
    "301, stale: the alert is older",
    "-299, ''",
    "-301, stale: the alert is from"
  })
  void anOldAlertIsRefusedAndOneFromTheFutureToo(int ageSeconds, String refusal) {
    ContainerId web = ward.run("web");
    long time = ward.clock.nanos() - Duration.ofSeconds(ageSeconds).toNanos();
    guarded("{mode: enforce}").alert(TestAlerts.shell(web, time));
    if (refusal.isEmpty()) {
      assertThat(ward.facts(web).state()).isEqualTo("paused");
    } else {
      assertThat(reason()).startsWith(refusal);
      assertThat(ward.docker.changes()).isEmpty();
    }
  }

  @Test
  void theCooldownHoldsForEachContainerAlone() {
    ContainerId web = ward.run("web");
    ContainerId shop = ward.run("shop");
    guarded("{mode: enforce, cooldown: 5m}").shell(web);
    ward.clock.advance(Duration.ofMinutes(4));
    ward.shell(web);
    assertThat(reason()).isEqualTo("cooldown: the policy acted on this container in the last 5m");
    ward.shell(shop);
    assertThat(ward.facts(shop).state()).isEqualTo("paused");
    ward.desk.releaseAll("alice");
    ward.clock.advance(Duration.ofMinutes(2));
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void aRefusalDoesNotProlongTheCooldown() {
    ContainerId web = ward.run("web");
    guarded("{mode: enforce, cooldown: 5m}").shell(web);
    ward.clock.advance(Duration.ofMinutes(3));
    ward.shell(web);
    ward.clock.advance(Duration.ofMinutes(3));
    ward.shell(web);
    assertThat(ward.stepNames()).last().isEqualTo("pause verified");
  }

  @Test
  void oneThousandAlertsActOnNoMoreContainersThanTheBoundSays() {
    guarded("{mode: enforce, at-most: {containers: 3, per: 10m}}");
    List<ContainerId> containers = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      containers.add(ward.run("web-" + i));
    }
    containers.forEach(ward::shell);
    assertThat(containers).filteredOn(c -> ward.facts(c).state().equals("paused")).hasSize(3);
    assertThat(reason()).isEqualTo("at-most: the policy acted on 3 containers in the last 10m");
    ward.clock.advance(Duration.ofMinutes(11));
    ward.shell(containers.get(500));
    assertThat(ward.facts(containers.get(500)).state()).isEqualTo("paused");
  }

  @Test
  void theBoundHoldsOverARestart() {
    String guard = "{mode: enforce, at-most: {containers: 2, per: 10m}}";
    ContainerId first = ward.run("a");
    ContainerId second = ward.run("b");
    ContainerId third = ward.run("c");
    guarded(guard).shell(first);
    ward.shell(second);
    ward = ward.restarted();
    guarded(guard).shell(third);
    assertThat(ward.facts(third).state()).isEqualTo("running");
  }

  @Test
  void noMoreThanTheShareOfAServiceIsActedOn() {
    guarded("{mode: enforce, at-most: {share-of-service: 30%}}");
    List<ContainerId> replicas = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      replicas.add(
          ward.docker.run(
              ContainerSpec.of("shop-" + i, "shop:1")
                  .label("com.docker.compose.project", "shop")
                  .label("com.docker.compose.service", "web")));
    }
    replicas.forEach(ward::shell);
    assertThat(replicas).filteredOn(c -> ward.facts(c).state().equals("paused")).hasSize(3);
    assertThat(reason())
        .isEqualTo("share-of-service: 3 of the 10 containers of shop/web are acted on, 3 may be");
    ward.desk.release("shop-0", "alice");
    ward.shell(replicas.get(9));
    assertThat(ward.facts(replicas.get(9)).state()).isEqualTo("paused");
  }

  @ParameterizedTest
  @CsvSource({"3, 3", "4, 1", "7, 2"})
  void aShareCountsFromFourReplicasAndIsAtLeastOne(int replicas, int most) {
    guarded("{mode: enforce, at-most: {share-of-service: 30%}}");
    List<ContainerId> all = new ArrayList<>();
    for (int i = 0; i < replicas; i++) {
      all.add(ward.docker.run(ContainerSpec.of("c" + i, "shop:1").label("service", "shop")));
    }
    all.forEach(ward::shell);
    assertThat(all).filteredOn(c -> ward.facts(c).state().equals("paused")).hasSize(most);
  }

  @Test
  void whatIsProtectedIsNeverTouched() {
    List<ContainerId> shielded =
        List.of(
            ward.run("database-1"),
            ward.docker.run(ContainerSpec.of("pg", "postgres:16")),
            ward.docker.run(ContainerSpec.of("secrets", "vault:1.2")),
            ward.docker.run(ContainerSpec.of("core", "x:1").label("tier", "core")));
    guarded("{mode: enforce}");
    for (ContainerId container : shielded) {
      // the alert knows nothing but the id: what counts is what the engine says
      ward.alert(
          TestAlerts.alert(
              TestAlerts.HOST,
              TestAlerts.SHELL,
              Priority.WARNING,
              ContainerRef.unknown(container),
              Map.of(),
              ward.clock.nanos()));
      assertThat(ward.stepNames()).last().isEqualTo("pause refused");
      assertThat(reason()).startsWith("protected: ");
    }
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void whatIsProtectedTakesNoPlaceOfABoundAlsoWhenTheAlertDoesNotKnowItsLabels() {
    ContainerId core = ward.docker.run(ContainerSpec.of("core", "x:1").label("tier", "core"));
    ContainerId web = ward.run("web");
    guarded("{mode: enforce, at-most: {containers: 1, per: 10m}}");
    for (ContainerRef known :
        List.of(
            ContainerRef.unknown(core), TestAlerts.ref(core, "core"), TestAlerts.ref(core, ""))) {
      ward.alert(
          TestAlerts.alert(
              TestAlerts.HOST,
              TestAlerts.SHELL,
              Priority.WARNING,
              known,
              Map.of(),
              ward.clock.nanos()));
      assertThat(reason()).isEqualTo("protected: it has the label tier=core of protect.labels");
    }
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void aProtectedContainerIsStillToldOf() {
    ContainerId database = ward.run("database");
    ward.policies(
            "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {}, notify: {log: {}}]\n"
                + "  guard: {mode: enforce}\n")
        .alert(
            TestAlerts.alert(
                TestAlerts.HOST,
                TestAlerts.SHELL,
                Priority.WARNING,
                TestAlerts.ref(database, "database"),
                Map.of(),
                ward.clock.nanos()));
    assertThat(ward.journalled()).containsExactly("pause refused", "notify verified");
  }

  @Test
  void anAlertWithoutAContainerIsToldButChangesNothing() {
    ward.policies(
            "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {}, notify: {log: {}}]\n"
                + "  guard: {mode: enforce}\n")
        .alert(
            TestAlerts.alert(
                TestAlerts.HOST,
                TestAlerts.SHELL,
                Priority.WARNING,
                null,
                Map.of(),
                ward.clock.nanos()));
    assertThat(ward.journalled()).containsExactly("pause skipped", "notify verified");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{rules: [Terminal shell in container]}; true",
        "{rules: [Another rule, Terminal shell in container]}; true",
        "{rules: [Another rule]}; false",
        "{priority: '>= warning'}; true",
        "{priority: '>= notice'}; true",
        "{priority: '>= error'}; false",
        "{tags: [T1059]}; true",
        "{tags: [T9999, T1059]}; true",
        "{tags: [T9999]}; false",
        "{rules: [Terminal shell in container], tags: [T9999]}; false"
      })
  void aPolicyMatchesWhenAllItNamesHolds(String match, boolean matches) {
    ContainerId web = ward.run("web");
    policy(match, "{mode: enforce}").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo(matches ? "paused" : "running");
  }

  @Test
  void newPoliciesHoldFromTheNextAlertOn() {
    ContainerId web = ward.run("web");
    guarded("{mode: dry-run}").shell(web);
    guarded("{mode: enforce}").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void aDryRunNeitherUsesUpNorIsHeldByTheBoundsOfTheRealThing() {
    ContainerId web = ward.run("web");
    guarded("{mode: dry-run, cooldown: 5m}").shell(web);
    ward.shell(web);
    assertThat(reason()).startsWith("cooldown");
    guarded("{mode: enforce, cooldown: 5m}").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }
}
