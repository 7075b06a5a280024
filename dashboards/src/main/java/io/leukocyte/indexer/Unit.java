package io.leukocyte.indexer;

import java.util.Locale;
import java.util.Set;

/** What the numbers of a column are. */
enum Unit {
  /** A number of things. */
  COUNT,
  /** A number of things in a second. */
  RATE,
  /** Bytes. */
  BYTES,
  /** Nanoseconds. */
  NANOS,
  /** ECS event.severity: 21, 47, 73 or 99. */
  SEVERITY,
  /** A number that names something: a port, a status. */
  NAME;

  private static final Set<String> COUNTS =
      Set.of(
          "source.packets",
          "leukocyte.incident.alerts",
          "leukocyte.incident.matches",
          "leukocyte.log.lines",
          "leukocyte.loss.count",
          "vulnerability.score.base");
  private static final Set<String> BYTES_TOO =
      Set.of(
          "leukocyte.stats.block_read",
          "leukocyte.stats.block_write",
          "leukocyte.stats.memory",
          "leukocyte.stats.memory_limit",
          "leukocyte.stats.network_received",
          "leukocyte.stats.network_sent");
  private static final Set<String> NANOSECONDS =
      Set.of(
          "event.duration",
          "leukocyte.action.latency",
          "leukocyte.heartbeat.clock_offset",
          "leukocyte.sensor.lag",
          "leukocyte.sensor.period");

  /** The unit of a field's values. */
  static Unit of(String field) {
    if (field.equals("event.severity")) {
      return SEVERITY;
    }
    String last = field.substring(field.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    if (last.endsWith("bytes") || BYTES_TOO.contains(field)) {
      return BYTES;
    }
    if (NANOSECONDS.contains(field)) {
      return NANOS;
    }
    return COUNTS.contains(field) ? COUNT : NAME;
  }

  /** The unit of a column's values. */
  static Unit of(Column column) {
    return switch (column) {
      case Column.Time t -> NAME;
      case Column.Terms t -> NAME;
      case Column.Filters f -> NAME;
      case Column.Count c -> COUNT;
      case Column.Unique u -> COUNT;
      case Column.Min min -> measured(min.field());
      case Column.Max max -> measured(max.field());
      case Column.Sum sum -> measured(sum.field());
      case Column.Rate r -> RATE;
      case Column.Percentile percentile -> measured(percentile.field());
    };
  }

  private static Unit measured(String field) {
    Unit unit = of(field);
    return unit == NAME && !FieldTypes.lens(field).equals("date") ? COUNT : unit;
  }
}
