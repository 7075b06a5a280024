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
    String bundle) {

  /** Copies the collections. */
  public Alert {
    groupBy = List.copyOf(groupBy);
    labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
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
