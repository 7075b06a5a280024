package io.leukocyte.events;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What kind of fact an event is: its name in rules and JSON, its number and its columns on the
 * wire. A number is never given twice.
 */
@SuppressWarnings("ImmutableEnumChecker") // the list is a copy, the array is never written
public enum Kind {
  /** {@link ProcessExec}. */
  PROCESS_EXEC(1, "process.exec", Columns.PROCESS),
  /** {@link ProcessExit}. */
  PROCESS_EXIT(2, "process.exit", Columns.afterProcess(Columns.Exit.CODE, Columns.Exit.SIGNAL)),
  /** {@link NetConnect}. */
  NET_CONNECT(
      16,
      "net.connect",
      Columns.afterProcess(
          Columns.Connect.PROTOCOL,
          Columns.Connect.SOURCE,
          Columns.Connect.SOURCE_PORT,
          Columns.Connect.DESTINATION,
          Columns.Connect.DESTINATION_PORT)),
  /** {@link NetFlow}. */
  NET_FLOW(
      19,
      "net.flow",
      List.of(
          Columns.Flow.PROTOCOL,
          Columns.Flow.DESTINATION,
          Columns.Flow.DESTINATION_PORT,
          Columns.Flow.BYTES,
          Columns.Flow.PACKETS,
          Columns.Flow.INTERVAL)),
  /** {@link ContainerLifecycle}. */
  CONTAINER_LIFECYCLE(
      48,
      "container.lifecycle",
      List.of(Columns.Lifecycle.ACTION, Columns.Lifecycle.EXIT_CODE, Columns.Lifecycle.ATTRIBUTES)),
  /** {@link ContainerFacts}. */
  CONTAINER_FACTS(49, "container.facts", List.of(Columns.Facts.JSON)),
  /** {@link ContainerLog}. */
  CONTAINER_LOG(
      50,
      "container.log",
      List.of(
          Columns.Log.STREAM, Columns.Log.TRUNCATED, Columns.Log.ORIGINAL_BYTES, Columns.Log.LINE)),
  /** {@link SensorLoss}. */
  SENSOR_LOSS(
      64,
      "sensor.loss",
      List.of(
          Columns.Loss.SOURCE,
          Columns.Loss.KIND,
          Columns.Loss.REASON,
          Columns.Loss.COUNT,
          Columns.Loss.FROM,
          Columns.Loss.TO)),
  /** {@link SensorHeartbeat}. */
  SENSOR_HEARTBEAT(
      65,
      "sensor.heartbeat",
      List.of(
          Columns.Heartbeat.HOSTNAME,
          Columns.Heartbeat.MODE,
          Columns.Heartbeat.MISSING,
          Columns.Heartbeat.BUNDLE,
          Columns.Heartbeat.VERSION,
          Columns.Heartbeat.CLOCK_OFFSET,
          Columns.Heartbeat.RECEIVED,
          Columns.Heartbeat.PUBLISHED,
          Columns.Heartbeat.FILTERED,
          Columns.Heartbeat.LOST));

  private static final int MOST = 128;
  private static final @Nullable Kind[] BY_CODE = byCode();
  private static final Map<String, Kind> BY_TEXT =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(Kind::text, Function.identity()));

  private final int code;
  private final String text;
  private final List<Column> columns;
  private final int rowLength;
  private final int[] symbolOffsets;

  Kind(int code, String text, List<Column> columns) {
    this.code = code;
    this.text = text;
    this.columns = columns;
    this.rowLength = columns.getLast().end();
    this.symbolOffsets =
        columns.stream()
            .filter(c -> c.type() == Column.Type.SYMBOL || c.type() == Column.Type.LIST)
            .mapToInt(Column::offset)
            .toArray();
  }

  private static @Nullable Kind[] byCode() {
    @Nullable Kind[] kinds = new Kind[MOST];
    for (Kind kind : values()) {
      kinds[kind.code] = kind;
    }
    return kinds;
  }

  /** The number on the wire, u16. */
  public int code() {
    return code;
  }

  /** The name in rules, JSON and documentation. */
  public String text() {
    return text;
  }

  /** The columns of a row, in their order. */
  public List<Column> columns() {
    return columns;
  }

  /** Bytes of a row as this version writes it, its header included. */
  public int rowLength() {
    return rowLength;
  }

  /** Whether its rows begin with the columns of {@link Columns.Proc}. */
  public boolean hasProcess() {
    return columns.getFirst().equals(Columns.Proc.PID);
  }

  int[] symbolOffsets() {
    return symbolOffsets;
  }

  /** The kind of a number; null for one that this version does not know. */
  public static @Nullable Kind ofCode(int code) {
    return code >= 0 && code < MOST ? BY_CODE[code] : null;
  }

  /** The kind of a name; null for one that this version does not know. */
  public static @Nullable Kind ofText(String text) {
    return BY_TEXT.get(text);
  }
}
