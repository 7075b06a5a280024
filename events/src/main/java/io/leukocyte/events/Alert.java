package io.leukocyte.events;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A rule matched: one alert for each rule, container and group in 60 seconds of event time. On the
 * topic it is a complete ECS document; {@link AlertJson} writes and reads it.
 *
 * @param id derived from rule, container, group and first event: a replay makes the same one
 * @param rule what matched
 * @param message short and stable: the rule's name and the container's
 * @param output the rule's output with its fields filled in
 * @param groupBy values of the group-by fields; empty when the rule has none
 * @param cause the first event that matched
 * @param labels labels of the container at that time; empty when unknown
 * @param hostname the host's name; null when unknown
 * @param bundle hash of the rules in force
 * @param correlation what a correlation counted; null for a rule
 */
public record Alert(
    AlertId id,
    RuleInfo rule,
    String message,
    String output,
    List<String> groupBy,
    Observed cause,
    SortedMap<String, String> labels,
    @Nullable String hostname,
    String bundle,
    @Nullable Correlation correlation) {

  /** Copies the collections. */
  public Alert {
    groupBy = List.copyOf(groupBy);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
  }

  /** An alert of a rule. */
  public Alert(
      AlertId id,
      RuleInfo rule,
      String message,
      String output,
      List<String> groupBy,
      Observed cause,
      SortedMap<String, String> labels,
      @Nullable String hostname,
      String bundle) {
    this(id, rule, message, output, groupBy, cause, labels, hostname, bundle, null);
  }

  /** Whose event it was. */
  public HostId host() {
    return cause.id().host();
  }

  /** When the first event happened, unix nanoseconds. */
  public long time() {
    return cause.event().time();
  }

  /** Where; null for the host itself. */
  public @Nullable ContainerRef container() {
    return cause.event().container();
  }

  /**
   * The rule, as far as an alert tells of it.
   *
   * @param name its name, unique in the rules in force
   * @param description what it finds
   * @param priority how bad it is
   * @param tags the rule's tags, ATT&amp;CK tactics and techniques among them
   * @param ruleset the file it comes from, without folders
   */
  public record RuleInfo(
      String name, String description, Priority priority, List<String> tags, String ruleset) {
    /** Copies the list. */
    public RuleInfo {
      tags = List.copyOf(tags);
    }
  }

  /**
   * What a correlation found when its condition came to hold.
   *
   * @param type event_count, value_count, value_sum, temporal or temporal_ordered
   * @param timespan length of its window, nanoseconds
   * @param count what the condition is about: matches, different values, the sum or rules
   * @param fields names of the group-by fields; their values are the alert's {@code groupBy}
   * @param values values of these fields, whole
   * @param causes matches in the window: one of each rule, or of many the first 20 and the last 5
   */
  public record Correlation(
      String type,
      long timespan,
      long count,
      List<String> fields,
      List<String> values,
      List<Cause> causes) {
    /** Copies the lists. */
    public Correlation {
      fields = List.copyOf(fields);
      values = List.copyOf(values);
      causes = List.copyOf(causes);
    }
  }

  /**
   * A match that a correlation counted.
   *
   * @param rule the rule or correlation that matched
   * @param event what it matched
   * @param time when that happened, unix nanoseconds
   * @param container where; null for the host itself
   */
  public record Cause(String rule, EventId event, long time, @Nullable ContainerId container) {}

  /** The id of the alert of a rule, a group and a first event. */
  public static AlertId idOf(String rule, List<String> groupBy, EventId first) {
    String[] parts = new String[2 + groupBy.size()];
    parts[0] = rule;
    parts[1] = first.toString();
    for (int i = 0; i < groupBy.size(); i++) {
      parts[2 + i] = groupBy.get(i);
    }
    return AlertId.of(parts);
  }
}
