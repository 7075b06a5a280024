package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.ANCESTOR;
import static io.leukocyte.collector.SensorLayout.ANSWER_RECORD;
import static io.leukocyte.collector.SensorLayout.CONNECT_RECORD;
import static io.leukocyte.collector.SensorLayout.EXEC_RECORD;
import static io.leukocyte.collector.SensorLayout.EXIT_RECORD;
import static io.leukocyte.collector.SensorLayout.RECORD;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Protocol;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the kernel sensor, read in place: valid only while the ring's reader is in its
 * call. Sizes in a record are checked against its length; a text can hold any bytes.
 */
final class SensorRecord {
  private static final long KIND = at(RECORD, "kind");
  private static final long FLAGS = at(RECORD, "flags");
  private static final long TIME = at(RECORD, "time");
  private static final long START = at(RECORD, "start");
  private static final long PARENT_START = at(RECORD, "parent_start");
  private static final long PID = at(RECORD, "pid");
  private static final long CONTAINER_PID = at(RECORD, "container_pid");
  private static final long PARENT_PID = at(RECORD, "parent_pid");
  private static final long UID = at(RECORD, "uid");
  private static final long GID = at(RECORD, "gid");
  private static final long NET_NAMESPACE = at(RECORD, "net_namespace");
  private static final long COMM = at(RECORD, "comm");
  private static final long CONTAINER = at(RECORD, "container");

  private static final long CAPABILITIES = at(EXEC_RECORD, "capabilities");
  private static final long PERMITTED = at(EXEC_RECORD, "permitted");
  private static final long INODE = at(EXEC_RECORD, "inode");
  private static final long CHANGED = at(EXEC_RECORD, "changed");
  private static final long MODIFIED = at(EXEC_RECORD, "modified");
  private static final long NAMESPACE_START = at(EXEC_RECORD, "namespace_start");
  private static final long LOGIN_UID = at(EXEC_RECORD, "login_uid");
  private static final long TTY = at(EXEC_RECORD, "tty");
  private static final long ARGS_SIZE = at(EXEC_RECORD, "args_size");
  private static final long ENVIRONMENT_SIZE = at(EXEC_RECORD, "environment_size");
  private static final long FILENAME_SIZE = at(EXEC_RECORD, "filename_size");
  private static final long EXE_SIZE = at(EXEC_RECORD, "exe_size");
  private static final long CWD_SIZE = at(EXEC_RECORD, "cwd_size");
  private static final long ANCESTOR_COUNT = at(EXEC_RECORD, "ancestor_count");
  private static final long ANCESTORS = at(EXEC_RECORD, "ancestors");
  private static final long ANCESTOR_START = at(ANCESTOR, "start");
  private static final long ANCESTOR_PID = at(ANCESTOR, "pid");
  private static final long ANCESTOR_COMM = at(ANCESTOR, "comm");

  private static final long STATUS = at(EXIT_RECORD, "status");

  private static final long BYTES = at(CONNECT_RECORD, "bytes");
  private static final long PACKETS = at(CONNECT_RECORD, "packets");
  private static final long RECEIVED_BYTES = at(CONNECT_RECORD, "received_bytes");
  private static final long RECEIVED_PACKETS = at(CONNECT_RECORD, "received_packets");
  private static final long OPENED = at(CONNECT_RECORD, "opened");
  private static final long FAMILY = at(CONNECT_RECORD, "family");
  private static final long PROTOCOL = at(CONNECT_RECORD, "protocol");
  private static final long LOCAL_PORT = at(CONNECT_RECORD, "local_port");
  private static final long REMOTE_PORT = at(CONNECT_RECORD, "remote_port");
  private static final long LOCAL_ADDRESS = at(CONNECT_RECORD, "local_address");
  private static final long REMOTE_ADDRESS = at(CONNECT_RECORD, "remote_address");

  private static final long ANSWER_SIZE = at(ANSWER_RECORD, "size");
  private static final long ANSWER_STREAM = at(ANSWER_RECORD, "stream");

  private final MemorySegment memory;
  private final ContainerIds ids;

  SensorRecord(MemorySegment memory) {
    this(memory, new ContainerIds());
  }

  SensorRecord(MemorySegment memory, ContainerIds ids) {
    this.memory = memory;
    this.ids = ids;
  }

  // ---- each record ----

  int kind() {
    return memory.get(JAVA_INT, KIND);
  }

