package io.leukocyte.deploy;

import io.leukocyte.events.bench.Report;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;

/** {@code leuko bench response}: each action from the alert to the change, and back. */
@Command(
    name = "response",
    description =
        "Each action from a committed alert to the verified change and back, to the engine's bare"
            + " calls or bare nft; 7 min.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: sudo leuko bench response --repeats 20"})
final class ResponseBenchCommand extends BenchSubcommand {
  private static final Duration START = Duration.ofSeconds(30);
  private static final Duration EACH = Duration.ofMillis(600);
  private static final int WARM = 10;

  private final List<ResponseAction> actions = ResponseAction.all();

  ResponseBenchCommand() {
    super(100);
  }

  @Override
  List<BenchNeed> needs() {
    return List.of(BenchNeed.ROOT, BenchNeed.ENGINE, BenchNeed.IMAGE, BenchNeed.FIREWALL);
  }

  private int warm() {
    return isShort() ? 1 : WARM;
  }

  @Override
  String plan() {
    return "%s, %d times each after %d to warm up, without other load; responder and Kafka in this process."
        .formatted(
            actions.stream().map(ResponseAction::name).collect(Collectors.joining(", ")),
            repeats(),
            warm());
  }

  @Override
  Duration length() {
    return START.plus(EACH.multipliedBy((long) actions.size() * (warm() + repeats())));
  }

  @Override
  void measure(Report report) throws IOException, InterruptedException {
    try (BenchKafka kafka = BenchKafka.start()) {
      new ResponseBench(actions, warm(), repeats(), this::progress).run(kafka, report);
    }
  }
}
