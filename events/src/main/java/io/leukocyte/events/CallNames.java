package io.leukocyte.events;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The kernel's names of the numbers in system calls, on x86-64. Source: the kernel's uapi headers.
 * A number without a name is left as it is: what it means is the number, the name is for people.
 */
public final class CallNames {
  private static final long ACCESS_MODE = 3;
  private static final List<String> ACCESS = List.of("O_RDONLY", "O_WRONLY", "O_RDWR", "O_ACCMODE");
  private static final int SOCKET_TYPE = 0xf;

  /** Bits with their names; those of several bits first, and they take their bits away. */
  private static final Bits OPEN =
      new Bits("O_", 8)
          .add("TMPFILE", 020200000)
          .add("SYNC", 04010000)
          .add("CREAT", 0100)
          .add("EXCL", 0200)
          .add("NOCTTY", 0400)
          .add("TRUNC", 01000)
          .add("APPEND", 02000)
          .add("NONBLOCK", 04000)
          .add("DSYNC", 010000)
          .add("ASYNC", 020000)
          .add("DIRECT", 040000)
          .add("LARGEFILE", 0100000)
          .add("DIRECTORY", 0200000)
          .add("NOFOLLOW", 0400000)
          .add("NOATIME", 01000000)
          .add("CLOEXEC", 02000000)
          .add("PATH", 010000000);

  private static final Bits MODE =
      new Bits("S_", 8)
          .add("ISUID", 04000)
          .add("ISGID", 02000)
          .add("ISVTX", 01000)
          .add("IRUSR", 0400)
          .add("IWUSR", 0200)
          .add("IXUSR", 0100)
          .add("IRGRP", 040)
          .add("IWGRP", 020)
          .add("IXGRP", 010)
          .add("IROTH", 04)
          .add("IWOTH", 02)
          .add("IXOTH", 01);

  private static final Bits CLONE =
      new Bits("CLONE_", 16)
          .add("NEWTIME", 0x80)
          .add("VM", 0x100)
          .add("FS", 0x200)
          .add("FILES", 0x400)
          .add("SIGHAND", 0x800)
          .add("PIDFD", 0x1000)
          .add("PTRACE", 0x2000)
          .add("VFORK", 0x4000)
          .add("PARENT", 0x8000)
          .add("THREAD", 0x10000)
          .add("NEWNS", 0x20000)
          .add("SYSVSEM", 0x40000)
          .add("SETTLS", 0x80000)
          .add("PARENT_SETTID", 0x100000)
          .add("CHILD_CLEARTID", 0x200000)
          .add("DETACHED", 0x400000)
          .add("UNTRACED", 0x800000)
          .add("CHILD_SETTID", 0x1000000)
          .add("NEWCGROUP", 0x2000000)
          .add("NEWUTS", 0x4000000)
          .add("NEWIPC", 0x8000000)
          .add("NEWUSER", 0x10000000)
          .add("NEWPID", 0x20000000)
          .add("NEWNET", 0x40000000)
          .add("IO", 0x80000000L)
          .add("CLEAR_SIGHAND", 0x100000000L)
          .add("INTO_CGROUP", 0x200000000L);

  private static final Bits MOUNT =
      new Bits("MS_", 16)
          .add("RDONLY", 1)
          .add("NOSUID", 2)
          .add("NODEV", 4)
          .add("NOEXEC", 8)
          .add("SYNCHRONOUS", 0x10)
          .add("REMOUNT", 0x20)
          .add("MANDLOCK", 0x40)
          .add("DIRSYNC", 0x80)
          .add("NOSYMFOLLOW", 0x100)
          .add("NOATIME", 0x400)
          .add("NODIRATIME", 0x800)
          .add("BIND", 0x1000)
          .add("MOVE", 0x2000)
          .add("REC", 0x4000)
          .add("SILENT", 0x8000)
          .add("POSIXACL", 0x10000)
          .add("UNBINDABLE", 0x20000)
          .add("PRIVATE", 0x40000)
          .add("SLAVE", 0x80000)
          .add("SHARED", 0x100000)
          .add("RELATIME", 0x200000)
          .add("KERNMOUNT", 0x400000)
          .add("I_VERSION", 0x800000)
          .add("STRICTATIME", 0x1000000)
          .add("LAZYTIME", 0x2000000);

  private static final Bits UNMOUNT =
      new Bits("", 16)
          .add("MNT_FORCE", 1)
          .add("MNT_DETACH", 2)
          .add("MNT_EXPIRE", 4)
          .add("UMOUNT_NOFOLLOW", 8);

