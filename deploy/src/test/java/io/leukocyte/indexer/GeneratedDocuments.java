package io.leukocyte.indexer;

import io.leukocyte.analyzer.Incident;
import io.leukocyte.analyzer.IncidentJson;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.Event;
import io.leukocyte.events.Finding;
import io.leukocyte.events.FindingJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Topic;
import io.leukocyte.indexer.Documents.UnreadableException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Documents of every kind, of generated records that went over the topics' own forms. */
final class GeneratedDocuments {
  private final RandomRecords random;
  private final Documents documents;
  private final String namespace;
  private int sequence;

  /**
   * A generator, the same documents for the same seed.
   *
   * @param namespace of the data streams
   */
  GeneratedDocuments(long seed, String namespace) {
    this.random = new RandomRecords(seed);
    this.namespace = namespace;
    Selection everything =
        new Selection(
            Selection.Logs.ALL,
            true,
            Duration.ZERO,
            new Selection.Events(
                Selection.Mode.SAMPLED, Set.of(), Optional.empty(), 1, Integer.MAX_VALUE));
    this.documents = new Documents(namespace, everything, InstantSource.system(), reason -> {});
  }

  String namespace() {
    return namespace;
  }

  /** One alert, incident, action and finding, and an event of each kind, with their documents. */
  List<Document> round() throws UnreadableException {
    List<Document> made = new ArrayList<>();
    made.addAll(of(Topic.ALERTS, AlertJson.write(random.of(Alert.class))));
    made.addAll(of(Topic.ACTIONS, ActionJson.write(random.of(Action.class))));
    made.addAll(of(Topic.INCIDENTS, IncidentJson.write(random.of(Incident.class))));
    made.addAll(of(Topic.FINDINGS, FindingJson.write(random.of(Finding.class))));
    BatchWriter writer = new BatchWriter(new HostId("host-" + random.below(3)), 1);
    for (Event event : random.eventOfEachKind()) {
      writer.add(event);
      if (writer.isFull()) {
        made.addAll(of(Topic.EVENTS, writer.finish(sequence++)));
      }
    }
    made.addAll(of(Topic.EVENTS, writer.finish(sequence++)));
    return made;
  }

  /** The documents of one record. */
  List<Document> of(Topic topic, byte[] value) throws UnreadableException {
    return documents.of(topic, new ConsumerRecord<>(topic.text(), 0, 0, new byte[0], value));
  }
}
