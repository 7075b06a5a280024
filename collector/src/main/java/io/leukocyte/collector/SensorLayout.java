package io.leukocyte.collector;

import static java.lang.foreign.MemoryLayout.sequenceLayout;
import static java.lang.foreign.MemoryLayout.structLayout;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.StructLayout;
import java.util.List;

/**
 * Where the fields of the sensor's records lie: {@code records.h} in Java. A test compares each
 * offset and size with the type information in the object file.
 */
final class SensorLayout {
  static final int EXEC = 1;
  static final int FORK = 2;
  static final int EXIT = 3;
  static final int CONNECT = 4;
  static final int SEND = 5;
  static final int CLOSE = 6;
  static final int COUNTER_PACKET = 7;
  static final int COUNTER_TASK = 8;
  static final int COUNTER_CGROUP = 9;
  static final int CALL = 10;

  /** The first counter of the classes of calls. */
  static final int COUNTER_CALL = 11;

  static final int ANSWER = 43;
  static final int COUNTERS = 44;

  /** System calls of each table: first those of 64 bits, then those of 32. */
  static final int CALLS = 512;

  /** In the table of what is asked for: a 64-bit call with that number is reported. */
  static final int ASKED = 1;

  /** The 32-bit one is. */
  static final int ASKED_COMPAT = 2;

  static final int CALL_CLASSES = 32;
  static final int CALL_ARGS = 8;
  static final int CALL_TEXTS = 3;
  static final int CALL_BASES = 2;
  static final int NO_ARG = 255;
  static final int RESULT_FD = 254;
  static final int WORKING = 254;
  static final int IN_WORD = 253;
  static final int ALWAYS_WRITES = 252;
  static final int PIDFD = 251;

  /** Bytes of a path that tell whether it is reported. */
  static final int PATH_KEY_SIZE = 251;

  /** Paths of one generation that the kernel keeps. */
  static final int MOST_PATHS = 16_384;

  static final int WANT_FILE = 1;
  static final int WANT_SOCKET = 1 << 1;
  static final int WANT_DNS = 1 << 2;
  static final int WANT_MESSAGE = 1 << 3;
  static final int WANT_WORD = 1 << 4;
  static final int ONLY_SOCKET = 1 << 5;
  static final int ONLY_STANDARD = 1 << 6;
  static final int ONLY_DONE = 1 << 7;
  static final int ONLY_POSITIVE = 1 << 8;
  static final int CHEAP = 1 << 9;
  static final int WANT_UNIX = 1 << 10;
  static final int ONLY_UNIX = 1 << 11;

  static final int FLAG_SETUP = 1;
  static final int FLAG_UPPER_LAYER = 1 << 1;
  static final int FLAG_FILELESS = 1 << 2;
  static final int FLAG_HOST_MOUNTS = 1 << 3;
  static final int FLAG_HOST_NETWORK = 1 << 4;
  static final int FLAG_ARGS_TRUNCATED = 1 << 5;
  static final int FLAG_ARGS_UNREADABLE = 1 << 6;
  static final int FLAG_EXE_TRUNCATED = 1 << 7;
  static final int FLAG_EXE_UNROOTED = 1 << 8;
  static final int FLAG_CWD_TRUNCATED = 1 << 9;
  static final int FLAG_CWD_UNROOTED = 1 << 10;
  static final int FLAG_COMPAT = 1 << 11;
  static final int FLAG_CREATED = 1 << 12;
  static final int FLAG_FILE_TRUNCATED = 1 << 13;
  static final int FLAG_FILE_UNROOTED = 1 << 14;
  static final int FLAG_TEXT_TRUNCATED = 1 << 15;
  static final int FLAG_FILE = 1 << 16;
  static final int FLAG_SOCKET = 1 << 17;
  static final int FLAG_ENVIRONMENT_TRUNCATED = 1 << 18;
  static final int FLAG_GROUP_LEADER = 1 << 19;
  static final int FLAG_INBOUND = 1 << 20;

  static final int COMM_SIZE = 16;
  static final int CONTAINER_ID_SIZE = 64;
  static final int ADDRESS_SIZE = 16;
  static final int MOST_ANCESTORS = 8;

