package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLifecycle;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerLog.Stream;
import io.leukocyte.events.HostId;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs of real containers, by the files of the json-file driver and by the engine, into memory. */
class CollectorLogsIT {
  private static final Duration SECONDS = Duration.ofSeconds(60);
  private static final String PREFIX = "collector-logs-it-";
  private static final String BUSYBOX = "busybox:latest";

  @TempDir private Path data;
  private final DockerEngine engine =
      new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
  private final MeterRegistry meters = new SimpleMeterRegistry();
  private final List<Collector> collectors = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  @BeforeEach
  void begin() {
    SensorProbe.requireDocker();
  }

  @AfterEach
  void end() {
    collectors.forEach(each -> Accounts.close(List.of(each), data.resolve("none")));
    names.forEach(Docker::remove);
    engine.close();
  }

  private Collector start(InMemoryPublisher publisher, String source) {
    String yaml =
        "collector: {sensor: {mode: off}, heartbeat-interval: 300ms, logs: {from: all, source: "
            + source
            + "}}";
    Collector collector =
        new Collector(
            CollectorSettings.from(
                Config.parse("test", yaml, Map.of(), CollectorSettings.KEYS), data.resolve(source)),
            new HostId("host-it"),
            engine,
            publisher,
            meters);
    collectors.add(collector);
    collector.start();
    awaitTrue(() -> collector.check().stream().anyMatch(c -> isOk(c, "engine")));
    return collector;
  }

  private static boolean isOk(CheckResult check, String name) {
    return check instanceof CheckResult.Ok ok && ok.name().equals(name);
  }

  private ContainerId run(String name, String... arguments) {
    names.add(PREFIX + name);
    return Docker.start(PREFIX + name, arguments);
  }

  private static List<ContainerLog> logs(InMemoryPublisher publisher, ContainerId container) {
    return publisher.events(ContainerLog.class).stream()
        .filter(l -> l.container().id().equals(container))
        .toList();
  }

  private static List<String> lines(
      InMemoryPublisher publisher, ContainerId container, Stream stream) {
    return logs(publisher, container).stream()
        .filter(l -> l.stream() == stream)
        .map(ContainerLog::line)
        .toList();
  }

  private static List<SensorLoss> losses(InMemoryPublisher publisher) {
    return publisher.events(SensorLoss.class).stream()
        .filter(l -> l.source().equals("log"))
        .toList();
  }

  private static void awaitTrue(Callable<Boolean> condition) {
    await().atMost(SECONDS).pollInterval(Duration.ofMillis(50)).until(condition);
  }

  private static List<String> numbered(String word, int count) {
    return IntStream.range(0, count).mapToObj(i -> word + " " + i).toList();
  }

  private static String loop(int count, String body, int each, String pause) {
    return "i=0; while test $i -lt %d; do %s; i=$((i+1)); test $((i%%%d)) = 0 && sleep %s; done; sleep 1000"
        .formatted(count, body, each, pause);
  }

