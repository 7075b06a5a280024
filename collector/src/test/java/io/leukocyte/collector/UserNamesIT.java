package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.config.Config;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose names users have, in real containers on the running kernel. */
class UserNamesIT {
  private static final String OWN = "collector-users";
  private static final String HOSTILE = "collector-users-hostile";
  private static final String BUSYBOX = "busybox:latest";

  /** The host has a user of this number everywhere, and the container here has none. */
  private static final int DAEMON = 1;

  private static final String WAIT = "while :; do sleep 0.2; done";

  @TempDir private static Path folder = Path.of("");
  private static final InMemoryPublisher PUBLISHER = new InMemoryPublisher();
  private static DockerEngine engine;
  private static Collector collector;
  private static ContainerId own = new ContainerId("0".repeat(64));

  @BeforeAll
  static void startTheCollectorThenTheContainer() throws IOException {
    SensorProbe.requireDocker();
    engine = new DockerEngine(EngineOptions.fromEnvironment(System.getenv()));
    collector =
        new Collector(
            CollectorSettings.from(
                Config.parse("test", "", Map.of(), CollectorSettings.KEYS), folder.resolve("data")),
            new HostId("host-it"),
            engine,
            PUBLISHER,
            new SimpleMeterRegistry());
    collector.start();
    Docker.remove(OWN);
    own =
        new ContainerId(
            Docker.ok(
                "create",
                "--name",
                OWN,
                "--network",
                "none",
                "--user",
                "app",
                BUSYBOX,
                "sh",
                "-c",
                WAIT));
    copy(OWN, "passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1000::/:/bin/sh\n");
    copy(OWN, "group", "root:x:0:\ncrew:x:1000:\n");
    Docker.ok("start", OWN);
  }

  private static void copy(String name, String file, String content) throws IOException {
    Path written = Files.writeString(folder.resolve(file), content);
    Docker.ok("cp", written.toString(), name + ":/etc/" + file);
  }

  @AfterAll
  static void removeAll() {
    if (collector != null) {
      collector.close();
    }
    Docker.remove(OWN);
    Docker.remove(HOSTILE);
    if (engine != null) {
      engine.close();
    }
  }

  private static ProcessInfo first(ContainerId container, Predicate<ProcessInfo> which) {
    await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> programs(container).stream().anyMatch(which));
    return programs(container).stream().filter(which).findFirst().orElseThrow();
  }

  private static List<ProcessInfo> programs(ContainerId container) {
    return PUBLISHER.events(ProcessExec.class).stream()
        .filter(e -> SensorProbe.isOf(e, container) && !e.process().flags().setup())
        .map(ProcessExec::process)
        .toList();
  }

  private static ProcessInfo program(ContainerId container, String argument) {
    return first(container, p -> p.args().contains(argument));
  }

  /** Runs a program as a user in the container, to its end. */
  private static ProcessInfo runs(String user, String argument) {
    Docker.ok("exec", "-u", user, OWN, "/bin/true", argument);
    return program(own, argument);
  }

  @Test
  void theFirstProgramHasTheNamesOfTheContainersOwnFiles() {
    ProcessInfo main = first(own, p -> p.args().contains(WAIT));
    assertThat(main.uid()).isEqualTo(1000);
    assertThat(main.more().names().user()).isEqualTo("app");
    assertThat(main.more().names().group()).isEqualTo("crew");
    ProcessInfo below = first(own, p -> p.args().contains("0.2"));
    assertThat(below.userName()).isEqualTo("app");
    ProcessInfo root = runs("0", "as-root");
    assertThat(root.more().names().user()).isNull();
    assertThat(root.userName()).isEqualTo("root");
  }

  @Test
  void aUserOfTheHostIsNoneOfTheContainer() throws IOException {
    assertThat(Files.readAllLines(Path.of("/etc/passwd")))
        .anyMatch(line -> line.matches("[a-z]+:[^:]*:" + DAEMON + ":.*"));
    ProcessInfo process = runs(DAEMON + ":" + DAEMON, "of-the-host");
    assertThat(process.uid()).isEqualTo(DAEMON);
    assertThat(process.more().names()).isEqualTo(ProcessInfo.Names.NONE);
  }

  @Test
  void aUserWhoIsAddedWhileItRunsIsKnownAtTheFirstProgram() {
    Docker.ok(
        "exec", "-u", "0", OWN, "sh", "-c", "echo late:x:1001:1000::/:/bin/sh >> /etc/passwd");
    ProcessInfo process = runs("late", "of-the-late");
    assertThat(process.uid()).isEqualTo(1001);
    assertThat(process.more().names().user()).isEqualTo("late");
  }

  /** The link leads to the host's file where it is followed from the host. */
  @Test
  void aLinkToAFileOfTheHostIsNotFollowed() throws IOException {
    Path names = Files.writeString(folder.resolve("names"), "intruder:x:4242:0::/:\n");
    Docker.remove(HOSTILE);
    ContainerId hostile =
        Docker.start(
            HOSTILE,
            "--network",
            "none",
            BUSYBOX,
            "sh",
            "-c",
            "rm /etc/passwd /etc/group; ln -s " + names + " /etc/passwd; " + WAIT);
    first(hostile, p -> p.args().contains("0.2"));
    Docker.ok("exec", "-u", "4242:4242", HOSTILE, "/bin/true", "behind-a-link");
    ProcessInfo process = program(hostile, "behind-a-link");
    assertThat(process.uid()).isEqualTo(4242);
    assertThat(process.more().names()).isEqualTo(ProcessInfo.Names.NONE);
  }
}
