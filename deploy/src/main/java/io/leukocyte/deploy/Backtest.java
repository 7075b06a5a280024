package io.leukocyte.deploy;

import io.leukocyte.analyzer.AlertSink;
import io.leukocyte.analyzer.DetectorSettings;
import io.leukocyte.analyzer.Incident;
import io.leukocyte.analyzer.Replay;
import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.responder.Foresight;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.rules.Aspect;
import io.leukocyte.rules.Correlation;
import io.leukocyte.rules.Rule;
import io.leukocyte.rules.RuleSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What rules and policies would have made of events of the past. Pure: batches in, findings out.
 *
 * <p>A rule without an alert says something only as far as the events it reads were collected:
 * collectors send the system calls that rules in force at that time asked for. So of each kind of
 * event it is kept when the first one came, and of opened and changed files, whose paths rules
 * choose, when collectors last had other rules than these.
 */
final class Backtest {
  /** Kinds whose first event comes so soon after the beginning were there all the time. */
  private static final long SETTLED = 60_000_000_000L;

  /** Policies are asked about no more alerts than these. */
  static final int MOST_FORESEEN = 20_000;

  /** Kinds of which collectors send only the paths that the rules of their time asked for. */
  private static final Set<Kind> BY_PATH = EnumSet.of(Kind.FILE_OPEN, Kind.FILE_CHANGE);

  private final RuleSet rules;
  private final int examples;
  private final Replay replay;
  private final BatchCursor cursor = new BatchCursor();
  private final Map<String, Finding> findings = new LinkedHashMap<>();
  private final List<Known> alerts = new ArrayList<>();
  private final Map<ContainerId, ContainerFacts> facts = new HashMap<>();
  private final Map<Kind, Long> firstOf = new EnumMap<>(Kind.class);
  private long otherRules = Long.MIN_VALUE;
  private long theseRules = Long.MIN_VALUE;
  private long begin = Long.MAX_VALUE;
  private long end = Long.MIN_VALUE;
  private long events;
  private long unreadable;

  /**
   * A backtest before its first batch.
   *
   * @param examples how many alerts of each rule are kept
   */
  Backtest(RuleSet rules, DetectorSettings settings, int examples) {
    this.rules = rules;
    this.examples = examples;
    this.replay = new Replay(rules, settings, new Sink());
    rules.rules().forEach(rule -> findings.put(rule.name(), new Finding(rule.name())));
    observers().forEach(rule -> findings.put(rule.name(), new Finding(rule.name())));
    rules.correlations().forEach(c -> findings.put(c.name(), new Finding(c.name())));
  }

  /** The rules under whose names baselines alert. */
  private List<Rule> observers() {
    return rules.observers().stream()
        .filter(rule -> rule.watch() != null && rule.watch().aspect() != Aspect.STARTS)
        .toList();
  }

  /** What became of a rule. */
  static final class Finding {
    private final String rule;
    private final SortedMap<String, Long> containers = new TreeMap<>();
    private final List<Alert> examples = new ArrayList<>();
    private long alerts;

    private Finding(String rule) {
      this.rule = rule;
    }

    String rule() {
      return rule;
    }

    /** How many alerts; matches within 60 s are one. */
    long alerts() {
      return alerts;
    }

    /** Alerts by the container's name; of the host itself under {@code host}. */
    SortedMap<String, Long> containers() {
      return containers;
    }

    /** The first alerts. */
    List<Alert> examples() {
      return examples;
    }
  }

  private final class Sink implements AlertSink {
    @Override
    public void alert(Alert alert) {
      found(alert);
    }

    @Override
    public void incident(Incident incident) {}

    @Override
    public void facts(Observed observed) {
      if (observed.event() instanceof ContainerFacts now) {
        facts.put(now.container().id(), now);
      }
    }
  }

  private void found(Alert alert) {
    Finding finding = findings.computeIfAbsent(alert.rule().name(), Finding::new);
    ContainerRef container = alert.container();
    finding.alerts++;
    finding.containers.merge(container == null ? "host" : container.name(), 1L, Long::sum);
    if (finding.examples.size() < examples) {
      finding.examples.add(alert);
    }
    if (alerts.size() < MOST_FORESEEN) {
      alerts.add(new Known(alert, container == null ? null : facts.get(container.id())));
    }
  }

  private record Known(Alert alert, @Nullable ContainerFacts facts) {}

  /** Whether there were more alerts than the policies are asked about. */
  boolean isForesightShort() {
    return alerts.size() == MOST_FORESEEN;
  }

