package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerBench;
import io.leukocyte.events.CodecBench;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.MalformedBatchException;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** The benches, each with what it needs of the machine, in a folder of its own. */
final class Benches {
  private static final Duration EACH = Duration.ofSeconds(5);

  private Benches() {}

  /** The analyzer beside a plain consumer, on an embedded Kafka that is thrown away. */
  static void analyzer(PrintWriter out, AnalyzerBench.Plan plan)
      throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("leuko-bench");
    EmbeddedKafka.Settings settings =
        new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.OPEN);
    try (EmbeddedKafka kafka = EmbeddedKafka.create(folder, settings)) {
      kafka.start();
      KafkaSettings client = KafkaAccess.embedded(kafka.clientProperties());
      KafkaAccess.ensureTopics(client, TopicSpecs.oneMachine());
      RuleSet rules = RuleSet.load(RuleFile.shipped()).rules();
      new AnalyzerBench(
              client,
              rules,
              plan,
              line -> {
                out.println(line);
                out.flush();
              })
          .run();
    } finally {
      Folders.delete(folder);
    }
  }

  /** The batch's writer and cursor beside the JSON form. */
  static void codec(PrintWriter out) throws MalformedBatchException, MalformedJsonException {
    CodecBench bench = new CodecBench();
    bench.run(EACH).forEach(out::println);
    out.println(bench.sizes());
    out.flush();
  }
}
