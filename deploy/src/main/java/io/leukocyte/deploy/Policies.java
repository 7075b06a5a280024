package io.leukocyte.deploy;

import io.leukocyte.events.config.Problem;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.responder.PolicyFile;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.responder.ResponderSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Policies from disk, or those that are shipped. */
final class Policies {
  private Policies() {}

  /**
   * The policies that the settings put in force.
   *
   * @throws BadInputException with every problem of all files
   */
  static PolicySet inForce(ResponderSettings settings) {
    return checked(load(settings));
  }

  /**
   * The policies that the settings name, with what is wrong with them.
   *
   * @throws BadInputException when the files cannot be read
   */
  static PolicySet.Loaded load(ResponderSettings settings) {
    return PolicySet.load(files(settings.policies()), settings.channels());
  }

  private static List<PolicyFile> files(Optional<Path> path) {
    return path.map(Policies::read).orElseGet(PolicyFile::shipped);
  }

  /**
   * The files of a folder, or one.
   *
   * @throws BadInputException when they cannot be read
   */
  static List<PolicyFile> read(Path path) {
    try {
      return PolicyFile.in(path);
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot read the policies at %s: %s; name a folder of policy files."
              .formatted(path, UserFile.problem(e)));
    }
  }

  /**
   * What was loaded, when there is no problem.
   *
   * @throws BadInputException with every problem of all files
   */
  static PolicySet checked(PolicySet.Loaded loaded) {
    if (!loaded.problems().isEmpty()) {
      throw new BadInputException(
          loaded.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
    }
    return loaded.policies();
  }

  /** For one line of the screen: {@code 2 policies, 1 enforced}. */
  static String summary(PolicySet policies) {
    return "%d policies loaded, %d of them enforced"
        .formatted(policies.size(), policies.enforced());
  }
}
