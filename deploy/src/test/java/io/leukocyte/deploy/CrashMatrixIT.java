package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.HostId;
import io.leukocyte.responder.OpenAction;
import io.leukocyte.responder.ResponderControl;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The roles, Kafka and the engine as processes that are killed and frozen under load. A probe in a
 * container runs a numbered program all the time, victims are attacked before and in the middle of
 * each fault, and 500 events a second of other hosts fill windows. Afterwards what the topics hold
 * is compared with what is known to have happened.
 *
 * <p>{@code -Dleuko.faults=40} makes so many faults instead, of a role, a way and a moment chosen
 * at random by the seed that is printed; {@code -Dleuko.seed=} makes the same once more.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("alone")
class CrashMatrixIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final HostId HOST = new HostId("matrix-host");
  private static final String RULES =
      """
      - rule: Shell in container
        desc: A shell of the made-up hosts.
        condition: evt.type = execve and proc.cmdline contains matrix-shell
        output: Shell (container=%container.name)
        priority: WARNING
      - rule: Attack
        desc: What a victim runs.
        condition: evt.type = execve and proc.cmdline contains matrix-attack
        output: Attack (container=%container.name)
        priority: CRITICAL
      """;
  private static final String POLICIES =
      """
      - policy: attack
        match: {rules: [Attack]}
        actions: [quarantine: {for: 1h}]
        guard: {mode: enforce}
      """;

  private final List<String> victims = new ArrayList<>();
  private final List<Long> deaths = new ArrayList<>();
  private Fleet fleet;
  private Child collector;
  private Child analyzer;
  private Child responder;
  private Traffic traffic;
  private Witness witness;
  private long restarted;
  private int probes;
  private String probe = "";

  /** What is done to a process. */
  enum Way {
    /** SIGKILL; started again after three seconds. */
    KILLED,
    /** SIGSTOP, and SIGCONT after five seconds. */
    FROZEN,
    /** SIGSTOP, and SIGCONT after ten seconds: longer than the session and transaction timeouts. */
    LONG_FROZEN
  }

  /**
   * A row of the matrix.
   *
   * @param after so long after the attack begins
   */
  record Fault(String role, Way way, Duration after) {
    private static final List<String> ROLES =
        List.of("collector", "analyzer", "responder", "kafka", "engine");
    private static final List<Way> WAYS = List.of(Way.values());

    Fault(String role, Way way) {
      this(role, way, Duration.ZERO);
    }

    static Fault random(Random random) {
      return new Fault(
          ROLES.get(random.nextInt(ROLES.size())),
          WAYS.get(random.nextInt(WAYS.size())),
          Duration.ofMillis(random.nextInt(5_000)));
    }

    boolean kills(String which) {
      return role.equals(which) && way == Way.KILLED;
    }

    @Override
    public String toString() {
      String what = role + " " + way.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
      return after.isZero() ? what : what + " after " + after.toMillis() + " ms";
    }
  }

  static Stream<Fault> faults() {
    int count = Integer.getInteger("leuko.faults", 0);
    return count > 0 ? randomFaults(count) : fixedFaults();
  }

  private static Stream<Fault> randomFaults(int count) {
    long seed = Long.getLong("leuko.seed", System.nanoTime());
    System.out.printf("%d faults of -Dleuko.seed=%d%n", count, seed);
    Random random = new Random(seed);
    return Stream.generate(() -> Fault.random(random)).limit(count);
  }

  private static Stream<Fault> fixedFaults() {
    return Stream.of(
            new Fault("analyzer", Way.KILLED),
            new Fault("analyzer", Way.LONG_FROZEN),
            new Fault("responder", Way.KILLED),
            new Fault("responder", Way.FROZEN),
            new Fault("collector", Way.KILLED),
            new Fault("collector", Way.FROZEN),
            new Fault("kafka", Way.LONG_FROZEN),
            new Fault("kafka", Way.KILLED),
            new Fault("engine", Way.FROZEN),
            new Fault("engine", Way.KILLED))
        .filter(fault -> fault.toString().matches(System.getProperty("leuko.matrix", ".*")));
  }

  @BeforeAll
  void start(@TempDir(cleanup = CleanupMode.ALWAYS) Path folder) throws Exception {
    Environment.requireRootAndEngine();
    fleet = Fleet.start(folder, RULES, POLICIES);
    collector = fleet.role("collector", "collect", HOST, Map.of());
    analyzer = fleet.role("analyzer", "analyze", HOST, Map.of());
    responder = fleet.role("responder", "respond", HOST, Map.of());
    for (Child role : List.of(collector, analyzer, responder)) {
      role.start();
    }
    traffic = new Traffic(fleet.client(), fleet.rules(), 42);
    traffic.start();
    witness = new Witness(fleet.client(), Fleet.PARTITIONS, HOST, fleet.rules());
    for (Child role : List.of(collector, analyzer, responder)) {
      role.awaitReady();
    }
  }

  @AfterAll
  void end() {
    for (AutoCloseable open : new AutoCloseable[] {witness, traffic, fleet}) {
      try {
        if (open != null) {
          open.close();
        }
      } catch (Exception e) {
        throw new AssertionError(e);
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void nothingIsLostOrDoubled(Fault fault) throws Exception {
    startProbe();
    String before = victim(0);
    String during = victim(2);
    last(fault.after());
    long died = now();
    strike(fault);
    long back = now();
    try {
      awaitModel();
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(e.getMessage() + "\n" + state(), e);
    }
    if (fault.kills("collector")) {
      assertThat(attacked()).contains(before);
      assertThat(missing(witness.execs(probe))).isNotEmpty();
      await("the gap is told")
          .atMost(PATIENCE)
          .untilAsserted(() -> {
            witness.look();
            assertThat(witness.losses())
                .as("gap from %d to %d", deaths.getLast(), restarted)
                .anyMatch(l -> l.from() <= deaths.getLast() && l.to() >= restarted);
          });
    } else {
      assertThat(attacked()).contains(before, during);
      assertThat(missing(witness.execs(probe))).as("execs never seen").isEmpty();
    }
    assertAttacksAnsweredOnce();
    assertProbeWhole();
    System.out.printf(
        "%s, %.1f s: %d batches, %d alerts, %d execs of the probe, %d not seen; losses %s%n",
        fault,
        (back - died) / 1e9,
        traffic.batches(),
        witness.alertCount(),
        witness.execs(probe).size(),
        missing(witness.execs(probe)).size(),
        witness.losses().stream()
            .filter(l -> l.to() >= died)
            .map(l -> l.source() + " " + l.lostKind() + " " + l.reason() + " " + l.count())
            .toList());
  }

  @AfterEach
  void removeContainers() throws Exception {
    fleet
        .engine()
        .docker(
            Stream.concat(Stream.of("rm", "-f", probe), victims.stream()).toArray(String[]::new));
    victims.clear();
    await("open actions of removed containers")
        .atMost(PATIENCE)
        .until(() -> openActions().isEmpty());
  }

  // ---- what happens ----

  private void strike(Fault fault) throws Exception {
    Child child =
        switch (fault.role()) {
          case "collector" -> collector;
          case "analyzer" -> analyzer;
          case "responder" -> responder;
          case "kafka" -> fleet.kafka();
          case "engine" -> fleet.engine().daemon();
          default -> throw new AssertionError(fault);
        };
    switch (fault.way()) {
      case KILLED -> {
        child.kill();
        deaths.add(now());
        last(Duration.ofSeconds(3));
        if (fault.kills("engine")) {
          fleet.engine().restart();
        } else {
          restarted = now();
          child.start();
        }
      }
      case FROZEN -> {
        child.freeze();
        last(Duration.ofSeconds(5));
        child.thaw();
      }
      case LONG_FROZEN -> {
        child.freeze();
        last(Duration.ofSeconds(10));
        child.thaw();
      }
    }
    child.awaitReady();
  }

  /** Lets a fault last. */
  private static void last(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static long now() {
    return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
  }

  private void startProbe() throws Exception {
    probe = "probe" + probes++;
    fleet
        .engine()
        .run(
            probe,
            "i=0; while :; do /bin/true %1$s=$i; echo %1$s=$i; i=$((i+1)); usleep 30000; done"
                .formatted(probe));
  }

  /** A container that attacks itself after some seconds. */
  private String victim(int delay) throws Exception {
    String id =
        fleet
            .engine()
            .run(
                "victim" + System.nanoTime(),
                "sleep " + delay + "; /bin/true matrix-attack; sleep 3600");
    victims.add(id);
    return id;
  }

  // ---- what is known ----

  /** Waits until the topics hold all that must follow from what happened by now. */
  private void awaitModel() throws Exception {
    Map<HostId, List<String>> expected = traffic.expected();
    int last = lastOfProbe();
    await("drained")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> {
          witness.look();
          expected.forEach((host, ids) ->
              assertThat(witness.alerts(host).size())
                  .as("alerts of %s", host)
                  .isGreaterThanOrEqualTo(ids.size()));
          assertThat(lastOf(witness.execs(probe))).as("last exec").isGreaterThanOrEqualTo(last);
          assertThat(lastOf(witness.lines(probe))).as("last line").isGreaterThanOrEqualTo(last);
          assertThat(witness.alerts(HOST).size())
              .as("alerts of %s", HOST)
              .isEqualTo(witness.replayed().size());
        });
    expected.keySet().forEach(host -> assertThat(witness.alerts(host)).isEqualTo(firstOf(host)));
    assertThat(witness.alerts(HOST))
        .isEqualTo(witness.replayed().stream().map(a -> a.id().value()).toList());
  }

  /** For whoever looks for the cause of a failure. */
  private String state() {
    StringBuilder state = new StringBuilder(witness.ends(fleet.client()));
    traffic
        .expected()
        .forEach((host, ids) ->
            state.append(
                "%s: %d alerts of %d%n".formatted(host, witness.alerts(host).size(), ids.size())));
    return state.append(analyzer.lastWords()).toString();
  }

  private static int lastOf(NavigableMap<Integer, Witness.Numbered> of) {
    return of.isEmpty() ? -1 : of.lastKey();
  }

  /** As many of the expected alerts of a host as there are. */
  private List<String> firstOf(HostId host) {
    List<String> all = traffic.expected().getOrDefault(host, List.of());
    return all.subList(0, Math.min(all.size(), witness.alerts(host).size()));
  }

  /** What the probe last said, as the engine knows it. */
  private int lastOfProbe() throws Exception {
    String line = fleet.engine().docker("logs", "--tail", "1", probe);
    return line.isEmpty() ? 0 : Integer.parseInt(line.substring(line.indexOf('=') + 1));
  }

  private Stream<Alert> attacks() {
    return witness.replayed().stream().filter(a -> a.rule().name().equals("Attack"));
  }

  /** Ids of the containers with an alert. */
  private List<String> attacked() {
    return attacks().map(Alert::container).map(c -> c == null ? "" : c.id().value()).toList();
  }

  // ---- what must hold ----

  /** Each attack has one action, which is in force; what is in force is on the host. */
  private void assertAttacksAnsweredOnce() throws Exception {
    List<String> ids =
        attacks().map(a -> ActionId.of(a.id().value(), "attack", "0").value()).toList();
    await("actions")
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          witness.look();
          for (String id : ids) {
            assertThat(witness.steps(id))
                .extracting(Action::step)
                .startsWith(Action.Step.INTENDED)
                .contains(Action.Step.VERIFIED);
          }
        });
    for (String id : ids) {
      List<Action> steps = witness.steps(id);
      assertThat(steps).filteredOn(a -> a.step() == Action.Step.INTENDED).hasSize(1);
      assertThat(steps).extracting(Action::number).isEqualTo(upTo(steps.size()));
    }
    assertThat(witness.steps().map(a -> a.id().value()).distinct()).hasSameElementsAs(ids);
    await("journal and host agree").atMost(PATIENCE).untilAsserted(this::assertJournalAndHostAgree);
  }

  private static List<Integer> upTo(int end) {
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < end; i++) {
      numbers.add(i);
    }
    return numbers;
  }

  private void assertJournalAndHostAgree() throws Exception {
    Map<String, Boolean> journal = new TreeMap<>();
    Map<String, Boolean> host = new TreeMap<>();
    List<String> open = openActions().stream().map(OpenAction::containerId).toList();
    assertThat(open).doesNotHaveDuplicates();
    for (String victim : victims) {
      if (!runs(victim)) {
        fleet.engine().docker("start", victim);
      }
      journal.put(victim, open.contains(victim));
      host.put(victim, fleet.engine().filtered(victim));
    }
    assertThat(host).isEqualTo(journal);
  }

  private boolean runs(String container) throws Exception {
    return fleet.engine().docker("inspect", "-f", "{{.State.Running}}", container).equals("true");
  }

  private List<OpenAction> openActions() {
    try (Engine engine =
            new DockerEngine(
                EngineOptions.fromEnvironment(Map.of("DOCKER_HOST", fleet.engine().host())));
        ResponderControl control =
            ResponderControl.open(Operator.folder(fleet.data("responder")), HOST, engine)) {
      return control.actions();
    }
  }

  /** Each exec and each line of the probe is there once, but for what a loss says is missing. */
  private void assertProbeWhole() {
    NavigableMap<Integer, Witness.Numbered> execs = witness.execs(probe);
    assertThat(doubled(execs)).as("execs seen twice").isEmpty();
    assertThat(doubled(witness.lines(probe))).as("lines read twice").isEmpty();
    assertThat(missing(witness.lines(probe))).as("lines never read").isEmpty();
    for (int number : missing(execs)) {
      long from = execs.lowerEntry(number).getValue().time();
      long to = execs.higherEntry(number).getValue().time();
      assertThat(witness.losses().stream().filter(l -> l.from() <= to && l.to() >= from))
          .as("losses that cover the exec %d, between %d and %d", number, from, to)
          .anyMatch(l -> !l.lostKind().equals("container.log"));
    }
  }

  private static List<Integer> doubled(NavigableMap<Integer, Witness.Numbered> of) {
    return of.entrySet().stream()
        .filter(e -> e.getValue().seen().size() != 1)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static List<Integer> missing(NavigableMap<Integer, Witness.Numbered> of) {
    return upTo(of.lastKey() + 1).stream().filter(n -> !of.containsKey(n)).toList();
  }
}
