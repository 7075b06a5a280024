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

/** An analyzer as a process of its own, so that it can be killed: PORT STATE-DIR. */
final class AnalyzerProcess {
  private AnalyzerProcess() {}

  static AnalyzerSettings settings(Path stateDir) {
    return new AnalyzerSettings(
        DetectorSettings.DEFAULTS,
        "leuko-analyzer",
        1,
        0,
        Duration.ofMillis(300),
        Duration.ofSeconds(2),
        Optional.of(stateDir));
  }

  static Process start(int port, Path folder, int number) throws IOException {
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
                folder.resolve("state-" + number).toString()))
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("analyzer-" + number + ".log").toFile())
        .start();
  }

  public static void main(String[] args) throws InterruptedException {
    Analyzer analyzer =
        new Analyzer(
            settings(Path.of(args[1])),
            KafkaSettings.plain(new HostPort("127.0.0.1", Integer.parseInt(args[0]))),
            TestEvents.SHELL_RULES,
            new SimpleMeterRegistry());
    analyzer.start();
    new CountDownLatch(1).await();
  }
}
