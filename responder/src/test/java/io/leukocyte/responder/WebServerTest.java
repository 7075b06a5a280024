package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.leukocyte.engine.ContainerSpec;
import io.leukocyte.engine.EngineException;
import io.leukocyte.events.Action;
import io.leukocyte.events.Alert;
import io.leukocyte.events.CheckResult;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Priority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The operator's page, asked by whoever may and whoever may not. */
class WebServerTest {
  private static final Duration SHORT = Duration.ofSeconds(1);

  @TempDir Path folder;
  private final RecentAlerts recent = new RecentAlerts();
  private final AtomicReference<List<CheckResult>> checks = new AtomicReference<>(List.of());
  private Ward ward;
  private WebServer server;
  private WebClient client;
  private String token;
  private ContainerId web;

  @BeforeEach
  void start() throws IOException {
    ward =
        new Ward(folder.resolve("ward"))
            .policies(
                """
                - policy: asks
                  match: {tags: [shell]}
                  actions: [quarantine: {for: 15m}]
                  guard: {mode: approve}
                """);
    web = ward.run("web");
    serve(WebServer.TIME);
  }

  private static WebSettings settings(int port, Optional<WebSettings.Tls> tls) {
    return new WebSettings(
        true, "127.0.0.1", port, Optional.empty(), List.of("node-1.example"), tls);
  }

  private WebServer serve(WebSettings settings, Duration time) throws IOException {
    WebView view =
        new WebView(
            TestAlerts.HOST,
            ward.journal,
            new ContainerList(ward.docker, Runnable::run),
            recent,
            checks::get,
            ward.clock);
    return WebServer.start(settings, folder, view, new LoggedOrders(ward.desk), ward.clock, time);
  }

  private void serve(Duration time) throws IOException {
    server = serve(settings(0, Optional.empty()), time);
    client = new WebClient(server.address());
    token = Files.readString(folder.resolve("web-token")).strip();
  }

  @AfterEach
  void stop() {
    server.close();
    ward.close();
  }

  private Alert shell() {
    Alert alert = ward.shell(web);
    recent.add(alert);
    return alert;
  }

  private WebClient alice() throws IOException {
    return client.signedIn(token, "alice");
  }

  private WebClient script() {
    return client.with("Authorization", "Bearer " + token).with("Leuko-Operator", "cron");
  }

