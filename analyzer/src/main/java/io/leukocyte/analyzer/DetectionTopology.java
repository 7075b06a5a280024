package io.leukocyte.analyzer;

import io.leukocyte.events.Topic;
import io.leukocyte.rules.RuleSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.Topology;

/**
 * The topology: one processor over batches, and over those alerts of the other one that belong to
 * incidents of containers; one over matches that correlations over all hosts count, over what
 * baselines observed and over orders about their profiles; everything with a name. Topics of a
 * processor have as many partitions each, and keys that belong together are the same.
 */
final class DetectionTopology {
  static final String EVENTS = "events";
  static final String DETECT = "detect";
  static final String STORE = "detector";
  static final String RAISED = "raised";
  static final String ALERTS = "alerts";
  static final String INCIDENTS = "incidents";
  static final String CONTAINERS = "containers";
  static final String DEAD = "dead";
  static final String TO_MATCHES = "matches";
  static final String MATCHES = "fleet-matches";
  static final String CORRELATE = "correlate";
  static final String WINDOWS = "correlator";
  static final String ORDERS = "orders";
  static final String PROFILES = "profiler";
  static final String FLEET_PROFILES = "fleet-profiles";
  static final String FLEET_ALERTS = "fleet-alerts";
  static final String FLEET_INCIDENTS = "fleet-incidents";
  static final String FLEET_INNER = "fleet-inner";
  static final String FLEET_DEAD = "fleet-dead";

  /** Small segments, compacted soon: a restart reads all of the changelog. */
  private static final Map<String, String> CHANGELOG =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT,
          TopicConfig.SEGMENT_BYTES_CONFIG, Integer.toString(16 << 20),
          TopicConfig.SEGMENT_MS_CONFIG, Integer.toString(600_000),
          TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1",
          TopicConfig.DELETE_RETENTION_MS_CONFIG, Integer.toString(3_600_000));

  /**
   * Header of an alert that belongs to the incident of its container. The topic of alerts has the
   * same keys as that of events, so it comes to the task that keeps the container's host.
   */
  static final String JOINS = "leuko.joins";

  private record Sink(String name, Topic topic) {}

  private static final List<Sink> SINKS =
      List.of(
          new Sink(ALERTS, Topic.ALERTS),
          new Sink(INCIDENTS, Topic.INCIDENTS),
          new Sink(CONTAINERS, Topic.CONTAINERS),
          new Sink(TO_MATCHES, Topic.MATCHES),
          new Sink(DEAD, Topic.DEAD));

  /** The second stage has sinks of its own: shared ones would join the stages' tasks. */
  private static final List<Sink> FLEET_SINKS =
      List.of(
          new Sink(FLEET_ALERTS, Topic.ALERTS),
          new Sink(FLEET_INCIDENTS, Topic.INCIDENTS),
          new Sink(FLEET_INNER, Topic.MATCHES),
          new Sink(FLEET_PROFILES, Topic.PROFILES),
          new Sink(FLEET_DEAD, Topic.DEAD));

  private DetectionTopology() {}

  /**
   * Makes it.
   *
   * @param settings what the detector's own rules hold against
   * @param rules the rules in force, asked before each batch
   * @param metrics where is counted
   * @param poison records at which detection failed before
   * @param watches where tasks show themselves while they run
   * @param silence when a host's silence is an alert
   * @param trust whose orders about profiles are carried out
   */
  static Topology build(
      DetectorSettings settings,
      Supplier<RuleSet> rules,
      AnalyzerMetrics metrics,
      Poison poison,
      Set<TaskWatch> watches,
      Silence silence,
      OrderTrust trust) {
    Topology topology = new Topology();
    topology.addSource(
        EVENTS, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topic.EVENTS.text());
    topology.addSource(
        RAISED, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topic.ALERTS.text());
    topology.addProcessor(
        DETECT,
        () -> new DetectProcessor(settings, rules, metrics, poison, watches, silence),
        EVENTS,
        RAISED);
    topology.addStateStore(PrimStore.builder(STORE, CHANGELOG, DetectorState::new), DETECT);
    Serializer<byte[]> bytes = new ByteArraySerializer();
    for (Sink sink : SINKS) {
      topology.addSink(sink.name(), sink.topic().text(), bytes, bytes, DETECT);
    }
    topology.addSource(
        MATCHES, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topic.MATCHES.text());
    topology.addSource(
        ORDERS, new ByteArrayDeserializer(), new ByteArrayDeserializer(), Topic.COMMANDS.text());
    topology.addProcessor(
        CORRELATE,
        () -> new CorrelateProcessor(settings, rules, metrics, poison, trust),
        MATCHES,
        ORDERS);
    topology.addStateStore(PrimStore.builder(WINDOWS, CHANGELOG, WindowState::new), CORRELATE);
    topology.addStateStore(
        PrimStore.builder(PROFILES, CHANGELOG, () -> new ProfileState(settings.maxGroups())),
        CORRELATE);
    for (Sink sink : FLEET_SINKS) {
      topology.addSink(sink.name(), sink.topic().text(), bytes, bytes, CORRELATE);
    }
    return topology;
  }
}
