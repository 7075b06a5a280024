package io.leukocyte.collector;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.SystemCall;
import org.jspecify.annotations.Nullable;

/** The process of an event, where it has one. */
final class EventProcess {
  private EventProcess() {}

  /** The process that an event is of; null when it has none, or it is not known. */
  static @Nullable ProcessInfo of(Event event) {
    return switch (event) {
      case ProcessExec e -> e.process();
      case ProcessExit e -> e.process();
      case NetConnect e -> e.process();
      case SystemCall e -> e.process();
      case NetFlow e -> null;
      case ContainerLifecycle e -> null;
      case ContainerFacts e -> null;
      case ContainerLog e -> null;
      case ContainerStats e -> null;
      case SensorLoss e -> null;
      case SensorHeartbeat e -> null;
    };
  }

  /** The same event with more that is known of its process. */
  static Event with(Event event, ProcessInfo process) {
    return switch (event) {
      case ProcessExec e -> new ProcessExec(e.time(), e.container(), process);
      case ProcessExit e ->
          new ProcessExit(e.time(), e.container(), process, e.exitCode(), e.signal());
      case NetConnect e ->
          new NetConnect(
              e.time(),
              e.container(),
              process,
              e.protocol(),
              e.source(),
              e.destination(),
              e.domain());
      case SystemCall e -> e.with(process);
      case NetFlow e -> e;
      case ContainerLifecycle e -> e;
      case ContainerFacts e -> e;
      case ContainerLog e -> e;
      case ContainerStats e -> e;
      case SensorLoss e -> e;
      case SensorHeartbeat e -> e;
    };
  }
}
