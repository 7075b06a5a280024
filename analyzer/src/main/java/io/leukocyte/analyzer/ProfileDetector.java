package io.leukocyte.analyzer;

import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ProfileOrder;
import io.leukocyte.rules.Baseline;
import io.leukocyte.rules.Profile;
import io.leukocyte.rules.ProfileJson;
import io.leukocyte.rules.Profiler;
import io.leukocyte.rules.RuleSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The baselines over all hosts: observations in, profiles and alerts out, which belong to incidents
 * of their containers. What it does follows from observations and orders alone, in their order. One
 * thread at a time.
 */
final class ProfileDetector {
  private final ProfileState state;
  private final Tally tally;
  private RuleSet rules;
  private Profiler profiler;

  /**
   * A detector.
   *
   * @param rules the rules in force
   * @param state what it remembers; it alone changes it from now on
   * @param tally where it counts
   */
  ProfileDetector(RuleSet rules, ProfileState state, Tally tally) {
    this.rules = rules;
    this.state = state;
    this.tally = tally;
    this.profiler = new Profiler(rules);
  }

  /** Puts other rules in force; profiles stay. */
  void use(RuleSet newRules) {
    if (newRules != rules) {
      rules = newRules;
      profiler = new Profiler(newRules);
    }
  }

  /** Takes what a container showed. */
  void process(FleetObservation seen, AlertSink sink) {
    switch (profiler.take(seen.observation(), state)) {
      case Profiler.Answer.Quiet quiet -> {}
      case Profiler.Answer.Stray stray -> tally.add(Tally.Count.STRAY_MATCHES, 1);
      case Profiler.Answer.NoRoom none -> tally.add(Tally.Count.REFUSED_PROFILES, 1);
      case Profiler.Answer.New(Profiler.Finding finding) -> found(finding, seen, sink);
    }
  }

  private void found(Profiler.Finding finding, FleetObservation seen, AlertSink sink) {
    tally.add(Tally.Count.MATCHES, 1);
    Alert.RuleInfo rule = finding.rule();
    List<String> group = FleetDetector.clipped(finding.group());
    ContainerRef container = seen.cause().event().container();
    Alert alert =
        new Alert(
            Alert.idOf(rule.name(), group, seen.observation().id()),
            rule,
            rule.name() + ": " + subject(container, seen),
            finding.output(),
            group,
            seen.cause(),
            seen.labels(),
            seen.hostname(),
            rules.hash());
    sink.joining(alert);
  }

  private static String subject(@Nullable ContainerRef container, FleetObservation seen) {
    return container == null || container.name().isEmpty()
        ? seen.observation().container().brief()
        : container.name();
  }

  /**
   * Carries out an order that somebody vouches for, and publishes what became of the profile.
   *
   * @param now our clock, unix nanoseconds
   */
  void order(ProfileOrder order, long now, AlertSink sink) {
    boolean done = profiler.order(order, now, state);
    tally.add(done ? Tally.Count.PROFILE_ORDERS : Tally.Count.REFUSED_ORDERS, 1);
    publish(sink);
  }

  /** Publishes what changed. */
  void publish(AlertSink sink) {
    for (Profile.Key key : state.takeUnpublished()) {
      Profile profile = state.profiles().get(key);
      Baseline baseline = profiler.find(key.baseline());
      byte @Nullable [] document =
          profile == null
              ? null
              : baseline == null
                  ? ProfileJson.write(profile)
                  : ProfileJson.write(profile, baseline);
      sink.profile(key, document);
    }
  }
}
