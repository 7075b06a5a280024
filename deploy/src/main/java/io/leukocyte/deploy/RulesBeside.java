package io.leukocyte.deploy;

import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.FleetSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What runs beside a role that works by rules: the watch over its rules, and where they are the
 * fleet's, what brings them.
 *
 * @param watch the rules in force
 * @param feed brings the fleet's bundle; empty where files are in force
 */
record RulesBeside(RuleWatch watch, Optional<BundleFeed> feed) {
  /**
   * Reads the rules that the settings name.
   *
   * @throws BadInputException with every problem of all files
   * @throws EnvironmentException when the fleet's rules cannot be had
   */
  static RulesBeside open(Config config, DeploySettings settings, KafkaSettings kafka, Path data) {
    Optional<BundleFeed> feed =
        settings.bundle(data).map(f -> BundleFeed.open(kafka, FleetSettings.from(config), f));
    return new RulesBeside(
        new RuleWatch(RuleSource.of(settings, feed.map(BundleFeed::folder))), feed);
  }

  /** All of it. */
  List<Component> components() {
    List<Component> all = new ArrayList<>(feed.stream().toList());
    all.add(watch);
    return all;
  }

  /** All of it, and something else. */
  List<Component> and(Component other) {
    List<Component> all = components();
    all.add(other);
    return all;
  }
}
