package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InterventionsTest {
  private static final String SHELL_MATCH =
      "- policy: p\n  match: {rules: [Terminal shell in container]}\n";
  private static final String ENFORCE = "  guard: {mode: enforce}\n";

  @TempDir Path folder;
  Ward ward;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
  }

  private Ward doing(String actions) {
    return ward.policies(SHELL_MATCH + "  actions: " + actions + "\n" + ENFORCE);
  }

  private static Security adding(String capability) {
    return new Security(List.of(capability), List.of(), List.of(), false, "");
  }

  private String lastDetail() {
    return switch (ward.steps().getLast().outcome()) {
      case Outcome.Done o -> o.detail();
      case Outcome.Skipped o -> o.reason();
      case Outcome.Refused o -> o.reason();
      case Outcome.Failed o -> o.problem();
    };
  }

  @Test
  void quarantineClosesTheNetworkNamespaceAndItsUndoOpensIt() {
    ContainerId web = ward.run("web");
    doing("[quarantine: {for: 15m}]").shell(web);
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.stepNames())
        .containsExactly("quarantine intended", "quarantine applied", "quarantine verified");
    ward.clock.advance(Duration.ofMinutes(14));
    ward.tick();
    assertThat(ward.isClosed(web)).isTrue();
    ward.clock.advance(Duration.ofMinutes(1));
    ward.tick();
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.stepNames()).last().isEqualTo("quarantine undone");
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void everyStepCarriesItsAlertPolicyAndPlace() {
    ContainerId web = ward.run("web");
    var alert = doing("[quarantine: {for: 15m}]").shell(web);
    List<Action> steps = ward.steps();
    assertThat(steps).extracting(Action::number).containsExactly(0, 1, 2);
    assertThat(steps)
        .allSatisfy(step -> {
          assertThat(step.alert()).isEqualTo(alert.id());
          assertThat(step.rule()).isEqualTo(TestAlerts.SHELL);
          assertThat(step.policy()).isEqualTo("p");
          assertThat(step.source()).isEqualTo("test.yaml:1");
          assertThat(step.undoAt())
              .isEqualTo(ward.clock.nanos() + Duration.ofMinutes(15).toNanos());
          assertThat(step.dryRun()).isFalse();
        });
  }

  @Test
  void quarantineIsAppliedAgainWhenTheContainerRestarts() {
    ContainerId web = ward.run("web");
    doing("[quarantine: {for: 15m}]").shell(web);
    ward.docker.restart(web, Duration.ZERO);
    assertThat(ward.isClosed(web)).as("a new namespace is open").isFalse();
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a start"));
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.stepNames().subList(3, 5))
        .containsExactly("quarantine applied", "quarantine verified");
  }

  @Test
  void quarantineOfAStoppedContainerClosesItAsSoonAsItIsStarted() {
    ContainerId web = ward.run("web");
    ward.docker.exit(web, 1);
    doing("[quarantine: {for: 15m}]").shell(web);
    assertThat(ward.stepNames()).last().isEqualTo("quarantine verified");
    ward.docker.start(web);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a start"));
    assertThat(ward.isClosed(web)).isTrue();
  }

  @Test
  void quarantineTakesTheNetworksFromWhoCouldRemoveAPacketFilter() {
    ward.docker.createNetwork("front");
    ward.docker.createNetwork("back");
    ContainerId admin =
        ward.docker.run(
            ContainerSpec.of("admin", "leuko/test-web:1")
                .network("front", "www", "shop")
                .network("back")
                .security(adding("NET_ADMIN")));
    var before = ward.docker.attachments(admin);
    doing("[quarantine: {for: 15m}]").shell(admin);
    assertThat(ward.docker.attachments(admin)).isEmpty();
    assertThat(ward.isClosed(admin)).isFalse();
    assertThat(ward.desk.actions().getFirst().way())
        .contains("NET_ADMIN")
        .contains("off back, front");
    ward.desk.release("admin", "alice");
    assertThat(ward.docker.attachments(admin)).isEqualTo(before);
  }

  @Test
  void networksAreTakenAgainWhenSomebodyAttachesTheContainer() {
    ward.docker.createNetwork("front");
    ContainerId admin =
        ward.docker.run(
            ContainerSpec.of("admin", "leuko/test-web:1")
                .network("front", "www")
                .security(adding("CAP_NET_ADMIN")));
    var before = ward.docker.attachments(admin);
    doing("[quarantine: {}]").shell(admin);
    ward.docker.connectNetwork(admin, before.getFirst().anyAddress());
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a connect"));
    assertThat(ward.docker.attachments(admin)).isEmpty();
    ward.desk.release("admin", "alice");
    assertThat(ward.docker.attachments(admin)).isEqualTo(before);
  }

  @Test
  void quarantineTakesTheNetworksWhereThereIsNoNft() {
    ward.filter.breakDown("this host has no program nft");
    ward.docker.createNetwork("front");
    ContainerId web = ward.docker.run(ContainerSpec.of("web", "leuko/test-web:1").network("front"));
    doing("[quarantine: {}]").shell(web);
    assertThat(ward.docker.attachments(web)).isEmpty();
    assertThat(ward.desk.actions().getFirst().way()).contains("no program nft");
  }

  @Test
  void quarantinePausesWhoCouldLeaveItsNamespaceOrSharesIt() {
    ContainerId owner = ward.run("owner");
    ContainerId guest =
        ward.docker.run(ContainerSpec.of("guest", "x:1").networkMode("container:" + owner.value()));
    ward.filter.share(guest, owner);
    List<ContainerId> all =
        List.of(
            ward.docker.run(ContainerSpec.of("privileged", "x:1").withPrivileges()),
            ward.docker.run(ContainerSpec.of("onhost", "x:1").networkMode("host")),
            ward.docker.run(ContainerSpec.of("sysadmin", "x:1").security(adding("SYS_ADMIN"))),
            guest,
            owner);
    doing("[quarantine: {}]");
    for (ContainerId container : all) {
      ward.shell(container);
      assertThat(ward.facts(container).state()).isEqualTo("paused");
      assertThat(ward.isClosed(container)).isFalse();
    }
    assertThat(ward.desk.actions())
        .extracting(OpenAction::way)
        .allMatch(w -> w.contains("pausing"));
    ward.desk.releaseAll("alice");
    for (ContainerId container : all) {
      assertThat(ward.facts(container).state()).isEqualTo("running");
    }
  }

  @Test
  void pauseAndStopAreTakenBack() {
    ContainerId web = ward.run("web");
    doing("[pause: {for: 10m}]").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    ward.desk.release("web", "alice");
    assertThat(ward.facts(web).state()).isEqualTo("running");
    doing("[stop: {grace: 1s}]").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
    ward.desk.release("web", "alice");
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.steps().getLast().operator()).isEqualTo("alice");
  }

  @Test
  void killIsOverWhenTheContainerIsDead() {
    ContainerId web = ward.run("web");
    doing("[kill: {signal: KILL}]").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
    assertThat(ward.stepNames()).last().isEqualTo("kill verified");
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void killStartsTheContainerAgainOnlyWhereATimeIsGiven() {
    ContainerId web = ward.run("web");
    doing("[kill: {for: 5m}]").shell(web);
    assertThat(ward.facts(web).state()).isEqualTo("exited");
    ward.clock.advance(Duration.ofMinutes(5));
    ward.tick();
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void aStopEndsWhenSomebodyStartsTheContainer() {
    ContainerId web = ward.run("web");
    doing("[stop: {for: 5m}]").shell(web);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a start"));
    assertThat(ward.desk.actions()).hasSize(1);
    ward.docker.start(web);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a start"));
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(ward.facts(web).state()).isEqualTo("running");
  }

  @Test
  void whatSomebodyElsePausedStaysPaused() {
    ContainerId web = ward.run("web");
    ward.docker.pause(web);
    doing("[pause: {for: 1m}]").shell(web);
    assertThat(ward.stepNames()).containsExactly("pause intended", "pause skipped");
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(ward.facts(web).state()).isEqualTo("paused");
  }

  @Test
  void aChangeThatTwoActionsNeedIsTakenBackByTheLast() {
    ContainerId web = ward.run("web");
    doing("[quarantine: {for: 5m}]").shell(web);
    ward.clock.advance(Duration.ofMinutes(3));
    ward.shell(web);
    ward.clock.advance(Duration.ofMinutes(2));
    ward.tick();
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.desk.actions()).hasSize(1);
    ward.clock.advance(Duration.ofMinutes(3));
    ward.tick();
    assertThat(ward.isClosed(web)).isFalse();
  }

  @Test
  void aContainerThatIsGoneIsSkippedAndItsActionsEnd() {
    ContainerId web = ward.run("web");
    doing("[quarantine: {}]").shell(web);
    ward.docker.remove(web);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after removal"));
    assertThat(ward.desk.actions()).isEmpty();
    ward.shell(web);
    assertThat(ward.stepNames()).last().isEqualTo("quarantine skipped");
    assertThat(lastDetail()).isEqualTo("the container is gone");
  }

  @Test
  void anEngineThatRefusesTwiceIsAFailureThatLeavesNothing() {
    ContainerId web = ward.run("web");
    Host flaky =
        Ward.host(
            FailingEngine.wrap(
                ward.docker,
                "pause",
                () -> {
                  throw new EngineException.Refused("Cannot pause: no freezer", null);
                }),
            ward.filter);
    ward.close();
    ward = new Ward(folder, ward.docker, ward.filter, ward.clock, flaky, () -> {}, Ward.shielded());
    doing("[pause: {}]").shell(web);
    assertThat(ward.stepNames()).containsExactly("pause intended", "pause failed");
    assertThat(lastDetail()).contains("no freezer").contains("it was taken back");
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void theActionsOfAPolicyHappenInOrder() {
    ContainerId web = ward.run("web");
    doing("[quarantine: {for: 5m}, pause: {for: 5m}, notify: {log: {}}]").shell(web);
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(ward.stepNames())
        .containsExactly(
            "quarantine intended",
            "pause intended",
            "notify intended",
            "quarantine applied",
            "quarantine verified",
            "pause applied",
            "pause verified",
            "notify verified");
  }
}
