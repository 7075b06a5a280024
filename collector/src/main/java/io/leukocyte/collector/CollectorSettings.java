package io.leukocyte.collector;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.Key;
import io.leukocyte.events.config.ValueType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * How a collector works.
 *
 * @param data folder for positions and the epoch
 * @param sensor the kernel sensor
 * @param logs the logs of containers
 * @param redact whether secrets are masked
 * @param flushInterval longest time an event waits for its batch to end
 * @param urgentInterval shortest time between batches that an exec, a connection or a life-cycle
 *     event ends
 * @param backlogBytes batches that are neither stored nor spooled
 * @param spool batches that wait on disk while Kafka is away
 * @param heartbeatInterval time between heartbeats
 * @param factsInterval time after which the facts of a container are sent again
 * @param holdTime longest time that events wait for the facts of their container
 * @param holdEvents most events that wait for facts
 * @param closeTimeout longest wait for Kafka at the end
 * @param statsInterval how often what containers use is reported; zero for never
 */
public record CollectorSettings(
    Path data,
    Sensor sensor,
    Logs logs,
    boolean redact,
    Duration flushInterval,
    Duration urgentInterval,
    long backlogBytes,
    Spool spool,
    Duration heartbeatInterval,
    Duration factsInterval,
    Duration holdTime,
    int holdEvents,
    Duration closeTimeout,
    Duration statsInterval) {

  /** Which sensor of processes and connections is used. */
  public enum SensorMode {
    /** The kernel sensor where it works; else the fallback, with reduced coverage. */
    AUTO,
    /** The kernel sensor alone: where it does not work health is red. */
    EBPF,
    /** The process connector and proc, without BPF. */
    FALLBACK,
    /** Not at all. */
    OFF
  }

  /** Which containers' logs are followed. */
  public enum LogsSelect {
    /** All but those with the label {@code leuko.logs=false}. */
    ALL,
    /** Those with the label {@code leuko.logs=true}. */
    LABELLED
  }

  /** Where the log of a running container begins when no collector has ever run here. */
  public enum LogsFrom {
    /** With the lines from now on. */
    NOW,
    /** With all lines that the engine keeps. */
    ALL
  }

  /** Where the lines of a container are read. */
  public enum LogsSource {
    /** In the files of the json-file driver where they can be read; else from the engine. */
    AUTO,
    /** Always from the engine. */
    API
  }

  /**
   * The kernel sensor.
   *
   * @param mode whether it is used
   * @param options how it works
   * @param kinds of events that come of system calls and are reported whether rules need them or
   *     not
   * @param proc where the host's proc is mounted
   */
  public record Sensor(SensorMode mode, SensorOptions options, Set<Kind> kinds, Path proc) {
    /** Copies the set. */
    public Sensor {
      kinds = Set.copyOf(kinds);
    }
  }

  /**
   * The logs of containers.
   *
   * @param enabled whether they are followed at all
   * @param select which are followed
   * @param from where a log begins that was never followed
   * @param source where lines are read
   * @param join whether the lines of a stack trace are one event
   * @param rate lines a second of one container; 0 is no bound
   */
  public record Logs(
      boolean enabled,
      LogsSelect select,
      LogsFrom from,
      LogsSource source,
      boolean join,
      int rate) {}

  /**
   * The spool: batches that wait on disk.
   *
   * @param bytes at most; 0 spools nothing
   * @param keepFree bytes of the disk that are left to others
   */
  public record Spool(long bytes, long keepFree) {}

  private static final String ALL_KINDS = "all";
  private static final int LEAST_RING = 64 << 10;
  private static final int MOST_RING = 1 << 30;

  /** Setting {@code collector.sensor.mode}. */
  public static final Key<SensorMode> SENSOR_MODE =
      Key.of(
          "collector.sensor.mode",
          ValueType.oneOf(SensorMode.class),
          SensorMode.AUTO,
          "auto uses the kernel sensor where it works, else the fallback; ebpf the kernel sensor"
              + " alone; fallback the process connector and /proc without BPF; off none");

  /** Setting {@code collector.sensor.ring}. */
  public static final Key<Long> SENSOR_RING =
      Key.of(
          "collector.sensor.ring",
          ValueType.bytes(LEAST_RING, MOST_RING),
          (long) SensorOptions.DEFAULT.ringBytes(),
          "Buffer between kernel and collector, rounded up to a power of two");

  /** Setting {@code collector.sensor.flow-interval}. */
  public static final Key<Duration> SENSOR_FLOW_INTERVAL =
      Key.of(
          "collector.sensor.flow-interval",
          ValueType.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
          SensorOptions.DEFAULT.flowInterval(),
          "How often egress of a container is reported");

  /** Setting {@code collector.sensor.host}. */
  public static final Key<Boolean> SENSOR_HOST =
      Key.of(
          "collector.sensor.host",
          ValueType.bool(),
          SensorOptions.DEFAULT.includeHost(),
          "Whether processes outside of containers are reported too");

  /** Setting {@code collector.sensor.kinds}. */
  public static final Key<List<String>> SENSOR_KINDS =
      Key.of(
          "collector.sensor.kinds",
          ValueType.words(callKinds()),
          List.of(),
          "Kinds of system calls that are reported beside those that the rules in force need; all"
              + " reports every kind");

  private static List<String> callKinds() {
    List<String> words = new ArrayList<>(List.of(ALL_KINDS));
    TracedCalls.kinds().forEach(kind -> words.add(kind.text()));
    return words;
  }

  /** Setting {@code collector.logs.enabled}. */
  public static final Key<Boolean> LOGS_ENABLED =
      Key.of(
          "collector.logs.enabled",
          ValueType.bool(),
          true,
          "Whether the logs of containers are followed");

  /** Setting {@code collector.logs.select}. */
  public static final Key<LogsSelect> LOGS_SELECT =
      Key.of(
          "collector.logs.select",
          ValueType.oneOf(LogsSelect.class),
          LogsSelect.ALL,
          "all follows every container without the label leuko.logs=false, labelled only those"
              + " with leuko.logs=true");

  /** Setting {@code collector.logs.from}. */
  public static final Key<LogsFrom> LOGS_FROM =
      Key.of(
          "collector.logs.from",
          ValueType.oneOf(LogsFrom.class),
          LogsFrom.NOW,
          "Where the logs of running containers begin at the very first start: now, or all that"
              + " the engine keeps");

  /** Setting {@code collector.logs.source}. */
  public static final Key<LogsSource> LOGS_SOURCE =
      Key.of(
          "collector.logs.source",
          ValueType.oneOf(LogsSource.class),
          LogsSource.AUTO,
          "auto reads the files of the json-file driver where it can, api always asks the engine");

  /** Setting {@code collector.logs.join}. */
  public static final Key<Boolean> LOGS_JOIN =
      Key.of(
          "collector.logs.join",
          ValueType.bool(),
          true,
          "Whether the lines of a stack trace are one event");

  /** Setting {@code collector.logs.rate}. */
  public static final Key<Integer> LOGS_RATE =
      Key.of(
          "collector.logs.rate",
          ValueType.integer(0, 100_000_000),
          200_000,
          "Lines a second that one container may write for more than 10 s; beyond it they are"
              + " dropped, counted and reported; 0 is no bound");

  /** Setting {@code collector.redact}. */
  public static final Key<Boolean> REDACT =
      Key.of(
          "collector.redact",
          ValueType.bool(),
          true,
          "Whether secrets in arguments, log lines and labels are masked");

  /** Setting {@code collector.flush-interval}. */
  public static final Key<Duration> FLUSH_INTERVAL =
      Key.of(
          "collector.flush-interval",
          ValueType.duration(Duration.ofMillis(1), Duration.ofSeconds(10)),
          Duration.ofMillis(100),
          "Longest time an event waits for its batch to end");

  /** Setting {@code collector.urgent-interval}. */
  public static final Key<Duration> URGENT_INTERVAL =
      Key.of(
          "collector.urgent-interval",
          ValueType.duration(Duration.ZERO, Duration.ofSeconds(10)),
          Duration.ofMillis(20),
          "Shortest time between batches that an exec, a connection or a life-cycle event ends");

  /** Setting {@code collector.backlog}. */
  public static final Key<Long> BACKLOG =
      Key.of(
          "collector.backlog",
          ValueType.bytes(1L << 20, 1L << 30),
          16L << 20,
          "Batches in memory that are neither in Kafka nor in the spool; beyond it events are"
              + " dropped, counted and reported");

  /** Setting {@code collector.spool-bytes}. */
  public static final Key<Long> SPOOL_BYTES =
      Key.of(
          "collector.spool-bytes",
          ValueType.bytes(0, 1L << 50),
          1L << 30,
          "Batches that wait on disk, in the data folder, while Kafka is away or slow; beyond it"
              + " the newest events are dropped, counted and reported; 0 uses no disk");

  /** Setting {@code collector.spool-keep-free}. */
  public static final Key<Long> SPOOL_KEEP_FREE =
      Key.of(
          "collector.spool-keep-free",
          ValueType.bytes(0, 1L << 50),
          512L << 20,
          "Room on that disk that the spool leaves to others");

  /** Setting {@code collector.heartbeat-interval}. */
  public static final Key<Duration> HEARTBEAT_INTERVAL =
      Key.of(
          "collector.heartbeat-interval",
          ValueType.duration(Duration.ofMillis(100), Duration.ofMinutes(1)),
          Duration.ofSeconds(5),
          "Time between heartbeats");

  /** Setting {@code collector.facts-interval}. */
  public static final Key<Duration> FACTS_INTERVAL =
      Key.of(
          "collector.facts-interval",
          ValueType.duration(Duration.ofSeconds(1), Duration.ofHours(1)),
          Duration.ofMinutes(5),
          "Time after which the facts of a container are sent again");

  /** Setting {@code collector.hold-time}. */
  public static final Key<Duration> HOLD_TIME =
      Key.of(
          "collector.hold-time",
          ValueType.duration(Duration.ofMillis(10), Duration.ofMinutes(1)),
          Duration.ofSeconds(2),
          "Longest time that events wait for the facts of their container");

  /** Setting {@code collector.hold-events}. */
  public static final Key<Integer> HOLD_EVENTS =
      Key.of(
          "collector.hold-events",
          ValueType.integer(1, 1_000_000),
          10_000,
          "Most events that wait for the facts of their container");

  /** Setting {@code collector.close-timeout}. */
  public static final Key<Duration> CLOSE_TIMEOUT =
      Key.of(
          "collector.close-timeout",
          ValueType.duration(Duration.ZERO, Duration.ofMinutes(5)),
          Duration.ofSeconds(5),
          "Longest wait for Kafka to take the last events at the end");

  /** Setting {@code host.proc}. */
  public static final Key<Path> HOST_PROC =
      Key.of(
          "host.proc",
          ValueType.path(),
          Path.of("/proc"),
          "Where the host's /proc is mounted, for a collector in a container with pids of its own");

  /** Setting {@code collector.stats.interval}. */
  public static final Key<Duration> STATS_INTERVAL =
      Key.of(
          "collector.stats.interval",
          ValueType.duration(Duration.ZERO, Duration.ofMinutes(10)),
          Duration.ofSeconds(10),
          "How often what each container uses is reported, at most ten times a second; 0 for"
              + " never");

  /** All settings of the collector. */
  public static final List<Key<?>> KEYS =
      List.of(
          SENSOR_MODE,
          SENSOR_RING,
          SENSOR_FLOW_INTERVAL,
          SENSOR_HOST,
          SENSOR_KINDS,
          LOGS_ENABLED,
          LOGS_SELECT,
          LOGS_FROM,
          LOGS_SOURCE,
          LOGS_JOIN,
          LOGS_RATE,
          REDACT,
          FLUSH_INTERVAL,
          URGENT_INTERVAL,
          BACKLOG,
          SPOOL_BYTES,
          SPOOL_KEEP_FREE,
          HEARTBEAT_INTERVAL,
          FACTS_INTERVAL,
          HOLD_TIME,
          HOLD_EVENTS,
          CLOSE_TIMEOUT,
          HOST_PROC,
          STATS_INTERVAL);

  /**
   * Reads them.
   *
   * @param data the data folder of this host's roles; the collector has a folder of its own in it
   */
  public static CollectorSettings from(Config config, Path data) {
    return new CollectorSettings(
        data.resolve("collector"),
        new Sensor(
            config.get(SENSOR_MODE),
            new SensorOptions(
                powerOfTwo(config.get(SENSOR_RING)),
                config.get(SENSOR_HOST),
                config.get(SENSOR_FLOW_INTERVAL),
                config.get(REDACT)),
            kinds(config.get(SENSOR_KINDS)),
            config.get(HOST_PROC)),
        new Logs(
            config.get(LOGS_ENABLED),
            config.get(LOGS_SELECT),
            config.get(LOGS_FROM),
            config.get(LOGS_SOURCE),
            config.get(LOGS_JOIN),
            config.get(LOGS_RATE)),
        config.get(REDACT),
        config.get(FLUSH_INTERVAL),
        config.get(URGENT_INTERVAL),
        config.get(BACKLOG),
        new Spool(config.get(SPOOL_BYTES), config.get(SPOOL_KEEP_FREE)),
        config.get(HEARTBEAT_INTERVAL),
        config.get(FACTS_INTERVAL),
        config.get(HOLD_TIME),
        config.get(HOLD_EVENTS),
        config.get(CLOSE_TIMEOUT),
        config.get(STATS_INTERVAL));
  }

  private static Set<Kind> kinds(List<String> words) {
    return TracedCalls.kinds().stream()
        .filter(kind -> words.contains(kind.text()) || words.contains(ALL_KINDS))
        .collect(Collectors.toUnmodifiableSet());
  }

  private static int powerOfTwo(long bytes) {
    int below = Integer.highestOneBit((int) bytes);
    return below == bytes ? below : below << 1;
  }
}
