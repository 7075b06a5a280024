package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.engine.NetworkAttachment;
import io.leukocyte.events.ContainerFacts.Port;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.Outcome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fresh container in an old one's place, and back. */
class RecycleTest {
  private static final String RECYCLE = "recycle: {settle: 0s, within: 1s}";

  @TempDir Path folder;
  private Ward ward;

  @BeforeEach
  void open() {
    ward = new Ward(folder);
    ward.docker.createNetwork("front");
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private static ContainerSpec web() {
    return ContainerSpec.of("web", "leuko/test-web:1").network("front", "www");
  }

  private Ward doing(String actions) {
    return ward.policies(
        "- policy: p\n  match: {tags: [shell]}\n  actions: ["
            + actions
            + "]\n  guard: {mode: enforce}\n");
  }

  private ContainerId named(String name) {
    return ward.docker.resolve(name).orElseThrow();
  }

  private List<String> containers() {
    return ward.docker.list().stream().map(ContainerSummary::name).sorted().toList();
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
  void aFreshContainerTakesThePlaceAndTheOldOneIsKeptStopped() {
    ContainerId old = ward.docker.run(web().port(new Port(80, "tcp", "0.0.0.0", 8080)));
    doing(RECYCLE).shell(old);
    ContainerId fresh = named("web");
    assertThat(fresh).isNotEqualTo(old);
    assertThat(ward.facts(fresh).state()).isEqualTo("running");
    assertThat(ward.facts(old).state()).isEqualTo("exited");
    assertThat(containers()).containsExactly("web", "web.leuko-kept-" + old.brief());
    assertThat(ward.docker.attachments(fresh))
        .singleElement()
        .satisfies(a -> assertThat(a.aliases()).containsExactly("www"));
    assertThat(ward.stepNames())
        .containsExactly("recycle intended", "recycle applied", "recycle verified");
    assertThat(lastDetail()).isEqualTo("it has run for 0s and accepts connections at port [80]");
    assertThat(ward.desk.actions())
        .singleElement()
        .satisfies(a -> {
          assertThat(a.containerId()).isEqualTo(old.value());
          assertThat(a.way()).contains("by the fresh container " + fresh.brief());
        });
    assertThat(ward.journal.read(ledger -> ledger.all(s -> true)).getFirst().undo())
        .isInstanceOfSatisfying(
            Undo.PutBack.class, undo -> assertThat(undo.fresh()).isEqualTo(fresh));
  }

  @Test
  void theKeptOneIsNotStartedByTheEngineAndGetsItsPolicyBackWithTheRelease() {
    ContainerId old = ward.docker.run(web());
    ward.docker.update(old, ward.docker.settings(old).restarting("always", 0));
    var before = ward.docker.settings(old);
    doing(RECYCLE).shell(old);
    assertThat(ward.docker.settings(old).restartPolicy()).isEqualTo("no");
    assertThat(ward.docker.settings(named("web"))).isEqualTo(before);
    assertThat(ward.desk.release("web", "alice")).singleElement().matches(Released::released);
    assertThat(named("web")).isEqualTo(old);
    assertThat(ward.facts(old).state()).isEqualTo("running");
    assertThat(ward.docker.settings(old)).isEqualTo(before);
    assertThat(containers()).containsExactly("web");
  }

  @Test
  void anUnhealthyFreshOneIsTakenBack() {
    ContainerId old = ward.docker.run(web());
    List<NetworkAttachment> before = ward.docker.attachments(old);
    ward.docker.onStart(id -> {
      if (!id.equals(old)) {
        ward.docker.health(id, "unhealthy");
        ward.docker.print(id, Stream.STDERR, "no database\n");
      }
    });
    doing(RECYCLE).shell(old);
    assertThat(named("web")).isEqualTo(old);
    assertThat(ward.facts(old).state()).isEqualTo("running");
    assertThat(ward.docker.attachments(old)).isEqualTo(before);
    assertThat(containers()).containsExactly("web");
    assertThat(lastDetail())
        .isEqualTo(
            "the fresh container is unhealthy by its own check; its last line: no database; it was"
                + " taken back");
    assertThat(ward.desk.actions()).isEmpty();
  }

  @Test
  void aFreshOneThatEndsIsTakenBack() {
    ContainerId old = ward.docker.run(web());
    ward.docker.onStart(id -> {
      if (!id.equals(old)) {
        ward.docker.exit(id, 3);
      }
    });
    doing(RECYCLE).shell(old);
    assertThat(named("web")).isEqualTo(old);
    assertThat(ward.facts(old).state()).isEqualTo("running");
    assertThat(lastDetail()).startsWith("the fresh container ended");
  }

  @Test
  void aFreshOneThatIsDeafWhereTheOldOneListenedIsTakenBack() {
    InMemoryEngine docker = ward.docker;
    ContainerId old = docker.run(web().port(new Port(80, "tcp", "0.0.0.0", 8080)));
    PortProbe firstOnly = (address, port) -> docker.inspect(old).orElseThrow().pid() > 0;
    Host host = new Host(docker, ward.filter, new InMemoryEgressLimit(), firstOnly);
    try (Ward own =
        new Ward(
            folder.resolve("own"),
            docker,
            ward.filter,
            ward.clock,
            host,
            () -> {},
            Ward.shielded())) {
      own.policies(
          "- policy: p\n  match: {tags: [shell]}\n  actions: ["
              + RECYCLE
              + "]\n  guard: {mode: enforce}\n");
      own.shell(old);
      assertThat(own.stepNames()).last().isEqualTo("recycle failed");
      assertThat(own.steps().getLast().outcome().toString())
          .contains("after 1s the fresh container does not accept connections at port [80]");
    }
    assertThat(named("web")).isEqualTo(old);
    assertThat(ward.facts(old).state()).isEqualTo("running");
  }

  @Test
  void withoutItsImageNothingIsTouched() {
    ContainerId old = ward.docker.run(web());
    ward.docker.removeImage("leuko/test-web:1");
    doing(RECYCLE).shell(old);
    assertThat(ward.facts(old).state()).isEqualTo("running");
    assertThat(ward.docker.changes()).noneMatch(c -> c.startsWith("stop"));
    assertThat(lastDetail()).contains("the image leuko/test-web:1 is not on this host");
  }

  @Test
  void aQuarantineStaysOnTheOldOne() {
    ContainerId old = ward.docker.run(web());
    doing("quarantine: {}, " + RECYCLE).shell(old);
    ContainerId fresh = named("web");
    assertThat(fresh).isNotEqualTo(old);
    assertThat(ward.isClosed(fresh)).isFalse();
    assertThat(ward.desk.actions()).extracting(OpenAction::type).contains("quarantine", "recycle");
    ward.docker.start(old);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "after a start"));
    assertThat(ward.isClosed(old)).as("whoever starts the evidence finds it shut").isTrue();
  }

