package io.leukocyte.rules;

import io.leukocyte.events.Kind;
import io.leukocyte.events.config.Position;
import java.util.ArrayList;
import java.util.List;

/**
 * What a rule means here: its condition with everything put in, what it reads, and what stands in
 * its way.
 *
 * @param rule its name
 * @param at where it is written
 * @param condition its condition, macros and lists put in, exceptions taken off
 * @param fields the fields that it reads, by name
 * @param reaches the kinds of events that it can match
 * @param stage where it is evaluated: 1 is on the events of one host, in their order
 * @param lacks what no collector has and it needs, with its place; empty when nothing is
 * @param skipped why it is left out; empty when it is in force
 */
public record Explanation(
    String rule,
    Position at,
    List<Line> condition,
    List<String> fields,
    List<Reach> reaches,
    int stage,
    List<String> lacks,
    String skipped) {

  /** Copies the lists. */
  public Explanation {
    condition = List.copyOf(condition);
    fields = List.copyOf(fields);
    reaches = List.copyOf(reaches);
    lacks = List.copyOf(lacks);
  }

  /**
   * A part of the condition.
   *
   * @param depth how many parts it stands in
   * @param text what it says
   * @param at where it is written
   * @param macro the macro it comes from; empty for the rule's own text
   */
  public record Line(int depth, String text, Position at, String macro) {}

  /**
   * A kind of events that the rule can match.
   *
   * @param kind the kind
   * @param calls of a kind of system calls those that can make it true; the collector reports them
   * @param checks how many different comparisons decide it, at most, each once a value
   * @param places how many places of an event they read
   * @param each of these, how many are looked at in each event that gets so far, because their
   *     values hardly come again; the others are looked at once a value
   */
  public record Reach(Kind kind, List<String> calls, int checks, int places, int each) {
    /** Copies the list. */
    public Reach {
      calls = List.copyOf(calls);
    }
  }

  /** For people: one line each. */
  public List<String> text() {
    List<String> text = new ArrayList<>();
    text.add("rule: " + rule + " (" + at + ")");
    text.add(skipped.isEmpty() ? "in force" : "skipped: " + skipped);
    text.add("");
    text.add("condition:");
    for (Line line : condition) {
      String place = line.macro().isEmpty() ? "" : ", macro " + line.macro();
      text.add("  " + "  ".repeat(line.depth()) + line.text() + "    # " + line.at() + place);
    }
    text.add("");
    text.add("reads: " + (fields.isEmpty() ? "nothing" : String.join(" ", fields)));
    text.add("can match:");
    if (reaches.isEmpty()) {
      text.add("  no event");
    }
    for (Reach reach : reaches) {
      text.add(
          "  %s%s: %d comparisons of %d places%s"
              .formatted(
                  reach.kind().text(),
                  reach.calls().isEmpty() ? "" : " (" + String.join(" ", reach.calls()) + ")",
                  reach.checks(),
                  reach.places(),
                  reach.each() == 0 ? "" : ", " + reach.each() + " of them in each event"));
    }
    text.add("evaluated in stage " + stage + ": on the events of one host, in their order");
    if (!lacks.isEmpty()) {
      text.add("no collector has:");
      lacks.forEach(lack -> text.add("  " + lack));
    }
    return text;
  }
}
