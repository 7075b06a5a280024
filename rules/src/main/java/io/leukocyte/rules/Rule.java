package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Observed;

/** A rule in force. */
public final class Rule {
  private final Alert.RuleInfo info;

  Rule(Alert.RuleInfo info) {
    this.info = info;
  }

  /** Its name, description, priority, tags and file, as alerts carry them. */
  public Alert.RuleInfo info() {
    return info;
  }

  /**
   * The rule's output for the row a cursor stands on, fields filled in; a missing field is {@code
   * <NA>}.
   */
  public String output(BatchCursor row, FactsLookup facts) {
    return info.name();
  }

  /** The rule's output for an event, fields filled in; a missing field is {@code <NA>}. */
  public String output(Observed observed, FactsLookup facts) {
    return info.name();
  }
}
