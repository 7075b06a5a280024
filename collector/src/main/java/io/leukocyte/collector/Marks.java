package io.leukocyte.collector;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import java.util.HashMap;
import java.util.Map;

/**
 * How far the sources had been read by the events of a batch: once the batch is stored, a restart
 * may go on from here. Not thread-safe.
 */
final class Marks {
  private long engine;
  private long alive;
  private final Map<ContainerId, LogMark> logs = new HashMap<>();

  /**
   * How far the two streams of a container's log have been read.
   *
   * @param out time of the last line of standard output or the terminal, unix nanoseconds; 0 is
   *     none
   * @param err the same of standard error
   */
  record LogMark(long out, long err) {
    /** Nothing has been read. */
    static final LogMark NONE = new LogMark(0, 0);

    /** The same position in both streams. */
    static LogMark both(long time) {
      return new LogMark(time, time);
    }

    /** The place after a line. */
    LogMark after(ContainerLog.Stream stream, long time) {
      return switch (stream) {
        case STDOUT, TTY -> new LogMark(Math.max(out, time), err);
        case STDERR -> new LogMark(out, Math.max(err, time));
      };
    }

    /** The later of both places, stream by stream. */
    LogMark max(LogMark other) {
      return new LogMark(Math.max(out, other.out), Math.max(err, other.err));
    }
  }

  /** Notes an event of the batch. */
  void note(Event event) {
    switch (event) {
      case ContainerLog log ->
          logs.merge(
              log.container().id(), LogMark.NONE.after(log.stream(), log.time()), LogMark::max);
      case ContainerLifecycle lifecycle -> engine = Math.max(engine, lifecycle.time());
      case SensorHeartbeat heartbeat -> alive = Math.max(alive, heartbeat.time());
      case ProcessExec e -> {}
      case ProcessExit e -> {}
      case NetConnect e -> {}
      case NetFlow e -> {}
      case ContainerFacts e -> {}
      case SensorLoss e -> {}
    }
  }

  /** Time of the last event of the engine, unix nanoseconds; 0 is none. */
  long engine() {
    return engine;
  }

  /** Time of the last heartbeat, unix nanoseconds; 0 is none. */
  long alive() {
    return alive;
  }

  /** How far each container's log was read. */
  Map<ContainerId, LogMark> logs() {
    return logs;
  }
}
