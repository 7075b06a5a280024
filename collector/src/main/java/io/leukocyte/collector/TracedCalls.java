package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.ALWAYS_WRITES;
import static io.leukocyte.collector.SensorLayout.CHEAP;
import static io.leukocyte.collector.SensorLayout.IN_WORD;
import static io.leukocyte.collector.SensorLayout.ONLY_DONE;
import static io.leukocyte.collector.SensorLayout.ONLY_POSITIVE;
import static io.leukocyte.collector.SensorLayout.ONLY_SOCKET;
import static io.leukocyte.collector.SensorLayout.ONLY_STANDARD;
import static io.leukocyte.collector.SensorLayout.ONLY_UNIX;
import static io.leukocyte.collector.SensorLayout.PIDFD;
import static io.leukocyte.collector.SensorLayout.RESULT_FD;
import static io.leukocyte.collector.SensorLayout.WANT_DNS;
import static io.leukocyte.collector.SensorLayout.WANT_FILE;
import static io.leukocyte.collector.SensorLayout.WANT_MESSAGE;
import static io.leukocyte.collector.SensorLayout.WANT_SOCKET;
import static io.leukocyte.collector.SensorLayout.WANT_UNIX;

import io.leukocyte.events.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The system calls that the sensor can report. Numbers are those of the kernel's tables for x86-64,
 * arm64 and 32-bit x86.
 */
final class TracedCalls {
  /** Bits of clone, unshare and setns that ask for namespaces. */
  private static final long NEW_NAMESPACES = 0x7e020080L;

  private static final int F_DUPFD = 0;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int PR_SET_DUMPABLE = 4;
  private static final int PR_SET_NAME = 15;

  /** The kinds by the number of their class, from 1. */
  private static final List<Kind> CLASSES =
      List.of(
          Kind.FILE_OPEN,
          Kind.FILE_CHANGE,
          Kind.NET_ACCEPT,
          Kind.NET_LISTEN,
          Kind.NET_SEND,
          Kind.NET_SOCKET,
          Kind.FD_DUP,
          Kind.PROC_TRACE,
          Kind.NS_CHANGE,
          Kind.FS_MOUNT,
          Kind.KERNEL_MODULE,
          Kind.BPF_LOAD,
          Kind.KERNEL_CALL,
          Kind.MEM_FILELESS,
          Kind.CRED_CHANGE,
          Kind.SIGNAL_KILL,
          Kind.PROC_CONTROL,
          Kind.NET_CONNECT);

  /** All of them. */
  static final List<TracedCall> ALL = all();

  private static final Map<String, TracedCall> BY_NAME = byName();

  private TracedCalls() {}

  private static List<TracedCall> all() {
    List<TracedCall> all = new ArrayList<>();
    all.addAll(opens());
    all.addAll(changesOfNames());
    all.addAll(changesOfFiles());
    all.addAll(sockets());
    all.addAll(processes());
    all.addAll(kernel());
    all.addAll(credentials());
    return List.copyOf(all);
  }

  private static List<TracedCall> opens() {
    return List.of(
        open("open", 2, -1, 5).path(0, 0).access(1),
        open("creat", 85, -1, 8).path(0, 0).access(ALWAYS_WRITES),
        open("openat", 257, 56, 295).path(0, 1, 0).access(2),
        open("openat2", 437, 437, 437).path(0, 1, 0).word(2).access(IN_WORD),
        open("open_by_handle_at", 304, 265, 342).access(2));
  }

  private static TracedCall open(String name, int x86, int arm64, int i386) {
    return TracedCall.of(name, Kind.FILE_OPEN, x86, arm64, i386)
        .fd(RESULT_FD)
        .wants(WANT_FILE | CHEAP);
  }

