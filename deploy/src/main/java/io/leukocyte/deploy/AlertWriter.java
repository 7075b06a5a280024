package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertId;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Topic;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Writes alerts as an analyzer does, each in a transaction of its own. */
final class AlertWriter implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;
  private final HostId host;
  private long number;

  /**
   * An alert on the topic.
   *
   * @param id of the alert
   * @param committing when its commit was asked for, unix nanoseconds
   */
  record Written(AlertId id, long committing) {}

  AlertWriter(KafkaSettings kafka, HostId host) {
    this.host = host;
    Map<String, Object> client = kafka.clientProperties();
    client.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "leuko-bench-alerts");
    client.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    producer = new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer());
    producer.initTransactions();
  }

  /** Writes one about a container; returns when it is committed. */
  Written write(String rule, Running container) {
    Alert alert = alert(rule, container);
    producer.beginTransaction();
    var _ =
        producer.send(
            new ProducerRecord<>(
                Topic.ALERTS.text(), host.value().getBytes(UTF_8), AlertJson.write(alert)));
    producer.flush();
    long committing = LatencyWatch.now();
    producer.commitTransaction();
    return new Written(alert.id(), committing);
  }

  private Alert alert(String rule, Running container) {
    long now = LatencyWatch.now();
    EventId id = new EventId(host, 1, number++, 0);
    ContainerRef ref =
        new ContainerRef(
            container.id(), container.name(), BenchContainers.IMAGE, null, null, false);
    ProcessInfo process =
        ProcessInfo.unknown(new ProcessRef(Math.toIntExact(container.pid()), now));
    return new Alert(
        Alert.idOf(rule, List.of(), id),
        new Alert.RuleInfo(rule, "", Priority.WARNING, List.of(), "bench"),
        "bench",
        "bench",
        List.of(),
        new Observed(id, new ProcessExec(now, ref, process)),
        new TreeMap<>(),
        null,
        "bench");
  }

  @Override
  public void close() {
    producer.close();
  }
}
