package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The image leuko/waf by itself, as tightly confined as the responder runs it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WafImageIT {
  private static final int PORT = 18080;

  private final Docker docker = new Docker("waf-image-it-");
  private String web = "";
  private String waf = "";
  private String address = "";

  @BeforeAll
  void run() {
    String network = docker.network("net", "fd00:1ee7:51::/64");
    web = docker.run("web", "--network", network);
    address = docker.inspect(web, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
    waf = waf("waf", PORT, "BLOCK_ADDRESSES=203.0.113.66 2001:db8::66", "BLOCK_PATHS=/admin");
  }

  private String waf(String name, int port, String... environment) {
    List<String> options =
        new ArrayList<>(
            List.of(
                "--network",
                "container:" + web,
                "--cap-drop",
                "ALL",
                "--security-opt",
                "no-new-privileges",
                "--read-only",
                "--tmpfs",
                "/tmp",
                "--memory",
                "512m",
                "--pids-limit",
                "64",
                "-e",
                "PORT=" + port,
                "-e",
                "BACKEND=http://" + address + ":80"));
    for (String variable : environment) {
      options.add("-e");
      options.add(variable);
    }
    String made = docker.runImage(name, WafOptions.DEFAULT_IMAGE, options.toArray(String[]::new));
    await()
        .atMost(Duration.ofSeconds(40))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions()
        .until(() -> status(port, "GET / HTTP/1.1\r\n") == 200);
    return made;
  }

  @AfterAll
  void remove() {
    docker.close();
  }

  private int status(int port, String head) throws IOException {
    try (WireClient client = new WireClient(new InetSocketAddress(address, port), 10_000)) {
      return client.send(request(head), false).status();
    }
  }

  private byte[] request(String head) {
    return new WafCorpus.Request("", "", head, "").wire("shop.example");
  }

  /** Those that were refused. */
  private List<WafCorpus.Request> refused(List<WafCorpus.Request> requests) throws IOException {
    List<WafCorpus.Request> refused = new ArrayList<>();
    WireClient client = new WireClient(new InetSocketAddress(address, PORT), 10_000);
    for (WafCorpus.Request request : requests) {
      WireClient.Answer answer =
          client.send(request.wire("shop.example"), request.answersWithoutBody());
      if (answer.status() == 403 || answer.status() == 400) {
        refused.add(request);
      } else {
        assertThat(answer.status()).as(request.name()).isEqualTo(200);
      }
      if (!answer.goesOn()) {
        client.close();
        client = new WireClient(new InetSocketAddress(address, PORT), 10_000);
      }
    }
    client.close();
    return refused;
  }

  @Test
  void mostAttacksAreRefusedAtTheFirstParanoiaLevel() throws IOException {
    List<WafCorpus.Request> attacks = WafCorpus.attacks();
    assertThat(attacks).hasSize(500);
    List<WafCorpus.Request> refused = refused(attacks);
    Map<String, Integer> kinds = new TreeMap<>();
    refused.forEach(r -> kinds.merge(r.kind(), 1, Integer::sum));
    System.out.printf("%d of 500 attacks refused: %s of 100 each%n", refused.size(), kinds);
    List<WafCorpus.Request> passed = new ArrayList<>(attacks);
    passed.removeAll(refused);
    passed.forEach(r -> System.out.printf("passed: %s, %s%n", r.kind(), r.name()));
    assertThat(refused.size()).isGreaterThanOrEqualTo(400);
  }

  @Test
  void noOrdinaryRequestIsRefused() throws IOException {
    List<WafCorpus.Request> ordinary = WafCorpus.ordinary();
    assertThat(ordinary).hasSize(500);
    assertThat(refused(ordinary))
        .extracting(r -> r.kind() + ": " + r.name() + ": " + r.head().lines().findFirst())
        .isEmpty();
  }

  @Test
  void aSecretInAHeaderIsNotLogged() throws IOException {
    String secret = "s3cr3t-" + System.nanoTime();
    int status =
        status(
            PORT,
            "GET /?q=%3Cscript%3Ealert(1)%3C/script%3E&mark="
                + PORT
                + " HTTP/1.1\r\nCookie: session="
                + secret
                + "\r\nAuthorization: Bearer "
                + secret
                + "\r\n");
    assertThat(status).isEqualTo(403);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> Docker.docker("logs", waf).contains("mark=" + PORT));
    assertThat(Docker.docker("logs", waf)).contains("949110").doesNotContain(secret);
  }

  @Test
  void whatIsBlockedByNameIsRefused() throws IOException {
    assertThat(status(PORT, "GET /admin/users HTTP/1.1\r\n")).isEqualTo(403);
    assertThat(status(PORT, "GET /%61dmin HTTP/1.1\r\n")).isEqualTo(403);
    assertThat(status(PORT, "GET /x/../admin HTTP/1.1\r\n")).isEqualTo(403);
    assertThat(status(PORT, "GET /shop/admin HTTP/1.1\r\n")).isEqualTo(200);
    String own = docker.inspect(web, "{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}");
    waf("blocking", PORT + 1, "BLOCK_ADDRESSES=203.0.113.0/24");
    assertThat(own).isNotEmpty();
    assertThat(status(PORT + 1, "GET / HTTP/1.1\r\n")).isEqualTo(200);
  }

  @Test
  void detectionAloneRefusesNothingAndLogsIt() throws IOException {
    String other = waf("detecting", PORT + 2, "MODSEC_RULE_ENGINE=DetectionOnly");
    assertThat(status(PORT + 2, "GET /?q=%3Cscript%3Ealert(1)%3C/script%3E HTTP/1.1\r\n"))
        .isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> Docker.docker("logs", other).contains("949110"));
  }

  @Test
  void aValueThatIsNoneIsNotConfiguration() {
    for (String variable :
        List.of(
            "BACKEND=http://127.0.0.1:80; } server { listen 1;",
            "BLOCK_PATHS=/a\" \"id:1,phase:1,pass",
            "BLOCK_ADDRESSES=1.2.3.4\nSecRuleEngine Off",
            "ALLOWED_METHODS=GET'\nSecRuleEngine Off",
            "PARANOIA=5",
            "PORT=80a")) {
      Docker.Answer answer =
          Docker.command(
              List.of(
                  "docker",
                  "run",
                  "--rm",
                  "--network",
                  "none",
                  "-e",
                  variable,
                  WafOptions.DEFAULT_IMAGE));
      assertThat(answer.exitCode()).as(variable).isEqualTo(2);
      assertThat(answer.output()).startsWith("waf: ");
    }
  }

  /** No goal: how much it is depends on the machine. */
  @Test
  void whatItCostsIsPrinted() throws Exception {
    long direct = perSecond(80);
    long through = perSecond(PORT);
    System.out.printf(
        "ordinary requests a second over 4 connections: %d without a WAF, %d with it%n",
        direct, through);
    assertThat(through).isPositive();
  }

  private long perSecond(int port) throws Exception {
    byte[] ask =
        request(
            "GET /catalogue?page=2&q=shoes HTTP/1.1\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n");
    long begin = System.nanoTime();
    long end = begin + TimeUnit.MILLISECONDS.toNanos(1500);
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        counts.add(threads.submit(() -> askUntil(end, port, ask)));
      }
      long answered = 0;
      for (Future<Integer> count : counts) {
        answered += count.get(60, TimeUnit.SECONDS);
      }
      return answered * 1_000_000_000L / (System.nanoTime() - begin);
    }
  }

  private int askUntil(long end, int port, byte[] ask) throws IOException {
    int answered = 0;
    try (WireClient client = new WireClient(new InetSocketAddress(address, port), 10_000)) {
      // a server of nginx ends a connection after a thousand requests
      while (System.nanoTime() < end && answered < 950) {
        assertThat(client.send(ask, false).status()).isEqualTo(200);
        answered++;
      }
    }
    return answered + (System.nanoTime() < end ? askUntil(end, port, ask) : 0);
  }
}
