package io.leukocyte.deploy;

import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko rules}: work on rule files, without a host, a kernel or Kafka. */
@Command(
    name = "rules",
    description = "Checks rule files and gives them to the fleet.",
    mixinStandardHelpOptions = true,
    subcommands = {RulesCommand.Check.class, RulesPushCommand.class})
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
              + " was skipped and why.",
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
}