  static final StructLayout RECORD =
      struct(
          "record",
          JAVA_INT.withName("kind"),
          JAVA_INT.withName("flags"),
          JAVA_LONG.withName("time"),
          JAVA_LONG.withName("start"),
          JAVA_LONG.withName("parent_start"),
          JAVA_INT.withName("pid"),
          JAVA_INT.withName("tid"),
          JAVA_INT.withName("container_pid"),
          JAVA_INT.withName("parent_pid"),
          JAVA_INT.withName("uid"),
          JAVA_INT.withName("gid"),
          JAVA_INT.withName("net_namespace"),
          JAVA_INT.withName("mount_namespace"),
          bytes("comm", COMM_SIZE),
          bytes("container", CONTAINER_ID_SIZE));

  static final StructLayout ANCESTOR =
      struct(
          "ancestor",
          JAVA_LONG.withName("start"),
          JAVA_INT.withName("pid"),
          JAVA_INT.withName("unused"),
          bytes("comm", COMM_SIZE));

  static final StructLayout EXEC_RECORD =
      struct(
          "exec_record",
          RECORD.withName("head"),
          JAVA_LONG.withName("capabilities"),
          JAVA_LONG.withName("permitted"),
          JAVA_LONG.withName("inode"),
          JAVA_LONG.withName("changed"),
          JAVA_LONG.withName("modified"),
          JAVA_LONG.withName("namespace_start"),
          JAVA_INT.withName("login_uid"),
          JAVA_INT.withName("tty"),
          JAVA_INT.withName("args_total"),
          JAVA_INT.withName("args_size"),
          JAVA_INT.withName("environment_size"),
          JAVA_INT.withName("unused"),
          JAVA_SHORT.withName("filename_size"),
          JAVA_SHORT.withName("exe_size"),
          JAVA_SHORT.withName("cwd_size"),
          JAVA_SHORT.withName("ancestor_count"),
          sequenceLayout(MOST_ANCESTORS, ANCESTOR).withName("ancestors"));

  static final StructLayout EXIT_RECORD =
      struct(
          "exit_record",
          RECORD.withName("head"),
          JAVA_INT.withName("status"),
          JAVA_INT.withName("unused"));

  static final StructLayout CONNECT_RECORD =
      struct(
          "connect_record",
          RECORD.withName("head"),
          JAVA_LONG.withName("bytes"),
          JAVA_LONG.withName("packets"),
          JAVA_LONG.withName("received_bytes"),
          JAVA_LONG.withName("received_packets"),
          JAVA_LONG.withName("opened"),
          JAVA_SHORT.withName("family"),
          JAVA_SHORT.withName("protocol"),
          JAVA_SHORT.withName("local_port"),
          JAVA_SHORT.withName("remote_port"),
          bytes("local_address", ADDRESS_SIZE),
          bytes("remote_address", ADDRESS_SIZE));

  static final StructLayout CALL_ENTRY =
      struct(
          "call_entry",
          JAVA_BYTE.withName("class"),
          JAVA_BYTE.withName("fd"),
          bytes("text", CALL_TEXTS),
          bytes("base", CALL_BASES),
          JAVA_BYTE.withName("address"),
          JAVA_BYTE.withName("data"),
          JAVA_BYTE.withName("word"),
          JAVA_BYTE.withName("mask_arg"),
          JAVA_BYTE.withName("equal_arg"),
          JAVA_BYTE.withName("access"),
          JAVA_BYTE.withName("modes"),
          JAVA_BYTE.withName("paths"),
          JAVA_BYTE.withName("target"),
          JAVA_INT.withName("wants"),
          JAVA_INT.withName("unused_too"),
          JAVA_LONG.withName("mask"),
          sequenceLayout(2, JAVA_INT).withName("equal"));

