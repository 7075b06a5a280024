package io.leukocyte.responder;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Outcome;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Marks alerts false: what they caused does not go on, and their rules keep off for a while. */
final class FalseAlarms {
  private static final int SHORTEST_ID = 4;

  private final HostId hostId;
  private final Journal journal;
  private final Clock clock;

  FalseAlarms(HostId hostId, Journal journal, Clock clock) {
    this.hostId = hostId;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Marks an alert; when this returns nothing more begins because of it.
   *
   * @param id the mark's own, as an action that is published
   * @param alert the alert's id, or that of an action that it caused; may be shortened
   * @throws OrderException when the journal knows no such alert
   */
  FalseAlarm mark(ActionId id, String alert, String operator, String reason) {
    List<ActionState> caused = journal.read(ledger -> ledger.all(s -> isOf(s, alert)));
    List<AlertId> alerts =
        caused.stream()
            .flatMap(s -> Optional.ofNullable(s.last().alert()).stream())
            .distinct()
            .toList();
    if (alerts.isEmpty()) {
      throw new OrderException(
          "No action of this host was caused by an alert '"
              + alert
              + "'; 'leuko tail actions' shows the alerts of actions");
    }
    if (alerts.size() > 1) {
      throw new OrderException("'" + alert + "' may mean several alerts; write more of the id");
    }
    Action first = caused.getFirst().last();
    FalseAlarm alarm =
        new FalseAlarm(
            alerts.getFirst(),
            String.valueOf(first.rule()),
            first.target() == null ? null : first.target().id(),
            operator,
            reason,
            Nanos.now(clock));
    journal.append(new JournalEntry.MarkedFalse(alarm));
    journal.append(new JournalEntry.Answered(said(id, first, alarm), null, 0));
    return alarm;
  }

  private static boolean isOf(ActionState state, String alert) {
    AlertId id = state.last().alert();
    return id != null
        && alert.length() >= SHORTEST_ID
        && (id.value().startsWith(alert) || state.id().value().startsWith(alert));
  }

  private Action said(ActionId id, Action caused, FalseAlarm alarm) {
    String why = alarm.reason().isEmpty() ? "" : ": " + alarm.reason();
    return new Action(
        id,
        Action.Step.VERIFIED,
        0,
        alarm.since(),
        hostId,
        "false-alert",
        caused.target(),
        new Outcome.Done("the alert was marked false" + why),
        alarm.alert(),
        alarm.rule(),
        null,
        null,
        alarm.operator(),
        0,
        false);
  }
}
