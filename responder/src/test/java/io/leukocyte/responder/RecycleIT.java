package io.leukocyte.responder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.leukocyte.engine.DockerEngine;
import io.leukocyte.engine.Engine;
import io.leukocyte.engine.EngineOptions;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.config.Durations;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A fresh container in an old one's place on the real engine, and back. */
class RecycleIT {
  private static final String PREFIX = "responder-recycle-";
  private static final Duration WAIT = Duration.ofSeconds(60);
  private static final String RECYCLE = "[recycle: {grace: 1s, settle: 1s, within: 30s}]";
  private static final int RATE = 500;

  /** A page at once, and one that takes 300 ms to be sent. */
  private static final String REPLICA =
      """
      head -c 3500 /dev/zero | tr '\\0' x > /srv/slow
      echo hello >> /srv/slow
      cat > /etc/nginx/nginx.conf <<'CONF'
      worker_processes 1;
      pid /run/nginx.pid;
      error_log /dev/stderr notice;
      events { worker_connections 1024; }
      http {
        access_log /dev/stdout combined;
        server {
          listen 80;
          location / { return 200 "hello\\n"; }
          location = /slow { root /srv; limit_rate 10000; sendfile_max_chunk 1500; }
        }
      }
      CONF
      exec nginx -g 'daemon off;'
      """;

  /** Each request to one replica after the other, on a connection of its own. */
  private static final String BALANCER =
      """
      cat > /etc/nginx/nginx.conf <<'CONF'
      worker_processes 1;
      pid /run/nginx.pid;
      error_log /dev/stderr notice;
      events { worker_connections 1024; }
      http {
        access_log off;
        upstream replicas {
          server 203.0.113.51 fail_timeout=2s;
          server 203.0.113.52 fail_timeout=2s;
        }
        server {
          listen 80;
          location / { proxy_pass http://replicas; proxy_connect_timeout 2s; }
        }
      }
      CONF
      exec nginx -g 'daemon off;'
      """;

  @TempDir Path folder;
  private final Docker docker = new Docker(PREFIX);

  @AfterEach
  void remove() {
    for (String left : Docker.docker("ps", "-aq", "--filter", "name=" + PREFIX).split("\\s+", -1)) {
      if (!left.isBlank()) {
        Docker.docker("rm", "-f", "-v", left);
      }
    }
    docker.close();
    Docker.command(List.of("docker", "network", "rm", PREFIX + "front", PREFIX + "back"));
    Docker.command(List.of("docker", "network", "rm", PREFIX + "shop"));
    Docker.command(List.of("docker", "volume", "rm", PREFIX + "named"));
  }

  private static ObjectNode inspect(String container) throws JsonProcessingException {
    JsonNode all = new ObjectMapper().readTree(Docker.docker("inspect", container));
    return (ObjectNode) all.get(0);
  }

  /** Without ids, times, and the names of generated things. */
  private static JsonNode comparable(ObjectNode inspect) {
    String id = inspect.path("Id").asText();
    inspect.remove(
        List.of(
            "Id",
            "Created",
            "State",
            "RestartCount",
            "ResolvConfPath",
            "HostnamePath",
            "HostsPath",
            "LogPath",
            "ExecIDs",
            "GraphDriver"));
    ObjectNode network = (ObjectNode) inspect.path("NetworkSettings");
    network.remove(List.of("SandboxID", "SandboxKey", "EndpointID"));
    for (JsonNode attachment : network.path("Networks")) {
      ((ObjectNode) attachment).remove("EndpointID");
      List<String> aliases = new ArrayList<>();
      attachment.path("Aliases").forEach(a -> aliases.add(a.asText()));
      aliases.remove(id.substring(0, 12));
      ArrayNode left = ((ObjectNode) attachment).putArray("Aliases");
      aliases.stream().sorted().forEach(left::add);
    }
    List<JsonNode> mounts = new ArrayList<>();
    inspect.path("Mounts").forEach(mounts::add);
    for (JsonNode mount : mounts) {
      if (mount.path("Name").asText().matches("[0-9a-f]{64}")) {
        ((ObjectNode) mount).remove("Mode"); // named now, which the engine shows as "z"
      }
    }
    mounts.sort(Comparator.comparing(m -> m.path("Destination").asText()));
    inspect.putArray("Mounts").addAll(mounts);
    List<String> binds = new ArrayList<>();
    inspect.path("HostConfig").path("Binds").forEach(b -> binds.add(b.asText()));
    binds.removeIf(b -> b.matches("[0-9a-f]{64}:.*")); // a volume that has no name of its own
    binds.stream()
        .sorted()
        .forEach(((ObjectNode) inspect.path("HostConfig")).putArray("Binds")::add);
    inspect
        .path("HostConfig")
        .path("Mounts")
        .forEach(m -> {
          if (m.path("Source").asText().matches("[0-9a-f]{64}")) {
            ((ObjectNode) m).remove("Source");
          }
        });
    return inspect;
  }