  /**
   * What policies would have done about the alerts, and how often, in the order of the first time.
   */
  Map<Foresight.Planned, Long> foresee(PolicySet policies) {
    Map<Foresight.Planned, Long> planned = new LinkedHashMap<>();
    alerts.sort(Comparator.comparingLong(known -> known.alert().time()));
    try (Foresight foresight = new Foresight(policies)) {
      for (Known known : alerts) {
        foresight
            .take(known.alert(), known.facts())
            .forEach(action -> planned.merge(action, 1L, Long::sum));
      }
    }
    return planned;
  }

  /** Takes a batch; one that cannot be read is counted. */
  void add(byte[] batch) {
    try {
      look(batch);
      replay.add(batch);
    } catch (MalformedBatchException e) {
      unreadable++;
    }
  }

  private void look(byte[] batch) throws MalformedBatchException {
    cursor.open(batch);
    while (cursor.next()) {
      long time = cursor.time();
      begin = Math.min(begin, time);
      end = Math.max(end, time);
      events++;
      firstOf.merge(cursor.kind(), time, Math::min);
      if (cursor.kind() == Kind.SENSOR_HEARTBEAT
          && cursor.event() instanceof SensorHeartbeat heartbeat) {
        look(heartbeat);
      }
    }
  }

  /** What a collector lets pass follows from the rules that it has. */
  private void look(SensorHeartbeat heartbeat) {
    if (rules.hash().equals(heartbeat.bundle())) {
      theseRules = Math.max(theseRules, heartbeat.time());
    } else {
      otherRules = Math.max(otherRules, heartbeat.time());
    }
  }

  /**
   * Since when all paths that a rule asks for were surely collected, unix nanoseconds: since
   * collectors had no other rules than these. Before, they sent the paths that the others asked
   * for, perhaps all of this one's, perhaps not.
   *
   * @return null when that never was; the beginning for a rule that does not go by paths
   */
  @Nullable Long pathsSince(String name) {
    if (!readsPaths(name) || (otherRules < 0 && theseRules > 0)) {
      return begin;
    }
    return theseRules > otherRules ? otherRules : null;
  }

  private boolean readsPaths(String name) {
    return rules.rules().stream()
            .anyMatch(rule ->
                rule.name().equals(name) && rule.kinds().stream().anyMatch(BY_PATH::contains))
        || rules
            .correlation(name)
            .filter(correlation -> correlation.rules().stream().anyMatch(this::readsPaths))
            .isPresent();
  }

  /** Events that were read. */
  long events() {
    return events;
  }

  /** Batches that could not be read. */
  long unreadable() {
    return unreadable;
  }

  /** Time of the first event, unix nanoseconds; {@link Long#MAX_VALUE} without one. */
  long begin() {
    return begin;
  }

  /** Time of the last event, unix nanoseconds. */
  long end() {
    return end;
  }

  /** What became of each rule and correlation, those of the detector itself after them. */
  List<Finding> findings() {
    return List.copyOf(findings.values());
  }

  /**
   * Since when a rule could have matched, unix nanoseconds: the first event of a kind it reads. A
   * correlation of counts can from the first of its rules on, one in time when all of them can.
   *
   * @return null when none came; the beginning for a rule that reads nothing that is left out
   */
  @Nullable Long collectedSince(String name) {
    for (Rule rule : rules.rules()) {
      if (rule.name().equals(name)) {
        return collectedSince(rule);
      }
    }
    for (Rule rule : observers()) {
      if (rule.name().equals(name)) {
        return collectedSince(rule);
      }
    }
    for (Correlation correlation : rules.correlations()) {
      if (correlation.name().equals(name)) {
        return collectedSince(correlation);
      }
    }
    return begin;
  }

  private @Nullable Long collectedSince(Correlation correlation) {
    List<Long> times = new ArrayList<>();
    for (String member : correlation.rules()) {
      Long since = collectedSince(member);
      if (since != null) {
        times.add(since);
      }
    }
    boolean all =
        switch (correlation.type()) {
          case TEMPORAL, TEMPORAL_ORDERED -> true;
          case EVENT_COUNT, VALUE_COUNT, VALUE_SUM -> false;
        };
    if (times.isEmpty() || (all && times.size() < correlation.rules().size())) {
      return null;
    }
    return all ? Collections.max(times) : Collections.min(times);
  }

  private @Nullable Long collectedSince(Rule rule) {
    Long since = null;
    for (Kind kind : rule.kinds()) {
      Long first = kind.isSystemCall() ? firstOf.get(kind) : Long.valueOf(begin);
      if (first != null && (since == null || first < since)) {
        since = first;
      }
    }
    return since == null || since - begin > SETTLED ? since : Long.valueOf(begin);
  }
}