  private static final Bits MEMFD =
      new Bits("MFD_", 16)
          .add("CLOEXEC", 1)
          .add("ALLOW_SEALING", 2)
          .add("HUGETLB", 4)
          .add("NOEXEC_SEAL", 8)
          .add("EXEC", 0x10);

  private static final Bits RENAME =
      new Bits("RENAME_", 16).add("NOREPLACE", 1).add("EXCHANGE", 2).add("WHITEOUT", 4);

  private static final Bits UNLINK = new Bits("AT_", 16).add("REMOVEDIR", 0x200);

  private static final Bits AT =
      new Bits("AT_", 16)
          .add("SYMLINK_NOFOLLOW", 0x100)
          .add("SYMLINK_FOLLOW", 0x400)
          .add("EMPTY_PATH", 0x1000);

  private static final Map<Long, String> PTRACE =
      numbered(
          "PTRACE_",
          """
          0 TRACEME 1 PEEKTEXT 2 PEEKDATA 3 PEEKUSR 4 POKETEXT 5 POKEDATA 6 POKEUSR 7 CONT 8 KILL \
          9 SINGLESTEP 12 GETREGS 13 SETREGS 14 GETFPREGS 15 SETFPREGS 16 ATTACH 17 DETACH \
          18 GETFPXREGS 19 SETFPXREGS 21 OLDSETOPTIONS 24 SYSCALL 25 GET_THREAD_AREA \
          26 SET_THREAD_AREA 30 ARCH_PRCTL 31 SYSEMU 32 SYSEMU_SINGLESTEP 33 SINGLEBLOCK \
          0x4200 SETOPTIONS 0x4201 GETEVENTMSG 0x4202 GETSIGINFO 0x4203 SETSIGINFO \
          0x4204 GETREGSET 0x4205 SETREGSET 0x4206 SEIZE 0x4207 INTERRUPT 0x4208 LISTEN \
          0x4209 PEEKSIGINFO 0x420a GETSIGMASK 0x420b SETSIGMASK 0x420c SECCOMP_GET_FILTER \
          0x420d SECCOMP_GET_METADATA 0x420e GET_SYSCALL_INFO 0x420f GET_RSEQ_CONFIGURATION \
          0x4210 SET_SYSCALL_USER_DISPATCH_CONFIG 0x4211 GET_SYSCALL_USER_DISPATCH_CONFIG \
          0x4212 SET_SYSCALL_INFO\
          """);

  private static final Map<Long, String> BPF =
      numbered(
          "BPF_",
          """
          0 MAP_CREATE 1 MAP_LOOKUP_ELEM 2 MAP_UPDATE_ELEM 3 MAP_DELETE_ELEM 4 MAP_GET_NEXT_KEY \
          5 PROG_LOAD 6 OBJ_PIN 7 OBJ_GET 8 PROG_ATTACH 9 PROG_DETACH 10 PROG_TEST_RUN \
          11 PROG_GET_NEXT_ID 12 MAP_GET_NEXT_ID 13 PROG_GET_FD_BY_ID 14 MAP_GET_FD_BY_ID \
          15 OBJ_GET_INFO_BY_FD 16 PROG_QUERY 17 RAW_TRACEPOINT_OPEN 18 BTF_LOAD \
          19 BTF_GET_FD_BY_ID 20 TASK_FD_QUERY 21 MAP_LOOKUP_AND_DELETE_ELEM 22 MAP_FREEZE \
          23 BTF_GET_NEXT_ID 24 MAP_LOOKUP_BATCH 25 MAP_LOOKUP_AND_DELETE_BATCH \
          26 MAP_UPDATE_BATCH 27 MAP_DELETE_BATCH 28 LINK_CREATE 29 LINK_UPDATE \
          30 LINK_GET_FD_BY_ID 31 LINK_GET_NEXT_ID 32 ENABLE_STATS 33 ITER_CREATE 34 LINK_DETACH \
          35 PROG_BIND_MAP 36 TOKEN_CREATE\
          """);

  private static final Map<Long, String> CONTROL =
      numbered(
          "PR_",
          """
          1 SET_PDEATHSIG 2 GET_PDEATHSIG 3 GET_DUMPABLE 4 SET_DUMPABLE 7 GET_KEEPCAPS \
          8 SET_KEEPCAPS 13 GET_TIMING 14 SET_TIMING 15 SET_NAME 16 GET_NAME 21 GET_SECCOMP \
          22 SET_SECCOMP 23 CAPBSET_READ 24 CAPBSET_DROP 25 GET_TSC 26 SET_TSC \
          27 GET_SECUREBITS 28 SET_SECUREBITS 29 SET_TIMERSLACK 30 GET_TIMERSLACK 33 MCE_KILL \
          34 MCE_KILL_GET 35 SET_MM 36 SET_CHILD_SUBREAPER 37 GET_CHILD_SUBREAPER \
          38 SET_NO_NEW_PRIVS 39 GET_NO_NEW_PRIVS 40 GET_TID_ADDRESS 41 SET_THP_DISABLE \
          42 GET_THP_DISABLE 47 CAP_AMBIENT 52 GET_SPECULATION_CTRL 53 SET_SPECULATION_CTRL \
          57 SET_IO_FLUSHER 58 GET_IO_FLUSHER 59 SET_SYSCALL_USER_DISPATCH 62 SCHED_CORE \
          65 SET_MDWE 66 GET_MDWE 0x53564d41 SET_VMA 0x59616d61 SET_PTRACER\
          """);

