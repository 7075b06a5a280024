package io.leukocyte.collector;

import io.leukocyte.collector.RootFolder.Content;
import io.leukocyte.collector.RootFolder.Stamp;
import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads who the users of a container are in its own {@code /etc/passwd} and {@code /etc/group}. The
 * container's processes decide nothing: the files are those of the root folder, and the numbers
 * those of the user namespace, of the process that the engine put into the container, above any
 * that it started.
 */
final class UserFiles implements UserLookup {
  private static final String PASSWD = "/etc/passwd";
  private static final String GROUP = "/etc/group";
  private static final int MOST_PARENTS = 64;
  private static final int FIRST = 1;
  private static final Look GONE = new Look.Gone();

  private final ProcFiles files;
  private final UnaryOperator<String> mask;
  private volatile @Nullable Stamp hostRoot;

  /**
   * Reads nothing yet.
   *
   * @param files of the host's pid namespace
   * @param mask takes secrets out of names
   */
  UserFiles(ProcFiles files, UnaryOperator<String> mask) {
    this.files = files;
    this.mask = mask;
  }

  @Override
  public Look look(@Nullable ContainerId container, List<Integer> pids, @Nullable Users before) {
    if (container == null) {
      return host(before);
    }
    for (int pid : pids) {
      int first = first(pid, container);
      Look look = first == 0 ? GONE : ofProcess(first, container, before);
      if (!look.equals(GONE)) {
        return look;
      }
    }
    return GONE;
  }

  /** The first process of those above one that is in the container; 0 when it is not in it. */
  private int first(int pid, ContainerId container) {
    if (pid <= FIRST || !container.equals(files.container(pid))) {
      return 0;
    }
    int first = pid;
    for (int i = 0; i < MOST_PARENTS; i++) {
      int parent = files.parent(first);
      if (parent <= FIRST || !container.equals(files.container(parent))) {
        return first;
      }
      first = parent;
    }
    return first;
  }

  private Look ofProcess(int pid, ContainerId container, @Nullable Users before) {
    try (RootFolder root = RootFolder.open(files.rootOf(pid))) {
      List<String> mounts = files.mounts(pid);
      IdMap userIds = files.userIds(pid);
      IdMap groupIds = files.groupIds(pid);
      int login = files.loginUser(pid);
      if (userIds == null || groupIds == null || !container.equals(files.container(pid))) {
        return GONE; // what was read may be of another process by now
      }
      Stamp host = hostRoot();
      if (host == null) {
        return new Look.Refused("the root folder of the host cannot be told from a container's");
      }
      if (root.stamp().identity().equals(host)) {
        return GONE; // it is still being set up
      }
      if (!RootFolder.isLocal(mounts, PASSWD) || !RootFolder.isLocal(mounts, GROUP)) {
        return new Look.Refused("its files are in a file system that may let a reader wait");
      }
      return new Look.Found(read(root, userIds, groupIds, login, before));
    } catch (NoSuchFileException e) {
      return GONE;
    } catch (IOException e) {
      return new Look.Refused(String.valueOf(e.getMessage()));
    }
  }

  private Users read(
      RootFolder root, IdMap userIds, IdMap groupIds, int login, @Nullable Users before) {
    Stamp folder = root.stamp().identity();
    Users known = before != null && before.files().root().equals(folder) ? before : null;
    Content passwd = content(root, PASSWD, known == null ? null : known.files().users());
    Content group = content(root, GROUP, known == null ? null : known.files().groups());
    Users users =
        new Users(
            names(passwd, known == null ? IdNames.NONE : known.users()),
            names(group, known == null ? IdNames.NONE : known.groups()),
            userIds,
            groupIds,
            login,
            login == -1 ? null : hostName(login),
            new Users.Files(folder, passwd.stamp(), group.stamp()));
    return known != null && known.equals(users) ? known : users;
  }

  private static Content content(RootFolder root, String path, @Nullable Stamp known) {
    return Objects.requireNonNullElse(
        root.read(path.substring(1), known, IdNames.MOST_BYTES),
        new Content(Stamp.ABSENT, new byte[0]));
  }

  private IdNames names(Content file, IdNames known) {
    byte[] content = file.content();
    return content == null ? known : IdNames.parse(content, mask);
  }

  // ---- the host ----

  private Look host(@Nullable Users before) {
    try (RootFolder root = openHost()) {
      return root == null
          ? new Look.Refused("the root folder of the host may not be read")
          : new Look.Found(read(root, IdMap.SAME, IdMap.SAME, -1, before));
    }
  }

  private @Nullable String hostName(int user) {
    return host(null) instanceof Look.Found(Users users)
        ? user == 0 ? "root" : users.users().of(user)
        : null;
  }

  private @Nullable Stamp hostRoot() {
    Stamp known = hostRoot;
    if (known == null) {
      try (RootFolder root = openHost()) {
        known = root == null ? null : root.stamp().identity();
        hostRoot = known;
      }
    }
    return known;
  }

  /** By the first process, or the kernel's own where that hides its root; null for neither. */
  private @Nullable RootFolder openHost() {
    RootFolder first = openOrNull(FIRST);
    return first != null || !files.isKernelThread(ProcFiles.KERNEL_THREAD)
        ? first
        : openOrNull(ProcFiles.KERNEL_THREAD);
  }

  private @Nullable RootFolder openOrNull(int pid) {
    try {
      return RootFolder.open(files.rootOf(pid));
    } catch (IOException e) {
      return null;
    }
  }
}
