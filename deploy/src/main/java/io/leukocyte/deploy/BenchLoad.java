package io.leukocyte.deploy;

import io.leukocyte.deploy.BenchContainers.Running;
import java.util.ArrayList;
import java.util.List;

/** A steady load: containers that execute programs and open connections at a rate. */
final class BenchLoad {
  /** Each exec is an event and its exit another. */
  private static final int EVENTS_OF_EXEC = 2;

  /** Of the events of a container, one part are connections, the others execs with their exits. */
  private static final double CONNECTIONS = 0.4;

  /**
   * Executes /bin/true, connects to a closed port of its own loopback and looks for a file that is
   * not there, so often a second. The clock has whole seconds only: between them it counts its own
   * ticks.
   */
  private static final String SCRIPT =
      """
      use Socket; $SIG{CHLD} = 'IGNORE';
      my ($execs, $connects, $opens) = @ARGV; my ($e, $c, $o, $t, $begin) = (0, 0, 0, 0, time);
      my $to = sockaddr_in(9, INADDR_LOOPBACK);
      while (1) {
        select(undef, undef, undef, 0.02);
        $t += 0.02; my $least = time - $begin - 1; $t = $least if $t < $least;
        while ($e < $execs * $t) { $e++; my $p = fork; if (defined $p && !$p) { exec '/bin/true', 'load' } }
        while ($c < $connects * $t) { $c++; socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $to); close $s }
        while ($o < $opens * $t) { $o++; open(my $f, '<', '/var/lib/load/none') }
      }
      """;

  private BenchLoad() {}

  /**
   * Starts containers that load until they are removed.
   *
   * @param count how many
   * @param events a second of all of them together
   */
  static List<Running> start(BenchContainers containers, int count, int events)
      throws InterruptedException {
    return start(containers, count, events, 0);
  }

  /**
   * The same, with files that are looked for.
   *
   * @param opens a second of all of them together
   */
  static List<Running> start(BenchContainers containers, int count, int events, int opens)
      throws InterruptedException {
    double each = events / (double) count;
    String execs = Double.toString(each * (1 - CONNECTIONS) / EVENTS_OF_EXEC);
    String connects = Double.toString(each * CONNECTIONS);
    String files = Double.toString(opens / (double) count);
    List<Running> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      running.add(containers.start("perl", "-e", SCRIPT, execs, connects, files));
    }
    return running;
  }
}
