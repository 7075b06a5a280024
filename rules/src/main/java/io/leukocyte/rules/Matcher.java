package io.leukocyte.rules;

import io.leukocyte.events.BatchCursor;
import java.util.function.Consumer;

/**
 * Finds the rules that an event matches: all of them, in the order of their files. One thread at a
 * time. What it learned of strings and containers is kept from batch to batch, within bounds.
 */
public final class Matcher {
  /**
   * A matcher that has seen nothing.
   *
   * @param rules the rules in force
   * @param facts where container facts are found; asked once a batch for each container, and again
   *     after a container.facts row of it
   */
  public Matcher(RuleSet rules, FactsLookup facts) {}

  /** Takes up a batch: to be called once after the cursor was opened, before its first row. */
  public void open(BatchCursor batch) {}

  /** Hands each rule that the cursor's row matches to the sink. Allocates nothing without match. */
  public void match(BatchCursor row, Consumer<Rule> sink) {}
}
