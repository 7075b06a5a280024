package io.leukocyte.events;

import static org.assertj.core.api.Assertions.assertThat;

import io.leukocyte.events.config.Config;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;

class TopicsTest {
  private static final TopicSpecs SPECS = new TopicSpecs(12, 3, 24L << 30);
  private static final Set<Topic> ALL = EnumSet.allOf(Topic.class);

  /** Topics whose order decides. */
  private static final Set<String> ONE = Set.of("leuko.permits", "leuko.config");

  private static NewTopic made(Topic topic) {
    return Topics.plan(SPECS, List.of(topic), Map.of()).missing().getFirst();
  }

  @Test
  void everyMissingTopicIsMade() {
    Topics.Plan plan = Topics.plan(SPECS, ALL, Map.of());

    assertThat(plan.problems()).isEmpty();
    assertThat(plan.missing())
        .extracting(NewTopic::name)
        .containsExactlyElementsOf(ALL.stream().map(Topic::text).toList());
    assertThat(plan.missing())
        .allMatch(t -> t.numPartitions() == (ONE.contains(t.name()) ? 1 : 12))
        .allMatch(t -> t.replicationFactor() == 3);
  }

  @Test
  void existingTopicsAreLeftAlone() {
    Map<String, Integer> existing = new HashMap<>();
    ALL.forEach(topic -> existing.put(topic.text(), ONE.contains(topic.text()) ? 1 : 12));

    assertThat(Topics.plan(SPECS, ALL, existing)).isEqualTo(new Topics.Plan(List.of(), List.of()));
  }

  @Test
  void anotherNumberOfPartitionsIsRefused() {
    Topics.Plan plan =
        Topics.plan(SPECS, List.of(Topic.EVENTS, Topic.ALERTS), Map.of("leuko.events", 2));

    assertThat(plan.missing()).extracting(NewTopic::name).containsExactly("leuko.alerts");
    assertThat(plan.problems())
        .containsExactly(
            "The topic leuko.events has 2 partitions, but topics.partitions is 12. The number is"
                + " fixed: set topics.partitions to 2, or delete the topic with all it holds.");
  }

  @Test
  void permitsHaveOneOrderAndTheBrokersTime() {
    assertThat(made(Topic.PERMITS).configs())
        .containsEntry("message.timestamp.type", "LogAppendTime")
        .containsEntry("retention.ms", "604800000");
    assertThat(made(Topic.EVENTS).configs()).doesNotContainKey("message.timestamp.type");
    assertThat(Topics.plan(SPECS, List.of(Topic.PERMITS), Map.of("leuko.permits", 12)).problems())
        .containsExactly(
            "The topic leuko.permits has 12 partitions, but the order of its one partition"
                + " decides. Delete it.");
  }

  @Test
  void eventsAreBoundedByTimeAndBytes() {
    assertThat(made(Topic.EVENTS).configs())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "cleanup.policy", "delete",
                "compression.type", "producer",
                "max.message.bytes", String.valueOf((1 << 20) + (64 << 10)),
                "min.insync.replicas", "2",
                "retention.bytes", String.valueOf(2L << 30),
                "retention.ms", "86400000",
                "segment.bytes", String.valueOf(256 << 20)));
  }

  @Test
  void eachTopicKeepsWhatItsPolicySays() {
    assertThat(made(Topic.CONTAINERS).configs())
        .containsEntry("cleanup.policy", "compact")
        .doesNotContainKey("retention.ms");
    assertThat(made(Topic.INCIDENTS).configs())
        .containsEntry("cleanup.policy", "compact,delete")
        .containsEntry("retention.ms", "2592000000");
    assertThat(made(Topic.ACTIONS).configs()).containsEntry("retention.ms", "7776000000");
    assertThat(Integer.parseInt(made(Topic.DEAD).configs().get("max.message.bytes")))
        .isGreaterThan(TopicSpecs.MAX_MESSAGE_BYTES);
  }

  @Test
  void namesOfSettingsAreKafkasOwn() {
    Set<String> known =
        Set.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.COMPRESSION_TYPE_CONFIG,
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
            TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG,
            TopicConfig.RETENTION_BYTES_CONFIG,
            TopicConfig.RETENTION_MS_CONFIG,
            TopicConfig.SEGMENT_BYTES_CONFIG);

    ALL.forEach(topic -> assertThat(known).containsAll(made(topic).configs().keySet()));
  }

  @Test
  void brokersDefaultOfCopiesIsLeftToThem() {
    NewTopic topic =
        Topics.plan(new TopicSpecs(1, 0, 1L << 30), List.of(Topic.EVENTS), Map.of())
            .missing()
            .getFirst();

    assertThat(topic.replicationFactor()).isEqualTo((short) -1);
    assertThat(topic.configs()).doesNotContainKey("min.insync.replicas");
  }

  @Test
  void settingsHaveDefaultsAndAreMapped() {
    assertThat(TopicSpecs.from(Config.defaults(TopicSpecs.KEYS)))
        .isEqualTo(new TopicSpecs(12, 0, 256L << 30));
    assertThat(
            TopicSpecs.from(
                Config.parse(
                    "l.yaml",
                    "topics: {partitions: 3, replication: 2, events-bytes: 1GiB}",
                    Map.of(),
                    TopicSpecs.KEYS)))
        .isEqualTo(new TopicSpecs(3, 2, 1L << 30));
    assertThat(TopicSpecs.oneMachine()).isEqualTo(new TopicSpecs(2, 1, 2L << 30));
  }
}
