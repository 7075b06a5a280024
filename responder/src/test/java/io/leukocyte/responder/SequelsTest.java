package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Policies whose actions depend on how those before ended. */
class SequelsTest {
  private static final String LADDER =
      """
      - policy: p
        match: {tags: [shell]}
        actions:
          - quarantine: {for: 15m}
          - pause: {for: 15m}
            if: failed
          - snapshot
          - notify: {log: {}}
            if: quarantine verified
        else:
          - kill
        guard: {mode: enforce}
      """;

  @TempDir Path folder;

  /** A responder on whose engine some calls fail. */
  private Ward failing(String... calls) {
    InMemoryEngine docker = new InMemoryEngine();
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    List<String> failing = List.of(calls);
    Host host =
        new Host(
            FailingEngine.wrap(
                docker,
                call -> {
                  if (failing.contains(call)) {
                    throw new EngineException.Refused("the engine fails in this test", null);
                  }
                }),
            failing.contains("filter") ? new BrokenFilter(filter) : filter);
    return new Ward(folder, docker, filter, new MutableClock(), host, () -> {}, Ward.shielded());
  }

  private record BrokenFilter(NetworkFilter filter) implements NetworkFilter {
    @Override
    public java.util.Optional<String> unusable() {
      return filter.unusable();
    }

    @Override
    public java.util.Set<ContainerId> sharers(ContainerProcess process) {
      return filter.sharers(process);
    }

    @Override
    public String close(ContainerProcess process, Scope scope) {
      throw new NetworkFilterException("nft fails in this test");
    }

    @Override
    public boolean isClosed(ContainerProcess process, Scope scope) {
      return filter.isClosed(process, scope);
    }

    @Override
    public boolean isThere(ContainerProcess process) {
      return filter.isThere(process);
    }

    @Override
    public void open(ContainerProcess process) {
      filter.open(process);
    }
  }

