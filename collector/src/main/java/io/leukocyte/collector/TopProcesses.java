package io.leukocyte.collector;

import io.leukocyte.engine.ContainerSummary;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.ProcessRow;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Programs of containers by asking the engine which processes they have. Its answer has the command
 * as one text: where one argument ends and the next begins is not told, so the event has it as its
 * only argument. For one thread.
 */
final class TopProcesses {
  private final Engine engine;
  private final BootClock clock;
  private final Consumer<? super Event> next;
  private final Map<ContainerId, Map<Integer, Seen>> known = new HashMap<>();
  private boolean seeded;

  TopProcesses(Engine engine, BootClock clock, Consumer<? super Event> next) {
    this.engine = engine;
    this.clock = clock;
    this.next = next;
  }

  /**
   * A process of the last answer.
   *
   * @param start when it was first seen, nanoseconds since boot
   */
  private record Seen(String command, long start) {}

  /**
   * Asks once. The first answer only tells what runs already.
   *
   * @throws EngineException when the engine does not answer
   */
  void look() {
    clock.adjust();
    Set<ContainerId> running = new HashSet<>();
    for (ContainerSummary container : engine.running()) {
      running.add(container.id());
      try {
        look(container.id(), engine.top(container.id()));
      } catch (EngineException e) {
        known.putIfAbsent(container.id(), new HashMap<>()); // it ended, or is paused
      }
    }
    known.keySet().retainAll(running);
    seeded = true;
  }

  private void look(ContainerId container, List<ProcessRow> rows) {
    Map<Integer, Seen> before = known.getOrDefault(container, Map.of());
    Map<Integer, Seen> now = new HashMap<>();
    long time = clock.now();
    for (ProcessRow row : rows) {
      Seen seen = before.get(row.pid());
      boolean same = seen != null && seen.command().equals(row.command());
      long start = seen == null ? time : seen.start();
      now.put(row.pid(), new Seen(row.command(), start));
      if (!same && seeded) {
        ProcessInfo bare = ProcessInfo.unknown(new ProcessRef(row.pid(), clock.start(start)));
        next.accept(
            new ProcessExec(clock.time(time), ContainerRef.unknown(container), process(row, bare)));
      }
    }
    known.put(container, now);
  }

  private static ProcessInfo process(ProcessRow row, ProcessInfo bare) {
    return new ProcessInfo(
        bare.ref(),
        0,
        null,
        null,
        List.of(row.command()),
        false,
        null,
        0,
        row.uid(),
        -1,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        row.parentPid() == 0
            ? null
            : new ProcessInfo.Parent(new ProcessRef(row.parentPid(), 0), null, null, List.of()),
        List.of());
  }
}
