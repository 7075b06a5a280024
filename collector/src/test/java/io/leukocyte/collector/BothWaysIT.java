package io.leukocyte.collector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.leukocyte.events.ContainerId;
import io.leukocyte.events.Endpoint;
import io.leukocyte.events.NetConnect;
import io.leukocyte.events.NetFlow;
import io.leukocyte.events.ProcessExec;
import io.leukocyte.events.ProcessInfo;
import io.leukocyte.events.ProgramFile;
import io.leukocyte.events.Protocol;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What comes back to real containers, names that came over TCP, and what is known of programs. */
class BothWaysIT {
  private static final String NETWORK = "both-ways-it";
  private static final String SERVER = "both-ways-it-server";
  private static final String CLIENT = "both-ways-it-client";
  private static final String FETCHER = "both-ways-it-fetcher";
  private static final String DEBIAN = "debian:bookworm-slim";
  private static final String ADDRESS = "198.51.100.19";
  private static final String FETCHERS_ADDRESS = "198.51.100.21";
  private static final int CONTENT = 5_000_000;
  private static final int QUESTION = 20_000;

  /**
   * A name server over TCP on port 53, which says that everything is at 198.51.100.20, and a server
   * on port 8099 that reads a question of 20,000 bytes and sends 5,000,000.
   */
  private static final String SERVERS =
      """
      use Socket;
      sub serve {
        my ($port, $answer) = @_;
        socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
        setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
        bind($s, pack_sockaddr_in($port, INADDR_ANY)) or die;
        listen($s, 5) or die;
        while (accept(my $c, $s)) { $answer->($c); close($c); }
      }
      sub all { my ($c, $n) = @_; my $got = ""; while (length($got) < $n && sysread($c, $got, $n - length($got), length($got))) {} $got }
      if (fork() == 0) {
        serve(53, sub {
          my $c = shift;
          my $ask = all($c, unpack("n", all($c, 2)));
          my $records = pack("H*", "c00c") . pack("nnNnC4", 1, 1, 30, 4, 198, 51, 100, 20);
          my $answer = substr($ask, 0, 2) . pack("nnnnn", 0x8180, 1, 1, 0, 0) . substr($ask, 12) . $records;
          syswrite($c, pack("n", length($answer)) . $answer);
        });
      }
      serve(8099, sub { my $c = shift; all($c, 20000); my $x = "x" x 5000000; my $at = 0; while ($at < 5000000) { $at += syswrite($c, $x, 65536, $at); } });
      """;

  private static final String ASKS =
      """
      use Socket;
      my ($name, $whole) = @ARGV;
      socket(S, PF_INET, SOCK_STREAM, 0) or die;
      connect(S, pack_sockaddr_in(53, inet_aton("%s"))) or die;
      my $question = pack("nnnnnn", 7, 0x100, 1, 0, 0, 0)
        . join("", map { chr(length) . $_ } split(/\\./, $name)) . "\\0" . pack("nn", 1, 1);
      syswrite(S, pack("n", length($question)) . $question);
      if ($whole) { sysread(S, my $answer, 2000); }
      else { sysread(S, my $size, 2); sysread(S, my $answer, unpack("n", $size)); }
      """
          .formatted(ADDRESS);

  private static SensorProbe probe;
  private static ContainerId server;
  private static ContainerId client;
  private static ContainerId fetcher;

  @BeforeAll
  static void startContainersThenTheSensor() {
    SensorProbe.requireDocker();
    removeAll();
    Docker.ok("network", "create", "--internal", "--subnet", "198.51.100.16/28", NETWORK);
    server =
        Docker.start(SERVER, "--network", NETWORK, "--ip", ADDRESS, DEBIAN, "perl", "-e", SERVERS);
    client = Docker.start(CLIENT, "--network", NETWORK, DEBIAN, "sleep", "1000");
    fetcher =
        Docker.start(
            FETCHER, "--network", NETWORK, "--ip", FETCHERS_ADDRESS, DEBIAN, "sleep", "1000");
    probe = SensorProbe.start(new SensorOptions(8 << 20, false, Duration.ofMillis(500)));
  }

  @AfterAll
  static void end() {
    if (probe != null) {
      probe.close();
    }
    removeAll();
  }

  private static void removeAll() {
    Docker.run("rm", "-f", SERVER, CLIENT, FETCHER);
    Docker.run("network", "rm", NETWORK);
  }

  private static long sum(ContainerId container, ToLongFunction<NetFlow> what) {
    return probe.of(container, NetFlow.class).stream()
        .filter(flow -> flow.protocol() == Protocol.TCP && isOfContent(flow))
        .mapToLong(what)
        .sum();
  }

  private static boolean isOfContent(NetFlow flow) {
    return flow.destination().port() == 8099
        || flow.destination().equals(new Endpoint(FETCHERS_ADDRESS, 0));
  }

