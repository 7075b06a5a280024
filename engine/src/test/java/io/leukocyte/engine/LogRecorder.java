package io.leukocyte.engine;

import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerLog.Stream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps the lines it hears. */
final class LogRecorder implements LogListener {
  private final List<LogLine> lines = new ArrayList<>();
  private int closed;
  private @Nullable EngineException cause;

  @Override
  public synchronized void line(LogLine line) {
    lines.add(line);
  }

  @Override
  public synchronized void closed(@Nullable EngineException why) {
    closed++;
    cause = why;
  }

  synchronized List<LogLine> lines() {
    return List.copyOf(lines);
  }

  synchronized List<String> texts(Stream stream) {
    return lines.stream().filter(l -> l.stream() == stream).map(LogLine::text).toList();
  }

  synchronized int closed() {
    return closed;
  }

  synchronized Optional<EngineException> cause() {
    return Optional.ofNullable(cause);
  }

  List<LogLine> awaitLines(int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> lines().size() >= count);
    return lines();
  }

  void awaitClosed() {
    await()
        .pollInterval(Duration.ofMillis(10))
        .atMost(Duration.ofSeconds(20))
        .until(() -> closed() == 1);
  }
}
