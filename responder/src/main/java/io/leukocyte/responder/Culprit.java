package io.leukocyte.responder;

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
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.SystemCall;
import java.util.Optional;

/** The process that is to be ended. */
sealed interface Culprit {
  /** None is known: not yet, or the alert names none. */
  record Unknown() implements Culprit {}

  /**
   * The one that an alert is about.
   *
   * @param process its pid in the host's pid namespace, and its start
   */
  record Caused(ProcessRef process) implements Culprit {}

  /**
   * The one that has a pid when it is looked at, as an operator says.
   *
   * @param pid in the host's pid namespace
   */
  record Pointed(int pid) implements Culprit {}

  /** The process of an event; empty when it is of none. */
  static Optional<ProcessRef> of(Event event) {
    return Optional.ofNullable(
            switch (event) {
              case ProcessExec e -> e.process();
              case ProcessExit e -> e.process();
              case NetConnect e -> e.process();
              case NetFlow e -> null;
              case ContainerLifecycle e -> null;
              case ContainerFacts e -> null;
              case ContainerLog e -> null;
              case SensorLoss e -> null;
              case SensorHeartbeat e -> null;
              case ContainerStats e -> null;
              case SystemCall e -> e.process();
            })
        .map(ProcessInfo::ref);
  }
}
