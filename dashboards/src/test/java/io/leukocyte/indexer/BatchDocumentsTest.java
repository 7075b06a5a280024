package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerFacts;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.ContainerStats;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.Event;
import io.leukocyte.events.HostId;
import io.leukocyte.events.Kind;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.SensorHeartbeat;
import io.leukocyte.events.SensorLoss;
import io.leukocyte.events.Topic;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What becomes of the events of a host: which of them are documents, and how many. */
class BatchDocumentsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final HostId HOST = new HostId("host-1");
  private static final ContainerRef WEB = ContainerRef.unknown(new ContainerId("ab".repeat(32)));
  private static final ContainerRef DB = ContainerRef.unknown(new ContainerId("cd".repeat(32)));
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final Selection.Events ALL_KINDS =
      new Selection.Events(
          Selection.Mode.SAMPLED, Set.of(), Optional.empty(), 1, Integer.MAX_VALUE);

  private final List<RawEvents.Reason> leftOut = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-28T10:00:00Z");
  private long sequence;

  private Documents documents(Selection selection) {
    return new Documents("default", selection, () -> now, leftOut::add);
  }

  private static Selection metrics(Duration interval) {
    return new Selection(Selection.Logs.OFF, true, interval, Selection.Events.OFF);
  }

  private static Selection events(Selection.Events events) {
    return new Selection(Selection.Logs.OFF, false, Duration.ZERO, events);
  }

  private List<Document> send(Documents documents, Event... events) throws Exception {
    return send(documents, sequence++, events);
  }

  private static List<Document> send(Documents documents, long sequence, Event... events)
      throws Exception {
    BatchWriter writer = new BatchWriter(HOST, 1);
    for (Event event : events) {
      writer.add(event);
    }
    return documents.of(
        Topic.EVENTS,
        new ConsumerRecord<>("leuko.events", 0, 0, new byte[0], writer.finish(sequence)));
  }

  private static JsonNode json(Document document) throws Exception {
    return MAPPER.readTree(document.source());
  }

  private static SensorHeartbeat beat(long second, long total) {
    return new SensorHeartbeat(
        second * SECOND, "web1", "ebpf", List.of(), "b1", "0.1", 0, total, total - 4, 3, 1);
  }

  private static ContainerStats use(ContainerRef container, long second) {
    return new ContainerStats(
        second * SECOND, container, 7, 50, 0, 256, 1024, 3, 0, 1, 2, 3, 4, 0, 0);
  }

  private static ProcessExec exec(@Nullable ContainerRef container) {
    return new ProcessExec(SECOND, container, ProcessInfo.unknown(new ProcessRef(1, 1)));
  }

  private static ContainerLog line(ContainerRef container) {
    return new ContainerLog(SECOND, container, ContainerLog.Stream.STDOUT, "x", 1, false);
  }

  private static ContainerFacts facts(ContainerRef container, Map<String, String> labels) {
    ContainerFacts unknown = ContainerFacts.unknown(SECOND, container);
    return new ContainerFacts(
        unknown.time(),
        container,
        "running",
        unknown.pid(),
        unknown.created(),
        unknown.started(),
        new TreeMap<>(labels),
        unknown.mounts(),
        unknown.networks(),
        unknown.networkMode(),
        unknown.pidMode(),
        unknown.ports(),
        unknown.user(),
        unknown.entrypoint(),
        unknown.tty(),
        unknown.logDriver(),
        unknown.restartPolicy(),
        unknown.limits(),
        unknown.security(),
        unknown.restarts());
  }

  @Test
  void firstHeartbeatOfEachMinuteIsADocumentThatSaysWhatCameSinceTheLast() throws Exception {
    Documents documents = documents(metrics(Duration.ofMinutes(1)));
    List<Document> made = new ArrayList<>();
    for (int second = 0; second < 180; second += 5) {
      made.addAll(send(documents, beat(second, 100 + second), exec(WEB), exec(null)));
    }
    assertThat(made)
        .extracting(Document::id)
        .containsExactly("host-1:sensor:0", "host-1:sensor:1", "host-1:sensor:2");
    assertThat(made).allMatch(document -> document.stream() == DataStream.SENSOR);
    assertThat(since(json(made.getFirst()))).isEmpty();
    JsonNode second = json(made.get(1));
    assertThat(since(second).toString())
        .isEqualTo(
            "{\"period\":60000000000,\"received\":60,\"published\":60,\"filtered\":0,\"lost\":0,"
                + "\"events\":{\"process\":{\"exec\":24},\"sensor\":{\"heartbeat\":12}}}");
    assertThat(second.at("/leukocyte/heartbeat/received").asLong()).isEqualTo(160);
    assertThat(second.at("/host/name").asText()).isEqualTo("web1");
    assertThat(second.at("/event/dataset").asText()).isEqualTo("leukocyte.sensor");
    assertThat(second.at("/data_stream/type").asText()).isEqualTo("metrics");
  }

  @Test
  void afterAGapARestartOrARepeatNothingIsMadeUp() throws Exception {
    Documents documents = documents(metrics(Duration.ofMinutes(1)));
    send(documents, 0, beat(0, 100));
    send(documents, 1, exec(WEB));
    assertThat(send(documents, 1, exec(WEB), beat(60, 160))).isEmpty();
    JsonNode whole = json(send(documents, 2, beat(60, 160)).getFirst());
    assertThat(whole.at("/leukocyte/sensor/events/process/exec").asInt()).isEqualTo(1);
    JsonNode afterGap = json(send(documents, 9, beat(120, 200)).getFirst());
    assertThat(since(afterGap)).isEmpty();

    // another member reads the same once more: the same ids, and what it has not seen it leaves out
    Document again = send(documents(metrics(Duration.ofMinutes(1))), 2, beat(60, 160)).getFirst();
    assertThat(again.id()).isEqualTo("host-1:sensor:1");
    assertThat(since(json(again))).isEmpty();
  }

  @Test
  void eachLossIsADocumentAndWithoutAnIntervalEachReportIs() throws Exception {
    Documents documents = documents(metrics(Duration.ZERO));
    SensorLoss loss = new SensorLoss(SECOND, null, "ring", "process.exec", "full", 7, 0, SECOND);
    List<Document> made =
        send(documents, beat(1, 9), beat(2, 9), loss, use(WEB, 1), use(WEB, 2), exec(WEB));

    assertThat(made).extracting(Document::id).containsExactly(ids(0, 5));
    assertThat(json(made.get(2)).at("/leukocyte/loss/count").asInt()).isEqualTo(7);
    assertThat(json(made.get(2)).at("/event/dataset").asText()).isEqualTo("leukocyte.sensor");
  }

  @Test
  void whatIsSentAgainForOneDocumentIsNeitherChosenNorCountedAgain() throws Exception {
    Selection everything =
        new Selection(Selection.Logs.ALL, true, Duration.ofMinutes(1), ALL_KINDS);
    SensorLoss loss = new SensorLoss(SECOND, null, "ring", "process.exec", "full", 7, 0, SECOND);
    List<Document> refused =
        send(documents(everything), beat(61, 9), use(WEB, 61), line(WEB), loss, exec(WEB));
    assertThat(refused).extracting(Document::item).containsExactly(0, 1, 2, 3, 4);

    Selection nothing =
        new Selection(Selection.Logs.OFF, false, Duration.ofMinutes(1), Selection.Events.OFF);
    Documents documents = documents(nothing);
    for (Document document : refused) {
      List<Document> again = documents.of(Topic.EVENTS, sentAgain(document));
      assertThat(again)
          .singleElement()
          .satisfies(made -> {
            assertThat(made.stream()).isEqualTo(document.stream());
            assertThat(made.id()).isEqualTo(document.id());
            assertThat(made.item()).isEqualTo(document.item());
            assertThat(json(made)).isEqualTo(json(document));
          });
    }

    // and the periods of the sensors go on as if nothing had been between
    Documents metrics = documents(metrics(Duration.ofMinutes(1)));
    send(metrics, 0, beat(0, 100));
    assertThat(metrics.of(Topic.EVENTS, sentAgain(refused.getFirst()))).hasSize(1);
    JsonNode next = json(send(metrics, 1, exec(WEB), beat(60, 160)).getFirst());
    assertThat(next.at("/leukocyte/sensor/events/process/exec").asInt()).isEqualTo(1);
    assertThat(next.at("/leukocyte/sensor/received").asInt()).isEqualTo(60);
  }

  /** The record that {@code leuko dead retry} makes of a refused document's letter. */
  private static ConsumerRecord<byte[], byte[]> sentAgain(Document refused) {
    DeadLetter.Original original = RefusedItem.of(refused);
    ConsumerRecord<byte[], byte[]> record =
        new ConsumerRecord<>("leuko.events", 0, 99, original.key(), original.value());
    original.headers().forEach(record.headers()::add);
    return record;
  }

  @Test
  void eventThatCannotBeWrittenAloneIsBuriedWithItsBatch() throws Exception {
    Document made = send(documents(events(ALL_KINDS)), exec(WEB)).getFirst();
    ConsumerRecord<byte[], byte[]> other =
        new ConsumerRecord<>("leuko.events", 0, 5, new byte[0], new byte[] {1, 2, 3});
    DeadLetter.Original whole =
        RefusedItem.of(
            new Document(made.stream(), made.id(), Document.FIXED, made.source(), other, 0));
    assertThat(whole.value()).containsExactly(1, 2, 3);
    assertThat(RefusedItem.stream(whole.headers())).isEmpty();
  }

  /** What it says about the time since the last one: all but how long it was on its way. */
  private static ObjectNode since(JsonNode document) {
    ObjectNode sensor = document.at("/leukocyte/sensor").deepCopy();
    assertThat(sensor.remove("lag").isIntegralNumber()).isTrue();
    return sensor;
  }

  private static String[] ids(int from, int to) {
    String[] ids = new String[to - from];
    for (int i = from; i < to; i++) {
      ids[i - from] = "host-1:1:0:" + i;
    }
    return ids;
  }

  @Test
  void whatAContainerUsesIsOneDocumentAMinute() throws Exception {
    Documents documents = documents(metrics(Duration.ofMinutes(1)));
    List<Document> made =
        send(documents, use(WEB, 1), use(WEB, 11), use(DB, 2), use(WEB, 61), use(DB, 59));

    assertThat(made)
        .extracting(Document::id)
        .containsExactly(WEB.id().value() + ":0", DB.id().value() + ":0", WEB.id().value() + ":1");
    assertThat(json(made.getFirst()).at("/container/memory/usage").asDouble()).isEqualTo(0.25);
    assertThat(json(made.getFirst()).at("/leukocyte/stats/cpu_percent").asDouble()).isEqualTo(50);
    assertThat(made).allMatch(document -> document.stream() == DataStream.STATS);
  }

  @Test
  void linesAreThoseOfLabelledContainersAndOfThoseNotYetKnown() throws Exception {
    Documents documents =
        documents(
            new Selection(Selection.Logs.LABELLED, false, Duration.ZERO, Selection.Events.OFF));
    assertThat(send(documents, line(DB))).hasSize(1);
    send(documents, facts(WEB, Map.of("leuko.logs", "true")), facts(DB, Map.of("a", "b")));
    assertThat(send(documents, line(DB), line(WEB)))
        .singleElement()
        .satisfies(made ->
            assertThat(json(made).at("/container/id").asText()).isEqualTo(WEB.id().value()));
    // the last lines of one that is gone still come
    send(documents, facts(WEB, Map.of("leuko.logs", "true")).destroyed(2 * SECOND));
    assertThat(send(documents, line(WEB), line(DB))).hasSize(1);
  }

  @Test
  void noEventIsADocumentUnlessAskedFor() throws Exception {
    assertThat(send(documents(events(Selection.Events.OFF)), exec(WEB), exec(null))).isEmpty();
  }

  @Test
  void eventIsADocumentWithWhatOneSearchesFor() throws Exception {
    List<Document> made = send(documents(events(ALL_KINDS)), exec(WEB), line(WEB), beat(1, 9));

    assertThat(made).singleElement().extracting(Document::stream).isEqualTo(DataStream.EVENTS);
    JsonNode event = json(made.getFirst());
    assertThat(event.at("/event/action").asText()).isEqualTo("exec");
    assertThat(event.at("/event/dataset").asText()).isEqualTo("leukocyte.events");
    assertThat(event.at("/process/entity_id").asText()).isEqualTo("host-1:1:1");
    assertThat(event.at("/data_stream/dataset").asText()).isEqualTo("leukocyte.events");
  }

  @Test
  void sampleIsOneOfSoManyAndTheSameEachTime() throws Exception {
    Selection.Events sampled =
        new Selection.Events(
            Selection.Mode.SAMPLED, Set.of(), Optional.empty(), 10, Integer.MAX_VALUE);
    List<String> first = sample(sampled);
    assertThat(first).hasSizeBetween(700, 1_300);
    assertThat(sample(sampled)).isEqualTo(first);
  }

  private List<String> sample(Selection.Events sampled) throws Exception {
    Documents documents = documents(events(sampled));
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Event[] hundred = new Event[100];
      Arrays.fill(hundred, exec(WEB));
      send(documents, i, hundred).forEach(made -> ids.add(made.id()));
    }
    return ids;
  }

  @Test
  void filterIsByKindAndLabel() throws Exception {
    Selection.Events filtered =
        new Selection.Events(
            Selection.Mode.FILTERED,
            Set.of(Kind.PROCESS_EXEC),
            Optional.of(Selection.Label.parse("tier=web")),
            100,
            500);
    Documents documents = documents(events(filtered));
    assertThat(send(documents, exec(WEB))).isEmpty();
    assertThat(leftOut).containsExactly(RawEvents.Reason.LABELS);
    List<Document> made =
        send(
            documents,
            facts(WEB, Map.of("tier", "web")),
            facts(DB, Map.of("tier", "db")),
            exec(WEB),
            exec(DB),
            exec(null));
    assertThat(made)
        .singleElement()
        .satisfies(document ->
            assertThat(json(document).at("/container/id").asText()).isEqualTo(WEB.id().value()));
    assertThat(leftOut).hasSize(1);
  }

  @Test
  void eventsBeyondTheRateAreLeftOutAndCounted() throws Exception {
    Documents documents =
        documents(
            events(new Selection.Events(Selection.Mode.SAMPLED, Set.of(), Optional.empty(), 1, 2)));
    assertThat(send(documents, exec(WEB), exec(WEB), exec(WEB), exec(WEB))).hasSize(2);
    assertThat(leftOut).containsExactly(RawEvents.Reason.RATE, RawEvents.Reason.RATE);
    now = now.plusSeconds(1);
    assertThat(send(documents, exec(WEB))).hasSize(1);
  }

  @Test
  void filterThatFiltersNothingIsRefused() {
    assertThatThrownBy(() ->
            new Selection.Events(Selection.Mode.FILTERED, Set.of(), Optional.empty(), 100, 500))
        .hasMessageContaining("indexer.events-kinds");
    assertThatThrownBy(() -> Selection.Label.parse("=x")).hasMessageContaining("key=value");
  }
}