  static final StructLayout CALL_RECORD =
      struct(
          "call_record",
          RECORD.withName("head"),
          JAVA_LONG.withName("result"),
          sequenceLayout(CALL_ARGS, JAVA_LONG).withName("args"),
          JAVA_LONG.withName("word"),
          JAVA_LONG.withName("capabilities"),
          JAVA_INT.withName("number"),
          JAVA_INT.withName("class"),
          sequenceLayout(CALL_BASES, JAVA_SHORT).withName("base_size"),
          sequenceLayout(CALL_TEXTS, JAVA_SHORT).withName("text_size"),
          JAVA_SHORT.withName("file_size"),
          JAVA_SHORT.withName("data_size"),
          JAVA_SHORT.withName("mode"),
          JAVA_SHORT.withName("family"),
          JAVA_SHORT.withName("protocol"),
          JAVA_SHORT.withName("type"),
          JAVA_SHORT.withName("local_port"),
          JAVA_SHORT.withName("remote_port"),
          sequenceLayout(3, JAVA_SHORT).withName("unused"),
          JAVA_INT.withName("effective_uid"),
          JAVA_INT.withName("effective_gid"),
          JAVA_LONG.withName("target_start"),
          JAVA_INT.withName("target_pid"),
          JAVA_INT.withName("unused_too"),
          bytes("target_comm", COMM_SIZE),
          bytes("local_address", ADDRESS_SIZE),
          bytes("remote_address", ADDRESS_SIZE));

  static final StructLayout ANSWER_RECORD =
      struct(
          "answer_record",
          RECORD.withName("head"),
          JAVA_INT.withName("size"),
          JAVA_INT.withName("stream"));

  static final StructLayout WISH =
      struct("wish", JAVA_INT.withName("environment"), JAVA_INT.withName("generation"));

  static final StructLayout PATH_KEY =
      struct(
          "path_key",
          JAVA_INT.withName("bits"),
          JAVA_BYTE.withName("set"),
          bytes("path", PATH_KEY_SIZE));

  static final StructLayout FLOW_KEY =
      struct(
          "flow_key",
          JAVA_INT.withName("net_namespace"),
          JAVA_SHORT.withName("remote_port"),
          JAVA_BYTE.withName("protocol"),
          JAVA_BYTE.withName("family"),
          bytes("remote_address", ADDRESS_SIZE));

  static final StructLayout FLOW =
      struct(
          "flow",
          JAVA_LONG.withName("bytes"),
          JAVA_LONG.withName("packets"),
          JAVA_LONG.withName("received_bytes"),
          JAVA_LONG.withName("received_packets"));

  static final StructLayout HOST_FLOW_KEY =
      struct("host_flow_key", bytes("container", CONTAINER_ID_SIZE), FLOW_KEY.withName("flow"));

  static final StructLayout COUNTER =
      struct(
          "counter",
          JAVA_LONG.withName("made"),
          JAVA_LONG.withName("kept"),
          JAVA_LONG.withName("dropped"),
          JAVA_LONG.withName("thinned"),
          JAVA_LONG.withName("filtered"));

  static final StructLayout LOSS_KEY =
      struct(
          "loss_key",
          bytes("container", CONTAINER_ID_SIZE),
          JAVA_INT.withName("counter"),
          JAVA_INT.withName("thinned"));

  static final StructLayout TASK_STATE =
      struct(
          "task_state",
          JAVA_LONG.withName("start_ticks"),
          JAVA_INT.withName("setup"),
          JAVA_INT.withName("unused"));

  /** All of them, for the test. */
  static final List<StructLayout> ALL =
      List.of(
          RECORD,
          ANCESTOR,
          EXEC_RECORD,
          EXIT_RECORD,
          CONNECT_RECORD,
          CALL_ENTRY,
          CALL_RECORD,
          ANSWER_RECORD,
          LOSS_KEY,
          WISH,
          PATH_KEY,
          FLOW_KEY,
          HOST_FLOW_KEY,
          FLOW,
          COUNTER,
          TASK_STATE);

  private SensorLayout() {}

  private static StructLayout struct(String name, MemoryLayout... fields) {
    return structLayout(fields).withName(name);
  }

  private static MemoryLayout bytes(String name, int size) {
    return sequenceLayout(size, JAVA_BYTE).withName(name);
  }

  /** The offset of a field. */
  static long at(StructLayout struct, String field) {
    return struct.byteOffset(PathElement.groupElement(field));
  }
}
