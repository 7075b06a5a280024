package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.Alert;
import io.leukocyte.rules.Rule;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The situations of Falco's 25 stable rules, done for real in a container and seen by the real
 * sensor, which is asked for what the rules need: each arrives with the fields that its rule reads.
 * The name of a user who is not root is not known; the rule about accounts of the system reads
 * their number here.
 */
class StockSituationsIT {
  private static final String VICTIM = "stock-it-victim";
  private static final String PRIVILEGED = "stock-it-privileged";
  private static final String IN_PRIVILEGED =
      "17 debugger of file systems in a privileged container";
  private static final String DEBIAN = "debian:bookworm-slim";
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path FOLDER = Path.of("src/test/resources/stock").toAbsolutePath();

  @TempDir private static Path folder = Path.of("");
  private static List<Alert> alerts = List.of();
  private static boolean privileged;

  private static RuleSet rules() throws IOException {
    RuleSet.Loaded loaded =
        RuleSet.load(
            List.of(
                new RuleFile(
                    "situations.yaml", Files.readString(FOLDER.resolve("situations.yaml")))));
    assertThat(loaded.problems()).isEmpty();
    assertThat(loaded.skipped()).isEmpty();
    return loaded.rules();
  }

  /** All that this engine lets happen: one that runs in a container itself may refuse one. */
  static Stream<String> situations() throws IOException {
    return rules().rules().stream()
        .map(Rule::name)
        .filter(name -> privileged || !name.equals(IN_PRIVILEGED));
  }

  @BeforeAll
  static void doThemAll() throws IOException, InterruptedException {
    Environment.requireRootAndEngine();
    removeAll();
    WatchedHost host =
        new WatchedHost(folder.resolve("data"), folder.resolve("recording.ndjson"), rules());
    try (host) {
      start(
          VICTIM,
          "--network",
          "none",
          "--security-opt",
          "seccomp=unconfined",
          "--cap-add",
          "SYS_ADMIN",
          "--cap-add",
          "SYS_MODULE",
          "--tmpfs",
          "/dev/shm:exec",
          "-v",
          FOLDER + ":/stock:ro");
      String pid = docker("inspect", "-f", "{{.State.Pid}}", VICTIM).strip();
      run("nsenter", "-t", pid, "-n", "ip", "addr", "add", "203.0.113.9/32", "dev", "lo");
      start(PRIVILEGED, "--network", "none", "--privileged"); // some engines may not
      docker("exec", "-t", VICTIM, "bash", "-c", "true");
      privileged = docker("inspect", "-f", "{{.State.Running}}", PRIVILEGED).strip().equals("true");
      docker(
          "exec", PRIVILEGED, "sh", "-c", "cp /bin/true /opt/debugfs; /opt/debugfs -R ls; exit 0");
      docker("exec", VICTIM, "sh", "/stock/situations.sh");
      Set<String> expected = situations().collect(Collectors.toSet());
      await()
          .atMost(SOON)
          .untilAsserted(() -> assertThat(names(host.alerts())).containsAll(expected));
    }
    alerts = host.alerts();
  }

  @AfterAll
  static void removeAll() {
    docker("rm", "-f", VICTIM, PRIVILEGED);
  }

  private static void start(String name, String... options) {
    List<String> command = new ArrayList<>(List.of("run", "-d", "--name", name));
    command.addAll(List.of(options));
    command.addAll(List.of(DEBIAN, "sleep", "100"));
    docker(command.toArray(String[]::new));
  }

  private static String docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    return run(command.toArray(String[]::new));
  }

  /** What the command printed; what it returned does not matter, attacks fail for the most part. */
  private static String run(String... command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
      return output;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(String.join(" ", command), e);
    }
  }

  private static Set<String> names(List<Alert> of) {
    return of.stream().map(alert -> alert.rule().name()).collect(Collectors.toSet());
  }

  @Test
  void thereAreTwentyFive() throws IOException {
    assertThat(rules().rules()).hasSize(25);
  }

  @ParameterizedTest
  @MethodSource("situations")
  void eachIsSeenWithTheFieldsThatItsRuleReads(String situation) {
    String container = situation.equals(IN_PRIVILEGED) ? PRIVILEGED : VICTIM;
    assertThat(alerts)
        .filteredOn(alert -> alert.rule().name().equals(situation))
        .filteredOn(alert -> WatchedHost.nameOf(alert).equals(container))
        .isNotEmpty()
        .allSatisfy(alert -> assertThat(alert.output()).doesNotContain("<NA>"));
  }
}
