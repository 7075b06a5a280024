package io.leukocyte.collector;

import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.ResourceUse;
import io.leukocyte.events.ContainerFacts;
import org.jspecify.annotations.Nullable;

/**
 * What a container uses, by the engine's statistics: for a collector that cannot read the control
 * groups, in a container without the mounts for instance. The engine does not tell how often tasks
 * were killed for want of memory; its events do.
 */
final class EngineStats {
  private final Engine engine;

  EngineStats(Engine engine) {
    this.engine = engine;
  }

  /** Null when it has ended, or the engine does not answer. */
  StatsReader.@Nullable Reading read(ContainerFacts facts) {
    try {
      ResourceUse use = engine.use(facts.container().id()).orElse(null);
      return use == null ? null : reading(use, facts.limits());
    } catch (EngineException e) {
      return null;
    }
  }

  private static StatsReader.Reading reading(ResourceUse use, ContainerFacts.Limits limits) {
    return new StatsReader.Reading(
        use.cpuNanos(),
        use.throttledNanos(),
        use.memoryBytes(),
        limits.memory(),
        use.pids(),
        limits.pids(),
        use.blockReadBytes(),
        use.blockWriteBytes(),
        use.networkReceivedBytes(),
        use.networkSentBytes(),
        0);
  }
}
