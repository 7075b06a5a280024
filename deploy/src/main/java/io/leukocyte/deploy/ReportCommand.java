package io.leukocyte.deploy;

import io.leukocyte.events.config.UserFile;
import io.leukocyte.indexer.IndexerSettings;
import io.leukocyte.indexer.Report;
import io.leukocyte.indexer.ReportException;
import io.leukocyte.indexer.ReportRequest;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code leuko report}: the dashboards of a period as one page, without Kibana. */
@Command(
    name = "report",
    description =
        "Writes the panels of the Kibana dashboards as one page of HTML that needs nothing else: no"
            + " Kibana, no server, no connection. It asks Elasticsearch, and changes nothing.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko report --since 24h -o report.html",
      "         leuko report --since 2026-11-01 --until 2026-12-01 --dashboard overview,response -o"
          + " november.html",
      "Exit codes: 0 done, 2 an option is wrong, 3 Elasticsearch does not answer, refuses, or did"
          + " not answer all of it (the report then says what is missing)."
    })
final class ReportCommand implements Callable<Integer> {
  /** What a report is written as. */
  enum Format {
    /** A page. */
    HTML,
    /** One JSON object with a table for each panel. */
    JSON
  }

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      converter = MomentConverter.class,
      description =
          "From when on: how long ago (24h, 7d), a day (2026-11-28) or a time"
              + " (2026-11-28T10:00:00Z); days are UTC. Default: 24h before the end.")
  private @Nullable Instant since;

  @Option(
      names = "--until",
      paramLabel = "TIME",
      converter = MomentConverter.class,
      description = "Until when, in the same forms. Default: now.")
  private @Nullable Instant until;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where it is written; default is standard output.")
  private @Nullable Path output;

  @Option(
      names = "--container",
      paramLabel = "CONTAINER",
      description = "Only this one: its name, or its id (twelve digits at least).")
  private Optional<String> container = Optional.empty();

  @Option(names = "--host", paramLabel = "HOST", description = "Only this one: its id or name.")
  private Optional<String> host = Optional.empty();

  @Option(
      names = "--dashboard",
      paramLabel = "NAME",
      split = ",",
      completionCandidates = Names.class,
      description =
          "Only these, of ${COMPLETION-CANDIDATES}; may be given again. Default: all of them.")
  private List<String> dashboards = List.of();

  @Option(
      names = "--format",
      defaultValue = "html",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Format format = Format.HTML;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ReportCommand() {}

  /** The dashboards' names. */
  static final class Names implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return ReportRequest.names().iterator();
    }
  }

  @Override
  public Integer call() {
    common.applyVerbosity();
    Instant now = Instant.now();
    Report report = ask(ElasticsearchAccess.of(common), request(now), now);
    write(
        switch (format) {
          case HTML -> report.html();
          case JSON -> report.json();
        });
    PrintWriter err = spec.commandLine().getErr();
    List<String> problems = report.problems();
    if (!problems.isEmpty()) {
      err.println("The report is not complete:");
      problems.forEach(problem -> err.println("  " + problem));
      err.flush();
      return ExitCode.ENVIRONMENT;
    }
    return ExitCode.FINE;
  }

  private ReportRequest request(Instant now) {
    Instant to = until == null ? now : until;
    Instant from = since == null ? to.minus(Duration.ofDays(1)) : since;
    try {
      return new ReportRequest(from, to, container, host, dashboards);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  private static Report ask(IndexerSettings settings, ReportRequest request, Instant now) {
    try {
      return Report.ask(settings, request, now);
    } catch (ReportException e) {
      throw new EnvironmentException(String.valueOf(e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage());
    }
  }

  private void write(String text) {
    if (output == null) {
      PrintWriter out = spec.commandLine().getOut();
      out.print(text);
      out.flush();
      return;
    }
    try {
      Files.writeString(output, text);
    } catch (IOException e) {
      throw new EnvironmentException(
          "Cannot write %s: %s; choose another file with --output."
              .formatted(output, UserFile.problem(e)),
          e);
    }
    spec.commandLine().getErr().println("Wrote " + output);
  }
}
