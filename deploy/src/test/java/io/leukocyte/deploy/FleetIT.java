package io.leukocyte.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.analyzer.Incident;
import io.leukocyte.analyzer.IncidentJson;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.InMemoryEngine;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionJson;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.BlockedImage;
import io.leukocyte.events.BlockedImageJson;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.DeadLetter;
import io.leukocyte.events.EventId;
import io.leukocyte.events.HostId;
import io.leukocyte.events.IncidentId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProcessRef;
import io.leukocyte.events.Topic;
import io.leukocyte.events.TopicSpecs;
import io.leukocyte.events.Topics;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.Answer;
import io.leukocyte.responder.Responder;
import io.leukocyte.responder.ResponderControl;
import io.leukocyte.responder.ResponderSettings;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Three responders, each with a host of its own, on one Kafka. */
class FleetIT {
  private static final Logger LOG = LoggerFactory.getLogger(FleetIT.class);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int EACH = 10;
  private static final Duration ENGINE_PATIENCE = Duration.ofSeconds(10);
  private static final String ORDER_KEYS = "k:0123456789abcdef0123456789abcdef";

  @TempDir Path temporary;
  private final int port = LoopbackPorts.free();
  private final int controller = LoopbackPorts.free();
  private EmbeddedKafka kafka =
      EmbeddedKafka.create(Path.of(""), new EmbeddedKafka.Settings(port, controller, Access.OPEN));
  private final List<Member> fleet = new ArrayList<>();
  private long events;

  /** How old containers are that are made now. */
  private volatile Duration age = Duration.ofHours(1);

  /** A host with its engine and containers. */
  private final class Member {
    private final HostId id;
    private final InMemoryEngine engine = new InMemoryEngine(FleetIT.this::now, ENGINE_PATIENCE);
    private final List<ContainerId> containers = new ArrayList<>();
    private SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private Responder responder;

    Member(String name) {
      id = new HostId(name);
      // An engine in memory counts its ids: those of another host are others.
      for (int i = 0; i < fleet.size() * EACH; i++) {
        engine.remove(engine.run(ContainerSpec.of("gone-" + i, "x:1")));
      }
      for (int i = 0; i < EACH; i++) {
        ContainerSpec spec = ContainerSpec.of(name + "-web-" + i, "x:1").label("service", "shop");
        containers.add(engine.run(spec));
      }
      responder = make();
    }

    private Responder make() {
      registry = new SimpleMeterRegistry();
      Config config =
          Config.parse(
              "test",
              "responder.policies: "
                  + temporary.resolve("policy.yaml")
                  + "\nresponder.web.port: 0"
                  + "\ncommands.keys: "
                  + ORDER_KEYS,
              Map.of(),
              ResponderSettings.KEYS);
      return new Responder(
          ResponderSettings.from(config), data(), id, properties(), engine, registry);
    }

    private Path data() {
      return temporary.resolve("data-" + id);
    }

    void start() {
      responder = make();
      responder.start();
    }

    boolean isWell() {
      return responder.check().stream()
          .filter(c -> c.name().equals("alerts") || c.name().equals("permits"))
          .allMatch(c -> c instanceof CheckResult.Ok);
    }

    boolean isStopped() {
      return responder.check().stream()
          .anyMatch(c ->
              c instanceof CheckResult.Degraded d
                  && d.name().equals("emergency stop")
                  && d.todo().contains("leuko resume"));
    }

    long paused() {
      return containers.stream()
          .filter(c -> engine.inspect(c).orElseThrow().state().equals("paused"))
          .count();
    }
  }

  /** The clock of the engines, unix nanoseconds. */
  private long now() {
    return (System.currentTimeMillis() - age.toMillis()) * 1_000_000;
  }

  private EmbeddedKafka broker() {
    return EmbeddedKafka.create(
        temporary.resolve("kafka"), new EmbeddedKafka.Settings(port, controller, Access.OPEN));
  }

