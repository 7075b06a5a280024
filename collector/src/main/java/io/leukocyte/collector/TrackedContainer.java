package io.leukocyte.collector;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.Event;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessExit;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.SystemCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One container of the {@link ContainerRegistry}; its lock keeps the order of its events. */
final class TrackedContainer {
  private static final long SOON = Duration.ofMillis(500).toNanos();
  private static final long LATER = Duration.ofSeconds(10).toNanos();

  /** Longest that events wait for the names of users. */
  static final long NAMES = Duration.ofMillis(200).toNanos();

  private final ContainerId id;
  private final ContainerRegistry.Outlet outlet;
  private final ContainerRegistry.Limits limits;
  private final TimeSource time;

  private @Nullable ContainerFacts facts;
  private @Nullable List<Event> waiting;
  private long waitingSince;
  private boolean asking;
  private boolean askAgain;
  private boolean sendAnyway;
  private long askAt;
  private long factsDue;
  private boolean absent;
  private boolean forgotten;
  private long lastUsed;
  private final UserNames names = new UserNames();
  private boolean looking;
  private boolean awaitsNames;
  private long lookingSince;

  TrackedContainer(
      ContainerId id,
      ContainerRegistry.Outlet outlet,
      ContainerRegistry.Limits limits,
      TimeSource time) {
    this.id = id;
    this.outlet = outlet;
    this.limits = limits;
    this.time = time;
    this.lastUsed = time.ticks();
    this.askAt = Long.MAX_VALUE;
  }

  ContainerId id() {
    return id;
  }

  synchronized @Nullable ContainerFacts facts() {
    return facts;
  }

  /** The facts, while the engine still knows the container; else null. */
  synchronized @Nullable ContainerFacts present() {
    return absent ? null : facts;
  }

  /** Passes the event on or holds it. False when this one is forgotten and takes nothing more. */
  synchronized boolean accept(Event event) {
    if (forgotten) {
      return false;
    }
    lastUsed = time.ticks();
    look(EventProcess.of(event));
    if (waiting == null && !awaitsNames && (facts != null || absent)) {
      pass(event);
    } else {
      hold(event);
    }
    return true;
  }

  /** Has the names of the users looked up, where the process needs it. */
  private void look(@Nullable ProcessInfo process) {
    UserNames.Need need = names.need(process, lastUsed);
    if (need == UserNames.Need.NOTHING || process == null) {
      return;
    }
    boolean begins = !looking;
    if (begins) {
      looking = true;
      lookingSince = lastUsed;
      names.begin(process, lastUsed);
    }
    awaitsNames |= need == UserNames.Need.FIRST && lastUsed - lookingSince < NAMES;
    if (begins) {
      int first = facts == null ? 0 : facts.pid();
      outlet.look(this, UserNames.pids(first, process), names.users());
    }
  }

  /** What came of looking up the names. */
  synchronized void looked(UserLookup.Look look) {
    looking = false;
    awaitsNames = false;
    names.answered(look);
    let();
  }

  private void pass(Event event) {
    Event named = outlet.named(event, names);
    outlet.pass(facts == null ? named : within(named, facts.container()));
  }

  private void hold(Event event) {
    if (waiting == null) {
      waiting = new ArrayList<>();
      waitingSince = lastUsed;
      if (facts == null && !absent) {
        ask(false);
      }
    }
    if (outlet.hold()) {
      waiting.add(event);
    } else {
      release();
      pass(event);
    }
  }

  /** Lets go what waits, as it came, when there are no facts in time. */
  synchronized void release() {
    absent |= facts == null;
    awaitsNames = false;
    let();
  }

  /** Lets go what waits, once nothing is to be waited for. */
  private void let() {
    if (waiting == null || awaitsNames || (facts == null && !absent)) {
      return;
    }
    outlet.released(waiting.size());
    waiting.forEach(this::pass);
    waiting = null;
  }

  /**
   * Asks for the facts; when that is being done already, once more afterwards.
   *
   * @param send whether facts are passed on even when they are the same
   */
  synchronized void ask(boolean send) {
    sendAnyway |= send;
    if (asking) {
      askAgain = true;
    } else {
      asking = true;
      askAt = Long.MAX_VALUE;
      outlet.ask(this);
    }
  }

  /** Asks again when the engine is known to have known it; send as {@link #ask}. */
  synchronized void askWhenKnown(boolean send) {
    if (facts != null && !absent) {
      ask(send);
    }
  }

  /** The engine's answer: facts, or null when there is no such container. */
  synchronized void answered(@Nullable ContainerFacts found) {
    if (found == null) {
      absent = true;
      let();
    } else {
      absent = false;
      boolean send = sendAnyway || facts == null || !same(facts, found);
      facts = found;
      if (send) {
        sendAnyway = false;
        factsDue = time.ticks() + limits.factsInterval().toNanos();
        outlet.pass(found);
      }
      let();
    }
    asked();
  }

  /** The engine could not answer. */
  synchronized void failed() {
    askAt = time.ticks() + (waiting == null ? LATER : SOON);
    asked();
  }

  private void asked() {
    asking = false;
    if (askAgain) {
      askAgain = false;
      ask(false);
    }
  }

  /** The engine says that it is removed; late events still get its name. */
  synchronized void gone() {
    absent = true;
  }

  /** Does what is due. Whether this one is forgotten now. */
  synchronized boolean sweep() {
    long now = time.ticks();
    if (waiting != null && now - waitingSince >= limits.holdTime().toNanos()) {
      release();
    }
    if (awaitsNames && now - lookingSince >= NAMES) {
      awaitsNames = false; // its files let the reader wait
      let();
    }
    if (askAt <= now) {
      ask(false);
    } else if (facts != null && !absent && factsDue <= now) {
      factsDue = now + limits.factsInterval().toNanos();
      ask(true);
    }
    forgotten = absent && !asking && waiting == null && now - lastUsed >= limits.forget().toNanos();
    return forgotten;
  }

  private static boolean same(ContainerFacts a, ContainerFacts b) {
    return at(0, a).equals(at(0, b));
  }

  private static ContainerFacts at(long time, ContainerFacts f) {
    return new ContainerFacts(
        time,
        f.container(),
        f.state(),
        f.pid(),
        f.created(),
        f.started(),
        f.labels(),
        f.mounts(),
        f.networks(),
        f.networkMode(),
        f.pidMode(),
        f.ports(),
        f.user(),
        f.entrypoint(),
        f.tty(),
        f.logDriver(),
        f.restartPolicy(),
        f.limits(),
        f.security(),
        f.restarts());
  }

  /** The event with all that is known of its container. */
  private static Event within(Event event, ContainerRef container) {
    return switch (event) {
      case ProcessExec e -> new ProcessExec(e.time(), container, e.process());
      case ProcessExit e ->
          new ProcessExit(e.time(), container, e.process(), e.exitCode(), e.signal());
      case NetConnect e ->
          new NetConnect(
              e.time(),
              container,
              e.process(),
              e.protocol(),
              e.source(),
              e.destination(),
              e.domain());
      case NetFlow e -> e.with(container);
      case ContainerLifecycle e ->
          new ContainerLifecycle(e.time(), container, e.action(), e.exitCode(), e.attributes());
      case ContainerLog e -> e.with(container);
      case SensorLoss e ->
          new SensorLoss(
              e.time(),
              container,
              e.source(),
              e.lostKind(),
              e.reason(),
              e.count(),
              e.from(),
              e.to());
      case ContainerFacts e -> e;
      case SensorHeartbeat e -> e;
      case ContainerStats e -> e.with(container);
      case SystemCall e -> e.with(container);
    };
  }
}
