package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Observed;
import io.leukocyte.events.config.Position;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A rule in force. */
public final class Rule {
  private final Alert.RuleInfo info;
  private final Position at;
  private final OutputTemplate output;
  private final Map<Kind, Node> conditions;
  private final Set<String> environment;
  private final Baseline.@Nullable Watch watch;

  Rule(
      Alert.RuleInfo info,
      Position at,
      OutputTemplate output,
      Map<Kind, Node> conditions,
      Set<String> environment) {
    this(info, at, output, conditions, environment, null);
  }

  /** A rule that observes for a baseline, or else an ordinary one. */
  Rule(
      Alert.RuleInfo info,
      Position at,
      OutputTemplate output,
      Map<Kind, Node> conditions,
      Set<String> environment,
      Baseline.@Nullable Watch watch) {
    this.watch = watch;
    this.info = info;
    this.at = at;
    this.output = output;
    this.conditions = conditions;
    this.environment = Set.copyOf(environment);
  }

  /** Its name, description, priority, tags and file, as alerts carry them. */
  public Alert.RuleInfo info() {
    return info;
  }

  /** Its name. */
  public String name() {
    return info.name();
  }

  /** The baseline that it observes for: it is no rule of its own; null for ordinary rules. */
  public Baseline.@Nullable Watch watch() {
    return watch;
  }

  /** Where it is written. */
  public Position at() {
    return at;
  }

  /** Kinds of events that it can match. */
  public Set<Kind> kinds() {
    return Set.copyOf(conditions.keySet());
  }

  /** Variables of a process's environment that it asks for, in upper case. */
  public Set<String> environment() {
    return environment;
  }

  /** Its condition for each kind that it can match. */
  Map<Kind, Node> conditions() {
    return conditions;
  }

  /**
   * The rule's output for the row a cursor stands on, fields filled in, control characters made
   * visible; a missing field is {@code <NA>}.
   */
  public String output(BatchCursor row, FactsLookup facts) {
    return output.fill(row, facts);
  }

  /** The rule's output for an event, as {@link #output(BatchCursor, FactsLookup)}. */
  public String output(Observed observed, FactsLookup facts) {
    return output.fill(Rows.of(observed), facts);
  }

  @Override
  public String toString() {
    return info.name();
  }
}
