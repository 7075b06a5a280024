package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.collector.Marks.LogMark;
import io.leukocyte.engine.JsonLogReader;
import io.leukocyte.engine.LogLine;
import io.leukocyte.engine.LogPlace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFilesTest {
  private static final Duration SECONDS = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final AtomicBoolean roomForBusy = new AtomicBoolean(true);
  private final LogFiles files = new LogFiles(quiet -> quiet || roomForBusy.get());
  private final List<String> order = new CopyOnWriteArrayList<>();

  @AfterEach
  void close() {
    files.close();
  }

  /** Keeps the lines of one log. */
  private final class Recorder implements LogFiles.Listener {
    private final String name;
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private volatile String end = "";

    Recorder(String name) {
      this.name = name;
    }

    @Override
    public void line(LogLine line, LogPlace out, LogPlace err) {
      if (lines.isEmpty() || line.text().endsWith("last")) {
        order.add(name + " " + line.text().substring(0, Math.min(4, line.text().length())));
      }
      lines.add(line.text());
    }

    @Override
    public void lost(String reason, long count, long from, long to) {
      order.add("lost " + reason);
    }

    @Override
    public void damaged(long bytes) {
      order.add("damaged");
    }

    @Override
    public void ended(boolean found) {
      end = found ? "read" : "never there";
    }

    @Override
    public void unreadable(IOException cause) {
      end = "unreadable";
    }
  }

  private Path write(String name, String... lines) {
    Path file = folder.resolve(name);
    StringBuilder text = new StringBuilder();
    for (String line : lines) {
      text.append("{\"log\":\"")
          .append(line)
          .append("\\n\",\"stream\":\"stdout\",\"time\":\"2026-11-22T20:00:00.000000001Z\"}\n");
    }
    try {
      Files.write(
          file,
          text.toString().getBytes(UTF_8),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return file;
  }

  private static String[] many(int count, String last) {
    return IntStream.range(0, count)
        .mapToObj(i -> i == count - 1 ? last : "x".repeat(190))
        .toArray(String[]::new);
  }

  private LogFiles.Follow follow(Path file, Recorder recorder) {
    return files.follow(file, false, LogMark.NONE, recorder);
  }

  private static void awaitLines(Recorder recorder, int count) {
    await().atMost(SECONDS).until(() -> recorder.lines.size() == count);
  }

  @Test
  void aQuietLogDoesNotWaitForABusyOne() {
    Recorder busy = new Recorder("busy");
    Recorder quiet = new Recorder("quiet");
    follow(write("busy", many(50_000, "the last")), busy);
    follow(write("quiet", "one", "the last"), quiet);
    files.start();
    awaitLines(busy, 50_000);
    awaitLines(quiet, 2);
    assertThat(order).endsWith("busy the ");
    assertThat(order.indexOf("quiet the ")).isBetween(0, 2);
    assertThat(files.lag()).isZero();
  }

  @Test
  void withoutRoomABusyLogWaitsAndAQuietOneGoesOn() {
    Recorder busy = new Recorder("busy");
    Recorder quiet = new Recorder("quiet");
    follow(write("busy", many(10_000, "the last")), busy);
    files.start();
    awaitLines(busy, 10_000);
    roomForBusy.set(false);
    write("busy", many(10_000, "the last"));
    await()
        .atMost(SECONDS)
        .until(() -> files.lag() > JsonLogReader.BUFFER || busy.lines.size() > 10_000);
    follow(write("quiet", "one"), quiet);
    awaitLines(quiet, 1);
    roomForBusy.set(true);
    awaitLines(busy, 20_000);
  }

  @Test
  void aLogEndsWhenItIsToldSoAndAllWasRead() throws IOException {
    Recorder recorder = new Recorder("a");
    Path file = write("a", many(5_000, "the last"));
    LogFiles.Follow follow = follow(file, recorder);
    files.start();
    awaitLines(recorder, 5_000);
    write("a", many(3, "the last"));
    Files.writeString(
        file,
        "{\"log\":\"no end\",\"stream\":\"stderr\",\"time\":\"2026-11-22T20:00:00.1Z\"}\n",
        StandardOpenOption.APPEND);
    follow.end();
    await().atMost(SECONDS).until(() -> recorder.end.equals("read"));
    assertThat(recorder.lines).hasSize(5_004).endsWith("no end");
  }

  @Test
  void aLogThatIsNeverThereEndsToo() {
    Recorder recorder = new Recorder("a");
    LogFiles.Follow follow = follow(folder.resolve("none").resolve("log"), recorder);
    files.start();
    follow.end();
    await().atMost(SECONDS).until(() -> recorder.end.equals("never there"));
  }

  @Test
  void aFileThatCannotBeReadIsSaid() throws IOException {
    Files.createDirectory(folder.resolve("log"));
    Recorder recorder = new Recorder("a");
    follow(folder.resolve("log"), recorder);
    files.start();
    await().atMost(SECONDS).until(() -> recorder.end.equals("unreadable"));
  }
}
