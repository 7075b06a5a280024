package io.leukocyte.deploy;

import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.Interest;
import io.leukocyte.collector.SensorBench;
import io.leukocyte.collector.SensorUnavailableException;
import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.Kind;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.config.Config;
import io.leukocyte.rules.CallNeed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code leuko bench sensor}: what the kernel sensor costs the containers that it watches. */
@Command(
    name = "sensor",
    description =
        "CPU time of a container with the kernel sensor attached, to the same load without; 4 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench sensor --repeats 20"})
final class SensorBenchCommand extends BenchSubcommand {
  private static final Duration PAIR = Duration.ofSeconds(10);
  private static final Duration SHORT_PAIR = Duration.ofSeconds(4);
  private static final String HOST = "SERVER";
  private static final int SHORT_PART = 20;
  private static final int PARTS = 100;

  /** A shell that does what a line says and answers with a line. */
  private static final String WORKER =
      "while read -r line; do if eval \"$line\" >/dev/null 2>&1; then echo done; else echo failed;"
          + " fi; done";

  /** Requests of a client to a server that reads a file for each answer, over loopback. */
  private static final String WEB =
      """
      perl -e 'use Socket; my $n = shift; my $at = sockaddr_in(8080, INADDR_LOOPBACK);
      socket(my $l, PF_INET, SOCK_STREAM, 0); setsockopt($l, SOL_SOCKET, SO_REUSEADDR, 1);
      bind($l, $at); listen($l, 64); my $p = fork;
      if (!$p) { for (1..$n) { accept(my $c, $l); sysread($c, my $q, 4096); open(my $f, "<", "/etc/bash.bashrc");
      read($f, my $t, 4096); close $f; syswrite($c, "HTTP/1.0 200 OK\\r\\n\\r\\n$t"); close $c } exit }
      for (1..$n) { socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $at); syswrite($s, "GET / HTTP/1.0\\r\\n\\r\\n");
      while (sysread($s, my $t, 8192)) {} close $s } waitpid $p, 0' %d
      """
          .replace("\n", " ");

  private static final String CONNECTS =
      "perl -e 'use Socket; my $a = sockaddr_in(9, INADDR_LOOPBACK); for (1..shift) {"
          + " socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $a); close $s }' %d";

  private static final String SENDS =
      "perl -e 'use Socket; my $a = sockaddr_in(9, inet_aton(shift)); socket(my $s, PF_INET,"
          + " SOCK_DGRAM, 0); for (1..shift) { send($s, \"x\" x 100, 0, $a) }' "
          + "$(hostname -i | sed 's/[0-9]*$/1/') %d";

  /** A page of 16 KiB for each request, ten on a connection, with a log of them. */
  private static final String SERVER =
      """
      head -c 16384 /dev/zero | tr '\\0' x > /srv/page; cat > /tmp/nginx.conf <<END
      worker_processes 1; daemon off; pid /run/nginx.pid; error_log /dev/stderr;
      events { worker_connections 256; }
      http { access_log /dev/stdout combined; sendfile on; server { listen 80; root /srv; } }
      END
      exec nginx -c /tmp/nginx.conf
      """;

  /** Its client, in the other container; what is left of an answer's head goes to the next one. */
  private static final String CLIENT =
      """
      perl -e 'use Socket; my ($h, $n) = @ARGV; my $at = sockaddr_in(80, inet_aton($h));
      for (1 .. $n / 10) { socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $at) or die;
      for (1 .. 10) { syswrite($s, "GET /page HTTP/1.1\\r\\nHost: bench\\r\\n\\r\\n"); my $got = 0;
      while ($got < 16384) { $got += sysread($s, my $t, 65536) || die } } close $s }' %s %d
      """
          .replace("\n", " ")
          .replace("%s", HOST);

  /**
   * A load.
   *
   * @param most what the sensor may make of it; 0 where there is no goal
   * @param server whether it is the server's time that counts
   */
  private record Work(String name, String command, int times, double most, boolean server) {
    Work(String name, String command, int times) {
      this(name, command, times, 0, false);
    }
  }

