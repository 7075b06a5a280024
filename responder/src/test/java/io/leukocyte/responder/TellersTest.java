package io.leukocyte.responder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import io.leukocyte.events.Action;
import io.leukocyte.events.ActionId;
import io.leukocyte.events.Alert;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.ContainerId;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Priority;
import io.leukocyte.events.config.HostPort;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ways to tell people, against small servers of their own. */
class TellersTest {
  private static final char[] SECRET = "changeit".toCharArray();

  @TempDir Path folder;

  private static Teller.Message message(String name) {
    ContainerRef ref = TestAlerts.ref(new ContainerId("ab".repeat(32)), name);
    Alert alert =
        TestAlerts.alert(
            TestAlerts.HOST,
            TestAlerts.SHELL,
            Priority.WARNING,
            ref,
            Map.of("note", name),
            1_800_000_000_000_000_000L);
    Action action =
        new Action(
            ActionId.of(alert.id().value()),
            Action.Step.INTENDED,
            0,
            alert.time(),
            TestAlerts.HOST,
            "notify",
            ref,
            new Outcome.Done("allowed"),
            alert.id(),
            alert.rule().name(),
            "p",
            "p.yaml:1",
            null,
            0,
            false);
    return new Teller.Message(action, new String(AlertJson.write(alert), UTF_8));
  }

  private static JsonNode json(String text) throws IOException {
    return JournalLines.MAPPER.readTree(text);
  }

  @Test
  void aTemplateTakesFieldsAsValuesWhateverIsInThem() throws IOException {
    JsonTemplate template =
        JsonTemplate.parse(
            """
            {"summary": "{{rule.name}} in {{ container.name }}!", "severity": "{{event.severity}}",
             "tags": ["x", "{{tags}}"], "labels": {"all": "{{container.labels}}"},
             "first": "{{tags.0}}", "none": "{{no.such}}", "text": "<{{no.such}}>",
             "policy": "{{policy}}", "fixed": 7}
            """);
    String evil = "w\"}, \"x\": {{policy}} \\ $1 \n";
    JsonNode filled = json(template.fill(message(evil)));
    assertThat(filled.path("summary").asText())
        .isEqualTo("Terminal shell in container in " + evil + "!");
    assertThat(filled.path("severity").isNumber()).isTrue();
    assertThat(filled.path("tags").path(1).isArray()).isTrue();
    assertThat(filled.path("first").asText()).isEqualTo("shell");
    assertThat(filled.path("labels").path("all").path("note").asText()).isEqualTo(evil);
    assertThat(filled.path("none").isNull()).isTrue();
    assertThat(filled.path("text").asText()).isEqualTo("<>");
    assertThat(filled.path("policy").asText()).isEqualTo("p");
    assertThat(filled.path("fixed").asInt()).isEqualTo(7);
    assertThat(filled.has("x")).isFalse();
  }

