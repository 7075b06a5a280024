package io.leukocyte.deploy;

import io.leukocyte.events.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that most subcommands share. */
final class CommonOptions {
  private static final Path SYSTEM_CONFIG = Path.of("/etc/leuko/leukocyte.yaml");

  /** Variables that begin like settings and are read by others. */
  private static final Set<String> NOT_SETTINGS =
      Set.of("LEUKO_DATA", "LEUKO_HOME", "LEUKO_JAVA_OPTS");

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "Settings of all roles; default /etc/leuko/leukocyte.yaml when it is there. Each setting"
              + " also as LEUKO_… in the environment.")
  private @Nullable Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "${env:LEUKO_DATA}",
      description =
          "Where data is kept; default $LEUKO_DATA, else /var/lib/leuko as root, else ~/.leuko.")
  private @Nullable Path data;

  @Option(names = "--verbose", description = "Log more.")
  private boolean verbose;

  /** The data folder, absolute. */
  Path dataFolder() {
    if (data != null) {
      return data.toAbsolutePath().normalize();
    }
    return System.getProperty("user.name").equals("root")
        ? Path.of("/var/lib/leuko")
        : Path.of(System.getProperty("user.home"), ".leuko");
  }

  /** Turns on what {@code --verbose} asks for; before the first logger is made. */
  void applyVerbosity() {
    if (verbose) {
      Logs.verbose();
    }
  }

  /** The settings from the file and the environment. */
  Config load() {
    return load(Map.of());
  }

  /**
   * The settings from the file and the environment.
   *
   * @param over stands above both, by the names of the environment
   */
  Config load(Map<String, String> over) {
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.keySet().removeIf(NOT_SETTINGS::contains);
    environment.putAll(over);
    Config config = Config.load(file(), environment, DeploySettings.allKeys());
    Logs.configure(config);
    return config;
  }

  private @Nullable Path file() {
    if (config != null) {
      return config;
    }
    return Files.isReadable(SYSTEM_CONFIG) ? SYSTEM_CONFIG : null;
  }
}
