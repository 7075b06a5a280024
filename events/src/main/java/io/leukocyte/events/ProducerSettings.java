package io.leukocyte.events;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What every producer of ours has in common: each record arrives, once and in its order. */
public final class ProducerSettings {
  private ProducerSettings() {}

  /**
   * The settings of a producer of bytes, on top of those of any client, which they override: what
   * we promise hangs on them. Deadlines, sizes and compression are its own affair.
   *
   * <p>One request is on its way at a time. With more, a broker that has just become the leader of
   * a partition can refuse a request and take the next one: it knows nothing of this producer yet,
   * so no sequence is wrong to it. What it refused comes after that with a sequence that is over,
   * and is never taken (KAFKA-15591).
   *
   * @param client how Kafka is reached, as {@link KafkaSettings#clientProperties} says
   */
  public static Map<String, Object> of(Map<String, Object> client) {
    Map<String, Object> properties = new HashMap<>(client);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    properties.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    properties.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return properties;
  }
}
