package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.exec;
import static io.leukocyte.collector.TestEvents.id;
import static io.leukocyte.collector.TestEvents.lifecycle;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.Kind;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorHeartbeat;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ContainerRegistryTest {
  private static final Duration SECONDS = Duration.ofSeconds(10);
  private static final Duration HOLD = Duration.ofSeconds(2);
  private static final Duration FACTS = Duration.ofMinutes(5);
  private static final Duration FORGET = Duration.ofMinutes(1);
  private static final ContainerSpec WEB = ContainerSpec.of("web", "shop/web:1.2");

  private final InMemoryEngine engine = new InMemoryEngine();
  private final ManualTime time = new ManualTime();
  private final List<Event> passed = new CopyOnWriteArrayList<>();
  private final List<ContainerFacts> heard = new CopyOnWriteArrayList<>();
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final Counters counters = new Counters(meters);
  private final ContainerRegistry registry =
      new ContainerRegistry(
          engine,
          Redaction.ON,
          counters,
          passed::add,
          heard::add,
          new ContainerRegistry.Limits(HOLD, 100, FACTS, FORGET),
          time,
          meters);

  @AfterEach
  void close() {
    registry.close();
    engine.close();
  }

  private void awaitPassed(int count) {
    await().atMost(SECONDS).untilAsserted(() -> assertThat(passed).hasSize(count));
  }

  private static ContainerRef containerOf(Event event) {
    return Objects.requireNonNull(event.container());
  }

  private List<Integer> pids() {
    return pids(passed);
  }

  private static List<Integer> pids(List<Event> events) {
    return events.stream()
        .filter(ProcessExec.class::isInstance)
        .map(e -> ((ProcessExec) e).process().ref().pid())
        .toList();
  }

  @Test
  void factsPassBeforeTheFirstEventWhichGetsItsContainersName() {
    ContainerId web = engine.run(WEB);
    registry.accept(exec(web, 1));
    registry.accept(exec(web, 2));
    awaitPassed(3);
    assertThat(passed.getFirst()).isInstanceOf(ContainerFacts.class);
    assertThat(pids()).containsExactly(1, 2);
    assertThat(passed)
        .allSatisfy(e -> {
          assertThat(containerOf(e).id()).isEqualTo(web);
          assertThat(containerOf(e).name()).isEqualTo("web");
          assertThat(containerOf(e).image()).endsWith("shop/web");
          assertThat(containerOf(e).tag()).isEqualTo("1.2");
        });
    assertThat(counters.totals(Kind.CONTAINER_FACTS).received()).isEqualTo(1);
    assertThat(heard).hasSize(1);
  }

  @Test
  void systemCallsAndFiguresGetTheirContainersNameToo() {
    ContainerId web = engine.run(WEB);
    registry.accept(TestEvents.open(web, 1));
    registry.accept(TestEvents.stats(web));
    awaitPassed(3);
    assertThat(passed.stream().map(Event::kind))
        .containsExactly(Kind.CONTAINER_FACTS, Kind.FILE_OPEN, Kind.CONTAINER_STATS);
    assertThat(passed).allMatch(e -> containerOf(e).name().equals("web"));
  }

  @Test
  void eventsOfNoContainerPassAtOnce() {
    registry.accept(new SensorHeartbeat(1, "h", "ebpf", List.of(), null, "1", 0, 0, 0, 0, 0));
    assertThat(passed).hasSize(1);
  }

  @Test
  void factsComeFirstAndOrderIsKeptWithManyContainersAndThreads() throws InterruptedException {
    engine.delayCalls(Duration.ofMillis(20));
    List<ContainerId> ids =
        IntStream.range(0, 20)
            .mapToObj(i -> engine.run(ContainerSpec.of("c" + i, "image:" + i)))
            .toList();
    ContainerRegistry wide =
        new ContainerRegistry(
            engine,
            Redaction.ON,
            counters,
            passed::add,
            heard::add,
            new ContainerRegistry.Limits(HOLD, 100_000, FACTS, FORGET),
            time,
            new SimpleMeterRegistry());
    List<Thread> sources =
        IntStream.range(0, 4)
            .mapToObj(t -> Thread.ofPlatform().start(() -> produce(wide, ids, t * 1000)))
            .toList();
    for (Thread source : sources) {
      source.join();
    }
    awaitPassed(20 + 4 * 20 * 50);
    wide.close();
    for (ContainerId container : ids) {
      List<Event> own = passed.stream().filter(e -> containerOf(e).id().equals(container)).toList();
      assertThat(own.getFirst()).isInstanceOf(ContainerFacts.class);
      assertThat(own).hasSize(1 + 4 * 50);
      assertThat(own).extracting(e -> containerOf(e).name()).doesNotContain("");
      for (int t = 0; t < 4; t++) {
        int from = t * 1000;
        assertThat(pids(own).stream().filter(p -> p >= from && p < from + 1000))
            .containsExactlyElementsOf(IntStream.range(from, from + 50).boxed().toList());
      }
    }
    assertThat(wide.held()).isZero();
  }

  private static void produce(ContainerRegistry to, List<ContainerId> ids, int from) {
    for (int i = from; i < from + 50; i++) {
      for (ContainerId container : ids) {
        to.accept(exec(container, i));
      }
    }
  }

  @Test
  void eventsOfAContainerThatTheEngineDoesNotKnowPassWithItsIdAlone() {
    registry.accept(exec(id(9), 1));
    awaitPassed(1);
    assertThat(containerOf(passed.getFirst())).isEqualTo(ContainerRef.unknown(id(9)));
    registry.accept(exec(id(9), 2));
    assertThat(pids()).containsExactly(1, 2);
  }

  @Test
  void eventsWaitNoLongerThanTheHoldTimeAndFactsComeWhenTheyCan() {
    ContainerId web = engine.run(WEB);
    engine.hangCalls(true);
    registry.accept(exec(web, 1));
    registry.accept(exec(web, 2));
    time.pass(HOLD.minusMillis(1));
    registry.sweep();
    assertThat(passed).isEmpty();
    assertThat(registry.held()).isEqualTo(2);
    time.passMillis(1);
    registry.sweep();
    assertThat(pids()).containsExactly(1, 2);
    assertThat(containerOf(passed.getFirst()).name()).isEmpty();
    assertThat(registry.held()).isZero();

    engine.hangCalls(false);
    awaitPassed(3);
    assertThat(passed.getLast()).isInstanceOf(ContainerFacts.class);
    registry.accept(exec(web, 3));
    assertThat(containerOf(passed.getLast()).name()).isEqualTo("web");
  }

  @Test
  void noMoreEventsWaitThanTheirBound() {
    ContainerId web = engine.run(WEB);
    engine.hangCalls(true);
    for (int i = 0; i < 100; i++) {
      registry.accept(exec(web, i));
    }
    assertThat(passed).isEmpty();
    registry.accept(exec(web, 100));
    assertThat(pids()).containsExactlyElementsOf(IntStream.rangeClosed(0, 100).boxed().toList());
    engine.hangCalls(false);
  }

  @Test
  void whenTheEngineCannotAnswerItIsAskedAgain() {
    ContainerId web = engine.run(WEB);
    engine.failNext(new EngineException.Unavailable("away", null));
    registry.accept(exec(web, 1));
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          time.passMillis(50);
          registry.sweep();
          assertThat(passed).hasSize(2);
        });
    assertThat(containerOf(passed.getLast()).name()).isEqualTo("web");
  }

  @Test
  void factsPassAgainOnAChangeAndByTheClockOnly() {
    ContainerId web = engine.run(WEB);
    registry.accept(lifecycle(web, 1, "start"));
    awaitPassed(2);
    await().atMost(SECONDS).until(() -> heard.size() == 2);
    assertThat(passed).hasSize(2);

    engine.pause(web);
    registry.accept(lifecycle(web, 2, "pause"));
    awaitPassed(4);
    assertThat(((ContainerFacts) passed.getLast()).state()).isEqualTo("paused");

    time.pass(FACTS.minusMillis(1));
    registry.sweep();
    time.passMillis(1);
    registry.sweep();
    awaitPassed(5);
    assertThat(passed.getLast()).isInstanceOf(ContainerFacts.class);
  }

  @Test
  void lateEventsOfARemovedContainerKeepItsNameUntilItIsForgotten() {
    ContainerId web = engine.run(WEB);
    registry.accept(exec(web, 1));
    awaitPassed(2);
    engine.remove(web);
    registry.accept(lifecycle(web, 1, "destroy"));
    registry.accept(exec(web, 2));
    assertThat(containerOf(passed.getLast()).name()).isEqualTo("web");
    assertThat(registry.facts(web)).isNotNull();
    time.pass(FORGET);
    registry.sweep();
    assertThat(registry.facts(web)).isNull();
    registry.accept(exec(web, 3));
    awaitPassed(5);
    assertThat(containerOf(passed.getLast()).name()).isEmpty();
  }

  /** The name is the engine's of that moment; the id stays, and no event goes to another. */
  @Test
  void aRenamedContainersEventsGetTheNewNameAndAnotherMayTakeTheOldOne() {
    ContainerId web = engine.run(WEB);
    registry.accept(exec(web, 1));
    awaitPassed(2);
    engine.rename(web, "shop");
    registry.accept(lifecycle(web, 1, "rename"));
    await()
        .atMost(SECONDS)
        .until(() -> Objects.requireNonNull(registry.facts(web)).container().name().equals("shop"));
    ContainerId other = engine.run(WEB);
    registry.accept(exec(web, 2));
    registry.accept(exec(other, 3));
    await().atMost(SECONDS).untilAsserted(() -> assertThat(pids()).containsExactly(1, 2, 3));

    List<Event> execs = passed.stream().filter(ProcessExec.class::isInstance).toList();
    assertThat(execs)
        .extracting(e -> containerOf(e).id(), e -> containerOf(e).name())
        .containsExactly(tuple(web, "web"), tuple(web, "shop"), tuple(other, "web"));
  }

  /** For what is awaited hundreds of times. */
  private static ConditionFactory soon() {
    return await().atMost(SECONDS).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1));
  }

  /** Each has its name, and only those of the last while are remembered. */
  @Test
  void tenThousandShortContainersInARowAreForgottenOneAfterTheOther() {
    int count = 10_000;
    int together = 50; // as fewer wait than may
    for (int i = 0; i < count; i++) {
      ContainerId id = engine.run(ContainerSpec.of("short-" + i, "image:1"));
      registry.accept(exec(id, i));
      if (i % together == together - 1) {
        soon().until(() -> pids().size() == together);
        assertThat(passed)
            .filteredOn(ProcessExec.class::isInstance)
            .allMatch(e ->
                containerOf(e).name().equals("short-" + ((ProcessExec) e).process().ref().pid()));
        for (Event event : List.copyOf(passed)) {
          if (event instanceof ProcessExec) {
            engine.remove(containerOf(event).id());
            registry.accept(lifecycle(containerOf(event).id(), 1, "destroy"));
          }
        }
        passed.clear();
        heard.clear();
        time.pass(FORGET);
        soon()
            .until(() -> {
              registry.sweep();
              return meters.get("leuko.collector.containers").gauge().value() == 0;
            });
      }
    }
    assertThat(registry.held()).isZero();
  }

  @Test
  void allRunningContainersAreReadAtOnce() {
    List<ContainerId> ids = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      ids.add(engine.run(ContainerSpec.of("c" + i, "image")));
    }
    engine.exit(ids.getLast(), 0);
    registry.readAll();
    awaitPassed(4);
    assertThat(passed).allSatisfy(e -> assertThat(e).isInstanceOf(ContainerFacts.class));
    assertThat(passed).extracting(e -> containerOf(e).id()).doesNotContain(ids.getLast());
  }

  @Test
  void secretsInFactsAreMasked() {
    ContainerId web = engine.run(WEB.label("db.password", "hunter2"));
    registry.accept(exec(web, 1));
    awaitPassed(2);
    assertThat(((ContainerFacts) passed.getFirst()).labels()).containsEntry("db.password", "***");
  }

  @Test
  void closingLetsGoWhatWaits() {
    ContainerId web = engine.run(WEB);
    engine.hangCalls(true);
    registry.accept(exec(web, 1));
    registry.close();
    assertThat(pids()).containsExactly(1);
    engine.hangCalls(false);
  }
}
