package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.Event;
import io.leukocyte.events.FileOpen;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.config.Config;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole collector on the running kernel and the real engine, into memory. */
class CollectorIT {
  private static final Duration SECONDS = Duration.ofSeconds(30);
  private static final String PREFIX = "collector-it-";
  private static final String OLD = PREFIX + "old";
  private static final String YOUNG = PREFIX + "young";
  private static final String TERMINAL = PREFIX + "tty";
  private static final String BUSYBOX = "busybox:latest";

  @TempDir private Path data;
  private final DockerEngine engine =
      new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
  private final List<Collector> collectors = new ArrayList<>();

  @BeforeEach
  void begin() {
    SensorProbe.requireDocker();
    removeContainers();
  }

  @AfterEach
  void end() {
    Accounts.close(collectors, data);
    removeContainers();
    engine.close();
  }

  private static void removeContainers() {
    List.of(OLD, YOUNG, TERMINAL).forEach(Docker::remove);
  }

  private Collector start(BatchPublisher publisher) {
    CollectorSettings settings =
        CollectorSettings.from(
            Config.parse(
                "test", "collector.heartbeat-interval: 500ms", Map.of(), CollectorSettings.KEYS),
            data);
    Collector collector =
        new Collector(
            settings, new HostId("host-it"), engine, publisher, new SimpleMeterRegistry());
    collectors.add(collector);
    collector.start();
    assertThat(collector.check())
        .anySatisfy(c ->
            assertThat(c)
                .isInstanceOfSatisfying(
                    CheckResult.Ok.class, ok -> assertThat(ok.name()).isEqualTo("kernel sensor")));
    return collector;
  }

  private static List<Event> of(InMemoryPublisher publisher, ContainerId container) {
    return publisher.events().stream()
        .filter(e -> e.container() != null && e.container().id().equals(container))
        .toList();
  }

  private static <E extends Event> List<E> of(
      InMemoryPublisher publisher, ContainerId container, Class<E> type) {
    return of(publisher, container).stream().filter(type::isInstance).map(type::cast).toList();
  }

  private static List<String> lines(
      InMemoryPublisher publisher, ContainerId container, Stream stream) {
    return of(publisher, container, ContainerLog.class).stream()
        .filter(l -> l.stream() == stream)
        .map(ContainerLog::line)
        .toList();
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await().atMost(SECONDS).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  private static Interest openedUnder(String path) {
    RuleSet.Loaded loaded =
        RuleSet.load(
            List.of(
                new RuleFile(
                    "it",
                    """
                    - rule: r
                      desc: d
                      output: o
                      priority: info
                      condition: evt.type in (open, openat) and fd.name startswith %s
                    """
                        .formatted(path))));
    assertThat(loaded.problems()).isEmpty();
    return Interest.of(loaded.rules());
  }

  @Test
  void theRulesMayChangeWhileTheCollectorRunsAndWhatNoRuleNeedsIsCounted() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector = start(publisher);
    ContainerId old = Docker.start(OLD, "--network", "none", BUSYBOX, "sleep", "1000");
    String look = "for i in 1 2 3; do cat /tmp/a/%1$s-$i /tmp/b/%1$s-$i; done; exit 0";

    Docker.sh(OLD, look.formatted("none"));
    collector.observe(openedUnder("/tmp/a"));
    Docker.sh(OLD, look.formatted("first"));
    collector.observe(openedUnder("/tmp/b"));
    Docker.sh(OLD, look.formatted("second"));

    awaitTrue(() -> of(publisher, old, FileOpen.class).size() >= 6);
    awaitTrue(() ->
        publisher.events(SensorHeartbeat.class).stream().anyMatch(beat -> beat.filtered() >= 6));
    collector.close();
    assertThat(of(publisher, old, FileOpen.class))
        .extracting(FileOpen::path)
        .containsExactly(
            "/tmp/a/first-1",
            "/tmp/a/first-2",
            "/tmp/a/first-3",
            "/tmp/b/second-1",
            "/tmp/b/second-2",
            "/tmp/b/second-3");
    Counters.Totals totals = collector.totals();
    assertThat(totals.filtered()).isGreaterThanOrEqualTo(6);
    assertThat(totals.received()).isEqualTo(totals.published() + totals.filtered() + totals.lost());
  }

