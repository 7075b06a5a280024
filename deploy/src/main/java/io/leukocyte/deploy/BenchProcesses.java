package io.leukocyte.deploy;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Roles as processes of their own, as {@code leuko collect | analyze | respond | index} run. */
final class BenchProcesses implements MeasuredRoles {
  /** The roles that an alert and its answer need. */
  static final List<String> ROLES = List.of("collect", "analyze", "respond");

  private final Map<String, BenchProcess> roles = new LinkedHashMap<>();

  private BenchProcesses() {}

  /**
   * Starts roles, all at once, and waits until all their checks are well.
   *
   * @param kafka that they use; its folder takes their data and logs
   * @param names in the order of the flow
   * @param settings by their names in the environment, besides those of the bench's Kafka and host
   */
  static BenchProcesses start(BenchKafka kafka, List<String> names, Map<String, String> settings)
      throws IOException, InterruptedException {
    Map<String, String> all =
        new HashMap<>(
            Map.of(
                "LEUKO_KAFKA_BOOTSTRAP", kafka.bootstrap(),
                "LEUKO_TOPICS_PARTITIONS", "2",
                "LEUKO_HOST_ID", "leuko-bench",
                "LEUKO_COMMANDS_TRUST", "acl")); // policies act only where orders are trusted
    all.putAll(settings);
    BenchProcesses processes = new BenchProcesses();
    try {
      for (String name : names.reversed()) {
        processes.roles.put(name, BenchProcess.start(name, kafka.folder(), all));
      }
      for (BenchProcess process : processes.roles.values()) {
        process.awaitHealth();
      }
      return processes;
    } catch (IOException | RuntimeException | InterruptedException e) {
      processes.close();
      throw e;
    }
  }

  /** The process of a role. */
  BenchProcess of(String name) {
    BenchProcess process = roles.get(name);
    if (process == null) {
      throw new IllegalStateException("The role does not run: " + name);
    }
    return process;
  }

  @Override
  public String metrics() throws IOException, InterruptedException {
    StringBuilder all = new StringBuilder();
    for (BenchProcess process : roles.values()) {
      all.append(process.metrics());
    }
    return all.toString();
  }

  @Override
  public void close() {
    roles.values().forEach(BenchProcess::close);
  }
}
