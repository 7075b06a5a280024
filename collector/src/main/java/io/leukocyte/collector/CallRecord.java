package io.leukocyte.collector;

import static io.leukocyte.collector.SensorLayout.CALL_RECORD;
import static io.leukocyte.collector.SensorLayout.at;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Protocol;
import java.lang.foreign.MemorySegment;

/**
 * What a record of a system call says beside its process; read in place as {@link SensorRecord}.
 */
final class CallRecord {
  private static final long FLAGS = at(SensorLayout.RECORD, "flags");
  private static final long RESULT = at(CALL_RECORD, "result");
  private static final long ARGS = at(CALL_RECORD, "args");
  private static final long WORD = at(CALL_RECORD, "word");
  private static final long CAPABILITIES = at(CALL_RECORD, "capabilities");
  private static final long EFFECTIVE_UID = at(CALL_RECORD, "effective_uid");
  private static final long EFFECTIVE_GID = at(CALL_RECORD, "effective_gid");
  private static final long NUMBER = at(CALL_RECORD, "number");
  private static final long BASE_SIZE = at(CALL_RECORD, "base_size");
  private static final long TEXT_SIZE = at(CALL_RECORD, "text_size");
  private static final long FILE_SIZE = at(CALL_RECORD, "file_size");
  private static final long DATA_SIZE = at(CALL_RECORD, "data_size");
  private static final long FAMILY = at(CALL_RECORD, "family");
  private static final long PROTOCOL = at(CALL_RECORD, "protocol");
  private static final long LOCAL_PORT = at(CALL_RECORD, "local_port");
  private static final long REMOTE_PORT = at(CALL_RECORD, "remote_port");
  private static final long LOCAL_ADDRESS = at(CALL_RECORD, "local_address");
  private static final long REMOTE_ADDRESS = at(CALL_RECORD, "remote_address");
  private static final long TARGET_START = at(CALL_RECORD, "target_start");
  private static final long TARGET_PID = at(CALL_RECORD, "target_pid");
  private static final long TARGET_COMM = at(CALL_RECORD, "target_comm");
  private static final int AF_UNIX = 1;
  private static final int AF_INET = 2;

  private final MemorySegment memory;

  CallRecord(MemorySegment memory) {
    this.memory = memory;
  }

  boolean has(int flag) {
    return (memory.get(JAVA_INT, FLAGS) & flag) != 0;
  }

  /** The call's number; 32-bit calls have {@link SensorLayout#CALLS} added. */
  int number() {
    int number = memory.get(JAVA_INT, NUMBER);
    return has(SensorLayout.FLAG_COMPAT) ? number + SensorLayout.CALLS : number;
  }

  long result() {
    return memory.get(JAVA_LONG, RESULT);
  }

  long arg(int index) {
    return memory.get(JAVA_LONG, ARGS + 8L * index);
  }

  int intArg(int index) {
    return (int) arg(index);
  }

  /** The 8 bytes to which an argument points, where they were asked for. */
  long word() {
    return memory.get(JAVA_LONG, WORD);
  }

  /** Effective ones after the call. */
  long capabilities() {
    return memory.get(JAVA_LONG, CAPABILITIES);
  }

  int effectiveUid() {
    return memory.get(JAVA_INT, EFFECTIVE_UID);
  }

  int effectiveGid() {
    return memory.get(JAVA_INT, EFFECTIVE_GID);
  }

  /** The pid, on the host, of the process that the call is about; 0 where it is not known. */
  int targetPid() {
    return memory.get(JAVA_INT, TARGET_PID);
  }

  /** When that process began, in nanoseconds since boot. */
  long targetStart() {
    return memory.get(JAVA_LONG, TARGET_START);
  }

  /** The name of that process. */
  String targetName() {
    return RecordText.upToNul(memory, TARGET_COMM, SensorLayout.COMM_SIZE);
  }

