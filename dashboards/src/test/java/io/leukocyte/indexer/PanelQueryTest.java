package io.leukocyte.indexer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.indexer.Panel.Chart;
import io.leukocyte.indexer.Panel.Look;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PanelQueryTest {
  private static final Instant FROM = Instant.parse("2026-11-27T10:10:00Z");
  private static final Instant TO = Instant.parse("2026-11-28T10:10:00Z");
  private static final Chart CHART =
      new Chart(
          "Rules",
          DataView.ALERTS,
          Look.TABLE,
          "tags:web",
          List.of(
              new Column.Terms("rule.name", "Rule", 7),
              new Column.Percentile("leukocyte.action.latency", "95 %", 95),
              new Column.Max("@timestamp", "Last")),
          "");

  private static ReportRequest request(
      Optional<String> container, Optional<String> host, String... dashboards) {
    return new ReportRequest(FROM, TO, container, host, List.of(dashboards));
  }

  private static final ReportRequest ALL = request(Optional.empty(), Optional.empty());

  @ParameterizedTest
  @CsvSource({
    "PT1M, PT1M",
    "PT1H, PT5M",
    "PT4H, PT5M",
    "PT24H, PT30M",
    "PT25H, PT1H",
    "P2D, PT1H",
    "P7D, PT6H",
    "P31D, P1D",
    "P90D, P7D",
    "P400D, P30D",
  })
  void barsAreAsLongAsLetsThemBeCounted(Duration period, Duration bar) {
    assertThat(PanelQuery.interval(period)).isEqualTo(bar);
    assertThat(PanelQuery.bars(FROM, FROM.plus(period))).hasSizeBetween(1, 49);
  }

  @Test
  void barsCoverThePeriodAndBeginWhereElasticsearchBeginsThem() {
    List<Instant> bars = PanelQuery.bars(FROM, TO);
    assertThat(bars.getFirst()).isEqualTo(Instant.parse("2026-11-27T10:00:00Z"));
    assertThat(bars.getLast()).isEqualTo(Instant.parse("2026-11-28T10:00:00Z"));
    assertThat(bars).hasSize(49);
  }

  @Test
  void chartBecomesABoundedSearch() {
    ObjectNode body = new PanelQuery(ALL).chart(CHART);
    assertThat(body.path("size").asInt(-1)).isZero();
    assertThat(body.path("timeout").asText()).isEqualTo("20s");
    assertThat(body.at("/query/bool/filter/0/query_string/query").asText()).isEqualTo("tags:web");
    assertThat(body.at("/query/bool/filter/1/range/@timestamp").toString())
        .isEqualTo("{\"lt\":\"2026-11-28T10:10:00Z\",\"gte\":\"2026-11-27T10:10:00Z\"}");
    assertThat(body.at("/aggs/c0/terms").toString())
        .isEqualTo("{\"field\":\"rule.name\",\"size\":7,\"order\":{\"c1.95\":\"desc\"}}");
    assertThat(body.at("/aggs/c0/aggs/c1/percentiles/percents/0").asInt()).isEqualTo(95);
    assertThat(body.at("/aggs/c0/aggs/c2/max/field").asText()).isEqualTo("@timestamp");
  }

  @Test
  void whatIsSoUntilItChangesIsAskedWithoutABeginning() {
    for (Dashboard dashboard : DashboardCatalogue.all()) {
      for (Panel panel : dashboard.panels()) {
        if (panel instanceof Chart chart) {
          boolean hasBeginning =
              new PanelQuery(ALL)
                  .chart(chart)
                  .at("/query/bool/filter/1/range/@timestamp")
                  .has("gte");
          boolean overTime = chart.columns().contains(new Column.Time());
          assertThat(hasBeginning)
              .as(chart.title())
              .isEqualTo(overTime || chart.view() != DataView.FINDINGS);
        }
      }
    }
  }

  @Test
  void containerIsFoundByItsNameOrItsId() {
    ReportRequest named = request(Optional.of("we*b"), Optional.of("host-1"));
    String byName = new PanelQuery(named).chart(CHART).at("/query/bool/filter").toString();
    assertThat(byName).contains("{\"term\":{\"container.name\":\"we*b\"}}");
    assertThat(byName).contains("{\"term\":{\"host.id\":\"host-1\"}}", "host.name");
    String id = "0123456789ab";
    String byId =
        new PanelQuery(request(Optional.of(id), Optional.empty())).chart(CHART).toString();
    assertThat(byId).contains("{\"prefix\":{\"container.id\":\"0123456789ab\"}}");
  }

  @Test
  void answerBecomesRowsAndSaysWhenItIsNotWhole() throws Exception {
    JsonNode answer =
        new ObjectMapper()
            .readTree(
                """
                {"timed_out": false, "_shards": {"total": 3, "failed": 1, "failures": [{"reason": {"reason": "full"}}]},
                 "hits": {"total": {"value": 3}},
                 "aggregations": {"c0": {"buckets": [
                   {"key": "a", "doc_count": 2, "c1": {"values": {"95.0": 1.5E9}}, "c2": {"value": 1.795831200123E12}},
                   {"key": "b", "doc_count": 1, "c1": {"values": {"95.0": null}}, "c2": {"value": null}}]}}}
                """);
    PanelAnswer read = new PanelQuery(ALL).read(CHART, answer);
    assertThat(read.rows())
        .containsExactly(
            List.of(
                new Cell.Text("a"),
                new Cell.Figure(1.5e9),
                new Cell.Moment(Instant.ofEpochMilli(1_795_831_200_123L))),
            List.of(new Cell.Text("b"), Cell.NOTHING, Cell.NOTHING));
    assertThat(read.headings()).extracting(PanelAnswer.Heading::unit).contains(Unit.NANOS);
    assertThat(read.problem()).isEqualTo("1 of 3 shards did not answer: full");
  }

  @Test
  void rateIsTheSumOfABarForEachOfItsSeconds() throws Exception {
    Chart chart =
        new Chart(
            "Rates",
            DataView.SENSOR,
            Look.BARS,
            "",
            List.of(new Column.Time(), new Column.Rate("leukocyte.sensor.received", "received")),
            "");
    PanelQuery query = new PanelQuery(ALL); // 24 hours, in bars of half an hour
    assertThat(query.chart(chart).at("/aggs/c0/aggs/c1/sum/field").asText())
        .isEqualTo("leukocyte.sensor.received");
    JsonNode answer =
        new ObjectMapper()
            .readTree(
                """
                {"hits": {"total": {"value": 1}}, "aggregations": {"c0": {"buckets": [
                  {"key": 1795831200000, "doc_count": 1, "c1": {"value": 900.0}}]}}}
                """);
    PanelAnswer read = query.read(chart, answer);
    assertThat(read.rows().getFirst().getLast()).isEqualTo(new Cell.Figure(0.5));
    assertThat(read.headings().getLast().unit()).isEqualTo(Unit.RATE);
  }

  @Test
  void nothingStoredYetIsAnEmptyAnswer() throws Exception {
    JsonNode answer = new ObjectMapper().readTree("{\"hits\":{\"total\":{\"value\":0}}}");
    PanelAnswer read = new PanelQuery(ALL).read(CHART, answer);
    assertThat(read.rows()).isEmpty();
    assertThat(read.problem()).isEmpty();
  }

  @Test
  void periodAndNamesAreChecked() {
    assertThatThrownBy(
            () -> new ReportRequest(TO, FROM, Optional.empty(), Optional.empty(), List.of()))
        .hasMessageContaining("--since must be before --until");
    assertThatThrownBy(() -> request(Optional.empty(), Optional.empty(), "egres"))
        .hasMessageContaining("There is no dashboard 'egres'; there are overview, container");
    assertThatThrownBy(() ->
            new ReportRequest(
                FROM.minus(Duration.ofDays(500)),
                TO,
                Optional.empty(),
                Optional.empty(),
                List.of()))
        .hasMessageContaining("longer than 400 days");
    assertThat(request(Optional.empty(), Optional.empty(), "logs", "egress").dashboards())
        .containsExactly("egress", "logs");
  }
}
