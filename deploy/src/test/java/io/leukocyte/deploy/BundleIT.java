package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.CheckResult;
import io.leukocyte.events.KafkaSettings;
import io.leukocyte.events.OrderKeys;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.responder.FleetSettings;
import io.leukocyte.rules.Rule;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Rules and policies from {@code leuko rules push} to a role of another host, over Kafka. */
class BundleIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String KEY = "2026-11:0123456789abcdef0123456789abcdef";
  private static final String OTHER_KEY = "2026-11:fedcba9876543210fedcba9876543210";
  private static final String RULE =
      "- rule: %1$s\n  desc: d\n  condition: evt.type = execve and proc.name = %1$s\n"
          + "  output: o\n  priority: WARNING\n";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private EmbeddedKafka kafka;
  private KafkaSettings client;
  private FleetSettings trust;

  @BeforeEach
  void startKafka() {
    var settings =
        new EmbeddedKafka.Settings(LoopbackPorts.free(), LoopbackPorts.free(), Access.OPEN);
    kafka = EmbeddedKafka.create(folder.resolve("kafka"), settings);
    kafka.start();
    client = KafkaAccess.embedded(kafka.clientProperties());
    trust =
        new FleetSettings(
            FleetSettings.Scope.FLEET, FleetSettings.Trust.HMAC, Optional.of(OrderKeys.parse(KEY)));
  }

  @AfterEach
  void stopKafka() {
    kafka.close();
  }

  @Test
  void whatIsPushedIsInForceOnEachHostAndStaysWhenKafkaGoes() throws Exception {
    assertThatThrownBy(() -> open("a"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("none has been pushed");
    push(KEY, RULE.formatted("one"));
    try (BundleFeed feed = open("a");
        RuleWatch watch = watch(feed)) {
      feed.start();
      watch.start();
      assertThat(names(watch)).containsExactly("one");

      push(KEY, RULE.formatted("two") + RULE.formatted("three"));
      await().atMost(SOON).until(() -> names(watch).equals(List.of("two", "three")));
      assertThat(feed.folder().policies()).isNotEmptyDirectory();
      assertThat(feed.check().getFirst()).isInstanceOf(CheckResult.Ok.class);

      push(OTHER_KEY, RULE.formatted("evil"));
      await().atMost(SOON).until(() -> feed.check().getFirst() instanceof CheckResult.Degraded);
      assertThat(names(watch)).containsExactly("two", "three");
    }
    kafka.close();
    try (BundleFeed feed = open("a");
        RuleWatch watch = watch(feed)) {
      assertThat(names(watch)).containsExactly("two", "three");
    }
  }

  @Test
  void rulesWithAProblemAreNotPushed() throws IOException {
    assertThat(run(KEY, RULE.formatted("one").replace("proc.name", "proc.nam")))
        .isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains("rules.yaml:3:", "proc.name");
    KafkaAccess.ensureTopics(client, new TopicSpecs(1, 1, 1 << 30));
    assertThatThrownBy(() -> open("a")).hasMessageContaining("none has been pushed");
  }

  private BundleFeed open(String host) throws IOException {
    return BundleFeed.open(
        client, trust, new BundleFolder(Files.createDirectories(folder.resolve(host))));
  }

  private static RuleWatch watch(BundleFeed feed) {
    return new RuleWatch(
        new RuleSource(List.of(feed.folder().rules().toString()), false),
        Duration.ofMillis(100),
        line -> {});
  }

  private static List<String> names(RuleWatch watch) {
    return watch.current().rules().rules().stream().map(Rule::name).toList();
  }

  private void push(String key, String rules) throws IOException {
    assertThat(run(key, rules)).withFailMessage(err::toString).isZero();
    assertThat(out.toString()).contains("pushed bundle ");
  }

  private int run(String key, String rules) throws IOException {
    Path config = folder.resolve("leukocyte.yaml");
    Files.writeString(
        config,
        "kafka.bootstrap: \"%s\"\ntopics: {partitions: 1, replication: 1}\ncommands.keys: \"%s\"\n"
            .formatted(kafka.bootstrap(), key));
    Path file = Files.writeString(folder.resolve("rules.yaml"), rules);
    CommandLine command = Leuko.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(
        "rules", "push", "--no-shipped", "-c", config.toString(), file.toString());
  }
}
