package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The request as Kibana's documentation has it, against a server that writes down what it gets; no
 * Kibana was run.
 */
class KibanaImportTest {
  private static final Pattern MULTIPART =
      Pattern.compile("multipart/form-data; boundary=([0-9A-Za-z'()+_,./:=?-]{1,70})");
  private static final String TAKEN = "{\"success\":true,\"successCount\":17,\"warnings\":[]}";

  private record Asked(String method, String target, Headers headers, String body) {}

  private final List<Asked> asked = new ArrayList<>();
  private HttpServer server;
  private int status = 200;
  private String answer = TAKEN;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    server.createContext("/", this::take);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestURI().toString(),
              exchange.getRequestHeaders(),
              new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
      byte[] bytes = answer.getBytes(UTF_8);
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private static IndexerSettings settings(
      @Nullable String user, @Nullable String password, @Nullable String key) {
    return new IndexerSettings(
        List.of("http://127.0.0.1:9200"),
        Optional.ofNullable(user),
        Optional.ofNullable(password),
        Optional.ofNullable(key),
        Optional.empty(),
        "default",
        Duration.ofDays(90),
        1 << 20,
        true);
  }

  private int run(String path, IndexerSettings settings) throws Exception {
    return new KibanaImport("http://127.0.0.1:" + server.getAddress().getPort() + path, settings)
        .run();
  }

  @Test
  void oneRequestBringsEverythingAsAFileOfAForm() throws Exception {
    assertThat(run("", settings(null, null, null))).isEqualTo(17);

    assertThat(asked).hasSize(1);
    Asked request = asked.getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.target()).isEqualTo("/api/saved_objects/_import?overwrite=true");
    assertThat(request.headers().get("kbn-xsrf")).containsExactly("true");
    assertThat(request.headers()).doesNotContainKey("Authorization");
    Matcher type = MULTIPART.matcher(request.headers().getFirst("Content-Type"));
    assertThat(type.matches()).isTrue();
    assertThat(Dashboards.everything()).doesNotContain(type.group(1));
    assertThat(request.body())
        .isEqualTo(
            "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"leukocyte.ndjson\"\r\nContent-Type: application/ndjson\r\n\r\n%s\r\n--%s--\r\n"
                .formatted(type.group(1), Dashboards.everything(), type.group(1)));
  }

  @ParameterizedTest
  @CsvSource({
    "/s/security, /s/security/api/saved_objects/_import?overwrite=true",
    "/s/security/, /s/security/api/saved_objects/_import?overwrite=true",
    "/, /api/saved_objects/_import?overwrite=true",
    "/kibana/s/a, /kibana/s/a/api/saved_objects/_import?overwrite=true"
  })
  void spaceAndBasePathStandBeforeTheApi(String path, String target) throws Exception {
    run(path, settings(null, null, null));
    assertThat(asked.getFirst().target()).isEqualTo(target);
  }

  @Test
  void userAndPasswordAreSentAndAKeyGoesBefore() throws Exception {
    run("", settings("elastic", "pä:ss", null));
    String basic = asked.getFirst().headers().getFirst("Authorization");
    assertThat(basic).startsWith("Basic ");
    assertThat(new String(Base64.getDecoder().decode(basic.substring(6)), UTF_8))
        .isEqualTo("elastic:pä:ss");

    run("", settings("elastic", "pä:ss", "a2V5"));
    assertThat(asked.getLast().headers().get("Authorization")).containsExactly("ApiKey a2V5");
  }

  @Test
  void objectsThatKibanaRefusesAreTold() {
    answer =
        "{\"success\":false,\"successCount\":9,\"errors\":[{\"type\":\"dashboard\",\"id\":\"d1\","
            + "\"error\":{\"type\":\"missing_references\"}},{\"type\":\"search\",\"id\":\"s1\","
            + "\"error\":{\"type\":\"unknown\",\"message\":\"newer\\u001b[2J than this\"}}]}";
    assertThatThrownBy(() -> run("", settings(null, null, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("dashboard d1: missing_references")
        .hasMessageContaining("search s1: unknown (newer [2J than this)");
  }

  @ParameterizedTest
  @CsvSource({
    "302, it leads elsewhere",
    "400, see Kibana's log",
    "401, set elasticsearch.username",
    "403, the privilege",
    "404, check the URL",
    "503, see Kibana's log"
  })
  void refusalSaysWhatToDo(int code, String advice) {
    status = code;
    answer = "{\"statusCode\":1,\"message\":\"because\"}";
    assertThatThrownBy(() -> run("", settings("u", "secret", null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("answered " + code + ": because")
        .hasMessageContaining(advice)
        .hasMessageNotContaining("secret");
    assertThat(asked).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<html>login</html>", "", "[]", "{\"successCount\":3}"})
  void answerThatIsNotKibanasIsNoSuccess(String text) {
    answer = text;
    assertThatThrownBy(() -> run("", settings(null, null, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not take the dashboards");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "kibana:5601",
        "ftp://kibana",
        "http://",
        "http://kibana?x=1",
        "http://kibana/#/a",
        "http://user:word@kibana",
        "not a url"
      })
  void urlThatIsNoneIsRefusedBeforeAnythingIsSent(String url) {
    assertThatThrownBy(() -> new KibanaImport(url, settings(null, null, null)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The URL of Kibana ")
        .hasMessageNotContaining("user:word");
    assertThat(asked).isEmpty();
  }

  @Test
  void keyThatIsNoneIsRefusedAndNotShown() {
    assertThatThrownBy(() -> run("", settings(null, null, "se\ncret")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageNotContaining("cret");
    assertThat(asked).isEmpty();
  }

  @Test
  void kibanaThatIsAwayIsAnError() {
    server.stop(0);
    assertThatThrownBy(() -> run("", settings(null, null, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be reached: ConnectException; check the URL");
  }

  @Test
  void answerWithoutEndIsAnError() {
    answer = "x".repeat(5 << 20);
    assertThatThrownBy(() -> run("", settings(null, null, null)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot be reached");
  }
}
