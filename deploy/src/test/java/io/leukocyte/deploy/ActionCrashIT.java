package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Topic;
import io.leukocyte.responder.EvidenceArchive;
import io.leukocyte.responder.EvidenceManifest;
import io.leukocyte.responder.Missing;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Responders as processes of their own, one for each kind of action, killed as soon as their
 * journal reaches a step, and started again: the action was done once, is taken back once, and is
 * told whole.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ActionCrashIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Six steps, and the start after them. */
  private static final Duration LONGEST = PATIENCE.multipliedBy(7);

  private static final List<String> STEPS =
      List.of("intended", "prepared", "applied", "verified", "undoing", "undone");

  /** What the engine must have seen of a container, of each kind of action. */
  private static final Map<String, Map<String, Long>> SEEN_ONCE =
      Map.of(
          "quarantine", Map.of("start", 1L),
          "pause", Map.of("start", 1L, "pause", 1L, "unpause", 1L),
          "kill", Map.of("start", 2L, "kill", 1L, "die", 1L),
          "throttle", Map.of("start", 1L),
          "recycle", Map.of("start", 2L, "kill", 2L, "die", 1L),
          "waf", Map.of("start", 1L));

  private static final String FIREWALL = "leuko-test-waf:1";

  /** The image of a firewall that listens, and is small. */
  private static final String FIREWALL_RUNS =
      "CMD [\"sh\", \"-c\", \"exec httpd -f -p $PORT -h /tmp\"]";

  private static final Map<String, String> PARAMETERS =
      Map.of(
          "throttle",
          "pids: 50, ",
          "recycle",
          "grace: 0s, settle: 0s, ",
          "waf",
          "image: '" + FIREWALL + "', ports: [80], drain: 0s, ");

  private static final Map<String, String> PROGRAMS =
      Map.of("waf", "mkdir /www; echo hello > /www/index.html; exec httpd -f -p 80 -h /www");

  /**
   * A container that is acted on.
   *
   * @param type of the action
   * @param rules of the packet filter in its network before
   */
  private record Victim(String type, String name, String id, String rules) {}

  /** Something that is done to each of several. */
  private interface Task<T, R> {
    R apply(T one) throws Exception;
  }

  private final Map<String, Child> responders = new LinkedHashMap<>();
  private Fleet fleet;
  private Child snapshots;
  private Witness witness;
  private KafkaProducer<byte[], byte[]> producer;
  private int alerts;

  static Stream<List<String>> deaths() {
    return Stream.concat(STEPS.stream().map(List::of), Stream.of(STEPS));
  }

  @BeforeAll
  void start(@TempDir(cleanup = CleanupMode.ALWAYS) Path folder) throws Exception {
    Environment.requireRootAndEngine();
    StringBuilder policies = new StringBuilder();
    SEEN_ONCE
        .keySet()
        .forEach(type ->
            policies.append(
                "- policy: %1$s\n  match: {rules: [%1$s]}\n  actions: [%1$s: {%2$sfor: 3s}]\n  guard: {mode: enforce}\n"
                    .formatted(type, PARAMETERS.getOrDefault(type, ""))));
    policies.append(
        "- policy: snapshot\n  match: {rules: [snapshot]}\n  actions: [snapshot, kill: {}]\n  guard: {mode: enforce}\n");
    fleet = Fleet.start(folder, "[]", policies.toString());
    makeFirewall();
    snapshots = fleet.role("snapshot", "respond", host("snapshot"), Map.of());
    snapshots.start();
    for (String type : SEEN_ONCE.keySet()) {
      responders.put(type, fleet.role(type, "respond", host(type), Map.of()));
    }
    for (Child responder : responders.values()) {
      responder.start();
    }
    producer =
        new KafkaProducer<>(fleet.client(), new ByteArraySerializer(), new ByteArraySerializer());
    witness = new Witness(fleet.client(), Fleet.PARTITIONS, host("none"), fleet.rules());
    responders.values().forEach(Child::awaitReady);
    snapshots.awaitReady();
  }

  private void makeFirewall() throws Exception {
    String base = fleet.engine().run("base", "true");
    fleet.engine().docker("commit", "--change", FIREWALL_RUNS, base, FIREWALL);
    fleet.engine().docker("rm", "-f", base);
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable open : new AutoCloseable[] {witness, producer, fleet}) {
      if (open != null) {
        open.close();
      }
    }
  }

  private static HostId host(String type) {
    return new HostId("crash-" + type);
  }

  @ParameterizedTest(name = "killed when {0} is journalled")
  @MethodSource("deaths")
  void actionIsDoneOnceAndTakenBackOnce(List<String> deaths) throws Exception {
    List<Victim> victims = together(responders.keySet(), this::victim);
    Map<Victim, String> actions = new LinkedHashMap<>();
    for (Victim victim : victims) {
      actions.put(victim, order(victim.type(), victim.id()));
    }
    var _ = together(actions.entrySet(), e -> killAt(e.getKey().type(), e.getValue(), deaths));
    actions.values().forEach(this::assertToldWhole);
    var _ = together(actions.entrySet(), e -> takenBack(e.getKey(), e.getValue()));
    for (Victim victim : victims) {
      if (victim.type().equals("waf")) {
        assertFirewallIsGone(victim.name());
      }
    }
  }

  private Victim victim(String type) throws Exception {
    String name = type + alerts;
    String id = fleet.engine().run(name, PROGRAMS.getOrDefault(type, "sleep 3600"));
    return new Victim(type, name, id, fleet.engine().ruleset(id));
  }

  /** All at once, as most of it waits for the engine; what each gave, in their order. */
  private static <T, R> List<R> together(Collection<T> all, Task<T, R> task) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<R>> begun = new ArrayList<>();
      for (T one : all) {
        begun.add(threads.submit(() -> task.apply(one)));
      }
      List<R> results = new ArrayList<>();
      for (Future<R> each : begun) {
        results.add(each.get(LONGEST.toSeconds(), TimeUnit.SECONDS));
      }
      return results;
    }
  }

  /** It goes on as if nothing had happened; it is removed, and its name returned. */
  private String takenBack(Victim victim, String action) throws Exception {
    String container = victim.id();
    assertThat(seen(container))
        .as(() -> victim.type() + ": " + witness.steps(action))
        .isEqualTo(SEEN_ONCE.get(victim.type()));
    assertThat(fleet.engine().docker("inspect", "-f", "{{.State.Status}}", container))
        .isEqualTo("running");
    assertThat(fleet.engine().filtered(container)).as("packet filter").isFalse();
    assertThat(fleet.engine().ruleset(container)).as("its rules").isEqualTo(victim.rules());
    assertThat(pidsLimit(container)).as("limit of processes").isIn("<nil>", "<no value>", "0");
    assertThat(containers(victim.type())).as("containers").hasSize(1);
    fleet.engine().docker("rm", "-f", container);
    return victim.name();
  }

  /** It was started once; one that was made and not started before a death was made again. */
  private void assertFirewallIsGone(String name) throws Exception {
    assertThat(containers("leuko-waf-")).isEmpty();
    String prefix = "leuko-waf-" + name + "-80-";
    Map<String, Long> seen =
        counted(
            events("type=container", "{{.Actor.Attributes.name}} {{.Action}}")
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(line.indexOf(' ') + 1)),
            List.of("create", "start", "die", "destroy"));
    assertThat(seen).containsEntry("start", 1L).containsEntry("die", 1L);
    assertThat(seen.get("create")).isBetween(1L, 2L).isEqualTo(seen.get("destroy"));
  }

  private String pidsLimit(String container) throws Exception {
    return fleet.engine().docker("inspect", "-f", "{{.HostConfig.PidsLimit}}", container);
  }

  /** All that were made for an action, stopped ones included. */
  private List<String> containers(String type) throws Exception {
    return fleet
        .engine()
        .docker("ps", "-a", "--filter", "name=^/?" + type, "--format", "{{.Names}}")
        .lines()
        .toList();
  }

  /** Killed twice: while files are written, and while they are written again. */
  @ParameterizedTest(name = "a snapshot cut {0}")
  @ValueSource(ints = {1, 2, 3})
  void evidenceIsWholeAndWhatComesAfterItHappensOnce(int round) throws Exception {
    long seed = Long.getLong("leuko.seed", System.nanoTime());
    Random random = new Random(seed + round);
    String container =
        fleet
            .engine()
            .run(
                "snapshot" + alerts,
                "for i in $(seq 40); do cp /bin/busybox /tmp/p$i; done; touch /ready; sleep 3600");
    await("programs in the container")
        .atMost(PATIENCE)
        .until(() -> fleet.engine().docker("exec", container, "ls", "/").contains("ready"));
    String alert = alert("snapshot", container);
    String snapshot = ActionId.of(alert, "snapshot", "0").value();
    List<Integer> moments = List.of(1 + random.nextInt(35), 1 + random.nextInt(35));
    for (int files : moments) {
      long from = System.currentTimeMillis();
      awaitFiles(container, snapshot, files, from);
      snapshots.kill();
      System.out.printf(
          "seed %d: killed at %d files, its journal had come to %s%n",
          seed, written(container, from), last("snapshot", snapshot));
      snapshots.start();
    }
    snapshots.awaitReady();
    assertDoneOnce(snapshot);
    assertDoneOnce(ActionId.of(alert, "snapshot", "1").value());
    assertThat(seen(container)).isEqualTo(Map.of("start", 1L, "kill", 1L, "die", 1L));
    assertEvidenceIsWhole(container);
    fleet.engine().docker("rm", "-f", container);
  }

  private void assertDoneOnce(String action) {
    await("the action's end is told")
        .atMost(PATIENCE)
        .until(() -> {
          witness.look();
          return witness.steps(action).stream().anyMatch(a -> a.step() == Action.Step.VERIFIED);
        });
    List<Action> steps = witness.steps(action);
    assertThat(steps)
        .extracting(Action::number)
        .isEqualTo(IntStream.range(0, steps.size()).boxed().toList());
    assertThat(steps.getFirst().step()).isEqualTo(Action.Step.INTENDED);
    assertThat(steps.getLast().step()).isEqualTo(Action.Step.VERIFIED);
    assertThat(steps).filteredOn(a -> a.step() == Action.Step.INTENDED).hasSize(1);
    assertThat(steps).filteredOn(a -> a.step() == Action.Step.VERIFIED).hasSize(1);
  }

  private void assertEvidenceIsWhole(String container) throws IOException {
    Path data = Operator.folder(fleet.data("snapshot"));
    assertThat(folders(container)).hasSize(1);
    List<EvidenceManifest> found =
        EvidenceArchive.list(data).stream().filter(m -> m.container().equals(container)).toList();
    assertThat(found)
        .singleElement()
        .satisfies(manifest -> {
          assertThat(EvidenceArchive.show(data, manifest.id()).faults()).isEmpty();
          assertThat(manifest.incomplete()).isNull();
          assertThat(manifest.missing()).extracting(Missing::what).doesNotContain("the rest");
          assertThat(manifest.files()) // what was not written before the first death has "again-"
              .extracting(f -> f.name().replaceFirst("^again-", ""))
              .contains("processes.json", "changes.json", "inspect.json", "log.json");
          assertThat(manifest.files())
              .filteredOn(f -> f.name().matches("program-\\d+-p\\d+"))
              .hasSizeGreaterThanOrEqualTo(40);
        });
  }

  /** The folders of evidence of a container. */
  private List<Path> folders(String container) throws IOException {
    Path root = Operator.folder(fleet.data("snapshot")).resolve("evidence");
    if (Files.notExists(root)) {
      return List.of();
    }
    try (Stream<Path> all = Files.list(root)) {
      return all.filter(f -> f.toString().contains("-" + container.substring(0, 12) + "-"))
          .toList();
    }
  }

  /** How many files of evidence were written since then. */
  private long written(String container, long since) throws IOException {
    long written = 0;
    for (Path folder : folders(container)) {
      try (Stream<Path> files = Files.list(folder)) {
        written += files.filter(f -> f.toFile().lastModified() >= since).count();
      }
    }
    return written;
  }

  /** Waits for so many, or the end of the snapshot, and loses no time. */
  private void awaitFiles(String container, String snapshot, int files, long since)
      throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (written(container, since) < files && !last("snapshot", snapshot).equals("verified")) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no evidence is written: " + snapshots.lastWords());
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  /** Kills a responder at each of the steps; it works again in the end. */
  private Child killAt(String type, String action, List<String> deaths)
      throws IOException, InterruptedException {
    Child responder = Objects.requireNonNull(responders.get(type));
    for (String step : deaths) {
      awaitStep(type, action, step);
      responder.kill();
      System.out.printf(
          "%s killed at %s: its journal had come to %s%n", type, step, last(type, action));
      responder.start();
    }
    responder.awaitReady();
    return responder;
  }

  /** Waits for an entry of the journal, and loses no time. */
  private void awaitStep(String type, String action, String step) throws IOException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (journal(type).stream().noneMatch(line -> says(line, action, step))) {
      if (System.nanoTime() > end) {
        throw new AssertionError(step + " was not reached: " + journal(type));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static boolean says(String line, String action, String step) {
    return line.contains("\"id\":\"" + action + "\"")
        && (line.contains("\"step\":\"" + step + "\"") || line.contains("{\"" + step + "\":"));
  }

  private List<String> journal(String type) throws IOException {
    Path file = Operator.folder(fleet.data(type)).resolve("journal");
    return Files.exists(file) ? Files.readString(file).lines().toList() : List.of();
  }

  /** How far the action had come by then. */
  private String last(String type, String action) throws IOException {
    String last = "";
    for (String line : journal(type)) {
      for (String step : STEPS) {
        last = says(line, action, step) ? step : last;
      }
    }
    return last;
  }

  /** Each step has been published; one begin, one end. */
  private void assertToldWhole(String action) {
    await("the end of the action is told")
        .atMost(PATIENCE)
        .until(() -> {
          witness.look();
          return witness.steps(action).stream().anyMatch(a -> a.step() == Action.Step.UNDONE);
        });
    List<Action> steps = witness.steps(action);
    assertThat(steps)
        .extracting(Action::number)
        .isEqualTo(IntStream.range(0, steps.size()).boxed().toList());
    assertThat(steps).extracting(Action::step).doesNotContain(Action.Step.FAILED);
    for (Action.Step once : List.of(Action.Step.INTENDED, Action.Step.UNDONE)) {
      assertThat(steps).filteredOn(a -> a.step() == once).hasSize(1);
    }
    assertThat(steps.getLast().step()).isEqualTo(Action.Step.UNDONE);
  }

  /** How often the engine did what to a container. */
  private Map<String, Long> seen(String container) throws Exception {
    return counted(
        events("container=" + container, "{{.Action}}"),
        List.of("start", "pause", "unpause", "kill", "die"));
  }

  private static Map<String, Long> counted(Stream<String> actions, List<String> which) {
    Map<String, Long> counts = new TreeMap<>();
    actions.filter(which::contains).forEach(action -> counts.merge(action, 1L, Long::sum));
    return counts;
  }

  /** What the engine saw so far, a line each. */
  private Stream<String> events(String filter, String format) throws Exception {
    Instant now = Instant.now(); // "0s" would be cut to whole seconds
    String until = "%d.%09d".formatted(now.getEpochSecond(), now.getNano());
    return fleet
        .engine()
        .docker("events", "--since", "1h", "--until", until, "--filter", filter, "--format", format)
        .lines();
  }

  /** An alert about a container; gives the id of the action that must follow. */
  private String order(String type, String container) throws Exception {
    return ActionId.of(alert(type, container), type, "0").value();
  }

  /** An alert about a container; gives its id. */
  private String alert(String type, String container) throws Exception {
    long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
    EventId id = new EventId(host(type), 1, alerts++, 0);
    ContainerRef ref =
        new ContainerRef(new ContainerId(container), type, "busybox", "latest", null, false);
    Alert alert =
        new Alert(
            Alert.idOf(type, List.of(), id),
            new Alert.RuleInfo(type, "", Priority.CRITICAL, List.of(), "test.yaml"),
            type,
            type,
            List.of(),
            new Observed(
                id, new ProcessExec(now, ref, ProcessInfo.unknown(new ProcessRef(1, now)))),
            new TreeMap<>(),
            null,
            "bundle");
    producer
        .send(
            new ProducerRecord<>(
                Topic.ALERTS.text(), host(type).value().getBytes(UTF_8), AlertJson.write(alert)))
        .get(30, TimeUnit.SECONDS);
    return alert.id().value();
  }
}
