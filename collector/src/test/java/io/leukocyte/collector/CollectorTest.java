package io.leukocyte.collector;

import static io.leukocyte.collector.TestEvents.exec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.config.Config;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole collector between an engine and a publisher in memory. */
class CollectorTest {
  private static final Duration SECONDS = Duration.ofSeconds(20);
  private static final HostId HOST = new HostId("host-a");
  private static final ContainerSpec WEB = ContainerSpec.of("web", "shop/web:1.2");

  @TempDir private Path data;
  private final AtomicLong lastTime = new AtomicLong();
  private final InMemoryEngine engine = new InMemoryEngine(this::now, Duration.ofSeconds(10));
  private final FakeSensor sensor = new FakeSensor();
  private final List<Collector> collectors = new ArrayList<>();

  /** The machine's time, never the same twice. */
  private long now() {
    return lastTime.updateAndGet(last -> Math.max(last + 1, TimeSource.SYSTEM.unixNanos()));
  }

  private CollectorSettings settings(String yaml) {
    return CollectorSettings.from(
        Config.parse("test", yaml, Map.of(), CollectorSettings.KEYS), data);
  }

  private Collector start(BatchPublisher publisher) {
    return start(publisher, "collector.heartbeat-interval: 100ms", sensor);
  }

  private Collector start(BatchPublisher publisher, String yaml, EventSource source) {
    Collector collector =
        new Collector(
            settings(yaml),
            HOST,
            engine,
            source,
            publisher,
            new SimpleMeterRegistry(),
            TimeSource.SYSTEM);
    collectors.add(collector);
    collector.start();
    await()
        .atMost(SECONDS)
        .until(() -> collector.check().stream().anyMatch(c -> isOk(c, "engine")));
    return collector;
  }

  private static boolean isOk(CheckResult check, String name) {
    return check instanceof CheckResult.Ok ok && ok.name().equals(name);
  }

  @AfterEach
  void close() {
    Accounts.close(collectors, data);
    engine.close();
  }

  private static List<String> lines(InMemoryPublisher publisher) {
    return publisher.events(ContainerLog.class).stream().map(ContainerLog::line).toList();
  }

