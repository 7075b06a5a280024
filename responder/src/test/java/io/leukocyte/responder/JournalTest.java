package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerFacts.Security;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  private static final String POLICY =
      """
      - policy: p
        match: {tags: [shell]}
        actions: [quarantine: {for: 15m}, stop: {grace: 3s, for: 1h}, notify: {webhook: ops}]
        guard: {mode: enforce}
      """;

  @TempDir Path folder;
  private final MutableClock clock = new MutableClock();

  private Path file() {
    return folder.resolve("journal");
  }

  private Journal open() {
    return new Journal(file(), clock, () -> {});
  }

  private static List<ActionState> states(Journal journal) {
    return journal.read(ledger -> ledger.all(s -> true));
  }

  private static OptionalLong offset(Journal journal, int partition) {
    return journal.read(ledger -> ledger.offset(partition));
  }

  private static List<Ledger.Numbered> unpublished(Journal journal, int about) {
    return journal.read(ledger -> ledger.unpublished(about));
  }

  /** Writes entries of every kind. */
  private List<ActionState> fill() {
    try (Ward ward = new Ward(folder)) {
      ward.docker.createNetwork("front");
      ContainerId web = ward.run("web");
      ContainerId admin =
          ward.docker.run(
              ContainerSpec.of("admin", "x:1")
                  .network("front", "www")
                  .security(new Security(List.of("NET_ADMIN"), List.of(), List.of(), false, "")));
      ward.policies(POLICY).shell(web);
      ward.shell(admin);
      ward.desk.release("web", "alice");
      ward.journal.note(new JournalEntry.Read(3, 4711));
      ward.journal.note(new JournalEntry.Published(2));
      await().until(() -> states(ward.journal).stream().noneMatch(s -> s.alert() != null));
      return states(ward.journal);
    }
  }

  @Test
  void whatWasWrittenIsReadBack() {
    List<ActionState> before = fill();
    assertThat(before).hasSize(6);
    try (Journal journal = open()) {
      assertThat(states(journal)).isEqualTo(before);
      assertThat(offset(journal, 3)).hasValue(4711);
      assertThat(offset(journal, 2)).isEmpty();
    }
  }

  @Test
  void itIsReadBackAlsoAfterItWasMadeSmallerTwice() {
    List<ActionState> before = fill();
    int unpublished;
    try (Journal journal = open()) {
      unpublished = journal.read(Ledger::unpublishedCount);
    }
    try (Journal journal = open()) {
      assertThat(states(journal)).isEqualTo(before);
      assertThat(journal.read(Ledger::unpublishedCount)).isEqualTo(unpublished).isPositive();
    }
  }

  @Test
  void aFileCutAtAnyByteGivesTheEntriesBeforeTheCut() throws IOException {
    fill();
    byte[] whole = Files.readAllBytes(file());
    int lines = JournalLines.read(whole).entries().size();
    assertThat(lines).isGreaterThan(10);
    int before = 0;
    for (int length = 0; length <= whole.length; length++) {
      JournalLines.Read read = JournalLines.read(Arrays.copyOf(whole, length));
      assertThat(read.damaged()).isZero();
      assertThat(read.entries().size()).isBetween(before, before + 1);
      before = read.entries().size();
    }
    assertThat(before).isEqualTo(lines);
  }

  @Test
  void aTornTailIsTakenAwayAndWritingGoesOn() throws IOException {
    fill();
    byte[] whole = Files.readAllBytes(file());
    for (int cut = 1; cut < 400; cut += 37) {
      Files.write(file(), Arrays.copyOf(whole, whole.length - cut));
      try (Journal journal = open()) {
        assertThat(journal.damaged()).isZero();
        journal.append(new JournalEntry.Read(1, cut));
      }
      try (Journal journal = open()) {
        assertThat(offset(journal, 1)).hasValue(cut);
        assertThat(journal.damaged()).isZero();
      }
    }
  }

  @Test
  void aFlippedBitInTheMiddleIsCountedAndTheFileKept() throws IOException {
    fill();
    byte[] whole = Files.readAllBytes(file());
    whole[whole.length / 2] ^= 4;
    Files.write(file(), whole);
    try (Journal journal = open()) {
      assertThat(journal.damaged()).isEqualTo(1);
      assertThat(states(journal)).isNotEmpty();
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(f -> f.toString().contains(".damaged-"))).hasSize(1);
    }
  }

  @Test
  void anInterruptedThreadWritesAndSoDoTheOthersAfterIt() throws Exception {
    try (Journal journal = open()) {
      Thread writer =
          new Thread(() -> {
            Thread.currentThread().interrupt();
            journal.append(new JournalEntry.Read(3, 1));
          });
      writer.start();
      writer.join();
      journal.append(new JournalEntry.Read(3, 2));
      assertThat(journal.problem()).isNull();
    }
    try (Journal journal = open()) {
      assertThat(offset(journal, 3)).hasValue(2);
    }
  }

  @Test
  void theRoomWrittenAheadIsNoDamageAndGoesWithAnOrderlyEnd() throws IOException {
    byte[] during;
    try (Journal journal = open()) {
      journal.append(new JournalEntry.Read(3, 7));
      during = Files.readAllBytes(file());
      assertThat(during).hasSizeGreaterThan(JournalFile.OnDisk.AHEAD);
    }
    assertThat(Files.size(file())).isLessThan(1_000);
    Files.write(file(), during); // as after the power failed
    try (Journal journal = open()) {
      assertThat(offset(journal, 3)).hasValue(7);
      assertThat(journal.damaged()).isZero();
    }
  }

  @Test
  void onlyTheOwnerMayReadIt() throws IOException {
    open().close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
  }

  @Test
  void whatIsOverIsForgottenAfterADayAndWhatIsInForceNever() {
    try (Ward ward = new Ward(folder)) {
      ContainerId web = ward.run("web");
      ward.policies(
              "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {}, kill: {}]\n"
                  + "  guard: {mode: enforce}\n")
          .shell(web);
      ward.journal.note(new JournalEntry.Published(1_000));
    }
    clock.advance(Duration.ofDays(2));
    try (Journal journal = open()) {
      assertThat(states(journal))
          .singleElement()
          .satisfies(s -> {
            assertThat(s.last().type()).isEqualTo("pause");
            assertThat(s.phase()).isEqualTo(ActionState.Phase.IN_FORCE);
          });
    }
  }

  @Test
  void stepsArePublishedFromWhereItStopped() {
    fill();
    List<Action> waiting;
    try (Journal journal = open()) {
      List<Ledger.Numbered> all = unpublished(journal, Integer.MAX_VALUE);
      long through = all.get(4).number();
      journal.note(new JournalEntry.Published(through));
      waiting =
          all.stream().filter(s -> s.number() > through).map(Ledger.Numbered::action).toList();
      assertThat(waiting).isNotEmpty();
    }
    try (Journal journal = open()) {
      assertThat(unpublished(journal, Integer.MAX_VALUE))
          .extracting(Ledger.Numbered::action)
          .containsExactlyElementsOf(waiting);
    }
  }

  @Test
  void anEntryIsPublishedWholeOrNotAtAll() {
    fill();
    try (Journal journal = open()) {
      List<Ledger.Numbered> some = unpublished(journal, 1);
      assertThat(some).hasSizeGreaterThanOrEqualTo(1);
      assertThat(some).extracting(Ledger.Numbered::number).containsOnly(some.getFirst().number());
    }
  }
}
