package io.leukocyte.deploy;

import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Topic;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The containers of all hosts, as the topic of their facts has them by now. */
final class FleetContainers {
  private static final Logger LOG = LoggerFactory.getLogger(FleetContainers.class);
  private static final String POD = "io.kubernetes.pod.name";
  private static final String NAMESPACE = "io.kubernetes.pod.namespace";

  private final Map<String, Known> byKey = new HashMap<>();

  FleetContainers() {}

  /**
   * A container.
   *
   * @param document its facts as they lie in Kafka
   */
  private record Known(HostId host, ContainerFacts facts, String document) {}

  /** Reads the topic to its end. */
  static FleetContainers read(KafkaSettings kafka) {
    FleetContainers containers = new FleetContainers();
    TopicReader.read(
        kafka,
        Topic.CONTAINERS,
        Instant.EPOCH,
        record -> containers.take(record.key(), record.value()));
    return containers;
  }

  /** Takes a record; without a value the container is forgotten. */
  void take(byte @Nullable [] key, byte @Nullable [] value) {
    if (key == null) {
      return;
    }
    String container = new String(key, StandardCharsets.UTF_8);
    if (value == null) {
      byKey.remove(container);
      return;
    }
    try {
      Observed observed = EventJson.read(value);
      if (observed.event() instanceof ContainerFacts facts) {
        String document = new String(value, StandardCharsets.UTF_8).strip();
        byKey.put(container, new Known(observed.id().host(), facts, document));
      }
    } catch (MalformedJsonException e) {
      LOG.warn("The facts of {} cannot be read: {}", container, e.getMessage());
    }
  }

  void print(PrintWriter out, Table.Format format) {
    List<Known> all =
        byKey.values().stream()
            .sorted(
                Comparator.comparing((Known k) -> k.host().value())
                    .thenComparing(k -> k.facts().container().name())
                    .thenComparing(k -> k.facts().container().id().value()))
            .toList();
    switch (format) {
      case TABLE -> table(all).print(out, format);
      case JSON ->
          out.println(
              all.stream().map(Known::document).collect(Collectors.joining(",\n ", "[", "]")));
    }
    out.flush();
  }

  private static Table table(List<Known> all) {
    Table table = new Table("host", "id", "name", "image", "state", "started", "addresses", "pod");
    for (Known known : all) {
      ContainerFacts facts = known.facts();
      ContainerRef container = facts.container();
      table.add(
          known.host().value(),
          container.id().brief(),
          container.name(),
          container.tag() == null ? container.image() : container.image() + ":" + container.tag(),
          facts.state(),
          started(facts),
          addresses(facts),
          pod(facts));
    }
    return table;
  }

  private static String started(ContainerFacts facts) {
    return facts.started() == 0
        ? "-"
        : Instant.ofEpochSecond(0, facts.started()).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String addresses(ContainerFacts facts) {
    String addresses =
        facts.networks().stream()
            .flatMap(n -> Stream.of(n.address(), n.address6()))
            .filter(Objects::nonNull)
            .collect(Collectors.joining(","));
    return addresses.isEmpty() ? "-" : addresses;
  }

  private static String pod(ContainerFacts facts) {
    String pod = facts.labels().get(POD);
    return pod == null ? "-" : facts.labels().getOrDefault(NAMESPACE, "") + "/" + pod;
  }
}