  @Test
  void aShortContainerIsSeenFromCreateToDestroyWithItsFactsFirst() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector = start(publisher);
    String script = "echo out; echo err >&2; /bin/true --token hunter2; exit 3";
    ContainerId young = Docker.start(YOUNG, "--label", "tier=web", BUSYBOX, "sh", "-c", script);
    awaitTrue(() ->
        of(publisher, young, ContainerLifecycle.class).stream()
            .anyMatch(e -> e.action().equals("die")));
    awaitTrue(() -> lines(publisher, young, Stream.STDERR).size() == 1);
    awaitTrue(() -> lines(publisher, young, Stream.STDOUT).size() == 1);
    Docker.remove(YOUNG);
    awaitTrue(() ->
        of(publisher, young, ContainerLifecycle.class).stream()
            .anyMatch(e -> e.action().equals("destroy")));
    collector.close();

    List<Event> events = of(publisher, young);
    assertThat(events.getFirst()).isInstanceOf(ContainerFacts.class);
    assertThat(events)
        .allSatisfy(e -> assertThat(e.container()).extracting("name").isEqualTo(YOUNG));
    assertThat(((ContainerFacts) events.getFirst()).labels()).containsEntry("tier", "web");
    assertThat(lines(publisher, young, Stream.STDOUT)).containsExactly("out");
    assertThat(lines(publisher, young, Stream.STDERR)).containsExactly("err");
    assertThat(of(publisher, young, ProcessExec.class))
        .filteredOn(e -> !e.process().flags().setup())
        .extracting(e -> e.process().args())
        .contains(
            List.of("sh", "-c", script.replace("hunter2;", "***;")),
            List.of("/bin/true", "--token", "***"));
    assertThat(of(publisher, young, ContainerLifecycle.class))
        .filteredOn(e -> e.action().equals("die"))
        .extracting(ContainerLifecycle::exitCode)
        .containsExactly(3);
    Counters.Totals totals = collector.totals();
    assertThat(totals.pending()).as("%s", totals).isZero();
    assertThat(totals.published()).isEqualTo(publisher.events().size());
  }

  @Test
  void linesOfATerminalAreJoinedAndOldLinesAreNotRead() {
    ContainerId old =
        Docker.start(
            OLD,
            BUSYBOX,
            "sh",
            "-c",
            "echo before; while ! test -e /go; do sleep 0.1; done; echo" + " after; sleep 1000");
    awaitTrue(() -> Docker.ok("logs", OLD).contains("before"));
    InMemoryPublisher publisher = new InMemoryPublisher();
    start(publisher);
    awaitTrue(() -> !of(publisher, old, ContainerFacts.class).isEmpty());
    ContainerId terminal =
        Docker.start(TERMINAL, "-t", BUSYBOX, "sh", "-c", "echo one; echo two >&2; sleep 1000");
    awaitTrue(() -> lines(publisher, terminal, Stream.TTY).size() == 2);
    assertThat(lines(publisher, terminal, Stream.TTY)).containsExactly("one", "two");
    Docker.sh(OLD, "touch /go");
    awaitTrue(() -> !lines(publisher, old, Stream.STDOUT).isEmpty());
    assertThat(lines(publisher, old, Stream.STDOUT)).containsExactly("after");
    awaitTrue(() ->
        of(publisher, old, ProcessExec.class).stream()
            .anyMatch(e -> e.process().args().equals(List.of("sh", "-c", "touch /go"))));
  }

  @Test
  void aRestartedCollectorNeitherLosesNorDoublesLines() {
    ContainerId old =
        Docker.start(
            OLD,
            BUSYBOX,
            "sh",
            "-c",
            "i=0; while test $i -lt 400; do echo line $i; i=$((i+1)); sleep 0.02; done;"
                + " sleep 1000");
    List<String> lines = new ArrayList<>();
    for (int run = 0; run < 3; run++) {
      InMemoryPublisher publisher = new InMemoryPublisher();
      Collector collector = start(publisher);
      awaitTrue(() -> lines(publisher, old, Stream.STDOUT).size() >= 20);
      collector.close();
      lines.addAll(lines(publisher, old, Stream.STDOUT));
    }
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector last = start(publisher);
    awaitTrue(() -> lines(publisher, old, Stream.STDOUT).contains("line 399"));
    last.close();
    lines.addAll(lines(publisher, old, Stream.STDOUT));
    int first = Integer.parseInt(lines.getFirst().substring("line ".length()));
    assertThat(lines)
        .containsExactlyElementsOf(IntStream.range(first, 400).mapToObj(i -> "line " + i).toList());
  }
}
