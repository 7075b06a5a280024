package io.leukocyte.deploy;

import io.leukocyte.collector.CollectorSettings;
import io.leukocyte.collector.Interest;
import io.leukocyte.collector.SensorBench;
import io.leukocyte.collector.SensorUnavailableException;
import io.leukocyte.deploy.BenchContainers.Running;
import io.leukocyte.events.bench.Report;
import io.leukocyte.events.config.Config;
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
        "CPU time of a container with the kernel sensor attached, to the same load without; 3 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench sensor --repeats 20"})
final class SensorBenchCommand extends BenchSubcommand {
  private static final Duration PAIR = Duration.ofSeconds(8);
  private static final Duration SHORT_PAIR = Duration.ofSeconds(3);
  private static final int SHORT_PART = 20;
  private static final int PARTS = 100;

  /** A shell that does what a line says and answers with a line. */
  private static final String WORKER =
      "while read -r line; do eval \"$line\" >/dev/null 2>&1; echo done; done";

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

  private record Work(String name, String command, int times) {}

  private static final List<Work> WORK =
      List.of(
          new Work("exec loop", "for i in $(seq %d); do /bin/true; done", 400),
          new Work("fork loop", "for i in $(seq %d); do (:); done", 800),
          new Work("system calls", "dd if=/dev/zero of=/dev/null bs=1 count=%d", 300_000),
          new Work("refused TCP connects", CONNECTS, 8_000),
          new Work("UDP sends", SENDS, 40_000),
          new Work("web requests", WEB, 2_000));

  @Option(
      names = "--kinds",
      paramLabel = "KIND",
      split = ",",
      description = "Kinds of system calls that are reported, too, such as file.open; or all.")
  private List<String> kinds = new ArrayList<>();

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  SensorBenchCommand() {
    super(20);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ROOT, BenchNeed.ENGINE, BenchNeed.IMAGE);
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
    return new Interest(
        CollectorSettings.from(config, Path.of("unused")).sensor().kinds(), Set.of());
  }

  private int warm() {
    return isShort() ? 0 : 1;
  }

  @Override
  void measure(Report report) throws Exception {
    try (BenchContainers containers = new BenchContainers()) {
      Running container = containers.start("sleep", "infinity");
      Process shell = container.exec("bash", "-c", WORKER);
      CgroupCpu cpu = CgroupCpu.of(container.pid());
      try (BufferedReader answers = shell.inputReader(StandardCharsets.US_ASCII);
          Writer lines = shell.outputWriter(StandardCharsets.US_ASCII)) {
        List<SensorBench.Load> loads = new ArrayList<>();
        for (Work work : WORK) {
          int times = isShort() ? Math.max(1, work.times() * SHORT_PART / PARTS) : work.times();
          String line = work.command().replace("%d", Integer.toString(times)) + "\n";
          loads.add(
              new SensorBench.Load(
                  "%,d of %s".formatted(times, work.name()), () -> run(line, lines, answers, cpu)));
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
    if (!"done".equals(answers.readLine())) {
      throw new IOException("The load's shell has ended");
    }
    return cpu.nanos() - before;
  }
}
