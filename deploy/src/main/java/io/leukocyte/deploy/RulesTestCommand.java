package io.leukocyte.deploy;

import io.leukocyte.events.EventJson;
import io.leukocyte.events.Text;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import io.leukocyte.rules.RuleTest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko rules test}: the tests that stand in rule files. */
@Command(
    name = "test",
    description =
        "Runs the tests that stand under rules and correlations: events that must match, or must"
            + " not, and how often. No kernel, no container, no Kafka.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko rules test my-rules/",
      "Exit codes: 0 all passed, 1 at least one failed, 2 a file has a problem."
    })
final class RulesTestCommand implements Callable<Integer> {
  /** Characters of an event of a test that failed. */
  private static final int SHOWN = 400;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description =
          "Files and folders, in their order, after the shipped rules, whose macros they may use;"
              + " without any, the tests of the shipped rules run.")
  private List<String> files = List.of();

  @Option(names = "--no-shipped", description = "Leave the shipped rules out.")
  private boolean withoutShipped;

  @Option(
      names = "--junit",
      paramLabel = "FILE",
      description = "Write the outcome as JUnit's XML, too.")
  private @Nullable Path junit;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  RulesTestCommand() {}

  /**
   * What a test gave.
   *
   * @param test the test
   * @param came how often the rule matched, or how many alerts the correlation raised
   * @param failure what is wrong, in lines; empty when it passed
   */
  record Outcome(RuleTest test, int came, List<String> failure) {
    boolean passed() {
      return failure.isEmpty();
    }
  }

  @Override
  public Integer call() {
    List<RuleFile> own = RuleFiles.read(files);
    List<RuleFile> all = new ArrayList<>(withoutShipped ? List.of() : RuleFile.shipped());
    all.addAll(own);
    RuleSet.Loaded loaded = RuleFiles.checked(RuleSet.load(all));
    List<String> names = (own.isEmpty() ? all : own).stream().map(RuleFile::name).toList();
    List<Outcome> outcomes =
        loaded.rules().tests().stream()
            .filter(test -> names.contains(test.at().file()))
            .map(test -> run(test, loaded.rules()))
            .toList();
    PrintWriter out = spec.commandLine().getOut();
    loaded.skipped().forEach(out::println);
    outcomes.forEach(outcome -> outcome.failure().forEach(out::println));
    long failed = outcomes.stream().filter(outcome -> !outcome.passed()).count();
    out.printf("%d tests, %d failed%n", outcomes.size(), failed);
    out.flush();
    if (junit != null) {
      write(junit, outcomes);
    }
    return failed == 0 ? ExitCode.FINE : ExitCode.FINDINGS;
  }

  private static Outcome run(RuleTest test, RuleSet rules) {
    int came = test.run(rules);
    return new Outcome(test, came, came == test.matches() ? List.of() : failure(test, rules, came));
  }

  private static List<String> failure(RuleTest test, RuleSet rules, int came) {
    List<String> lines = new ArrayList<>();
    boolean alerts = test.isOfAlerts(rules);
    lines.add("%s: '%s' failed: %s".formatted(test.at(), test.rule(), test.title()));
    lines.add(
        "  expected: %d %s, came: %d"
            .formatted(test.matches(), alerts ? "alerts" : "matches", came));
    List<Integer> matching = alerts ? List.of() : test.matching(rules);
    for (int i = 0; i < test.events().size() && !alerts; i++) {
      String event = EventJson.line(test.events().get(i).observed());
      lines.add(
          "  %s %d. %s"
              .formatted(
                  matching.contains(i) ? "match   " : "no match",
                  i + 1,
                  Text.clip(Text.printable(event), SHOWN)));
    }
    return lines;
  }

  private static void write(Path file, List<Outcome> outcomes) {
    try {
      Files.write(file, JunitXml.of("leuko rules test", outcomes));
    } catch (IOException e) {
      throw new BadInputException(
          "Cannot write %s: %s; name a file in a folder that exists."
              .formatted(file, UserFile.problem(e)));
    }
  }
}
