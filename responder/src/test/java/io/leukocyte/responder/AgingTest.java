package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.config.Position;
import io.leukocyte.events.config.Problem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Containers that are recycled because they are old. */
class AgingTest {
  private static final String LIMIT =
      """
      - recycle: web tier
        labels: [tier=web]
        max-age: 24h
        settle: 0s
        mode: enforce
      """;

  @TempDir Path folder;
  private Ward ward;

  @BeforeEach
  void open() {
    MutableClock clock = new MutableClock();
    InMemoryEngine docker = new InMemoryEngine(clock::nanos, Duration.ofSeconds(10));
    ward = new Ward(folder, docker, new InMemoryNetworkFilter(), clock);
  }

  @AfterEach
  void close() {
    ward.close();
  }

  private ContainerId web(String name, String service) {
    return ward.docker.run(
        ContainerSpec.of(name, "leuko/test-web:1").label("tier", "web").label("service", service));
  }

  private boolean isFresh(String name, ContainerId old) {
    return !ward.docker.resolve(name).orElseThrow().equals(old);
  }

  @Test
  void aContainerThatIsTooOldIsRecycledAndTheJournalSaysWhy() {
    ContainerId old = web("web", "shop");
    ContainerId other = ward.run("batch");
    ward.policies(LIMIT);
    ward.clock.advance(Duration.ofHours(23));
    ward.tick();
    assertThat(isFresh("web", old)).isFalse();
    ward.clock.advance(Duration.ofHours(1));
    ward.tick();
    assertThat(isFresh("web", old)).isTrue();
    assertThat(isFresh("batch", other)).isFalse();
    Action first = ward.steps().getFirst();
    assertThat(first.outcome())
        .isEqualTo(new Outcome.Done("age: it was made 1d ago, max-age is 1d"));
    assertThat(first.policy()).isEqualTo("web tier");
    assertThat(first.source()).isEqualTo("test.yaml:1");
    assertThat(first.alert()).isNull();
    ward.tick();
    assertThat(ward.stepNames())
        .containsExactly("recycle intended", "recycle applied", "recycle verified");
  }

  @Test
  void theOneBeforeIsRemovedADayLater() {
    ContainerId old = web("web", "shop");
    ward.policies(LIMIT);
    ward.clock.advance(Duration.ofHours(24));
    ward.tick();
    assertThat(ward.docker.inspect(old)).isPresent();
    ward.clock.advance(Duration.ofHours(24));
    ward.desk.actions().forEach(a -> ward.interventions.hold(a.actionId(), "found open"));
    assertThat(ward.docker.inspect(old)).isEmpty();
  }

  @Test
  void itIsOnlyTriedWhereThePolicyDoesNotEnforce() {
    ContainerId old = web("web", "shop");
    ward.policies(LIMIT.replace("  mode: enforce\n", ""));
    ward.clock.advance(Duration.ofHours(24));
    ward.tick();
    ward.tick();
    assertThat(isFresh("web", old)).isFalse();
    assertThat(ward.stepNames()).containsExactly("recycle intended", "recycle skipped");
    assertThat(ward.steps()).allMatch(Action::dryRun);
    assertThat(ward.docker.changes()).isEmpty();
  }

  @Test
  void oneOfAServiceIsRecycledAtATime() {
    List<Runnable> later = new ArrayList<>();
    Host host = Ward.host(ward.docker, ward.filter);
    try (Ward own =
        new Ward(
            folder.resolve("own"),
            ward.docker,
            ward.filter,
            ward.clock,
            host,
            () -> {},
            Ward.shielded(),
            new Lanes(later::add))) {
      own.policies(LIMIT);
      ContainerId one = web("one", "shop");
      ContainerId two = web("two", "shop");
      ContainerId blog = web("blog", "blog");
      own.clock.advance(Duration.ofHours(24));
      own.tick();
      own.tick();
      assertThat(own.journalled()).hasSize(2);
      run(later);
      assertThat(isFresh("blog", blog)).isTrue();
      assertThat(isFresh("one", one) ^ isFresh("two", two)).isTrue();
      own.tick();
      run(later);
      assertThat(isFresh("one", one) && isFresh("two", two)).isTrue();
    }
  }

