package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.config.Position;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A correlation in force: what it counts in matches of rules, or of other correlations, that have
 * the same values of some fields and lie less than a span of time apart. {@link Correlator}
 * evaluates it.
 */
public final class Correlation {
  /**
   * How much later than the newest match of its group a match of one host is taken, nanoseconds.
   */
  static final long LATENESS = TimeUnit.SECONDS.toNanos(10);

  /** The same for matches of several hosts, which come by ways of their own. */
  static final long FLEET_LATENESS = TimeUnit.SECONDS.toNanos(60);

  private static final String COUNT = "%correlation.count";
  private static final String GROUP = "%correlation.group";
  private static final String TIMESPAN = "%correlation.timespan";

  /** Fields of the output that are the correlation's own. */
  static final Set<String> OWN_FIELDS =
      Set.of(COUNT.substring(1), GROUP.substring(1), TIMESPAN.substring(1));

  private final Alert.RuleInfo info;
  private final Position at;
  private final Type type;
  private final List<Member> members;
  private final List<String> groupBy;
  private final Timespan timespan;
  private final List<Bound> bounds;
  private final int regular;
  private final @Nullable String valueField;
  private final OutputTemplate output;
  private final Generate generate;
  private final Stage stage;
  private final String fingerprint;

  Correlation(
      Alert.RuleInfo info,
      Position at,
      Type type,
      List<Member> members,
      List<String> groupBy,
      Timespan timespan,
      List<Bound> bounds,
      int regular,
      @Nullable String valueField,
      OutputTemplate output,
      Generate generate,
      Stage stage) {
    this.info = info;
    this.at = at;
    this.type = type;
    this.members = List.copyOf(members);
    this.groupBy = List.copyOf(groupBy);
    this.timespan = timespan;
    this.bounds = List.copyOf(bounds);
    this.regular = regular;
    this.valueField = valueField;
    this.output = output;
    this.generate = generate;
    this.stage = stage;
    this.fingerprint = makeFingerprint();
  }

  /** What is counted. */
  public enum Type {
    /** Matches. */
    EVENT_COUNT,
    /** Different values of a field. */
    VALUE_COUNT,
    /** The sum of a field. */
    VALUE_SUM,
    /** Different rules that matched, in any order. */
    TEMPORAL,
    /** Different rules that matched one after the other, in the order of the list. */
    TEMPORAL_ORDERED;

    /** The word for it in rule files. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Type> parse(String text) {
      return Arrays.stream(values()).filter(t -> t.text().equals(text)).findFirst();
    }

    boolean isTemporal() {
      return this == TEMPORAL || this == TEMPORAL_ORDERED;
    }

    boolean hasValue() {
      return this == VALUE_COUNT || this == VALUE_SUM;
    }
  }

  /** Where it is evaluated. */
  public enum Stage {
    /** With the events of each host: what it groups by is of one host. */
    HOST,
    /** Over the topic of matches: what it groups by may occur on any host. */
    FLEET
  }

  /**
   * One comparison of the condition.
   *
   * @param operator how the count is compared
   * @param number with what
   */
  record Bound(Operator operator, long number) {
    /** The operators of a condition. */
    enum Operator {
      GT(">"),
      GTE(">="),
      LT("<"),
      LTE("<="),
      EQ("="),
      NEQ("!=");

      private final String sign;

      Operator(String sign) {
        this.sign = sign;
      }

      String text() {
        return name().toLowerCase(Locale.ROOT);
      }

      static Optional<Operator> parse(String text) {
        return Arrays.stream(values()).filter(o -> o.text().equals(text)).findFirst();
      }
    }

    boolean holds(long count) {
      return switch (operator) {
        case GT -> count > number;
        case GTE -> count >= number;
        case LT -> count < number;
        case LTE -> count <= number;
        case EQ -> count == number;
        case NEQ -> count != number;
      };
    }

    @Override
    public String toString() {
      return operator.sign + " " + number;
    }
  }

  /**
   * What it is made of and still alerts by itself.
   *
   * @param names rules and correlations
   * @param said whether the file says it; without that none does
   */
  record Generate(Set<String> names, boolean said) {
    Generate {
      names = Set.copyOf(names);
    }
  }

  /**
   * A span of time as it is written.
   *
   * @param text such as 60s
   * @param nanos its length
   */
  record Timespan(String text, long nanos) {}

  /**
   * A rule or correlation it is made of.
   *
   * @param name its name
   * @param inner the correlation; null for a rule
   * @param group where each group-by value is found: fields of a rule's events, or places among the
   *     group-by values of a correlation
   * @param value where the value to count or add up is found; null when there is none
   */
  record Member(String name, @Nullable Correlation inner, List<Part> group, @Nullable Part value) {
    Member {
      group = List.copyOf(group);
    }
  }