  /** Each field of a document by its path. */
  private static Map<String, String> fields(String path, JsonNode node) {
    Map<String, String> all = new TreeMap<>();
    if (node.isContainerNode() && !node.isEmpty()) {
      node.properties().forEach(e -> all.putAll(fields(path + "/" + e.getKey(), e.getValue())));
      for (int i = 0; node.isArray() && i < node.size(); i++) {
        all.putAll(fields(path + "/" + i, node.get(i)));
      }
    } else {
      all.put(path, node.toString());
    }
    return all;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private void network(String name, String subnet, String subnet6) {
    Docker.command(List.of("docker", "network", "rm", PREFIX + name));
    Docker.docker(
        "network",
        "create",
        "--internal",
        "--ipv6",
        "--subnet",
        subnet,
        "--subnet",
        subnet6,
        PREFIX + name);
  }

  /** With as many options as go together. */
  private String richlyConfigured() throws IOException {
    network("front", "203.0.113.16/28", "fd00:eec1::/64");
    network("back", "203.0.113.32/28", "fd00:eec2::/64");
    String web =
        docker.run(
            "web",
            ("--hostname chosen --domainname example.test --user 0:0 --workdir /tmp"
                    + " --env LEVEL=1 --env EMPTY= --label tier=web"
                    + " --label com.docker.compose.project=shop"
                    + " --label com.docker.compose.service=web"
                    + " --volume /unnamed --volume "
                    + PREFIX
                    + "named:/named:ro"
                    + " --mount type=volume,target=/mounted"
                    + " --mount type=bind,source=/etc/hostname,target=/bound,readonly"
                    + " --volume /etc/hosts:/mine:ro --tmpfs /scratch:size=1m,mode=1777"
                    + " --network "
                    + PREFIX
                    + "front --network-alias www --network-alias shop"
                    + " --ip 203.0.113.20 --ip6 fd00:eec1::20"
                    + " --publish 127.0.0.1:"
                    + freePort()
                    + ":80 --expose 9999"
                    + " --cpus 0.5 --cpu-shares 512 --memory 128m --memory-swap 256m"
                    + " --pids-limit 200 --ulimit nofile=1000:2000 --shm-size 32m"
                    + " --cap-drop MKNOD --cap-add SYS_NICE --security-opt no-new-privileges:true"
                    + " --security-opt seccomp=unconfined --group-add 7 --oom-score-adj 100"
                    + " --device /dev/null:/dev/nothing --init --runtime runc"
                    + " --restart on-failure:3 --stop-signal INT --stop-timeout 3"
                    + " --health-cmd true --health-interval 1s --health-retries 2 --health-timeout 9s"
                    + " --dns 192.0.2.53 --dns-search example.test --add-host db:192.0.2.7"
                    + " --sysctl net.ipv4.ip_forward=0 --log-driver json-file"
                    + " --log-opt max-size=1m --log-opt max-file=2 --ipc private")
                .split(" ", -1));
    Docker.docker(
        "network",
        "connect",
        "--alias",
        "api",
        "--ip",
        "203.0.113.40",
        "--ip6",
        "fd00:eec2::40",
        PREFIX + "back",
        web);
    return web;
  }

  @Test
  void theFreshOneIsAsTheOldOneWasButForIdsAndTimesAndTheOldOneComesBackWithTheRelease()
      throws Exception {
    String web = richlyConfigured();
    String id = docker.id(web).value();
    docker.exec(web, "sh", "-c", "echo kept > /unnamed/x; echo kept > /mounted/x; echo bad > /x");
    JsonNode before = comparable(inspect(web));
    String client = docker.run("client", "--network", PREFIX + "front");
    try (LiveResponder live = new LiveResponder(folder, RECYCLE)) {
      live.shellIn(docker.id(web));
      List<OpenAction> open = live.awaitInForce(1);
      String fresh = docker.id(web).value();
      assertThat(fresh).isNotEqualTo(id);
      assertThat(open.getFirst().way()).contains(fresh.substring(0, 12));
      assertThat(fields("", comparable(inspect(web)))).isEqualTo(fields("", before));

      assertThat(docker.exec(web, "cat", "/unnamed/x", "/mounted/x").output())
          .isEqualTo("kept\nkept");
      assertThat(docker.exec(web, "cat", "/x").worked()).as("what was changed").isFalse();
      assertThat(docker.reaches(client, "www")).isTrue();
      assertThat(docker.reaches(client, "203.0.113.20")).isTrue();
      String kept = Docker.docker("inspect", "-f", "{{.Name}} {{.State.Status}}", id);
      assertThat(kept).isEqualTo("/" + web + ".leuko-kept-" + id.substring(0, 12) + " exited");
      assertThat(Docker.docker("inspect", "-f", "{{.HostConfig.RestartPolicy.Name}}", id))
          .isEqualTo("no");

      assertThat(live.responder.orders().release(web, "alice")).allMatch(Released::released);
      assertThat(docker.id(web).value()).isEqualTo(id);
      assertThat(Docker.command(List.of("docker", "inspect", fresh)).worked()).isFalse();
      await().atMost(WAIT).until(() -> docker.reaches(client, "www"));
      assertThat(fields("", comparable(inspect(web)))).isEqualTo(fields("", before));
      assertThat(docker.exec(web, "cat", "/x").output()).isEqualTo("bad");
    }
  }

  /** The container counts its starts in a volume; the first that is not its own fails. */
  @Test
  void aFreshOneThatDoesNotStayUpIsTakenBack() throws Exception {
    network("front", "203.0.113.16/28", "fd00:eec1::/64");
    String program =
        "test -f /config/id || hostname > /config/id; test $(cat /config/id) = $(hostname) ||"
            + " { echo not me; exit 3; }; exec sleep 600";
    String web =
        docker.run(
            "web",
            List.of("--network", PREFIX + "front", "--ip", "203.0.113.20", "-v", "/config"),
            List.of("busybox", "sh", "-c", program));
    String id = docker.id(web).value();
    JsonNode before = comparable(inspect(web));
    try (LiveResponder live = new LiveResponder(folder, RECYCLE)) {
      await().atMost(WAIT).until(() -> docker.exec(web, "test", "-s", "/config/id").worked());
      live.shellIn(docker.id(web));
      await().atMost(WAIT).until(() -> starts(id) == 2);
      await().atMost(WAIT).until(() -> live.responder.orders().actions().isEmpty());
      assertThat(docker.id(web).value()).isEqualTo(id);
      assertThat(docker.inspect(web, "{{.State.Status}}")).isEqualTo("running");
      assertThat(fields("", comparable(inspect(web)))).isEqualTo(fields("", before));
    }
    assertThat(Docker.docker("ps", "-aq", "--filter", "name=" + PREFIX + "web").lines()).hasSize(1);
  }

  private static long starts(String id) {
    String until = String.valueOf(System.currentTimeMillis() / 1000 + 1);
    return Docker.docker(
            "events",
            "--since",
            "10m",
            "--until",
            until,
            "--filter",
            "container=" + id,
            "--filter",
            "event=start",
            "--format",
            "{{.Action}}")
        .lines()
        .filter("start"::equals)
        .count();
  }

  /** A program that ends at once when it is told to, as many do. */
  private String server(String name, String program, int host) {
    return docker.runProgram(
        name,
        List.of("sh", "-c", program),
        "--network",
        PREFIX + "shop",
        "--ip",
        "203.0.113." + host,
        "--stop-signal",
        "TERM");
  }

  private static int answers(InetSocketAddress address, String target) {
    String request = "GET " + target + " HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n";
    try (WireClient client = new WireClient(address, 5_000)) {
      return client.send(request.getBytes(StandardCharsets.US_ASCII), false).status();
    } catch (IOException e) {
      return 0;
    }
  }

  private static long served(String container, String target) {
    return Docker.docker("logs", container).lines().filter(l -> l.contains(target)).count();
  }

  @Test
  void behindABalancingProxyNoRequestFailsWhenAReplicaIsRecycledWithDraining() throws Exception {
    network("shop", "203.0.113.48/28", "fd00:eec3::/64");
    String one = server("one", REPLICA, 51);
    server("two", REPLICA, 52);
    server("balancer", BALANCER, 50);
    String id = docker.id(one).value();
    InetSocketAddress balancer = new InetSocketAddress("203.0.113.50", 80);
    await().atMost(WAIT).until(() -> answers(balancer, "/") == 200);
    long begin = System.nanoTime();
    assertThat(answers(balancer, "/slow")).isEqualTo(200);
    Duration slow = Duration.ofNanos(System.nanoTime() - begin);
    assertThat(slow).isBetween(Duration.ofMillis(250), Duration.ofSeconds(2));

    String recycle = "[recycle: {grace: 1s, settle: 1s, within: 30s, drain: 10s}]";
    List<String> targets = List.of("/slow", "/a", "/b", "/c", "/d");
    try (LiveResponder live = new LiveResponder(folder, recycle);
        SteadyLoad load = new SteadyLoad(balancer, RATE, targets)) {
      await().atMost(WAIT).until(() -> load.answered() > 2 * RATE);
      long before = served(one, "GET /");
      assertThat(before).as("requests that the replica serves").isGreaterThan(RATE / 2);
      live.shellIn(docker.id(one));
      live.awaitInForce(1);
      assertThat(docker.id(one).value()).isNotEqualTo(id);
      await().atMost(WAIT).until(() -> served(one, "GET /slow") > 20);
      int after = load.answered();
      await().atMost(WAIT).until(() -> load.answered() > after + 2 * RATE);
      List<String> failures = load.failures();
      System.out.printf(
          "recycled under %d requests a second, %s for a slow one: %d failed of %d%n",
          RATE, slow, failures.size(), load.answered() + failures.size());
      assertThat(failures).isEmpty();

      Matcher drained =
          Pattern.compile(
                  "drained for (\\S+): (\\d+) connections were open at first, (\\d+) in the end;")
              .matcher(live.journal());
      assertThat(drained.find()).as(live.journal()).isTrue();
      System.out.println(drained.group());
      assertThat(Integer.parseInt(drained.group(2))).as("in flight").isGreaterThan(3);
      assertThat(drained.group(3)).isEqualTo("0");
      assertThat(Durations.parse(drained.group(1))).isLessThan(Duration.ofSeconds(10));
    }
    assertThat(docker.ruleset(one)).doesNotContain("leuko_drain");
  }

  /** In the kernel of this host, IPv4 and IPv6. */
  @Test
  void openConnectionsGoOnAndNewOnesAreRefusedAtOnceUntilItEnds() {
    network("shop", "203.0.113.48/28", "fd00:eec3::/64");
    String web = docker.run("web", "--network", PREFIX + "shop", "--ip", "203.0.113.51");
    String peer = docker.run("peer", "--network", PREFIX + "shop");
    String rules = docker.ruleset(web);
    await().atMost(WAIT).until(() -> docker.reaches(peer, "203.0.113.51"));
    try (Engine engine = new DockerEngine(EngineOptions.of(EngineOptions.DEFAULT_HOST));
        OpenConnection open = new OpenConnection(peer, "203.0.113.51")) {
      open.ask();
      assertThat(open.answers(WAIT)).isTrue();
      FrontDoor door = new NftFrontDoor();
      ContainerProcess process = ContainerProcess.of(engine.inspect(docker.id(web)).orElseThrow());
      assertThat(door.live(process, List.of(80))).isEqualTo(1);
      door.refuse(process);
      door.refuse(process);
      assertThat(door.refuses(process)).isTrue();
      assertThat(connect(peer, "203.0.113.51")).contains("refused");
      assertThat(connect(peer, docker.address6(web, PREFIX + "shop"))).contains("refused");
      assertThat(docker.reaches(web, "127.0.0.1")).as("by loopback").isTrue();
      open.ask();
      assertThat(open.answers(WAIT)).as("the open one").isTrue();
      assertThat(door.live(process, List.of(80))).isEqualTo(1);
      docker.exec(peer, "sh", "-c", "kill $(pidof nc)");
      await().atMost(WAIT).until(() -> door.live(process, List.of(80)) == 0);
      door.admit(process);
      door.admit(process);
      assertThat(door.refuses(process)).isFalse();
      assertThat(docker.reaches(peer, "203.0.113.51")).isTrue();
      assertThat(docker.ruleset(web)).isEqualTo(rules);
    }
  }

  /** What becomes of a connection, in the words of netcat. */
  private String connect(String from, String address) {
    return docker.exec(from, "nc", "-vzw", "5", address, "80").output();
  }

  @Test
  void whatTheEngineRemovesWhenItStopsIsNotRecycled() {
    String web = docker.run("web", "--rm", "--network", "none");
    Recycle recycle =
        new Recycle(
            Duration.ZERO,
            Duration.ZERO,
            Duration.ofSeconds(1),
            Duration.ZERO,
            Optional.empty(),
            Optional.empty());
    try (Engine engine = new DockerEngine(EngineOptions.of(EngineOptions.DEFAULT_HOST))) {
      Host host = new Host(engine, new NftNetworkFilter());
      Target target = new Target(engine.inspect(docker.id(web)).orElseThrow(), List.of());
      assertThat(recycle.check(host, target))
          .isEqualTo(
              new Checked.Not(
                  new Outcome.Failed(
                      "it cannot be recycled: the engine removes it as soon as it stops (--rm)")));
    }
  }
}
