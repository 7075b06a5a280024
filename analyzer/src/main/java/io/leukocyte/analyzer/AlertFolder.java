package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.EventId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.Correlator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Folds matches into alerts, and the alerts of a container into its incident. */
final class AlertFolder {
  private final DetectorState state;
  private final Tally tally;
  private ToLongFunction<String> hold = rule -> 0;

  AlertFolder(DetectorState state, Tally tally) {
    this.state = state;
    this.tally = tally;
  }

  /** How long an alert of a rule goes on after its last match, nanoseconds; 0 when it does not. */
  void hold(ToLongFunction<String> ofRule) {
    hold = ofRule;
  }

  /**
   * A rule matched an event.
   *
   * @param rule which rule
   * @param groupBy values of the group-by fields
   * @param id the event's
   * @param time the event's, unix nanoseconds
   * @param event the event; asked for only when there is a new alert, like {@code output}
   * @param output the rule's output for it
   */
  record Match(
      Alert.RuleInfo rule,
      List<String> groupBy,
      EventId id,
      long time,
      Supplier<Event> event,
      Supplier<String> output) {}

  /** Counts a match into the alert it belongs to; makes that alert when there is none. */
  void add(
      Match match,
      HostState host,
      @Nullable ContainerState container,
      String bundle,
      AlertSink sink) {
    tally.add(Tally.Count.MATCHES, 1);
    CaseFile file = container == null ? host.caseFile : container.caseFile;
    Fold fold = file.find(match.rule().name(), match.groupBy(), match.time());
    if (fold == null) {
      Alert alert = alert(match, host, container, bundle);
      fold = open(file, match, alert.id());
      sink.alert(alert);
      ContainerRef ref = alert.container();
      if (container != null && ref != null) {
        toIncident(file, fold, ref);
      }
    }
    fold.add(match.id(), match.time(), host);
    if (container == null) {
      state.caseChanged(host);
    } else {
      count(match.time(), host, container);
    }
  }

  /**
   * A correlation's condition came to hold, which is an alert, or holds still, which is counted
   * into the alert that is open.
   *
   * @param cause the event that completed it; asked for only when there is an alert
   */
  void add(
      Correlator.Finding finding,
      EventId id,
      Supplier<Event> cause,
      HostState host,
      @Nullable ContainerState container,
      String bundle,
      AlertSink sink) {
    tally.add(Tally.Count.MATCHES, 1);
    CaseFile file = container == null ? host.caseFile : container.caseFile;
    Alert.RuleInfo rule = finding.correlation().info();
    List<String> group = FleetDetector.clipped(finding.group());
    Fold fold;
    if (finding.crossed()) {
      Match match = new Match(rule, group, id, finding.time(), cause, finding::output);
      Alert alert = alert(match, finding.id(), finding.told(), host, container, bundle);
      fold = open(file, match, alert.id());
      sink.alert(alert);
      ContainerRef ref = alert.container();
      if (container != null && ref != null) {
        toIncident(file, fold, ref);
      }
    } else {
      fold = file.latest(rule.name(), group);
      if (fold == null) {
        return; // it was let go because there were too many
      }
    }
    fold.add(id, finding.time(), host);
    if (container == null) {
      state.caseChanged(host);
    } else {
      count(finding.time(), host, container);
    }
  }

  /** An alert that was raised elsewhere becomes part of its container's incident, once. */
  void join(Alert alert, ContainerRef ref, HostState host, ContainerState container) {
    IncidentDraft incident = container.caseFile.incident;
    if (incident != null && incident.has(alert.id())) {
      return;
    }
    Fold fold =
        new Fold(
            alert.id(),
            alert.rule().name(),
            alert.rule().priority(),
            alert.groupBy(),
            alert.time());
    toIncident(container.caseFile, fold, ref);
    fold.add(alert.cause().id(), alert.time(), host);
    count(alert.time(), host, container);
  }

