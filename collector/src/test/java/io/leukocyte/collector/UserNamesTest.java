package io.leukocyte.collector;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.collector.RootFolder.Stamp;
import io.leukocyte.collector.UserLookup.Look;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When the names of users are looked up, and what waits for them. */
class UserNamesTest {
  private static final Duration SECONDS = Duration.ofSeconds(10);
  private static final Users.Files NO_FILES =
      new Users.Files(Stamp.ABSENT, Stamp.ABSENT, Stamp.ABSENT);

  private final InMemoryEngine engine = new InMemoryEngine();
  private final ManualTime time = new ManualTime();
  private final List<Event> passed = new CopyOnWriteArrayList<>();
  private final FakeLookup lookup = new FakeLookup();
  private final ContainerRegistry registry =
      new ContainerRegistry(
          engine,
          lookup,
          Redaction.ON,
          new Counters(new SimpleMeterRegistry()),
          passed::add,
          facts -> {},
          new ContainerRegistry.Limits(
              Duration.ofSeconds(2), 100, Duration.ofMinutes(5), Duration.ofMinutes(1)),
          time,
          new SimpleMeterRegistry());
  private final ContainerId web = engine.run(ContainerSpec.of("web", "shop/web:1.2"));

  /** Files of containers that a test writes; who is told to wait, waits until the end. */
  private static final class FakeLookup implements UserLookup {
    private final Map<ContainerId, Look> looks = new ConcurrentHashMap<>();
    private final List<List<Integer>> asked = new CopyOnWriteArrayList<>();
    private final List<ContainerId> waits = new CopyOnWriteArrayList<>();
    private final CountDownLatch end = new CountDownLatch(1);

    @Override
    public Look look(@Nullable ContainerId container, List<Integer> pids, @Nullable Users before) {
      asked.add(pids);
      if (container == null) {
        return found("alice:x:1000:\n");
      }
      if (waits.contains(container)) {
        try {
          end.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      return looks.getOrDefault(container, new Look.Gone());
    }

    static Look found(String passwd) {
      return new Look.Found(
          new Users(
              IdNames.parse(passwd.getBytes(UTF_8), UnaryOperator.identity()),
              IdNames.NONE,
              IdMap.SAME,
              IdMap.SAME,
              -1,
              null,
              NO_FILES));
    }
  }

  @AfterEach
  void close() {
    lookup.end.countDown();
    registry.close();
    engine.close();
  }

  private void writes(ContainerId container, String passwd) {
    lookup.looks.put(container, FakeLookup.found(passwd));
  }

  private static ProcessInfo process(int pid, int uid) {
    return process(pid, uid, ProcessInfo.Flags.NONE);
  }

  private static ProcessInfo process(int pid, int uid, ProcessInfo.Flags flags) {
    return new ProcessInfo(
        new ProcessRef(pid, ManualTime.START),
        pid,
        "app",
        "/bin/app",
        List.of("app"),
        false,
        "/",
        0,
        uid,
        0,
        -1,
        0,
        flags,
        null,
        List.of());
  }

  private void runs(ContainerId container, int pid, int uid) {
    registry.accept(TestEvents.exec(container, process(pid, uid)));
  }

  /** The users' names of the programs that were started, in the order in which they passed. */
  private List<String> users() {
    List<String> users = new ArrayList<>();
    for (Event event : passed) {
      if (event instanceof ProcessExec exec) {
        users.add(exec.process().ref().pid() + " " + exec.process().more().names().user());
      }
    }
    return users;
  }

  private void awaitUsers(String... users) {
    await().atMost(SECONDS).untilAsserted(() -> assertThat(users()).containsExactly(users));
  }

  @Test
  void theFirstProgramOfAUserWaitsForTheName() {
    writes(web, "app:x:1000:\n");
    runs(web, 1, 1000);
    runs(web, 2, 33);
    runs(web, 3, 1000);
    awaitUsers("1 app", "2 null", "3 app");
    assertThat(passed.getFirst()).isInstanceOf(ContainerFacts.class);
    assertThat(passed).allMatch(e -> e.container() != null && e.container().name().equals("web"));
  }

  @Test
  void aContainerOfRootAloneIsNeverLookedAt() {
    runs(web, 1, 0);
    runs(web, 2, -1);
    awaitUsers("1 null", "2 null");
    time.pass(Duration.ofMinutes(5));
    runs(web, 3, 0);
    assertThat(lookup.asked).isEmpty();
  }

  @Test
  void theSameNumberHasTheNameOfEachContainer() {
    ContainerId shop = engine.run(ContainerSpec.of("shop", "shop/db:1"));
    writes(web, "app:x:1000:\n");
    writes(shop, "postgres:x:1000:\n");
    runs(web, 1, 1000);
    awaitUsers("1 app");
    runs(shop, 2, 1000);
    awaitUsers("1 app", "2 postgres");
  }

  @Test
  void aContainerThatTheEngineDoesNotKnowHasNamesToo() {
    ContainerId other = TestEvents.id(9);
    writes(other, "app:x:1000:\n");
    runs(other, 1, 1000);
    awaitUsers("1 app");
    runs(other, 2, 1000);
    awaitUsers("1 app", "2 app");
    assertThat(lookup.asked).containsExactly(List.of(1));
  }

  @Test
  void aUserWhoIsAddedIsKnownAtTheFirstProgram() {
    writes(web, "app:x:1000:\n");
    runs(web, 1, 1000);
    awaitUsers("1 app");
    writes(web, "app:x:1000:\nlate:x:1001:\n");
    runs(web, 2, 1001);
    awaitUsers("1 app", "2 late");
    assertThat(lookup.asked).hasSize(2);
  }

  @Test
  void whoHasNoNameIsLookedForOnceAndThenByTheClock() {
    writes(web, "app:x:1000:\n");
    runs(web, 1, 33);
    awaitUsers("1 null");
    for (int i = 0; i < 50; i++) {
      runs(web, 2, 33);
    }
    assertThat(lookup.asked).hasSize(1);
    writes(web, "www-data:x:33:\n");
    time.pass(Duration.ofNanos(UserNames.AGAIN));
    runs(web, 3, 33);
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          runs(web, 4, 33);
          assertThat(users()).contains("4 www-data");
        });
    assertThat(lookup.asked).hasSize(2);
    assertThat(users()).as("it did not wait").contains("3 null");
  }

