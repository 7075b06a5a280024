package io.leukocyte.indexer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.leukocyte.events.config.Config;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.assertj.core.api.AbstractThrowableAssert;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said about the certificate of a Kibana that is given the dashboards. */
class KibanaTlsTest {
  @TempDir static Path folder;
  private static Path ca = Path.of("");
  private static TestCertificates ours;

  private @Nullable HttpServer kibana;

  @BeforeAll
  static void makeAuthority() throws Exception {
    ours = new TestCertificates(folder, "ours");
    ca = ours.pem();
  }

  @AfterEach
  void stop() {
    if (kibana != null) {
      kibana.stop(0);
    }
  }

  @Test
  void privateAuthorityIsTrustedByItsFileAndNamedWithout() throws Exception {
    int port = tls(ours.server("good", "dns:localhost,ip:127.0.0.1", "-1d", 30));
    assertThat(run("https://localhost:" + port, ca)).isEqualTo(3);
    failed("https://localhost:" + port, null)
        .hasMessageContaining("set elasticsearch.ca-file to the certificate of the authority");
  }

  @Test
  void expiredCertificateIsToBeRenewed() throws Exception {
    int port = tls(ours.server("expired", "dns:localhost", "-30d", 20));
    failed("https://localhost:" + port, ca).hasMessageEndingWith("; renew Kibana's certificate");
  }

  @Test
  void certificateOfTheFutureNamesTheClock() throws Exception {
    int port = tls(ours.server("future", "dns:localhost", "+2d", 30));
    failed("https://localhost:" + port, ca).hasMessageContaining("; set the clock of this host");
  }

  @Test
  void certificateForAnotherHostAsksForItsName() throws Exception {
    int port = tls(ours.server("elsewhere", "dns:kibana.example.org", "-1d", 30));
    failed("https://localhost:" + port, ca)
        .hasMessageContaining("; use a name in the URL that Kibana's certificate has");
  }

  @Test
  void tlsKibanaAskedPlainly() throws Exception {
    int port = tls(ours.server("plainly", "dns:localhost", "-1d", 30));
    failed("http://localhost:" + port, ca).hasMessageContaining("if it speaks TLS, write https://");
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> failed(
      String url, @Nullable Path trusted) {
    return assertThatThrownBy(() -> run(url, trusted))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(" cannot be reached: ");
  }

  private static int run(String url, @Nullable Path trusted) throws Exception {
    Map<String, String> settings =
        trusted == null ? Map.of() : Map.of("LEUKO_ELASTICSEARCH_CA_FILE", trusted.toString());
    return new KibanaImport(
            url, IndexerSettings.from(Config.load(null, settings, IndexerSettings.KEYS)))
        .run();
  }

  private int tls(SSLContext context) throws IOException {
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext("/", KibanaTlsTest::take);
    server.start();
    kibana = server;
    return server.getAddress().getPort();
  }

  private static void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.getRequestBody().readAllBytes();
      byte[] answer = "{\"success\":true,\"successCount\":3}".getBytes(UTF_8);
      exchange.sendResponseHeaders(200, answer.length);
      exchange.getResponseBody().write(answer);
    }
  }
}
