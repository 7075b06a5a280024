package io.leukocyte.deploy;

import java.nio.file.Path;

/** Where the log of this process goes: stderr, or a file of at most 10 MB and four older ones. */
final class Logs {
  private Logs() {}

  /** Sends it to a file; only before the first logger is made, since that reads the setting. */
  static void toFile(Path file) {
    System.setProperty("leuko.log.file", file.toAbsolutePath().toString());
    System.setProperty("leuko.log.to", "FILE");
  }
}
