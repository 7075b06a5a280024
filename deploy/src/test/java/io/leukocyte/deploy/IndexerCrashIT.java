package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.HostId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The indexer and Elasticsearch as processes that are killed and frozen while 500 documents a
 * second are on their way: afterwards each alert, action and log line is one document.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IndexerCrashIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration BEFORE = Duration.ofSeconds(2);

  private final EmbeddedElasticsearch.Settings node =
      EmbeddedElasticsearch.Settings.defaults()
          .withPort(LoopbackPorts.free())
          .withAccess(Access.OPEN)
          .withShortLife(true);
  private Fleet fleet;
  private Child indexer;
  private Path data;
  private EmbeddedElasticsearch elasticsearch;
  private StoredDocuments stored;

  /** What happens under the load. */
  enum Fault {
    /** SIGKILL of the indexer, started again after two seconds. */
    INDEXER_KILLED,
    /** SIGSTOP of the indexer, and SIGCONT after five seconds. */
    INDEXER_FROZEN,
    /** SIGSTOP of the node, and SIGCONT after five seconds. */
    ELASTICSEARCH_FROZEN,
    /** SIGKILL of the node, started again at once. */
    ELASTICSEARCH_KILLED
  }

  @BeforeAll
  void start(@TempDir(cleanup = CleanupMode.ALWAYS) Path folder) throws Exception {
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    data = folder.resolve("node");
    fleet = Fleet.withoutEngine(folder);
    indexer =
        fleet.role(
            "indexer",
            "index",
            new HostId("indexer-host"),
            Map.of("LEUKO_ELASTICSEARCH_URL", "http://127.0.0.1:" + node.port()));
    indexer.start();
    elasticsearch = EmbeddedElasticsearch.create(data, node);
    elasticsearch.start();
    stored = new StoredDocuments(node.port());
    indexer.awaitReady();
  }

  @AfterAll
  void end() throws Exception {
    for (AutoCloseable open : new AutoCloseable[] {stored, fleet, elasticsearch}) {
      if (open != null) {
        open.close();
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(Fault.class)
  void eachAlertActionAndLineIsOneDocument(Fault fault) throws Exception {
    HostId host = new HostId("row-" + fault);
    try (DocumentLoad load = new DocumentLoad(fleet.client(), host)) {
      load.start();
      await("the first documents")
          .atMost(PATIENCE)
          .until(() -> stored.count("container", host) > 0);
      last(BEFORE);
      strike(fault);
      long back = System.nanoTime();
      load.end();
      await("all documents")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(() -> {
            assertThat(stored.count("alerts", host)).isGreaterThanOrEqualTo(load.alerts().size());
            assertThat(stored.count("actions", host)).isGreaterThanOrEqualTo(load.actions().size());
            assertThat(stored.count("container", host)).isGreaterThanOrEqualTo(load.lines().size());
          });
      System.out.printf(
          "%s: %d alerts, %d actions, %d lines, all stored %.1f s after it was over%n",
          fault,
          load.alerts().size(),
          load.actions().size(),
          load.lines().size(),
          (System.nanoTime() - back) / 1e9);
      assertThat(stored.all("alerts", host, "/event/id"))
          .containsExactlyInAnyOrderElementsOf(load.alerts());
      assertThat(stored.all("actions", host, "/leukocyte/action/id"))
          .containsExactlyInAnyOrderElementsOf(load.actions());
      assertThat(stored.all("container", host, "/message"))
          .containsExactlyInAnyOrderElementsOf(load.lines());
    }
  }

  private void strike(Fault fault) throws Exception {
    switch (fault) {
      case INDEXER_KILLED -> {
        indexer.kill();
        last(Duration.ofSeconds(2));
        indexer.start();
        indexer.awaitReady();
      }
      case INDEXER_FROZEN -> {
        indexer.freeze();
        last(Duration.ofSeconds(5));
        indexer.thaw();
      }
      case ELASTICSEARCH_FROZEN -> {
        var _ = signal("STOP");
        last(Duration.ofSeconds(5));
        var _ = signal("CONT");
      }
      case ELASTICSEARCH_KILLED -> {
        List<ProcessHandle> killed = signal("KILL");
        await("it ends").atMost(PATIENCE).until(() -> killed.stream().noneMatch(p -> p.isAlive()));
        elasticsearch.close();
        elasticsearch = EmbeddedElasticsearch.create(data, node);
        elasticsearch.start();
      }
    }
  }

  /**
   * Sends a signal to the node's processes: the launcher, which names the folder, and the server.
   */
  private List<ProcessHandle> signal(String signal) throws IOException, InterruptedException {
    List<ProcessHandle> processes =
        ProcessHandle.allProcesses()
            .filter(process ->
                process.info().commandLine().filter(line -> line.contains("=" + data)).isPresent())
            .flatMap(launcher -> Stream.concat(Stream.of(launcher), launcher.descendants()))
            .distinct()
            .toList();
    assertThat(processes).hasSizeGreaterThanOrEqualTo(2);
    for (ProcessHandle process : processes) {
      String pid = String.valueOf(process.pid());
      new ProcessBuilder("kill", "-" + signal, pid).inheritIO().start().waitFor();
    }
    return processes;
  }

  /** Lets a fault last. */
  private static void last(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    for (long left = time.toNanos(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }
}
