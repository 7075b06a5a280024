package io.leukocyte.deploy;

import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko dead list}: each dead letter with why and from where, not what is in it. */
@Command(
    name = "list",
    description = {
      "Lists the dead letters that Kafka still has: when, who, from where, and why.",
      "The item is the number of an event in its batch, where the batch is well but for that one."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko dead list --format json"})
final class DeadListCommand implements Callable<Integer> {
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
    Table table =
        new Table(
            "buried", "role", "from", "item", "written", "part", "bytes", "retried", "reason");
    KafkaSettings kafka = KafkaAccess.of(common);
    Set<String> again = DeadLetters.sentAgain(kafka);
    TopicReader.read(kafka, Topic.DEAD, Instant.EPOCH, record -> add(record, again, table));
    table.print(spec.commandLine().getOut(), format);
    return ExitCode.FINE;
  }

  private static void add(ConsumerRecord<byte[], byte[]> record, Set<String> again, Table table) {
    if (DeadRetries.sent(record.headers()).isPresent()) {
      return; // not a letter: it says that one was sent again
    }
    DeadLetter dead = DeadLetter.of(record.headers());
    byte[] value = record.value();
    table.add(
        seconds(Instant.ofEpochMilli(record.timestamp())),
        dead.role(),
        "%s-%d@%d".formatted(dead.topic(), dead.partition(), dead.offset()),
        dead.item() == DeadLetter.WHOLE ? "-" : Integer.toString(dead.item()),
        seconds(dead.time()),
        dead.part() + "/" + dead.parts(),
        value == null ? "-" : Integer.toString(value.length),
        retried(record, again),
        dead.reason());
  }

  /** How often before it was buried, and whether since. */
  private static String retried(ConsumerRecord<byte[], byte[]> record, Set<String> again) {
    int times = DeadRetries.count(record.headers());
    return again.contains(DeadRetries.place(record)) ? times + ", sent" : Integer.toString(times);
  }

  private static String seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