  private static final Map<Long, String> FAMILIES =
      numbered("", "1 unix 2 inet 10 inet6 16 netlink 17 packet 38 alg 40 vsock");

  private static final Map<Long, String> SOCKET_TYPES =
      numbered("", "1 stream 2 dgram 3 raw 4 rdm 5 seqpacket 10 packet");

  private static final Map<Long, String> SIGNALS =
      numbered(
          "SIG",
          """
          1 HUP 2 INT 3 QUIT 4 ILL 5 TRAP 6 ABRT 7 BUS 8 FPE 9 KILL 10 USR1 11 SEGV 12 USR2 \
          13 PIPE 14 ALRM 15 TERM 16 STKFLT 17 CHLD 18 CONT 19 STOP 20 TSTP 21 TTIN 22 TTOU \
          23 URG 24 XCPU 25 XFSZ 26 VTALRM 27 PROF 28 WINCH 29 IO 30 PWR 31 SYS\
          """);

  private static final Map<Long, String> ERRORS =
      numbered(
          "E",
          """
          1 PERM 2 NOENT 3 SRCH 4 INTR 5 IO 6 NXIO 7 2BIG 8 NOEXEC 9 BADF 10 CHILD 11 AGAIN \
          12 NOMEM 13 ACCES 14 FAULT 15 NOTBLK 16 BUSY 17 EXIST 18 XDEV 19 NODEV 20 NOTDIR \
          21 ISDIR 22 INVAL 23 NFILE 24 MFILE 25 NOTTY 26 TXTBSY 27 FBIG 28 NOSPC 29 SPIPE \
          30 ROFS 31 MLINK 32 PIPE 33 DOM 34 RANGE 35 DEADLK 36 NAMETOOLONG 37 NOLCK 38 NOSYS \
          39 NOTEMPTY 40 LOOP 42 NOMSG 43 IDRM 61 NODATA 62 TIME 71 PROTO 74 BADMSG 75 OVERFLOW \
          76 NOTUNIQ 77 BADFD 84 ILSEQ 85 RESTART 87 USERS 88 NOTSOCK 89 DESTADDRREQ 90 MSGSIZE \
          91 PROTOTYPE 92 NOPROTOOPT 93 PROTONOSUPPORT 94 SOCKTNOSUPPORT 95 OPNOTSUPP \
          96 PFNOSUPPORT 97 AFNOSUPPORT 98 ADDRINUSE 99 ADDRNOTAVAIL 100 NETDOWN 101 NETUNREACH \
          102 NETRESET 103 CONNABORTED 104 CONNRESET 105 NOBUFS 106 ISCONN 107 NOTCONN \
          108 SHUTDOWN 109 TOOMANYREFS 110 TIMEDOUT 111 CONNREFUSED 112 HOSTDOWN 113 HOSTUNREACH 114 ALREADY \
          115 INPROGRESS 116 STALE 117 UCLEAN 121 REMOTEIO 122 DQUOT 123 NOMEDIUM 125 CANCELED 126 NOKEY 127 KEYEXPIRED \
          128 KEYREVOKED 129 KEYREJECTED 130 OWNERDEAD 131 NOTRECOVERABLE 132 RFKILL 133 HWPOISON\
          """);

  /** Numbers by the names that only one of them has. */
  private static final Map<String, Long> VALUES = values();

  private CallNames() {}

  private static Map<String, Long> values() {
    Map<String, Long> values = new HashMap<>();
    for (Bits bits : List.of(OPEN, MODE, CLONE, MOUNT, UNMOUNT, MEMFD, RENAME, UNLINK, AT)) {
      bits.all.forEach(bit -> values.put(bit.name(), bit.bits()));
    }
    for (Map<Long, String> names : List.of(PTRACE, BPF, CONTROL, SIGNALS)) {
      names.forEach((number, name) -> values.put(name, number));
    }
    FAMILIES.forEach((number, name) -> values.put("AF_" + name.toUpperCase(Locale.ROOT), number));
    for (int i = 0; i < ACCESS.size(); i++) {
      values.put(ACCESS.get(i), (long) i);
    }
    return Map.copyOf(values);
  }