  @Test
  void whatIsNoJsonObjectIsNoTemplate() {
    assertThatThrownBy(() -> JsonTemplate.parse("{\"a\": {{x}}}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("it is not JSON");
    assertThatThrownBy(() -> JsonTemplate.parse("7")).hasMessageContaining("no JSON object");
  }

  @Test
  void slackGetsATextInWhichNothingIsALinkOrAMention() throws IOException {
    JsonNode payload = json(SlackText.of(message("<!channel> & \"web\"")));
    assertThat(payload.path("text").asText())
        .contains("[warning] Terminal shell in container: &lt;!channel&gt; &amp; \"web\"")
        .contains("policy p, alert ")
        .doesNotContain("<!channel>");
    assertThat(payload.size()).isEqualTo(1);
  }

  @Test
  void theSettingsNameTheWays() throws InterruptedException {
    List<String> posted = new ArrayList<>();
    NotifySettings notify =
        new NotifySettings(
            Map.of("ops", "{\"t\": \"{{rule.name}}\"}"),
            Map.of("chat", URI.create("http://chat.test/s3cret")),
            Optional.empty(),
            Map.of(),
            Map.of("log", SyslogServer.parse("udp://127.0.0.1")),
            Optional.empty());
    ResponderSettings settings =
        ResponderSettingsTest.with(Map.of("ops", URI.create("http://ops.test/")), notify);
    Map<Notify.Channel, Teller> tellers =
        Tellers.of(
            settings,
            (address, body) -> {
              posted.add(address.getHost() + " " + body);
              return 200;
            });
    assertThat(tellers.keySet())
        .containsExactlyInAnyOrder(
            new Notify.Channel.Webhook("ops"),
            new Notify.Channel.Slack("chat"),
            new Notify.Channel.Syslog("log"));
    Optional.ofNullable(tellers.get(new Notify.Channel.Webhook("ops")))
        .orElseThrow()
        .tell(message("web"));
    Optional.ofNullable(tellers.get(new Notify.Channel.Slack("chat")))
        .orElseThrow()
        .tell(message("web"));
    assertThat(posted.getFirst()).isEqualTo("ops.test {\"t\":\"Terminal shell in container\"}");
    assertThat(posted.getLast()).startsWith("chat.test {\"text\":\"*[warning]");
  }

  @Test
  void syslogOverUdpIsOneDatagramOfRfc5424() throws IOException {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      server.setSoTimeout(30_000);
      Teller teller =
          new SyslogTeller(
              SyslogServer.parse("udp://127.0.0.1:" + server.getLocalPort()),
              Trust.of(Optional.empty()));
      assertThat(tell(teller, message("we\"b]\\"))).isEqualTo(new Teller.Told.Taken());
      DatagramPacket packet = new DatagramPacket(new byte[4096], 4096);
      server.receive(packet);
      assertThat(new String(packet.getData(), 0, packet.getLength(), UTF_8))
          .startsWith("<84>1 2027-01-15T08:00:00Z host-1 leukocyte ")
          .contains(" alert [leukocyte@32473 rule=\"Terminal shell in container\" policy=\"p\"")
          .contains("container=\"we\\\"b\\]\\\\\"")
          .endsWith("; Terminal shell in container (test)");
    }
  }

  @Test
  void syslogOverTcpHasItsLengthBeforeIt() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CompletableFuture<byte[]> received = receive(server);
      Teller teller =
          new SyslogTeller(
              SyslogServer.parse("tcp://127.0.0.1:" + server.getLocalPort()),
              Trust.of(Optional.empty()));
      assertThat(tell(teller, message("wéb".repeat(3000)))).isEqualTo(new Teller.Told.Taken());
      framed(received.get());
    }
  }

  @Test
  void syslogOverTlsChecksTheServersCertificate() throws Exception {
    Identity identity = identity();
    try (ServerSocket server = identity.context().getServerSocketFactory().createServerSocket()) {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      SyslogServer address = SyslogServer.parse("tls://localhost:" + server.getLocalPort());
      CompletableFuture<byte[]> refused = receive(server);
      assertThat(tell(new SyslogTeller(address, Trust.of(Optional.empty())), message("web")))
          .isInstanceOf(Teller.Told.NotNow.class);
      assertThat(refused.handle((bytes, problem) -> bytes == null ? 0 : bytes.length).get())
          .isZero();
      CompletableFuture<byte[]> received = receive(server);
      Teller trusting = new SyslogTeller(address, Trust.of(Optional.of(identity.pem())));
      assertThat(tell(trusting, message("web"))).isEqualTo(new Teller.Told.Taken());
      framed(received.get());
    }
  }

  private static void framed(byte[] bytes) {
    String text = new String(bytes, UTF_8);
    int blank = text.indexOf(' ');
    int length = Integer.parseInt(text.substring(0, blank));
    assertThat(bytes.length).isEqualTo(blank + 1 + length);
    assertThat(length).isLessThanOrEqualTo(8_192);
    assertThat(text.substring(blank + 1)).startsWith("<84>1 ").doesNotContain("\ufffd");
  }

  private static CompletableFuture<byte[]> receive(ServerSocket server) {
    return CompletableFuture.supplyAsync(() -> {
      try (Socket socket = server.accept();
          InputStream in = socket.getInputStream()) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        in.transferTo(all);
        return all.toByteArray();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    });
  }

  @Test
  void aServerThatIsNotThereIsTriedLater() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    Teller teller =
        new SyslogTeller(SyslogServer.parse("tcp://127.0.0.1:" + port), Trust.of(Optional.empty()));
    assertThat(tell(teller, message("web")))
        .isEqualTo(new Teller.Told.NotNow("it does not take it (ConnectException)"));
    MailServer nobody =
        new MailServer(
            new HostPort("127.0.0.1", port),
            MailServer.Tls.NONE,
            "leuko@example.org",
            Optional.empty(),
            Optional.empty());
    assertThat(
            tell(
                new MailTeller(nobody, List.of("a@b.test"), Trust.of(Optional.empty())),
                message("web")))
        .isInstanceOf(Teller.Told.NotNow.class);
  }

  private static Teller.Told tell(Teller teller, Teller.Message message) {
    try {
      return teller.tell(message);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void mailGoesOverTlsWithALoginToAllWhoAreNamed() throws Exception {
    Identity identity = identity();
    System.setProperty("greenmail.tls.keystore.file", identity.store().toString());
    System.setProperty("greenmail.tls.keystore.password", new String(SECRET));
    ServerSetup setup = new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTPS);
    GreenMail server = new GreenMail(setup);
    server.setUser("leuko@example.org", "leuko", "s3cret");
    server.start();
    try {
      MailServer address =
          new MailServer(
              new HostPort("localhost", server.getSmtps().getPort()),
              MailServer.Tls.TLS,
              "leuko@example.org",
              Optional.of("leuko"),
              Optional.of("s3cret"));
      List<String> to = List.of("ops@example.org", "boss@example.org");
      Teller untrusting = new MailTeller(address, to, Trust.of(Optional.empty()));
      assertThat(tell(untrusting, message("web"))).isInstanceOf(Teller.Told.NotNow.class);
      Teller teller = new MailTeller(address, to, Trust.of(Optional.of(identity.pem())));
      assertThat(tell(teller, message("wéb\r\nBcc: eve@example.org")))
          .isEqualTo(new Teller.Told.Taken());
      await().until(() -> server.getReceivedMessages().length == 2);
      var mail = server.getReceivedMessages()[0];
      assertThat(mail.getSubject())
          .startsWith("[warning] Terminal shell in container: wéb")
          .endsWith("on host-1")
          .doesNotContain("\n");
      assertThat(mail.getHeader("Bcc")).isNull();
      assertThat(mail.getAllRecipients()).hasSize(2);
      assertThat(GreenMailUtil.getBody(mail)).contains("policy p (p.yaml:1)");
    } finally {
      server.stop();
    }
  }

  @Test
  void aServerThatRefusesTheLoginIsNotAskedAgainAndNoSecretIsSaid() {
    GreenMail server = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
    server.setUser("leuko@example.org", "leuko", "right");
    server.getManagers().getUserManager().setAuthRequired(true);
    server.start();
    try {
      MailServer address =
          new MailServer(
              new HostPort("localhost", server.getSmtp().getPort()),
              MailServer.Tls.NONE,
              "leuko@example.org",
              Optional.of("leuko"),
              Optional.of("s3cret-and-wrong"));
      Teller.Told told =
          tell(
              new MailTeller(address, List.of("ops@example.org"), Trust.of(Optional.empty())),
              message("web"));
      assertThat(told)
          .isEqualTo(new Teller.Told.Never("the mail server does not take the user and password"));
      assertThat(address.toString()).doesNotContain("s3cret");
    } finally {
      server.stop();
    }
  }

  @Test
  void withoutStarttlsNothingIsSentWhereItIsAskedFor() {
    GreenMail server = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
    server.start();
    try {
      MailServer address =
          new MailServer(
              new HostPort("localhost", server.getSmtp().getPort()),
              MailServer.Tls.STARTTLS,
              "leuko@example.org",
              Optional.empty(),
              Optional.empty());
      Teller teller =
          new MailTeller(address, List.of("ops@example.org"), Trust.of(Optional.empty()));
      assertThat(tell(teller, message("web"))).isInstanceOf(Teller.Told.NotNow.class);
      assertThat(server.getReceivedMessages()).isEmpty();
    } finally {
      server.stop();
    }
  }

  /** A server's key, and its certificate as others trust it. */
  private record Identity(Path store, Path pem, SSLContext context) {}

  private Identity identity() throws Exception {
    Path store = folder.resolve("key.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost,ip:127.0.0.1",
                "-validity",
                "2",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                new String(SECRET),
                "-keypass",
                new String(SECRET))
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), UTF_8);
    assertThat(keytool.waitFor()).as(said).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, SECRET);
    }
    Certificate certificate = keys.getCertificate("server");
    Path pem =
        Files.writeString(
            folder.resolve("server.pem"),
            "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n");
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, SECRET);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    return new Identity(store, pem, context);
  }

  @Test
  void everyKindOfAddressOfSyslogIsRead() {
    assertThat(SyslogServer.parse("udp://[::1]"))
        .isEqualTo(new SyslogServer(SyslogServer.Transport.UDP, new HostPort("::1", 514)));
    assertThat(SyslogServer.parse("tls://log.test").address().port()).isEqualTo(6514);
    for (String wrong :
        Collections.unmodifiableList(List.of("log.test", "http://x", "tcp://x/y", ""))) {
      assertThatThrownBy(() -> SyslogServer.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
