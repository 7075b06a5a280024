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
  static final int COUNTERS = 10;

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
          JAVA_INT.withName("login_uid"),
          JAVA_INT.withName("tty"),
          JAVA_INT.withName("args_total"),
          JAVA_INT.withName("args_size"),
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
          JAVA_LONG.withName("opened"),
          JAVA_SHORT.withName("family"),
          JAVA_SHORT.withName("protocol"),
          JAVA_SHORT.withName("local_port"),
          JAVA_SHORT.withName("remote_port"),
          bytes("local_address", ADDRESS_SIZE),
          bytes("remote_address", ADDRESS_SIZE));

  static final StructLayout FLOW_KEY =
      struct(
          "flow_key",
          JAVA_INT.withName("net_namespace"),
          JAVA_SHORT.withName("remote_port"),
          JAVA_BYTE.withName("protocol"),
          JAVA_BYTE.withName("family"),
          bytes("remote_address", ADDRESS_SIZE));

  static final StructLayout FLOW =
      struct("flow", JAVA_LONG.withName("bytes"), JAVA_LONG.withName("packets"));

  static final StructLayout COUNTER =
      struct(
          "counter",
          JAVA_LONG.withName("made"),
          JAVA_LONG.withName("kept"),
          JAVA_LONG.withName("dropped"));

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
          FLOW_KEY,
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
