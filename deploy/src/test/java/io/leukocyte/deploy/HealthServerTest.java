package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.leukocyte.events.CheckResult;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HealthServerTest {
  private final PrometheusMeterRegistry metrics =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final AtomicReference<List<CheckResult>> checks =
      new AtomicReference<>(List.of(new CheckResult.Ok("sensor", "fine")));
  private final HealthServer server =
      HealthServer.start("127.0.0.1", LoopbackPorts.free(), checks::get, metrics);
  private final HttpClient http = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    http.close();
    server.close();
  }

  @Test
  void healthIsTheListOfChecks() throws Exception {
    HttpResponse<String> well = get("/health");
    assertThat(well.statusCode()).isEqualTo(200);
    assertThat(json(well).at("/status").asText()).isEqualTo("ok");

    checks.set(
        List.of(
            new CheckResult.Ok("sensor", "fine"),
            new CheckResult.Degraded("logs", "one driver", "use json-file")));
    assertThat(get("/health").statusCode()).isEqualTo(200);
    assertThat(json(get("/health")).at("/status").asText()).isEqualTo("degraded");

    checks.set(List.of(new CheckResult.Failed("kafka", "away", "start it")));
    HttpResponse<String> ill = get("/health");
    assertThat(ill.statusCode()).isEqualTo(503);
    assertThat(json(ill).at("/checks/0/todo").asText()).isEqualTo("start it");
  }

  @Test
  void eachCheckSaysSinceWhenItIsInItsState() throws Exception {
    String since = json(get("/health")).at("/checks/0/since").asText();
    assertThat(Instant.parse(since)).isCloseTo(Instant.now(), within(60, ChronoUnit.SECONDS));
    checks.set(List.of(new CheckResult.Ok("sensor", "finer")));
    assertThat(json(get("/health")).at("/checks/0/since").asText()).isEqualTo(since);
  }

  @Test
  void aProcessThatAnswersIsAliveWhateverFails() throws Exception {
    checks.set(List.of(new CheckResult.Failed("kafka", "away", "start it")));
    assertThat(get("/health").statusCode()).isEqualTo(503);
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
  }

  @Test
  void metricsTellOfTheProcessAndOfTheChecks() throws Exception {
    checks.set(
        List.of(new CheckResult.Failed("kafka", "away", "x"), new CheckResult.Ok("logs", "fine")));
    assertThat(get("/metrics").body())
        .contains("leuko_build_info{", "leuko_health_checks{status=\"failed\"} 1.0")
        .contains("jvm_memory_used_bytes", "process_cpu_usage", "process_files_open_files")
        .contains("jvm_threads_live_threads", "process_uptime_seconds");
  }

  @Test
  void metricsAreInThePrometheusForm() throws Exception {
    metrics.counter("leuko.collector.events", "kind", "process.exec").increment(3);

    assertThat(get("/metrics").body())
        .contains("leuko_collector_events_total{kind=\"process.exec\"} 3.0");
  }

  @Test
  void takenPortIsSaidWithItsOwner() {
    assertThatThrownBy(
            () -> HealthServer.start("127.0.0.1", server.port(), checks::get, metrics).close())
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining(Integer.toString(server.port()))
        .hasMessageContaining("pid " + ProcessHandle.current().pid());
  }

  @Test
  void anAddressThatIsNotOursIsSaidAndNotTakenForAPortInUse() {
    assertThatThrownBy(() -> HealthServer.start("192.0.2.77", 7099, checks::get, metrics).close())
        .isInstanceOf(EnvironmentException.class)
        .hasMessage(
            "Cannot serve /health on 192.0.2.77:7099: this machine does not have the address; set"
                + " http.address to an address of this machine.");
  }

  @Test
  void aNumberThatIsNoPortIsSaid() {
    assertThatThrownBy(() -> HealthServer.start("127.0.0.1", 70_000, checks::get, metrics).close())
        .isInstanceOf(BadInputException.class)
        .hasMessage("--http-port 70000 is no port; choose one of 1 to 65535.");
  }

  private HttpResponse<String> get(String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
    return http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return new ObjectMapper().readTree(response.body());
  }
}