  private int unsigned(long at) {
    return Short.toUnsignedInt(memory.get(JAVA_SHORT, at));
  }

  private int baseSize(int place) {
    return place < SensorLayout.CALL_BASES ? unsigned(BASE_SIZE + 2L * place) : 0;
  }

  private int textSize(int place) {
    return unsigned(TEXT_SIZE + 2L * place);
  }

  private long baseAt(int place) {
    long from = CALL_RECORD.byteSize();
    for (int i = 0; i < place; i++) {
      from += baseSize(i) + textSize(i);
    }
    return from;
  }

  /** Whether the text of that place was read. */
  boolean hasText(int place) {
    return textSize(place) > 0;
  }

  /** The text of that place as the process wrote it; empty where it was not read. */
  String text(int place) {
    return RecordText.terminated(memory, baseAt(place) + baseSize(place), textSize(place));
  }

  /** The text of that place as a path from the root, as far as its directory is known. */
  String path(int place) {
    return path(place, text(place));
  }

  /** The same of a text that {@link #text} has given. */
  String path(int place, String text) {
    return Paths.absolute(base(place), text);
  }

  /** The same of a path that does not climb; else as it was asked for, behind its directory. */
  String asked(int place, String text) {
    return Paths.asked(base(place), text);
  }

  private String base(int place) {
    int size = baseSize(place);
    return size == 0 ? "" : RecordText.path(memory, baseAt(place), size, false, false);
  }

  private long fileAt() {
    return baseAt(SensorLayout.CALL_TEXTS);
  }

  /** The path of the file that the descriptor leads to; empty where there is none. */
  String file() {
    if (!has(SensorLayout.FLAG_FILE)) {
      return "";
    }
    return RecordText.path(
        memory,
        fileAt(),
        unsigned(FILE_SIZE),
        has(SensorLayout.FLAG_FILE_TRUNCATED),
        has(SensorLayout.FLAG_FILE_UNROOTED));
  }

  /** Whether a bound cut a text or the file's path. */
  boolean isCut() {
    return has(SensorLayout.FLAG_TEXT_TRUNCATED | SensorLayout.FLAG_FILE_TRUNCATED);
  }

  /** What was sent, where it was asked for. */
  byte[] data() {
    return RecordText.bytes(memory, fileAt() + unsigned(FILE_SIZE), unsigned(DATA_SIZE));
  }

  boolean isSocket() {
    return has(SensorLayout.FLAG_SOCKET);
  }

  Protocol protocol() {
    return isInternet() ? SensorRecord.protocol(unsigned(PROTOCOL)) : Protocol.OTHER;
  }

  private boolean isInternet() {
    int family = unsigned(FAMILY);
    return family == AF_INET || family == IpAddresses.AF_INET6;
  }

  /**
   * The Unix socket whose address is among the arguments: its path from the root, or {@code @} and
   * a name that is in no file system. Without address where there is none.
   */
  Endpoint unix() {
    if (unsigned(FAMILY) != AF_UNIX || !hasText(0)) {
      return new Endpoint("", 0);
    }
    String text = text(0);
    if (text.startsWith("\0")) {
      return new Endpoint("@" + text.substring(1).replace('\0', '@'), 0);
    }
    int end = text.indexOf('\0');
    return new Endpoint(path(0, end < 0 ? text : text.substring(0, end)), 0);
  }

  /** Without address where the socket is none of the internet. */
  Endpoint local() {
    return end(LOCAL_ADDRESS, LOCAL_PORT);
  }

  /** Without address where the socket is none of the internet, or leads nowhere. */
  Endpoint remote() {
    return end(REMOTE_ADDRESS, REMOTE_PORT);
  }

  private Endpoint end(long address, long port) {
    return isInternet()
        ? new Endpoint(IpAddresses.text(memory, address, unsigned(FAMILY)), unsigned(port))
        : new Endpoint("", 0);
  }
}
