package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.events.Alert;
import io.leukocyte.events.ContainerRef;
import io.leukocyte.events.Text;
import io.leukocyte.events.Topic;
import io.leukocyte.events.config.Config;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.responder.ResponderSettings;
import io.leukocyte.rules.RuleSet;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko backtest}: rules against the events that Kafka still holds. */
@Command(
    name = "backtest",
    description =
        "Runs the events that Kafka still holds through rules that are not in force yet: how often"
            + " each would have fired, on which containers, and what the policies would have done."
            + " Nothing is written and nothing is touched.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko backtest --rules new-rules/ --since 12h",
      "Exit codes: 0 no alert, 1 at least one, 2 a file has a problem, 3 Kafka does not answer."
    })
final class BacktestCommand implements Callable<Integer> {
  private static final int CONTAINERS_SHOWN = 3;
  private static final int OUTPUT_SHOWN = 160;

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--rules",
      paramLabel = "DIR",
      description =
          "Files and folders of rules, in their order, instead of those that the settings put in"
              + " force; may be given again.")
  private List<String> rules = List.of();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      defaultValue = "24h",
      description = "How far back: 12h, 7d. Default: 24h, which is also how long events are kept.")
  private Duration since = Duration.ofDays(1);

  @Option(
      names = "--policies",
      paramLabel = "DIR",
      description = "Response policies instead of those that the settings put in force.")
  private @Nullable Path policies;

  @Option(
      names = "--examples",
      paramLabel = "N",
      defaultValue = "2",
      description = "Alerts of each rule to show. Default: 2.")
  private int examples = 2;

  @Option(
      names = "--format",
      description = "${COMPLETION-CANDIDATES}; default: table.",
      defaultValue = "TABLE")
  private Table.Format format = Table.Format.TABLE;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  BacktestCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    Config config = common.load();
    RuleSet inQuestion = rules(config);
    PolicySet responses = policies(config);
    Backtest backtest =
        new Backtest(inQuestion, AnalyzerSettings.from(config).detector(), examples);
    TopicReader.read(
        KafkaAccess.of(common),
        Topic.EVENTS,
        Instant.now().minus(since),
        record -> {
          if (record.value() != null) {
            backtest.add(record.value());
          }
        });
    PrintWriter out = spec.commandLine().getOut();
    print(out, backtest, responses);
    return backtest.findings().stream().anyMatch(f -> f.alerts() > 0)
        ? ExitCode.FINDINGS
        : ExitCode.FINE;
  }

  private RuleSet rules(Config config) {
    if (rules.isEmpty()) {
      return RuleFiles.inForce(DeploySettings.from(config)).rules();
    }
    return RuleFiles.checked(RuleSet.load(RuleFiles.read(rules))).rules();
  }

  private PolicySet policies(Config config) {
    ResponderSettings settings = ResponderSettings.from(config);
    return policies == null
        ? Policies.inForce(settings)
        : Policies.checked(PolicySet.load(Policies.read(policies), settings.channels()));
  }

  private void print(PrintWriter out, Backtest backtest, PolicySet responses) {
    Table table = new Table("rule", "alerts", "containers", "note");
    backtest.findings().stream()
        .sorted(Comparator.comparingLong(Backtest.Finding::alerts).reversed())
        .forEach(finding ->
            table.add(
                finding.rule(),
                String.valueOf(finding.alerts()),
                containers(finding.containers()),
                note(backtest, finding)));
    table.print(out, format);
    if (format == Table.Format.JSON) {
      return;
    }
    printExamples(out, backtest);
    printPlanned(out, backtest, responses);
    out.println(summary(backtest));
    out.flush();
  }

  private static String containers(Map<String, Long> alerts) {
    String most =
        alerts.entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .limit(CONTAINERS_SHOWN)
            .map(entry -> entry.getKey() + " " + entry.getValue())
            .collect(Collectors.joining(", "));
    int others = alerts.size() - CONTAINERS_SHOWN;
    return others > 0 ? most + ", and " + others + " more" : most;
  }

  /** A rule that could not have matched says so: no alert is no evidence then. */
  private static String note(Backtest backtest, Backtest.Finding finding) {
    if (backtest.events() == 0) {
      return "no events";
    }
    Long collected = backtest.collectedSince(finding.rule());
    if (collected == null) {
      return "not collected: no event of a kind that it reads";
    }
    if (collected > backtest.begin()) {
      return "not collected before " + time(collected);
    }
    Long paths = backtest.pathsSince(finding.rule());
    if (paths == null) {
      return "perhaps not all paths collected: collectors had other rules";
    }
    return paths <= backtest.begin()
        ? ""
        : "perhaps not all paths collected before " + time(paths) + ": collectors had other rules";
  }

  private static void printExamples(PrintWriter out, Backtest backtest) {
    for (Backtest.Finding finding : backtest.findings()) {
      for (Alert alert : finding.examples()) {
        ContainerRef container = alert.container();
        out.printf(
            "%n%s  %s  %s%n    %s%n",
            time(alert.time()),
            alert.rule().name(),
            Text.printable(container == null ? "host" : container.name()),
            Text.clip(Text.printable(alert.output()), OUTPUT_SHOWN));
      }
    }
  }

  private static void printPlanned(PrintWriter out, Backtest backtest, PolicySet responses) {
    out.println();
    Table table = new Table("policy", "action", "outcome", "times");
    backtest
        .foresee(responses)
        .forEach((action, times) ->
            table.add(
                action.policy(),
                action.action(),
                action.done() ? "done" : "refused or nothing to do",
                String.valueOf(times)));
    table.print(out, Table.Format.TABLE);
    if (backtest.isForesightShort()) {
      out.printf("Policies were asked about the first %d alerts only.%n", Backtest.MOST_FORESEEN);
    }
  }

  private static String summary(Backtest backtest) {
    long alerts = backtest.findings().stream().mapToLong(Backtest.Finding::alerts).sum();
    String unreadable =
        backtest.unreadable() == 0
            ? ""
            : "; %d batches could not be read".formatted(backtest.unreadable());
    return backtest.events() == 0
        ? "Kafka holds no events of that time" + unreadable
        : "%d alerts in %d events from %s to %s%s"
            .formatted(
                alerts,
                backtest.events(),
                time(backtest.begin()),
                time(backtest.end()),
                unreadable);
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