  @Test
  void theFreshOneGetsTheNetworksThatWereTakenFromTheOldOne() {
    Security admin = new Security(List.of("NET_ADMIN"), List.of(), List.of(), false, "");
    ContainerId old = ward.docker.run(web().security(admin));
    doing("quarantine: {}, " + RECYCLE).shell(old);
    assertThat(ward.docker.attachments(old)).isEmpty();
    assertThat(ward.docker.attachments(named("web")))
        .singleElement()
        .satisfies(a -> assertThat(a.aliases()).containsExactly("www"));
  }

  @Test
  void oneWhoseNetworkOthersShareIsNotRecycled() {
    ContainerId old = ward.docker.run(web());
    ContainerId guest = ward.run("guest");
    ward.filter.share(guest, old);
    doing(RECYCLE).shell(old);
    assertThat(ward.facts(old).state()).isEqualTo("running");
    assertThat(lastDetail())
        .isEqualTo(
            "it cannot be recycled: the container %s shares its network and would be cut off"
                .formatted(guest.brief()));
  }

  @Test
  void theOldOneIsRemovedAfterItsTime() {
    ContainerId old = ward.docker.run(web());
    doing("recycle: {settle: 0s, keep: 2h}").shell(old);
    hold(Duration.ofMinutes(119));
    assertThat(containers()).hasSize(2);
    hold(Duration.ofMinutes(1));
    assertThat(containers()).containsExactly("web");
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(lastDetail())
        .isEqualTo("it stays: the old container was kept for 2h and is removed");
  }

  private void hold(Duration later) {
    ward.clock.advance(later);
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "found open"));
  }

  @Test
  void removingTheOldOneEndsTheMatter() {
    ContainerId old = ward.docker.run(web());
    doing(RECYCLE).shell(old);
    ward.docker.remove(old, false);
    hold(Duration.ZERO);
    assertThat(ward.desk.actions()).isEmpty();
    assertThat(containers()).containsExactly("web");
  }

  @Test
  void aReleaseIsNotAtTheCostOfAThirdContainer() {
    ContainerId old = ward.docker.run(web());
    doing(RECYCLE).shell(old);
    ward.docker.remove(named("web"), true);
    ContainerId third = ward.docker.run(web());
    String id = ward.desk.actions().getFirst().id();
    assertThat(ward.desk.release(id, "alice"))
        .singleElement()
        .satisfies(r -> {
          assertThat(r.released()).isFalse();
          assertThat(r.detail()).contains("another container, " + third.brief());
        });
    assertThat(named("web")).isEqualTo(third);
    assertThat(ward.facts(third).state()).isEqualTo("running");
    ward.docker.remove(third, true);
    ward.interventions.retryUndo(new io.leukocyte.events.ActionId(id));
    assertThat(named("web")).isEqualTo(old);
  }

  @Test
  void aKeptContainerCountsForNoShareOfItsService() {
    ContainerId old = ward.docker.run(web());
    doing(RECYCLE).shell(old);
    assertThat(ward.desk.actions()).hasSize(1);
    assertThat(ward.journal.read(Services::held)).isEmpty();
  }

  @Test
  void theFreshOneCanBeRecycledAgain() {
    ContainerId old = ward.docker.run(web());
    doing(RECYCLE).shell(old);
    ContainerId second = named("web");
    ward.shell(second);
    ContainerId third = named("web");
    assertThat(List.of(old, second)).doesNotContain(third);
    assertThat(containers())
        .containsExactlyInAnyOrder(
            "web", "web.leuko-kept-" + old.brief(), "web.leuko-kept-" + second.brief());
  }
}