  @Test
  void whatAContainerFetchesIsReceivedThereAndSentByTheOther() {
    String fetch =
        "exec 3<>/dev/tcp/%s/8099; head -c %d /dev/zero >&3; wc -c <&3"
            .formatted(ADDRESS, QUESTION);
    assertThat(Docker.ok("exec", FETCHER, "bash", "-c", fetch)).contains("" + CONTENT);
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(sum(fetcher, NetFlow::receivedBytes))
              .isBetween((long) CONTENT, CONTENT + CONTENT / 10L);
          assertThat(sum(fetcher, NetFlow::bytes)).isBetween((long) QUESTION, QUESTION + 500_000L);
          assertThat(sum(server, NetFlow::bytes)).isEqualTo(sum(fetcher, NetFlow::receivedBytes));
          assertThat(sum(server, NetFlow::receivedBytes)).isEqualTo(sum(fetcher, NetFlow::bytes));
          assertThat(sum(server, NetFlow::receivedPackets))
              .isEqualTo(sum(fetcher, NetFlow::packets));
        });
    List<NetFlow> answered = probe.of(server, NetFlow.class);
    assertThat(answered)
        .filteredOn(flow -> flow.protocol() == Protocol.TCP)
        .allSatisfy(flow -> {
          assertThat(flow.inbound()).isTrue();
          assertThat(flow.destination().port()).isZero();
        });
  }

  @Test
  void aNameThatWasAskedOverTcpIsKnownHoweverTheAnswerIsRead() {
    Docker.run("exec", CLIENT, "perl", "-e", ASKS, "whole.example", "1");
    Docker.run("exec", CLIENT, "bash", "-c", "exec 3<>/dev/tcp/198.51.100.20/91");
    assertThat(connect(91).domain()).isEqualTo("whole.example");
    Docker.run("exec", CLIENT, "perl", "-e", ASKS, "Parts.example", "0");
    Docker.run("exec", CLIENT, "bash", "-c", "exec 3<>/dev/tcp/198.51.100.20/92");
    assertThat(connect(92).domain()).isEqualTo("parts.example");
  }

  private static NetConnect connect(int port) {
    return probe.first(
        NetConnect.class,
        e ->
            SensorProbe.isOf(e, client)
                && e.destination().equals(new Endpoint("198.51.100.20", port)));
  }

  @Test
  void aProgramsFileIsToldWithItsTimes() {
    String stat =
        Docker.ok(
            "exec",
            CLIENT,
            "bash",
            "-c",
            "cp /bin/true /tmp/new; touch -d @1500000000.25 /tmp/new; /tmp/new p1;"
                + " stat -c '%i %Z' /tmp/new; stat -c '%i %Z %Y' /bin/true; /bin/true p2");
    String[] words = stat.strip().split("\\s+", -1);
    ProgramFile copied = file(probe.exec("p1"));
    assertThat(copied.inode()).isEqualTo(Long.parseLong(words[0]));
    assertThat(copied.changed() / 1_000_000_000L).isEqualTo(Long.parseLong(words[1]));
    assertThat(copied.modified()).isEqualTo(1_500_000_000_250_000_000L);
    assertThat(copied.changed())
        .as("after the container began")
        .isGreaterThan(copied.namespaceStart());
    assertThat(probe.exec("p1").process().ref().startTime()).isGreaterThan(copied.namespaceStart());
    ProgramFile shipped = file(probe.exec("p2"));
    assertThat(shipped.inode()).isEqualTo(Long.parseLong(words[2]));
    assertThat(shipped.changed() / 1_000_000_000L).isEqualTo(Long.parseLong(words[3]));
    assertThat(shipped.modified() / 1_000_000_000L).isEqualTo(Long.parseLong(words[4]));
    assertThat(shipped.changed()).isLessThan(shipped.namespaceStart());
    assertThat(shipped.namespaceStart()).isEqualTo(copied.namespaceStart());
  }

  private static ProgramFile file(ProcessExec exec) {
    return Objects.requireNonNull(exec.process().more().file());
  }

  @Test
  void theProcessesAboveTheParentAreToldWithTheirArguments() {
    String nested = "sh -c 'sh -c \"/bin/true q1; :\" inner one; :' outer two; :";
    Docker.ok("exec", CLIENT, "bash", "-c", nested);
    ProcessInfo process = probe.exec("q1").process();
    assertThat(Objects.requireNonNull(process.parent()).args()).endsWith("inner", "one");
    List<ProcessInfo.Ancestor> lineage = process.more().lineage();
    assertThat(lineage).hasSameSizeAs(process.ancestors());
    ProcessInfo.Ancestor outer = lineage.get(0);
    assertThat(outer.executable()).isEqualTo("/usr/bin/dash");
    assertThat(outer.first()).isEqualTo("sh");
    assertThat(outer.commandLine()).startsWith("sh -c ").endsWith(" outer two");
    assertThat(outer.pid()).isPositive();
    assertThat(lineage.get(1).executable()).isEqualTo("/usr/bin/bash");
    assertThat(lineage.get(2).commandLine())
        .as("of the host: what starts it, or what is left of that")
        .matches("(?s)(runc|containerd-shim).*");
  }
}