  /** Where a value is found. */
  sealed interface Part {
    /** A field of the event that the rule matched. */
    record OfEvent(String text, Field field, @Nullable String argument) implements Part {
      /** The field's text; null when the event lacks it. */
      @Nullable String read(BatchCursor row, FactsLookup facts) {
        for (Source source : field.sources(row.kind(), argument)) {
          String value = source.read(row, facts);
          if (value != null) {
            return value;
          }
        }
        return null;
      }
    }

    /** A group-by value of the inner correlation. */
    record OfGroup(String text, int index) implements Part {}
  }

  /** Its name, description, priority, tags and file, as alerts carry them. */
  public Alert.RuleInfo info() {
    return info;
  }

  /** Its name. */
  public String name() {
    return info.name();
  }

  /** Where it is written. */
  public Position at() {
    return at;
  }

  /** What it counts. */
  public Type type() {
    return type;
  }

  /** Where it is evaluated. */
  public Stage stage() {
    return stage;
  }

  /** The names of the rules and correlations it is made of. */
  public List<String> rules() {
    return members.stream().map(Member::name).toList();
  }

  /** The fields or aliases whose values make a group. */
  public List<String> groupBy() {
    return groupBy;
  }

  /** How long a window is, nanoseconds: matches of it lie less than that apart. */
  public long timespan() {
    return timespan.nanos();
  }

  /** Whether a rule or correlation that it is made of still alerts by itself. */
  public boolean generates(String name) {
    return generate.names().contains(name);
  }

  /** Whether it says which of them do. */
  boolean saysWhatAlerts() {
    return generate.said();
  }

  /** How much later than the newest match of its group a match is taken for sure, nanoseconds. */
  public long lateness() {
    return stage == Stage.HOST ? LATENESS : FLEET_LATENESS;
  }

  List<Member> members() {
    return members;
  }

  boolean holds(long count) {
    for (Bound bound : bounds) {
      if (!bound.holds(count)) {
        return false;
      }
    }
    return true;
  }

  /**
   * By how many percent of their median the gaps between matches may differ from it, half of them
   * at least; 0 when their times are not looked at.
   */
  int regular() {
    return regular;
  }

  /** How many matches the condition asks for at least. */
  int least() {
    return least(bounds);
  }

  /** The least count that bounds allow, as far as one says it. */
  static int least(List<Bound> bounds) {
    long least = 1;
    for (Bound bound : bounds) {
      least =
          switch (bound.operator()) {
            case GT -> Math.max(least, bound.number() + 1);
            case GTE, EQ -> Math.max(least, bound.number());
            case LT, LTE, NEQ -> least;
          };
    }
    return (int) Math.min(least, Integer.MAX_VALUE);
  }

  /** Its condition: {@code count >= 5}, {@code distinct fd.rip > 20}, {@code rules >= 2}. */
  public String condition() {
    String counted =
        switch (type) {
          case EVENT_COUNT -> "matches";
          case VALUE_COUNT -> "different " + valueField;
          case VALUE_SUM -> "sum of " + valueField;
          case TEMPORAL -> "different rules";
          case TEMPORAL_ORDERED -> "rules in order";
        };
    String all = bounds.stream().map(b -> counted + " " + b).collect(Collectors.joining(" and "));
    return regular == 0 ? all : all + " at regular intervals (within " + regular + " %)";
  }

  /** What makes windows of it comparable: with another one they begin anew. */
  public String fingerprint() {
    return fingerprint;
  }

  private String makeFingerprint() {
    return String.join(
        "\n",
        type.text(),
        String.join(",", rules()),
        String.join(",", groupBy),
        timespan.text(),
        String.valueOf(valueField),
        stage.name());
  }

  /**
   * What an event gives for the fields of the output, in their order; null where it has nothing.
   *
   * @param rule the rule that matched it
   */
  List<@Nullable String> values(String rule, BatchCursor row, FactsLookup facts) {
    return output.values(rule, row, facts);
  }

  /** The output but for the correlation's own fields. */
  String output(List<@Nullable String> values) {
    return output.fill(values);
  }

  /** The output whole. */
  String output(String filled, long count, List<String> group) {
    return filled
        .replace(COUNT, Long.toString(count))
        .replace(TIMESPAN, timespan.text())
        .replace(GROUP, String.join(", ", group));
  }

  /** What an alert tells of it besides the rule. */
  Alert.Correlation told(long count, List<String> group, List<Alert.Cause> causes) {
    return new Alert.Correlation(type.text(), timespan.nanos(), count, groupBy, group, causes);
  }

  /** On a line for people: what it does, where and why there. */
  public String explanation() {
    String where =
        switch (stage) {
          case HOST -> "stage 1, with the events of each host";
          case FLEET -> "stage 2, over leuko.matches";
        };
    String by = groupBy.isEmpty() ? "all matches together" : "by " + String.join(", ", groupBy);
    return "%s of %s within %s, %s: %s; %s"
        .formatted(
            type.text(),
            members.stream().map(m -> "'" + m.name() + "'").collect(Collectors.joining(", ")),
            timespan.text(),
            by,
            condition(),
            where);
  }

  @Override
  public String toString() {
    return info.name();
  }
}