  boolean has(int flag) {
    return (memory.get(JAVA_INT, FLAGS) & flag) != 0;
  }

  /** Nanoseconds since boot. */
  long time() {
    return memory.get(JAVA_LONG, TIME);
  }

  /** 0 when the process is not known. */
  int pid() {
    return memory.get(JAVA_INT, PID);
  }

  /** Nanoseconds since boot. */
  long start() {
    return memory.get(JAVA_LONG, START);
  }

  int containerPid() {
    return memory.get(JAVA_INT, CONTAINER_PID);
  }

  int parentPid() {
    return memory.get(JAVA_INT, PARENT_PID);
  }

  /** Nanoseconds since boot. */
  long parentStart() {
    return memory.get(JAVA_LONG, PARENT_START);
  }

  int uid() {
    return memory.get(JAVA_INT, UID);
  }

  int gid() {
    return memory.get(JAVA_INT, GID);
  }

  int netNamespace() {
    return memory.get(JAVA_INT, NET_NAMESPACE);
  }

  String name() {
    return comm(COMM);
  }

  /** The same for records of one process with one name. */
  int processHash() {
    long name = memory.get(JAVA_LONG, COMM) + 31 * memory.get(JAVA_LONG, COMM + 8);
    return (int) (((name * 31 + pid()) * 0x9e3779b97f4a7c15L) >>> 32);
  }

  /** Whether {@link #name} is that; false also where it could only be said after decoding. */
  boolean isNamed(@Nullable String name) {
    if (name == null || name.length() > SensorLayout.COMM_SIZE) {
      return false;
    }
    int length = name.length();
    for (int i = 0; i < length; i++) {
      byte b = memory.get(JAVA_BYTE, COMM + i);
      if (b <= 0 || b != name.charAt(i)) {
        return false;
      }
    }
    return length == SensorLayout.COMM_SIZE || memory.get(JAVA_BYTE, COMM + length) == 0;
  }

  /** Null for a process of the host. */
  @Nullable ContainerId container() {
    return memory.get(JAVA_BYTE, CONTAINER) == 0 ? null : ids.of(memory, CONTAINER);
  }

  /** The container whose digits stand there; null where zeros do. */
  static @Nullable ContainerId container(MemorySegment memory, long at) {
    if (memory.get(JAVA_BYTE, at) == 0) {
      return null;
    }
    byte[] digits = RecordText.bytes(memory, at, SensorLayout.CONTAINER_ID_SIZE);
    return new ContainerId(new String(digits, StandardCharsets.US_ASCII));
  }

  // ---- exec ----

  long capabilities() {
    return memory.get(JAVA_LONG, CAPABILITIES);
  }

  long permittedCapabilities() {
    return memory.get(JAVA_LONG, PERMITTED);
  }

  /** Number of the program's file in its file system. */
  long inode() {
    return memory.get(JAVA_LONG, INODE);
  }

  /** Unix nanoseconds. */
  long changed() {
    return memory.get(JAVA_LONG, CHANGED);
  }

  /** Unix nanoseconds. */
  long modified() {
    return memory.get(JAVA_LONG, MODIFIED);
  }

  /** Start of the first process in its pid namespace: nanoseconds since boot; 0 unknown. */
  long namespaceStart() {
    return memory.get(JAVA_LONG, NAMESPACE_START);
  }

  int loginUid() {
    return memory.get(JAVA_INT, LOGIN_UID);
  }

  int tty() {
    return memory.get(JAVA_INT, TTY);
  }

  /**
   * One of the processes above.
   *
   * @param start nanoseconds since boot
   */
  record Ancestor(int pid, long start, String name) {}

