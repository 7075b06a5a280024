package io.leukocyte.deploy;

import io.leukocyte.events.Component;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.responder.ResponderSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What runs beside a responder: the watch over its policies, and where they are the fleet's, what
 * brings them.
 *
 * @param settings the responder's, which name the policies in force
 * @param feed brings the fleet's bundle; empty where files are in force
 */
record PoliciesBeside(ResponderSettings settings, Optional<BundleFeed> feed) {
  /**
   * Finds the policies that the settings name; those of a bundle take the place of the host's own.
   *
   * @throws EnvironmentException when the fleet's bundle cannot be had
   */
  static PoliciesBeside open(
      ResponderSettings own, DeploySettings settings, KafkaSettings kafka, Path data) {
    Optional<BundleFeed> feed =
        settings.bundle(data).map(f -> BundleFeed.open(kafka, own.fleet(), f));
    return new PoliciesBeside(
        feed.map(f -> own.withPolicies(f.folder().policies())).orElse(own), feed);
  }

  /**
   * All of it.
   *
   * @param changed called when a policy's file has changed
   */
  List<Component> watching(Runnable changed) {
    List<Component> all = new ArrayList<>(feed.stream().toList());
    all.add(watch(settings, changed));
    return all;
  }

  /** The watch over the files of a responder's policies. */
  static FileWatch watch(ResponderSettings settings, Runnable changed) {
    return new FileWatch(settings.policies().stream().toList(), FileWatch.PAUSE, changed);
  }
}
