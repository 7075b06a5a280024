package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.ANCESTOR;
import static io.leukocyte.collector.SensorLayout.CONNECT_RECORD;
import static io.leukocyte.collector.SensorLayout.EXEC_RECORD;
import static io.leukocyte.collector.SensorLayout.EXIT_RECORD;
import static io.leukocyte.collector.SensorLayout.RECORD;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.ContainerId;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Records as the kernel writes them, made by hand. */
final class SensorSamples {
  static final ContainerId WEB = new ContainerId("ab".repeat(32));
  static final ContainerId DB = new ContainerId("cd".repeat(32));
  static final int NETWORK = 0xf0000ab0;
  static final long SECOND = 1_000_000_000L;
  static final long NOW = 500 * SECOND;

  private SensorSamples() {}

  /** A process of the container WEB, with a parent. */
  record Task(int pid, long start, int containerPid, int parent, long parentStart) {
    static Task of(int pid, int parent) {
      return new Task(pid, start(pid), pid - 1000, parent, start(parent));
    }

    static long start(int pid) {
      return pid * SECOND / 100;
    }
  }

  /** The head of a record in a segment of a size. */
  static MemorySegment head(int kind, Task task, String name, long size) {
    MemorySegment record = Arena.ofAuto().allocate(size, 8);
    record.set(JAVA_INT, at(RECORD, "kind"), kind);
    record.set(JAVA_LONG, at(RECORD, "time"), NOW);
    record.set(JAVA_LONG, at(RECORD, "start"), task.start());
    record.set(JAVA_LONG, at(RECORD, "parent_start"), task.parentStart());
    record.set(JAVA_INT, at(RECORD, "pid"), task.pid());
    record.set(JAVA_INT, at(RECORD, "tid"), task.pid());
    record.set(JAVA_INT, at(RECORD, "container_pid"), task.containerPid());
    record.set(JAVA_INT, at(RECORD, "parent_pid"), task.parent());
    record.set(JAVA_INT, at(RECORD, "uid"), 33);
    record.set(JAVA_INT, at(RECORD, "gid"), 34);
    record.set(JAVA_INT, at(RECORD, "net_namespace"), NETWORK);
    write(record, at(RECORD, "comm"), name.getBytes(UTF_8));
    container(record, WEB);
    return record;
  }

  static MemorySegment container(MemorySegment record, ContainerId container) {
    write(record, at(RECORD, "container"), container.value().getBytes(UTF_8));
    return record;
  }

  static MemorySegment flags(MemorySegment record, int flags) {
    record.set(JAVA_INT, at(RECORD, "flags"), flags);
    return record;
  }

  /** An exec; paths are given with their components from the file upwards. */
  static MemorySegment exec(Task task, String name, String exe, String cwd, byte[] args) {
    byte[] filename = bytes("/bin/" + name + "\0");
    byte[] executable = bytes(exe);
    byte[] directory = bytes(cwd);
    long size =
        EXEC_RECORD.byteSize()
            + filename.length
            + executable.length
            + directory.length
            + args.length;
    MemorySegment record = head(SensorLayout.EXEC, task, name, size);
    record.set(JAVA_INT, at(EXEC_RECORD, "login_uid"), -1);
    record.set(JAVA_INT, at(EXEC_RECORD, "args_size"), args.length);
    record.set(JAVA_SHORT, at(EXEC_RECORD, "filename_size"), (short) filename.length);
    record.set(JAVA_SHORT, at(EXEC_RECORD, "exe_size"), (short) executable.length);
    record.set(JAVA_SHORT, at(EXEC_RECORD, "cwd_size"), (short) directory.length);
    record.set(JAVA_SHORT, at(EXEC_RECORD, "ancestor_count"), (short) 2);
    ancestor(record, 0, "nginx");
    ancestor(record, 1, "containerd-shim");
    long text = EXEC_RECORD.byteSize();
    write(record, text, filename);
    write(record, text + filename.length, executable);
    write(record, text + filename.length + executable.length, directory);
    write(record, size - args.length, args);
    return record;
  }

  private static void ancestor(MemorySegment record, int index, String name) {
    long at = at(EXEC_RECORD, "ancestors") + index * ANCESTOR.byteSize();
    write(record, at + at(ANCESTOR, "comm"), bytes(name));
  }

  static MemorySegment fork(Task task, String name) {
    return head(SensorLayout.FORK, task, name, RECORD.byteSize());
  }

  static MemorySegment exit(Task task, String name, int status) {
    MemorySegment record = head(SensorLayout.EXIT, task, name, EXIT_RECORD.byteSize());
    record.set(JAVA_INT, at(EXIT_RECORD, "status"), status);
    return record;
  }

  /** A connection over IPv4 from 10.0.0.1:4000. */
  static MemorySegment connection(int kind, Task task, int protocol, byte[] to, int port) {
    MemorySegment record = head(kind, task, "curl", CONNECT_RECORD.byteSize());
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "family"), (short) 2);
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "protocol"), (short) protocol);
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "local_port"), (short) 4000);
    record.set(JAVA_SHORT, at(CONNECT_RECORD, "remote_port"), (short) port);
    write(record, at(CONNECT_RECORD, "local_address"), new byte[] {10, 0, 0, 1});
    write(record, at(CONNECT_RECORD, "remote_address"), to);
    return record;
  }

  static void write(MemorySegment to, long at, byte[] bytes) {
    MemorySegment.copy(bytes, 0, to, JAVA_BYTE, at, bytes.length);
  }

  static byte[] bytes(String text) {
    return text.getBytes(UTF_8);
  }
}
