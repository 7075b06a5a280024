package io.leukocyte.collector;

import io.leukocyte.engine.LogPlace;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.SystemCall;
import java.util.HashMap;
import java.util.Map;

/**
 * How far the sources had been read by the events of a batch: once the batch is stored, a restart
 * may go on from here. Not thread-safe.
 */
final class Marks {
  private long engine;
  private long alive;
  private final LogPlaces places;
  private final Map<ContainerId, LogPlaces.Numbered> logs = new HashMap<>();

  /** Marks of a batch that is empty. */
  Marks(LogPlaces places) {
    this.places = places;
  }

  /**
   * How far the two streams of a container's log have been read.
   *
   * @param out of standard output or the terminal
   * @param err of standard error
   */
  record LogMark(LogPlace out, LogPlace err) {
    /** Nothing has been read. */
    static final LogMark NONE = both(0);

    /** The same time in both streams. */
    static LogMark both(long time) {
      return new LogMark(LogPlace.at(time), LogPlace.at(time));
    }

    /** The place after a line of which only the time is known. */
    LogMark after(ContainerLog.Stream stream, long time) {
      return switch (stream) {
        case STDOUT, TTY -> new LogMark(LogPlace.at(Math.max(out.time(), time)), err);
        case STDERR -> new LogMark(out, LogPlace.at(Math.max(err.time(), time)));
      };
    }
  }

  /** Notes an event of the batch. */
  void note(Event event) {
    switch (event) {
      case ContainerLog log -> noteLine(log);
      case ContainerLifecycle lifecycle -> engine = Math.max(engine, lifecycle.time());
      case SensorHeartbeat heartbeat -> alive = Math.max(alive, heartbeat.time());
      case ProcessExec e -> {}
      case ProcessExit e -> {}
      case NetConnect e -> {}
      case NetFlow e -> {}
      case ContainerFacts e -> {}
      case ContainerStats e -> {}
      case SensorLoss e -> {}
      case SystemCall e -> {}
    }
  }

  /** Notes that a line is past, whether it is in the batch or dropped. */
  void noteLine(ContainerLog line) {
    ContainerId id = line.container().id();
    LogPlaces.Numbered mark = places.take(id);
    if (mark != null) {
      logs.put(id, mark);
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
  Map<ContainerId, LogPlaces.Numbered> logs() {
    return logs;
  }
}
