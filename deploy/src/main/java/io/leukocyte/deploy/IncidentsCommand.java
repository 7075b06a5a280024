package io.leukocyte.deploy;

import io.leukocyte.analyzer.Incident;
import io.leukocyte.events.Action;
import io.leukocyte.events.Outcome;
import io.leukocyte.events.Text;
import java.io.PrintWriter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko incidents}: the alerts of each container, folded. */
@Command(
    name = "incidents",
    description =
        "Lists the incidents of all hosts, the one that changed last first: the alerts of one"
            + " container until it is quiet for half an hour.",
    mixinStandardHelpOptions = true,
    subcommands = IncidentsCommand.Show.class,
    footer = {"", "Example: leuko incidents --open", "One of them: leuko incidents show ID"})
final class IncidentsCommand implements Callable<Integer> {
  private static final int SHORT_ID = 12;

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(names = "--open", description = "Only those to which alerts may still be added.")
  private boolean open;

  @Option(
      names = "--last",
      paramLabel = "N",
      defaultValue = "50",
      description = "No more than so many. Default: ${DEFAULT-VALUE}.")
  private int last;

  @Option(
      names = "--format",
      defaultValue = "table",
      description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
  private Table.Format format = Table.Format.TABLE;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  IncidentsCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    if (last < 1) {
      throw new BadInputException("--last is a whole number from 1 on.");
    }
    print(
        new Incidents(KafkaAccess.of(common)).latest(),
        open,
        last,
        spec.commandLine().getOut(),
        format);
    return ExitCode.FINE;
  }

  static void print(
      List<Incident> incidents, boolean open, int last, PrintWriter out, Table.Format format) {
    Table table =
        new Table(
            "id",
            "container",
            "host",
            "priority",
            "state",
            "alerts",
            "matches",
            "started",
            "updated");
    incidents.stream()
        .filter(i -> !open || i.state() == Incident.State.OPEN)
        .limit(last)
        .forEach(i ->
            table.add(
                format == Table.Format.JSON
                    ? i.id().value()
                    : i.id().value().substring(0, SHORT_ID),
                container(i),
                host(i),
                i.priority().text(),
                i.state().name().toLowerCase(Locale.ROOT),
                String.valueOf(i.alerts()),
                String.valueOf(i.matches()),
                seconds(i.started()),
                seconds(i.updated())));
    table.print(out, format);
  }

  private static String container(Incident incident) {
    String name = incident.container().name();
    return name.isEmpty() ? incident.container().id().brief() : name;
  }

  private static String host(Incident incident) {
    String name = incident.hostname();
    return name == null ? incident.host().value() : name;
  }

  private static String seconds(long nanos) {
    return Incidents.instant(nanos).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  /** {@code leuko incidents show}. */
  @Command(
      name = "show",
      description = "Shows the timeline of an incident: its alerts, and what was done about them.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko incidents show 50ef64a7954a",
        "Exit codes: 0 fine, 2 no such incident, 3 Kafka does not answer."
      })
  static final class Show implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private final CommonOptions common = new CommonOptions();

    @Parameters(paramLabel = "ID", description = "The incident's id, which may be shortened.")
    private String id = "";

    @Option(
        names = "--format",
        defaultValue = "table",
        description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
    private Table.Format format = Table.Format.TABLE;

    @SuppressWarnings("NullAway.Init") // picocli fills the fields
    Show() {}

    @Override
    public Integer call() {
      common.applyVerbosity();
      Incidents incidents = new Incidents(KafkaAccess.of(common));
      Incident incident = Incidents.named(incidents.latest(), id);
      print(incident, incidents.actions(incident), spec.commandLine().getOut(), format);
      return ExitCode.FINE;
    }

    private record Line(long time, String kind, String what, String state, String detail) {}

    static void print(
        Incident incident, List<Action> actions, PrintWriter out, Table.Format format) {
      if (format == Table.Format.TABLE) {
        out.println(
            Text.printable(
                "%s: %s (%s) on %s, %s, %s, %d alerts of %d matches"
                    .formatted(
                        incident.id().value(),
                        container(incident),
                        incident.container().image(),
                        host(incident),
                        incident.state().name().toLowerCase(Locale.ROOT),
                        incident.priority().text(),
                        incident.alerts(),
                        incident.matches())));
      }
      List<Line> lines = new ArrayList<>();
      incident.timeline().forEach(entry -> lines.add(line(entry)));
      actions.forEach(action -> lines.add(line(action)));
      lines.sort(Comparator.comparingLong(Line::time));
      Table table = new Table("time", "kind", "what", "state", "detail");
      lines.forEach(line ->
          table.add(
              Incidents.instant(line.time()).truncatedTo(ChronoUnit.MILLIS).toString(),
              line.kind(),
              line.what(),
              line.state(),
              line.detail()));
      table.print(out, format);
      if (incident.omitted() > 0 && format == Table.Format.TABLE) {
        out.println(
            incident.omitted() + " alerts between the first and the last 32 are not listed");
        out.flush();
      }
    }

    private static Line line(Incident.Entry entry) {
      String count = entry.count() == 1 ? "once" : entry.count() + " times";
      String until = entry.count() == 1 ? "" : " until " + seconds(entry.last());
      return new Line(entry.first(), "alert", entry.rule(), entry.priority().text(), count + until);
    }

    private static Line line(Action action) {
      String by =
          action.operator() != null
              ? " (by " + action.operator() + ")"
              : action.policy() != null ? " (policy " + action.policy() + ")" : "";
      return new Line(
          action.time(),
          "action",
          action.type(),
          action.dryRun() ? action.step().text() + ", dry run" : action.step().text(),
          detail(action.outcome()) + by);
    }

    private static String detail(Outcome outcome) {
      return switch (outcome) {
        case Outcome.Done o -> o.detail();
        case Outcome.Skipped o -> o.reason();
        case Outcome.Refused o -> o.reason();
        case Outcome.Failed o -> o.problem();
      };
    }
  }
}
