package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.Text;
import io.leukocyte.rules.Correlation;
import io.leukocyte.rules.CorrelationWindow;
import io.leukocyte.rules.Correlator;
import io.leukocyte.rules.Occurrence;
import io.leukocyte.rules.RuleSet;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The correlations over all hosts: matches in, alerts and their incidents out. What it does follows
 * from the matches alone, in their order. One thread at a time.
 */
final class FleetDetector {
  /** Characters of a group-by value in an alert's group. */
  static final int MOST_GROUP = 128;

  private final DetectorSettings settings;
  private final WindowState state;
  private final Tally tally;
  private final InState windows = new InState();
  private RuleSet rules;
  private Correlator correlator;

  /** Minute of the last alert about groups that were lost. */
  private long lossMinute = Long.MIN_VALUE;

  /**
   * A detector.
   *
   * @param rules the rules in force
   * @param state what it remembers; it alone changes it from now on
   * @param tally where it counts
   */
  FleetDetector(RuleSet rules, DetectorSettings settings, WindowState state, Tally tally) {
    this.settings = settings;
    this.state = state;
    this.tally = tally;
    this.rules = rules;
    this.correlator = new Correlator(rules);
  }

  private final class InState implements Correlator.Windows {
    @Override
    public CorrelationWindow of(Correlation correlation, List<String> group) {
      return state.of(correlation, WindowState.NO_HOST, group);
    }

    @Override
    public void changed(CorrelationWindow window) {
      state.changed(window);
    }
  }

  /** Puts other rules in force. */
  void use(RuleSet newRules) {
    if (newRules != rules) {
      rules = newRules;
      correlator = new Correlator(newRules);
    }
  }

  /** What it counted. */
  Tally tally() {
    return tally;
  }

  /** Values of a group go into every incident, so they are short. */
  static List<String> clipped(List<String> group) {
    return group.stream().map(value -> Text.clip(value, MOST_GROUP)).toList();
  }

  /** Counts what a correlator notes. */
  static void count(Tally tally, Correlator.Note note, long times) {
    tally.add(
        switch (note) {
          case WITHOUT_VALUE -> Tally.Count.MATCHES_WITHOUT_VALUE;
          case LATE -> Tally.Count.LATE_MATCHES;
          case CUT -> Tally.Count.CUT_MATCHES;
          case STRAY -> Tally.Count.STRAY_MATCHES;
        },
        times);
  }

  /** That there were too many groups, as an event of the host whose match showed it. */
  static SensorLoss groupsLost(long time, int groups) {
    return new SensorLoss(
        time, null, "correlations", "any", "more groups than are remembered", groups, time, time);
  }

  /** What the alert about it says. */
  static String groupsLostOutput(int groups, DetectorSettings settings) {
    return "%d groups of correlations were forgotten: more than analyzer.max-groups (%d)"
        .formatted(groups, settings.maxGroups());
  }

  /** Takes a match. */
  void process(FleetMatch match, AlertSink sink) {
    state.onForgotten((window, note) -> close(window, note, sink));
    Correlator.Sink out =
        new Correlator.Sink() {
          @Override
          public void found(Correlator.Finding finding) {
            FleetDetector.this.found(finding, match, sink);
          }

          @Override
          public void forward(Occurrence occurrence) {
            sink.match(new FleetMatch(occurrence, match.cause(), match.hostname(), match.labels()));
          }

          @Override
          public void noted(Correlator.Note note, long times) {
            count(tally, note, times);
          }
        };
    correlator.take(match.occurrence(), match.cause(), windows, out);
    int gone = state.makeRoom(settings.maxGroups());
    if (gone > 0) {
      tally.add(Tally.Count.EVICTED_GROUPS, gone);
      groupsLost(gone, match, sink);
    }
  }

  private void found(Correlator.Finding finding, FleetMatch match, AlertSink sink) {
    if (!rules.alerts(finding.correlation().name())) {
      return;
    }
    tally.add(Tally.Count.MATCHES, 1);
    if (!finding.crossed()) {
      countOn(finding, match, sink);
      return;
    }
    Alert.RuleInfo rule = finding.correlation().info();
    List<String> group = clipped(finding.group());
    Alert alert =
        new Alert(
            Alert.idOf(rule.name(), group, finding.id()),
            rule,
            rule.name() + ": " + subject(group, match),
            finding.output(),
            group,
            match.cause(),
            match.labels(),
            match.hostname(),
            rules.hash(),
            finding.told());
    sink.alert(alert);
    open(alert, finding.time(), sink);
  }

