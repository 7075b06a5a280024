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
   * Executes /bin/true and connects to a closed port of its own loopback, so often a second. The
   * clock has whole seconds only: between them it counts its own ticks.
   */
  private static final String SCRIPT =
      """
      use Socket; $SIG{CHLD} = 'IGNORE';
      my ($execs, $connects) = @ARGV; my ($e, $c, $t, $begin) = (0, 0, 0, time);
      my $to = sockaddr_in(9, INADDR_LOOPBACK);
      while (1) {
        select(undef, undef, undef, 0.02);
        $t += 0.02; my $least = time - $begin - 1; $t = $least if $t < $least;
        while ($e < $execs * $t) { $e++; my $p = fork; if (defined $p && !$p) { exec '/bin/true', 'load' } }
        while ($c < $connects * $t) { $c++; socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, $to); close $s }
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
    double each = events / (double) count;
    String execs = Double.toString(each * (1 - CONNECTIONS) / EVENTS_OF_EXEC);
    String connects = Double.toString(each * CONNECTIONS);
    List<Running> running = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      running.add(containers.start("perl", "-e", SCRIPT, execs, connects));
    }
    return running;
  }
}
