package io.leukocyte.deploy;

import io.leukocyte.events.config.Config;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The log of this process: on stderr, or in a file of at most 10 MB and four older ones. Everything
 * here counts only before the first logger is made, which reads logback.xml.
 */
final class Logs {
  private static final String LEVEL = "leuko.log.level";
  private static final String CONNECTIONS = "leuko.log.connections";

  private Logs() {}

  /** Takes form, level and bound from the settings, and the secrets that it must not tell. */
  static void configure(Config config) {
    DeploySettings settings = DeploySettings.from(config);
    System.setProperty("leuko.log.format", settings.logFormat().name());
    if (System.getProperty(LEVEL) == null) {
      System.setProperty(LEVEL, settings.logLevel().name());
    }
    System.setProperty("leuko.log.most", Integer.toString(settings.logLines()));
    LogSecrets.add(config.secrets());
  }

  /** Tells everything, whatever the settings say. */
  static void verbose() {
    System.setProperty(LEVEL, "DEBUG");
    System.setProperty(CONNECTIONS, "WARN");
  }

  /** Names the role, for the field service.name. */
  static void service(String role) {
    System.setProperty(CONNECTIONS, "WARN");
    System.setProperty("leuko.log.service", "leuko-" + role.toLowerCase(Locale.ROOT));
  }

  /** Sends it to a file. */
  static void toFile(Path file) {
    System.setProperty(CONNECTIONS, "WARN");
    System.setProperty("leuko.log.file", file.toAbsolutePath().toString());
    System.setProperty("leuko.log.to", "FILE");
  }
}
