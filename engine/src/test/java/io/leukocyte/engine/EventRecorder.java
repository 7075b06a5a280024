package io.leukocyte.engine;

import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Keeps what it hears. */
final class EventRecorder implements EventListener {
  private final List<ContainerLifecycle> events = new ArrayList<>();
  private final List<EventPosition> gaps = new ArrayList<>();
  private int connected;
  private int disconnected;
  private long unreadable;

  @Override
  public synchronized void event(ContainerLifecycle event) {
    events.add(event);
  }

  @Override
  public synchronized void gap(EventPosition from, EventPosition to) {
    gaps.add(from);
  }

  @Override
  public synchronized void connected() {
    connected++;
  }

  @Override
  public synchronized void disconnected(EngineException cause) {
    disconnected++;
  }

  @Override
  public synchronized void unreadable(long count) {
    unreadable += count;
  }

  synchronized long unreadable() {
    return unreadable;
  }

  synchronized int connections() {
    return connected;
  }

  synchronized int disconnections() {
    return disconnected;
  }

  synchronized List<EventPosition> gaps() {
    return List.copyOf(gaps);
  }

  /** Events of a container whose action is one of these; of all actions when none is named. */
  synchronized List<ContainerLifecycle> of(ContainerId container, String... actions) {
    Predicate<ContainerLifecycle> wanted =
        e -> actions.length == 0 || List.of(actions).contains(e.action());
    return events.stream()
        .filter(e -> e.container().id().equals(container))
        .filter(wanted)
        .toList();
  }

  List<String> actions(ContainerId container, String... actions) {
    return of(container, actions).stream().map(ContainerLifecycle::action).toList();
  }

  void awaitConnections(int count) {
    await().atMost(Duration.ofSeconds(20)).until(() -> connections() >= count);
  }

  ContainerLifecycle awaitEvent(ContainerId container, String action) {
    await().atMost(Duration.ofSeconds(20)).until(() -> !of(container, action).isEmpty());
    return of(container, action).getFirst();
  }
}
