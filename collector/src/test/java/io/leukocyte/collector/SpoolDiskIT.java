package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The spool on a small disk of its own, which it fills. */
class SpoolDiskIT {
  private static final long PLENTY = 1 << 30;

  @TempDir private Path folder;
  private final List<Map<Kind, Long>> damages = new ArrayList<>();

  private final Spool.Listener listener =
      new Spool.Listener() {
        @Override
        public void inherited(Map<Kind, Long> counts) {}

        @Override
        public void damaged(Map<Kind, Long> counts, long from, long to) {
          damages.add(counts);
        }
      };

  @BeforeEach
  void mount() throws IOException, InterruptedException {
    run("mount", "-t", "tmpfs", "-o", "size=2m", "leuko-spool-test", folder.toString());
  }

  @AfterEach
  void unmount() throws IOException, InterruptedException {
    run("umount", folder.toString());
  }

  private static void run(String... command) throws IOException, InterruptedException {
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
        .as("%s; run the tests as root", List.of(command))
        .isZero();
  }

  private Spool open(long keepFree) {
    Spool spool =
        new Spool(folder.resolve("spool"), new Spool.Limits(PLENTY, keepFree), Disk.REAL, listener);
    spool.open();
    return spool;
  }

  private static long fill(Spool spool) {
    long accepted = 0;
    Spool.Outcome last = spool.append(TestBatches.flows(TestBatches.EPOCH, 0, 0, 100), false);
    while (last instanceof Spool.Outcome.Kept) {
      accepted++;
      last = spool.append(TestBatches.flows(TestBatches.EPOCH, accepted, 0, 100), false);
    }
    assertThat(last)
        .isInstanceOfSatisfying(
            Spool.Outcome.Refused.class, r -> assertThat(r.reason()).isEqualTo("disk-full"));
    return accepted;
  }

  private static List<Long> sequences(Spool spool) {
    List<Long> sequences = new ArrayList<>();
    for (Spool.Taken t = spool.take(); t != null; t = spool.take()) {
      sequences.add(t.header().sequence());
    }
    return sequences;
  }

  @Test
  void aFullDiskRefusesAndTakesAgainOnceThereIsRoom() throws IOException {
    Path other = Files.write(folder.resolve("other"), new byte[512 << 10]);
    long more;
    try (Spool spool = open(0)) {
      long accepted = fill(spool);
      assertThat(accepted).isPositive();
      Files.delete(other);
      more = accepted;
      while (append(spool, more)) {
        more++;
      }
      assertThat(more).isGreaterThan(accepted);
    }
    try (Spool next = open(0)) {
      assertThat(sequences(next)).isEqualTo(LongStream.range(0, more).boxed().toList());
      next.delivered(next.readTo());
      assertThat(append(next, more)).isTrue();
    }
    assertThat(damages).isEmpty();
  }

  private static boolean append(Spool spool, long sequence) {
    return spool.append(TestBatches.flows(TestBatches.EPOCH, sequence, 0, 100), false)
        instanceof Spool.Outcome.Kept;
  }

  @Test
  void roomIsLeftToOthers() throws IOException {
    try (Spool spool = open(1 << 20)) {
      assertThat(fill(spool)).isPositive();
      assertThat(Files.getFileStore(folder).getUsableSpace()).isBetween(900L << 10, 1100L << 10);
    }
  }
}
