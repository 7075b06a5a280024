package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import io.leukocyte.rules.RuleSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A detector in memory with everything it finds; numbers batches of a host by itself. */
final class Findings implements AlertSink {
  final List<Alert> alerts = new ArrayList<>();
  final List<Incident> incidents = new ArrayList<>();
  final List<Observed> facts = new ArrayList<>();
  final List<FleetMatch> matches = new ArrayList<>();
  final DetectorState state;
  final Detector detector;
  private final Map<HostId, Long> sequences = new HashMap<>();

  Findings(RuleSet rules) {
    this(rules, DetectorSettings.DEFAULTS, new DetectorState());
  }

  Findings(RuleSet rules, DetectorSettings settings, DetectorState state) {
    this.state = state;
    this.detector = new Detector(rules, settings, state);
  }

  Findings send(Event... events) {
    return sendFrom(TestEvents.HOST, events);
  }

  Findings sendFrom(HostId host, Event... events) {
    return take(TestEvents.batch(host, sequences.merge(host, 1L, Long::sum) - 1, events));
  }

  Findings take(byte[] batch) {
    try {
      detector.process(BatchCursor.over(batch), this);
    } catch (MalformedBatchException e) {
      throw new AssertionError(e);
    }
    return this;
  }

  long counted(Tally.Count what) {
    return detector.tally().of(what);
  }

  List<String> alertedRules() {
    return alerts.stream().map(alert -> alert.rule().name()).toList();
  }

  Incident lastIncident() {
    return incidents.getLast();
  }

  @Override
  public void alert(Alert alert) {
    alerts.add(alert);
  }

  @Override
  public void incident(Incident incident) {
    incidents.add(incident);
  }

  @Override
  public void facts(Observed observed) {
    facts.add(observed);
  }

  @Override
  public void match(FleetMatch match) {
    matches.add(match);
  }
}