  /** The ancestors, the parent first. */
  List<Ancestor> ancestors() {
    int count = Math.min(unsigned(ANCESTOR_COUNT), SensorLayout.MOST_ANCESTORS);
    List<Ancestor> ancestors = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      long at = ANCESTORS + i * ANCESTOR.byteSize();
      ancestors.add(
          new Ancestor(
              memory.get(JAVA_INT, at + ANCESTOR_PID),
              memory.get(JAVA_LONG, at + ANCESTOR_START),
              comm(at + ANCESTOR_COMM)));
    }
    return ancestors;
  }

  /** The executable's path as the process sees it; null when the kernel could not say. */
  @Nullable String executable() {
    long from = EXEC_RECORD.byteSize() + unsigned(FILENAME_SIZE);
    boolean cut = has(SensorLayout.FLAG_EXE_TRUNCATED);
    String called = filename();
    if (cut && called.startsWith("/")) {
      return called;
    }
    if (unsigned(EXE_SIZE) == 0) {
      return called.isEmpty() ? null : called;
    }
    return RecordText.path(
        memory, from, unsigned(EXE_SIZE), cut, has(SensorLayout.FLAG_EXE_UNROOTED));
  }

  /** The working directory as the process sees it. */
  String workingDirectory() {
    return RecordText.path(
        memory,
        EXEC_RECORD.byteSize() + unsigned(FILENAME_SIZE) + unsigned(EXE_SIZE),
        unsigned(CWD_SIZE),
        has(SensorLayout.FLAG_CWD_TRUNCATED),
        has(SensorLayout.FLAG_CWD_UNROOTED));
  }

  private long argsAt() {
    return EXEC_RECORD.byteSize()
        + unsigned(FILENAME_SIZE)
        + unsigned(EXE_SIZE)
        + unsigned(CWD_SIZE);
  }

  List<String> args() {
    byte[] args = bytes(argsAt(), memory.get(JAVA_INT, ARGS_SIZE));
    return Arguments.split(args, args.length);
  }

  /** Each as {@code NAME=value}; empty where it was not asked for. */
  List<String> environment() {
    long at = argsAt() + Math.max(0, memory.get(JAVA_INT, ARGS_SIZE));
    byte[] environment = bytes(at, memory.get(JAVA_INT, ENVIRONMENT_SIZE));
    return Arguments.split(environment, environment.length);
  }

  boolean argsTruncated() {
    return has(SensorLayout.FLAG_ARGS_TRUNCATED | SensorLayout.FLAG_ARGS_UNREADABLE);
  }

  private String filename() {
    return RecordText.terminated(memory, EXEC_RECORD.byteSize(), unsigned(FILENAME_SIZE));
  }

  // ---- system calls ----

  CallRecord call() {
    return new CallRecord(memory);
  }

  // ---- answers of name servers ----

  /** Whether it was read from a connection, perhaps with its length before it. */
  boolean isStream() {
    return memory.get(JAVA_INT, ANSWER_STREAM) != 0;
  }

  byte[] message() {
    return bytes(ANSWER_RECORD.byteSize(), memory.get(JAVA_INT, ANSWER_SIZE));
  }

  // ---- exit ----

  /** As wait(2) gives it. */
  int status() {
    return memory.get(JAVA_INT, STATUS);
  }

  // ---- connections ----

  long bytesSent() {
    return memory.get(JAVA_LONG, BYTES);
  }

  long packetsSent() {
    return memory.get(JAVA_LONG, PACKETS);
  }

  long bytesReceived() {
    return memory.get(JAVA_LONG, RECEIVED_BYTES);
  }

  long packetsReceived() {
    return memory.get(JAVA_LONG, RECEIVED_PACKETS);
  }

  /** Nanoseconds since boot. */
  long opened() {
    return memory.get(JAVA_LONG, OPENED);
  }

  Protocol protocol() {
    return protocol(unsigned(PROTOCOL));
  }

  Endpoint local() {
    return new Endpoint(
        IpAddresses.text(memory, LOCAL_ADDRESS, unsigned(FAMILY)), unsigned(LOCAL_PORT));
  }

  Endpoint remote() {
    return new Endpoint(
        IpAddresses.text(memory, REMOTE_ADDRESS, unsigned(FAMILY)), unsigned(REMOTE_PORT));
  }

  /** The protocol of an IP protocol number. */
  static Protocol protocol(int number) {
    return switch (number) {
      case 6 -> Protocol.TCP;
      case 17 -> Protocol.UDP;
      case 1, 58 -> Protocol.ICMP;
      default -> Protocol.OTHER;
    };
  }

  // ---- reading ----

  private int unsigned(long at) {
    return Short.toUnsignedInt(memory.get(JAVA_SHORT, at));
  }

  private String comm(long at) {
    byte[] bytes = bytes(at, SensorLayout.COMM_SIZE);
    int length = 0;
    while (length < bytes.length && bytes[length] != 0) {
      length++;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private byte[] bytes(long from, int size) {
    return RecordText.bytes(memory, from, size);
  }
}
