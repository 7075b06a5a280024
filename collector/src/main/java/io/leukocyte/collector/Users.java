package io.leukocyte.collector;

import io.leukocyte.collector.RootFolder.Stamp;
import io.leukocyte.events.ProcessInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The users and groups of a container, or of the host, as its files had them at one time.
 *
 * @param users by their numbers in the container's user namespace
 * @param groups likewise
 * @param userIds how the container's user namespace numbers the host's users
 * @param groupIds likewise
 * @param login the audit login user that the container's first process was started by; -1 is none
 * @param loginName the host's name of that user; null when it has none
 * @param files which files they were, to see whether they have changed
 */
record Users(
    IdNames users,
    IdNames groups,
    IdMap userIds,
    IdMap groupIds,
    int login,
    @Nullable String loginName,
    Files files) {
  private static final String ROOT = "root";

  /** Nothing is known, and cannot be. */
  static final Users NONE =
      new Users(
          IdNames.NONE,
          IdNames.NONE,
          new IdMap(List.of()),
          new IdMap(List.of()),
          -1,
          null,
          new Files(Stamp.ABSENT, Stamp.ABSENT, Stamp.ABSENT));

  /** The root folder, and the files of users and of groups in it. */
  record Files(Stamp root, Stamp users, Stamp groups) {}

  /** Whether a process has a user or group that root's name does not do for. */
  static boolean areAsked(ProcessInfo p) {
    return (p.uid() != 0 && p.uid() != -1) || (p.gid() != 0 && p.gid() != -1) || p.loginUid() != -1;
  }

  /** The names of a process's users and group. */
  ProcessInfo.Names names(ProcessInfo p) {
    String user = name(users, userIds, p.uid());
    String group = name(groups, groupIds, p.gid());
    String loginUser = p.loginUid() == login ? loginName : name(users, userIds, p.loginUid());
    return user == null && group == null && loginUser == null
        ? ProcessInfo.Names.NONE
        : new ProcessInfo.Names(user, group, loginUser);
  }

  /**
   * What is root in the container is root, whatever its files say; number 0 need not be told so.
   */
  private static @Nullable String name(IdNames names, IdMap ids, int id) {
    int inside = id == -1 ? -1 : ids.inside(id);
    if (inside == 0) {
      return id == 0 ? null : ROOT;
    }
    return inside == -1 ? null : names.of(inside);
  }

  /** Whether the files have a line for a user of the host's number, or it needs none. */
  boolean hasUser(int id) {
    return has(users, userIds, id);
  }

  /** The same of a group. */
  boolean hasGroup(int id) {
    return has(groups, groupIds, id);
  }

  private static boolean has(IdNames names, IdMap ids, int id) {
    int inside = id == -1 ? -1 : ids.inside(id);
    return inside == 0 || inside == -1 || names.has(inside);
  }
}
