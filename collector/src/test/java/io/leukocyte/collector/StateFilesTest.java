package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.DATABASE;
import static io.leukocyte.collector.TestEvents.WEB;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.EventPosition;
import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.HostId;
import io.leukocyte.events.SensorHeartbeat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {
  @TempDir private Path data;

  @Test
  void theHostIdIsMadeOnceAndEverybodyMayReadIt() throws IOException {
    Path folder = data.resolve("new");
    HostId made = HostIdFile.readOrMake(folder);
    assertThat(HostIdFile.readOrMake(folder)).isEqualTo(made);
    assertThat(made.value()).hasSize(36);
    Path file = folder.resolve("host-id");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-r--r--");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void manyThatAskAtOnceGetTheSameHostId() throws InterruptedException {
    Set<HostId> ids = ConcurrentHashMap.newKeySet();
    List<Thread> threads =
        IntStream.range(0, 16)
            .mapToObj(i -> Thread.ofVirtual().start(() -> ids.add(HostIdFile.readOrMake(data))))
            .toList();
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(ids).hasSize(1);
  }

  @Test
  void aFileThatHoldsNoHostIdIsKeptAsideAndTheHostGetsAnother() throws IOException {
    List<byte[]> damaged =
        List.of(
            "a b\n".getBytes(UTF_8),
            new byte[0],
            new byte[] {0, 0, 0},
            new byte[] {(byte) 0xff, (byte) 0xfe},
            "x".repeat(1 << 20).getBytes(UTF_8));
    for (byte[] content : damaged) {
      Path file = Files.write(data.resolve("host-id"), content);
      HostId made = HostIdFile.readOrMake(data);
      assertThat(HostIdFile.readOrMake(data)).isEqualTo(made);
      assertThat(Files.readString(file)).isEqualTo(made.value() + "\n");
      assertThat(aside("host-id")).anySatisfy(kept -> assertThat(kept).hasBinaryContent(content));
    }
  }

  @Test
  void aStateFileThatIsNoTextIsKeptAsideAndTheCollectorGoesOn() throws IOException {
    byte[] damaged = {'e', 'n', 'g', (byte) 0xff, (byte) 0xfe, 0};
    Files.write(data.resolve("positions"), damaged);
    assertThat(new DataFolder(data).read("positions")).isEmpty();
    assertThat(aside("positions"))
        .singleElement()
        .satisfies(kept -> assertThat(kept).hasBinaryContent(damaged));
  }

  private List<Path> aside(String name) throws IOException {
    try (Stream<Path> files = Files.list(data)) {
      return files.filter(f -> f.getFileName().toString().startsWith(name + ".damaged-")).toList();
    }
  }

  @Test
  void aFolderThatCannotBeMadeIsToldWithWhatToDo() throws IOException {
    Path file = Files.writeString(data.resolve("file"), "");
    assertThatThrownBy(() -> HostIdFile.readOrMake(file.resolve("x")))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("--data");
  }

  @Test
  void anEpochIsTheClockAndAlwaysGrows() {
    DataFolder folder = new DataFolder(data);
    ManualTime time = new ManualTime();
    long first = Epoch.next(folder, time);
    assertThat(first).isEqualTo(ManualTime.START / 1_000_000);
    assertThat(Epoch.next(folder, time)).isEqualTo(first + 1);
    time.pass(Duration.ofHours(-1));
    assertThat(Epoch.next(folder, time)).isEqualTo(first + 2);
    time.pass(Duration.ofHours(2));
    assertThat(Epoch.next(folder, time)).isEqualTo(first + 3_600_000);
  }

  @Test
  void positionsAreThoseOfStoredEventsAndOutliveTheProcess() {
    Positions positions = new Positions(new DataFolder(data));
    positions.load();
    positions.begin();
    assertThat(positions.engine()).isNull();
    assertThat(positions.log(WEB)).isEmpty();

    LogPlace out = new LogPlace(60, 8, 15, 1234, 60);
    LogPlaces places = positions.places();
    places.put(WEB, new LogMark(out, LogPlace.BEGIN));
    places.put(WEB, new LogMark(out, LogPlace.at(70)));
    places.put(DATABASE, LogMark.NONE.after(ContainerLog.Stream.TTY, 65));
    Marks marks = new Marks(places);
    marks.note(TestEvents.lifecycle(WEB, 50, "start"));
    marks.note(TestEvents.line(WEB, 60, "a"));
    marks.note(TestEvents.line(WEB, 70, ContainerLog.Stream.STDERR, "b"));
    marks.note(TestEvents.line(DATABASE, 65, ContainerLog.Stream.TTY, "c"));
    marks.note(new SensorHeartbeat(80, "h", "ebpf", List.of(), null, "1", 0, 0, 0, 0, 0));
    positions.apply(marks);
    Marks older = new Marks(places);
    older.note(TestEvents.lifecycle(WEB, 40, "create"));
    positions.apply(older);
    positions.save("");

    Positions again = new Positions(new DataFolder(data));
    again.load();
    assertThat(again.engine()).isEqualTo(new EventPosition(50));
    assertThat(again.alive()).isEqualTo(80);
    assertThat(again.log(WEB)).contains(new LogMark(out, LogPlace.at(70)));
    assertThat(again.log(DATABASE)).contains(new LogMark(LogPlace.at(65), LogPlace.BEGIN));
    again.forget(WEB);
    again.begin();
    again.save("");
    Positions third = new Positions(new DataFolder(data));
    third.load();
    assertThat(third.containers()).containsExactly(DATABASE);
  }

  @Test
  void linesOfPositionsThatCannotBeReadAreLeftOut() throws IOException {
    Files.writeString(
        data.resolve("positions"),
        "engine x\nalive 80\nstored 1 x -\nstored 1\nlog 12 1 1\nlog\n\nnonsense 1\nlog "
            + DATABASE
            + " 5@8 6\nlog "
            + WEB
            + " 5 6\n");
    Positions positions = new Positions(new DataFolder(data));
    positions.load();
    assertThat(positions.engine()).isEqualTo(new EventPosition(80));
    assertThat(positions.alive()).isEqualTo(80);
    assertThat(positions.containers()).containsExactly(WEB);
  }
}
