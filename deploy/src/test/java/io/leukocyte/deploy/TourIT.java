package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's tour, word for word: the commands are read from it. Only the data folder is another
 * one, and the attacker's terminal is made by {@code script}.
 */
class TourIT {
  private static final Pattern STEP =
      Pattern.compile("<!-- tour: ([a-z]+) -->\\s*```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Duration READY = Duration.ofMinutes(3);
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path temporary;
  private final Path home = Path.of("..").toAbsolutePath().normalize();
  private final ConcurrentLinkedQueue<String> screen = new ConcurrentLinkedQueue<>();
  private Map<String, String> steps = Map.of();

  @BeforeEach
  void readTheTour() throws IOException {
    Environment.requireRootAndEngine();
    Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwx--x--x"));
    String data = temporary.resolve("data").toString();
    Matcher matcher = STEP.matcher(Files.readString(home.resolve("README.md")));
    steps =
        matcher
            .results()
            .collect(
                Collectors.toMap(m -> m.group(1), m -> m.group(2).replace("/var/lib/leuko", data)));
    assertThat(steps.keySet())
        .containsExactlyInAnyOrder(
            "prepare", "up", "web", "attack", "document", "isolated", "release", "clean");
  }

  @AfterEach
  void cleanUp() throws Exception {
    run("docker rm --force web client; docker network rm shop");
  }

  @Test
  void shellInTheWebContainerIsSeenIndexedCutOffAndReleased() throws Exception {
    run(step("prepare"));
    Process up = up();
    try {
      assertThat(run(step("web"))).contains("hello");
      await().atMost(SOON).until(() -> run("bin/leuko containers").contains("web"));

      attack();
      awaitOnScreen("Terminal shell in container  web");
      awaitOnScreen("quarantine verified: web");

      await().atMost(SOON).until(() -> run(step("document")).contains("Terminal shell"));
      assertThat(run(step("document"))).contains("\"kind\" : \"alert\"");

      assertThat(run(step("isolated")))
          .contains("no answer")
          .containsPattern("(?m)^\\S+ +quarantine +web ");
      run("docker restart web");
      await().atMost(SOON).until(() -> ruleset().contains("leuko_quarantine"));
      assertThat(run(step("isolated"))).contains("no answer");

      assertThat(run(step("release"))).contains("hello");
      assertThat(ruleset()).doesNotContain("leuko");
    } finally {
      end(up);
    }
  }

  @Test
  void startedAgainItGoesOnAndTellsNothingTwice() throws Exception {
    run(step("prepare"));
    Process first = up();
    try {
      run(step("web"));
      attack();
      awaitOnScreen("quarantine verified: web");
    } finally {
      end(first);
    }
    assertThat(ruleset()).contains("leuko_quarantine");

    screen.clear();
    Process second = up();
    try {
      assertThat(run("bin/leuko actions")).containsPattern("(?m)^\\S+ +quarantine +web ");
      assertThat(run(step("release"))).contains("hello");
      assertThat(screen).noneMatch(line -> line.contains("Terminal shell in container"));
    } finally {
      end(second);
    }
  }

  /** Starts the tour's server and waits for its line {@code ready}. */
  private Process up() throws Exception {
    Process up = process(step("up").strip()).start();
    Thread.ofPlatform().daemon().start(() -> read(up));
    await()
        .atMost(READY)
        .until(() -> {
          assertThat(up.isAlive()).withFailMessage(() -> "leuko up ended: " + screen).isTrue();
          return screen.contains("ready");
        });
    return up;
  }

  private void read(Process process) {
    try (BufferedReader output = process.inputReader(UTF_8)) {
      output.lines().forEach(screen::add);
    } catch (IOException e) {
      screen.add("the output ended: " + e);
    }
  }

  /** The attacker types into a terminal, and leaves. */
  private void attack() throws Exception {
    String command = step("attack").strip();
    Process terminal =
        process("script --quiet --return --command '" + command + "' /dev/null").start();
    try (var keyboard = terminal.outputWriter(UTF_8)) {
      keyboard.write("id\nexit\n");
    }
    String seen = new String(terminal.getInputStream().readAllBytes(), UTF_8);
    assertThat(seen).contains("uid=0(root)");
  }

  private void awaitOnScreen(String text) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(screen).anyMatch(line -> line.contains(text)));
  }

  private String ruleset() throws Exception {
    return run("nsenter -t $(docker inspect -f '{{.State.Pid}}' web) -n nft list ruleset");
  }

  private String step(String name) {
    String commands = steps.get(name);
    assertThat(commands).as("step %s of the tour", name).isNotNull();
    return String.valueOf(commands);
  }

  /** Runs commands as a person would and returns what they print. */
  private String run(String commands) throws Exception {
    Process process = process(commands).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private ProcessBuilder process(String commands) {
    ProcessBuilder builder = new ProcessBuilder(List.of("bash", "-c", commands));
    builder.directory(home.toFile());
    builder.environment().put("LEUKO_DATA", temporary.resolve("data").toString());
    builder.redirectErrorStream(true);
    return builder;
  }

  /** Ends it as systemd does; everything stops in order. Its output stays open to the last line. */
  private void end(Process up) throws InterruptedException {
    up.toHandle().destroy();
    assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
    await().atMost(SOON).until(() -> screen.contains("stopping"));
  }
}