  @BeforeEach
  void start() throws Exception {
    kafka = broker();
    kafka.start();
    try (Admin admin = Admin.create(properties())) {
      Topics.ensure(admin, TopicSpecs.oneMachine());
    }
    guard("{mode: enforce, at-most: {containers: 5, per: 10m}}");
    for (String name : List.of("host-a", "host-b", "host-c")) {
      fleet.add(new Member(name));
    }
  }

  @AfterEach
  void stop() {
    endAll();
    fleet.forEach(m -> m.engine.close());
    kafka.close();
  }

  /** At once: each waits for what Kafka still has to answer. */
  private void endAll() {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture.allOf(
              fleet.stream()
                  .map(m -> CompletableFuture.runAsync(() -> m.responder.close(), threads))
                  .toArray(CompletableFuture<?>[]::new))
          .join();
    }
  }

  private void guard(String guard) throws Exception {
    Files.writeString(
        temporary.resolve("policy.yaml"),
        "- policy: p\n  match: {rules: [shell]}\n  actions: [pause: {for: 10m}]\n  guard: "
            + guard
            + "\n");
  }

  private Map<String, Object> properties() {
    return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, "127.0.0.1:" + port);
  }

  private void startAll() {
    fleet.forEach(Member::start);
    await().atMost(PATIENCE).until(() -> fleet.stream().allMatch(Member::isWell));
  }

  private long paused() {
    return fleet.stream().mapToLong(Member::paused).sum();
  }

  /** One alert about each container, the hosts in turn. */
  private void alertAboutEverything() throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      for (int i = 0; i < EACH; i++) {
        for (Member member : fleet) {
          var _ = producer.send(record(member, member.containers.get(i)));
        }
      }
    }
  }

  private void alert(Member member, int container) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      var _ =
          producer.send(record(member, member.containers.get(container))).get(30, TimeUnit.SECONDS);
    }
  }

  private KafkaProducer<byte[], byte[]> producer() {
    return new KafkaProducer<>(properties(), new ByteArraySerializer(), new ByteArraySerializer());
  }

  private ProducerRecord<byte[], byte[]> record(Member member, ContainerId container) {
    long now = System.currentTimeMillis() * 1_000_000;
    EventId id = new EventId(member.id, 1, events++, 0);
    ContainerRef ref = new ContainerRef(container, "", "x", "1", null, false);
    ProcessInfo process = ProcessInfo.unknown(new ProcessRef(4711, now));
    Alert alert =
        new Alert(
            Alert.idOf("shell", List.of(), id),
            new Alert.RuleInfo("shell", "", Priority.WARNING, List.of(), "test.yaml"),
            "a shell",
            "a shell",
            List.of(),
            new Observed(id, new ProcessExec(now, ref, process)),
            new TreeMap<>(),
            null,
            "bundle");
    return new ProducerRecord<>(
        Topic.ALERTS.text(), member.id.value().getBytes(UTF_8), AlertJson.write(alert));
  }

  /** The last published step of each action. */
  private List<Action> outcomes() throws MalformedJsonException {
    Map<String, Action> last = new LinkedHashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : all(Topic.ACTIONS)) {
      Action action = ActionJson.read(record.value());
      last.merge(action.id().value(), action, (a, b) -> a.number() > b.number() ? a : b);
    }
    return List.copyOf(last.values());
  }

  private List<ConsumerRecord<byte[], byte[]>> all(Topic topic) {
    List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            properties(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic.text()).stream()
              .map(p -> new TopicPartition(p.topic(), p.partition()))
              .toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (ends.entrySet().stream().anyMatch(e -> consumer.position(e.getKey()) < e.getValue())) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
    }
    return records;
  }

  private static String reason(Action action) {
    return action.outcome() instanceof Outcome.Refused refused ? refused.reason() : "";
  }

  private void requireFiveOfThirty() throws MalformedJsonException {
    await().atMost(PATIENCE).until(() -> outcomes().size() == 3 * EACH);
    await()
        .atMost(PATIENCE)
        .until(() ->
            outcomes().stream()
                .allMatch(
                    a -> a.step() == Action.Step.VERIFIED || a.step() == Action.Step.REFUSED));
    assertThat(paused()).isEqualTo(5);
    assertThat(outcomes()).filteredOn(a -> a.step() == Action.Step.VERIFIED).hasSize(5);
    assertThat(outcomes())
        .filteredOn(a ->
            reason(a).equals("at-most: 5 containers of the fleet in 10m, and others came first"))
        .hasSize(25);
  }

  @Test
  void threeHostsTogetherActOnNoMoreAndNoLessThanTheBound() throws Exception {
    startAll();
    alertAboutEverything();
    requireFiveOfThirty();
    fleet.forEach(
        m -> m.registry.find("leuko.responder.permit.wait").timers().forEach(FleetIT::report));
  }

  private static void report(Timer timer) {
    LOG.info(
        "permits {}: {} with {} ms on average, {} ms at most",
        timer.getId().getTag("result"),
        timer.count(),
        Math.round(timer.mean(TimeUnit.MILLISECONDS)),
        Math.round(timer.max(TimeUnit.MILLISECONDS)));
  }

  @Test
  void respondersEndInOrderWithoutAnErrorInTheLogWithKafkaAndWithout() {
    startAll();
    try (LoggedErrors errors = new LoggedErrors()) {
      fleet.get(0).responder.close();
      fleet.get(1).responder.close();
      kafka.close();
      fleet.get(2).responder.close();
      assertThat(errors.lines()).isEmpty();
    }
  }

  @Test
  void theBoundHoldsWhenResponderEndInTheMiddleAndComeLate() throws Exception {
    fleet.getFirst().start();
    fleet.get(1).start();
    await().atMost(PATIENCE).until(() -> fleet.getFirst().isWell() && fleet.get(1).isWell());
    alertAboutEverything();
    await().atMost(PATIENCE).until(() -> paused() > 0);
    fleet.get(1).responder.close();
    fleet.get(2).start();
    fleet.get(1).start();
    requireFiveOfThirty();
    endAll();
    fleet.forEach(Member::start);
    await().atMost(PATIENCE).until(() -> fleet.stream().allMatch(Member::isWell));
    alert(fleet.get(2), 9);
    await().atMost(PATIENCE).until(() -> outcomes().size() == 3 * EACH + 1);
    assertThat(paused()).isEqualTo(5);
  }

  private static boolean isExited(Member member, ContainerId container) {
    return member.engine.inspect(container).orElseThrow().state().equals("exited");
  }

  private <T> T ask(Member member, Function<ResponderControl, T> question) {
    try (ResponderControl control =
        ResponderControl.open(member.data(), member.id, member.engine)) {
      return question.apply(control);
    }
  }

  private List<BlockedImage> blocked(Member member) {
    return ask(member, ResponderControl::blocked);
  }

  @Test
  void anImageThatIsBlockedOnOneHostMayStartOnNoneUntilSomebodyTrustsItAgain() throws Exception {
    startAll();
    Member first = fleet.getFirst();
    Member second = fleet.get(1);
    Member third = fleet.get(2);
    third.responder.close();
    Answer answer =
        ask(
            first,
            c -> c.block("x:1", BlockedImage.Running.LEAVE, Optional.empty(), "alice", "mines"));
    assertThat(answer.done()).isTrue();
    await().atMost(PATIENCE).until(() -> blocked(second).size() == 1);
    ContainerId next = second.engine.run(ContainerSpec.of("next", "x:1"));
    await().atMost(PATIENCE).until(() -> isExited(second, next));

    BlockedImage image = blocked(first).getFirst();
    long now = System.currentTimeMillis() * 1_000_000;
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      byte[] forged = BlockedImageJson.write(image.lifted("mallory", "", now));
      var _ =
          producer
              .send(
                  new ProducerRecord<>(
                      Topic.BLOCKED.text(), image.digest().getBytes(UTF_8), forged))
              .get(30, TimeUnit.SECONDS);
    }
    third.start(); // it reads the topic whole, the forged word last
    await().atMost(PATIENCE).until(() -> blocked(third).equals(List.of(image)));
    assertThat(blocked(second)).containsExactly(image);

    assertThat(ask(second, c -> c.unblock("x:1", "bob", "rebuilt")).done()).isTrue();
    await().atMost(PATIENCE).until(() -> fleet.stream().allMatch(m -> blocked(m).isEmpty()));
    ContainerId trusted = third.engine.run(ContainerSpec.of("trusted", "x:1"));
    assertThat(third.engine.inspect(trusted).orElseThrow().state()).isEqualTo("running");
  }

  @Test
  void aShareIsOfTheServiceOnAllHostsAndIsFreeAgainAfterARelease() throws Exception {
    guard("{mode: enforce, at-most: {share-of-service: 10%}}");
    startAll();
    await()
        .atMost(PATIENCE)
        .until(() ->
            all(Topic.PERMITS).stream()
                    .filter(r -> new String(r.value(), UTF_8).contains("census"))
                    .map(r -> new String(r.key(), UTF_8))
                    .distinct()
                    .count()
                == 3);
    alertAboutEverything();
    await().atMost(PATIENCE).until(() -> outcomes().size() == 3 * EACH);
    assertThat(paused()).isEqualTo(3);
    assertThat(outcomes())
        .filteredOn(a ->
            reason(a)
                .equals(
                    "share-of-service: 3 of the 30 containers of shop in the fleet, and others"
                        + " came first"))
        .hasSize(27);
    Member holder = fleet.stream().filter(m -> m.paused() > 0).findFirst().orElseThrow();
    try (ResponderControl control =
        ResponderControl.open(holder.data(), holder.id, holder.engine)) {
      assertThat(control.releaseAll("alice")).isNotEmpty();
    }
    long left = paused();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofSeconds(1))
        .until(() -> {
          alert(fleet.getFirst(), 0);
          return paused() > left;
        });
    assertThat(paused()).isLessThanOrEqualTo(3);
  }

  private String command(int exitCode, String... args) throws Exception {
    Path config = temporary.resolve("leukocyte.yaml");
    Files.writeString(
        config, "kafka.bootstrap: 127.0.0.1:" + port + "\ncommands.keys: " + ORDER_KEYS + "\n");
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("-c", config.toString(), "--data", temporary.resolve("desk").toString()));
    StringWriter out = new StringWriter();
    CommandLine command = Leuko.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
    assertThat(command.execute(all.toArray(String[]::new))).as("%s", out).isEqualTo(exitCode);
    return out.toString();
  }

  @Test
  void anOperatorStopsContainsAndReleasesOverKafka() throws Exception {
    guard("{mode: enforce}");
    startAll();
    String stopped = command(ExitCode.FINE, "stop", "--fleet", "--reason", "a drill");
    assertThat(stopped).contains(": done; stop: policies begin nothing new: a drill");
    await().atMost(PATIENCE).until(() -> fleet.stream().allMatch(Member::isStopped));
    alertAboutEverything();
    await().atMost(PATIENCE).until(() -> outcomes().size() >= 3 * EACH + 6);
    assertThat(paused()).isZero();
    assertThat(outcomes())
        .filteredOn(a -> reason(a).matches("emergency stop by .*: a drill"))
        .hasSize(3 * EACH);
    assertThat(command(ExitCode.FINE, "pause", "host-b-web-3", "--fleet", "--for", "15m"))
        .startsWith("host-b: done; pause host-b-web-3");
    assertThat(fleet.get(1).paused()).isEqualTo(1);
    assertThat(command(ExitCode.FINE, "release", "host-b-web-3", "--host", "host-b"))
        .startsWith("host-b: done");
    assertThat(paused()).isZero();
    command(ExitCode.FINE, "resume", "--host", "host-c");
    alert(fleet.get(2), 0);
    await().atMost(PATIENCE).until(() -> fleet.get(2).paused() == 1);
    assertThat(command(ExitCode.ENVIRONMENT, "resume", "--host", "nobody", "--wait", "2s"))
        .contains("No responder answered");
  }

  @Test
  void anIncidentIsShownWithWhatWasDoneAndThePageKnowsAlertsOfBeforeTheStart() throws Exception {
    guard("{mode: enforce}");
    startAll();
    Member member = fleet.getFirst();
    alert(member, 0);
    await().atMost(PATIENCE).until(() -> member.paused() == 1);
    Alert alert = AlertJson.read(all(Topic.ALERTS).getFirst().value());
    String id = incident(alert);
    await().atMost(PATIENCE).until(() -> outcomes().size() == 1);

    assertThat(command(ExitCode.FINE, "incidents"))
        .contains(id.substring(0, 12), "host-a", "warning", "open");
    assertThat(command(ExitCode.FINE, "incidents", "show", id.substring(0, 12)))
        .contains("alert", "shell", "pause", "intended", "verified", "(policy p)");
    assertThat(command(ExitCode.BAD_INPUT, "incidents", "show", "ffffffff"))
        .contains("There is no incident 'ffffffff'");

    member.responder.close();
    member.start();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> {
          String state = page(member.responder.link().orElseThrow());
          assertThat(state)
              .contains(alert.id().value(), "\"isFalse\":false", "paused", "web:a-script")
              .doesNotContain("the engine was not asked yet");
        });
    assertThat(member.paused()).isEqualTo(1);
    assertThat(outcomes()).hasSize(1);
  }

  /** Publishes the incident of an alert, as the analyzer does. */
  private String incident(Alert alert) throws Exception {
    ContainerRef container = Objects.requireNonNull(alert.container());
    IncidentId id = IncidentId.of(container.id().value(), alert.id().value());
    Incident.Entry entry =
        new Incident.Entry(
            alert.id(),
            "shell",
            Priority.WARNING,
            List.of(),
            1,
            alert.time(),
            alert.time(),
            List.of(),
            List.of());
    Incident incident =
        new Incident(
            id,
            alert.host(),
            null,
            container,
            Incident.State.OPEN,
            Priority.WARNING,
            alert.time(),
            alert.time(),
            1,
            1,
            List.of(entry),
            0);
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      byte[] key = id.value().getBytes(UTF_8);
      var _ =
          producer
              .send(new ProducerRecord<>(Topic.INCIDENTS.text(), key, IncidentJson.write(incident)))
              .get(30, TimeUnit.SECONDS);
    }
    return id.value();
  }

  /** What a script is shown by the page. */
  private static String page(String link) throws Exception {
    String[] parts = link.split("#token=", 2);
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(parts[0] + "api/state"))
              .header("Authorization", "Bearer " + parts[1])
              .header("Leuko-Operator", "a-script")
              .build();
      return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
  }

  @Test
  void whatCannotBeReadIsADeadLetterAndTheNextAlertIsActedOn() throws Exception {
    guard("{mode: enforce}");
    startAll();
    Member member = fleet.getFirst();
    byte[] key = member.id.value().getBytes(UTF_8);
    byte[] alert = record(member, member.containers.getFirst()).value();
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      var _ =
          producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, "no alert".getBytes(UTF_8)));
      var _ =
          producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, Arrays.copyOf(alert, 500)));
      var _ = producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, new byte[700_000]));
      var _ = producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, null));
      var _ = producer.send(new ProducerRecord<>(Topic.COMMANDS.text(), key, alert));
      var _ = producer.send(new ProducerRecord<>(Topic.PERMITS.text(), key, alert));
      var _ = producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, alert));
      var _ = producer.send(new ProducerRecord<>(Topic.ALERTS.text(), key, alert));
    }
    await().atMost(PATIENCE).until(() -> member.paused() == 1);
    await().atMost(PATIENCE).until(() -> all(Topic.DEAD).size() == 5);
    assertThat(all(Topic.DEAD))
        .allSatisfy(r -> {
          DeadLetter dead = DeadLetter.of(r.headers());
          assertThat(dead.role()).isEqualTo("responder");
          assertThat(dead.reason()).isNotEmpty();
          assertThat(r.key()).isEqualTo(key);
        });
    assertThat(all(Topic.DEAD).stream().map(r -> DeadLetter.of(r.headers()).topic()))
        .containsExactlyInAnyOrder(
            "leuko.alerts", "leuko.alerts", "leuko.alerts", "leuko.alerts", "leuko.commands");
    assertThat(all(Topic.DEAD).stream().map(ConsumerRecord::value).filter(v -> v != null))
        .anyMatch(v -> v.length == 700_000)
        .anyMatch(v -> Arrays.equals(v, alert));
    assertThat(outcomes()).hasSize(1);
  }

  private void say(String permit) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = producer()) {
      var _ =
          producer
              .send(new ProducerRecord<>(Topic.PERMITS.text(), permit.getBytes(UTF_8)))
              .get(30, TimeUnit.SECONDS);
    }
  }

  private List<Action> recycles(Action.Step step) throws MalformedJsonException {
    List<Action> found = new ArrayList<>();
    for (ConsumerRecord<byte[], byte[]> record : all(Topic.ACTIONS)) {
      Action action = ActionJson.read(record.value());
      if (action.type().equals("recycle") && action.step() == step) {
        found.add(action);
      }
    }
    found.sort(Comparator.comparingLong(Action::time));
    return found;
  }

  @Test
  void oldContainersOfAServiceAreRecycledOneAtATimeOverAllHosts() throws Exception {
    Files.writeString(
        temporary.resolve("policy.yaml"),
        "- recycle: blog\n  labels: [service=blog]\n  max-age: 10m\n  settle: 3s\n  mode: enforce\n");
    for (Member member : fleet) {
      var _ =
          member.engine.run(
              ContainerSpec.of(member.id + "-blog", "x:1")
                  .label("service", "blog")
                  .networkMode("host"));
    }
    age = Duration.ZERO;
    String id = "0".repeat(32);
    say(
        """
        {"permit": "turn", "host": "dead", "id": "%s", "service": "blog", "action": "%s",
         "container": "%s"}\
        """
            .formatted(id, id, "f".repeat(64)));
    startAll();
    await()
        .during(Duration.ofSeconds(12))
        .atMost(Duration.ofSeconds(20))
        .until(() -> recycles(Action.Step.INTENDED).isEmpty());
    say("{\"permit\": \"returned\", \"host\": \"dead\", \"id\": \"%s\"}".formatted(id));
    await().atMost(PATIENCE).until(() -> recycles(Action.Step.VERIFIED).size() == fleet.size());
    List<Action> begun = recycles(Action.Step.INTENDED);
    List<Action> ended = recycles(Action.Step.VERIFIED);
    assertThat(begun).extracting(Action::host).doesNotHaveDuplicates().hasSize(fleet.size());
    for (int i = 1; i < begun.size(); i++) {
      assertThat(begun.get(i).time()).isGreaterThan(ended.get(i - 1).time());
    }
    await()
        .atMost(PATIENCE)
        .until(() ->
            all(Topic.PERMITS).stream()
                    .filter(r -> new String(r.value(), UTF_8).contains("returned"))
                    .count()
                > fleet.size());
  }

  @Test
  void whileKafkaIsAwayNothingWithABoundBeginsAndAReleaseWorks() throws Exception {
    startAll();
    alert(fleet.getFirst(), 0);
    await().atMost(PATIENCE).until(() -> paused() == 1);
    kafka.close();
    Member member = fleet.getFirst();
    try (ResponderControl control =
        ResponderControl.open(member.data(), member.id, member.engine)) {
      assertThat(control.releaseAll("alice")).hasSize(1);
    }
    await()
        .atMost(PATIENCE)
        .until(() ->
            member.responder.check().stream()
                .anyMatch(c -> c.name().equals("permits") && c instanceof CheckResult.Failed));
    kafka = broker();
    kafka.start();
    await().atMost(PATIENCE).until(() -> fleet.stream().allMatch(Member::isWell));
    alert(fleet.get(1), 1);
    await().atMost(PATIENCE).until(() -> paused() == 1);
  }
}