  private Fold open(CaseFile file, Match match, AlertId id) {
    if (file.open.size() == CaseFile.MAX_OPEN) {
      file.open.removeFirst();
      tally.add(Tally.Count.EVICTED_FOLDS, 1);
    }
    Fold fold =
        new Fold(id, match.rule().name(), match.rule().priority(), match.groupBy(), match.time());
    file.open.add(fold);
    return fold;
  }

  private static Alert alert(
      Match match, HostState host, @Nullable ContainerState container, String bundle) {
    return alert(match, match.id(), null, host, container, bundle);
  }

  private static Alert alert(
      Match match,
      EventId first,
      Alert.@Nullable Correlation correlation,
      HostState host,
      @Nullable ContainerState container,
      String bundle) {
    Observed cause = new Observed(match.id(), match.event().get());
    ContainerRef ref = cause.event().container();
    return new Alert(
        Alert.idOf(match.rule().name(), match.groupBy(), first),
        match.rule(),
        match.rule().name() + ": " + subject(host, ref),
        match.output().get(),
        match.groupBy(),
        cause,
        labels(container),
        host.hostname,
        bundle,
        correlation);
  }

  /** What people call it: a name where there is one. */
  static String subject(HostState host, @Nullable ContainerRef container) {
    if (container != null) {
      return container.name().isEmpty() ? container.id().brief() : container.name();
    }
    String hostname = host.hostname;
    return hostname == null || hostname.isEmpty() ? host.id.value() : hostname;
  }

  private static SortedMap<String, String> labels(@Nullable ContainerState container) {
    ContainerFacts facts = container == null ? null : container.facts;
    return facts == null ? new TreeMap<>() : facts.labels();
  }

  private static void toIncident(CaseFile file, Fold alert, ContainerRef container) {
    IncidentDraft incident = file.incident;
    if (incident == null) {
      incident =
          new IncidentDraft(IncidentId.of(container.id().value(), alert.alert.value()), container);
      file.incident = incident;
    }
    incident.add(alert);
  }

  private void count(long time, HostState host, ContainerState container) {
    state.caseChanged(container);
    IncidentDraft incident = container.caseFile.incident;
    if (incident == null) {
      return;
    }
    if (!incident.unpublished) {
      host.waiting.add(container);
    }
    incident.count(time, host);
  }

  /** Publishes the incidents of a host that changed, each at most once a second of its clock. */
  void publish(HostState host, AlertSink sink) {
    if (host.waiting.isEmpty()) {
      return;
    }
    host.waiting.removeIf(container -> {
      IncidentDraft incident = container.caseFile.incident;
      if (incident == null) {
        return true;
      }
      if (!incident.isDue(host.clock)) {
        return false;
      }
      publish(host, incident, Incident.State.OPEN, sink);
      state.caseChanged(container);
      return true;
    });
  }

  private static void publish(
      HostState host, IncidentDraft incident, Incident.State now, AlertSink sink) {
    incident.published = host.clock;
    incident.unpublished = false;
    sink.incident(incident.incident(host.id, host.hostname, now));
  }

  private boolean isOver(Fold fold, HostState host) {
    return fold.isOver(host.clock, hold.applyAsLong(fold.rule));
  }

  /** Lets go of alerts that take in nothing more. */
  void expire(HostState host) {
    if (host.caseFile.open.removeIf(fold -> isOver(fold, host))) {
      state.caseChanged(host);
    }
  }

  /** The same for a container, and closes its incident when it has been quiet for long. */
  void expire(ContainerState container, HostState host, AlertSink sink) {
    CaseFile file = container.caseFile;
    boolean changed = file.open.removeIf(fold -> isOver(fold, host));
    IncidentDraft incident = file.incident;
    if (incident != null && incident.isOver(host.clock)) {
      publish(host, incident, Incident.State.CLOSED, sink);
      file.incident = null;
      host.waiting.remove(container);
      changed = true;
    }
    if (changed) {
      state.caseChanged(container);
    }
  }
}
