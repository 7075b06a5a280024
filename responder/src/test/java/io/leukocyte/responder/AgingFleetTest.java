package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two hosts with old containers of one service, which share the topic of permits. */
class AgingFleetTest {
  private static final String LIMIT =
      """
      - recycle: web tier
        labels: [tier=web]
        max-age: 24h
        settle: 0s
        within: 1s
        mode: enforce
      """;

  @TempDir Path folder;
  private final MutableClock clock = new MutableClock();
  private final Log log = new Log();
  private Member first;
  private Member second;

  /** The topic of permits: whatever is appended is read by everybody, unless it is away. */
  private final class Log implements FleetBudget.Sender {
    private final List<PermitRecord> records = new ArrayList<>();
    private final Deque<PermitRecord> unread = new ArrayDeque<>();
    private final List<FleetBudget> readers = new ArrayList<>();
    private boolean away;
    private boolean reading;

    @Override
    public CompletableFuture<?> send(PermitRecord record) {
      unread.add(record);
      deliver();
      return away ? new CompletableFuture<>() : CompletableFuture.completedFuture(true);
    }

    void deliver() {
      while (!away && !reading && !unread.isEmpty()) {
        PermitRecord record = unread.remove();
        records.add(record);
        reading = true;
        List.copyOf(readers).forEach(r -> r.read(clock.millis(), record));
        reading = false;
      }
    }

    List<PermitRecord> turns() {
      return records.stream().filter(PermitRecord.Turn.class::isInstance).toList();
    }
  }

  /** A host with its engine and one container of a service, and its responder. */
  private final class Member {
    private final String name;
    private final InMemoryEngine docker = new InMemoryEngine(clock::nanos, Duration.ofSeconds(10));
    private final List<Runnable> later = new ArrayList<>();
    private final ContainerId old;
    private @Nullable FleetBudget reader;
    private Ward ward;

    Member(String name, int number) {
      this.name = name;
      // An engine in memory counts its ids: those of another host are others.
      for (int i = 0; i < number; i++) {
        docker.remove(docker.run(ContainerSpec.of("gone-" + i, "x:1")), true);
      }
      old = run("web", "shop");
      ward = ward();
    }

    FleetBudget budget() {
      return Objects.requireNonNull(reader);
    }

    private ContainerId run(String container, String service) {
      return docker.run(
          ContainerSpec.of(container, "x:1").label("tier", "web").label("service", service));
    }

    private FleetBudget budget(Journal journal) {
      return new FleetBudget(
          new HostId(name),
          journal,
          docker,
          new Services("service"),
          Ward.MAX_AGE,
          Duration.ofMillis(50),
          log,
          new Meters(new SimpleMeterRegistry(), clock),
          clock);
    }

    /** One that reads the log from its beginning. */
    private Ward ward() {
      Ward made =
          new Ward(
              folder.resolve(name),
              docker,
              new InMemoryNetworkFilter(),
              clock,
              new Lanes(later::add),
              journal -> reader = budget(journal));
      log.records.forEach(record -> budget().read(clock.millis(), record));
      log.readers.add(budget());
      return made.policies(LIMIT);
    }

    /** What its timer does, but that nothing of what begins is carried out. */
    void tick() {
      ward.tick();
    }

    /** Carries out what began, and gives back what is over. */
    void carryOut() {
      while (!later.isEmpty()) {
        later.removeFirst().run();
      }
      budget().maintain();
    }

    void die() {
      later.clear();
      log.readers.remove(budget());
      ward.close();
    }

    void comeBack() {
      ward = ward();
      Recovery.run(
          ward.journal,
          ward.guards,
          ward.interventions,
          ward.snapshots,
          ward.notifier,
          ward.sequels,
          clock);
    }

    boolean isFresh() {
      return docker.resolve("web").filter(id -> !id.equals(old)).isPresent();
    }

    boolean hasBegun() {
      return !ward.journalled().isEmpty();
    }
  }

