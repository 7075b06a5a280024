package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Alerts, steps of actions and numbered log lines of one host, so many documents a second; each
 * tenth record is written twice, as after a crash of who writes it.
 */
final class DocumentLoad implements AutoCloseable {
  private static final int LINES = 8;

  /** Documents of a turn: an alert, a step of an action, and the lines of a batch. */
  private static final int TURN = 2 + LINES;

  private final HostId host;
  private final long pause;
  private final ContainerRef container =
      new ContainerRef(new ContainerId("cd".repeat(32)), "web", "nginx", "1", null, false);
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread = Thread.ofPlatform().name("documents").unstarted(this::run);
  private final List<String> alerts = new ArrayList<>();
  private final List<String> actions = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private volatile boolean ending;
  private volatile @Nullable Exception failure;

  /**
   * A load that does not flow yet.
   *
   * @param kafka properties of a client
   * @param rate documents a second
   */
  DocumentLoad(Map<String, Object> kafka, HostId host, int rate) {
    this.host = host;
    this.pause = TimeUnit.SECONDS.toNanos(TURN) / rate;
    Map<String, Object> patient = ProducerSettings.of(kafka);
    patient.put("linger.ms", 5);
    producer = new KafkaProducer<>(patient);
  }

  void start() {
    thread.start();
  }

  private void run() {
    long due = System.nanoTime();
    for (int i = 0; !ending; i++) {
      long now = TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis());
      alert(i, now);
      action(i, now);
      batch(i, now);
      due += pause;
      LockSupport.parkNanos(due - System.nanoTime());
    }
  }

  private void alert(int i, long now) {
    EventId id = new EventId(host, 1, i, 0);
    ProcessInfo process = ProcessInfo.unknown(new ProcessRef(1, now));
    Alert alert =
        new Alert(
            Alert.idOf("load", List.of(), id),
            new Alert.RuleInfo("load", "", Priority.NOTICE, List.of(), "load.yaml"),
            "load",
            "load",
            List.of(),
            new Observed(id, new ProcessExec(now, container, process)),
            new TreeMap<>(),
            null,
            "bundle");
    alerts.add(alert.id().value());
    send(Topic.ALERTS, i, AlertJson.write(alert));
  }

  private void action(int i, long now) {
    ActionId id = ActionId.of(host.value(), String.valueOf(i));
    Action action =
        new Action(
            id,
            Action.Step.VERIFIED,
            0,
            now,
            host,
            "quarantine",
            container,
            new Outcome.Done("load"),
            null,
            null,
            null,
            null,
            "ann",
            0,
            false);
    actions.add(id.value());
    send(Topic.ACTIONS, i, ActionJson.write(action));
  }

  private void batch(int i, long now) {
    BatchWriter writer = new BatchWriter(host, 1);
    for (int k = 0; k < LINES; k++) {
      String line = "line=" + (i * LINES + k);
      writer.add(
          new ContainerLog(now, container, ContainerLog.Stream.STDOUT, line, line.length(), false));
      lines.add(line);
    }
    send(Topic.EVENTS, i, writer.finish(i));
  }

  private void send(Topic topic, int i, byte[] value) {
    for (int copies = i % 10 == 0 ? 2 : 1; copies > 0; copies--) {
      var _ =
          producer.send(
              new ProducerRecord<>(topic.text(), host.value().getBytes(UTF_8), value),
              (metadata, problem) -> {
                if (problem != null) {
                  failure = problem;
                }
              });
    }
  }

  /** Ends it; everything is in Kafka then. */
  void end() throws InterruptedException {
    ending = true;
    thread.join();
    producer.flush();
    Exception failed = failure;
    if (failed != null) {
      throw new AssertionError("The load ended", failed);
    }
  }

  /** Ids of the alerts, once it has ended. */
  List<String> alerts() {
    return List.copyOf(alerts);
  }

  /** Ids of the actions, each with one step, once it has ended. */
  List<String> actions() {
    return List.copyOf(actions);
  }

  /** Log lines, once it has ended. */
  List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    ending = true;
    producer.close();
  }
}
