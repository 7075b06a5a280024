package io.leukocyte.events;

import java.util.List;
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

  /**
   * What not every sensor tells of a process.
   *
   * @param permittedCapabilities permitted capabilities, one bit each; 0 when they are not known
   * @param environment {@code NAME=value} of the names that rules ask for; mostly empty
   * @param environmentTruncated whether a bound cut the environment
   * @param groupLeader whether it leads its process group; false when that is not known
   */
  public record More(
      long permittedCapabilities,
      List<String> environment,
      boolean environmentTruncated,
      boolean groupLeader) {
    /** Nothing more is known. */
    public static final More NONE = new More(0, List.of(), false, false);

    /** Copies the list. */
    public More {
      environment = List.copyOf(environment);
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
