package io.leukocyte.analyzer;

import io.leukocyte.events.BatchCursor;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.Topic;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * The analyzer's CPU time an event, beside a plain consumer of the same topic in the same run. It
 * needs a Kafka of its own with the topics made and empty: it fills them.
 *
 * <p>CPU time is that of the threads of the client under test, so the broker may run in the same
 * process; the compiler's and the collector's threads are in neither figure.
 */
public final class AnalyzerBench {
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String PLAIN_THREAD = "bench-plain-consumer";
  private static final String APPLICATION = "leuko-bench-";

  /** The part of a pass that is over before measuring begins. */
  private static final double WARM_PART = 0.2;

  private final KafkaSettings kafka;
  private final List<BenchRules> rules;
  private final Plan plan;
  private final Consumer<String> out;

  /**
   * How much.
   *
   * @param events events in the topic
   * @param rounds measured passes of each kind, in turn; one more of each goes before
   */
  public record Plan(int events, int rounds) {
    /** Three million events, three rounds. */
    public static final Plan DEFAULT = new Plan(3_000_000, 3);
  }

  /**
   * What came out, CPU nanoseconds an event, one figure for each round.
   *
   * @param plain a consumer that looks at no byte of the values
   * @param decoding a consumer that also goes over each row of each batch
   * @param analyzer the analyzer's threads, its consumer and producer included, by the rules
   */
  public record Figures(
      List<Double> plain, List<Double> decoding, Map<BenchRules, List<Double>> analyzer) {
    /** Copies the lists. */
    public Figures {
      plain = List.copyOf(plain);
      decoding = List.copyOf(decoding);
      Map<BenchRules, List<Double>> copy = new EnumMap<>(BenchRules.class);
      analyzer.forEach((rules, nanos) -> copy.put(rules, List.copyOf(nanos)));
      analyzer = Collections.unmodifiableMap(copy);
    }

    /** The plain consumer's median time over the analyzer's with some rules. */
    public double ratio(BenchRules rules) {
      return median(plain) / median(of(rules));
    }

    /** The figures with some rules. */
    public List<Double> of(BenchRules rules) {
      List<Double> nanos = analyzer.get(rules);
      if (nanos == null) {
        throw new IllegalArgumentException("Not measured: " + rules.text());
      }
      return nanos;
    }
  }

  /**
   * Describes it.
   *
   * @param kafka a Kafka of its own
   * @param rules the sets of rules to measure with, in turn
   * @param plan how much
   * @param out takes each line of the report
   */
  public AnalyzerBench(
      KafkaSettings kafka, List<BenchRules> rules, Plan plan, Consumer<String> out) {
    this.kafka = kafka;
    this.rules = List.copyOf(rules);
    this.plan = plan;
    this.out = out;
  }

  /**
   * Fills the topic, measures, reports.
   *
   * @throws IllegalStateException when the topic of events is not empty, or a pass does not end
   */
  public Figures run() throws IOException, InterruptedException {
    requireEmpty();
    fill();
    List<Double> plain = new ArrayList<>();
    List<Double> decoding = new ArrayList<>();
    Map<BenchRules, List<Double>> analyzer = new EnumMap<>(BenchRules.class);
    rules.forEach(one -> analyzer.put(one, new ArrayList<>()));
    for (int round = 0; round <= plan.rounds(); round++) {
      boolean measured = round > 0;
      keep(measured, plain, consumer(false));
      keep(measured, decoding, consumer(true));
      for (Map.Entry<BenchRules, List<Double>> one : analyzer.entrySet()) {
        keep(measured, one.getValue(), analyzer(one.getKey(), round));
      }
    }
    Figures figures = new Figures(plain, decoding, analyzer);
    report(figures);
    return figures;
  }

  private static void keep(boolean measured, List<Double> figures, double figure) {
    if (measured) {
      figures.add(figure);
    }
  }

  private void report(Figures figures) {
    out.accept(
        "%,d events, %d a batch, %d rounds in turn; CPU ns/event, median (least to most)"
            .formatted(plan.events(), BenchStream.BATCH, plan.rounds()));
    out.accept(line("plain consumer", figures.plain()));
    out.accept(line("consumer that decodes", figures.decoding()));
    for (BenchRules one : rules) {
      out.accept(
          String.format(
              Locale.ROOT,
              "%s  %.2f of the plain consumer's throughput; 200 billion events a day: %.2f cores",
              line("analyzer, " + one.text(), figures.of(one)),
              figures.ratio(one),
              median(figures.of(one)) * 200e9 / 86_400 / 1e9));
    }
  }

  private static String line(String what, List<Double> nanos) {
    double[] sorted = nanos.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    return String.format(
        Locale.ROOT,
        "%-28s %6.0f (%.0f to %.0f)",
        what,
        median(nanos),
        sorted[0],
        sorted[sorted.length - 1]);
  }

  private static double median(List<Double> figures) {
    double[] sorted = figures.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }

