package io.leukocyte.rules;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Evaluates correlations: matches of rules in, what the correlations found out. What it remembers
 * is kept by whoever calls it, in windows. Its answers follow from the matches in their order and
 * the windows alone. One thread at a time.
 */
public final class Correlator {
  /** Characters of a group-by value; of a longer one the first ones and a digest stand for it. */
  static final int MOST_GROUP = 256;

  private static final int KEPT_OF_LONG = 200;

  private final Map<String, List<Use>> uses = new HashMap<>();
  private final Map<String, Correlation> byName = new HashMap<>();
  private final MessageDigest sha256 = sha256();

  /** That something is a member of a correlation, and the how manieth. */
  private record Use(Correlation correlation, int member) {
    Correlation.Member part() {
      return correlation.members().get(member);
    }
  }

  /** Where windows are kept. */
  public interface Windows {
    /** The window of a group, an empty one when there is none. */
    CorrelationWindow of(Correlation correlation, List<String> group);

    /** A window has changed. */
    void changed(CorrelationWindow window);
  }

  /** What takes the findings. */
  public interface Sink {
    /** A correlation's condition came to hold, or holds still. */
    void found(Finding finding);

    /** A match goes to a correlation over all hosts. */
    void forward(Occurrence occurrence);

    /** Something is to be counted. */
    void noted(Note note, long times);
  }

  /** What is counted by the way. */
  public enum Note {
    /** A match that lacks a value to group by, to count or to add up. */
    WITHOUT_VALUE,
    /** A match that came too late. */
    LATE,
    /** Matches let go before their time because a group had too many. */
    CUT,
    /** A match for a correlation that is not in force any more. */
    STRAY
  }

  /**
   * What a correlation found.
   *
   * @param correlation which
   * @param crossed whether the condition came to hold; else it holds still
   * @param id the last event of the earliest window for which it holds: ids follow from it
   * @param time that event's, unix nanoseconds
   * @param container that event's; null for the host itself
   * @param count what the condition is about
   * @param group the group-by values
   * @param window the group's window, as it is now
   * @param output the output, filled in
   * @param told what an alert tells; its causes only when it was crossed
   */
  public record Finding(
      Correlation correlation,
      boolean crossed,
      EventId id,
      long time,
      @Nullable ContainerId container,
      long count,
      List<String> group,
      CorrelationWindow window,
      String output,
      Alert.Correlation told) {
    /** Copies the list. */
    public Finding {
      group = List.copyOf(group);
    }
  }

  /** What a match brings along to the correlations that it is counted in. */
  private record Arrival(
      long time,
      EventId id,
      HostId host,
      @Nullable ContainerId container,
      Function<Correlation, Shown> shown) {}

  /**
   * What an event gives for a correlation's output.
   *
   * @param values for its fields, in their order; empty when they are not known
   * @param output filled in with them
   */
  private record Shown(List<@Nullable String> values, String output) {
    static Shown of(Correlation correlation, List<@Nullable String> values) {
      return new Shown(values, correlation.output(values));
    }
  }