  @Test
  void theTokenIsItsOwnersAloneAndStaysTheSame() throws IOException {
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(folder.resolve("web-token"))))
        .isEqualTo("rw-------");
    assertThat(token).hasSize(43);
    server.close();
    String before = token;
    serve(SHORT);
    assertThat(token).isEqualTo(before);
    assertThat(server.link()).isEqualTo(server.address() + "#token=" + token);
    assertThat(WebToken.in(folder.resolve("web-token")).toString()).doesNotContain(token);
  }

  @Test
  void aTokenThatOthersMayReadIsNotUsed() throws IOException {
    Path file = folder.resolve("web-token");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> WebToken.in(file))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600");
    Path weak = folder.resolve("weak");
    Files.createFile(
        weak, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(weak, "secret\n");
    assertThatThrownBy(() -> WebToken.in(weak))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("fewer than 32");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/page.css", "/page.js", "/icon.svg"})
  void thePageIsForEverybodyAndHoldsNothing(String path) throws IOException {
    shell();
    WebClient.Reply reply = client.get(path);
    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).doesNotContain(token, web.value(), "host-1");
    assertThat(reply.headers().get("x-content-type-options")).isEqualTo("nosniff");
  }

  @Test
  void nothingOfThePageIsInlineOrFromElsewhere() throws IOException {
    String html = client.get("/").body();
    assertThat(html)
        .doesNotContain(
            "<script>", "<style", " style=", " onclick", "javascript:", "http:", "https:");
    assertThat(client.get("/page.css").body()).doesNotContain("url(", "@import");
    assertThat(client.get("/page.js").body())
        .doesNotContain("innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(");
  }

  static Stream<String> answers() {
    return Stream.of("/", "/nowhere", "/api/state", "/../etc/passwd", "/%2e%2e/x", "/api/orders");
  }

  @ParameterizedTest
  @MethodSource("answers")
  void everyAnswerForbidsTheBrowserTheSame(String path) throws IOException {
    var headers = client.get(path).headers();
    assertThat(headers.get("content-security-policy"))
        .contains(
            "default-src 'none'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'")
        .doesNotContain("unsafe");
    assertThat(headers)
        .containsEntry("x-frame-options", "DENY")
        .containsEntry("referrer-policy", "no-referrer")
        .containsEntry("cache-control", "no-store")
        .containsEntry("cross-origin-resource-policy", "same-origin")
        .doesNotContainKey("server");
  }

  @Test
  void whoSignsInSeesWhatThereIs() throws IOException {
    Alert alert = shell();
    checks.set(
        List.of(
            new CheckResult.Ok("engine", "fine"),
            new CheckResult.Failed("alerts", "no Kafka", "start it")));
    JsonNode state = alice().get("/api/state").json();
    assertThat(state.path("operator").asText()).isEqualTo("web:alice");
    assertThat(state.path("checks")).hasSize(1);
    assertThat(state.at("/checks/0/problem").asText()).isEqualTo("no Kafka");
    assertThat(state.at("/containers/0/name").asText()).isEqualTo("web");
    assertThat(state.at("/containers/0/state").asText()).isEqualTo("running");
    assertThat(state.at("/open/0/state").asText()).isEqualTo("waiting");
    assertThat(state.at("/open/0/source").asText()).isEqualTo("test.yaml:1");
    assertThat(state.at("/alerts/0/id").asText()).isEqualTo(alert.id().value());
    assertThat(state.at("/alerts/0/caused").asInt()).isEqualTo(1);
    assertThat(state.at("/incidents/0/timeline"))
        .extracting(m -> m.path("kind").asText())
        .containsExactly("alert", "action");
    assertThat(state.at("/actions/0/step").asText()).isEqualTo("waiting");
    assertThat(state.has("stop")).isFalse();
  }

  @Test
  void whatHasNotChangedIsNotSentAgain() throws IOException {
    WebClient alice = alice();
    WebClient.Reply first = alice.get("/api/state");
    WebClient again = alice.with("If-None-Match", first.headers().get("etag"));
    WebClient.Reply second = again.get("/api/state");
    assertThat(second.status()).isEqualTo(304);
    assertThat(second.body()).isEmpty();
    shell();
    assertThat(again.get("/api/state").status()).isEqualTo(200);
  }

  @Test
  void theCookieIsForThisSiteAndNoScript() throws IOException {
    String cookie = client.trySignIn(token, "alice").headers().get("set-cookie");
    assertThat(cookie)
        .startsWith("leuko_session=")
        .contains("HttpOnly", "SameSite=Strict", "Path=/")
        .doesNotContain("Domain");
  }

  @Test
  void anOrderGoesTheWayOfTheControlSocketAndIsInTheAudit() throws IOException {
    shell();
    String id = ward.desk.actions().getFirst().id();
    WebClient alice = alice();
    WebClient.Reply approved =
        alice.order("{\"order\":\"approve\",\"what\":\"" + id + "\",\"operator\":\"mallory\"}");
    assertThat(approved.status()).isEqualTo(200);
    assertThat(approved.json().at("/decided/0/done").asBoolean()).isTrue();
    assertThat(ward.isClosed(web)).isTrue();
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.VERIFIED);
    assertThat(ward.steps().getLast().operator()).isEqualTo("web:alice");
    JsonNode held = alice.get("/api/state").json().at("/containers/0/held/0");
    assertThat(held.path("type").asText()).isEqualTo("quarantine");
    assertThat(held.path("undoable").asBoolean()).isTrue();

    WebClient.Reply released = alice.order("{\"order\":\"release\",\"what\":\"" + id + "\"}");
    assertThat(released.json().at("/released/0/released").asBoolean()).isTrue();
    assertThat(ward.isClosed(web)).isFalse();
    assertThat(ward.steps().getLast().step()).isEqualTo(Action.Step.UNDONE);
    assertThat(ward.steps().getLast().operator()).isEqualTo("web:alice");
  }

  @Test
  void anOrderThatCannotBeCarriedOutSaysWhy() throws IOException {
    WebClient.Reply reply = alice().order("{\"order\":\"release\",\"what\":\"nothing\"}");
    assertThat(reply.status()).isEqualTo(409);
    assertThat(reply.json().path("error").asText()).contains("Nothing is in force on 'nothing'");
    assertThat(alice().order("{\"order\":\"dance\"}").json().path("error").asText())
        .contains("does not know the order 'dance'");
  }

  @Test
  void theEmergencyStopIsSeenAndEnded() throws IOException {
    WebClient alice = alice();
    assertThat(alice.order("{\"order\":\"stop\",\"reason\":\"drill\"}").status()).isEqualTo(200);
    JsonNode stop = alice.get("/api/state").json().path("stop");
    assertThat(stop.path("operator").asText()).isEqualTo("web:alice");
    assertThat(stop.path("reason").asText()).isEqualTo("drill");
    shell();
    assertThat(alice.get("/api/state").json().at("/actions/0/detail").asText())
        .isEqualTo("emergency stop by web:alice: drill");
    alice.order("{\"order\":\"resume\"}");
    assertThat(alice.get("/api/state").json().has("stop")).isFalse();
  }

  @Test
  void aScriptShowsTheTokenEachTime() throws IOException {
    assertThat(script().get("/api/state").json().path("operator").asText()).isEqualTo("web:cron");
    assertThat(script().order("{\"order\":\"stop\"}").status()).isEqualTo(200);
    assertThat(ward.steps().getLast().operator()).isEqualTo("web:cron");
    WebClient unnamed = script().with("Leuko-Operator", null);
    assertThat(unnamed.get("/api/state").json().path("operator").asText())
        .isEqualTo("web:127.0.0.1");
    assertThat(script().with("Leuko-Operator", "a\tb").get("/api/state").status()).isEqualTo(400);
  }

  @Test
  void withoutSigningInThereIsNothing() throws IOException {
    assertThat(client.get("/api/state").status()).isEqualTo(401);
    assertThat(client.with("Origin", client.origin()).order("{\"order\":\"stop\"}").status())
        .isEqualTo(401);
    assertThat(client.with("Authorization", "Basic YTpi").get("/api/state").status())
        .isEqualTo(401);
    assertThat(client.with("Authorization", "Bearer").get("/api/state").status()).isEqualTo(401);
    assertThat(ward.steps()).isEmpty();
  }

  @Test
  void theCookieAloneIsNotEnoughNorIsTheKey() throws IOException {
    WebClient alice = alice();
    assertThat(alice.get("/api/state").status()).isEqualTo(200);
    assertThat(alice.with("Leuko-Session-Key", null).get("/api/state").status()).isEqualTo(401);
    assertThat(alice.with("Cookie", null).get("/api/state").status()).isEqualTo(401);
    WebClient bob = client.signedIn(token, "bob");
    assertThat(
            alice
                .with("Leuko-Session-Key", bob.headers.get("Leuko-Session-Key"))
                .get("/api/state")
                .status())
        .isEqualTo(401);
  }

  @Test
  void anotherSiteMayNotAsk() throws IOException {
    WebClient alice = alice();
    for (String origin :
        List.of("http://evil.example", "null", "http://127.0.0.1:1", "http://127.0.0.1")) {
      WebClient evil = alice.with("Origin", origin);
      assertThat(evil.order("{\"order\":\"stop\"}").status()).as(origin).isEqualTo(403);
      assertThat(evil.get("/api/state").status()).as(origin).isEqualTo(403);
      assertThat(script().with("Origin", origin).order("{\"order\":\"stop\"}").status())
          .as(origin)
          .isEqualTo(403);
      assertThat(
              client
                  .with("Origin", origin)
                  .post("/api/sign-in", "{\"token\":\"" + token + "\"}")
                  .status())
          .as(origin)
          .isEqualTo(403);
    }
    assertThat(alice.with("Origin", null).order("{\"order\":\"stop\"}").status())
        .as("a browser always says where an order comes from")
        .isEqualTo(403);
    assertThat(ward.steps()).isEmpty();
  }

  @Test
  void aFormOfAnotherSiteIsNoOrder() throws IOException {
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "")) {
      assertThat(alice().with("Content-Type", type).order("{\"order\":\"stop\"}").status())
          .as(type)
          .isEqualTo(400);
    }
    assertThat(alice().order("[]").status()).isEqualTo(400);
    assertThat(alice().order("{").status()).isEqualTo(400);
    assertThat(ward.steps()).isEmpty();
  }

  @Test
  void aNameThatWasMadeToPointHereIsNotServed() throws IOException {
    WebClient alice = alice();
    for (String host :
        List.of(
            "evil.example",
            "evil.example:" + client.address.getPort(),
            "",
            "a b",
            "localhost.evil.example",
            "127.0.0.1.evil.example")) {
      WebClient.Reply reply =
          alice.with("Host", host).with("Origin", "http://" + host).get("/api/state");
      assertThat(reply.status()).as(host).isIn(400, 421);
      assertThat(alice.with("Host", host).get("/").body()).as(host).doesNotContain("<html");
    }
    for (String host :
        List.of("localhost", "LOCALHOST:1", "[::1]:7075", "192.0.2.1", "node-1.example")) {
      assertThat(client.with("Host", host).get("/").status()).as(host).isEqualTo(200);
    }
    assertThat(client.with("Host", null).get("/").status()).isEqualTo(400);
  }

  @Test
  void wrongTokensAreCountedAndThenNotListenedTo() throws IOException {
    for (int i = 0; i < WrongTries.MOST; i++) {
      WebClient.Reply reply =
          i % 2 == 0
              ? client.trySignIn("wrong" + i, "")
              : client.with("Authorization", "Bearer wrong" + i).get("/api/state");
      assertThat(reply.status()).isEqualTo(401);
    }
    assertThat(client.trySignIn(token, "").status()).isEqualTo(429);
    assertThat(script().get("/api/state").status()).isEqualTo(429);
    ward.clock.advance(WrongTries.TIME);
    assertThat(client.trySignIn(token, "").status()).isEqualTo(200);
  }

  @Test
  void whoIsInStaysInWhileOthersGuess() throws IOException {
    WebClient alice = alice();
    for (int i = 0; i < 2 * WrongTries.MOST; i++) {
      client.trySignIn("wrong", "");
    }
    assertThat(alice.get("/api/state").status()).isEqualTo(200);
  }

  @Test
  void addressesThatTryAreForgottenBeforeTheyFillTheMemory() {
    WrongTries tries = new WrongTries(ward.clock);
    for (int i = 0; i < 5000; i++) {
      tries.add("a" + i);
    }
    for (int i = 0; i < WrongTries.MOST; i++) {
      tries.add("b");
    }
    assertThat(tries.tooMany("b")).isTrue();
    assertThat(tries.tooMany("a1")).isFalse();
  }

  @Test
  void aSessionEndsByTimeByItsOwnerAndByNumber() throws IOException {
    WebClient alice = alice();
    ward.clock.advance(WebSessions.LENGTH);
    assertThat(alice.get("/api/state").status()).isEqualTo(401);

    WebClient bob = client.signedIn(token, "bob");
    assertThat(bob.post("/api/sign-out", "{}").status()).isEqualTo(200);
    assertThat(bob.get("/api/state").status()).isEqualTo(401);

    WebClient first = alice();
    for (int i = 0; i < WebSessions.MOST; i++) {
      client.signedIn(token, "n" + i);
    }
    assertThat(first.get("/api/state").status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(strings = {"<b>", "a b", "ü", "-x", "x\ny"})
  void aNameIsOneThatTheAuditCanHold(String name) throws IOException {
    assertThat(client.trySignIn(token, name).status()).isEqualTo(400);
  }

  @Test
  void whatContainersSayIsData() throws IOException {
    String evil = "<script>alert(1)</script>\"'&</td>";
    ContainerId named = ward.docker.run(ContainerSpec.of("evil", "<img/src=x>"));
    Alert alert =
        TestAlerts.alert(
            TestAlerts.HOST,
            "rule " + evil,
            Priority.WARNING,
            TestAlerts.ref(named, evil),
            Map.of(),
            ward.clock.nanos());
    recent.add(alert);
    WebClient.Reply reply = alice().get("/api/state");
    assertThat(reply.headers().get("content-type")).isEqualTo("application/json");
    JsonNode state = reply.json();
    assertThat(state.at("/alerts/0/container").asText()).isEqualTo(evil);
    assertThat(state.at("/alerts/0/rule").asText()).isEqualTo("rule " + evil);
    assertThat(state.at("/incidents/0/container").asText()).isEqualTo(evil);
  }

  @Test
  void longTextsAreCut() throws IOException {
    Alert alert =
        TestAlerts.alert(
            TestAlerts.HOST,
            "r".repeat(200_000),
            Priority.WARNING,
            null,
            Map.of(),
            ward.clock.nanos());
    for (int i = 0; i < 10; i++) {
      recent.add(alert);
    }
    assertThat(alice().get("/api/state").body().length()).isLessThan(8_000);
  }

  @Test
  void onlyTheMethodsThereAre() throws IOException {
    for (String method : List.of("PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "PATCH")) {
      WebClient.Reply reply = client.send(client.request(method, "/api/orders", ""));
      assertThat(reply.status()).as(method).isEqualTo(405);
      assertThat(reply.headers()).containsEntry("allow", "POST");
    }
    assertThat(script().get("/api/orders").status()).isEqualTo(405);
    assertThat(script().post("/api/state", "{}").status()).isEqualTo(405);
    assertThat(script().post("/", "{}").status()).isEqualTo(405);
    assertThat(client.send("NONSENSE\r\n\r\n").status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page.html",
        "/web-token",
        "/../web-token",
        "/%2e%2e/web-token",
        "/page.js/",
        "//",
        "/api"
      })
  void otherPathsAreNotThere(String path) throws IOException {
    assertThat(client.get(path).status()).isIn(400, 404);
    assertThat(client.get(path).body()).doesNotContain(token);
  }

  @Test
  void largeRequestsAreRefused() throws IOException {
    String large = "{\"order\":\"stop\",\"reason\":\"" + "x".repeat(20_000) + "\"}";
    assertThat(alice().order(large).status()).isEqualTo(413);
    WebClient chunked =
        script().with("Content-Type", "application/json").with("Transfer-Encoding", "chunked");
    String chunk = Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\n\r\n";
    assertThat(chunked.send(chunked.request("POST", "/api/orders", chunk)).status()).isEqualTo(413);
    assertThat(client.with("X", "y".repeat(10_000)).get("/").status()).isEqualTo(431);
    assertThat(ward.steps()).isEmpty();
  }

  @Test
  void slowClientsAreCutOffHoweverBusilyTheySend() throws IOException {
    server.close();
    serve(SHORT);
    try (Socket silent = connect();
        Socket drop = connect();
        Socket body = connect()) {
      body.getOutputStream()
          .write(
              script()
                  .with("Content-Type", "application/json")
                  .with("Content-Length", "1000")
                  .request("POST", "/api/orders", "{")
                  .getBytes(StandardCharsets.UTF_8));
      drop.getOutputStream().write("GET / HTTP/1.1\r\nX: ".getBytes(StandardCharsets.UTF_8));
      long begin = System.nanoTime();
      await()
          .atMost(Duration.ofSeconds(5))
          .pollInterval(Duration.ofMillis(100))
          .until(() -> Stream.of(drop, body, silent).filter(s -> !isCut(s)).count() == 0);
      assertThat(System.nanoTime() - begin).isGreaterThan(SHORT.toNanos() / 2);
    }
    assertThat(client.get("/").status()).isEqualTo(200);
    assertThat(ward.steps()).isEmpty();
  }

  private Socket connect() throws IOException {
    return new Socket(InetAddress.getLoopbackAddress(), client.address.getPort());
  }

  /** Whether the server has ended a connection over which a byte more is sent. */
  private static boolean isCut(Socket socket) {
    try {
      socket.getOutputStream().write('x');
      socket.setSoTimeout(20);
      return socket.getInputStream().read() < 0;
    } catch (SocketTimeoutException e) {
      return false;
    } catch (IOException e) {
      return true;
    }
  }

  @Test
  void manySilentClientsHoldNobodyUp() throws IOException {
    List<Socket> silent = new ArrayList<>();
    try {
      for (int i = 0; i < 2 * WebServer.MOST_CONNECTIONS; i++) {
        silent.add(connect());
      }
      assertThat(alice().get("/api/state").status()).isEqualTo(200);
      assertThat(isCut(silent.getFirst())).isTrue();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void anEngineThatDoesNotAnswerHoldsNothingUp() throws IOException {
    WebClient alice = alice();
    assertThat(alice.get("/api/state").json().path("containers")).hasSize(1);
    ward.docker.failNext(new EngineException.Unavailable("it is away", null));
    await()
        .atMost(Duration.ofSeconds(5))
        .untilAsserted(() -> {
          JsonNode state = alice.get("/api/state").json();
          assertThat(state.path("containersProblem").asText()).contains("it is away");
          assertThat(state.path("containers")).as("the last that is known").hasSize(1);
        });
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    WebSettings same = settings(client.address.getPort(), Optional.empty());
    assertThatThrownBy(() -> serve(same, SHORT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1 port " + client.address.getPort())
        .hasMessageContaining("set responder.web.port");
  }

  @Test
  void withAKeystoreItSpeaksTlsOnly() throws Exception {
    Path keystore = folder.resolve("page.p12");
    makeKeystore(keystore);
    WebSettings.Tls tls = new WebSettings.Tls(keystore, "changeit");
    server.close();
    server = serve(settings(0, Optional.of(tls)), WebServer.TIME);
    assertThat(server.address()).startsWith("https://");
    try (HttpClient browser = HttpClient.newBuilder().sslContext(trusting(keystore)).build()) {
      HttpResponse<String> signedIn =
          browser.send(
              HttpRequest.newBuilder(URI.create(server.address() + "api/sign-in"))
                  .header("Origin", server.address().replaceAll("/$", ""))
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"token\":\"" + token + "\"}"))
                  .build(),
              HttpResponse.BodyHandlers.ofString());
      assertThat(signedIn.statusCode()).isEqualTo(200);
      assertThat(signedIn.headers().firstValue("Set-Cookie").orElseThrow()).contains("Secure");
    }
    assertThat(new WebClient(server.address().replace("https", "http")).get("/").status())
        .as("no answer in the clear")
        .isNotEqualTo(200);
  }

  @Test
  void aKeystoreThatIsNotThereIsSaid() {
    WebSettings.Tls tls = new WebSettings.Tls(folder.resolve("none.p12"), "changeit");
    assertThatThrownBy(() -> serve(settings(0, Optional.of(tls)), SHORT))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none.p12")
        .hasMessageContaining(".keystore right");
  }

  private static void makeKeystore(Path file) throws IOException, InterruptedException {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    String line =
        "-genkeypair -alias page -keyalg EC -dname CN=127.0.0.1 -ext SAN=IP:127.0.0.1 -validity 2"
            + " -storetype PKCS12 -storepass changeit -keystore ";
    List<String> command = new ArrayList<>(List.of(keytool));
    command.addAll(List.of((line + file).split(" ", -1)));
    assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
  }

  private static SSLContext trusting(Path keystore) throws Exception {
    KeyStore keys = KeyStore.getInstance(keystore.toFile(), "changeit".toCharArray());
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("page", keys.getCertificate("page"));
    TrustManagerFactory managers =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, managers.getTrustManagers(), null);
    return context;
  }
}
