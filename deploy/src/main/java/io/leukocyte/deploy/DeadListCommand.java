package io.leukocyte.deploy;

import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko dead list}: each dead letter with why and from where, not what is in it. */
@Command(
    name = "list",
    description = "Lists the dead letters that Kafka still has: when, who, from where, and why.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko dead list --format json"})
final class DeadListCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
  private Table.Format format = Table.Format.TABLE;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  DeadListCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    Table table = new Table("buried", "role", "from", "written", "part", "bytes", "reason");
    Map<String, Object> properties = new HashMap<>(KafkaAccess.of(common).clientProperties());
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      read(consumer, table);
    } catch (KafkaException e) {
      throw new EnvironmentException(
          "Cannot read %s: %s; check that Kafka runs and kafka.bootstrap."
              .formatted(Topic.DEAD.text(), e.getMessage()),
          e);
    }
    table.print(spec.commandLine().getOut(), format);
    return ExitCode.FINE;
  }

  private static void read(KafkaConsumer<byte[], byte[]> consumer, Table table) {
    List<PartitionInfo> infos = consumer.partitionsFor(Topic.DEAD.text(), PATIENCE);
    if (infos == null) {
      return;
    }
    List<TopicPartition> partitions =
        infos.stream().map(i -> new TopicPartition(i.topic(), i.partition())).toList();
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, PATIENCE);
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), PATIENCE) < end.getValue())) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
        add(record, table);
      }
    }
  }

  private static void add(ConsumerRecord<byte[], byte[]> record, Table table) {
    DeadLetter dead = DeadLetter.of(record.headers());
    byte[] value = record.value();
    table.add(
        seconds(Instant.ofEpochMilli(record.timestamp())),
        dead.role(),
        "%s-%d@%d".formatted(dead.topic(), dead.partition(), dead.offset()),
        seconds(dead.time()),
        dead.part() + "/" + dead.parts(),
        value == null ? "-" : Integer.toString(value.length),
        dead.reason());
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
