package io.leukocyte.events;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a process at the time of an event.
 *
 * @param ref pid and start time
 * @param containerPid pid in the container's own namespace; 0 when unknown
 * @param name the kernel's comm, at most 15 bytes; null when unknown
 * @param executable path of the program as the container sees it; null when unknown
 * @param args the arguments, the program's name first; empty when unknown
 * @param argsTruncated whether the sensor's bound cut the arguments
 * @param workingDirectory path; null when unknown
 * @param tty number of the controlling terminal; 0 is none
 * @param uid real user id, in the host's user namespace; -1 when unknown
 * @param gid real group id, in the host's user namespace; -1 when unknown
 * @param loginUid audit login user; -1 when unset
 * @param capabilities effective capabilities, one bit each
 * @param flags facts of the executable and of the moment
 * @param parent the parent; null when unknown
 * @param ancestors names (comm) of the parent's parent and further up, nearest first; at most 8
 * @param more what not every sensor tells
 */
public record ProcessInfo(
    ProcessRef ref,
    int containerPid,
    @Nullable String name,
    @Nullable String executable,
    List<String> args,
    boolean argsTruncated,
    @Nullable String workingDirectory,
    int tty,
    int uid,
    int gid,
    int loginUid,
    long capabilities,
    Flags flags,
    @Nullable Parent parent,
    List<String> ancestors,
    More more) {

  /** Copies the lists. */
  public ProcessInfo {
    args = List.copyOf(args);
    ancestors = List.copyOf(ancestors);
  }

  /** A process of which {@link More} is not known. */
  public ProcessInfo(
      ProcessRef ref,
      int containerPid,
      @Nullable String name,
      @Nullable String executable,
      List<String> args,
      boolean argsTruncated,
      @Nullable String workingDirectory,
      int tty,
      int uid,
      int gid,
      int loginUid,
      long capabilities,
      Flags flags,
      @Nullable Parent parent,
      List<String> ancestors) {
    this(
        ref,
        containerPid,
        name,
        executable,
        args,
        argsTruncated,
        workingDirectory,
        tty,
        uid,
        gid,
        loginUid,
        capabilities,
        flags,
        parent,
        ancestors,
        More.NONE);
  }

  /** A process of which only pid and start are known. */
  public static ProcessInfo unknown(ProcessRef ref) {
    return new ProcessInfo(
        ref, 0, null, null, List.of(), false, null, 0, -1, -1, -1, 0, Flags.NONE, null, List.of());
  }

  /** The same process with more that is known of it. */
  public ProcessInfo with(More more) {
    return with(args, parent, more);
  }

  /** The same process with other words for it, as when secrets are masked. */
  public ProcessInfo with(List<String> args, @Nullable Parent parent, More more) {
    return new ProcessInfo(
        ref,
        containerPid,
        name,
        executable,
        args,
        argsTruncated,
        workingDirectory,
        tty,
        uid,
        gid,
        loginUid,
        capabilities,
        flags,
        parent,
        ancestors,
        more);
  }

  /** Name of the real user: root for user 0 where no other is told; null when unknown. */
  public @Nullable String userName() {
    String told = more.names().user();
    return told == null && uid == 0 ? ROOT : told;
  }

  private static final String ROOT = "root";

  /**
   * What not every sensor tells of a process.
   *
   * @param permittedCapabilities permitted capabilities, one bit each; 0 when they are not known
   * @param environment {@code NAME=value} of the names that rules ask for; mostly empty
   * @param environmentTruncated whether a bound cut the environment
   * @param groupLeader whether it leads its process group; false when that is not known
   * @param file the program's file when it was started; null when that is not known
   * @param lineage the processes that {@link ProcessInfo#ancestors} names, in its order; empty when
   *     no more is known of them
   * @param names of its users and group
   */
  public record More(
      long permittedCapabilities,
      List<String> environment,
      boolean environmentTruncated,
      boolean groupLeader,
      @Nullable ProgramFile file,
      List<Ancestor> lineage,
      Names names) {
    /** Nothing more is known. */
    public static final More NONE = new More(0, List.of(), false, false);

    /** Copies the lists. */
    public More {
      environment = List.copyOf(environment);
      lineage = List.copyOf(lineage);
    }

    /** Of a process of whose file and ancestors no more is known. */
    public More(
        long permittedCapabilities,
        List<String> environment,
        boolean environmentTruncated,
        boolean groupLeader) {
      this(permittedCapabilities, environment, environmentTruncated, groupLeader, null, List.of());
    }

    /** Of a process whose users have no names. */
    public More(
        long permittedCapabilities,
        List<String> environment,
        boolean environmentTruncated,
        boolean groupLeader,
        @Nullable ProgramFile file,
        List<Ancestor> lineage) {
      this(
          permittedCapabilities,
          environment,
          environmentTruncated,
          groupLeader,
          file,
          lineage,
          Names.NONE);
    }

    /** The same with these names. */
    public More with(Names names) {
      return new More(
          permittedCapabilities,
          environment,
          environmentTruncated,
          groupLeader,
          file,
          lineage,
          names);
    }
  }

  /**
   * Names of a process's users and group, as the container's files have them, or the host's for a
   * process of the host: text that a container wrote. Null where there is none; user 0 and group 0
   * need none to be root, and have one only where it is told for another number, as in a user
   * namespace. Each has at most {@link #MOST_CHARACTERS}: a longer one is cut and ends with an
   * ellipsis.
   *
   * @param user of {@link ProcessInfo#uid}
   * @param group of {@link ProcessInfo#gid}
   * @param loginUser of {@link ProcessInfo#loginUid}
   */
  public record Names(@Nullable String user, @Nullable String group, @Nullable String loginUser) {
    /** Characters of a name that are kept. */
    public static final int MOST_CHARACTERS = 256;

    /** None is known. */
    public static final Names NONE = new Names(null, null, null);

    /** Cuts what is too long. */
    public Names {
      user = Ancestor.cut(user, MOST_CHARACTERS);
      group = Ancestor.cut(group, MOST_CHARACTERS);
      loginUser = Ancestor.cut(loginUser, MOST_CHARACTERS);
    }

    /** Whether none is known. */
    public boolean isEmpty() {
      return user == null && group == null && loginUser == null;
    }

    List<String> items() {
      return List.of(
          Objects.requireNonNullElse(user, ""),
          Objects.requireNonNullElse(group, ""),
          Objects.requireNonNullElse(loginUser, ""));
    }

    static Names of(List<String> items) {
      return items.size() < Columns.Names.ITEMS
          ? NONE
          : new Names(
              items.get(Columns.Names.USER),
              items.get(Columns.Names.GROUP),
              items.get(Columns.Names.LOGIN_USER));
    }
  }

  /**
   * A process above the parent.
   *
   * @param pid in the host's namespace
   * @param executable path of its program; null when unknown
   * @param first its first argument, argv[0]; null when unknown
   * @param commandLine its name and the arguments after the first, joined by blanks; null when
   *     unknown. At most {@link #MOST_CHARACTERS}: a longer one is cut and ends with an ellipsis
   */
  public record Ancestor(
      int pid, @Nullable String executable, @Nullable String first, @Nullable String commandLine) {
    /** Characters of each text that is kept. */
    public static final int MOST_CHARACTERS = 1024;

    private static final int ITEMS = Columns.Program.ITEMS;

    /** Cuts what is too long. */
    public Ancestor {
      executable = cut(executable, MOST_CHARACTERS);
      first = cut(first, MOST_CHARACTERS);
      commandLine = cut(commandLine, MOST_CHARACTERS);
    }

    private static @Nullable String cut(@Nullable String text, int most) {
      if (text == null || text.isEmpty()) {
        return null;
      }
      return text.length() <= most ? text : Text.within(text, most - 1) + "…";
    }

    static List<String> items(List<Ancestor> lineage) {
      List<String> items = new ArrayList<>();
      for (Ancestor ancestor : lineage) {
        items.add(Integer.toString(ancestor.pid));
        items.add(Objects.requireNonNullElse(ancestor.executable, ""));
        items.add(Objects.requireNonNullElse(ancestor.first, ""));
        items.add(Objects.requireNonNullElse(ancestor.commandLine, ""));
      }
      return items;
    }

    /** Those that are whole. */
    static List<Ancestor> of(List<String> items) {
      List<Ancestor> lineage = new ArrayList<>();
      for (int i = 0; i + ITEMS <= items.size(); i += ITEMS) {
        Long pid = Text.number(items.get(i));
        lineage.add(
            new Ancestor(
                pid == null ? 0 : pid.intValue(),
                items.get(i + 1),
                items.get(i + 2),
                items.get(i + 3)));
      }
      return lineage;
    }
  }

  /**
   * Facts of the executable and of the moment.
   *
   * @param setup a task of the container runtime that prepares the container, before its first own
   *     program
   * @param upperLayer the executable is not from the image: it lies in the container's upper layer
   * @param fileless the executable has no name in any file system (memfd, deleted)
   * @param hostMounts the task has the host's mount namespace although it is in a container's
   *     cgroup
   */
  public record Flags(boolean setup, boolean upperLayer, boolean fileless, boolean hostMounts) {
    /** None of them. */
    public static final Flags NONE = new Flags(false, false, false, false);
  }

  /**
   * The parent process.
   *
   * @param ref pid and start time
   * @param name the kernel's comm; null when unknown
   * @param executable path; null when unknown
   * @param args the arguments; empty when unknown
   */
  public record Parent(
      ProcessRef ref, @Nullable String name, @Nullable String executable, List<String> args) {
    /** Copies the list. */
    public Parent {
      args = List.copyOf(args);
    }
  }
}
