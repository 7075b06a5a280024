package io.leukocyte.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.CheckResult;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/** What a role tells of itself by HTTP: {@code /health}, 200 or 503, and {@code /metrics}. */
final class HealthServer implements AutoCloseable {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Supplier<List<CheckResult>> checks;
  private final PrometheusMeterRegistry metrics;

  private HealthServer(
      HttpServer server, Supplier<List<CheckResult>> checks, PrometheusMeterRegistry metrics) {
    this.server = server;
    this.checks = checks;
    this.metrics = metrics;
  }

  /**
   * Starts to answer.
   *
   * @throws EnvironmentException when the port is taken
   */
  static HealthServer start(
      String address,
      int port,
      Supplier<List<CheckResult>> checks,
      PrometheusMeterRegistry metrics) {
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 16);
      HealthServer health = new HealthServer(http, checks, metrics);
      http.createContext("/health", health::health);
      http.createContext("/metrics", health::metrics);
      http.setExecutor(health.threads);
      http.start();
      return health;
    } catch (BindException e) {
      throw new EnvironmentException(
          "Cannot serve /health on %s:%d: the port is taken%s; end that process, or set another port."
              .formatted(address, port, PortOwner.of(port).map(owner -> " by " + owner).orElse("")),
          e);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot serve /health on %s:%d: %s; set http.address to an address of this machine."
              .formatted(address, port, e.getMessage()),
          e);
    }
  }

  /** The port it listens on. */
  int port() {
    return server.getAddress().getPort();
  }

  private void health(HttpExchange exchange) throws IOException {
    List<CheckResult> results = checks.get();
    boolean failed = results.stream().anyMatch(r -> r instanceof CheckResult.Failed);
    boolean degraded = results.stream().anyMatch(r -> r instanceof CheckResult.Degraded);
    ObjectNode body = MAPPER.createObjectNode();
    body.put("status", failed ? "failed" : degraded ? "degraded" : "ok");
    ArrayNode list = body.putArray("checks");
    results.forEach(result -> list.add(json(result)));
    answer(
        exchange,
        failed ? 503 : 200,
        "application/json",
        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(body) + "\n");
  }

  private static ObjectNode json(CheckResult result) {
    ObjectNode node = MAPPER.createObjectNode().put("name", result.name());
    switch (result) {
      case CheckResult.Ok ok -> node.put("status", "ok").put("detail", ok.detail());
      case CheckResult.Degraded d ->
          node.put("status", "degraded").put("problem", d.problem()).put("todo", d.todo());
      case CheckResult.Failed f ->
          node.put("status", "failed").put("problem", f.problem()).put("todo", f.todo());
    }
    return node;
  }

  private void metrics(HttpExchange exchange) throws IOException {
    answer(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape());
  }

  private static void answer(HttpExchange exchange, int status, String type, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      if (!exchange.getRequestMethod().equals("GET")) {
        exchange.getResponseHeaders().set("Allow", "GET");
        exchange.sendResponseHeaders(405, -1);
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", type);
      exchange.sendResponseHeaders(status, bytes.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(bytes);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
