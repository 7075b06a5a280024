package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;

/** Begin what is decided and journalled; each returns at once. */
interface Hands {
  /** An alert was decided on: what it tells matters for evidence. */
  void noticed(Alert alert);

  /** An action waits for an approval. */
  void waits(ActionId id);

  /** An action is intended. */
  void begin(ActionId id, Response response);

  /**
   * The responder's own.
   *
   * @param interventions carry out changes to containers
   * @param snapshots carries out snapshots
   * @param notifier tells people
   * @param evidence keeps what changes would destroy
   */
  record Own(Interventions interventions, Snapshots snapshots, Notifier notifier, Evidence evidence)
      implements Hands {
    @Override
    public void noticed(Alert alert) {
      evidence.noticed(alert);
    }

    @Override
    public void waits(ActionId id) {
      interventions.witness(id);
    }

    @Override
    public void begin(ActionId id, Response response) {
      switch (response) {
        case Snapshot snapshot -> snapshots.begin(id);
        case Notify notify -> notifier.begin(id);
        case Intervention intervention -> interventions.begin(id);
      }
    }
  }
}
