package io.leukocyte.deploy;

import io.leukocyte.events.config.Problem;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Rule files from disk and from the jar. */
final class RuleFiles {
  private RuleFiles() {}

  /**
   * The files of the paths.
   *
   * @throws BadInputException when one cannot be read
   */
  static List<RuleFile> read(List<String> paths) {
    return TextFile.yaml(paths).stream().map(f -> new RuleFile(f.name(), f.text())).toList();
  }

  /**
   * The rules that the settings' files put in force.
   *
   * @throws BadInputException with every problem of all files
   */
  static RuleSet.Loaded inForce(DeploySettings settings) {
    return RuleSource.of(settings, Optional.empty()).load();
  }

  /**
   * What was loaded, when there is no problem.
   *
   * @throws BadInputException with every problem of all files
   */
  static RuleSet.Loaded checked(RuleSet.Loaded loaded) {
    if (!loaded.problems().isEmpty()) {
      throw new BadInputException(
          loaded.problems().stream().map(Problem::toString).collect(Collectors.joining("\n"))
              + "\n"
              + loaded.summary());
    }
    return loaded;
  }
}
