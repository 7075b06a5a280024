package io.leukocyte.collector;

import io.leukocyte.collector.UserLookup.Look;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessInfo;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The names of the host's own users, for its processes. They do not wait for them: there are many
 * before the first one matters. Thread-safe.
 */
final class HostUsers {
  private final Consumer<@Nullable Users> looker;
  private final NameMemo memo;
  private final TimeSource time;
  private final UserNames names = new UserNames();
  private boolean looking;

  /**
   * Knows none yet.
   *
   * @param looker begins to look the names up, given those that are known, and calls {@link
   *     #looked}
   */
  HostUsers(Consumer<@Nullable Users> looker, NameMemo memo, TimeSource time) {
    this.looker = looker;
    this.memo = memo;
    this.time = time;
  }

  /** The event with the names of its process's users. */
  Event named(Event event) {
    @Nullable ProcessInfo process = EventProcess.of(event);
    return process == null ? event : named(event, process);
  }

  private synchronized Event named(Event event, ProcessInfo process) {
    long now = time.ticks();
    if (!looking && names.need(process, now) != UserNames.Need.NOTHING) {
      looking = true;
      names.begin(process, now);
      looker.accept(names.users());
    }
    return names.named(event, memo);
  }

  /** What came of looking them up. */
  synchronized void looked(Look look) {
    looking = false;
    names.answered(look);
  }
}
