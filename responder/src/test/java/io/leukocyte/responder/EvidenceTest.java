package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Evidence without a real engine: its bounds, what goes wrong, and what is left by a crash. */
class EvidenceTest {
  @TempDir Path folder;

  private Ward ward(String actions) {
    return new Ward(folder)
        .policies(
            "- policy: p\n  match: {tags: [shell]}\n  actions: "
                + actions
                + "\n  guard: {mode: enforce}\n");
  }

  @Test
  void aReaderOfProcThatHangsHoldsTheResponseUpNoLongerThanItMay() throws IOException {
    ContainerId container = new ContainerId("ab".repeat(32));
    Path process = Files.createDirectories(folder.resolve("proc/4000"));
    assertThat(Docker.command(List.of("mkfifo", process.resolve("cgroup").toString())).worked())
        .isTrue();
    VolatileEvidence reader =
        new VolatileEvidence(
            new HostProc(folder.resolve("proc"), folder.resolve("cgroup")),
            Clock.systemUTC(),
            Duration.ofMillis(100));
    VolatileEvidence.Reading reading =
        reader.read(new VolatileEvidence.Subject(container, 4000, null));
    assertThat(reading.took()).isBetween(Duration.ofMillis(100), Duration.ofSeconds(20));
    assertThat(reading.missing()).containsExactly(Missing.all("processes", "not within 100 ms"));
    Files.newOutputStream(process.resolve("cgroup")).close(); // lets the reader go
  }

  @Test
  void aSnapshotNamesItsEvidenceInTheAuditAndShowsItIntact() throws IOException {
    try (Ward ward = ward("[snapshot, kill: {}]")) {
      ContainerId web = ward.run("web");
      ward.docker.writeFile(web, "/tmp/x", 0755, "#!/bin/sh\n".getBytes(StandardCharsets.UTF_8));
      ward.shell(web);
      assertThat(ward.stepNames()).contains("snapshot verified", "kill verified");
      String id = EvidenceArchive.list(folder).getFirst().id();
      assertThat(ward.steps())
          .filteredOn(s -> s.step() == Action.Step.VERIFIED)
          .extracting(Action::evidence)
          .containsOnly(id);
      EvidenceArchive.Report report = EvidenceArchive.show(folder, id.substring(0, 8));
      assertThat(report.faults()).isEmpty();
      Path export = folder.resolve("case.tar.gz");
      EvidenceArchive.export(folder, id, export);
      assertThat(Docker.command(List.of("tar", "tzf", export.toString())).output())
          .contains("/manifest.json", "/program-1-x", "/changes.json");
      assertThatThrownBy(() -> EvidenceArchive.export(folder, id, export))
          .isInstanceOf(EvidenceException.class)
          .hasMessageContaining("is there already");
      Files.writeString(report.folder().resolve("changes.json"), "[]");
      Files.delete(report.folder().resolve("log.json"));
      Files.writeString(report.folder().resolve("more"), "x");
      assertThat(EvidenceArchive.show(folder, id).faults()).hasSize(3);
    }
  }

  @Test
  void whatTheEngineCannotGiveIsNamedAsMissing() {
    try (Ward ward = ward("[snapshot]")) {
      ContainerId web = ward.docker.run(ContainerSpec.of("web", "leuko/test-web:1"));
      ward.shell(web);
      EvidenceManifest manifest = EvidenceArchive.list(folder).getFirst();
      assertThat(manifest.missing()).extracting(Missing::what).contains("processes");
    }
    assertThatThrownBy(() -> EvidenceArchive.show(folder, "0000"))
        .isInstanceOf(EvidenceException.class)
        .hasMessageContaining("There is no evidence '0000'");
  }

  @Test
  void anEngineThatWillNotFailsTheSnapshot() {
    try (Ward ward = ward("[snapshot]")) {
      ContainerId web = ward.run("web");
      ward.docker.failNext( // the snapshot's own first question
          new EngineException.Refused("the engine will not", null));
      ward.alert(TestAlerts.shell(web, ward.clock.nanos()));
      assertThat(ward.stepNames()).containsExactly("snapshot intended", "snapshot failed");
      assertThat(ward.desk.actions()).isEmpty();
    }
  }

  @Test
  void theOldestEvidenceMakesRoomButWhatIsOpenStays() {
    try (Ward ward = ward("[quarantine: {}, snapshot]")) {
      byte[] large = new byte[900_000];
      String first = "";
      for (int i = 0; i < 12; i++) {
        ContainerId id = ward.run("c" + i);
        ward.docker.writeFile(id, "/x", 0755, large);
        ward.shell(id);
        if (i == 0) {
          first = EvidenceArchive.list(folder).getFirst().id();
        } else {
          ward.desk.release("c" + i, "alice");
        }
        ward.clock.advance(Duration.ofSeconds(1));
      }
      List<EvidenceManifest> left = EvidenceArchive.list(folder);
      assertThat(left.stream().mapToLong(EvidenceManifest::bytes).sum()).isLessThan(8L << 20);
      assertThat(left).hasSizeLessThan(12).extracting(EvidenceManifest::id).contains(first);
      assertThat(left.getLast().name()).isEqualTo("c11");
    }
  }