  @Test
  void whatWaitsForAFailureIsNotDoneWhenThereIsNone() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ward.policies(LADDER).shell(web);
    assertThat(ward.journalled())
        .containsExactly(
            "quarantine verified",
            "pause skipped",
            "snapshot verified",
            "notify verified",
            "kill skipped");
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.steps())
        .filteredOn(a -> a.type().equals("pause"))
        .last()
        .extracting(a -> a.outcome().toString())
        .asString()
        .contains("not needed: quarantine verified");
  }

  @Test
  void theFallbackIsTakenWhenTheQuarantineFailsAndThenNothingElse() {
    Ward ward = failing("filter");
    ContainerId web = ward.run("web");
    ward.policies(LADDER).shell(web);
    assertThat(ward.journalled())
        .containsExactly(
            "quarantine failed",
            "pause verified",
            "snapshot verified",
            "notify skipped",
            "kill skipped");
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void whatIsElseIsDoneWhenTheFallbackFailsToo() {
    Ward ward = failing("filter", "pause");
    ContainerId web = ward.run("web");
    ward.policies(LADDER).shell(web);
    assertThat(ward.journalled())
        .containsExactly(
            "quarantine failed",
            "pause failed",
            "snapshot verified",
            "notify skipped",
            "kill verified");
    assertThat(ward.facts(web).state()).isEqualTo("exited");
  }

  @Test
  void theEngineThatAnswersErrorsLeadsToElse() {
    Ward ward = failing("pause");
    ContainerId web = ward.run("web");
    ward.policies(
            """
            - policy: p
              match: {tags: [shell]}
              actions: [pause]
              else: [kill, {notify: {log: {}}, if: verified}]
              guard: {mode: enforce}
            """)
        .shell(web);
    assertThat(ward.journalled())
        .containsExactly("pause failed", "kill verified", "notify verified");
  }

  @Test
  void aProtectedContainerIsNotTouchedByWhatIsElseButItIsTold() {
    Ward ward = failing();
    ContainerId database = ward.run("database");
    ward.policies(
            """
            - policy: p
              match: {tags: [shell]}
              actions: [pause]
              else: [kill, {notify: {log: {}}}]
              guard: {mode: enforce}
            """)
        .shell(database);
    assertThat(ward.journalled())
        .containsExactly("pause refused", "kill refused", "notify verified");
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void aBoundRefusesAllThatChangesAndElseTellsOfIt() {
    Ward ward = failing();
    ward.policies(
        """
        - policy: p
          match: {tags: [shell]}
          actions: [pause, {kill: {}, if: failed or refused}]
          else: [{notify: {log: {}}}]
          guard: {mode: enforce, cooldown: 5m, at-most: {containers: 1, per: 10m}}
        """);
    ContainerId first = ward.run("a");
    ContainerId second = ward.run("b");
    ward.shell(first);
    ward.shell(second);
    assertThat(ward.journalled())
        .containsExactly(
            "pause verified",
            "kill skipped",
            "notify skipped",
            "pause refused",
            "kill refused",
            "notify verified");
    ward.shell(first); // within the cooldown: the policy says nothing again
    assertThat(ward.journalled().subList(6, 9))
        .containsExactly("pause refused", "kill refused", "notify refused");
  }

  @Test
  void inModeApproveEachChangeAsksWhenItsTurnComes() {
    Ward ward = failing("filter");
    ContainerId web = ward.run("web");
    ward.policies(LADDER.replace("mode: enforce", "mode: approve, approve-within: 10m")).shell(web);
    assertThat(ward.journalled())
        .startsWith("quarantine waiting", "pause waiting", "snapshot waiting");
    assertThat(ward.desk.approve("web", "alice")).singleElement().matches(d -> !d.done());
    assertThat(ward.desk.actions())
        .filteredOn(a -> a.state().equals("waiting"))
        .singleElement()
        .matches(a -> a.type().equals("pause"));
    ward.clock.advance(Duration.ofMinutes(9));
    ward.tick();
    assertThat(ward.desk.approve("web", "alice")).singleElement().matches(Decided::done);
    assertThat(ward.journalled())
        .containsExactly(
            "quarantine failed",
            "pause verified",
            "snapshot verified",
            "notify skipped",
            "kill skipped");
  }

  @Test
  void aDeniedApprovalIsARefusal() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ward.policies(
            """
            - policy: p
              match: {tags: [shell]}
              actions: [pause, {notify: {log: {}}, if: refused}]
              guard: {mode: approve}
            """)
        .shell(web);
    ward.desk.deny("web", "alice", "it is ours");
    assertThat(ward.journalled()).containsExactly("pause refused", "notify verified");
  }

  @Test
  void aTrialGoesOnAsIfEachActionHadWorked() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ward.policies(LADDER.replace("mode: enforce", "mode: dry-run")).shell(web);
    assertThat(ward.steps())
        .filteredOn(a -> a.step() == Action.Step.SKIPPED)
        .extracting(a -> a.type() + " " + a.outcome().toString().contains("dry run"))
        .containsExactlyInAnyOrder(
            "quarantine true", "pause false", "snapshot true", "notify true", "kill false");
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void theEmergencyStopHoldsForWhatIsStillToCome() {
    Ward ward = failing("filter");
    ContainerId web = ward.run("web");
    ward.policies(LADDER.replace("mode: enforce", "mode: approve")).shell(web);
    ward.desk.stop("alice", "a drill");
    ward.desk.deny("web", "alice", "");
    assertThat(ward.docker.changes()).isEmpty();
    assertThat(ward.desk.actions()).extracting(OpenAction::state).containsExactly("waiting");
    assertThat(ward.desk.approve("web", "alice")).singleElement().matches(d -> !d.done());
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void aPolicyThatStopsLeavesTheAlertToNoOther() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ContainerId shop = ward.run("shop");
    ward.policies(
        """
        - policy: first
          match: {containers: [web]}
          actions: [pause]
          guard: {mode: enforce}
          stop: true
        - policy: second
          match: {tags: [shell]}
          actions: [kill]
          guard: {mode: enforce}
        """);
    ward.shell(web);
    ward.shell(shop);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(ward.facts(shop).state()).isEqualTo("exited");
  }

  @Test
  void theSecondAlertWithinTenMinutesKills() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ward.policies(
        """
        - policy: p
          match: {tags: [shell]}
          actions: [pause: {for: 1h}]
          escalate: {after: 2 alerts, within: 10m, actions: [kill]}
          guard: {mode: enforce, cooldown: 1h}
        """);
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    ward.clock.advance(Duration.ofMinutes(9));
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
    assertThat(ward.steps())
        .filteredOn(a -> a.type().equals("kill"))
        .first()
        .matches(a -> "test.yaml:4".equals(a.source()));
    ward.clock.advance(Duration.ofMinutes(1));
    ward.shell(web); // it escalates once in its time
    assertThat(ward.stepNames()).last().isEqualTo("pause refused");
  }

  @Test
  void anAlertTooLongAgoDoesNotEscalateAndARestartForgetsNone() {
    String policies =
        """
        - policy: p
          match: {tags: [shell]}
          actions: [snapshot]
          escalate: {after: 2, within: 10m, actions: [kill]}
          guard: {mode: enforce}
        """;
    try (Ward before = failing()) {
      ContainerId web = before.run("web");
      before.policies(policies).shell(web);
      before.clock.advance(Duration.ofMinutes(11));
      before.shell(web);
      assertThat(before.facts(web).state()).isEqualTo("running");
      before.clock.advance(Duration.ofMinutes(2));
      Ward after = before.restarted();
      after.policies(policies).shell(web);
      assertThat(after.facts(web).state()).isEqualTo("exited");
      after.close();
    }
  }

  @Test
  void alertsThatAreReadTogetherAreCountedToo() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ward.policies(
        """
        - policy: p
          match: {tags: [shell]}
          actions: [snapshot]
          escalate: {after: 2, within: 10m, actions: [kill]}
          guard: {mode: enforce}
        """);
    var first = ward.dispatcher.consider(TestAlerts.shell(web, ward.clock.nanos()), "{}");
    var second = ward.dispatcher.consider(TestAlerts.shell(web, ward.clock.nanos()), "{}");
    ward.dispatcher.decide(first.orElseThrow());
    assertThat(ward.facts(web).state()).isEqualTo("running");
    ward.dispatcher.decide(second.orElseThrow());
    assertThat(ward.facts(web).state()).isEqualTo("exited");
  }

  @Test
  void oldAlertsThatAreReadLateDoNotEscalate() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ward.policies(
        """
        - policy: p
          match: {tags: [shell]}
          actions: [snapshot]
          escalate: {after: 2, within: 10m, actions: [kill]}
          guard: {mode: enforce}
        """);
    long hourAgo = ward.clock.nanos() - Duration.ofHours(1).toNanos();
    ward.alert(TestAlerts.shell(web, hourAgo));
    ward.alert(TestAlerts.shell(web, hourAgo));
    ward.shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void aServiceHasItsOwnActionsAndKeepsTheRest() {
    Ward ward = failing();
    ContainerId web = ward.run("web");
    ContainerId shop =
        ward.docker.run(
            ContainerSpec.of("shop-1", "shop:1")
                .label("com.docker.compose.project", "shop")
                .label("com.docker.compose.service", "web"));
    ContainerId batch =
        ward.docker.run(ContainerSpec.of("batch-1", "batch:1").label("service", "batch"));
    ward.policies(
        """
        - policy: p
          match: {tags: [shell]}
          actions: [kill]
          guard: {mode: enforce, cooldown: 5m}
          services:
            shop/*: {actions: [pause]}
            batch: {guard: {mode: dry-run}}
        """);
    List.of(web, shop, batch).forEach(ward::shell);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
    assertThat(ward.facts(shop).state()).isEqualTo("paused");
    assertThat(ward.facts(batch).state()).isEqualTo("running");
    ward.shell(shop);
    assertThat(ward.stepNames()).last().isEqualTo("pause refused");
  }

  @Test
  void anApprovalGoesByTheServicesOwnGuard() {
    Ward ward = failing();
    ContainerId shop = ward.docker.run(ContainerSpec.of("shop", "shop:1").label("service", "shop"));
    ward.policies(
            """
            - policy: p
              match: {tags: [shell]}
              actions: [pause]
              services: {shop: {guard: {mode: approve}}}
            """)
        .shell(shop);
    assertThat(ward.desk.approve("shop", "alice")).singleElement().matches(Decided::done);
    assertThat(ward.facts(shop).state()).isEqualTo("paused");
  }

  @Test
  void aContainerThatCannotBeCutOffFallsToTheNextAction() {
    Ward ward = failing();
    ContainerId web = ward.docker.run(ContainerSpec.of("web", "web:1").networkMode("host"));
    ward.policies(
            """
            - policy: p
              match: {tags: [shell]}
              actions:
                - quarantine: {for: 15m, pause: false}
                - stop
                  if: failed
              guard: {mode: enforce}
            """
                .replace("- stop\n", "- stop: {}\n"))
        .shell(web);
    assertThat(ward.journalled()).containsExactly("quarantine failed", "stop verified");
    assertThat(ward.steps())
        .filteredOn(a -> a.step() == Action.Step.FAILED)
        .singleElement()
        .asString()
        .contains("it has the host's network, and pausing it is not allowed");
  }
}
