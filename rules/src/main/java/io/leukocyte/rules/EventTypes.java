package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CallColumns;
import io.leukocyte.events.Kind;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The types that rules name with evt.type, and the kinds of events that have them. */
final class EventTypes {
  /** The start of a container: the type of a life-cycle event whose action is start. */
  static final String CONTAINER = "container";

  /** The action that makes a life-cycle event of that type. */
  static final String START = "start";

  /**
   * Calls that this architecture does not have and rule files name beside those that stand for
   * them: connect, of which the first packet to a new destination is one, and sendto.
   */
  private static final Set<String> COVERED = Set.of("send");

  /** Names that rule files have for a call beside its own. */
  private static final Map<String, String> ALIASES = Map.of("umount", "umount2");

  private static final Map<Kind, List<String>> NAMES = names();
  private static final Set<String> KNOWN = known();

  private EventTypes() {}

  private static Map<Kind, List<String>> names() {
    Map<Kind, List<String>> names = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      names.put(kind, namesOf(kind));
    }
    return names;
  }

  private static List<String> namesOf(Kind kind) {
    return switch (kind) {
      case PROCESS_EXEC -> List.of("execve", "execveat", kind.text());
      case PROCESS_EXIT -> List.of("procexit", kind.text());
      case NET_CONNECT -> List.of("connect", kind.text());
      case NET_FLOW -> List.of("flow", kind.text());
      case CONTAINER_LIFECYCLE -> List.of("lifecycle", kind.text());
      case CONTAINER_FACTS -> List.of("facts", kind.text());
      case CONTAINER_LOG -> List.of("log", kind.text());
      case SENSOR_LOSS -> List.of("loss", kind.text());
      case SENSOR_HEARTBEAT -> List.of("heartbeat", kind.text());
      case CONTAINER_STATS -> List.of("stats", kind.text());
      case PROC_TRACE,
          PROC_CONTROL,
          NS_CHANGE,
          CRED_CHANGE,
          SIGNAL_KILL,
          NET_ACCEPT,
          NET_LISTEN,
          NET_SEND,
          NET_SOCKET,
          FD_DUP,
          FILE_OPEN,
          FILE_CHANGE,
          FS_MOUNT,
          KERNEL_MODULE,
          KERNEL_CALL,
          BPF_LOAD,
          MEM_FILELESS ->
          Stream.of(kind.calls(), aliases(kind), List.of(kind.text()))
              .flatMap(List::stream)
              .toList();
    };
  }

  private static List<String> aliases(Kind kind) {
    return ALIASES.entrySet().stream()
        .filter(alias -> kind.calls().contains(alias.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  /** The call that a name stands for: mostly itself. */
  static String call(String name) {
    return ALIASES.getOrDefault(name, name);
  }

  /** Whether a call has a name that passes. */
  static boolean passes(String call, Predicate predicate) {
    return predicate.test(call)
        || ALIASES.entrySet().stream()
            .anyMatch(alias -> alias.getValue().equals(call) && predicate.test(alias.getKey()));
  }

  private static Set<String> known() {
    Set<String> known = new TreeSet<>(Arrays.asList(SYSCALLS.split("\\s+")));
    known.addAll(Arrays.asList(PSEUDO.split("\\s+")));
    known.add(CONTAINER);
    NAMES.values().forEach(known::addAll);
    return Set.copyOf(known);
  }

  /**
   * The names of a kind: all of them are each event's, but of a system call only the name of the
   * call and the kind's own.
   */
  static List<String> names(Kind kind) {
    return NAMES.getOrDefault(kind, List.of());
  }

  /** The name that is shown for the event that the cursor stands on. */
  static @Nullable String shown(BatchCursor row) {
    return row.kind().isSystemCall()
        ? row.text(CallColumns.Call.NAME)
        : names(row.kind()).getFirst();
  }

  /** Whether there is such a type, in our events or elsewhere. */
  static boolean isKnown(String type) {
    return KNOWN.contains(type);
  }

  static Set<String> all() {
    return KNOWN;
  }

  /** Whether our events show it, as themselves or as another type. */
  static boolean isSeen(String type) {
    return type.equals(CONTAINER)
        || COVERED.contains(type)
        || NAMES.values().stream().anyMatch(names -> names.contains(type));
  }

  /** Whether another type stands for it. */
  static boolean isCovered(String type) {
    return COVERED.contains(type);
  }

  /** Event types of Falco that are not system calls of this architecture. */
  private static final String PSEUDO =
      """
      procexit procinfo switch drop signaldeliver asyncevent pluginevent notification \
      cpu_hotplug infra page_fault scapevent k8s mesos tracer send recv socketcall umount \
      waitpid nice stime oldlstat oldstat oldolduname signal sigaction sigprocmask sigreturn \
      sigsuspend _newselect _llseek fcntl64 stat64 lstat64 fstat64 fstatat64 truncate64 \
      ftruncate64 sendfile64 mmap2 getuid32 setuid32 setgid32 setresuid32 setresgid32 \
      setreuid32 setregid32 chown32 fchown32 lchown32\
      """;

  private static final String SYSCALLS =
      """
      _sysctl accept accept4 access acct add_key adjtimex afs_syscall alarm arch_prctl bind \
      bpf brk capget capset chdir chmod chown chroot clock_adjtime clock_getres clock_gettime \
      clock_nanosleep clock_settime clone clone3 close close_range connect copy_file_range \
      creat create_module delete_module dup dup2 dup3 epoll_create epoll_create1 epoll_ctl \
      epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2 execve \
      execveat exit exit_group faccessat faccessat2 fadvise64 fallocate fanotify_init \
      fanotify_mark fchdir fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr \
      finit_module flistxattr flock fork fremovexattr fsconfig fsetxattr fsmount fsopen fspick \
      fstat fstatfs fsync ftruncate futex futex_waitv futimesat get_kernel_syms get_mempolicy \
      get_robust_list get_thread_area getcpu getcwd getdents getdents64 getegid geteuid getgid \
      getgroups getitimer getpeername getpgid getpgrp getpid getpmsg getppid getpriority \
      getrandom getresgid getresuid getrlimit getrusage getsid getsockname getsockopt gettid \
      gettimeofday getuid getxattr init_module inotify_add_watch inotify_init inotify_init1 \
      inotify_rm_watch io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit \
      io_uring_enter io_uring_register io_uring_setup ioctl ioperm iopl ioprio_get ioprio_set \
      kcmp kexec_file_load kexec_load keyctl kill landlock_add_rule landlock_create_ruleset \
      landlock_restrict_self lchown lgetxattr link linkat listen listxattr llistxattr \
      lookup_dcookie lremovexattr lseek lsetxattr lstat madvise mbind membarrier memfd_create \
      memfd_secret migrate_pages mincore mkdir mkdirat mknod mknodat mlock mlock2 mlockall \
      mmap modify_ldt mount mount_setattr move_mount move_pages mprotect mq_getsetattr \
      mq_notify mq_open mq_timedreceive mq_timedsend mq_unlink mremap msgctl msgget msgrcv \
      msgsnd msync munlock munlockall munmap name_to_handle_at nanosleep newfstatat nfsservctl \
      open open_by_handle_at open_tree openat openat2 pause perf_event_open personality \
      pidfd_getfd pidfd_open pidfd_send_signal pipe pipe2 pivot_root pkey_alloc pkey_free \
      pkey_mprotect poll ppoll prctl pread64 preadv preadv2 prlimit64 process_madvise \
      process_mrelease process_vm_readv process_vm_writev pselect6 ptrace putpmsg pwrite64 \
      pwritev pwritev2 query_module quotactl quotactl_fd read readahead readlink readlinkat \
      readv reboot recvfrom recvmmsg recvmsg remap_file_pages removexattr rename renameat \
      renameat2 request_key restart_syscall rmdir rseq rt_sigaction rt_sigpending \
      rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait \
      rt_tgsigqueueinfo sched_get_priority_max sched_get_priority_min sched_getaffinity \
      sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_setaffinity \
      sched_setattr sched_setparam sched_setscheduler sched_yield seccomp security select \
      semctl semget semop semtimedop sendfile sendmmsg sendmsg sendto set_mempolicy \
      set_mempolicy_home_node set_robust_list set_thread_area set_tid_address setdomainname \
      setfsgid setfsuid setgid setgroups sethostname setitimer setns setpgid setpriority \
      setregid setresgid setresuid setreuid setrlimit setsid setsockopt settimeofday setuid \
      setxattr shmat shmctl shmdt shmget shutdown sigaltstack signalfd signalfd4 socket \
      socketpair splice stat statfs statx swapoff swapon symlink symlinkat sync \
      sync_file_range syncfs sysfs sysinfo syslog tee tgkill time timer_create timer_delete \
      timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime \
      timerfd_settime times tkill truncate tuxcall umask umount2 uname unlink unlinkat unshare \
      uselib userfaultfd ustat utime utimensat utimes vfork vhangup vmsplice vserver wait4 \
      waitid write writev\
      """;
}
