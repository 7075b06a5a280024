package io.leukocyte.deploy;

import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the rules in force come from: files on this host and those shipped, or the bundle of the
 * fleet, which is complete.
 *
 * @param paths files and folders, read in their order
 * @param shipped whether the shipped rules come before them
 */
record RuleSource(List<String> paths, boolean shipped) {
  /**
   * The source that the settings name.
   *
   * @param bundle the fleet's bundle on this host; empty where files are in force
   */
  static RuleSource of(DeploySettings settings, Optional<BundleFolder> bundle) {
    return bundle
        .map(folder -> new RuleSource(List.of(folder.rules().toString()), false))
        .orElseGet(() -> new RuleSource(settings.rules(), settings.shippedRules()));
  }

  /**
   * Reads and checks the rules.
   *
   * @throws BadInputException with every problem of all files
   */
  RuleSet.Loaded load() {
    List<RuleFile> files = new ArrayList<>();
    if (shipped) {
      files.addAll(RuleFile.shipped());
    }
    files.addAll(RuleFiles.read(paths));
    return RuleFiles.checked(RuleSet.load(files));
  }

  /** What to watch. */
  List<Path> watched() {
    return paths.stream().map(Path::of).toList();
  }
}