  /** A correlator of the rules in force. */
  public Correlator(RuleSet rules) {
    for (Correlation correlation : rules.correlations()) {
      byName.put(correlation.name(), correlation);
      for (int i = 0; i < correlation.members().size(); i++) {
        uses.computeIfAbsent(correlation.members().get(i).name(), n -> new ArrayList<>())
            .add(new Use(correlation, i));
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Whether a rule is a member of any correlation. */
  public boolean counts(Rule rule) {
    return !uses.isEmpty() && uses.containsKey(rule.name());
  }

  /** The correlation of a name; null when none is in force. */
  public @Nullable Correlation find(String name) {
    return byName.get(name);
  }

  /**
   * A rule matched.
   *
   * @param row stands on the event
   */
  public void match(Rule rule, BatchCursor row, FactsLookup facts, Windows windows, Sink sink) {
    List<Use> members = uses.get(rule.name());
    if (members == null) {
      return;
    }
    EventId id = row.id();
    ContainerId container = row.container() == 0 ? null : row.containerRef(row.container()).id();
    Arrival arrival =
        new Arrival(
            row.time(),
            id,
            row.host(),
            container,
            c -> Shown.of(c, c.values(rule.name(), row, facts)));
    for (Use use : members) {
      Correlation.Member part = use.part();
      List<String> group = new ArrayList<>(part.group().size());
      for (Correlation.Part field : part.group()) {
        String value = field instanceof Correlation.Part.OfEvent of ? of.read(row, facts) : null;
        if (value != null) {
          group.add(brief(value));
        }
      }
      String value =
          part.value() instanceof Correlation.Part.OfEvent of ? of.read(row, facts) : null;
      if (group.size() < part.group().size() || (part.value() != null && value == null)) {
        sink.noted(Note.WITHOUT_VALUE, 1);
      } else {
        arrive(use, group, value, arrival, windows, sink);
      }
    }
  }

  /**
   * A match of some host came for a correlation over all hosts.
   *
   * @param cause the event that matched
   */
  public void take(Occurrence occurrence, Observed cause, Windows windows, Sink sink) {
    Correlation correlation = byName.get(occurrence.correlation());
    int member = correlation == null ? -1 : correlation.rules().indexOf(occurrence.rule());
    if (correlation == null
        || member < 0
        || correlation.stage() != Correlation.Stage.FLEET
        || occurrence.group().size() != correlation.groupBy().size()) {
      sink.noted(Note.STRAY, 1);
      return;
    }
    Arrival arrival =
        new Arrival(
            occurrence.time(),
            occurrence.id(),
            occurrence.id().host(),
            occurrence.container(),
            c ->
                c.name().equals(correlation.name())
                    ? new Shown(occurrence.fields(), occurrence.output())
                    : Shown.of(c, c.values(occurrence.rule(), Rows.of(cause), FactsLookup.NONE)));
    evaluate(
        new Use(correlation, member),
        occurrence.group(),
        occurrence.value(),
        arrival,
        windows,
        sink);
  }

  private void arrive(
      Use use,
      List<String> group,
      @Nullable String value,
      Arrival arrival,
      Windows windows,
      Sink sink) {
    switch (use.correlation().stage()) {
      case HOST -> evaluate(use, group, value, arrival, windows, sink);
      case FLEET -> {
        Shown shown = arrival.shown().apply(use.correlation());
        sink.forward(
            new Occurrence(
                use.correlation().name(),
                use.part().name(),
                group,
                value == null ? null : brief(value),
                arrival.time(),
                arrival.id(),
                arrival.container(),
                shown.output(),
                shown.values()));
      }
    }
  }

  private void evaluate(
      Use use,
      List<String> group,
      @Nullable String value,
      Arrival arrival,
      Windows windows,
      Sink sink) {
    Correlation correlation = use.correlation();
    long number;
    try {
      number = number(correlation.type(), value);
    } catch (NumberFormatException e) {
      sink.noted(Note.WITHOUT_VALUE, 1);
      return;
    }
    CorrelationWindow window = windows.of(correlation, group);
    CorrelationWindow.Found found =
        window.add(
            correlation,
            use.member(),
            number,
            arrival.time(),
            arrival.id(),
            new CorrelationWindow.Where(arrival.host(), arrival.container()));
    if (correlation.type().isTemporal() && found.outcome() != CorrelationWindow.Outcome.LATE) {
      window.show(use.member(), arrival.time(), arrival.shown().apply(correlation).values());
    }
    windows.changed(window);
    int cut = window.takeCut();
    if (cut > 0) {
      sink.noted(Note.CUT, cut);
    }
    switch (found.outcome()) {
      case NOTHING -> {}
      case LATE -> sink.noted(Note.LATE, 1);
      case CROSSED -> crossed(correlation, window, found, group, arrival, windows, sink);
      case CONTINUED -> sink.found(finding(correlation, window, found, group, arrival));
    }
  }

  private void crossed(
      Correlation correlation,
      CorrelationWindow window,
      CorrelationWindow.Found found,
      List<String> group,
      Arrival arrival,
      Windows windows,
      Sink sink) {
    Finding finding = finding(correlation, window, found, group, arrival);
    sink.found(finding);
    Arrival next =
        new Arrival(
            finding.time(),
            finding.id(),
            finding.id().host(),
            finding.container(),
            arrival.shown());
    for (Use use : uses.getOrDefault(correlation.name(), List.of())) {
      Correlation.Member part = use.part();
      arrive(
          use,
          part.group().stream().map(p -> valueOf(p, group)).toList(),
          part.value() == null ? null : valueOf(part.value(), group),
          next,
          windows,
          sink);
    }
  }

  private static Finding finding(
      Correlation correlation,
      CorrelationWindow window,
      CorrelationWindow.Found found,
      List<String> group,
      Arrival arrival) {
    boolean crossed = found.outcome() == CorrelationWindow.Outcome.CROSSED;
    CorrelationWindow.Match last = window.match(found.end());
    return new Finding(
        correlation,
        crossed,
        last.id(),
        last.time(),
        last.container(),
        found.count(),
        group,
        window,
        crossed
            ? correlation.output(output(correlation, window, arrival), found.count(), group)
            : "",
        correlation.told(
            found.count(),
            group,
            crossed ? window.causes(correlation, found.from(), found.end()) : List.of()));
  }

  /** What the completing event does not have is taken from the matches of the other rules. */
  private static String output(Correlation correlation, CorrelationWindow window, Arrival arrival) {
    Shown shown = arrival.shown().apply(correlation);
    return correlation.type().isTemporal() && shown.values().contains(null)
        ? correlation.output(window.completed(correlation, arrival.time(), shown.values()))
        : shown.output();
  }

  private static String valueOf(Correlation.Part part, List<String> group) {
    return switch (part) {
      case Correlation.Part.OfGroup of -> group.get(of.index());
      case Correlation.Part.OfEvent of ->
          throw new IllegalStateException("A correlation has no field " + of.text());
    };
  }

  /** What a value is in a window: an amount, or 64 bits of its digest. */
  private long number(Correlation.Type type, @Nullable String value) {
    return switch (type) {
      case VALUE_SUM -> Long.parseLong(String.valueOf(value));
      case VALUE_COUNT -> ByteBuffer.wrap(digest(String.valueOf(value))).getLong();
      case EVENT_COUNT, TEMPORAL, TEMPORAL_ORDERED -> 0;
    };
  }

  private byte[] digest(String text) {
    return sha256.digest(text.getBytes(StandardCharsets.UTF_8));
  }

  private String brief(String value) {
    return value.length() <= MOST_GROUP
        ? value
        : value.substring(0, KEPT_OF_LONG) + "…" + HexFormat.of().formatHex(digest(value), 0, 16);
  }
}
