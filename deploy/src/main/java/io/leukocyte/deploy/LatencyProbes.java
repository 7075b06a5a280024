package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.ContainerId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Containers with a shell each that executes a program when told and says when: each probe is
 * another rule or another container, so that each is an alert of its own.
 */
final class LatencyProbes implements AutoCloseable {
  private static final BigDecimal NANOS = BigDecimal.valueOf(1_000_000_000);

  /** The time is taken before the fork and told after the program has ended. */
  private static final String SCRIPT =
      "while read -r probe; do t=$EPOCHREALTIME; /bin/true \"$probe\"; echo \"$probe $t\"; done";

  /** What a probe is for. */
  enum Purpose {
    /** An alert and nothing more. */
    PROBE,
    /** An alert that a policy answers by quarantine. */
    INTRUDER
  }

  /**
   * One probe.
   *
   * @param rule the rule that it matches
   * @param container where it runs
   */
  record Key(String rule, ContainerId container) {}

  private final List<Running> containers = new ArrayList<>();
  private final List<Process> shells = new ArrayList<>();
  private final List<Writer> writers = new ArrayList<>();
  private final Map<Key, Long> executed = new ConcurrentHashMap<>();
  private final Map<Purpose, Integer> used = new HashMap<>();

  /** Starts the containers. */
  LatencyProbes(BenchContainers maker, int count) throws IOException, InterruptedException {
    for (int i = 0; i < count; i++) {
      Running container = maker.start("sleep", "infinity");
      Process shell = container.exec("bash", "-c", SCRIPT);
      containers.add(container);
      shells.add(shell);
      writers.add(shell.outputWriter(StandardCharsets.US_ASCII));
      Thread.ofPlatform().daemon().name("bench-probe-" + i).start(() -> read(container, shell));
    }
  }

  /** The rules that so many probes of a purpose need in so many containers. */
  static String rules(Purpose purpose, int probes, int containers) {
    StringBuilder yaml = new StringBuilder();
    for (int i = 0; i <= (probes - 1) / containers; i++) {
      yaml.append(
          """
          - rule: %1$s
            desc: A probe of the bench of latencies.
            condition: evt.type in (execve, execveat) and proc.name = true and proc.args = %1$s
            output: probe %%proc.args in %%container.name
            priority: WARNING
          """
              .formatted(name(purpose, i)));
    }
    return yaml.toString();
  }

  /**
   * A policy that answers the intruders by a quarantine of a second, and asks the fleet's budget
   * for each.
   */
  static String policy(int probes, int containers) {
    List<String> rules = new ArrayList<>();
    for (int i = 0; i <= (probes - 1) / containers; i++) {
      rules.add(name(Purpose.INTRUDER, i));
    }
    return """
    - policy: bench of latencies
      match: {rules: [%s]}
      actions: [quarantine: {for: 1s}]
      guard: {mode: enforce, at-most: {containers: 100000, per: 10m}}
    """
        .formatted(String.join(", ", rules));
  }

  private static String name(Purpose purpose, int number) {
    return "leuko-" + (purpose == Purpose.PROBE ? "probe-" : "intruder-") + number;
  }

  /** Executes the next probe of a purpose; returns at once. */
  Key execute(Purpose purpose) throws IOException {
    int number = used.merge(purpose, 1, Integer::sum) - 1;
    int container = number % containers.size();
    String rule = name(purpose, number / containers.size());
    writers.get(container).write(rule + "\n");
    writers.get(container).flush();
    return new Key(rule, containers.get(container).id());
  }

  /** The container that the next intruder will not be in for longest. */
  Running resting() {
    int next = used.getOrDefault(Purpose.INTRUDER, 0) + containers.size() / 2;
    return containers.get(next % containers.size());
  }

  /** When the shell was about to execute each probe, unix nanoseconds. */
  Map<Key, Long> executed() {
    return Map.copyOf(executed);
  }

  private void read(Running container, Process shell) {
    try (BufferedReader lines = shell.inputReader(StandardCharsets.US_ASCII)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] words = line.split(" ", 2);
        long time = new BigDecimal(words[1]).multiply(NANOS).longValue();
        executed.put(new Key(words[0], container.id()), time);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("A shell of the bench cannot be read", e);
    }
  }

  /** Ends the shells. */
  @Override
  public void close() {
    shells.forEach(Process::destroy);
  }
}
