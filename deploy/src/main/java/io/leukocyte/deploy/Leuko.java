package io.leukocyte.deploy;

import io.leukocyte.events.config.ConfigException;
import io.leukocyte.events.config.Problem;
import io.leukocyte.responder.OrderException;
import java.io.UncheckedIOException;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The {@code leuko} command: a table of contents of its subcommands. */
@Command(
    name = "leuko",
    description = "An immune system for containers: sees what they do, detects, acts.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      UpCommand.class,
      CollectCommand.class,
      AnalyzeCommand.class,
      RespondCommand.class,
      IndexCommand.class,
      RulesCommand.class,
      PoliciesCommand.class,
      ReplayCommand.class,
      BacktestCommand.class,
      RecordCommand.class,
      TailCommand.class,
      DeadCommand.class,
      RightsCommand.class,
      ContainersCommand.class,
      AlertsCommand.class,
      IncidentsCommand.class,
      ActionsCommand.class,
      ReportCommand.class,
      ApproveCommand.class,
      DenyCommand.class,
      EvidenceCommand.class,
      ReleaseCommand.class,
      ContainCommand.Quarantine.class,
      ContainCommand.Pause.class,
      ContainCommand.Waf.class,
      ContainCommand.Kill.class,
      KillProcessCommand.class,
      RunCommand.class,
      ImagesCommand.class,
      ProfileCommand.class,
      StopCommand.class,
      ResumeCommand.class,
      BenchCommand.class,
      CommandLine.HelpCommand.class
    },
    footer = {
      "",
      "Example: sudo leuko up",
      "Each subcommand tells more: leuko COMMAND --help",
      "Exit codes: 0 fine, 1 findings, 2 bad input, 3 the environment lacks something."
    })
final class Leuko {
  private Leuko() {}

  /** Runs the command and ends the process with its exit code. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Leuko())
        .registerConverter(Duration.class, new DurationConverter())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Leuko::badUsage)
        .setExecutionExceptionHandler(Leuko::failed);
  }

  private static int badUsage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    command.getErr().println(e.getMessage());
    CommandLine.UnmatchedArgumentException.printSuggestions(e, command.getErr());
    command.getErr().println("See: " + command.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.BAD_INPUT;
  }

  /** One line, or one a problem, and an exit code; a trace only for what nobody foresaw. */
  private static int failed(Exception e, CommandLine command, CommandLine.ParseResult parsed) {
    return switch (e) {
      case ConfigException bad -> {
        for (Problem problem : bad.problems()) {
          command.getErr().println(problem);
        }
        yield ExitCode.BAD_INPUT;
      }
      case BadInputException bad -> {
        command.getErr().println(bad.getMessage());
        yield ExitCode.BAD_INPUT;
      }
      case EnvironmentException lacking -> {
        command.getErr().println(lacking.getMessage());
        yield ExitCode.ENVIRONMENT;
      }
      case OrderException held -> {
        command.getErr().println(held.getMessage());
        yield ExitCode.ENVIRONMENT;
      }
      case UncheckedIOException unusable -> {
        command.getErr().println(unusable.getMessage());
        yield ExitCode.ENVIRONMENT;
      }
      default -> {
        command.getErr().println("Leukocyte failed in a way nobody foresaw; please report this:");
        e.printStackTrace(command.getErr());
        yield ExitCode.ENVIRONMENT;
      }
    };
  }
}
