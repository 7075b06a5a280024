package io.leukocyte.deploy;

import io.leukocyte.responder.OpenAction;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko actions}: what is in force on this host. */
@Command(
    name = "actions",
    description =
        "Lists the actions that are in force on this host, on their way, or wait for an approval.",
    mixinStandardHelpOptions = true,
    footer = {"", "Example: leuko actions", "Taken back by: leuko release ID"})
final class ActionsCommand implements Callable<Integer> {
  private static final int SHORT_ID = 12;

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
  private Table.Format format = Table.Format.TABLE;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ActionsCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    Table table =
        new Table("id", "action", "container", "state", "since", "until", "way", "policy", "rule");
    List<OpenAction> actions = Operator.actions(common);
    for (OpenAction action : actions) {
      table.add(
          format == Table.Format.JSON ? action.id() : action.id().substring(0, SHORT_ID),
          action.type(),
          action.container(),
          action.state(),
          time(action.since()),
          time(action.until()),
          action.way(),
          text(action.policy()),
          text(action.rule()));
    }
    table.print(spec.commandLine().getOut(), format);
    boolean waits = actions.stream().anyMatch(a -> a.state().equals("waiting"));
    if (waits && format == Table.Format.TABLE) {
      spec.commandLine().getErr().println("What waits: leuko approve ID, or leuko deny ID");
    }
    return ExitCode.FINE;
  }

  private static String time(@Nullable Instant time) {
    return time == null ? "-" : time.truncatedTo(ChronoUnit.SECONDS).toString();
  }

  private static String text(@Nullable String text) {
    return text == null ? "-" : text;
  }
}
