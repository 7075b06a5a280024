package io.leukocyte.deploy;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Topic;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko tail}: what arrives on a topic from now on, as NDJSON. */
@Command(
    name = "tail",
    description = "Prints what arrives on a topic from now on, one JSON object a line.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko tail alerts | jq -r .message"})
final class TailCommand implements Callable<Integer> {
  /** What can be followed. */
  enum What {
    /** Every event of every host. */
    EVENTS(Topic.EVENTS),
    /** Alerts. */
    ALERTS(Topic.ALERTS),
    /** Steps of actions. */
    ACTIONS(Topic.ACTIONS);

    private final Topic topic;

    What(Topic topic) {
      this.topic = topic;
    }
  }

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(
      paramLabel = "TOPIC",
      arity = "0..1",
      defaultValue = "alerts",
      description = "One of ${COMPLETION-CANDIDATES}. Default: alerts.")
  private What what = What.ALERTS;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  TailCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    common.applyVerbosity();
    KafkaSettings kafka = KafkaAccess.of(common);
    PrintWriter out = spec.commandLine().getOut();
    try (RoleProcess process = new RoleProcess();
        TopicFollower _ =
            TopicFollower.start(
                kafka.clientProperties(), List.of(what.topic), record -> print(record, out))) {
      process.await();
    }
    return ExitCode.FINE;
  }

  private void print(ConsumerRecord<byte[], byte[]> record, PrintWriter out) {
    switch (what) {
      case ALERTS, ACTIONS -> out.println(new String(record.value(), StandardCharsets.UTF_8));
      case EVENTS -> printBatch(record, out);
    }
    out.flush();
  }

  private static void printBatch(ConsumerRecord<byte[], byte[]> record, PrintWriter out) {
    try {
      BatchCursor cursor = BatchCursor.over(record.value());
      while (cursor.next()) {
        out.println(EventJson.line(new Observed(cursor.id(), cursor.event())));
      }
    } catch (MalformedBatchException e) {
      out.println("# offset " + record.offset() + ": " + e.getMessage());
    }
  }
}