  private static void awaitLines(InMemoryPublisher publisher, String... lines) {
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> assertThat(lines(publisher)).containsExactly(lines));
  }

  private static void awaitFacts(InMemoryPublisher publisher, ContainerId container) {
    await()
        .atMost(SECONDS)
        .until(() ->
            publisher.events(ContainerFacts.class).stream()
                .anyMatch(f -> f.container().id().equals(container)));
  }

  /** Each container's first event is its facts. */
  private static void assertFactsFirst(List<Event> events) {
    Map<ContainerId, Event> first = new HashMap<>();
    for (Event event : events) {
      if (event.container() != null) {
        first.putIfAbsent(event.container().id(), event);
      }
    }
    assertThat(first.values()).allSatisfy(e -> assertThat(e).isInstanceOf(ContainerFacts.class));
  }

  @Test
  void whatAContainerDoesArrivesNamedWithItsFactsFirst() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    ContainerId before = engine.run(ContainerSpec.of("db", "shop/db:3"));
    Collector collector = start(publisher);
    awaitFacts(publisher, before);
    ContainerId web = engine.run(WEB);
    sensor.sees(exec(web, 7));
    engine.print(web, Stream.STDOUT, "ready\n");
    engine.exit(web, 3);
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          assertThat(publisher.events(ContainerLifecycle.class))
              .extracting(ContainerLifecycle::action)
              .containsSubsequence("create", "start", "die");
          assertThat(publisher.events(ProcessExec.class)).hasSize(1);
          assertThat(lines(publisher)).containsExactly("ready");
        });
    collector.close();
    assertFactsFirst(publisher.events());
    assertThat(publisher.events(ProcessExec.class).getFirst().container())
        .isNotNull()
        .extracting("name", "image")
        .containsExactly("web", "shop/web");
    assertThat(publisher.events(ContainerFacts.class))
        .extracting(ContainerFacts::state)
        .contains("running", "exited");
  }

  @Test
  void sequencesHaveNoGapAndEachStartHasItsOwnEpochAndSendsFactsAgain()
      throws MalformedBatchException {
    ContainerId web = engine.run(WEB);
    long lastEpoch = 0;
    for (int run = 0; run < 3; run++) {
      InMemoryPublisher publisher = new InMemoryPublisher();
      Collector collector = start(publisher);
      awaitFacts(publisher, web);
      collector.close();
      List<byte[]> batches = publisher.batches();
      for (int i = 0; i < batches.size(); i++) {
        BatchCursor cursor = BatchCursor.over(batches.get(i));
        assertThat(cursor.sequence()).isEqualTo(i);
        assertThat(cursor.epoch()).isGreaterThan(lastEpoch);
      }
      lastEpoch = BatchCursor.over(batches.getLast()).epoch();
    }
  }

  @Test
  void logsOfRunningContainersBeginNowAndOfNewOnesAtTheirBegin() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    ContainerId old = engine.run(WEB);
    ContainerId terminal = engine.run(ContainerSpec.of("tty", "shop/tty").withTty());
    ContainerId quiet = engine.run(ContainerSpec.of("q", "shop/q").label("leuko.logs", "false"));
    engine.print(old, Stream.STDOUT, "before the collector\n");
    start(publisher);
    awaitFacts(publisher, old);
    awaitFacts(publisher, quiet);
    engine.print(old, Stream.STDERR, "old says\n");
    engine.print(quiet, Stream.STDOUT, "not for us\n");
    awaitLines(publisher, "old says");
    ContainerId young = engine.run(ContainerSpec.of("young", "shop/young"));
    engine.print(young, Stream.STDOUT, "young says ");
    engine.print(young, Stream.STDOUT, "password=x\n");
    awaitLines(publisher, "old says", "young says password=***");
    engine.print(terminal, Stream.TTY, "terminal says\n");
    awaitLines(publisher, "old says", "young says password=***", "terminal says");
    assertThat(publisher.events(ContainerLog.class))
        .extracting(ContainerLog::stream)
        .containsExactly(Stream.STDERR, Stream.STDOUT, Stream.TTY);
  }

  @Test
  void aContainerThatStartsAgainIsFollowedAgain() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    start(publisher);
    ContainerId web = engine.run(WEB);
    engine.print(web, Stream.STDOUT, "first\n");
    engine.exit(web, 0);
    awaitLines(publisher, "first");
    engine.start(web);
    engine.print(web, Stream.STDOUT, "second\n");
    awaitLines(publisher, "first", "second");
    engine.restart(web, Duration.ZERO);
    engine.print(web, Stream.STDOUT, "third\n");
    awaitLines(publisher, "first", "second", "third");
  }

  @Test
  void onlyLabelledContainersAreFollowedWhenAskedSo() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    start(
        publisher,
        "collector: {logs: {select: labelled, from: all}, heartbeat-interval: 100ms}",
        sensor);
    ContainerId web = engine.run(WEB);
    ContainerId chosen =
        engine.run(ContainerSpec.of("chosen", "shop/c").label("leuko.logs", "true"));
    engine.print(web, Stream.STDOUT, "web\n");
    engine.print(chosen, Stream.STDOUT, "chosen\n");
    awaitLines(publisher, "chosen");
  }

  @Test
  void aRestartNeitherLosesNorDoublesLinesOrEngineEvents() {
    ContainerId web = engine.run(WEB);
    ContainerId silent = engine.run(ContainerSpec.of("silent", "shop/silent"));
    List<String> lines = new ArrayList<>();
    List<String> actions = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      InMemoryPublisher publisher = new InMemoryPublisher();
      Collector collector = start(publisher);
      awaitFacts(publisher, web);
      print(web, run + " up", expected);
      String last = expected.getLast();
      await().atMost(SECONDS).until(() -> lines(publisher).contains(last));
      engine.exec(silent, "exec-" + run);
      await()
          .atMost(SECONDS)
          .until(
              () -> actionsOf(publisher, silent).stream().filter("exec_die"::equals).count() >= 1);
      collector.close();
      lines.addAll(lines(publisher));
      actions.addAll(actionsOf(publisher, silent));
      print(web, run + " down", expected);
      engine.health(silent, "healthy");
    }
    InMemoryPublisher publisher = new InMemoryPublisher();
    engine.print(silent, Stream.STDOUT, "never seen before\n");
    expected.add("never seen before");
    Collector collector = start(publisher);
    await().atMost(SECONDS).until(() -> lines(publisher).size() >= 11);
    await().atMost(SECONDS).until(() -> !actionsOf(publisher, silent).isEmpty());
    collector.close();
    lines.addAll(lines(publisher));
    actions.addAll(actionsOf(publisher, silent));
    assertThat(lines).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(actions).filteredOn("health_status"::equals).hasSize(3);
    assertThat(actions).filteredOn("exec_die"::equals).hasSize(3);
  }

  @Test
  void afterAKillWithOldPositionsNeitherLinesNorEngineEventsComeAgain() throws IOException {
    ContainerId web = engine.run(WEB);
    ContainerId silent = engine.run(ContainerSpec.of("silent", "shop/silent"));
    List<String> expected = new ArrayList<>();
    List<byte[]> stored = List.of();
    Map<String, byte[]> old = new HashMap<>();
    for (int run = 0; run < 4; run++) {
      InMemoryPublisher publisher = new InMemoryPublisher(stored);
      Collector collector =
          start(publisher, "collector: {heartbeat-interval: 100ms, close-timeout: 300ms}", sensor);
      print(web, run + " first ", expected);
      awaitAll(publisher, expected);
      keep(old);
      print(web, run + " then ", expected);
      engine.exec(silent, "exec-" + run);
      awaitAll(publisher, expected);
      if (run % 2 == 1) { // what follows is in the spool alone
        publisher.goAway();
        print(web, run + " spooled ", expected);
        await().atMost(SECONDS).until(() -> spooled() > 0);
      }
      collector.close();
      for (Map.Entry<String, byte[]> file : old.entrySet()) {
        Files.write(data.resolve("collector").resolve(file.getKey()), file.getValue());
      }
      stored = publisher.batches();
      print(web, run + " down ", expected);
    }
    InMemoryPublisher last = new InMemoryPublisher(stored);
    Collector collector = start(last);
    awaitAll(last, expected);
    collector.close();
    assertThat(lines(last)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(actionsOf(last, silent)).filteredOn("exec_die"::equals).hasSize(4);
  }

  private static void awaitAll(InMemoryPublisher publisher, List<String> expected) {
    await().atMost(SECONDS).until(() -> lines(publisher).containsAll(expected));
  }

  /** The files as a kill would leave them: those before the last lines. */
  private void keep(Map<String, byte[]> files) throws IOException {
    Path positions = data.resolve("collector/positions");
    await()
        .atMost(SECONDS)
        .until(() ->
            Files.exists(data.resolve("collector/containers"))
                && Files.exists(positions)
                && Files.readString(positions).contains("\nstored "));
    for (String name : List.of("positions", "containers")) {
      files.put(name, Files.readAllBytes(data.resolve("collector").resolve(name)));
    }
  }

  private long spooled() throws IOException {
    Path folder = data.resolve("collector/spool");
    if (!Files.isDirectory(folder)) {
      return 0;
    }
    try (var files = Files.list(folder)) {
      return files.filter(f -> SpoolSegment.numberOf(f) >= 0).count();
    }
  }

  private void print(ContainerId container, String word, List<String> expected) {
    for (int i = 0; i < 10; i++) {
      engine.print(container, i % 2 == 0 ? Stream.STDOUT : Stream.STDERR, word + i + "\n");
      expected.add(word + i);
    }
  }

  private static List<String> actionsOf(InMemoryPublisher publisher, ContainerId container) {
    return publisher.events(ContainerLifecycle.class).stream()
        .filter(e -> e.container().id().equals(container))
        .map(ContainerLifecycle::action)
        .toList();
  }

  @Test
  void linesThatWereNotStoredAreReadAgainByTheNextCollector() {
    ContainerId web = engine.run(WEB);
    InMemoryPublisher away = new InMemoryPublisher();
    Collector first =
        start(away, "collector: {heartbeat-interval: 100ms, close-timeout: 0ms}", sensor);
    awaitFacts(away, web);
    engine.print(web, Stream.STDOUT, "stored\n");
    awaitLines(away, "stored");
    away.goAway();
    engine.print(web, Stream.STDOUT, "not stored\n");
    await().atMost(SECONDS).until(() -> first.totals().pending() > 0);
    first.close();
    assertThat(lines(away)).containsExactly("stored");

    InMemoryPublisher publisher = new InMemoryPublisher();
    start(publisher);
    awaitLines(publisher, "not stored");
  }

  @Test
  void linesWaitInTheEngineWhileNothingCanBePublished() {
    ContainerId web = engine.run(WEB);
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector =
        start(publisher, "collector: {backlog: 1MiB, heartbeat-interval: 1m}", sensor);
    awaitFacts(publisher, web);
    publisher.goAway();
    String text = "x".repeat(1000) + "\n";
    Thread.ofVirtual().start(() -> printMany(web, text, 3000));
    await().atMost(SECONDS).until(() -> collector.totals().pending() > 400);
    publisher.comeBack();
    await().atMost(SECONDS).untilAsserted(() -> assertThat(lines(publisher)).hasSize(3000));
    collector.close();
    assertThat(collector.totals().lost()).isZero();
  }

  private void printMany(ContainerId container, String text, int count) {
    IntStream.range(0, count).forEach(i -> engine.print(container, Stream.STDOUT, text));
  }

  @Test
  void heartbeatsTellHowMuchCameThroughAndWhatIsMissing() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    FakeSensor blind = new FakeSensor(Kind.PROCESS_EXEC, Kind.NET_CONNECT);
    ContainerId web = engine.run(WEB);
    Collector collector =
        start(publisher, "collector: {heartbeat-interval: 100ms, logs: {enabled: false}}", blind);
    awaitFacts(publisher, web);
    blind.leavesOut(Kind.FILE_OPEN, 70);
    blind.loses(new SensorLoss(5, null, "ring", "process.exec", "full", 12, 3, 5));
    await().atMost(SECONDS).until(() -> publisher.events(SensorLoss.class).size() == 1);
    await()
        .atMost(SECONDS)
        .until(() -> publisher.events(SensorHeartbeat.class).getLast().lost() == 12);
    SensorHeartbeat beat = publisher.events(SensorHeartbeat.class).getLast();
    assertThat(beat.mode()).isEqualTo("reduced");
    assertThat(beat.missing()).containsExactly("process.exec", "net.connect", "container.log");
    assertThat(beat.filtered()).isEqualTo(70);
    assertThat(beat.received())
        .isGreaterThanOrEqualTo(beat.published() + beat.filtered() + beat.lost());
    assertThat(collector.check())
        .contains(new CheckResult.Degraded("kernel sensor", "blind", "open its eyes"))
        .noneMatch(check -> check.name().equals("coverage"));
    RuleSet rules =
        RuleSet.load(
                List.of(
                    new RuleFile(
                        "test.yaml",
                        "- {rule: a shell, desc: d, condition: evt.type = execve, output: o,"
                            + " priority: INFO}\n"
                            + "- {rule: a file, desc: d, condition: evt.type = openat, output: o,"
                            + " priority: INFO}\n")))
            .rules();
    collector.cover(rules);
    assertThat(collector.check())
        .contains(
            new CheckResult.Degraded(
                "coverage",
                "no, or not all, events of process.exec; 1 rule blind: a shell",
                "let the sensor see all, or leave these rules out"));
    await()
        .atMost(SECONDS)
        .until(
            () -> rules.hash().equals(publisher.events(SensorHeartbeat.class).getLast().bundle()));
    collector.close();
    Counters.Totals totals = collector.totals();
    assertThat(totals.pending()).as("%s", totals).isZero();
    assertThat(totals.published()).isEqualTo(publisher.events().size());
    assertThat(totals.lost()).isEqualTo(12);
  }

  @Test
  void whatIsDroppedWhileKafkaIsAwayIsReportedAfterwards() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    ContainerId web = engine.run(WEB);
    Collector collector =
        start(
            publisher,
            "collector: {backlog: 1MiB, spool-bytes: 0, heartbeat-interval: 100ms}",
            sensor);
    awaitFacts(publisher, web);
    publisher.goAway();
    for (int i = 0; i < 30_000; i++) {
      sensor.sees(exec(web, i));
    }
    ContainerId young = engine.run(ContainerSpec.of("young", "shop/young"));
    await().atMost(SECONDS).until(() -> collector.lost(Kind.CONTAINER_FACTS) > 0);
    publisher.comeBack();
    await().atMost(SECONDS).until(() -> !publisher.events(SensorLoss.class).isEmpty());
    awaitFacts(publisher, young);
    collector.close();
    long reported =
        publisher.events(SensorLoss.class).stream()
            .filter(l -> l.lostKind().equals("process.exec"))
            .mapToLong(SensorLoss::count)
            .sum();
    assertThat(reported).isPositive();
    assertThat(publisher.events(ProcessExec.class)).hasSize((int) (30_000 - reported));
    assertThat(collector.totals().pending()).isZero();
  }

  @Test
  void whatIsSpooledWhileNothingCanBePublishedIsSentByTheNextCollectorInOrder() {
    ContainerId web = engine.run(WEB);
    InMemoryPublisher away = new InMemoryPublisher();
    Collector first = start(away, "collector: {heartbeat-interval: 1m, close-timeout: 1s}", sensor);
    awaitFacts(away, web);
    int before = away.events(ProcessExec.class).size();
    away.goAway();
    for (int i = 0; i < 20_000; i++) {
      sensor.sees(exec(web, i));
    }
    first.close();
    assertThat(first.totals().lost()).isZero();
    assertThat(away.events(ProcessExec.class)).hasSize(before);

    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector next = start(publisher, "collector.heartbeat-interval: 1m", sensor);
    await().atMost(SECONDS).until(() -> publisher.events(ProcessExec.class).size() >= 20_000);
    assertThat(publisher.events(ProcessExec.class))
        .extracting(e -> e.process().ref().pid())
        .isEqualTo(IntStream.range(0, 20_000).boxed().toList());
    next.close();
    assertThat(next.totals().pending()).isZero();
    assertThat(publisher.events(SensorLoss.class))
        .extracting(SensorLoss::source, SensorLoss::reason)
        .containsExactly(tuple("sensor", "collector-down"));
  }

  @Test
  void aStartReportsWhatTheKernelDidWhileNoCollectorRanButTheFirstDoesNot() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector first = start(publisher);
    long running = now();
    first.close();
    long stopped = now();
    assertThat(publisher.events(SensorLoss.class)).isEmpty();

    InMemoryPublisher again = new InMemoryPublisher();
    start(again);
    await().atMost(SECONDS).until(() -> !ofSensor(again).isEmpty());
    SensorLoss gap = ofSensor(again).getFirst();
    assertThat(gap.reason()).isEqualTo("collector-down");
    assertThat(gap.count()).isZero();
    assertThat(gap.from()).isBetween(running, stopped);
    assertThat(gap.to()).isBetween(stopped, now());
  }

  private static List<SensorLoss> ofSensor(InMemoryPublisher publisher) {
    return publisher.events(SensorLoss.class).stream()
        .filter(l -> l.source().equals("sensor"))
        .toList();
  }

  @Test
  void withoutAnEngineTheSensorGoesOnAndTheCheckSaysSo() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    ContainerId web = engine.run(WEB);
    Collector collector =
        start(publisher, "collector: {heartbeat-interval: 100ms, hold-time: 50ms}", sensor);
    awaitFacts(publisher, web);
    engine.stopEngine();
    await()
        .atMost(SECONDS)
        .until(() ->
            collector.check().stream()
                .anyMatch(c -> c instanceof CheckResult.Failed f && f.name().equals("engine")));
    sensor.sees(exec(TestEvents.id(77), 1));
    await().atMost(SECONDS).until(() -> publisher.events(ProcessExec.class).size() == 1);
    engine.startEngine();
    await()
        .atMost(SECONDS)
        .until(() -> collector.check().stream().anyMatch(c -> isOk(c, "engine")));
    await()
        .atMost(SECONDS)
        .untilAsserted(() ->
            assertThat(publisher.events(SensorLoss.class))
                .anyMatch(l -> l.source().equals("engine-events") && l.reason().equals("gap")));
    await()
        .atMost(SECONDS)
        .untilAsserted(() ->
            assertThat(
                    publisher.events(ContainerFacts.class).stream()
                        .filter(f -> f.container().id().equals(web))
                        .map(ContainerFacts::state))
                .contains("exited"));
  }

  private static List<ContainerLifecycle> byDifference(InMemoryPublisher publisher) {
    return publisher.events(ContainerLifecycle.class).stream()
        .filter(e -> e.attributes().containsKey(EngineEvents.BY_DIFFERENCE))
        .toList();
  }

  private static List<SensorLoss> gaps(InMemoryPublisher publisher) {
    return publisher.events(SensorLoss.class).stream()
        .filter(l -> l.source().equals("engine-events") && l.reason().equals("gap"))
        .toList();
  }

  @Test
  void afterAnEnginesRestartWhatMustHaveHappenedIsToldOnceAndTheGapIsReported() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    ContainerId web = engine.run(WEB);
    start(publisher);
    awaitFacts(publisher, web);
    await().atMost(SECONDS).until(() -> Files.exists(data.resolve("collector/containers")));
    engine.stopEngine();
    engine.startEngine();
    await().atMost(SECONDS).until(() -> !byDifference(publisher).isEmpty());
    assertThat(byDifference(publisher))
        .extracting(e -> e.container().name(), ContainerLifecycle::action)
        .containsExactly(tuple("web", "die"));
    assertThat(actionsOf(publisher, web)).containsOnlyOnce("die");
    assertThat(gaps(publisher)).hasSize(1).allSatisfy(g -> assertThat(g.to()).isGreaterThan(0));
  }

  @Test
  void whatTheEngineForgotBetweenTwoCollectorsIsFoundByDifference() {
    ContainerId web = engine.run(WEB);
    ContainerId old = engine.run(ContainerSpec.of("old", "shop/old"));
    ContainerId busy = engine.run(ContainerSpec.of("busy", "shop/busy"));
    InMemoryPublisher first = new InMemoryPublisher();
    Collector collector = start(first);
    awaitFacts(first, busy);
    await().atMost(SECONDS).until(() -> Files.exists(data.resolve("collector/containers")));
    collector.close();
    engine.exit(web, 1);
    engine.remove(old);
    ContainerId young = engine.run(ContainerSpec.of("young", "shop/young"));
    IntStream.range(0, 100).forEach(i -> engine.exec(busy, "exec-" + i));
    ContainerId late = engine.run(ContainerSpec.of("late", "shop/late"));

    InMemoryPublisher second = new InMemoryPublisher();
    start(second);
    await().atMost(SECONDS).until(() -> actionsOf(second, young).contains("start"));
    assertThat(gaps(second)).hasSize(1);
    assertThat(actionsOf(second, web)).containsExactly("die");
    assertThat(actionsOf(second, old)).containsExactly("die", "destroy");
    assertThat(actionsOf(second, young)).containsExactly("create", "start");
    assertThat(actionsOf(second, late)).containsExactly("create", "start");
    assertThat(byDifference(second))
        .extracting(e -> e.container().id())
        .containsOnly(web, old, young);
    SensorLoss gap = gaps(second).getFirst();
    assertThat(byDifference(second))
        .allSatisfy(e -> assertThat(e.time()).isBetween(gap.from(), gap.to()));
  }

  @Test
  void theVeryFirstCollectorKnowsWhatThereIsThoughTheEngineIsNeverQuiet() throws Exception {
    ContainerId busy = engine.run(ContainerSpec.of("busy", "shop/busy"));
    AtomicBoolean enough = new AtomicBoolean();
    Thread noise =
        Thread.ofVirtual()
            .start(() -> {
              while (!enough.get()) {
                engine.health(busy, "healthy");
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
              }
            });
    try {
      Collector collector = start(new InMemoryPublisher());
      await().atMost(SECONDS).until(() -> Files.exists(data.resolve("collector/containers")));
      collector.close();
    } finally {
      enough.set(true);
      noise.join();
    }
    ContainerId young = engine.run(ContainerSpec.of("young", "shop/young"));
    IntStream.range(0, 300).forEach(i -> engine.health(busy, "healthy"));

    InMemoryPublisher second = new InMemoryPublisher();
    start(second);
    await().atMost(SECONDS).until(() -> actionsOf(second, young).contains("start"));
    assertThat(actionsOf(second, young)).containsExactly("create", "start");
  }

  @Test
  void whatACollectorThatEndedWithinAGapHadToTellIsToldByTheNext() {
    ContainerId web = engine.run(WEB);
    InMemoryPublisher first = new InMemoryPublisher();
    Collector collector = start(first);
    awaitFacts(first, web);
    await().atMost(SECONDS).until(() -> Files.exists(data.resolve("collector/containers")));
    engine.stopEngine();
    engine.startEngine();
    await().atMost(SECONDS).until(() -> !gaps(first).isEmpty());
    engine.run(ContainerSpec.of("young", "shop/young"));
    collector.close(); // before it has compared, mostly

    InMemoryPublisher second = new InMemoryPublisher();
    start(second);
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          List<String> told = new ArrayList<>(actionsOf(first, web));
          told.addAll(actionsOf(second, web));
          assertThat(told).containsExactly("die");
        });
  }

  @Test
  void anEngineThatForgotNothingHasNoGap() {
    ContainerId web = engine.run(WEB);
    InMemoryPublisher first = new InMemoryPublisher();
    Collector collector = start(first);
    awaitFacts(first, web);
    await().atMost(SECONDS).until(() -> !first.events(SensorHeartbeat.class).isEmpty());
    collector.close();

    InMemoryPublisher second = new InMemoryPublisher();
    start(second);
    engine.exit(web, 0);
    await().atMost(SECONDS).until(() -> actionsOf(second, web).contains("die"));
    assertThat(gaps(second)).isEmpty();
  }

  @Test
  void theLogOfAFileGoesOnExactlyAcrossCollectors() throws IOException {
    Path log = Files.createDirectory(data.resolve("c")).resolve("c-json.log");
    ContainerId web = engine.create(WEB);
    engine.keepLog(web, log);
    engine.start(web);
    List<String> lines = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      append(log, run * 1000, run * 1000 + 500);
      InMemoryPublisher publisher = new InMemoryPublisher();
      Collector collector =
          start(publisher, "collector: {heartbeat-interval: 100ms, logs: {from: all}}", sensor);
      awaitFacts(publisher, web);
      append(log, run * 1000 + 500, run * 1000 + 1000);
      await().atMost(SECONDS).until(() -> !lines(publisher).isEmpty());
      collector.close();
      lines.addAll(lines(publisher));
    }
    InMemoryPublisher publisher = new InMemoryPublisher();
    start(publisher);
    append(log, 3000, 3001);
    await().atMost(SECONDS).until(() -> lines(publisher).contains("line 3000"));
    lines.addAll(lines(publisher));
    assertThat(lines)
        .containsExactlyElementsOf(IntStream.range(0, 3001).mapToObj(i -> "line " + i).toList());
  }

  @Test
  void aStackTraceIsOneEventAndStillOneAfterTheCollectorWasStartedAgain() throws IOException {
    Path log = Files.createDirectory(data.resolve("c")).resolve("c-json.log");
    ContainerId web = engine.create(WEB);
    engine.keepLog(web, log);
    engine.start(web);
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector =
        start(publisher, "collector: {heartbeat-interval: 100ms, logs: {from: all}}", sensor);
    appendText(log, "stdout", "started");
    appendText(log, "stderr", "java.io.IOException: no");
    appendText(log, "stdout", "in between");
    appendText(log, "stderr", "\\tat shop.Web.serve(Web.java:7)");
    appendText(log, "stderr", "an error at the end");
    awaitLines(
        publisher,
        "started",
        "in between",
        "java.io.IOException: no\n\tat shop.Web.serve(Web.java:7)",
        "an error at the end");
    assertThat(publisher.events(ContainerLog.class))
        .extracting(ContainerLog::lines)
        .containsExactly(1, 1, 2, 1);
    collector.close();
    InMemoryPublisher second = new InMemoryPublisher();
    start(second);
    appendText(log, "stderr", "next");
    awaitLines(second, "next");
  }

  @Test
  void aContainerThatWritesTooManyLinesLosesThemCountedAndTheOthersNone() throws IOException {
    Path log = Files.createDirectory(data.resolve("c")).resolve("c-json.log");
    ContainerId loud = engine.create(WEB);
    engine.keepLog(loud, log);
    engine.start(loud);
    ContainerId quiet = engine.run(ContainerSpec.of("quiet", "shop/quiet"));
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector =
        start(
            publisher,
            "collector: {heartbeat-interval: 100ms, logs: {from: all, rate: 10}}",
            sensor);
    append(log, 0, 5_000); // all within a moment: 100 pass, and 10 a second
    engine.print(quiet, Stream.STDOUT, "here\n");
    await()
        .atMost(SECONDS)
        .untilAsserted(() -> {
          List<SensorLoss> losses =
              publisher.events(SensorLoss.class).stream()
                  .filter(l -> l.reason().equals("rate"))
                  .toList();
          assertThat(losses)
              .allSatisfy(l -> {
                assertThat(l.container()).extracting(ContainerRef::id).isEqualTo(loud);
                assertThat(l.lostKind()).isEqualTo(Kind.CONTAINER_LOG.text());
                assertThat(l.from()).isLessThanOrEqualTo(l.to());
              });
          long lost = losses.stream().mapToLong(SensorLoss::count).sum();
          long kept = lines(publisher).stream().filter(l -> l.startsWith("line ")).count();
          assertThat(lost + kept).isEqualTo(5_000);
          assertThat(kept).isBetween(100L, 1_000L);
        });
    await().atMost(SECONDS).until(() -> lines(publisher).contains("here"));
    collector.close();
    assertThat(collector.totals().pending()).isZero();
  }

  private void appendText(Path log, String stream, String text) throws IOException {
    Files.writeString(
        log,
        "{\"log\":\"%s\\n\",\"stream\":\"%s\",\"time\":\"%s\"}\n"
            .formatted(text, stream, Instant.ofEpochSecond(0, now())),
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  private void append(Path log, int from, int to) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      text.append("{\"log\":\"line ").append(i).append("\\n\",\"stream\":\"stdout\",\"time\":\"");
      text.append(Instant.ofEpochSecond(0, now())).append("\"}\n");
    }
    Files.writeString(log, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  @Test
  void aContainerWhoseLogCannotBeReadIsNamedByTheCheck() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector = start(publisher);
    ContainerId mute = engine.run(ContainerSpec.of("mute", "shop/mute").logDriver("none"));
    await()
        .atMost(SECONDS)
        .untilAsserted(() ->
            assertThat(collector.check())
                .anySatisfy(c ->
                    assertThat(c)
                        .isInstanceOfSatisfying(
                            CheckResult.Degraded.class,
                            d -> assertThat(d.problem()).contains(mute.brief()))));
  }

  @Test
  void linesThatWentWithTheirContainerAreReportedAndTheContainerIsForgotten() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector = start(publisher);
    ContainerId brief = engine.create(ContainerSpec.of("brief", "shop/brief"));
    awaitFacts(publisher, brief);
    engine.holdLines(true);
    engine.start(brief);
    await().atMost(SECONDS).until(() -> engine.linesHeld().contains(brief));
    engine.print(brief, Stream.STDOUT, "unseen\n");
    engine.remove(brief);
    engine.holdLines(false); // the collector is answered after the container has gone
    await()
        .atMost(SECONDS)
        .untilAsserted(() ->
            assertThat(publisher.events(SensorLoss.class))
                .extracting(SensorLoss::lostKind, SensorLoss::reason, SensorLoss::count)
                .containsExactly(tuple("container.log", "container-gone", 0L)));
    assertThat(publisher.events(SensorLoss.class).getFirst().container())
        .extracting("name")
        .isEqualTo("brief");
    assertThat(collector.check()).anyMatch(c -> isOk(c, "logs"));
  }

  @Test
  void itIsClosedTwiceAndWithoutAStart() {
    Collector collector =
        new Collector(
            settings(""),
            HOST,
            engine,
            sensor,
            new InMemoryPublisher(),
            new SimpleMeterRegistry(),
            TimeSource.SYSTEM);
    collector.close();
    assertThat(collector.check().getFirst()).isInstanceOf(CheckResult.Failed.class);
    collector.start();
    collector.close();
    collector.close();
    assertThat(Objects.requireNonNull(collector.check())).isNotEmpty();
  }
}