  /** A container that runs through all numbers has its file read now and then only. */
  @Test
  void manyNewUsersAreLookedForSeldom() {
    writes(web, "app:x:1000:\n");
    for (int uid = 1; uid <= 50; uid++) {
      runs(web, uid, uid);
      int count = uid;
      await()
          .atMost(SECONDS)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> users().size() == count);
    }
    assertThat(lookup.asked).hasSize(UserNames.AT_ONCE);
    time.pass(Duration.ofNanos(UserNames.SPACING));
    runs(web, 51, 51);
    runs(web, 52, 52);
    await().atMost(SECONDS).until(() -> users().size() == 52);
    assertThat(lookup.asked).hasSize(UserNames.AT_ONCE + 1);
  }

  @Test
  void aFileThatLetsItsReaderWaitHoldsUpItsContainerBrieflyAndNobodyElse() {
    ContainerId shop = engine.run(ContainerSpec.of("shop", "shop/db:1"));
    writes(shop, "postgres:x:1000:\n");
    lookup.waits.add(web);
    runs(web, 1, 1000);
    await().atMost(SECONDS).until(() -> passed.size() == 1); // the facts
    await().atMost(SECONDS).until(() -> lookup.asked.size() == 1);
    time.pass(Duration.ofNanos(TrackedContainer.NAMES - 1));
    registry.sweep();
    assertThat(users()).isEmpty();
    runs(shop, 2, 1000);
    awaitUsers("2 postgres");

    time.pass(Duration.ofNanos(1));
    registry.sweep();
    assertThat(users()).containsExactly("2 postgres", "1 null");
    runs(web, 3, 1001);
    assertThat(users()).as("it waits no more").endsWith("3 null");
    assertThat(lookup.asked).as("and takes one thread").hasSize(2);

    writes(web, "app:x:1000:\n");
    lookup.end.countDown();
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          runs(web, 4, 1000);
          assertThat(users()).contains("4 app");
        });
    assertThat(registry.held()).isZero();
  }

  @Test
  void whereNamesCannotBeReadNothingWaitsForThemAgain() {
    lookup.looks.put(web, new Look.Refused("no right"));
    runs(web, 1, 1000);
    awaitUsers("1 null");
    runs(web, 2, 1001);
    assertThat(users()).containsExactly("1 null", "2 null");
    assertThat(lookup.asked).hasSize(1);
  }

  @Test
  void aProcessThatWasGoneIsNotTheLastChance() {
    runs(web, 1, 1000);
    awaitUsers("1 null");
    writes(web, "app:x:1000:\n");
    runs(web, 2, 1000);
    awaitUsers("1 null", "2 app");
    lookup.looks.put(web, new Look.Gone());
    runs(web, 3, 1001);
    awaitUsers("1 null", "2 app", "3 null");
    writes(web, "app:x:1000:\nlate:x:1001:\n");
    runs(web, 4, 1001);
    awaitUsers("1 null", "2 app", "3 null", "4 late");
  }

  @Test
  void eventsOfAProcessThatStaysTheSameShareItsNamedForm() {
    writes(web, "app:x:1000:\n");
    ProcessInfo process = process(1, 1000);
    registry.accept(TestEvents.exec(web, process));
    awaitUsers("1 app");
    registry.accept(TestEvents.exec(web, process));
    registry.accept(
        new FileOpen(
            1,
            ContainerRef.unknown(web),
            process,
            "openat",
            "/x",
            null,
            0,
            0,
            false,
            false,
            false,
            3));
    List<ProcessInfo> processes =
        passed.stream().map(EventProcess::of).filter(Objects::nonNull).toList();
    assertThat(processes).hasSize(3);
    assertThat(processes).allSatisfy(p -> assertThat(p).isSameAs(processes.getFirst()));
    assertThat(processes.getFirst()).isNotSameAs(process);
    assertThat(processes.getFirst().args()).isSameAs(process.args());
    registry.accept(TestEvents.exec(web, process(2, 1000)));
    ProcessExec other = (ProcessExec) passed.getLast();
    assertThat(other.process().more().names())
        .as("another process of the user shares the names")
        .isSameAs(processes.getFirst().more().names());
  }

  @Test
  void whoIsInTheHostsFilesHasNoNameOfTheContainers() {
    writes(web, "app:x:1000:\n");
    ProcessInfo.Flags escaped = new ProcessInfo.Flags(false, false, false, true);
    registry.accept(TestEvents.exec(web, process(1, 1000, escaped)));
    awaitUsers("1 null");
    assertThat(lookup.asked).isEmpty();
    runs(web, 2, 1000);
    registry.accept(TestEvents.exec(web, process(3, 1000, escaped)));
    awaitUsers("1 null", "2 app", "3 null");
  }

  @Test
  void processesOfTheHostHaveItsNamesAsSoonAsTheyAreKnown() {
    ProcessExec exec = new ProcessExec(1, null, process(1, 1000));
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          registry.accept(exec);
          assertThat(users()).contains("1 alice");
        });
    assertThat(users().getFirst()).isEqualTo("1 null");
    assertThat(lookup.asked).hasSize(1);
  }

  @Test
  void theProcessesThatAreTriedAreTheFirstOneItselfAndThoseAbove() {
    ProcessInfo process =
        TestEvents.process(
            5, new ProcessInfo.Parent(new ProcessRef(4, 1), "sh", null, List.of()), "app");
    ProcessInfo.More more =
        new ProcessInfo.More(
            0,
            List.of(),
            false,
            false,
            null,
            List.of(
                new ProcessInfo.Ancestor(3, null, null, null),
                new ProcessInfo.Ancestor(1, null, null, null)));
    assertThat(UserNames.pids(1, process.with(more))).containsExactly(1, 5, 4, 3);
    assertThat(UserNames.pids(0, process)).containsExactly(5, 4);
  }
}
