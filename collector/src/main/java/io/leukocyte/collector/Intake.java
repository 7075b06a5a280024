package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Event;
import io.leukocyte.events.SensorLoss;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the events of all sources come in: counted, freed of secrets, and handed on. Events of the
 * collector's own container are left out.
 */
final class Intake implements Consumer<Event> {
  private final Counters counters;
  private final Redaction redaction;
  private final Optional<ContainerId> own;
  private final Consumer<? super Event> next;

  Intake(
      Counters counters,
      Redaction redaction,
      Optional<ContainerId> own,
      Consumer<? super Event> next) {
    this.counters = counters;
    this.redaction = redaction;
    this.own = own;
    this.next = next;
  }

  @Override
  public void accept(Event event) {
    counters.received(event.kind());
    if (event instanceof SensorLoss loss) {
      counters.lostUnseen(loss.lostKind(), loss.reason(), loss.count());
    }
    if (isOwn(event)) {
      counters.filtered(event.kind());
      return;
    }
    next.accept(redaction.apply(event));
  }

  private boolean isOwn(Event event) {
    return own.isPresent() && event.container() != null && event.container().id().equals(own.get());
  }
}
