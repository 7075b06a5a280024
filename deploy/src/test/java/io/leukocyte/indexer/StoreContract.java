package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.Topic;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.http.util.EntityUtils;
import org.elasticsearch.client.Request;
import org.elasticsearch.client.RestClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What an Elasticsearch of any version we support has to do with our templates and documents. A
 * test has a namespace of its own; versions of the templates only grow from one to the next.
 */
public abstract class StoreContract {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final int ROUNDS = 8;
  private static final AtomicInteger TESTS = new AtomicInteger();
  private static final AtomicInteger VERSIONS = new AtomicInteger(100);

  private ElasticsearchConnection connection;
  private RestClient rest;
  private String namespace;

  /** Settings of a user who may do everything. */
  protected abstract IndexerSettings administrator();

  @BeforeEach
  void open() {
    namespace = "test" + TESTS.incrementAndGet();
    connection = ElasticsearchConnection.open(administrator());
    rest = connection.rest();
  }

  @AfterEach
  void close() {
    connection.close();
  }

  private TemplateInstaller installer(IndexerSettings.Templating templating, int version) {
    return new TemplateInstaller(
        rest, namespace, Keeping.of(Duration.ofDays(90)), templating, version);
  }

  private CheckResult install(int version) throws IOException {
    TemplateInstaller installer = installer(IndexerSettings.Templating.INSTALL, version);
    installer.install();
    return installer.state();
  }

  private List<BulkAnswer.Item> send(List<Document> documents) {
    BulkAnswer answer = new ElasticsearchSink(connection, namespace).send(documents);
    assertThat(answer).isInstanceOf(BulkAnswer.Taken.class);
    return ((BulkAnswer.Taken) answer).items();
  }

  private JsonNode get(String path) throws IOException {
    return MAPPER.readTree(
        EntityUtils.toString(rest.performRequest(new Request("GET", path)).getEntity()));
  }

  private int count(DataStream stream, String query) throws IOException {
    rest.performRequest(new Request("POST", "/" + stream.name(namespace) + "/_refresh"));
    Request count = new Request("GET", "/" + stream.name(namespace) + "/_count");
    count.addParameter("q", query);
    return MAPPER
        .readTree(EntityUtils.toString(rest.performRequest(count).getEntity()))
        .path("count")
        .asInt();
  }

  @Test
  void documentsOfEveryKindAreTakenOnceAndAreFound() throws Exception {
    install(VERSIONS.get());
    GeneratedDocuments generated = new GeneratedDocuments(73, namespace);
    List<Document> documents = new ArrayList<>();
    for (int i = 0; i < ROUNDS; i++) {
      documents.addAll(generated.round());
    }
    Map<DataStream, Integer> expected = new EnumMap<>(DataStream.class);
    documents.forEach(document -> expected.merge(document.stream(), 1, Integer::sum));

    assertThat(send(documents)).allMatch(item -> item instanceof BulkAnswer.Item.Created);
    assertThat(send(documents))
        .allMatch(item ->
            item instanceof BulkAnswer.Item.Known || item instanceof BulkAnswer.Item.Created);

    for (DataStream stream : DataStream.values()) {
      assertThat(count(stream, "*")).as(stream.text()).isEqualTo(expected.get(stream));
      assertThat(count(stream, "event.dataset:\"" + stream.dataset() + "\""))
          .isEqualTo(expected.get(stream));
    }
    assertThat(count(DataStream.EVENTS, "event.action:exec AND leukocyte.kind:process.exec"))
        .isEqualTo(ROUNDS);
    assertThat(count(DataStream.INCIDENTS, "leukocyte.incident.alerts:[0 TO *]")).isEqualTo(ROUNDS);
    assertThat(count(DataStream.FINDINGS, "vulnerability.score.base:[0 TO 10]"))
        .isBetween(1, ROUNDS);
  }

  @Test
  void olderVersionOfAnIncidentNeverReplacesANewerOne() throws Exception {
    install(VERSIONS.get());
    GeneratedDocuments generated = new GeneratedDocuments(74, namespace);
    for (long number : new long[] {4, 9, 6, 9}) {
      String incident =
          """
          {"@timestamp":"2026-11-28T10:00:0%1$dZ","event":{"kind":"event"},
           "leukocyte":{"incident":{"id":"one","version":%1$d,"state":"open","alerts":%1$d}}}
          """
              .formatted(number);
      assertThat(send(generated.of(Topic.INCIDENTS, incident.getBytes(UTF_8))).getFirst())
          .isEqualTo(number == 6 ? new BulkAnswer.Item.Known() : new BulkAnswer.Item.Created());
    }
    assertThat(count(DataStream.INCIDENTS, "*")).isEqualTo(1);
    assertThat(count(DataStream.INCIDENTS, "leukocyte.incident.alerts:9")).isEqualTo(1);
  }