  private static final List<Work> WORK =
      List.of(
          new Work("exec loop", "for i in $(seq %d); do /bin/true; done", 400, 1.05, false),
          new Work("fork loop", "for i in $(seq %d); do (:); done", 800),
          new Work("system calls", "dd if=/dev/zero of=/dev/null bs=1 count=%d", 300_000),
          new Work(
              "blocks of dd bs=4k",
              "dd if=/dev/zero of=/dev/null bs=4k count=%d",
              200_000,
              1.25,
              false),
          new Work("refused TCP connects", CONNECTS, 8_000),
          new Work("UDP sends", SENDS, 40_000),
          new Work("web requests", WEB, 2_000),
          new Work("requests to nginx", CLIENT, 4_000, 1.03, true));

  @Option(
      names = "--kinds",
      paramLabel = "KIND",
      split = ",",
      description = "Kinds of system calls that are reported, too, such as file.open; or all.")
  private List<String> kinds = new ArrayList<>();

  @Option(
      names = "--rules",
      description = "The system calls that the shipped rules ask for are reported, too.")
  private boolean rules;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  SensorBenchCommand() {
    super(20);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ROOT, BenchNeed.ENGINE, BenchNeed.IMAGE, BenchNeed.WEB);
  }

  @Override
  String plan() {
    return "%d alternated pairs with and without the sensor of %d loads in a container."
        .formatted(repeats(), WORK.size());
  }

  @Override
  Duration length() {
    return (isShort() ? SHORT_PAIR : PAIR).multipliedBy(repeats() + warm()).plusSeconds(5);
  }

  private Interest interest() {
    String yaml = CollectorSettings.SENSOR_KINDS.name() + ": [" + String.join(",", kinds) + "]";
    Config config = Config.parse("--kinds", yaml, Map.of(), CollectorSettings.KEYS);
    Set<Kind> asked = CollectorSettings.from(config, Path.of("unused")).sensor().kinds();
    Map<String, CallNeed> calls =
        rules ? Interest.of(new RuleSource(List.of(), true).load().rules()).calls() : Map.of();
    return new Interest(asked, Set.of(), calls);
  }

  private int warm() {
    return isShort() ? 0 : 1;
  }

  @Override
  void measure(Report report) throws Exception {
    try (BenchContainers containers = new BenchContainers()) {
      Running container = containers.start("sleep", "infinity");
      Running server = containers.startWeb("sh", "-c", SERVER);
      String address = server.address();
      Process shell = container.exec("bash", "-c", WORKER);
      CgroupCpu own = CgroupCpu.of(container.pid());
      CgroupCpu servers = CgroupCpu.of(server.pid());
      try (BufferedReader answers = shell.inputReader(StandardCharsets.US_ASCII);
          Writer lines = shell.outputWriter(StandardCharsets.US_ASCII)) {
        List<SensorBench.Load> loads = new ArrayList<>();
        for (Work work : WORK) {
          int times = isShort() ? Math.max(1, work.times() * SHORT_PART / PARTS) : work.times();
          String line =
              work.command().strip().replace("%d", Integer.toString(times)).replace(HOST, address)
                  + "\n";
          CgroupCpu cpu = work.server() ? servers : own;
          loads.add(
              new SensorBench.Load(
                  "%,d of %s".formatted(times, work.name()),
                  () -> run(line, lines, answers, cpu),
                  work.most()));
        }
        new SensorBench(loads, interest()).run(warm(), repeats(), report);
      } catch (SensorUnavailableException e) {
        throw new EnvironmentException(String.valueOf(e.getMessage()), e);
      } finally {
        shell.destroy();
      }
    }
  }

  private static long run(String line, Writer lines, BufferedReader answers, CgroupCpu cpu)
      throws IOException {
    long before = cpu.nanos();
    lines.write(line);
    lines.flush();
    String answer = answers.readLine();
    if (!"done".equals(answer)) {
      throw new IOException(
          "The load's shell has ended or failed (%s): %s".formatted(answer, line));
    }
    return cpu.nanos() - before;
  }
}
