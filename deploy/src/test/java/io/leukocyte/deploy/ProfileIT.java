package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.analyzer.Analyzer;
import io.leukocyte.collector.Collector;
import io.leukocyte.engine.Engine;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Topic;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What containers of an image do is learned, frozen, broken, looked at and accepted: real programs
 * in real containers, the kernel sensor, Kafka, the analyzer and {@code leuko profile}.
 */
class ProfileIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PREFIX = "profile-it-";
  private static final String NETWORK = PREFIX + "net";
  private static final String FAR = "203.0.113.9";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** The rule shows when what a container did has come through, and what an incident holds. */
  private static final String RULES =
      """
      - rule: Netcat run
        desc: A tool for connections was started.
        condition: evt.type = execve and container.name startswith profile-it-web and proc.name = nc
        output: "%proc.cmdline"
        priority: CRITICAL
      - baseline: Shop
        desc: What the shop's containers do.
        condition: container.name startswith profile-it-web
        learn: 1h
        watch: [processes, files-written, destinations, listening-ports]
        priority: WARNING
      """;

  @TempDir private Path folder;
  private final RoleProcess process = new RoleProcess();
  private final Engine engine = Engines.fromEnvironment();
  private final ConcurrentLinkedQueue<Alert> alerts = new ConcurrentLinkedQueue<>();
  private EmbeddedKafka kafka;
  private KafkaSettings client;
  private TopicFollower follower;
  private Path settings;

  @BeforeEach
  void watchThisHost() throws Exception {
    Environment.requireRootAndEngine();
    removeContainers();
    kafka =
        EmbeddedKafka.create(
            folder.resolve("kafka"),
            new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.OPEN));
    kafka.start();
    client = KafkaAccess.embedded(kafka.clientProperties());
    KafkaAccess.ensureTopics(client, new TopicSpecs(2, 1, 1 << 30));
    Path rules = Files.writeString(folder.resolve("rules.yaml"), RULES);
    settings =
        Files.writeString(
            folder.resolve("leukocyte.yaml"),
            """
            kafka.bootstrap: "%s"
            topics: {partitions: 2, replication: 1}
            commands.keys: "k1:0123456789abcdef0123456789abcdef"
            rules: {shipped: false, paths: ["%s"]}
            """
                .formatted(kafka.bootstrap(), rules));
    follower =
        TopicFollower.start(
            client.clientProperties(), List.of(Topic.ALERTS), record -> take(record.value()));
    startRoles();
    docker("network", "create", "--internal", "--subnet", "203.0.113.0/24", NETWORK);
    run(
        "far",
        List.of("--ip", FAR),
        "sh",
        "-c",
        "httpd -p 8080 -h /etc; exec httpd -f -p 4444 -h /etc");
  }

  private void startRoles() throws InterruptedException {
    Config config = Config.load(settings, Map.of(), DeploySettings.allKeys());
    Path data = PrivateFiles.folder(folder.resolve("data"));
    RuleSet rules = RuleFiles.checked(RuleFiles.inForce(DeploySettings.from(config))).rules();
    Roles roles =
        new Roles(config, client, new HostId("profile-it"), data, engine, process.metrics());
    Analyzer analyzer = process.add(Roles.analyzer(config, client, data, rules, process.metrics()));
    Collector collector = process.add(roles.collector(rules));
    process.start(analyzer, PATIENCE);
    process.start(collector, PATIENCE);
    assertThat(collector.check()).allMatch(CheckResult.Ok.class::isInstance);
  }

  @AfterEach
  void endEverything() {
    process.close();
    engine.close();
    if (follower != null) {
      follower.close();
    }
    if (kafka != null) {
      kafka.close();
    }
    removeContainers();
  }

  private static void removeContainers() {
    for (String name : List.of("far", "web-1", "web-2", "web-3")) {
      docker("rm", "-fv", PREFIX + name);
    }
    docker("network", "rm", NETWORK);
  }

  private void take(byte[] document) {
    try {
      alerts.add(AlertJson.read(document));
    } catch (MalformedJsonException e) {
      throw new IllegalStateException(e);
    }
  }

  // ---- what is done ----

  private static void run(String name, List<String> options, String... command) {
    List<String> words = new ArrayList<>(List.of("run", "-d", "--name", PREFIX + name));
    words.addAll(List.of("--network", NETWORK));
    words.addAll(options);
    words.add("busybox:latest");
    words.addAll(List.of(command));
    docker(words.toArray(String[]::new));
  }

  private static void web(int number) {
    run("web-" + number, List.of(), "sleep", "300");
  }

  /** Asks the far end's web server, which every container of the image does. */
  private static void ordinaryWork(int number) {
    assertThat(exec(number, "wget", "-q", "-O", "-", "http://" + FAR + ":8080/hostname"))
        .isNotBlank();
  }

  /** Brings a program that never ran, to a port where none went, and writes a file. */
  private static void intrude(int number) {
    exec(number, "nc", "-w", "1", FAR, "4444");
    exec(number, "touch", "/etc/implant");
  }

  private static String exec(int number, String... command) {
    List<String> words = new ArrayList<>(List.of("exec", PREFIX + "web-" + number));
    words.addAll(List.of(command));
    return docker(words.toArray(String[]::new));
  }

  private static String docker(String... arguments) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(arguments));
    try {
      Process started = new ProcessBuilder(command).redirectErrorStream(true).start();
      started.getOutputStream().close();
      String output = new String(started.getInputStream().readAllBytes(), UTF_8);
      assertThat(started.waitFor(60, TimeUnit.SECONDS)).as(output).isTrue();
      return output;
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(String.join(" ", command), e);
    }
  }

  /** What {@code leuko profile} prints; it must do what it is told. */
  private String profile(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    assertThat(profile(out, err, words)).as("%s%s", out, err).isEqualTo(ExitCode.FINE);
    return out.toString();
  }

  private int profile(StringWriter out, StringWriter err, String... words) {
    CommandLine leuko = Leuko.commandLine();
    leuko.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    List<String> all = new ArrayList<>(List.of("profile"));
    all.addAll(List.of(words));
    all.addAll(List.of("-c", settings.toString()));
    return leuko.execute(all.toArray(String[]::new));
  }

  private void awaitShown(String... lines) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          StringWriter shown = new StringWriter();
          assertThat(profile(shown, new StringWriter(), "show", "busybox"))
              .isEqualTo(ExitCode.FINE);
          for (String line : lines) {
            assertThat(shown.toString()).containsPattern("(?m)^" + line + " ");
          }
        });
  }

  /** What the baseline said of a container: rule and value. */
  private List<String> said(int number) {
    return alerts.stream()
        .filter(alert -> WatchedHost.nameOf(alert).equals(PREFIX + "web-" + number))
        .filter(alert -> alert.rule().name().startsWith("Shop: "))
        .map(alert -> alert.rule().name() + " " + String.join(" ", alert.groupBy()))
        .toList();
  }

  private void awaitSaid(int number, String... values) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(said(number)).containsExactlyInAnyOrder(values));
  }

  /** The incidents of a container, as they were written last. */
  private List<JsonNode> incidents(int number) {
    Map<String, JsonNode> incidents = new LinkedHashMap<>();
    TopicReader.read(
        client,
        Topic.INCIDENTS,
        Instant.EPOCH,
        record -> {
          try {
            JsonNode incident = MAPPER.readTree(record.value());
            if (incident.at("/container/name").asText().equals(PREFIX + "web-" + number)) {
              incidents.put(incident.at("/event/id").asText(), incident);
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
        });
    return List.copyOf(incidents.values());
  }

  @Test
  void whatWasNeverSeenAlertsOnceUntilSomebodyAcceptsIt() throws Exception {
    web(1);
    ordinaryWork(1);
    awaitShown("process:/bin/busybox sleep +normal", "destination:203.0.113.9:8080/tcp +normal");
    assertThat(profile("freeze", "busybox")).contains("learning has ended");
    ordinaryWork(1);
    intrude(1);
    intrude(1);

    awaitSaid(
        1,
        "Shop: new process /bin/busybox nc",
        "Shop: new destination 203.0.113.9:4444/tcp",
        "Shop: new process /bin/busybox touch",
        "Shop: new file /etc/implant");
    assertThat(alerts)
        .filteredOn(alert -> alert.rule().name().startsWith("Shop: "))
        .allSatisfy(alert -> assertThat(alert.output()).contains("(seen before: never;"));
    awaitOneIncident();
    awaitShown(
        "process:/bin/busybox nc +NEW",
        "destination:203.0.113.9:4444/tcp +NEW",
        "file:/etc/implant +NEW",
        "process:/bin/busybox wget +normal");

    profile("accept", "busybox", "--all");
    awaitShown("process:/bin/busybox nc +accepted", "file:/etc/implant +accepted");
    Path exported = folder.resolve("shop.yaml");
    profile("export", "busybox", "-o", exported.toString());
    assertThat(exported)
        .content()
        .contains(
            "/bin/busybox nc",
            "/bin/busybox touch",
            "203.0.113.9:4444/tcp",
            "203.0.113.9:8080/tcp");
    profile("remove", "busybox", "destination:203.0.113.9:8080/tcp");

    web(2);
    intrude(2);
    ordinaryWork(2);
    awaitSaid(2, "Shop: new destination 203.0.113.9:8080/tcp");

    profile("import", exported.toString());
    web(3);
    intrude(3);
    ordinaryWork(3);
    exec(3, "true");
    awaitSaid(3, "Shop: new process /bin/busybox true");
    assertThat(said(1)).hasSize(4);
    assertThat(said(2)).hasSize(1);
  }

  /** The rule's alert and the baseline's are one incident of the container. */
  private void awaitOneIncident() {
    await()
        .atMost(SOON)
        .untilAsserted(() -> {
          List<JsonNode> incidents = incidents(1);
          assertThat(incidents).hasSize(1);
          assertThat(incidents.getFirst().at("/leukocyte/incident/rules"))
              .extracting(JsonNode::asText)
              .containsExactlyInAnyOrder(
                  "Netcat run", "Shop: new process", "Shop: new destination", "Shop: new file");
          assertThat(incidents.getFirst().at("/leukocyte/incident/alerts").asInt()).isEqualTo(5);
        });
  }
}
