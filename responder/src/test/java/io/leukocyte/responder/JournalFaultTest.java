package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Priority;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The disk of the journal is full, or breaks: nothing begins, and it goes on when it is mended. */
class JournalFaultTest {
  private static final String POLICY =
      "- policy: p\n  match: {tags: [shell]}\n  actions: [pause: {for: 10m}]\n"
          + "  guard: {mode: enforce}\n";

  /** How the disk fails. */
  enum Fault {
    NOTHING_WRITTEN,
    HALF_WRITTEN,
    NOT_SYNCED
  }

  @TempDir Path folder;
  private final InMemoryEngine docker = new InMemoryEngine();
  private final MutableClock clock = new MutableClock();
  private final Disk disk = new Disk();
  private Ward ward;
  private ContainerId web;

  /** A disk that can fail. */
  private static final class Disk implements JournalFile.Opener {
    private Fault fault = Fault.NOTHING_WRITTEN;
    private int failFrom = Integer.MAX_VALUE;
    private int failTo = Integer.MAX_VALUE;
    private int writes;

    void fail(Fault how, int from, int to) {
      fault = how;
      failFrom = writes + from;
      failTo = writes + to;
    }

    void mend() {
      failFrom = Integer.MAX_VALUE;
    }

    private boolean failing() {
      return writes > failFrom && writes <= failTo;
    }

    @Override
    public JournalFile open(Path file) throws IOException {
      JournalFile real = JournalFile.onDisk(file);
      return new JournalFile() {
        @Override
        public void write(long at, byte[] bytes) throws IOException {
          writes++;
          if (failing() && fault == Fault.NOTHING_WRITTEN) {
            throw new IOException("No space left on device");
          }
          if (failing() && fault == Fault.HALF_WRITTEN) {
            real.write(at, Arrays.copyOf(bytes, bytes.length / 2));
            throw new IOException("No space left on device");
          }
          real.write(at, bytes);
        }

        @Override
        public void sync() throws IOException {
          if (failing() && fault == Fault.NOT_SYNCED) {
            throw new IOException("Input/output error");
          }
          real.sync();
        }

        @Override
        public void close() throws IOException {
          real.close();
        }
      };
    }
  }

  @BeforeEach
  void open() {
    ward = make().policies(POLICY);
    web = ward.run("web");
  }

  private Ward make() {
    InMemoryNetworkFilter filter = new InMemoryNetworkFilter();
    return new Ward(
        folder,
        docker,
        filter,
        clock,
        Ward.host(docker, filter),
        () -> {},
        Ward.shielded(),
        new Lanes(Runnable::run),
        disk);
  }

  private Alert shell() {
    return TestAlerts.alert(
        TestAlerts.HOST,
        TestAlerts.SHELL,
        Priority.WARNING,
        ward.facts(web).container(),
        Map.of(),
        clock.nanos());
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void whileTheJournalCannotBeWrittenNothingBeginsAndAfterwardsItGoesOn(Fault fault) {
    Alert alert = shell();
    disk.fail(fault, 0, 1000);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> ward.alert(alert)).isInstanceOf(JournalException.class);
      assertThat(ward.journal.problem()).contains("free some space");
    }
    assertThat(docker.changes()).isEmpty();
    disk.mend();
    ward.alert(alert);
    assertThat(ward.facts(web).state()).isEqualTo("paused");
    assertThat(ward.journal.problem()).isNull();
    assertThat(ward.stepNames())
        .containsExactly("pause intended", "pause applied", "pause verified");
    ward.close();
    try (Ward again = make()) {
      assertThat(again.journal.damaged()).isZero();
      assertThat(again.stepNames())
          .containsExactly("pause intended", "pause applied", "pause verified");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void aFailureInTheMiddleOfAnActionIsTakenUpAndTheActionHappensOnce(int after) {
    for (Fault fault : Fault.values()) {
      ContainerId other = ward.run("other-" + fault);
      web = other;
      disk.fail(fault, after, after + 1);
      ward.alert(shell());
      disk.mend();
      ActionState left = ward.journal.read(ledger -> ledger.all(s -> s.of(other))).getFirst();
      assertThat(left.phase()).isIn(ActionState.Phase.INTENDED, ActionState.Phase.PREPARED);
      ward.interventions.resume(left.id(), false);
      assertThat(ward.facts(other).state()).isEqualTo("paused");
      assertThat(ward.journal.read(ledger -> ledger.find(left.id())).orElseThrow().phase())
          .isEqualTo(ActionState.Phase.IN_FORCE);
    }
    assertThat(ward.desk.releaseAll("alice")).allMatch(Released::released).hasSize(3);
  }

  @Test
  void aFailureWhileItIsTakenBackIsTriedAgain() {
    ward.alert(shell());
    disk.fail(Fault.NOT_SYNCED, 0, 1);
    clock.advance(Duration.ofMinutes(10));
    ward.tick();
    disk.mend();
    ward.tick();
    assertThat(ward.facts(web).state()).isEqualTo("running");
    assertThat(ward.steps()).extracting(Action::step).endsWith(Action.Step.UNDONE);
  }
}
