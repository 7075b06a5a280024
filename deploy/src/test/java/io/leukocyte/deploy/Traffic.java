package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.analyzer.DetectorSettings;
import io.leukocyte.analyzer.Replay;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Protocol;
import io.leukocyte.events.Topic;
import io.leukocyte.rules.RuleSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * 500 events a second of four made-up hosts, from a seed, whose alerts are known: windows of egress
 * that fill up, shells, gaps in the sequence of batches. The time of the events runs a hundred
 * times faster than the clock, so that windows open and close all the time.
 */
final class Traffic implements AutoCloseable {
  private static final int HOSTS = 4;
  private static final int EVENTS = 10;
  private static final int CONTAINERS = 30;
  private static final long BATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long STEP = TimeUnit.SECONDS.toNanos(2);
  private static final long BEGIN = 1_790_000_000_000_000_000L;

  private final Random random;
  private final Replay[] models = new Replay[HOSTS];
  private final long[] sequences = new long[HOSTS];
  private final Map<HostId, List<String>> alerts = new HashMap<>();
  private final KafkaProducer<byte[], byte[]> producer;
  private final Thread thread = Thread.ofPlatform().name("traffic").unstarted(this::run);
  private volatile boolean ending;
  private volatile @Nullable Exception failure;
  private long sent;

  /**
   * Traffic that does not flow yet.
   *
   * @param kafka properties of a client
   * @param rules what the analyzer detects by
   * @param seed the same gives the same
   */
  Traffic(Map<String, Object> kafka, RuleSet rules, long seed) {
    random = new Random(seed);
    for (int i = 0; i < HOSTS; i++) {
      List<String> found = new ArrayList<>();
      alerts.put(host(i), found);
      models[i] =
          new Replay(rules, DetectorSettings.DEFAULTS, alert -> found.add(alert.id().value()));
    }
    Map<String, Object> patient = ProducerSettings.of(kafka);
    patient.put("delivery.timeout.ms", 900_000);
    patient.put("max.block.ms", 900_000);
    patient.put("linger.ms", 5);
    producer = new KafkaProducer<>(patient);
  }

  void start() {
    thread.start();
  }

  private static HostId host(int number) {
    return new HostId("traffic-" + number);
  }

  private void run() {
    long due = System.nanoTime();
    try {
      while (!ending) {
        next();
        due += BATCH_NANOS;
        LockSupport.parkNanos(due - System.nanoTime());
      }
    } catch (MalformedBatchException | RuntimeException e) {
      failure = e;
    }
  }

  /** Tells the model of a batch, then Kafka. */
  private void next() throws MalformedBatchException {
    int host = random.nextInt(HOSTS);
    sequences[host] += random.nextInt(200) == 0 ? 2 : 1;
    BatchWriter writer = new BatchWriter(host(host), BEGIN / 1_000_000);
    for (int i = 0; i < EVENTS; i++) {
      writer.add(event(BEGIN + sent * STEP / HOSTS, host));
    }
    byte[] batch = writer.finish(sequences[host]);
    synchronized (alerts) {
      models[host].add(batch);
      sent++;
    }
    var _ =
        producer.send(
            new ProducerRecord<>(Topic.EVENTS.text(), host(host).value().getBytes(UTF_8), batch),
            (metadata, problem) -> {
              if (problem != null && !ending) {
                failure = problem;
              }
            });
  }

  private Event event(long time, int host) {
    ContainerRef container = container(host * 100 + random.nextInt(CONTAINERS));
    if (random.nextInt(100) == 0) {
      return new ProcessExec(time, container, shell(time));
    }
    long late = TimeUnit.SECONDS.toNanos(random.nextInt(30));
    long bytes = (8L + random.nextInt(8)) << 20;
    Endpoint outside = new Endpoint("203.0.113.9", 443);
    return new NetFlow(time - late, container, Protocol.TCP, outside, bytes, 1_500, STEP);
  }

  private static ContainerRef container(int number) {
    ContainerId id = new ContainerId("%064x".formatted(0xabc000L + number));
    return new ContainerRef(id, "c" + number, "example/c", "1", null, false);
  }

  private static ProcessInfo shell(long time) {
    return new ProcessInfo(
        new ProcessRef(4711, time),
        7,
        "sh",
        "/bin/sh",
        List.of("sh", "matrix-shell"),
        false,
        "/",
        0,
        0,
        0,
        -1,
        0,
        ProcessInfo.Flags.NONE,
        null,
        List.of());
  }

  /** The ids of the alerts there must be by now, of each host in order. */
  Map<HostId, List<String>> expected() {
    Exception failed = failure;
    if (failed != null) {
      throw new AssertionError("The traffic ended", failed);
    }
    synchronized (alerts) {
      Map<HostId, List<String>> copy = new HashMap<>();
      alerts.forEach((host, ids) -> copy.put(host, List.copyOf(ids)));
      return copy;
    }
  }

  /** Batches sent by now. */
  long batches() {
    synchronized (alerts) {
      return sent;
    }
  }

  @Override
  public void close() {
    ending = true;
    producer.close(Duration.ZERO);
  }
}
