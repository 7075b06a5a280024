package io.leukocyte.responder;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.YamlNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the parameters of kill-process, restart, throttle and recycle. */
final class ChangeReader {
  static final String[] THROTTLE = {"cpus", "memory", "pids", "egress", "for"};
  static final String[] KILL_PROCESS = {"signal", "tree", "init", "grace"};
  static final String[] RECYCLE = {"grace", "settle", "within", "drain", "keep", "for"};

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration GRACE = Duration.ofSeconds(10);
  private static final Duration SETTLE = Duration.ofSeconds(5);
  private static final Duration WITHIN = Duration.ofMinutes(2);
  private static final Duration LONGEST_PROCESS_GRACE = Duration.ofMinutes(1);
  private static final Duration LONGEST_TRIAL = Duration.ofMinutes(30);
  private static final Duration LONGEST_DRAIN = Duration.ofMinutes(5);
  private static final Duration LONGEST_KEPT = Duration.ofDays(365);
  private static final Pattern CPUS = Pattern.compile("[0-9]{1,4}(\\.[0-9]{1,3})?");
  private static final Pattern AMOUNT = Pattern.compile("([0-9]{1,12}) ?([a-z]{0,4})");
  private static final BigDecimal BILLION = BigDecimal.valueOf(1_000_000_000);
  private static final Map<String, Long> BYTES =
      Map.of(
          "k", 1L << 10, "kb", 1L << 10, "m", 1L << 20, "mb", 1L << 20, "g", 1L << 30, "gb",
          1L << 30);
  private static final Map<String, Long> BITS =
      Map.of("kbit", 1_000L, "mbit", 1_000_000L, "gbit", 1_000_000_000L);

  /** The least memory that Docker takes. */
  private static final long LEAST_MEMORY = 6L << 20;

  /** Less would not let a single segment pass. */
  private static final long LEAST_EGRESS = 64_000;

  private static final int MOST_PIDS = 1_000_000;

  private final String owner;
  private final List<Problem> problems;

  ChangeReader(List<Problem> problems) {
    this("throttle", problems);
  }

  /** One whose limits are somebody else's. */
  ChangeReader(String owner, List<Problem> problems) {
    this.owner = owner;
    this.problems = problems;
  }

  static Restart restart(Fields fields) {
    return new Restart(grace(fields));
  }

  private static Duration grace(Fields fields) {
    return fields.duration("grace", Duration.ZERO, ResponseReader.LONGEST_GRACE).orElse(GRACE);
  }

  static Recycle recycle(Fields fields) {
    return recycle(fields, Duration.ZERO, Optional.empty(), ResponseReader.length(fields));
  }

  /**
   * Reads a recycle.
   *
   * @param drain how long its connections may last where that is not said
   * @param kept how long the old container is kept where that is not said
   */
  static Recycle recycle(
      Fields fields, Duration drain, Optional<Duration> kept, Optional<Duration> length) {
    Optional<Duration> keep = fields.duration("keep", Duration.ofMinutes(1), LONGEST_KEPT);
    return new Recycle(
        grace(fields),
        fields.duration("settle", Duration.ZERO, LONGEST_TRIAL).orElse(SETTLE),
        fields.duration("within", SECOND, LONGEST_TRIAL).orElse(WITHIN),
        fields.duration("drain", Duration.ZERO, LONGEST_DRAIN).orElse(drain),
        keep.isPresent() ? keep : kept,
        length);
  }

  KillProcess killProcess(Fields fields) {
    String written = fields.text("signal").orElse("KILL").toUpperCase(Locale.ROOT);
    String signal = written.startsWith("SIG") ? written.substring(3) : written;
    boolean asks = signal.equals("TERM");
    if (!asks && !signal.equals("KILL")) {
      problems.add(
          fields.problem(
              "signal",
              "kill-process cannot send '" + Fields.shown(written) + "'",
              "write KILL, or TERM, which is followed by KILL after 'grace'"));
    }
    if (!asks && fields.node("grace").isPresent()) {
      problems.add(
          fields.problem(
              "grace", "there is no grace with SIGKILL", "write signal: TERM, or remove it"));
    }
    return new KillProcess(
        asks ? Processes.Signal.TERM : Processes.Signal.KILL,
        fields.truth("tree"),
        fields.truth("init"),
        fields.duration("grace", SECOND, LONGEST_PROCESS_GRACE).orElse(KillProcess.GRACE),
        new Culprit.Unknown());
  }

  Throttle throttle(YamlNode.Scalar name, Fields fields) {
    if (List.of("cpus", "memory", "pids", "egress").stream()
        .allMatch(key -> fields.node(key).isEmpty())) {
      problems.add(
          new Problem(
              name.at(),
              "throttle limits nothing",
              "write one of {cpus: 0.2, memory: 256m, pids: 50, egress: 1mbit}"));
    }
    return new Throttle(
        cpus(fields),
        memory(fields),
        pids(fields),
        amount(fields, "egress", BITS, LEAST_EGRESS, "1mbit, at least 64kbit"),
        ResponseReader.length(fields));
  }

  OptionalLong memory(Fields fields) {
    return amount(fields, "memory", BYTES, LEAST_MEMORY, "256m, at least 6m");
  }

  static OptionalLong pids(Fields fields) {
    return fields.number("pids", 1, MOST_PIDS).stream().mapToLong(n -> n).findFirst();
  }

  OptionalLong cpus(Fields fields) {
    Optional<String> text = fields.text("cpus");
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    if (CPUS.matcher(text.get()).matches()) {
      long nanos = new BigDecimal(text.get()).multiply(BILLION).longValue();
      if (nanos >= BILLION.longValue() / 100) {
        return OptionalLong.of(nanos);
      }
    }
    wrong(fields, "cpus", text.get(), "0.2, at least 0.01");
    return OptionalLong.empty();
  }

  private OptionalLong amount(
      Fields fields, String key, Map<String, Long> units, long least, String example) {
    Optional<String> text = fields.text(key);
    if (text.isEmpty()) {
      return OptionalLong.empty();
    }
    Matcher matcher = AMOUNT.matcher(text.get().toLowerCase(Locale.ROOT));
    if (matcher.matches()) {
      Long unit = matcher.group(2).isEmpty() ? Long.valueOf(1) : units.get(matcher.group(2));
      long number = Long.parseLong(matcher.group(1));
      if (unit != null && number <= Long.MAX_VALUE / unit && number * unit >= least) {
        return OptionalLong.of(number * unit);
      }
    }
    wrong(fields, key, text.get(), example);
    return OptionalLong.empty();
  }

  private void wrong(Fields fields, String key, String text, String example) {
    problems.add(
        fields.problem(
            key,
            key + " in " + owner + " is '" + Fields.shown(text) + "'",
            "write a limit such as " + example));
  }
}
