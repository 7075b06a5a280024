package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.Alert;
import io.leukocyte.events.Priority;
import io.leukocyte.rules.Correlation;
import io.leukocyte.rules.Rule;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shipped rules against real programs in real containers, seen by the real sensor: work that
 * they must be quiet about, then the attacks of {@code catalogue.sh}, those of several steps of
 * {@code chains.sh}, and of the engine's side.
 */
class ShippedRulesIT {
  private static final String BENIGN = "rules-it-work-";
  private static final String ATTACK = "rules-it-attack-";
  private static final String WAF = "leuko-waf-rules-it-attack-80-0f3c";
  private static final String VICTIM = ATTACK + "victim";
  private static final String DEBIAN = "debian:bookworm-slim";
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);
  private static final Path SCRIPT = Path.of("src/test/resources/catalogue.sh").toAbsolutePath();
  private static final Path CHAINS = Path.of("src/test/resources/chains.sh").toAbsolutePath();
  private static final String CHAIN = ATTACK + "chain";
  private static final String NETWORK = "rules-it-net";

  /** What would take a sensor that does not work, or harm the machine. */
  private static final Set<String> NOT_HERE =
      Set.of("Processor kept busy", "Very many processes in a container");

  /** What would take a gibibyte, or a name server that answers. */
  private static final Set<String> NO_CHAIN_HERE =
      Set.of("Very much sent to one address", "Much received in answers of name servers");

  /** An engine that runs in a container itself may not start such containers. */
  private static final String PRIVILEGED = "Privileged container started";

  private static final String APPLICATION =
      """
      import java.net.*;
      import java.nio.file.*;
      public class Shop {
        public static void main(String[] a) throws Exception {
          try (ServerSocket server = new ServerSocket(8080)) {
            Path file = Files.createTempFile("shop", ".csv");
            Files.writeString(file, "1,2\\n");
            try (Socket client = new Socket("127.0.0.1", 8080); Socket s = server.accept()) {
              s.getOutputStream().write(Files.readAllBytes(file));
            }
            Files.delete(file);
            System.out.println("served " + s.getPort());
          }
        }
      }
      """;

  private static final String PACKAGE =
      """
      mkdir -p /p/DEBIAN /p/usr/bin /p/etc/cron.d && cp /bin/true /p/usr/bin/shop-tool
      echo '0 3 * * * root shop-tool' > /p/etc/cron.d/shop
      printf 'Package: shop\\nVersion: 1\\nArchitecture: all\\nMaintainer: x <x@example.com>\\nDescription: x\\n' \
        > /p/DEBIAN/control
      printf '#!/bin/sh\\nset -e\\nuseradd --system shop\\nshop-tool\\n' > /p/DEBIAN/postinst
      chmod 755 /p/DEBIAN/postinst
      dpkg-deb --build /p /tmp/shop.deb && dpkg -i /tmp/shop.deb && dpkg -r shop
      """;

  @TempDir private static Path folder = Path.of("");
  private static List<Alert> alerts = List.of();
  private static Path recording = Path.of("");
  private static String worked = "";

  @BeforeAll
  static void workAndAttack() throws IOException, InterruptedException {
    Environment.requireRootAndEngine();
    removeAll();
    recording = folder.resolve("catalogue.ndjson");
    WatchedHost host = new WatchedHost(folder.resolve("data"), recording);
    try (host) {
      work();
      attack(host);
      await()
          .atMost(SOON)
          .untilAsserted(() ->
              assertThat(rules(host.alertsOf("")))
                  .containsAll(raisedHere().keySet())
                  .containsAll(chains()));
    }
    alerts = host.alerts();
  }

  @AfterAll
  static void removeAll() {
    String names =
        docker("ps", "-aq", "--filter", "name=" + BENIGN, "--filter", "name=" + ATTACK).strip();
    if (!names.isEmpty()) {
      List<String> command = new ArrayList<>(List.of("rm", "-fv"));
      command.addAll(names.lines().toList());
      docker(command.toArray(String[]::new));
    }
    docker("network", "rm", NETWORK);
  }

  // ---- what is done ----

  private static void work() throws IOException {
    Path sources = Files.createDirectory(folder.resolve("app"));
    Files.writeString(sources.resolve("Shop.java"), APPLICATION);
    String java = System.getProperty("java.home");
    String[] check = {
      "--health-cmd", "curl -fs http://127.0.0.1/ || exit 1", "--health-interval", "1s"
    };
    start(BENIGN + "web", check, "leuko/test-web:1");
    start(BENIGN + "waf", new String[0], "leuko/waf:1");
    start(BENIGN + "jobs", new String[0], "busybox:latest", "crond", "-f", "-d", "8");
    worked +=
        docker(
            "run",
            "--name",
            BENIGN + "java",
            "--network",
            "none",
            "-v",
            java + ":/opt/java:ro",
            "-v",
            sources + ":/app:ro",
            DEBIAN,
            "/opt/java/bin/java",
            "-XX:TieredStopAtLevel=1",
            "/app/Shop.java");
    worked +=
        docker(
            "run", "--name", BENIGN + "package", "--network", "none", DEBIAN, "sh", "-c", PACKAGE);
    worked += docker("exec", BENIGN + "web", "nginx", "-s", "reload");
    docker("exec", BENIGN + "web", "sh", "-c", "date > /tmp/rotated && rm /tmp/rotated");
    await()
        .atMost(SOON)
        .until(() ->
            docker("inspect", "-f", "{{.State.Health.Status}}", BENIGN + "web")
                .equals("healthy\n"));
    docker("stop", "-t", "5", BENIGN + "web");
  }

  private static void attack(WatchedHost host) throws IOException, InterruptedException {
    beginChains();
    docker(
        "run",
        "-d",
        "--name",
        VICTIM,
        "--network",
        "none",
        "--security-opt",
        "seccomp=unconfined",
        "--tmpfs",
        "/dev/shm:exec",
        "-v",
        SCRIPT + ":/catalogue.sh:ro",
        DEBIAN,
        "sleep",
        "100");
    String pid = docker("inspect", "-f", "{{.State.Pid}}", VICTIM).strip();
    for (String address : List.of("203.0.113.9", "203.0.113.10", "169.254.169.254", "10.0.0.9")) {
      run("nsenter", "-t", pid, "-n", "ip", "addr", "add", address + "/32", "dev", "lo");
    }
    docker("exec", VICTIM, "sh", "/catalogue.sh");
    docker("exec", "-t", VICTIM, "bash", "-c", "true");
    endChains();
    Path file = Files.writeString(folder.resolve("file"), "x");
    docker("cp", file.toString(), VICTIM + ":/srv/file");
    docker("cp", VICTIM + ":/etc/hostname", folder.resolve("hostname").toString());
    open();
    fail();
    await().atMost(SOON).until(() -> rules(host.alertsOf(ATTACK)).contains("Container unhealthy"));
  }

  /** A container in which an attack goes on while others are attacked, and a third one. */
  private static void beginChains() {
    docker("network", "create", "--internal", "--subnet", "198.51.100.0/24", NETWORK);
    docker(
        "run",
        "-d",
        "--name",
        CHAIN,
        "--network",
        NETWORK,
        "-v",
        CHAINS + ":/chains.sh:ro",
        DEBIAN,
        "sh",
        "/chains.sh");
    start(ATTACK + "third", new String[0], DEBIAN, "sleep", "100");
    for (String name : List.of(CHAIN, ATTACK + "third")) {
      String pid = docker("inspect", "-f", "{{.State.Pid}}", name).strip();
      run("nsenter", "-t", pid, "-n", "ip", "addr", "add", "203.0.113.9/32", "dev", "lo");
    }
    docker("exec", CHAIN, "touch", "/tmp/go");
  }

  /** The steps that come from outside, and those of the third container. */
  private static void endChains() throws IOException {
    docker("exec", "-t", CHAIN, "bash", "-c", "true");
    Path file = Files.writeString(folder.resolve("copied"), "x");
    docker("cp", file.toString(), CHAIN + ":/srv/copied");
    String spread =
        "cp /bin/true /opt/update; /opt/update; echo > /dev/tcp/203.0.113.9/443 2> /dev/null";
    docker("exec", "-t", ATTACK + "third", "bash", "-c", spread);
  }

  /** Containers that are open from their start. */
  private static void open() {
    docker(
        "run",
        "--name",
        ATTACK + "open",
        "--network",
        "host",
        "-v",
        "/:/host:ro",
        "-v",
        "/var/run/docker.sock:/var/run/docker.sock",
        DEBIAN,
        "true");
    start(ATTACK + "privileged", new String[] {"--privileged"}, DEBIAN, "true");
    docker(
        "run",
        "-d",
        "--name",
        ATTACK + "capable",
        "--network",
        "none",
        "--cap-add",
        "SYS_PTRACE",
        DEBIAN,
        "true");
    docker(
        "run",
        "-d",
        "--name",
        ATTACK + "log",
        "--network",
        "none",
        "busybox:latest",
        "echo",
        "203.0.113.9 - - \"GET /item?id=1+UNION+SELECT+1,2,3 HTTP/1.1\" 200 512");
    docker(
        "run",
        "-d",
        "--name",
        ATTACK + "scan",
        "--network",
        "none",
        "busybox:latest",
        "echo",
        "203.0.113.9 - - [28/Nov/2026:10:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"sqlmap/1.8\"");
    docker(
        "run",
        "-d",
        "--name",
        WAF,
        "--network",
        "none",
        "busybox:latest",
        "printf",
        "{\"response\":{\"http_code\":403},\"messages\":[{\"ruleId\":\"949110\"}]}\\n"
            + "{\"response\":{\"http_code\":200},\"messages\":[{\"ruleId\":\"949110\"}]}\\n");
  }

  /** Containers that fail. */
  private static void fail() {
    start(
        ATTACK + "sick",
        new String[] {"--health-cmd", "false", "--health-interval", "1s", "--health-retries", "1"},
        "busybox:latest",
        "sleep",
        "100");
    String[] thrice = {"--restart", "on-failure:2"};
    start(ATTACK + "crash", thrice, DEBIAN, "sh", "-c", "perl -e 'kill 11, $$'; exit $?");
    start(ATTACK + "error", new String[0], DEBIAN, "sh", "-c", "exit 3");
    start(
        ATTACK + "memory",
        new String[] {"-m", "12m", "--memory-swap", "12m", "--restart", "on-failure:6"},
        DEBIAN,
        "perl",
        "-e",
        "sleep 1; $x = 'a' x 5e7"); // the engine listens for it only after the start, and misses
    // some
  }

  private static void start(String name, String[] options, String... imageAndCommand) {
    List<String> command = new ArrayList<>(List.of("run", "-d", "--name", name));
    command.addAll(List.of("--network", "none"));
    command.addAll(List.of(options));
    command.addAll(List.of(imageAndCommand));
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

  // ---- what is expected ----

  /** The rules that are raised, and the container's name. */
  static Map<String, String> expected() {
    Map<String, String> expected = new TreeMap<>();
    catalogue().forEach(rule -> expected.put(rule, VICTIM));
    expected.put("Terminal shell in container", VICTIM);
    expected.put("Command run in a container from outside", VICTIM);
    expected.put("Files copied into a container from outside", VICTIM);
    expected.put("Files of a container taken from outside", VICTIM);
    expected.put(PRIVILEGED, ATTACK + "privileged");
    expected.put("Container started with a sensitive folder of the host", ATTACK + "open");
    expected.put("Container started with the engine's socket", ATTACK + "open");
    expected.put("Container started in the host's network", ATTACK + "open");
    expected.put("Terminal of a container taken from outside", ATTACK + "open");
    expected.put("First program with capabilities of the host", ATTACK + "capable");
    expected.put("Web attack in a log line", ATTACK + "log");
    expected.put("Scanner in an access log", ATTACK + "scan");
    expected.put("Attack blocked by a WAF", WAF);
    expected.put("Attack seen by a WAF", WAF);
    expected.put("Container unhealthy", ATTACK + "sick");
    expected.put("Container crashed", ATTACK + "crash");
    expected.put("Container ended with an error", ATTACK + "error");
    expected.put("Container out of memory", ATTACK + "memory");
    return expected;
  }

  /** The same without what the engine of this machine refuses. */
  private static Map<String, String> raisedHere() {
    Map<String, String> here = new TreeMap<>(expected());
    String started = "{{.State.StartedAt}}";
    if (docker("inspect", "-f", started, ATTACK + "privileged").startsWith("0001-")) {
      here.remove(PRIVILEGED);
    }
    return here;
  }

  /** The rules that the script names. */
  static List<String> catalogue() {
    return named(SCRIPT);
  }

  /** The correlations that are raised. */
  static Set<String> chains() {
    Set<String> chains = new TreeSet<>(named(CHAINS));
    chains.add("Container keeps crashing");
    chains.add("Container keeps running out of memory");
    return chains;
  }

  private static List<String> named(Path script) {
    try {
      return Files.readAllLines(script).stream()
          .filter(line -> line.startsWith("#: "))
          .map(line -> line.substring(3))
          .toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Set<String> rules(List<Alert> of) {
    return of.stream().map(alert -> alert.rule().name()).collect(Collectors.toSet());
  }

  private static String told(Alert alert) {
    return WatchedHost.nameOf(alert) + ": " + alert.rule().name() + ": " + alert.output();
  }

  /** Work that does not get far raises nothing either. */
  @Test
  void ordinaryWorkIsDoneAndSeen() throws IOException {
    assertThat(worked)
        .contains("served ", "Setting up shop (1)", "Removing shop (1)", "signal process started");
    String seen = Files.readString(recording);
    for (String name : List.of("web", "waf", "jobs", "java", "package")) {
      assertThat(seen).contains("\"name\":\"" + BENIGN + name + "\"");
    }
    assertThat(seen)
        .contains(
            "/opt/java/bin/java", "/usr/bin/shop-tool.dpkg-new", "curl -fs http://127.0.0.1/");
  }

  @Test
  void ordinaryWorkRaisesNothingAtWarningOrAbove() {
    assertThat(alerts)
        .filteredOn(alert -> WatchedHost.nameOf(alert).startsWith(BENIGN))
        .filteredOn(alert -> alert.rule().priority().compareTo(Priority.WARNING) <= 0)
        .extracting(ShippedRulesIT::told)
        .isEmpty();
  }

  @Test
  void eachAttackRaisesItsRuleOnceInAMinute() {
    Map<String, Long> raised = new TreeMap<>();
    for (Alert alert : alerts) {
      String rule = alert.rule().name();
      if (WatchedHost.nameOf(alert).equals(expected().get(rule))) {
        Long before = raised.put(rule, alert.time());
        if (before != null) {
          assertThat(alert.time() - before).as(told(alert)).isGreaterThanOrEqualTo(MINUTE);
        }
      }
    }
    assertThat(raised.keySet()).isEqualTo(raisedHere().keySet());
  }

  @Test
  void noRuleIsLeftOut() {
    Set<String> shipped = new TreeSet<>();
    for (Rule rule : RuleSet.load(RuleFile.shipped()).rules().rules()) {
      if (!rule.info().ruleset().equals("correlations.yaml")) {
        shipped.add(rule.name());
      }
    }
    shipped.removeAll(NOT_HERE);

    assertThat(expected().keySet()).containsExactlyElementsOf(shipped);
  }

  @Test
  void noCorrelationIsLeftOut() {
    RuleSet shipped = RuleSet.load(RuleFile.shipped()).rules();
    Set<String> alerting = new TreeSet<>();
    for (Correlation correlation : shipped.correlations()) {
      if (shipped.alerts(correlation.name())) {
        alerting.add(correlation.name());
      }
    }
    alerting.removeAll(NO_CHAIN_HERE);
    assertThat(chains()).containsExactlyElementsOf(alerting);
  }

  @Test
  void attackOfSeveralStepsRaisesItsCorrelationOnce() {
    Map<String, Integer> raised = new TreeMap<>();
    for (Alert alert : alerts) {
      if (alert.correlation() != null) {
        String group = alert.rule().name() + " " + alert.groupBy();
        assertThat(raised.merge(group, 1, Integer::sum)).as(told(alert)).isEqualTo(1);
      }
    }
    assertThat(rules(alerts)).containsAll(chains());
  }

  @Test
  void aReplayOfTheRecordingFindsTheSameAlertsToTheId() throws IOException {
    StringWriter out = new StringWriter();

    int code =
        Leuko.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(new StringWriter()))
            .execute("replay", recording.toString());

    assertThat(code).isEqualTo(ExitCode.FINDINGS);
    List<String> ids = new ArrayList<>();
    ObjectMapper mapper = new ObjectMapper();
    for (String line : out.toString().lines().toList()) {
      JsonNode alert = mapper.readTree(line);
      ids.add(alert.at("/event/id").asText());
    }
    assertThat(ids)
        .containsExactlyInAnyOrderElementsOf(
            alerts.stream().map(alert -> alert.id().toString()).toList());
  }
}
