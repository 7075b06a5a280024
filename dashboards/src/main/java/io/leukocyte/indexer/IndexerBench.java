package io.leukocyte.indexer;

import io.leukocyte.events.BatchWriter;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerLog;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.HostId;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.bench.Alternated;
import io.leukocyte.events.bench.Report;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.http.entity.ByteArrayEntity;
import org.apache.http.entity.ContentType;
import org.apache.http.util.EntityUtils;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.Response;

/**
 * Log lines a second that the indexer brings from Kafka to an Elasticsearch node, beside bare
 * synchronous bulk requests of the same documents, made before, to the same node.
 */
public final class IndexerBench {
  private static final String INDEXER = "indexer";
  private static final String BARE = "bare bulks";
  private static final String UNIT = "documents/s";
  private static final int LINES_OF_BATCH = 200;
  private static final double GOAL = 0.8;
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final HostId HOST = new HostId("bench");

  private final IndexerSettings settings;
  private final KafkaSettings kafka;
  private final int documents;
  private long made;
  private long created;

  /**
   * Describes it.
   *
   * @param settings of an Elasticsearch of its own, which gets the documents
   * @param kafka a Kafka of its own with the topics made
   * @param documents of each trial; rounded down to whole batches
   */
  public IndexerBench(IndexerSettings settings, KafkaSettings kafka, int documents) {
    this.settings = settings;
    this.kafka = kafka;
    this.documents = documents / LINES_OF_BATCH * LINES_OF_BATCH;
  }

  /**
   * Measures.
   *
   * @param warm rounds before, whose figures do not count
   * @param rounds trials of each kind
   * @param report takes the figures
   */
  public void run(int warm, int rounds, Report report) throws Exception {
    try (ElasticsearchConnection connection = ElasticsearchConnection.open(settings)) {
      new TemplateInstaller(connection.rest(), settings.keeping().retention())
          .installWhenReachable();
      Alternated.Rounds measured =
          new Alternated()
              .add(INDEXER, round -> indexer())
              .add(BARE, round -> bare(connection))
              .run(warm, rounds);
      report.figure(INDEXER, UNIT, measured.of(INDEXER));
      report.figure(BARE, UNIT, measured.of(BARE));
      report.ratio(INDEXER, BARE, measured.ratio(INDEXER, BARE));
      report.count("documents of each trial", documents);
      report.count("documents sent by the indexer", made);
      report.count("documents stored by the indexer", created);
      report.atLeast(
          "indexer to bare bulks", measured.ratio(INDEXER, BARE).median(), GOAL, "of its rate");
    }
  }

  // ---- the indexer ----

  /**
   * The rate from the moment its first bulk request was answered, without its start, to its last.
   */
  private double indexer() throws InterruptedException {
    fill();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Indexer indexer = new Indexer(settings, kafka, registry)) {
      indexer.start();
      long first = await(registry, 1);
      long from = System.nanoTime();
      long all = await(registry, documents);
      double seconds = (System.nanoTime() - from) / 1e9;
      created += all;
      if (first == all) {
        throw new IllegalStateException("All documents went in one request; index more of them");
      }
      return (all - first) / seconds;
    }
  }

  private static long await(SimpleMeterRegistry registry, long count) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long now = stored(registry);
    while (now < count) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The indexer stored only %d of %d documents".formatted(now, count));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
      now = stored(registry);
    }
    return now;
  }

  private static long stored(SimpleMeterRegistry registry) {
    double sum = 0;
    for (Counter counter :
        registry.find("leuko.indexer.documents").tag("result", "created").counters()) {
      sum += counter.count();
    }
    return (long) sum;
  }

  private void fill() throws InterruptedException {
    Map<String, Object> client = kafka.clientProperties();
    client.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    byte[] key = HOST.value().getBytes(StandardCharsets.US_ASCII);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
      Future<RecordMetadata> last = null;
      for (byte[] batch : batches()) {
        last = producer.send(new ProducerRecord<>(Topic.EVENTS.text(), key, batch));
      }
      if (last != null) {
        last.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot fill " + Topic.EVENTS.text(), e.getCause());
    }
    made += documents;
  }

  /** Lines of a web server; each call makes events that never were. */
  private List<byte[]> batches() {
    BatchWriter writer = new BatchWriter(HOST, System.currentTimeMillis());
    ContainerRef web =
        new ContainerRef(new ContainerId("ab".repeat(32)), "web", "shop/web", "1.4", null, false);
    List<byte[]> batches = new ArrayList<>();
    for (int i = 0; i < documents; i++) {
      writer.add(line(i, web));
      if (writer.count() == LINES_OF_BATCH) {
        batches.add(writer.finish(batches.size()));
      }
    }
    return batches;
  }

  private static ContainerLog line(int number, ContainerRef web) {
    String text =
        String.format(
            Locale.ROOT,
            "192.0.2.%d - - [22/Nov/2026:20:00:%02d +0000] \"GET /shop/item/%d HTTP/1.1\" 200 %d"
                + " \"https://shop.example/\" \"Mozilla/5.0 (X11; Linux x86_64)\"",
            number % 250,
            number % 60,
            number,
            500 + number % 9000);
    return new ContainerLog(
        System.currentTimeMillis() * 1_000_000 + number,
        web,
        ContainerLog.Stream.STDOUT,
        text,
        text.length(),
        false);
  }

  // ---- the limit ----

  private double bare(ElasticsearchConnection connection) throws Exception {
    List<byte[]> bodies = bodies();
    long from = System.nanoTime();
    for (byte[] body : bodies) {
      Request request = new Request("POST", "/_bulk");
      request.addParameter("filter_path", "errors");
      request.setEntity(new ByteArrayEntity(body, ContentType.create("application/x-ndjson")));
      Response response = connection.rest().performRequest(request);
      String answer = EntityUtils.toString(response.getEntity());
      if (!answer.contains("\"errors\":false")) {
        throw new IllegalStateException("A bare bulk request failed: " + answer);
      }
    }
    return documents / ((System.nanoTime() - from) / 1e9);
  }

  /** The bulk requests, as large as the indexer may make them. */
  private List<byte[]> bodies() throws Exception {
    Documents reader = new Documents(settings.namespace(), InstantSource.system());
    List<byte[]> bodies = new ArrayList<>();
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    for (byte[] batch : batches()) {
      ConsumerRecord<byte[], byte[]> record =
          new ConsumerRecord<>(Topic.EVENTS.text(), 0, 0, new byte[0], batch);
      for (Document document : reader.of(Topic.EVENTS, record)) {
        if (body.size() > 0 && body.size() + document.bulkBytes() > settings.bulkBytes()) {
          bodies.add(body.toByteArray());
          body.reset();
        }
        append(body, document);
      }
    }
    bodies.add(body.toByteArray());
    return bodies;
  }

  private void append(ByteArrayOutputStream body, Document document) throws IOException {
    String action =
        "{\"create\":{\"_index\":\"%s\",\"_id\":\"%s\"}}\n"
            .formatted(document.stream().name(settings.namespace()), document.id());
    body.write(action.getBytes(StandardCharsets.UTF_8));
    body.write(document.source());
    body.write('\n');
  }
}
