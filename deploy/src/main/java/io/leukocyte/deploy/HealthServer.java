package io.leukocyte.deploy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.leukocyte.events.CheckResult;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * What a role tells of itself by HTTP: {@code /health}, the list of checks, 503 when one has
 * failed; {@code /health/live}, 200 as long as the process answers; and {@code /metrics}.
 */
final class HealthServer implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(5);
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static final int MOST_PORT = 65_535;
  private static final String OWN_ADDRESS = "set http.address to an address of this machine";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Supplier<List<CheckResult>> checks;
  private final PrometheusMeterRegistry metrics;
  private final ProcessMetrics process;
  private final HealthHistory history = new HealthHistory(InstantSource.system());
  private final ScheduledExecutorService looks =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("leuko-health").factory());

  private HealthServer(
      HttpServer server, Supplier<List<CheckResult>> checks, PrometheusMeterRegistry metrics) {
    this.server = server;
    this.checks = checks;
    this.metrics = metrics;
    this.process = ProcessMetrics.bind(metrics);
    for (HealthHistory.Status status : HealthHistory.Status.values()) {
      Gauge.builder("leuko.health.checks", () -> count(status))
          .description("Checks of /health in each state.")
          .tag("status", status.name().toLowerCase(Locale.ROOT))
          .register(metrics);
    }
  }

  private long count(HealthHistory.Status status) {
    return look().stream().filter(dated -> dated.status() == status).count();
  }

  private List<HealthHistory.Dated> look() {
    return history.look(checks.get());
  }

  /**
   * Starts to answer.
   *
   * @throws BadInputException when the number is no port
   * @throws EnvironmentException when the port is taken
   */
  static HealthServer start(
      String address,
      int port,
      Supplier<List<CheckResult>> checks,
      PrometheusMeterRegistry metrics) {
    requirePort(port);
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getByName(address), port), 16);
      HealthServer health = new HealthServer(http, checks, metrics);
      http.createContext("/health", health::health);
      http.createContext("/health/live", health::live);
      http.createContext("/metrics", health::metrics);
      http.setExecutor(health.threads);
      http.start();
      Future<?> _ =
          health.looks.scheduleWithFixedDelay(health::look, 0, LOOK.toSeconds(), TimeUnit.SECONDS);
      return health;
    } catch (UnknownHostException e) {
      throw refused(address, port, "there is no such host; " + OWN_ADDRESS, e);
    } catch (BindException e) {
      throw refused(address, port, problem(e, port), e);
    } catch (IOException e) {
      throw refused(address, port, e.getMessage() + "; " + OWN_ADDRESS, e);
    }
  }

  /**
   * Refuses a number that is no port.
   *
   * @throws BadInputException when it is none
   */
  static void requirePort(int port) {
    if (port < 0 || port > MOST_PORT) {
      throw new BadInputException(
          "--http-port %d is no port; choose one of 1 to 65535.".formatted(port));
    }
  }

  /** The kernel has one kind of error for several problems; its words tell them apart. */
  private static String problem(BindException e, int port) {
    String words = String.valueOf(e.getMessage());
    if (words.contains("Cannot assign")) {
      return "this machine does not have the address; " + OWN_ADDRESS;
    }
    if (words.contains("denied")) {
      return "no permission for this port; run with CAP_NET_BIND_SERVICE, or choose one above 1023"
          + " with --http-port";
    }
    String owner = PortOwner.of(port).map(found -> " by " + found).orElse("");
    return "the port is taken" + owner + "; end that process, or choose another with --http-port";
  }

  private static EnvironmentException refused(
      String address, int port, String problem, IOException cause) {
    return new EnvironmentException(
        "Cannot serve /health on %s:%d: %s.".formatted(address, port, problem), cause);
  }

  /** The port it listens on. */
  int port() {
    return server.getAddress().getPort();
  }

  private void health(HttpExchange exchange) throws IOException {
    List<HealthHistory.Dated> results = look();
    HealthHistory.Status worst =
        results.stream()
            .map(HealthHistory.Dated::status)
            .max(Comparator.naturalOrder())
            .orElse(HealthHistory.Status.OK);
    ObjectNode body = MAPPER.createObjectNode();
    body.put("status", text(worst));
    ArrayNode list = body.putArray("checks");
    results.forEach(result -> list.add(json(result)));
    answer(
        exchange,
        worst == HealthHistory.Status.FAILED ? 503 : 200,
        "application/json",
        MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(body) + "\n");
  }

  /** For orchestrators: the process answers. A restart mends nothing that /health complains of. */
  private void live(HttpExchange exchange) throws IOException {
    answer(exchange, 200, "application/json", "{\"status\":\"ok\"}\n");
  }

  private static String text(HealthHistory.Status status) {
    return status.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode json(HealthHistory.Dated dated) {
    ObjectNode node =
        MAPPER
            .createObjectNode()
            .put("name", dated.result().name())
            .put("status", text(dated.status()))
            .put("since", dated.since().truncatedTo(ChronoUnit.SECONDS).toString());
    return switch (dated.result()) {
      case CheckResult.Ok ok -> node.put("detail", ok.detail());
      case CheckResult.Degraded d -> node.put("problem", d.problem()).put("todo", d.todo());
      case CheckResult.Failed f -> node.put("problem", f.problem()).put("todo", f.todo());
    };
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
    looks.shutdownNow();
    process.close();
    server.stop(0);
    threads.close();
  }
}
