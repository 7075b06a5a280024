package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A page's tour, word for word: the commands are read from it. Only the data folder is another one,
 * and the attacker's terminal is made by {@code script}.
 */
final class Tour {
  static final Duration SOON = Duration.ofSeconds(30);

  private static final Pattern STEP =
      Pattern.compile("<!-- tour: ([a-z]+) -->\\s*```sh\\n(.*?)```", Pattern.DOTALL);
  private static final Duration READY = Duration.ofMinutes(3);

  private final ConcurrentLinkedQueue<String> screen = new ConcurrentLinkedQueue<>();
  private final Map<String, String> steps;
  private final Path folder;
  private final Path data;

  /**
   * The tour of a page.
   *
   * @param folder where its commands run
   * @param data the data folder
   * @param names the steps that it has
   */
  Tour(Path page, Path folder, Path data, String... names) throws IOException {
    this.folder = folder;
    this.data = data;
    Matcher matcher = STEP.matcher(Files.readString(page));
    steps =
        matcher
            .results()
            .collect(
                Collectors.toMap(
                    m -> m.group(1), m -> m.group(2).replace("/var/lib/leuko", data.toString())));
    assertThat(steps.keySet()).containsExactlyInAnyOrder(names);
  }

  /** The commands of a step. */
  String step(String name) {
    String commands = steps.get(name);
    assertThat(commands).as("step %s of the tour", name).isNotNull();
    return String.valueOf(commands);
  }

  /** Runs a step. Returns what it prints. */
  String take(String name) throws Exception {
    return run(step(name));
  }

  /** Runs commands as a person would and returns what they print. */
  String run(String commands) throws Exception {
    Process process = process(commands).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return output;
  }

  private ProcessBuilder process(String commands) {
    ProcessBuilder builder = new ProcessBuilder(List.of("bash", "-c", commands));
    builder.directory(folder.toFile());
    builder.environment().put("LEUKO_DATA", data.toString());
    builder.redirectErrorStream(true);
    return builder;
  }

  /** Starts the tour's server and waits for its line {@code ready}. */
  Process up() throws IOException {
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
  void attack() throws IOException {
    String command = step("attack").strip();
    Process terminal =
        process("script --quiet --return --command '" + command + "' /dev/null").start();
    try (var keyboard = terminal.outputWriter(UTF_8)) {
      keyboard.write("id\nexit\n");
    }
    String seen = new String(terminal.getInputStream().readAllBytes(), UTF_8);
    assertThat(seen).contains("uid=0(root)");
  }

  /** The lines that the server has printed. */
  Collection<String> screen() {
    return screen;
  }

  void awaitOnScreen(String text) {
    await()
        .atMost(SOON)
        .untilAsserted(() -> assertThat(screen).anyMatch(line -> line.contains(text)));
  }

  /** Ends it as systemd does; everything stops in order. Its output stays open to the last line. */
  void end(Process up) throws InterruptedException {
    up.toHandle().destroy();
    assertThat(up.waitFor(60, TimeUnit.SECONDS)).isTrue();
    await().atMost(SOON).until(() -> screen.contains("stopping"));
  }
}
