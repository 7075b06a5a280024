package io.leukocyte.collector;

import io.leukocyte.events.ContainerId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The container that this collector itself runs in, of which it reports nothing: each batch sent
 * would make the next.
 */
final class OwnContainer {
  private static final Path MOUNTS = Path.of("/proc/self/mountinfo");

  /** A file that the engine puts into each container, from the container's own folder. */
  private static final Pattern MOUNT =
      Pattern.compile(
          "\\S+ \\S+ \\S+ \\S*/([0-9a-f]{64})/(?:hostname|hosts|resolv\\.conf) /etc/.*");

  private OwnContainer() {}

  /** The container of this process; empty on the host itself. */
  static Optional<ContainerId> find() {
    try {
      return find(Files.readAllLines(MOUNTS));
    } catch (IOException e) {
      return Optional.empty(); // no such file outside of Linux, where nothing is observed anyway
    }
  }

  /** The container of a process by the lines of its mountinfo. */
  static Optional<ContainerId> find(List<String> mounts) {
    return mounts.stream()
        .map(MOUNT::matcher)
        .filter(Matcher::matches)
        .map(m -> new ContainerId(m.group(1)))
        .findFirst();
  }
}