  /**
   * The alert's incident, of its own: the container's is kept with the container's host. An alert
   * about a host itself has none.
   */
  private void open(Alert alert, long time, AlertSink sink) {
    byte[] before = state.note();
    if (before != null) {
      sink.incident(IncidentJson.read(before).closed());
    }
    ContainerRef container = alert.container();
    if (container == null) {
      state.note(null, 0);
      return;
    }
    keep(Incident.ofOne(alert, container), time, sink);
  }

  private void keep(Incident incident, long time, AlertSink sink) {
    state.note(IncidentJson.write(incident), time);
    sink.incident(incident);
  }

  /** Publishes what is counted into an alert, at most once a second of event time. */
  private void countOn(Correlator.Finding finding, FleetMatch match, AlertSink sink) {
    byte[] note = state.note();
    if (note != null && finding.time() - state.noted() >= IncidentDraft.PACE) {
      Incident incident = counted(IncidentJson.read(note), finding.window());
      Incident.Entry entry = incident.timeline().getFirst();
      List<EventId> last = new ArrayList<>(entry.lastCauses());
      last.add(match.cause().id());
      List<EventId> kept = last.subList(Math.max(0, last.size() - Fold.LAST_CAUSES), last.size());
      keep(with(incident, Incident.State.OPEN, entry, kept), finding.time(), sink);
    }
  }

  /** A window is forgotten, and what it has counted is the last word. */
  private static void close(CorrelationWindow window, byte[] note, AlertSink sink) {
    sink.incident(counted(IncidentJson.read(note), window).closed());
  }

  private static Incident counted(Incident incident, CorrelationWindow window) {
    Incident.Entry before = incident.timeline().getFirst();
    Incident.Entry entry =
        new Incident.Entry(
            before.alert(),
            before.rule(),
            before.priority(),
            before.groupBy(),
            window.matches(),
            Math.min(before.first(), window.first()),
            Math.max(before.last(), window.last()),
            before.firstCauses(),
            before.lastCauses());
    return with(incident, incident.state(), entry, entry.lastCauses());
  }

  private static Incident with(
      Incident incident, Incident.State now, Incident.Entry entry, List<EventId> lastCauses) {
    return new Incident(
        incident.id(),
        incident.host(),
        incident.hostname(),
        incident.container(),
        now,
        incident.priority(),
        entry.first(),
        entry.last(),
        1,
        entry.count(),
        List.of(
            new Incident.Entry(
                entry.alert(),
                entry.rule(),
                entry.priority(),
                entry.groupBy(),
                entry.count(),
                entry.first(),
                entry.last(),
                entry.firstCauses(),
                lastCauses)),
        0);
  }

  /** What people call it: the group, or else the last event's container or host. */
  private static String subject(List<String> group, FleetMatch match) {
    if (!group.isEmpty()) {
      return String.join(", ", group);
    }
    ContainerRef container = match.cause().event().container();
    if (container != null) {
      return container.name().isEmpty() ? container.id().brief() : container.name();
    }
    String hostname = match.hostname();
    HostId host = match.cause().id().host();
    return hostname == null || hostname.isEmpty() ? host.value() : hostname;
  }

  /** One alert in a minute of the matches' time, as all alerts about losses. */
  private void groupsLost(int gone, FleetMatch match, AlertSink sink) {
    long time = match.occurrence().time();
    long minute = Math.floorDiv(time, Fold.WINDOW);
    if (minute == lossMinute) {
      return;
    }
    lossMinute = minute;
    SensorLoss loss = groupsLost(time, gone);
    List<String> group = List.of(loss.source());
    String hostname = match.hostname();
    sink.alert(
        new Alert(
            Alert.idOf(BuiltInRules.GROUPS_LOST.name(), group, match.cause().id()),
            BuiltInRules.GROUPS_LOST,
            BuiltInRules.GROUPS_LOST.name() + ": stage 2",
            groupsLostOutput(gone, settings),
            group,
            new Observed(match.cause().id(), loss),
            new TreeMap<>(),
            hostname,
            rules.hash()));
  }

  /**
   * Forgets old windows.
   *
   * @param nanos the time its task ran since the last call
   */
  void tick(long nanos, AlertSink sink) {
    state.onForgotten((window, note) -> close(window, note, sink));
    state.tick(nanos);
  }
}
