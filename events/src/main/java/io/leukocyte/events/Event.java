package io.leukocyte.events;

import org.jspecify.annotations.Nullable;

/** One fact that a collector observed on its host, or about itself. */
public sealed interface Event
    permits ProcessExec,
        ProcessExit,
        NetConnect,
        NetFlow,
        ContainerLifecycle,
        ContainerFacts,
        ContainerLog,
        ContainerStats,
        SensorLoss,
        SensorHeartbeat,
        SystemCall {

  /** When it happened, by the host's clock: unix nanoseconds. */
  long time();

  /** The container it happened in; null for the host itself and for the sensor. */
  @Nullable ContainerRef container();

  /** What kind of fact it is. */
  default Kind kind() {
    return switch (this) {
      case ProcessExec e -> Kind.PROCESS_EXEC;
      case ProcessExit e -> Kind.PROCESS_EXIT;
      case NetConnect e -> Kind.NET_CONNECT;
      case NetFlow e -> Kind.NET_FLOW;
      case ContainerLifecycle e -> Kind.CONTAINER_LIFECYCLE;
      case ContainerFacts e -> Kind.CONTAINER_FACTS;
      case ContainerLog e -> Kind.CONTAINER_LOG;
      case ContainerStats e -> Kind.CONTAINER_STATS;
      case SensorLoss e -> Kind.SENSOR_LOSS;
      case SensorHeartbeat e -> Kind.SENSOR_HEARTBEAT;
      case SystemCall e -> e.kind(); // has its own: never comes here
    };
  }
}
