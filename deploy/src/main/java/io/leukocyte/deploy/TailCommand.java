package io.leukocyte.deploy;

import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.indexer.EcsLines;
import io.leukocyte.indexer.IndexerSettings;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko tail}: what arrives on a topic, line by line, for people and for log shippers. */
@Command(
    name = "tail",
    description = {
      "Prints what arrives on a topic from now on, one JSON object a line.",
      "Into a file that Filebeat, Fluent Bit or Vector pick up, it ends and goes on where it was:"
          + " --format ecs --output FILE --state FILE. Samples are in deploy/samples."
    },
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko tail alerts | jq -r .message",
      "         leuko tail alerts --format ecs --output /var/log/leuko/alerts.ndjson --rotate 100MB"
          + " --keep 5 --state /var/lib/leuko/tail-alerts.json"
    })
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

  @Option(
      names = "--format",
      paramLabel = "FORM",
      defaultValue = "ndjson",
      description =
          "One of ${COMPLETION-CANDIDATES}: what the topic holds; the documents that the indexer"
              + " sends, of events those of log lines; or text for people, of alerts and actions."
              + " Default: ndjson.")
  private TailLines.Format format = TailLines.Format.NDJSON;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to, at the end of what is there; default standard output.")
  private @Nullable Path output;

  @Option(
      names = "--rotate",
      paramLabel = "SIZE",
      defaultValue = "100MB",
      converter = ByteSizeConverter.class,
      description = "FILE becomes FILE.1, and that FILE.2, before it is larger. Default: 100MB.")
  private long rotate = 100_000_000;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "5",
      description = "How many former files stay. Default: 5.")
  private int keep = 5;

  @Option(
      names = "--state",
      paramLabel = "FILE",
      description =
          "Go on where the last run with this file ended, and note there how far this one came. A"
              + " run that is killed may write its last lines again, with the same event.id.")
  private @Nullable Path state;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  TailCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    common.applyVerbosity();
    Config config = common.load();
    requireSense();
    KafkaSettings kafka = KafkaAccess.of(common);
    Topic topic = what.topic;
    TailLines lines =
        new TailLines(
            topic,
            format,
            new EcsLines(IndexerSettings.from(config).namespace(), InstantSource.system()),
            ZoneId.systemDefault());
    Optional<TailState> kept = Optional.ofNullable(state).map(f -> TailState.read(f, topic));
    try (RoleProcess process = new RoleProcess();
        TailReader reader = TailReader.open(kafka.clientProperties(), topic, kept)) {
      return follow(process, reader, lines);
    } catch (KafkaException e) {
      throw new EnvironmentException(
          "Cannot read %s: %s; check the rights of kafka.user."
              .formatted(topic.text(), e.getMessage()),
          e);
    }
  }

  private void requireSense() {
    if (format == TailLines.Format.TEXT && what == What.EVENTS) {
      throw new BadInputException(
          "--format text is for alerts and actions; take ndjson or ecs for events.");
    }
    if (rotate < 1 || keep < 0) {
      throw new BadInputException("--rotate is at least one byte, and --keep 0 or more.");
    }
  }

  private int follow(RoleProcess process, TailReader reader, TailLines lines) {
    try (LineOutput out = open()) {
      while (!process.isTold()) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll()) {
          write(record, lines, out);
        }
        out.flush();
        reader.remember();
      }
    } catch (IOException e) {
      if (output != null) {
        throw new EnvironmentException(
            "Cannot write %s: %s; make room, or name another file with --output."
                .formatted(output, UserFile.problem(e)),
            e);
      }
      // Who read standard output has enough: head, or a person who closed the pager.
    }
    return ExitCode.FINE;
  }

  private void write(ConsumerRecord<byte[], byte[]> record, TailLines lines, LineOutput out)
      throws IOException {
    List<byte[]> made;
    try {
      made = lines.of(record);
    } catch (IOException e) {
      PrintWriter err = spec.commandLine().getErr();
      err.printf(
          "%s, partition %d, offset %d: %s%n",
          record.topic(), record.partition(), record.offset(), e.getMessage());
      err.flush();
      return;
    }
    for (byte[] line : made) {
      out.line(line);
    }
  }

  private LineOutput open() throws IOException {
    return output == null
        ? new LineOutput.Stream(new FileOutputStream(FileDescriptor.out))
        : new LineOutput.Rotating(RotatingFile.open(output, rotate, keep));
  }
}