  @Test
  void installingAgainChangesNothing() throws Exception {
    install(VERSIONS.get());
    write();
    JsonNode templates = templates();

    assertThat(install(VERSIONS.get())).isInstanceOf(CheckResult.Ok.class);

    assertThat(templates()).isEqualTo(templates);
    assertThat(versions(DataStream.ALERTS)).containsExactly(VERSIONS.get());
    assertThat(versions(DataStream.INCIDENTS)).containsExactly(VERSIONS.get());
  }

  @Test
  void newerTemplatesReplaceOlderOnesAndStreamsAreRolledOver() throws Exception {
    int older = VERSIONS.get();
    install(older);
    write();

    int newer = VERSIONS.incrementAndGet();
    assertThat(install(newer)).isInstanceOf(CheckResult.Ok.class);
    assertThat(install(newer)).isInstanceOf(CheckResult.Ok.class);

    for (DataStream stream : DataStream.values()) {
      JsonNode template =
          get("/_index_template/" + stream.template()).at("/index_templates/0/index_template");
      assertThat(template.path("version").asInt()).isEqualTo(newer);
      assertThat(template.path("priority").asInt()).isEqualTo(500);
    }
    assertThat(versions(DataStream.ALERTS)).containsExactlyInAnyOrder(older, newer);
    assertThat(versions(DataStream.INCIDENTS)).containsExactly(newer);
    // what was told before the rollover is told once more, as ADR 5 has it; incidents are not
    write();
    assertThat(count(DataStream.ALERTS, "*")).isEqualTo(2);
    assertThat(count(DataStream.INCIDENTS, "*")).isEqualTo(1);
  }

  /** An alert and an incident, the same each time. */
  private void write() throws Exception {
    List<Document> documents = new GeneratedDocuments(75, namespace).round();
    documents.removeIf(document ->
        document.stream() != DataStream.ALERTS && document.stream() != DataStream.INCIDENTS);
    assertThat(send(documents)).hasSize(2);
  }

  @Test
  void newerTemplatesAreLeftAlone() throws Exception {
    int newer = VERSIONS.incrementAndGet();
    install(newer);
    JsonNode templates = templates();

    assertThat(install(newer - 1))
        .isEqualTo(
            new CheckResult.Degraded(
                "templates",
                "version %d is there, newer than this indexer's %d: left alone"
                    .formatted(newer, newer - 1),
                "upgrade this indexer; until then it writes by the newer templates"));
    assertThat(templates()).isEqualTo(templates);
  }

  @Test
  void whatNoTemplateListsIsKeptButFillsNoMapping() throws Exception {
    install(VERSIONS.get());
    String alert =
        """
        {"@timestamp":"2026-11-28T10:00:00Z","event":{"id":"a","kind":"alert"},
         "unheard":{"of":"word"},"leukocyte":{"alert":{"id":"a","later":"word"}}}
        """;
    send(new GeneratedDocuments(77, namespace).of(Topic.ALERTS, alert.getBytes(UTF_8)));

    assertThat(count(DataStream.ALERTS, "event.id:a")).isEqualTo(1);
    assertThat(count(DataStream.ALERTS, "unheard.of:word OR leukocyte.alert.later:word")).isZero();
    JsonNode hit = get("/" + DataStream.ALERTS.name(namespace) + "/_search").at("/hits/hits/0");
    assertThat(hit.at("/_source/leukocyte/alert/later").asText()).isEqualTo("word");
  }