  @BeforeEach
  void open() {
    first = new Member("host-a", 0);
    second = new Member("host-b", 10);
    clock.advance(Duration.ofHours(24));
  }

  @AfterEach
  void close() {
    first.ward.close();
    second.ward.close();
  }

  @Test
  void oneOfAServiceIsRecycledAtATimeOnAllHosts() {
    second.run("blog", "blog");
    clock.advance(Duration.ofHours(24));
    first.tick();
    assertThat(first.hasBegun()).isTrue();
    second.tick();
    second.tick();
    assertThat(second.ward.steps())
        .as("another service")
        .extracting(a -> Objects.requireNonNull(a.target()).name())
        .containsExactly("blog");
    first.carryOut();
    assertThat(first.isFresh()).isTrue();
    second.tick();
    second.carryOut();
    assertThat(second.isFresh()).isTrue();
    assertThat(log.turns()).as("whoever sees that it is not his turn asks not").hasSize(3);
  }

  @Test
  void whoFailedGivesItsTurnBack() {
    first.docker.onStart(id -> {
      if (!id.equals(first.old)) {
        first.docker.exit(id, 3);
      }
    });
    first.tick();
    first.carryOut();
    assertThat(first.ward.journalled()).containsExactly("recycle failed");
    second.tick();
    assertThat(second.hasBegun()).isTrue();
  }

  @Test
  void whoDiesKeepsItsTurnUntilItIsBackAndHasFinished() {
    first.tick();
    first.die();
    clock.advance(Duration.ofMinutes(1));
    second.tick();
    assertThat(second.hasBegun()).isFalse();
    first.comeBack();
    first.budget().maintain();
    second.tick();
    assertThat(second.hasBegun()).isFalse();
    first.carryOut();
    assertThat(first.isFresh()).isTrue();
    second.tick();
    assertThat(second.hasBegun()).isTrue();
  }

  @Test
  void whoNeverComesBackLosesItsTurnAfterTwoHours() {
    first.tick();
    first.die();
    clock.advance(Duration.ofMinutes(119));
    second.tick();
    assertThat(second.hasBegun()).isFalse();
    clock.advance(Duration.ofMinutes(1));
    second.tick();
    assertThat(second.hasBegun()).isTrue();
    first.comeBack();
    first.carryOut();
    assertThat(first.isFresh()).as("too late by then").isFalse();
  }

  @Test
  void aCrashBetweenThePermitAndTheJournalGivesTheTurnBackAtTheNextStart() {
    first.die(); // its journal cannot be written any more
    log.readers.add(first.budget());
    assertThatThrownBy(first::tick).isInstanceOf(JournalException.class);
    log.readers.remove(first.budget());
    second.tick();
    assertThat(second.hasBegun()).isFalse();
    first.comeBack();
    assertThat(first.hasBegun()).isFalse();
    first.budget().maintain();
    second.tick();
    assertThat(second.hasBegun()).isTrue();
  }

  @Test
  void whileKafkaIsAwayNoneBeginsAndAnAnswerThatComesLateIsGivenBack() {
    log.away = true;
    first.tick();
    assertThat(first.hasBegun()).isFalse();
    log.away = false;
    log.deliver();
    assertThat(log.turns()).hasSize(1);
    second.tick();
    assertThat(second.hasBegun()).isFalse();
    first.budget().maintain();
    second.tick();
    assertThat(second.hasBegun()).isTrue();
  }

  @Test
  void whoOnlyTriesAndWhatHasNoServiceAskNobody() {
    first.ward.policies(LIMIT.replace("  mode: enforce\n", ""));
    first.tick();
    assertThat(first.hasBegun()).isTrue();
    second.docker.remove(second.old, true);
    second.docker.run(ContainerSpec.of("alone", "x:1").label("tier", "web"));
    clock.advance(Duration.ofHours(24));
    second.tick();
    assertThat(second.hasBegun()).isTrue();
    assertThat(log.turns()).isEmpty();
  }
}
