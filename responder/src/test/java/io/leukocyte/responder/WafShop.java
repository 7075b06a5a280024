package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A container with a web server, in a network of its own and behind a published port, a peer in its
 * network, and what one gets by either way.
 */
final class WafShop implements AutoCloseable {
  static final Duration WAIT = Duration.ofSeconds(40);

  /** The kernel asks three times for a connection within it. */
  static final Duration SILENCE = Duration.ofMillis(3_500);

  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final String ATTACK = "/?q=%3Cscript%3Ealert(1)%3C/script%3E";

  final Docker docker;
  final String network;
  final String web;
  final String peer;
  private InetSocketAddress published;

  /**
   * Starts it, and returns when the web server answers.
   *
   * @param prefix of all names
   * @param subnet6 of the network, which no other test may have
   */
  WafShop(String prefix, String subnet6) {
    docker = new Docker(prefix);
    try {
      network = docker.network("net", subnet6);
      web = docker.run("web", "-p", "127.0.0.1::80"); // an internal network publishes no port
      Docker.docker("network", "connect", "--alias", "shop", network, web);
      peer = docker.run("peer", "--network", network);
      published = docker.published(web);
      await().atMost(WAIT).until(() -> docker.reaches(peer, "shop") && status("/") == 200);
    } catch (RuntimeException e) {
      docker.close();
      throw e;
    }
  }

  /** Where port 80 of the web server is published. */
  InetSocketAddress published() {
    return published;
  }

  /** The engine chose another port when the container started again. */
  void portHasChanged() {
    published = docker.published(web);
  }

  /** By the published port; 0: no answer. */
  int status(String target) {
    return status(target, ANSWER);
  }

  /** By the published port; 0: no answer within the time. */
  int status(String target, Duration within) {
    byte[] request =
        new WafCorpus.Request("", "", "GET " + target + " HTTP/1.1\r\n", "").wire("shop.example");
    try (WireClient client = new WireClient(published, (int) within.toMillis())) {
      return client.send(request, false).status();
    } catch (IOException e) {
      return 0;
    }
  }

  /** Of an attack by the published port; 0: no answer. */
  int statusOfAttack() {
    return status(ATTACK);
  }

  /** Of an attack from the peer, by a name or an address in the network. */
  String statusFrom(String host) {
    return docker
        .exec(
            peer,
            "curl",
            "-gs",
            "-m",
            "5",
            "-o",
            "/dev/null",
            "-w",
            "%{http_code}",
            "http://" + host + ATTACK)
        .output();
  }

  /** The containers that are a WAF of the web server's. */
  List<String> sidecars() {
    return Docker.docker("ps", "-a", "--format", "{{.Names}}")
        .lines()
        .filter(name -> name.startsWith("leuko-waf-" + web))
        .toList();
  }

  void assertProtected() {
    assertThat(statusOfAttack()).as("attack by the published port").isEqualTo(403);
    assertThat(statusFrom("shop")).as("attack by the name").isEqualTo("403");
    assertThat(statusFrom("[" + docker.address6(web, network) + "]"))
        .as("attack by IPv6")
        .isEqualTo("403");
    assertThat(status("/")).isEqualTo(200);
  }

  /** Removes all of it, and what a test that failed has left in front of it. */
  @Override
  public void close() {
    for (String left : sidecars()) {
      Docker.docker("rm", "-f", left);
    }
    docker.close();
  }
}