  private KafkaConsumer<byte[], byte[]> open() {
    KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            kafka.clientProperties(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    List<TopicPartition> partitions =
        consumer.partitionsFor(Topic.EVENTS.text()).stream()
            .map(info -> new TopicPartition(info.topic(), info.partition()))
            .toList();
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
    return consumer;
  }

  private void requireEmpty() {
    try (KafkaConsumer<byte[], byte[]> consumer = open()) {
      Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
      if (ends.values().stream().anyMatch(end -> end > 0)) {
        throw new IllegalStateException(
            "The topic "
                + Topic.EVENTS.text()
                + " is not empty; run the benchmark against a Kafka of its own");
      }
    }
  }

  private void fill() throws InterruptedException {
    BenchStream stream = new BenchStream(1);
    Map<String, Object> properties = kafka.clientProperties();
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 10);
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      Future<RecordMetadata> last = null;
      for (int i = 0; i < plan.events() / BenchStream.BATCH; i++) {
        int host = stream.nextHost();
        byte[] key = stream.host(host).value().getBytes(StandardCharsets.UTF_8);
        last = producer.send(new ProducerRecord<>(Topic.EVENTS.text(), key, stream.batch(host)));
      }
      producer.flush();
      if (last != null) {
        last.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot fill " + Topic.EVENTS.text(), e.getCause());
    }
  }

  /** A pass of a consumer on a thread of its own. Returns nanoseconds an event. */
  private double consumer(boolean decode) throws InterruptedException {
    double[] result = new double[1];
    Thread thread = new Thread(() -> result[0] = consume(decode), PLAIN_THREAD);
    thread.start();
    thread.join(PATIENCE);
    if (thread.isAlive() || result[0] == 0) {
      throw new IllegalStateException("The consumer did not read the topic to its end");
    }
    return result[0];
  }

  private double consume(boolean decode) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    BatchCursor cursor = new BatchCursor();
    long total = plan.events() / BenchStream.BATCH;
    long warm = (long) (total * WARM_PART);
    long batches = 0;
    long from = 0;
    long begun = 0;
    long rows = 0;
    try (KafkaConsumer<byte[], byte[]> consumer = open()) {
      while (batches < total) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
          rows += decode ? rows(cursor, record.value()) : 0;
          batches++;
        }
        if (begun == 0 && batches >= warm) {
          begun = threads.getCurrentThreadCpuTime();
          from = batches;
        }
      }
    }
    if (decode && rows != total * BenchStream.BATCH) {
      throw new IllegalStateException("Rows are missing: " + rows);
    }
    return (threads.getCurrentThreadCpuTime() - begun)
        / (double) ((batches - from) * BenchStream.BATCH);
  }

  private static long rows(BatchCursor cursor, byte[] value) {
    try {
      cursor.open(value);
    } catch (MalformedBatchException e) {
      throw new IllegalStateException("A batch just written cannot be read", e);
    }
    long rows = 0;
    while (cursor.next()) {
      rows += cursor.time() == 0 ? 0 : 1;
    }
    return rows;
  }

  /** A pass of the analyzer, which begins without state. Returns nanoseconds an event. */
  private double analyzer(BenchRules with, int round) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory(APPLICATION);
    String application = APPLICATION + round + "-" + System.nanoTime();
    AnalyzerSettings settings =
        new AnalyzerSettings(
            DetectorSettings.DEFAULTS,
            application,
            1,
            0,
            Duration.ofMillis(500),
            Duration.ofSeconds(6),
            Optional.of(folder),
            Duration.ofSeconds(30));
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Analyzer analyzer = new Analyzer(settings, kafka, with.rules(), registry)) {
      analyzer.start();
      long total = (long) plan.events() / BenchStream.BATCH * BenchStream.BATCH;
      awaitEvents(registry, (long) (total * WARM_PART));
      long events = events(registry);
      long begun = cpu(name -> name.contains(application));
      awaitEvents(registry, total);
      long cpu = cpu(name -> name.contains(application)) - begun;
      return cpu / (double) (total - events);
    } finally {
      delete(folder);
    }
  }

  private static void awaitEvents(SimpleMeterRegistry registry, long count)
      throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (events(registry) < count) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() > deadline) {
        throw new IllegalStateException(
            "The analyzer did not read the topic to its end: %d of %d events"
                .formatted(events(registry), count));
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private static long events(SimpleMeterRegistry registry) {
    double sum = 0;
    for (Counter counter : registry.find("leuko.analyzer.events").counters()) {
      sum += counter.count();
    }
    return (long) sum;
  }

  /** CPU time of the living threads whose names fit, nanoseconds. */
  private static long cpu(Predicate<String> names) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
        .filter(info -> info != null && names.test(info.getThreadName()))
        .mapToLong(ThreadInfo::getThreadId)
        .map(threads::getThreadCpuTime)
        .filter(nanos -> nanos > 0)
        .sum();
  }

  private static void delete(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (Path path : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    }
  }
}
