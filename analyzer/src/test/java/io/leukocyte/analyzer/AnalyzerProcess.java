package io.leukocyte.analyzer;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.config.HostPort;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/**
 * An analyzer as a process of its own, so that it can be killed: PORT STATE-DIR STANDBYS
 * SESSION-MILLIS RULES, these being {@code shell}, {@code correlations} or {@code baselines}.
 */
final class AnalyzerProcess {
  private AnalyzerProcess() {}

  static AnalyzerSettings settings(Path stateDir) {
    return settings(stateDir, 0, Duration.ofSeconds(2));
  }

  private static AnalyzerSettings settings(Path stateDir, int standbys, Duration session) {
    return new AnalyzerSettings(
        DetectorSettings.DEFAULTS,
        "leuko-analyzer",
        1,
        standbys,
        Duration.ofMillis(300),
        session,
        Optional.of(stateDir),
        Duration.ofHours(1)); // histories end, and their hosts with them
  }

  /** An analyzer that has no other. */
  static Process start(int port, Path folder, int number) throws IOException {
    return start(port, folder, "" + number, 0, Duration.ofSeconds(2));
  }

  /** The same with correlations in force. */
  static Process withCorrelations(int port, Path folder, int number) throws IOException {
    return start(port, folder, "" + number, 0, Duration.ofSeconds(2), "correlations");
  }

  /** The same with baselines in force. */
  static Process withBaselines(int port, Path folder, int number) throws IOException {
    return start(port, folder, "" + number, 0, Duration.ofSeconds(2), "baselines");
  }

  /** An analyzer that keeps its state in a folder of a name; it also logs there. */
  static Process start(int port, Path folder, String name, int standbys, Duration session)
      throws IOException {
    return start(port, folder, name, standbys, session, "shell");
  }

  private static Process start(
      int port, Path folder, String name, int standbys, Duration session, String rules)
      throws IOException {
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                AnalyzerProcess.class.getName(),
                Integer.toString(port),
                folder.resolve("state-" + name).toString(),
                Integer.toString(standbys),
                Long.toString(session.toMillis()),
                rules))
        .redirectErrorStream(true)
        .redirectOutput(
            ProcessBuilder.Redirect.appendTo(folder.resolve("analyzer-" + name + ".log").toFile()))
        .start();
  }

  public static void main(String[] args) throws InterruptedException {
    Analyzer analyzer =
        new Analyzer(
            settings(
                Path.of(args[1]),
                Integer.parseInt(args[2]),
                Duration.ofMillis(Long.parseLong(args[3]))),
            KafkaSettings.plain(new HostPort("127.0.0.1", Integer.parseInt(args[0]))),
            switch (args[4]) {
              case "correlations" -> TestCorrelations.RULES;
              case "baselines" -> TestBaselines.RULES;
              default -> TestEvents.SHELL_RULES;
            },
            new OrderTrust(false, Optional.of(TestBaselines.KEYS)),
            new SimpleMeterRegistry());
    Runtime.getRuntime().addShutdownHook(new Thread(analyzer::close));
    analyzer.start();
    new CountDownLatch(1).await();
  }
}
