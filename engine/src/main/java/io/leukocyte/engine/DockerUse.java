package io.leukocyte.engine;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** What a container uses, out of the engine's statistics for control groups of both versions. */
final class DockerUse {
  private DockerUse() {}

  /** Of one that does not run the engine gives an answer without figures: empty. */
  static Optional<ResourceUse> of(JsonNode stats) {
    JsonNode cpu = stats.path("cpu_stats");
    long nanos = cpu.path("cpu_usage").path("total_usage").asLong(0);
    if (nanos == 0) {
      return Optional.empty();
    }
    JsonNode networks = stats.path("networks");
    boolean connected = networks.isObject();
    return Optional.of(
        new ResourceUse(
            nanos,
            cpu.path("throttling_data").path("throttled_time").asLong(0),
            memory(stats.path("memory_stats")),
            stats.path("pids_stats").path("current").asLong(-1),
            blocks(stats, "read"),
            blocks(stats, "write"),
            connected ? sum(networks, "rx_bytes") : -1,
            connected ? sum(networks, "tx_bytes") : -1));
  }

  /** As {@code docker stats} has it: the part of the page cache that is not in use is left out. */
  private static long memory(JsonNode memory) {
    JsonNode details = memory.path("stats");
    long cache =
        details.path("total_inactive_file").asLong(details.path("inactive_file").asLong(0));
    return Math.max(0, memory.path("usage").asLong(0) - cache);
  }

  private static long blocks(JsonNode stats, String operation) {
    JsonNode entries = stats.path("blkio_stats").path("io_service_bytes_recursive");
    if (!entries.isArray()) {
      return -1;
    }
    long bytes = 0;
    for (JsonNode entry : entries) {
      if (entry.path("op").asText("").equalsIgnoreCase(operation)) {
        bytes += entry.path("value").asLong(0);
      }
    }
    return bytes;
  }

  private static long sum(JsonNode networks, String field) {
    long bytes = 0;
    for (JsonNode network : networks) {
      bytes += network.path(field).asLong(0);
    }
    return bytes;
  }
}
