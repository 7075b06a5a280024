package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Kind;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** A refused document of whatever event comes back from its dead letter as it was. */
class RefusedItemTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int ROUNDS = 25;

  @Test
  void eventOfEachKindGoesAloneAndMakesTheSameDocument() throws Exception {
    GeneratedDocuments generated = new GeneratedDocuments(73, "default");
    Documents documents =
        new Documents(
            "default",
            new Selection(Selection.Logs.OFF, false, Duration.ZERO, Selection.Events.OFF),
            InstantSource.system(),
            reason -> {});
    Set<Kind> seen = EnumSet.noneOf(Kind.class);
    for (int i = 0; i < ROUNDS; i++) {
      for (Document document : generated.round()) {
        if (document.item() == DeadLetter.WHOLE) {
          continue;
        }
        DeadLetter.Original alone = RefusedItem.of(document);
        BatchCursor cursor = BatchCursor.over(Objects.requireNonNull(alone.value()));
        assertThat(cursor.count()).isEqualTo(1);
        assertThat(cursor.next()).isTrue();
        seen.add(cursor.kind());
        List<Document> again = documents.of(Topic.EVENTS, record(alone));
        assertThat(again).hasSize(1);
        assertThat(again.getFirst().id()).isEqualTo(document.id());
        assertThat(again.getFirst().stream()).isEqualTo(document.stream());
        assertThat(lasting(again.getFirst())).isEqualTo(lasting(document));
      }
    }
    assertThat(seen).containsExactlyInAnyOrder(Kind.values());
  }

  private static ConsumerRecord<byte[], byte[]> record(DeadLetter.Original original) {
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>(original.topic(), 0, 1, original.key(), original.value());
    original.headers().forEach(record.headers()::add);
    return record;
  }

  /** All but when it was stored, and what is said of the time since the heartbeat before. */
  private static JsonNode lasting(Document document) throws Exception {
    ObjectNode tree = (ObjectNode) MAPPER.readTree(document.source());
    tree.withObject("/event").remove("ingested");
    if (tree.path("leukocyte") instanceof ObjectNode own) {
      own.remove("sensor");
    }
    return tree;
  }
}
