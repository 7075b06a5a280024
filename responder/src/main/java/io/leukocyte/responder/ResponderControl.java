package io.leukocyte.responder;

import io.leukocyte.engine.Engine;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.HostId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The operator's way to the actions on this host; works without Kafka. Where a responder runs it
 * carries the orders out, else they are carried out here, by its journal and on the host itself.
 */
public final class ResponderControl implements AutoCloseable {
  private final Orders orders;
  private final AutoCloseable resources;
  private final boolean standsIn;

  private ResponderControl(Orders orders, boolean standsIn, AutoCloseable resources) {
    this.orders = orders;
    this.standsIn = standsIn;
    this.resources = resources;
  }

  /**
   * Finds the responder of a data folder, or stands in for it.
   *
   * @param folder the responder's folder
   * @param host this host
   * @param engine used where no responder runs; closed by the caller
   * @throws OrderException when the folder cannot be used, such as for want of permission
   */
  public static ResponderControl open(Path folder, HostId host, Engine engine) {
    try {
      Optional<DataFolder> lock = DataFolder.lock(folder);
      if (lock.isEmpty()) {
        return new ResponderControl(new ControlClient(DataFolder.socket(folder)), false, () -> {});
      }
      BlockList blocked = new BlockList(DataFolder.blocked(folder), Clock.systemUTC());
      return standIn(folder, host, Host.local(engine).with(blocked), lock.get());
    } catch (AccessDeniedException e) {
      throw new OrderException(
          "No permission for " + folder + "; run it as the user that runs the responder", e);
    } catch (IOException e) {
      throw new OrderException("Cannot use the folder " + folder + ": " + e.getMessage(), e);
    } catch (JournalException e) {
      throw new OrderException(String.valueOf(e.getMessage()), e);
    }
  }

  private static ResponderControl standIn(Path folder, HostId hostId, Host host, DataFolder lock) {
    Clock clock = Clock.systemUTC();
    Journal journal = new Journal(DataFolder.journal(folder), clock, () -> {});
    Protection protection = new Protection(List.of(), List.of(), List.of(), Set.of());
    Evidence evidence =
        new Evidence(
            hostId,
            folder,
            host.engine(),
            new HostProc(),
            EvidenceLimits.DEFAULT,
            journal,
            Runnable::run,
            clock);
    Interventions interventions =
        new Interventions(
            host,
            journal,
            new Lanes(Runnable::run),
            protection,
            evidence,
            EnginePatience.DEFAULT,
            clock,
            new Meters(new SimpleMeterRegistry(), clock));
    return new ResponderControl(
        new Desk(hostId, host, journal, interventions, protection, null, evidence, clock),
        true,
        () -> {
          journal.close();
          lock.close();
        });
  }

  /** Actions that are in force or on their way, the oldest first. */
  public List<OpenAction> actions() {
    return orders.actions();
  }

  /**
   * Takes back what is in force on a container, or one action.
   *
   * @param what a container's name or id, or an action's id; ids may be shortened
   * @param operator who asks, for the audit
   * @return what became of each
   * @throws OrderException when nothing of it is in force, or the responder does not answer
   */
  public List<Released> release(String what, String operator) {
    return orders.release(what, operator);
  }

  /**
   * Takes back all that an alert caused, which was false, and keeps its rule off its container for
   * a while.
   *
   * @param alert the alert's id, which may be shortened
   * @param operator who says so, for the audit
   * @param reason why, for the audit; may be empty
   * @return what became of each action
   * @throws OrderException when no action of this host was caused by it
   */
  public List<Released> markFalse(String alert, String operator, String reason) {
    return orders.markFalse(alert, operator, reason);
  }

  /**
   * Carries out what waits for an approval, unless a guard is against it by now.
   *
   * @param what an action's id, or a container's name or id for all that wait on it
   * @param operator who approves, for the audit
   * @return what became of each
   * @throws OrderException when nothing of it waits, or no responder runs
   */
  public List<Decided> approve(String what, String operator) {
    return orders.approve(what, operator);
  }

  /**
   * Closes what waits for an approval.
   *
   * @param what as {@link #approve}
   * @param operator who denies, for the audit
   * @param reason why, for the audit; may be empty
   * @return what became of each
   * @throws OrderException when nothing of it waits, or no responder runs
   */
  public List<Decided> deny(String what, String operator, String reason) {
    return orders.deny(what, operator, reason);
  }

  /**
   * Takes back everything that is in force on this host.
   *
   * @param operator who asks, for the audit
   * @return what became of each; empty when nothing was in force
   */
  public List<Released> releaseAll(String operator) {
    return orders.releaseAll(operator);
  }

  /**
   * Does something to a container; a responder must run on this host, to hold it and take it back.
   *
   * @param container a name, or an id that may be shortened
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   * @throws OrderException when there is no such container, or no responder runs
   */
  public Answer contain(Containment what, String container, String operator, String reason) {
    if (standsIn) {
      throw new OrderException(
          "No responder runs on this host with this data folder: nobody would hold '"
              + container
              + "' or take it back; start 'leuko up' or 'leuko respond', or name its --data");
    }
    return orders.contain(what, container, operator, reason);
  }

  /** Images that may not start, the oldest first. */
  public List<BlockedImage> blocked() {
    return orders.blocked();
  }

  /**
   * Blocks an image: its containers are stopped when they start; a responder must run on this host.
   *
   * @param image its name or id on this host, or its whole id
   * @param running what is done with those that run
   * @param length after which time it is trusted again; empty: when somebody says so
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   * @throws OrderException when this host has no such image, or no responder runs
   */
  public Answer block(
      String image,
      BlockedImage.Running running,
      Optional<Duration> length,
      String operator,
      String reason) {
    if (standsIn) {
      throw new OrderException(
          "No responder runs on this host with this data folder: nobody would stop containers of '"
              + image
              + "'; start 'leuko up' or 'leuko respond', or name its --data");
    }
    return orders.block(image, running, length, operator, reason);
  }

  /**
   * An image may start again; what was stopped stays so.
   *
   * @param image its name or id, which may be shortened
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   * @throws OrderException when no such image is blocked
   */
  public Answer unblock(String image, String operator, String reason) {
    return orders.unblock(image, operator, reason);
  }

  /**
   * Deletes evidence of this host for good, but not that of an action that is open.
   *
   * @param what its id, that of an action it was taken for, or of its alert; may be shortened
   * @param operator who asks, for the audit
   * @param reason why, for the audit; may be empty
   * @throws OrderException when there is none
   */
  public Answer deleteEvidence(String what, String operator, String reason) {
    return orders.deleteEvidence(what, operator, reason);
  }

  /**
   * The emergency stop: when this returns policies begin nothing new on any container of this host,
   * also after a restart, until {@link #resume}. Where no responder runs the answer says so: the
   * stop is for the next one of this data folder.
   *
   * @param operator who asks, for the audit
   * @param reason why; may be empty
   */
  public Answer stop(String operator, String reason) {
    Answer answer = orders.stop(operator, reason);
    return standsIn ? answer.with("no responder runs with this data folder now") : answer;
  }

  /**
   * Lets policies act again.
   *
   * @param operator who asks, for the audit
   */
  public Answer resume(String operator) {
    return orders.resume(operator);
  }

  @Override
  public void close() {
    try {
      resources.close();
    } catch (Exception e) {
      throw new OrderException("Cannot close the responder's folder: " + e.getMessage(), e);
    }
  }
}
