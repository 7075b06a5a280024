package io.leukocyte.deploy;

import io.leukocyte.events.config.Suggestion;
import io.leukocyte.rules.Explanation;
import io.leukocyte.rules.RuleBook;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko rules}: work on rule files, without a host, a kernel or Kafka. */
@Command(
    name = "rules",
    description = "Checks, tests and explains rule files and gives them to the fleet.",
    mixinStandardHelpOptions = true,
    subcommands = {
      RulesCommand.Check.class,
      RulesTestCommand.class,
      RulesCommand.Explain.class,
      RulesPushCommand.class
    })
final class RulesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  RulesCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.BAD_INPUT;
  }

  /** {@code leuko rules check}: every problem of all files at once. */
  @Command(
      name = "check",
      description =
          "Reads rule files as 'leuko up' would and prints every problem with its place, then what"
              + " was skipped and why, and how many rules each reason left out.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko rules check rules/*.yaml",
        "Exit codes: 0 no problem, 2 at least one."
      })
  static final class Check implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(
        paramLabel = "FILE",
        arity = "0..*",
        description = "Files and folders, in their order; without any, the shipped rules.")
    private List<String> files = List.of();

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Check() {}

    @Override
    public Integer call() {
      List<RuleFile> given = files.isEmpty() ? RuleFile.shipped() : RuleFiles.read(files);
      RuleSet.Loaded loaded = RuleSet.load(given);
      PrintWriter out = spec.commandLine().getOut();
      out.println(loaded.report());
      out.flush();
      return loaded.problems().isEmpty() ? ExitCode.FINE : ExitCode.BAD_INPUT;
    }
  }

  /** {@code leuko rules explain}: what a rule means here. */
  @Command(
      name = "explain",
      description =
          "Shows a rule's condition with its macros and lists put in and where each part was"
              + " written, the fields, events and system calls it needs, where it is evaluated and"
              + " with how many comparisons, and what keeps it from working.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko rules explain 'Terminal shell in container'",
        "Exit codes: 0 the rule is in force, 1 it is skipped, 2 there is no such rule or it is"
            + " wrong."
      })
  static final class Explain implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "RULE", index = "0", description = "The rule's name.")
    private String rule = "";

    @Parameters(
        paramLabel = "FILE",
        index = "1..*",
        arity = "0..*",
        description = "Files and folders, in their order; without any, the shipped rules.")
    private List<String> files = List.of();

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Explain() {}

    @Override
    public Integer call() {
      RuleBook book = RuleBook.of(files.isEmpty() ? RuleFile.shipped() : RuleFiles.read(files));
      PrintWriter out = spec.commandLine().getOut();
      RuleSet rules = book.loaded().rules();
      Optional<String> other =
          rules
              .correlation(rule)
              .map(c -> c.at() + ": " + c.explanation())
              .or(() -> rules.baseline(rule).map(b -> b.at() + ": " + b.explanation()));
      if (other.isPresent()) {
        out.println(other.get());
        out.flush();
        return ExitCode.FINE;
      }
      Explanation explanation =
          book.explain(rule).orElseThrow(() -> new BadInputException(missing(book)));
      explanation.text().forEach(out::println);
      out.flush();
      return explanation.skipped().isEmpty() ? ExitCode.FINE : ExitCode.FINDINGS;
    }

    private String missing(RuleBook book) {
      List<String> names = book.names();
      if (names.contains(rule)) {
        return "The rule '" + rule + "' has problems; see 'leuko rules check'";
      }
      String near = Suggestion.didYouMean(rule, names);
      return "There is no rule '" + rule + "'" + (near.isEmpty() ? "" : "; " + near);
    }
  }
}
