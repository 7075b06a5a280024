package io.leukocyte.responder;

import io.leukocyte.events.ActionId;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A record of the topic of permits. */
sealed interface PermitRecord {
  /** Whose responder wrote it. */
  HostId host();

  /** A responder asks whether it may act on a container. Its place in the log decides. */
  sealed interface Question extends PermitRecord {
    /** The permit. */
    ActionId id();

    /** The container that would be acted on. */
    ContainerId container();
  }

  /**
   * A responder asks whether it may act on one more container for an alert.
   *
   * @param id the permit: of an alert and a policy, or of an approval
   * @param policy whose bounds hold
   * @param host who asks
   * @param alert the alert that is answered
   * @param container which would be acted on
   * @param containers how many the policy may act on in any stretch of {@code per}
   * @param per the stretch of time
   * @param share of the containers of the service that may be acted on at the same time, percent
   * @param service the container's; empty when it has none, or the share is 100
   * @param dryRun whether the policy only tries: such requests count among themselves
   */
  record Request(
      ActionId id,
      String policy,
      HostId host,
      AlertId alert,
      ContainerId container,
      int containers,
      Duration per,
      int share,
      Optional<Service> service,
      boolean dryRun)
      implements Question {

    /** The id of the permit of an alert and a policy. */
    static ActionId idOf(AlertId alert, String policy) {
      return ActionId.of("permit", alert.value(), policy);
    }

    /** The id of the permit of what was approved then, unix nanoseconds. */
    static ActionId idOfApproval(AlertId alert, String policy, long time) {
      return ActionId.of("permit", alert.value(), policy, String.valueOf(time));
    }
  }

  /**
   * A responder asks whether it is the turn of a container, of whose service one is acted on at a
   * time.
   *
   * @param id the permit, another one each time
   * @param service Compose's project and service, or what the service label says
   * @param host who asks
   * @param container which would be acted on
   * @param action what is done in its turn
   */
  record Turn(ActionId id, String service, HostId host, ContainerId container, ActionId action)
      implements Question {

    /** The id of the permit of an action that wanted to begin then, unix nanoseconds. */
    static ActionId idOf(ActionId action, long time) {
      return ActionId.of("permit", "turn", action.value(), String.valueOf(time));
    }
  }

  /**
   * The service of the container that a request is about.
   *
   * @param name Compose's project and service, or what the service label says
   * @param replicas how many containers of it run on the host that asks
   */
  record Service(String name, int replicas) {}

  /** Nothing was done with a permit, or it was refused: it counts no more. */
  record Returned(ActionId id, HostId host) implements PermitRecord {}

  /** What was done with a permit is taken back or over: the share counts it no more. */
  record Ended(ActionId id, HostId host) implements PermitRecord {}

  /**
   * What services a host has; a host's latest holds.
   *
   * @param services by name
   */
  record Census(HostId host, Map<String, Replicas> services) implements PermitRecord {
    public Census {
      services = Map.copyOf(new TreeMap<>(services));
    }
  }

  /**
   * The containers of a service on one host.
   *
   * @param count how many run, those that are held included
   * @param held which are acted on
   */
  record Replicas(int count, Set<ContainerId> held) {
    public Replicas {
      held = Set.copyOf(held);
    }
  }
}