  @Test
  void anOperatorDeletesEvidenceButNotThatOfAnOpenAction() {
    try (Ward ward = ward("[quarantine: {}, snapshot]")) {
      ward.shell(ward.run("web"));
      EvidenceManifest taken = EvidenceArchive.list(folder).getFirst();
      Answer refused = ward.desk.deleteEvidence(taken.id().substring(0, 8), "alice", "");
      assertThat(refused.done()).isFalse();
      assertThat(refused.detail()).contains("belongs to an action that is open");
      assertThat(EvidenceArchive.list(folder)).hasSize(1);

      ward.desk.release("web", "alice");
      String order =
          ControlJson.order("delete-evidence")
              .put("what", taken.id().substring(0, 8))
              .put("operator", "alice")
              .put("reason", "exported")
              .toString();
      assertThat(ControlJson.answer(ward.desk, order).at("/answer/done").asBoolean()).isTrue();
      assertThat(EvidenceArchive.list(folder)).isEmpty();
      List<Action> audit =
          ward.steps().stream().filter(s -> s.type().equals("delete-evidence")).toList();
      assertThat(audit)
          .extracting(Action::step)
          .containsExactly(
              Action.Step.INTENDED,
              Action.Step.REFUSED,
              Action.Step.INTENDED,
              Action.Step.VERIFIED);
      assertThat(audit).extracting(Action::operator).containsOnly("alice");
      assertThat(audit.getLast().outcome())
          .isInstanceOfSatisfying(
              Outcome.Done.class,
              done -> assertThat(done.detail()).contains(taken.id(), "of web", ": exported"));
      assertThatThrownBy(() -> ward.desk.deleteEvidence(taken.id(), "alice", ""))
          .isInstanceOf(OrderException.class)
          .hasMessageContaining("There is no evidence");
    }
  }

  /** Its bytes are free again: what would not fit beside it does. */
  @Test
  void deletedEvidenceMakesRoom() {
    try (Ward ward = ward("[quarantine: {}, snapshot]")) {
      byte[] large = new byte[900_000];
      for (int i = 0; i < 16; i++) {
        ContainerId id = ward.run("c" + i);
        ward.docker.writeFile(id, "/x", 0755, large);
        ward.shell(id);
        String evidence = EvidenceArchive.list(folder).getFirst().id();
        ward.desk.release("c" + i, "alice");
        assertThat(ward.desk.deleteEvidence(evidence, "alice", "").done()).isTrue();
        ward.clock.advance(Duration.ofSeconds(1));
      }
      assertThat(EvidenceArchive.list(folder)).isEmpty();
      assertThat(ward.evidence.problem()).isNull();
    }
  }

  @Test
  void aSnapshotThatWasCutAndIsTooLateByNowIsKeptAndSaidToBeIncomplete() throws IOException {
    Ward ward = ward("[snapshot]");
    ContainerId web = ward.run("web");
    ward.shell(web);
    EvidenceManifest whole = EvidenceArchive.list(folder).getFirst();
    assertThat(whole.incomplete()).isNull();
    Path place = EvidenceArchive.show(folder, whole.id()).folder();
    ObjectNode manifest = whole.json().put("complete", false);
    manifest.put("incomplete", "the snapshot is being taken");
    Files.writeString(place.resolve("manifest.json"), manifest.toString());
    Files.writeString(place.resolve("program-7-half"), "cut");
    Files.writeString(place.resolve("log.json"), "[ written anew");
    Files.delete(place.resolve("inspect.json"));
    ward.clock.advance(Duration.ofHours(1));
    ward = ward.restarted();
    EvidenceArchive.Report report = EvidenceArchive.show(folder, whole.id());
    assertThat(report.faults()).isEmpty();
    assertThat(report.manifest().incomplete()).contains("the responder ended while it was taken");
    assertThat(report.manifest().files())
        .extracting(EvidenceManifest.EvidenceFile::name)
        .contains("program-7-half", "changes.json", "log.json")
        .doesNotContain("inspect.json");
    assertThat(report.manifest().missing()).extracting(Missing::what).contains("the rest");
    ward.close();
  }

  @Test
  void aHalfFolderIsFinishedAsIncompleteAndAnEmptyOneRemoved() throws IOException {
    String id = "0123456789abcdef".repeat(2);
    Path half = folder.resolve("evidence/20261122T195715.123Z-abababababab-" + id);
    Files.createDirectories(half);
    Files.writeString(half.resolve("processes.json"), "[\n]\n");
    Path empty =
        folder.resolve("evidence/20261122T195716.123Z-abababababab-" + id.replace('0', '1'));
    Files.createDirectories(empty);
    try (Ward ward = ward("[snapshot]").restarted()) {
      assertThat(ward.evidence.problem()).isNull();
      EvidenceManifest manifest = EvidenceArchive.show(folder, id).manifest();
      assertThat(manifest.incomplete()).contains("the responder ended while it was taken");
      assertThat(manifest.files())
          .extracting(EvidenceManifest.EvidenceFile::name)
          .containsExactly("processes.json");
      assertThat(empty).doesNotExist();
    }
  }
}