  private static TracedCall change(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.FILE_CHANGE, x86, arm64, i386);
  }

  private static List<TracedCall> changesOfNames() {
    return List.of(
        change("rename", 82, -1, 38).path(0, 0).path(1, 1),
        change("renameat", 264, 38, 302).path(0, 1, 0).path(1, 3, 2),
        change("renameat2", 316, 276, 353).path(0, 1, 0).path(1, 3, 2),
        change("unlink", 87, -1, 10).path(0, 0),
        change("unlinkat", 263, 35, 301).path(0, 1, 0),
        change("rmdir", 84, -1, 40).path(0, 0),
        change("link", 86, -1, 9).path(0, 0).path(1, 1),
        change("linkat", 265, 37, 303).path(0, 1, 0).path(1, 3, 2),
        change("symlink", 88, -1, 83).texts(0).path(1, 1),
        change("symlinkat", 266, 36, 304).texts(0).path(1, 2, 1),
        change("mkdir", 83, -1, 39).path(0, 0),
        change("mkdirat", 258, 34, 296).path(0, 1, 0),
        change("mknod", 133, -1, 14).path(0, 0),
        change("mknodat", 259, 33, 297).path(0, 1, 0));
  }

  private static List<TracedCall> changesOfFiles() {
    return List.of(
        change("chmod", 90, -1, 15).path(0, 0),
        change("fchmod", 91, 52, 94).fd(0).wants(WANT_FILE),
        change("fchmodat", 268, 53, 306).path(0, 1, 0),
        change("fchmodat2", 452, 452, 452).path(0, 1, 0),
        change("chown", 92, -1, 182, 212).path(0, 0),
        change("lchown", 94, -1, 16, 198).path(0, 0),
        change("fchown", 93, 55, 95, 207).fd(0).wants(WANT_FILE),
        change("fchownat", 260, 54, 298).path(0, 1, 0),
        change("truncate", 76, 45, 92, 193).path(0, 0),
        change("ftruncate", 77, 46, 93, 194).fd(0).wants(WANT_FILE));
  }

  private static List<TracedCall> sockets() {
    return List.of(
        // connections over IP are told by the socket's state
        TracedCall.of("connect", Kind.NET_CONNECT, 42, 203, 362)
            .address(1)
            .wants(WANT_UNIX | ONLY_UNIX | ONLY_DONE | CHEAP),
        accept("accept", 43, 202),
        accept("accept4", 288, 242, 364),
        TracedCall.of("listen", Kind.NET_LISTEN, 50, 201, 363).fd(0).wants(WANT_SOCKET),
        TracedCall.of("bind", Kind.NET_LISTEN, 49, 200, 361)
            .fd(0)
            .wants(WANT_SOCKET | WANT_UNIX)
            .address(1),
        send("sendto", 44, 206, 369).address(4).data(1).wants(WANT_UNIX),
        send("sendmsg", 46, 211, 370).address(1).wants(WANT_MESSAGE),
        send("sendmmsg", 307, 269, 345).address(1).wants(WANT_MESSAGE),
        receive("recvfrom", 45, 207, 371).address(4),
        receive("recvmsg", 47, 212, 372).address(1).wants(WANT_MESSAGE),
        receive("recvmmsg", 299, 243, 337).address(1).wants(WANT_MESSAGE),
        TracedCall.of("socket", Kind.NET_SOCKET, 41, 198, 359),
        TracedCall.of("socketpair", Kind.NET_SOCKET, 53, 199, 360),
        dup("dup", 32, 23, 41).wants(ONLY_STANDARD),
        dup("dup2", 33, -1, 63).wants(ONLY_STANDARD),
        dup("dup3", 292, 24, 330).wants(ONLY_STANDARD),
        dup("fcntl", 72, 25, 55, 221).wants(ONLY_STANDARD).onlyEqual(1, F_DUPFD, F_DUPFD_CLOEXEC));
  }

  private static TracedCall accept(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.NET_ACCEPT, x86, arm64, i386)
        .fd(RESULT_FD)
        .wants(WANT_SOCKET | ONLY_DONE | CHEAP);
  }

  private static TracedCall send(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.NET_SEND, x86, arm64, i386)
        .fd(0)
        .wants(WANT_SOCKET | WANT_DNS | CHEAP);
  }

  /** One that waited in vain says nothing, and there are many of them. */
  private static TracedCall receive(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.NET_SEND, x86, arm64, i386)
        .fd(0)
        .wants(WANT_SOCKET | ONLY_DONE | CHEAP);
  }

  /** A socket in the place of the standard streams: what a reverse shell does. */
  private static TracedCall dup(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.FD_DUP, x86, arm64, i386)
        .fd(RESULT_FD)
        .wants(WANT_SOCKET | ONLY_SOCKET);
  }

  private static List<TracedCall> processes() {
    return List.of(
        TracedCall.of("ptrace", Kind.PROC_TRACE, 101, 117, 26).target(1),
        TracedCall.of("process_vm_readv", Kind.PROC_TRACE, 310, 270, 347).target(0),
        TracedCall.of("process_vm_writev", Kind.PROC_TRACE, 311, 271, 348).target(0),
        TracedCall.of("kill", Kind.SIGNAL_KILL, 62, 129, 37).target(0),
        TracedCall.of("tkill", Kind.SIGNAL_KILL, 200, 130, 238).target(0),
        TracedCall.of("tgkill", Kind.SIGNAL_KILL, 234, 131, 270).target(1),
        TracedCall.of("pidfd_send_signal", Kind.SIGNAL_KILL, 424, 424, 424).target(PIDFD),
        TracedCall.of("prctl", Kind.PROC_CONTROL, 157, 167, 172)
            .texts(1)
            .onlyEqual(0, PR_SET_DUMPABLE, PR_SET_NAME),
        TracedCall.of("setns", Kind.NS_CHANGE, 308, 268, 346).fd(0).wants(WANT_FILE),
        TracedCall.of("unshare", Kind.NS_CHANGE, 272, 97, 310),
        TracedCall.of("clone", Kind.NS_CHANGE, 56, 220, 120)
            .onlyWith(0, NEW_NAMESPACES)
            .wants(ONLY_POSITIVE),
        TracedCall.of("clone3", Kind.NS_CHANGE, 435, 435, 435)
            .word(0)
            .onlyWith(IN_WORD, NEW_NAMESPACES)
            .wants(ONLY_POSITIVE));
  }

  private static List<TracedCall> kernel() {
    return List.of(
        mount("mount", 165, 40, 21).path(0, 0).path(1, 1).withThird(2),
        mount("umount2", 166, 39, 52).path(1, 0),
        mount("pivot_root", 155, 41, 217).path(1, 0).path(0, 1),
        mount("chroot", 161, 51, 61).path(1, 0),
        mount("move_mount", 429, 429, 429).path(0, 1, 0).path(1, 3, 2),
        mount("open_tree", 428, 428, 428).path(0, 1, 0),
        mount("fsmount", 432, 432, 432),
        TracedCall.of("init_module", Kind.KERNEL_MODULE, 175, 105, 128),
        TracedCall.of("finit_module", Kind.KERNEL_MODULE, 313, 273, 350).fd(0).wants(WANT_FILE),
        TracedCall.of("delete_module", Kind.KERNEL_MODULE, 176, 106, 129).texts(0),
        TracedCall.of("bpf", Kind.BPF_LOAD, 321, 280, 357).word(1),
        other("perf_event_open", 298, 241, 336),
        other("userfaultfd", 323, 282, 374),
        other("io_uring_setup", 425, 425, 425),
        other("keyctl", 250, 219, 288),
        other("add_key", 248, 217, 286),
        other("request_key", 249, 218, 287),
        other("kexec_load", 246, 104, 283),
        other("kexec_file_load", 320, 294),
        TracedCall.of("memfd_create", Kind.MEM_FILELESS, 319, 279, 356).texts(0),
        TracedCall.of("memfd_secret", Kind.MEM_FILELESS, 447, 447, 447));
  }

  private static TracedCall mount(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.FS_MOUNT, x86, arm64, i386);
  }

  private static TracedCall other(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.KERNEL_CALL, x86, arm64, i386);
  }

  private static List<TracedCall> credentials() {
    return List.of(
        credential("setuid", 105, 146, 23, 213),
        credential("setgid", 106, 144, 46, 214),
        credential("setreuid", 113, 145, 70, 203),
        credential("setregid", 114, 143, 71, 204),
        credential("setresuid", 117, 147, 164, 208),
        credential("setresgid", 119, 149, 170, 210),
        credential("setfsuid", 122, 151, 138, 215),
        credential("setfsgid", 123, 152, 139, 216),
        credential("setgroups", 116, 159, 81, 206),
        credential("capset", 126, 91, 185));
  }

  private static TracedCall credential(String name, int x86, int arm64, Integer... i386) {
    return TracedCall.of(name, Kind.CRED_CHANGE, x86, arm64, i386);
  }

  private static Map<String, TracedCall> byName() {
    Map<String, TracedCall> byName = new TreeMap<>();
    ALL.forEach(call -> byName.put(call.name(), call));
    return Map.copyOf(byName);
  }

  /** The names of all. */
  static Set<String> names() {
    return new TreeSet<>(BY_NAME.keySet());
  }

  /** The names of the calls that become events of these kinds. */
  static Set<String> of(Set<Kind> kinds) {
    return ALL.stream()
        .filter(call -> kinds.contains(call.kind()))
        .map(TracedCall::name)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The call of a name; empty where the sensor cannot report it. */
  static Optional<TracedCall> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** The number by which calls of a kind are counted. */
  static int classOf(Kind kind) {
    int index = CLASSES.indexOf(kind);
    if (index < 0) {
      throw new IllegalArgumentException("No system call is a " + kind.text());
    }
    return index + 1;
  }

  /** The kinds that come of system calls. */
  static List<Kind> kinds() {
    return CLASSES;
  }
}