  private static void run(List<Runnable> later) {
    List<Runnable> now = List.copyOf(later);
    later.clear();
    now.forEach(Runnable::run);
  }

  @Test
  void nothingIsRecycledDuringAWindowOrAnEmergencyStopOrWhileItIsHeld() {
    ContainerId old = web("web", "shop");
    ward.clock.advance(Duration.ofHours(24));
    ward.policies(
        LIMIT + "- maintenance: move\n  labels: [tier=web]\n  at: \"00:00\"\n  for: 24h\n");
    ward.tick();
    assertThat(ward.steps()).isEmpty();
    ward.policies(LIMIT);
    ward.desk.stop("alice", "a drill");
    ward.tick();
    ward.desk.resume("alice");
    ward.desk.contain(new Containment.Pause(Optional.empty()), "web", "alice", "");
    ward.tick();
    assertThat(isFresh("web", old)).isFalse();
    ward.desk.release("web", "alice");
    ward.tick();
    assertThat(isFresh("web", old)).isTrue();
  }

  @Test
  void whatIsProtectedStays() {
    ContainerId old = web("database-1", "shop");
    ward.policies(LIMIT);
    ward.clock.advance(Duration.ofHours(24));
    ward.tick();
    assertThat(isFresh("database-1", old)).isFalse();
    assertThat(ward.steps()).isEmpty();
  }

  @Test
  void jitterSpreadsWhatWasMadeTogether() {
    Recycle how =
        new Recycle(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ZERO,
            Optional.empty(),
            Optional.empty());
    AgeLimit limit =
        new AgeLimit(
            "p",
            new Position("p.yaml", 1, 1),
            new AgeLimit.Scope(List.of(), List.of("*"), List.of()),
            Duration.ofHours(24),
            Duration.ofHours(2),
            true,
            how);
    assertThat(limit.due(new ContainerId("0".repeat(64)))).isEqualTo(Duration.ofHours(24));
    assertThat(limit.due(new ContainerId("8" + "0".repeat(63)))).isEqualTo(Duration.ofHours(25));
    assertThat(limit.due(new ContainerId("f".repeat(64))))
        .isBetween(Duration.ofHours(25), Duration.ofHours(26));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          max-age: 24h                             | it names no containers
          labels: [a]                              | has no 'max-age'
          labels: [a], max-age: 1s                 | max-age in a recycle by age is '1s'
          labels: [a], max-age: 24h, jitter: 25h   | jitter is longer than max-age
          labels: [a], max-age: 24h, mode: approve | unknown mode 'approve'
          labels: [a], max-age: 24h, drain: 6m     | drain in a recycle by age is '6m'
          labels: [a], max-age: 24h, for: 1h       | unknown key 'for'
          """)
  void whatMakesNoSenseIsAProblem(String keys, String problem) {
    String yaml = "\n- {recycle: r, " + keys + "}\n";
    assertThat(PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of()).problems())
        .singleElement()
        .extracting(Problem::toString)
        .satisfies(text -> assertThat(text).startsWith("p.yaml:2:").contains(problem));
  }

  @Test
  void connectionsHaveTenSecondsToEndUnlessItIsSaid() {
    assertThat(drain(LIMIT)).isEqualTo(Duration.ofSeconds(10));
    assertThat(drain(LIMIT + "  drain: 0s\n")).isZero();
    assertThat(drain(LIMIT + "  drain: 5m\n")).isEqualTo(Duration.ofMinutes(5));
  }

  private static Duration drain(String yaml) {
    PolicySet.Loaded loaded = PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of());
    assertThat(loaded.problems()).isEmpty();
    return loaded.policies().ages().getFirst().how().drain();
  }

  @Test
  void aNameStandsOnceAmongAllPolicies() {
    String yaml = LIMIT + "- policy: web tier\n  match: {rules: [r]}\n  actions: [pause]\n";
    assertThat(PolicySet.load(List.of(new PolicyFile("p.yaml", yaml)), List.of()).problems())
        .singleElement()
        .extracting(Problem::toString)
        .satisfies(text -> assertThat(text).startsWith("p.yaml:6:").contains("stands twice"));
  }
}
