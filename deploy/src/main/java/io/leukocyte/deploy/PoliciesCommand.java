package io.leukocyte.deploy;

import io.leukocyte.responder.PolicyFile;
import io.leukocyte.responder.PolicySet;
import io.leukocyte.responder.ResponderSettings;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko policies}: work on policy files, without a host, an engine or Kafka. */
@Command(
    name = "policies",
    description = "Checks and tests policy files.",
    mixinStandardHelpOptions = true,
    subcommands = {PoliciesCommand.Check.class, PoliciesCommand.Test.class},
    footer = {
      "",
      "Example: leuko policies check policies/*.yaml",
      "Exit codes: 0 fine, 1 a test failed, 2 a file has a problem."
    })
final class PoliciesCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  PoliciesCommand() {}

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return ExitCode.BAD_INPUT;
  }

  private static PolicySet.Loaded load(CommonOptions common, List<String> files) {
    common.applyVerbosity();
    ResponderSettings settings = ResponderSettings.from(common.load());
    List<PolicyFile> given =
        files.isEmpty()
            ? PolicyFile.shipped()
            : TextFile.yaml(files).stream().map(f -> new PolicyFile(f.name(), f.text())).toList();
    return PolicySet.load(given, settings.channels());
  }

  /** {@code leuko policies check}: every problem of all files at once. */
  @Command(
      name = "check",
      description =
          "Reads policy files as the responder would and prints every problem with its place."
              + " Names of webhooks and the like are those of the settings.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko policies check policies/*.yaml",
        "Exit codes: 0 no problem, 2 at least one."
      })
  static final class Check implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        paramLabel = "FILE",
        arity = "0..*",
        description = "Files and folders, in their order; without any, the shipped policies.")
    private List<String> files = List.of();

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Check() {}

    @Override
    public Integer call() {
      PolicySet.Loaded loaded = load(common, files);
      return report(spec.commandLine().getOut(), loaded);
    }
  }

  private static int report(PrintWriter out, PolicySet.Loaded loaded) {
    loaded.problems().forEach(out::println);
    out.println(loaded.summary());
    out.flush();
    return loaded.problems().isEmpty() ? ExitCode.FINE : ExitCode.BAD_INPUT;
  }

  /** {@code leuko policies test}: runs the tests that stand among the policies. */
  @Command(
      name = "test",
      description =
          "Runs the tests that stand among the policies: what each alert leads to. Policies act in"
              + " them whatever their mode, and nothing is touched.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko policies test policies/*.yaml",
        "Exit codes: 0 all passed, 1 at least one failed, 2 a file has a problem."
      })
  static final class Test implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(
        paramLabel = "FILE",
        arity = "0..*",
        description = "Files and folders, in their order; without any, the shipped policies.")
    private List<String> files = List.of();

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Test() {}

    @Override
    public Integer call() {
      PrintWriter out = spec.commandLine().getOut();
      PolicySet.Loaded loaded = load(common, files);
      if (!loaded.problems().isEmpty()) {
        return report(out, loaded);
      }
      List<PolicySet.Tested> tests = loaded.policies().test();
      List<PolicySet.Tested> failed = tests.stream().filter(t -> !t.passed()).toList();
      for (PolicySet.Tested test : failed) {
        out.printf(
            "%s: '%s' failed%n  expected: %s%n  came:     %s%n",
            test.at(), test.title(), shown(test.expected()), shown(test.came()));
      }
      out.printf("%d tests, %d failed%n", tests.size(), failed.size());
      out.flush();
      return failed.isEmpty() ? ExitCode.FINE : ExitCode.FINDINGS;
    }

    private static String shown(List<String> actions) {
      return actions.isEmpty() ? "nothing" : String.join(", ", actions);
    }
  }
}
