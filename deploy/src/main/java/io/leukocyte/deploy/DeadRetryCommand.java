package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.deploy.DeadLetters.Letter;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Text;
import io.leukocyte.events.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code leuko dead retry}: dead letters back to where they came from, byte for byte, each once.
 */
@Command(
    name = "retry",
    description = {
      "Sends dead letters back to the topics they came from, once what was wrong is put right:"
          + " with the same key, headers and bytes, so that documents and actions have the same"
          + " ids and nothing is there twice. Of a batch of events of which one was refused only that"
          + " one goes back.",
      "Each letter is sent once; what fails again is a new letter that counts its tries. Orders,"
          + " permits and settings are never sent again. Ends with 1 when one could not be sent."
    },
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko dead retry --topic leuko.alerts --since 2h --dry-run"})
final class DeadRetryCommand implements Callable<Integer> {
  /** What roles take any number of times. */
  static final Set<Topic> AGAIN =
      EnumSet.of(Topic.EVENTS, Topic.ALERTS, Topic.ACTIONS, Topic.INCIDENTS, Topic.FINDINGS);

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Only what came from this topic: leuko.alerts.")
  private @Nullable String topic;

  @Option(
      names = "--role",
      paramLabel = "ROLE",
      description = "Only what this role buried: analyzer, responder or indexer.")
  private @Nullable String role;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Only letters with this text in the reason, in either case.")
  private @Nullable String reason;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only what was buried within this time: 12h, 7d. Default: all.")
  private @Nullable Duration since;

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "3",
      description = "Leave what was sent again so often already. Default: ${DEFAULT-VALUE}.")
  private int most;

  @Option(names = "--dry-run", description = "Say what would be sent, and send nothing.")
  private boolean dryRun;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
  private Table.Format format = Table.Format.TABLE;

  /** Letters by topic and what became of them. */
  private final Map<String, Map<Outcome, Integer>> counts = new TreeMap<>();

  /** What becomes of a letter that the options ask for. */
  private enum Outcome {
    SENT,
    WOULD_BE_SENT,
    SENT_BEFORE,
    TRIED_TOO_OFTEN,
    NOT_FOR_RETRY,
    CANNOT_BE_SENT;

    String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  DeadRetryCommand() {}

  @Override
  public Integer call() {
    if (most < 1) {
      throw new BadInputException("--most is " + most + "; use 1 or more");
    }
    if (topic != null && Topic.ofText(topic).filter(AGAIN::contains).isEmpty()) {
      throw new BadInputException(
          "--topic is " + topic + "; use one of " + AGAIN.stream().map(Topic::text).toList());
    }
    common.applyVerbosity();
    KafkaSettings kafka = KafkaAccess.of(common);
    Set<String> before = DeadLetters.sentAgain(kafka);
    Instant from = since == null ? Instant.EPOCH : Instant.now().minus(since);
    int torn;
    try (Producer<byte[], byte[]> producer = producer(kafka)) {
      torn =
          DeadLetters.read(kafka, from, letter -> count(letter, handle(letter, before, producer)));
    }
    print(torn);
    boolean failed = counts.values().stream().anyMatch(c -> c.containsKey(Outcome.CANNOT_BE_SENT));
    return failed ? ExitCode.FINDINGS : ExitCode.FINE;
  }

  private static Producer<byte[], byte[]> producer(KafkaSettings kafka) {
    Map<String, Object> properties = ProducerSettings.of(kafka.clientProperties());
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 16 << 20); // the broker decides
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 60_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 20_000);
    return new KafkaProducer<>(properties);
  }

  private boolean isAskedFor(DeadLetter about) {
    return (topic == null || about.topic().equals(topic))
        && (role == null || about.role().equals(role))
        && (reason == null
            || about.reason().toLowerCase(Locale.ROOT).contains(reason.toLowerCase(Locale.ROOT)));
  }

  private Optional<Outcome> handle(
      Letter letter, Set<String> before, Producer<byte[], byte[]> producer) {
    if (!isAskedFor(letter.about())) {
      return Optional.empty();
    }
    return Optional.of(outcome(letter, before, producer));
  }

  private Outcome outcome(Letter letter, Set<String> before, Producer<byte[], byte[]> producer) {
    if (before.contains(letter.place())) {
      return Outcome.SENT_BEFORE;
    }
    if (Topic.ofText(letter.about().topic()).filter(AGAIN::contains).isEmpty()
        || letter.headers().lastHeader(DeadLetter.PREFIX + "key-bytes") != null) {
      return Outcome.NOT_FOR_RETRY; // a key that was cut is another one
    }
    if (DeadRetries.count(letter.headers()) >= most) {
      return Outcome.TRIED_TOO_OFTEN;
    }
    if (dryRun) {
      return Outcome.WOULD_BE_SENT;
    }
    return send(letter, producer);
  }

  /** Sends a letter and then that it was sent: after a death in between it is sent once more. */
  private Outcome send(Letter letter, Producer<byte[], byte[]> producer) {
    try {
      producer.send(original(letter)).get();
      producer.send(DeadRetries.mark(letter.place())).get();
      return Outcome.SENT;
    } catch (ExecutionException | KafkaException e) {
      Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
      spec.commandLine()
          .getErr()
          .println(
              "Cannot send %s: %s"
                  .formatted(letter.place(), Text.printable("" + cause.getMessage())));
      return Outcome.CANNOT_BE_SENT;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("Interrupted while dead letters were sent");
    }
  }

  /** The record as it was, with one try more; without a key where it was, else where its key is. */
  private static ProducerRecord<byte[], byte[]> original(Letter letter) {
    DeadLetter about = letter.about();
    Integer partition = letter.key() == null && about.partition() >= 0 ? about.partition() : null;
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(about.topic(), partition, letter.key(), letter.value());
    for (Header header : letter.headers()) {
      if (!header.key().startsWith(DeadLetter.PREFIX) && !header.key().equals(DeadLetter.RETRIES)) {
        record.headers().add(header);
      }
    }
    int tries = DeadRetries.count(letter.headers()) + 1;
    record.headers().add(DeadLetter.RETRIES, Integer.toString(tries).getBytes(UTF_8));
    return record;
  }

  private void count(Letter letter, Optional<Outcome> outcome) {
    outcome.ifPresent(o ->
        counts
            .computeIfAbsent(letter.about().topic(), t -> new TreeMap<>())
            .merge(o, 1, Integer::sum));
  }

  private void print(int torn) {
    PrintWriter out = spec.commandLine().getOut();
    Table table = new Table("topic", "outcome", "letters");
    counts.forEach((from, outcomes) ->
        outcomes.forEach((outcome, n) -> table.add(from, outcome.text(), n.toString())));
    if (torn > 0) {
      table.add("-", "not whole", Integer.toString(torn));
    }
    table.print(out, format);
  }
}