  /**
   * The number that a text stands for: a number, a name such as PTRACE_ATTACH or AF_PACKET, or
   * several of either joined by {@code |}.
   *
   * @throws IllegalArgumentException when a part is neither
   */
  public static long value(String text) {
    long value = 0;
    for (String part : text.split("\\|", -1)) {
      String name = part.strip();
      Long known = VALUES.get(name);
      value |= known == null ? number(name) : known;
    }
    return value;
  }

  private static long number(String text) {
    try {
      return Long.decode(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "'" + text + "' is neither a number nor a name of one such as O_CREAT", e);
    }
  }

  private record Bit(String name, long bits) {}

  /** Names of single bits, and how what has none is shown. */
  private static final class Bits {
    private final String prefix;
    private final int radix;
    private final List<Bit> all = new ArrayList<>();

    Bits(String prefix, int radix) {
      this.prefix = prefix;
      this.radix = radix;
    }

    Bits add(String name, long bits) {
      all.add(new Bit(prefix + name, bits));
      return this;
    }

    List<String> names(long value) {
      List<String> names = new ArrayList<>();
      long left = value;
      for (Bit bit : all) {
        if ((left & bit.bits()) == bit.bits()) {
          names.add(bit.name());
          left &= ~bit.bits();
        }
      }
      if (left != 0) {
        names.add((radix == 8 ? "0" : "0x") + Long.toUnsignedString(left, radix));
      }
      return names;
    }
  }

  private static Map<Long, String> numbered(String prefix, String text) {
    Map<Long, String> names = new HashMap<>();
    String[] words = text.split(" ", -1);
    for (int i = 0; i + 1 < words.length; i += 2) {
      names.put(Long.decode(words[i]), prefix + words[i + 1]);
    }
    return Map.copyOf(names);
  }

  /** Of a failed call the errno's name, such as EACCES; null for one without, or a success. */
  public static @Nullable String error(long result) {
    return ERRORS.get(-result);
  }

  /** Names of the bits of open(2): first the access mode, O_RDONLY, O_WRONLY or O_RDWR. */
  public static List<String> openFlags(long flags) {
    List<String> names = new ArrayList<>();
    names.add(ACCESS.get((int) (flags & ACCESS_MODE)));
    names.addAll(OPEN.names(flags & ~ACCESS_MODE));
    return names;
  }

  /** Names of permission bits, S_ISUID, S_IXOTH, …; the type of file is left out. */
  public static List<String> mode(int mode) {
    return MODE.names(mode & 07777);
  }

  /** Names of the bits of clone, unshare and setns. */
  public static List<String> cloneFlags(long flags) {
    return CLONE.names(flags);
  }

  /** Names of the bits of a call of {@link FsMount}; none for calls whose bits have none here. */
  public static List<String> mountFlags(String call, long flags) {
    return switch (call) {
      case "mount" -> MOUNT.names(flags);
      case "umount2" -> UNMOUNT.names(flags);
      default -> List.of();
    };
  }

  /** Names of the bits of memfd_create. */
  public static List<String> memfdFlags(long flags) {
    return MEMFD.names(flags);
  }

  /** Names of the bits of a call of {@link FileChange}; none for calls that have no bits. */
  public static List<String> changeFlags(String call, long flags) {
    return switch (call) {
      case "renameat2" -> RENAME.names(flags);
      case "unlinkat" -> UNLINK.names(flags);
      case "linkat", "fchmodat2", "fchownat" -> AT.names(flags);
      default -> List.of();
    };
  }

  /** PTRACE_…; null for a request without a name. */
  public static @Nullable String ptraceRequest(long request) {
    return PTRACE.get(request);
  }

  /** BPF_…; null for a command without a name. */
  public static @Nullable String bpfCommand(int command) {
    return BPF.get((long) command);
  }

  /** PR_…; null for an option without a name. */
  public static @Nullable String controlOption(int option) {
    return CONTROL.get((long) option);
  }

  /** The address family in lower case, without AF_: unix, inet, packet …; null for a rare one. */
  public static @Nullable String family(int domain) {
    return FAMILIES.get((long) domain);
  }

  /** The type of a socket in lower case, without SOCK_ and its flags; null for one without. */
  public static @Nullable String socketType(int type) {
    return SOCKET_TYPES.get((long) (type & SOCKET_TYPE));
  }

  /** SIG…; null for a signal without a name. */
  public static @Nullable String signal(int signal) {
    return SIGNALS.get((long) signal);
  }
}
