package io.leukocyte.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.BasicAuthenticator;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

/**
 * {@code leuko report} where Elasticsearch is not as it should be; {@code DashboardsIT} has one.
 */
class ReportCommandTest {
  private static final String EMPTY =
      "{\"status\":200,\"hits\":{\"total\":{\"value\":0},\"hits\":[]}}";

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final List<HttpContext> contexts = new ArrayList<>();

  private int run(String url, String... args) throws IOException {
    Path config = folder.resolve("leukocyte.yaml");
    Files.writeString(config, url.isEmpty() ? "" : "elasticsearch.url: " + url + "\n");
    List<String> all = new ArrayList<>(List.of("report", "-c", config.toString()));
    all.addAll(List.of("--data", folder.resolve("data").toString()));
    all.addAll(List.of(args));
    CommandLine command = Leuko.commandLine();
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    return command.execute(all.toArray(String[]::new));
  }

  /** A server that answers to every request the same; with 200, to each search of it. */
  private HttpServer server(int status, String answer) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    contexts.add(
        server.createContext(
            "/",
            exchange -> {
              String asked =
                  new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
              long searches = asked.lines().count() / 2;
              String body =
                  status == 200
                      ? "{\"responses\":["
                          + String.join(",", Collections.nCopies((int) searches, answer))
                          + "]}"
                      : answer;
              byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
              exchange.getResponseHeaders().add("Content-Type", "application/json");
              exchange.getResponseHeaders().add("X-Elastic-Product", "Elasticsearch");
              exchange.sendResponseHeaders(status, bytes.length);
              exchange.getResponseBody().write(bytes);
              exchange.close();
            }));
    server.start();
    return server;
  }

  private static String url(HttpServer server) {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @Test
  void anAbsentServerIsNamedWithWhatToDo() throws IOException {
    int free = LoopbackPorts.free();
    assertThat(run("http://127.0.0.1:" + free)).isEqualTo(ExitCode.ENVIRONMENT);
    assertThat(err.toString())
        .startsWith("Elasticsearch at http://127.0.0.1:" + free + " does not answer: ")
        .contains("start it (leuko up), or say where it is with elasticsearch.url");
    assertThat(out.toString()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "401, refuses the user (401); set elasticsearch.username",
    "403, does not let this user read (403); it needs the privilege read",
    "503, is too busy (503)",
    "404, answers with status 404",
  })
  void aRefusalIsSaidWithWhatToDo(int status, String said) throws IOException {
    HttpServer server = server(status, "{\"error\":\"no\"}");
    try {
      assertThat(run(url(server))).isEqualTo(ExitCode.ENVIRONMENT);
      assertThat(err.toString()).contains(said);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aNodeWithoutDataGivesAPageThatSaysSo() throws IOException {
    HttpServer server = server(200, EMPTY);
    try {
      Path page = folder.resolve("report.html");
      assertThat(run(url(server), "-o", page.toString())).isZero();
      assertThat(Files.readString(page))
          .contains("No alerts in 24 hours")
          .contains("Nothing in this period.");
      assertThat(err.toString()).isEqualTo("Wrote " + page + System.lineSeparator());
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whatIsMissingIsSaidInThePageAndByTheExitCode() throws IOException {
    HttpServer server =
        server(
            200,
            "{\"status\":400,\"error\":{\"reason\":\"all shards"
                + " failed\",\"root_cause\":[{\"reason\":\"no mapping\"}]}}");
    try {
      assertThat(run(url(server), "--dashboard", "logs")).isEqualTo(ExitCode.ENVIRONMENT);
      assertThat(out.toString()).contains("This report is not complete");
      assertThat(err.toString())
          .contains(
              "The report is not complete:", "Logs, Lines: Elasticsearch refused: no mapping");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void anAnswerThatIsNoneIsAnErrorAndNoTrace() throws IOException {
    HttpServer server = server(201, "<html>a proxy</html>");
    try {
      assertThat(run(url(server))).isEqualTo(ExitCode.ENVIRONMENT);
      assertThat(err.toString()).contains(url(server) + " answers with what is no JSON");
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "--dashboard egres | There is no dashboard 'egres'; there are overview,",
        "--since 1h --until 2h | --since must be before --until",
        "--since yesterday | 'yesterday' is no moment; write how long ago (24h, 7d)",
        "--since 900d | longer than 400 days",
        "--format pdf | expected one of [HTML, JSON]",
      })
  void aWrongOptionIsSaid(String options, String said) throws IOException {
    assertThat(run("http://127.0.0.1:9", options.split(" "))).isEqualTo(ExitCode.BAD_INPUT);
    assertThat(err.toString()).contains(said);
  }

  @Test
  void aFileThatCannotBeWrittenIsSaid() throws IOException {
    HttpServer server = server(200, EMPTY);
    try {
      String file = folder.resolve("none/report.html").toString();
      assertThat(run(url(server), "-o", file)).isEqualTo(ExitCode.ENVIRONMENT);
      assertThat(err.toString()).contains("Cannot write " + file);
    } finally {
      server.stop(0);
    }
  }

  /** Where no server is configured, the one of {@code leuko up} is asked, with its password. */
  @Test
  void theServerOfTheDataFolderIsAskedByDefault() throws IOException {
    HttpServer server = server(200, EMPTY);
    contexts
        .getLast()
        .setAuthenticator(
            new BasicAuthenticator("elasticsearch") {
              @Override
              public boolean checkCredentials(String user, String password) {
                return user.equals("elastic") && password.equals("kept in a file");
              }
            });
    try {
      Path client = Files.createDirectories(folder.resolve("data/elasticsearch"));
      Files.writeString(
          client.resolve("client.properties"),
          "url=" + url(server) + "\nusername=elastic\npassword=kept in a file\n");
      assertThat(run("", "--dashboard", "logs", "--format", "json")).isZero();
      assertThat(out.toString()).contains("\"problems\" : [ ]");
      assertThat(err.toString()).isEmpty();
    } finally {
      server.stop(0);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "24h, 2026-11-27T12:00:00Z",
    "7d, 2026-11-21T12:00:00Z",
    "2026-11-01, 2026-11-01T00:00:00Z",
    "2026-11-01T08:30:00Z, 2026-11-01T08:30:00Z",
    "2026-11-01T08:30:00+02:00, 2026-11-01T06:30:00Z",
  })
  void momentsAreReadInThreeForms(String text, Instant moment) {
    InstantSource noon = InstantSource.fixed(Instant.parse("2026-11-28T12:00:00Z"));
    assertThat(new MomentConverter(noon).convert(text)).isEqualTo(moment);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "24", "2026-13-01", "2026-11-28 10:00", "999999999999d", "-1h"})
  void otherMomentsAreRefused(String text) {
    assertThatThrownBy(() -> new MomentConverter(InstantSource.system()).convert(text))
        .isInstanceOf(TypeConversionException.class);
  }
}
