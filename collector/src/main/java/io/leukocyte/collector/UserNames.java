package io.leukocyte.collector;

import io.leukocyte.collector.UserLookup.Look;
import io.leukocyte.events.Event;
import io.leukocyte.events.ProcessInfo;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names of one container's users, or the host's: as they were last looked up, and when that is
 * worth doing again. A container of root alone is never looked at. Guarded by its owner's lock;
 * times are those of {@link TimeSource#ticks}.
 */
@SuppressWarnings("ReferenceEquality") // of users that cannot be known there is one object
final class UserNames {
  /** Files that have changed are seen so soon. */
  static final long AGAIN = Duration.ofSeconds(15).toNanos();

  /** Looks for users that were never seen before: one in this time, and some at once. */
  static final long SPACING = Duration.ofSeconds(2).toNanos();

  /** So many of them. */
  static final int AT_ONCE = 4;

  private static final int MOST_MISSING = 256;
  private static final int MOST_PIDS = 12;

  /** What an event is to wait for. */
  enum Need {
    /** Its process has all the names it can have. */
    NOTHING,
    /** The names may be old: they are looked up meanwhile. */
    LATER,
    /** A name that was never looked up. */
    FIRST
  }

  private final Set<Integer> missingUsers = new HashSet<>();
  private final Set<Integer> missingGroups = new HashSet<>();
  private @Nullable Users users;
  private boolean looked;
  private long paid;
  private long again;
  private int askedUser;
  private int askedGroup;

  /** What the names of a process need. */
  Need need(@Nullable ProcessInfo process, long now) {
    if (process == null || isElsewhere(process) || !Users.areAsked(process)) {
      return Need.NOTHING;
    }
    if (users == null || lacks(users, process)) {
      return mayLook(now) ? Need.FIRST : Need.NOTHING;
    }
    return now - again >= 0 ? Need.LATER : Need.NOTHING;
  }

  private boolean lacks(Users known, ProcessInfo process) {
    return known != Users.NONE
        && ((!known.hasUser(process.uid()) && !missingUsers.contains(process.uid()))
            || (!known.hasGroup(process.gid()) && !missingGroups.contains(process.gid())));
  }

  private boolean mayLook(long now) {
    return !looked || paid - now <= (AT_ONCE - 1) * SPACING;
  }

  /** A look begins for a process; what it does not find is not looked for at once again. */
  void begin(ProcessInfo process, long now) {
    paid = (looked && paid - now > 0 ? paid : now) + SPACING;
    looked = true;
    again = now + AGAIN;
    askedUser = process.uid();
    askedGroup = process.gid();
    if (missingUsers.size() >= MOST_MISSING || missingGroups.size() >= MOST_MISSING) {
      missingUsers.clear();
      missingGroups.clear();
    }
    missingUsers.add(askedUser);
    missingGroups.add(askedGroup);
  }

  /** What came of the look. */
  void answered(Look look) {
    switch (look) {
      case Look.Found found -> users = found.users();
      case Look.Refused refused -> users = Users.NONE;
      case Look.Gone gone -> { // another process of theirs may be there longer
        missingUsers.remove(askedUser);
        missingGroups.remove(askedGroup);
      }
    }
  }

  /** What is known; null when nothing is. */
  @Nullable Users users() {
    return users;
  }

  /** The event with the names of its process's users; the same one when they have none. */
  Event named(Event event, NameMemo memo) {
    Users known = users;
    if (known == null || known == Users.NONE) {
      return event;
    }
    ProcessInfo process = EventProcess.of(event);
    if (process == null || isElsewhere(process) || !Users.areAsked(process)) {
      return event;
    }
    ProcessInfo named = memo.named(process, known);
    return named == process ? event : EventProcess.with(event, named);
  }

  /** Whether it is in the container's control group, but not in its files. */
  private static boolean isElsewhere(ProcessInfo process) {
    return process.flags().hostMounts();
  }

  /** Processes to look for the container's files by, likely ones first. */
  static List<Integer> pids(int first, ProcessInfo process) {
    List<Integer> pids = new ArrayList<>();
    if (first > 0) {
      pids.add(first);
    }
    pids.add(process.ref().pid());
    ProcessInfo.Parent parent = process.parent();
    if (parent != null) {
      pids.add(parent.ref().pid());
    }
    process.more().lineage().forEach(ancestor -> pids.add(ancestor.pid()));
    return pids.stream().distinct().limit(MOST_PIDS).toList();
  }
}
