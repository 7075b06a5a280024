package io.leukocyte.deploy;

import io.leukocyte.events.bench.Report;
import io.leukocyte.rules.RulesBench;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code leuko bench rules}: 20, 100 and 1,000 rules beside a loop over the same rules. */
@Command(
    name = "rules",
    description =
        "CPU time an event of matching 20, 100 and 1,000 rules, to a loop over the same; 60 s.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko bench rules"})
final class RulesBenchCommand extends BenchSubcommand {
  private static final int BATCHES = 1_000;
  private static final int SHORT_BATCHES = 20;
  private static final int WARM = 4;

  RulesBenchCommand() {
    super(20);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of();
  }

  private int batches() {
    return isShort() ? SHORT_BATCHES : BATCHES;
  }

  private int warm() {
    return isShort() ? 1 : WARM;
  }

  @Override
  String plan() {
    return "%,d batches of 200 events in memory, matched %d times with each number of rules."
        .formatted(batches(), repeats());
  }

  @Override
  Duration length() {
    return Duration.ofMillis(isShort() ? 2_000 : 5_000 + 2_000L * (warm() + repeats()));
  }

  @Override
  void measure(Report report) throws Exception {
    new RulesBench(batches()).run(warm(), repeats(), report);
  }
}