  /** Also without a lifecycle of Elasticsearch's own, which these nodes lack. */
  @Test
  void whatIsTooOldIsRemovedAndNothingElse() throws Exception {
    install(VERSIONS.get());
    GeneratedDocuments generated = new GeneratedDocuments(79, namespace);
    for (int day : new int[] {1, 28}) {
      String incident =
          """
          {"@timestamp":"2026-11-%02dT10:00:00Z","event":{"kind":"event"},
           "leukocyte":{"incident":{"id":"%d","version":1}}}
          """
              .formatted(day, day);
      send(generated.of(Topic.INCIDENTS, incident.getBytes(UTF_8)));
    }
    count(DataStream.INCIDENTS, "*");
    sweep(Duration.ofDays(7), Instant.parse("2026-11-29T10:00:00Z"));
    assertThat(count(DataStream.INCIDENTS, "*")).isEqualTo(1);
    assertThat(count(DataStream.INCIDENTS, "leukocyte.incident.id:28")).isEqualTo(1);

    write();
    rest.performRequest(
        new Request("POST", "/" + DataStream.ALERTS.name(namespace) + "/_rollover"));
    sweep(Duration.ofDays(7), Instant.now().plus(Duration.ofDays(6)));
    assertThat(count(DataStream.ALERTS, "*")).isEqualTo(1);
    sweep(Duration.ofDays(7), Instant.now().plus(Duration.ofDays(8)));
    assertThat(count(DataStream.ALERTS, "*")).isZero();
    assertThat(versions(DataStream.ALERTS)).hasSize(1);
  }

  private void sweep(Duration retention, Instant now) {
    new Sweep(rest, namespace, Keeping.of(retention), InstantSource.fixed(now)).run(true);
  }

  @Test
  void whoOnlyWaitsForTemplatesSaysWhichAreMissing() throws Exception {
    int older = VERSIONS.get();
    install(older);
    TemplateInstaller waiting = installer(IndexerSettings.Templating.EXPECT, older + 1);
    Thread thread = Thread.ofPlatform().start(waiting::installWhenReachable);
    while (!(waiting.state() instanceof CheckResult.Failed)) {
      Thread.sleep(20);
    }
    assertThat(waiting.state())
        .isInstanceOfSatisfying(
            CheckResult.Failed.class,
            failed -> {
              assertThat(failed.problem()).isEqualTo("leukocyte-ecs has version " + older);
              assertThat(failed.todo()).contains("leuko index --install-templates");
            });
    install(VERSIONS.incrementAndGet());
    assertThat(thread.join(Duration.ofSeconds(20))).isTrue();
    assertThat(waiting.state())
        .isEqualTo(new CheckResult.Ok("templates", "version " + (older + 1) + " is there"));
  }

  /**
   * One user installs and upgrades the templates, and another one writes by them.
   *
   * @param installer settings of the first
   * @param indexer settings of the second
   */
  protected final void installsUpgradesAndWrites(IndexerSettings installer, IndexerSettings indexer)
      throws Exception {
    try (ElasticsearchConnection first = ElasticsearchConnection.open(installer);
        ElasticsearchConnection second = ElasticsearchConnection.open(indexer)) {
      Keeping keeping = Keeping.of(Duration.ofDays(90));
      IndexerSettings.Templating install = IndexerSettings.Templating.INSTALL;
      int version = VERSIONS.incrementAndGet();
      new TemplateInstaller(first.rest(), namespace, keeping, install, version).install();
      TemplateInstaller waiting =
          new TemplateInstaller(
              second.rest(), namespace, keeping, IndexerSettings.Templating.EXPECT, version);
      waiting.installWhenReachable();
      assertThat(waiting.state()).isInstanceOf(CheckResult.Ok.class);
      assertThatThrownBy(() ->
              new TemplateInstaller(second.rest(), namespace, keeping, install, version + 1)
                  .install())
          .hasMessageContaining("403");

      ElasticsearchSink sink = new ElasticsearchSink(second, namespace);
      List<Document> documents = new GeneratedDocuments(78, namespace).round();
      assertThat(sink.send(documents))
          .isInstanceOfSatisfying(
              BulkAnswer.Taken.class,
              taken ->
                  assertThat(taken.items())
                      .allMatch(item -> item instanceof BulkAnswer.Item.Created));
      new TemplateInstaller(first.rest(), namespace, keeping, install, VERSIONS.incrementAndGet())
          .install();
      assertThat(versions(DataStream.ALERTS)).containsExactlyInAnyOrder(version, version + 1);
      assertThat(versions(DataStream.FINDINGS)).containsExactly(version + 1);
    }
  }

  private JsonNode templates() throws IOException {
    return MAPPER
        .createArrayNode()
        .add(get("/_component_template/leukocyte*"))
        .add(get("/_index_template/*leukocyte*"));
  }

  /** Versions of the templates that a stream's mappings come from. */
  private List<Integer> versions(DataStream stream) throws IOException {
    List<Integer> versions = new ArrayList<>();
    get("/" + stream.name(namespace) + "/_mapping")
        .forEach(index -> versions.add(index.at("/mappings/_meta/leukocyte").asInt()));
    return versions;
  }
}