  @Test
  void rotatedFilesAreReadAndWhatOutrunsTheReaderIsReported() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    start(publisher, "auto");
    ContainerId busy =
        run(
            "rotate",
            "--log-opt",
            "max-size=10k",
            "--log-opt",
            "max-file=3",
            BUSYBOX,
            "sh",
            "-c",
            loop(2000, "echo out $i; echo err $i >&2", 10, "0.02"));
    awaitTrue(() -> lines(publisher, busy, Stream.STDOUT).contains("out 1999"));
    awaitTrue(() -> lines(publisher, busy, Stream.STDERR).contains("err 1999"));
    List<String> out = lines(publisher, busy, Stream.STDOUT);
    List<String> err = lines(publisher, busy, Stream.STDERR);
    assertThat(out).doesNotHaveDuplicates().isSubsetOf(numbered("out", 2000));
    assertThat(err).doesNotHaveDuplicates().isSubsetOf(numbered("err", 2000));
    assertThat(out).isSortedAccordingTo((a, b) -> number(a) - number(b));
    if (losses(publisher).isEmpty()) {
      assertThat(out).hasSize(2000);
      assertThat(err).hasSize(2000);
    }
  }

  private static int number(String line) {
    return Integer.parseInt(line.substring(line.indexOf(' ') + 1));
  }

  @Test
  void longBinaryAndUnfinishedLinesAreTheSameByFileAndByEngine() {
    String script =
        "echo first; head -c 10000000 /dev/zero | tr '\\0' x; echo;"
            + " printf '\\377\\000\\033[31m \\360\\237\\230\\200 binary\\r\\n';"
            + " printf '%0.s<&>\"' $(seq 1 9000); echo; echo beside >&2; printf 'no end'";
    ContainerId odd = run("odd", BUSYBOX, "sh", "-c", script);
    awaitTrue(
        () -> Docker.ok("inspect", "-f", "{{.State.Status}}", PREFIX + "odd").equals("exited"));
    Docker.ok("start", PREFIX + "odd");
    List<List<ContainerLog>> bySource = new ArrayList<>();
    for (String source : List.of("auto", "api")) {
      InMemoryPublisher publisher = new InMemoryPublisher();
      Collector collector = start(publisher, source);
      Docker.ok("start", PREFIX + "odd");
      awaitTrue(() ->
          lines(publisher, odd, Stream.STDOUT).stream().filter("no end"::equals).count() >= 2
              && lines(publisher, odd, Stream.STDERR).size() >= 2);
      collector.close();
      bySource.add(
          logs(publisher, odd).stream()
              .filter(l -> l.stream() == Stream.STDOUT)
              .limit(10)
              .map(l ->
                  new ContainerLog(
                      l.time(),
                      l.container(),
                      l.stream(),
                      l.line(),
                      l.originalBytes(),
                      l.truncated()))
              .toList());
    }
    List<ContainerLog> byFile = bySource.getFirst();
    assertThat(byFile.subList(0, 5)).isEqualTo(bySource.getLast().subList(0, 5));
    assertThat(byFile.get(0).line()).isEqualTo("first");
    assertThat(byFile.get(1).originalBytes()).isEqualTo(10_000_000);
    assertThat(byFile.get(1).truncated()).isTrue();
    assertThat(byFile.get(1).line()).hasSize(ContainerLog.MAX_BYTES);
    assertThat(byFile.get(2).line()).isEqualTo("\ufffd\0\u001b[31m \ud83d\ude00 binary\r");
    assertThat(byFile.get(3).line()).isEqualTo("<&>\"".repeat(9000));
    assertThat(byFile.get(4).line()).isEqualTo("no end");
    assertThat(meters.get("leuko.collector.logs.truncated").counter().count())
        .isGreaterThanOrEqualTo(2);
  }

  @Test
  void aCollectorThatIsRestartedInMidStreamReadsEachLineOfBothStreamsOnce() {
    ContainerId steady =
        run(
            "steady",
            "--log-opt",
            "max-size=40k",
            "--log-opt",
            "max-file=50",
            BUSYBOX,
            "sh",
            "-c",
            loop(3000, "echo out $i; echo err $i >&2", 10, "0.01"));
    List<String> out = new ArrayList<>();
    List<String> err = new ArrayList<>();
    for (int run = 0; run < 4; run++) {
      InMemoryPublisher publisher = new InMemoryPublisher();
      Collector collector = start(publisher, "auto");
      awaitTrue(() -> lines(publisher, steady, Stream.STDERR).size() >= 100);
      if (run == 3) {
        awaitTrue(() -> lines(publisher, steady, Stream.STDOUT).contains("out 2999"));
        awaitTrue(() -> lines(publisher, steady, Stream.STDERR).contains("err 2999"));
      }
      collector.close();
      out.addAll(lines(publisher, steady, Stream.STDOUT));
      err.addAll(lines(publisher, steady, Stream.STDERR));
      assertThat(losses(publisher)).isEmpty();
      if (out.contains("out 2999") && err.contains("err 2999")) {
        break;
      }
    }
    assertThat(out).containsExactlyElementsOf(numbered("out", 3000));
    assertThat(err).containsExactlyElementsOf(numbered("err", 3000));
  }

  @Test
  void whatAContainerWroteAndThenEndedWhileNoCollectorRanIsRead() {
    InMemoryPublisher first = new InMemoryPublisher();
    ContainerId ending =
        run(
            "ending",
            BUSYBOX,
            "sh",
            "-c",
            "echo one; while ! test -e /go; do sleep 0.1; done; echo two");
    Collector collector = start(first, "auto");
    awaitTrue(() -> lines(first, ending, Stream.STDOUT).contains("one"));
    collector.close();
    Docker.sh(PREFIX + "ending", "touch /go");
    awaitTrue(
        () -> Docker.ok("inspect", "-f", "{{.State.Status}}", PREFIX + "ending").equals("exited"));
    InMemoryPublisher second = new InMemoryPublisher();
    start(second, "auto");
    awaitTrue(() -> !lines(second, ending, Stream.STDOUT).isEmpty());
    assertThat(lines(second, ending, Stream.STDOUT)).containsExactly("two");
  }

  @Test
  void stackTracesAreOneEventByFileAndByEngineAndAcrossARestart() {
    String trace = "java.io.IOException: no\\n\\tat a.B.c(B.java:1)\\nCaused by: d\\n";
    ContainerId web =
        run(
            "traces",
            BUSYBOX,
            "sh",
            "-c",
            "for i in 0 1 2; do printf '"
                + trace
                + "' >&2; echo line $i; done; sleep 5;"
                + " printf '"
                + trace
                + "' >&2; sleep 60");
    for (String source : List.of("auto", "api")) {
      InMemoryPublisher before = new InMemoryPublisher();
      Collector first = start(before, source);
      awaitTrue(() -> lines(before, web, Stream.STDOUT).size() == 3);
      awaitTrue(() -> lines(before, web, Stream.STDERR).size() >= 3);
      first.close();
      InMemoryPublisher after = new InMemoryPublisher();
      start(after, source);
      awaitTrue(() ->
          lines(before, web, Stream.STDERR).size() + lines(after, web, Stream.STDERR).size() == 4);
      List<ContainerLog> errors = new ArrayList<>(logs(before, web));
      errors.addAll(logs(after, web));
      errors.removeIf(l -> l.stream() != Stream.STDERR);
      assertThat(errors).extracting(ContainerLog::lines).containsExactly(3, 3, 3, 3);
      assertThat(errors)
          .extracting(ContainerLog::line)
          .containsOnly("java.io.IOException: no\n\tat a.B.c(B.java:1)\nCaused by: d");
    }
  }

  @Test
  void shortContainersThatRemoveThemselvesLoseNoLineThatIsNotCounted() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector = start(publisher, "auto");
    int count = 8;
    for (int i = 0; i < count; i++) {
      Docker.ok("run", "--rm", "--name", PREFIX + "short-" + i, BUSYBOX, "echo", "short " + i);
    }
    awaitTrue(() ->
        publisher.events(ContainerLifecycle.class).stream()
                .filter(e ->
                    e.action().equals("destroy")
                        && e.container().name().startsWith(PREFIX + "short-"))
                .count()
            == count);
    await()
        .atMost(SECONDS)
        .untilAsserted(() ->
            assertThat(shortLines(publisher).size() + losses(publisher).size())
                .as("%s %s", shortLines(publisher), losses(publisher))
                .isEqualTo(count));
    assertThat(shortLines(publisher)).doesNotHaveDuplicates();
    collector.close();
    assertThat(collector.totals().pending()).isZero();
  }

  private static List<String> shortLines(InMemoryPublisher publisher) {
    return publisher.events(ContainerLog.class).stream()
        .filter(l -> l.container().name().startsWith(PREFIX + "short-"))
        .map(ContainerLog::line)
        .toList();
  }

  @Test
  void theLocalDriverIsReadByTheEngineAndADriverThatKeepsNothingIsSaidOnce() {
    InMemoryPublisher publisher = new InMemoryPublisher();
    Collector collector = start(publisher, "auto");
    String script = "echo spoken; sleep 1000";
    ContainerId local = run("local", "--log-driver", "local", BUSYBOX, "sh", "-c", script);
    ContainerId mute = run("mute", "--log-driver", "none", BUSYBOX, "sh", "-c", script);
    ContainerId file = run("file", BUSYBOX, "sh", "-c", script);
    awaitTrue(() -> lines(publisher, local, Stream.STDOUT).contains("spoken"));
    awaitTrue(() -> lines(publisher, file, Stream.STDOUT).contains("spoken"));
    awaitTrue(() ->
        collector.check().stream()
            .anyMatch(
                c -> c instanceof CheckResult.Degraded d && d.problem().contains(mute.brief())));
    assertThat(meters.get("leuko.collector.logs").tag("source", "none").gauge().value()).isOne();
    assertThat(meters.get("leuko.collector.logs").tag("source", "api").gauge().value())
        .isGreaterThanOrEqualTo(1);
    assertThat(meters.get("leuko.collector.logs").tag("source", "file").gauge().value())
        .isGreaterThanOrEqualTo(1);
    assertThat(losses(publisher)).isEmpty();
  }
}
