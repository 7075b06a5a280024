package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.leukocyte.events.Bundle;
import io.leukocyte.events.BundleJson;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.ProducerSettings;
import io.leukocyte.events.Topic;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.FleetSettings;
import io.leukocyte.responder.PolicyFile;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.responder.ResponderSettings;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko rules push}: one bundle of rules and policies for all hosts. */
@Command(
    name = "push",
    description =
        "Checks rules and policies and gives them to the fleet in one piece: to each role with"
            + " rules.from: bundle.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko rules push --policies policies/ rules/",
      "Exit codes: 0 it is on the topic, 2 a problem in the files, 3 Kafka does not take it."
    })
final class RulesPushCommand implements Callable<Integer> {
  private static final int SEND_MILLIS = 10_000;

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "Files and folders of rules, in their order, after the shipped ones.")
  private List<String> files = List.of();

  @Option(
      names = "--policies",
      paramLabel = "DIR",
      description = "Response policies, a folder or a file; without it, the shipped ones.")
  private @Nullable Path policies;

  @Option(names = "--no-shipped", description = "Leave the shipped rules out.")
  private boolean withoutShipped;

  @Option(names = "--dry-run", description = "Check and print only.")
  private boolean dryRun;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  RulesPushCommand() {}

  @Override
  public Integer call() throws InterruptedException {
    common.applyVerbosity();
    Config config = common.load();
    FleetSettings trust = FleetSettings.from(config);
    if (!trust.canTrustOrders()) {
      throw new BadInputException(
          "A bundle needs a signature: set commands.keys-file to the keys that the hosts have.");
    }
    List<RuleFile> rules = rules();
    RuleSet.Loaded loaded = RuleFiles.checked(RuleSet.load(rules));
    List<PolicyFile> responses = policies();
    PolicySet checked =
        Policies.checked(PolicySet.load(responses, ResponderSettings.from(config).channels()));
    Bundle bundle = bundle(rules, responses);
    if (!dryRun) {
      publish(bundle, trust, KafkaAccess.of(common), TopicSpecs.from(config));
    }
    PrintWriter out = spec.commandLine().getOut();
    loaded.skipped().forEach(out::println);
    out.printf(
        "%s bundle %s: %s; %s%n",
        dryRun ? "not pushed," : "pushed",
        bundle.hash(),
        loaded.summary(),
        Policies.summary(checked));
    out.flush();
    return ExitCode.FINE;
  }

  private List<RuleFile> rules() {
    List<RuleFile> all = new ArrayList<>();
    if (!withoutShipped) {
      all.addAll(RuleFile.shipped());
    }
    all.addAll(RuleFiles.read(files));
    if (all.isEmpty()) {
      throw new BadInputException("Without the shipped rules, name files of rules.");
    }
    return all;
  }

  private List<PolicyFile> policies() {
    return policies == null ? PolicyFile.shipped() : Policies.read(policies);
  }

  /** A number before each name keeps the files' order. */
  static Bundle bundle(List<RuleFile> rules, List<PolicyFile> policies) {
    List<Bundle.File> all = new ArrayList<>();
    for (RuleFile file : rules) {
      all.add(file(Bundle.Use.RULES, all.size(), file.name(), file.text()));
    }
    for (PolicyFile file : policies) {
      all.add(file(Bundle.Use.POLICIES, all.size(), file.name(), file.text()));
    }
    try {
      return new Bundle(Operator.user(), System.currentTimeMillis() * 1_000_000, all);
    } catch (IllegalArgumentException e) {
      throw new BadInputException("Not a bundle: " + e.getMessage() + ".");
    }
  }

  private static Bundle.File file(Bundle.Use use, int number, String name, String text) {
    String base = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
    try {
      return new Bundle.File(use, "%03d-%s".formatted(number, base), text);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(
          "%s cannot be pushed: %s; rename it: letters, digits, '.', '-', '_', then .yaml."
              .formatted(name, e.getMessage()));
    }
  }

  private static void publish(
      Bundle bundle, FleetSettings trust, KafkaSettings kafka, TopicSpecs specs)
      throws InterruptedException {
    KafkaAccess.ensureTopics(kafka, specs);
    Map<String, Object> properties = ProducerSettings.of(kafka.clientProperties());
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, SEND_MILLIS);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, TopicSpecs.MAX_BUNDLE_BYTES);
    properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
    byte[] document =
        trust
            .keys()
            .map(keys -> BundleJson.write(bundle, keys))
            .orElseGet(() -> BundleJson.write(bundle));
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(properties)) {
      producer
          .send(new ProducerRecord<>(Topic.CONFIG.text(), BundleJson.KEY.getBytes(UTF_8), document))
          .get(2L * SEND_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      throw unreachable(String.valueOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw unreachable("it does not take it", e);
    }
  }

  private static EnvironmentException unreachable(String why, Exception e) {
    return new EnvironmentException(
        "Cannot push the bundle: " + why + "; check kafka.bootstrap and the rights of this user.",
        e);
  }
}
