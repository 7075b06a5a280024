package io.leukocyte.deploy;

import io.leukocyte.analyzer.AnalyzerSettings;
import io.leukocyte.analyzer.Replay;
import io.leukocyte.events.AlertJson;
import io.leukocyte.events.EventId;
import io.leukocyte.events.EventJson;
import io.leukocyte.events.HostId;
import io.leukocyte.events.MalformedJsonException;
import io.leukocyte.events.Observed;
import io.leukocyte.events.config.Config;
import io.leukocyte.events.config.UserFile;
import io.leukocyte.rules.RuleFile;
import io.leukocyte.rules.RuleSet;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko replay}: recorded events through the detection engine. */
@Command(
    name = "replay",
    description =
        "Runs recorded events through the detection engine and prints the alerts, one JSON object a"
            + " line. The same recording gives the same alerts, to the id. No Kafka.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Example: leuko replay attack.ndjson --rules rules/",
      "Exit codes: 0 no alert, 1 at least one, 2 a line or a rule cannot be read."
    })
final class ReplayCommand implements Callable<Integer> {
  private static final HostId UNKNOWN_HOST = new HostId("replay");

  @Spec private CommandSpec spec;
  @Mixin private final CommonOptions common = new CommonOptions();

  @Parameters(paramLabel = "FILE", description = "NDJSON as leuko record writes it; - is stdin.")
  private String file = "-";

  @Option(
      names = "--rules",
      paramLabel = "DIR",
      description = "Rule files instead of those that the settings put in force.")
  private List<String> rules = List.of();

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ReplayCommand() {}

  @Override
  public Integer call() {
    common.applyVerbosity();
    Config config = common.load();
    PrintWriter out = spec.commandLine().getOut();
    long[] alerts = {0};
    Replay replay =
        new Replay(
            rules(config),
            AnalyzerSettings.from(config).detector(),
            alert -> {
              alerts[0]++;
              out.println(new String(AlertJson.write(alert), StandardCharsets.UTF_8));
            });
    feed(replay);
    out.flush();
    return alerts[0] == 0 ? ExitCode.FINE : ExitCode.FINDINGS;
  }

  private RuleSet rules(Config config) {
    if (rules.isEmpty()) {
      return RuleFiles.inForce(DeploySettings.from(config)).rules();
    }
    List<RuleFile> files = RuleFiles.read(rules);
    return RuleFiles.checked(RuleSet.load(files)).rules();
  }

  private void feed(Replay replay) {
    try (InputStream in = open()) {
      BoundedLines lines = new BoundedLines(in);
      while (lines.next()) {
        if (!lines.text().isBlank()) {
          replay.add(event(lines.text(), lines.number()));
        }
      }
    } catch (BoundedLines.TooLongException e) {
      throw new BadInputException(
          "%s:%d: the line is longer than %d MiB; each line is one event as leuko record writes it"
              .formatted(file, e.number(), BoundedLines.MOST_BYTES >> 20));
    } catch (IOException e) {
      throw cannotRead(e);
    }
    replay.end();
  }

  private Observed event(String line, long number) {
    try {
      return EventJson.read(line, new EventId(UNKNOWN_HOST, 0, number, 0));
    } catch (MalformedJsonException e) {
      throw new BadInputException(
          "%s:%d: %s; each line is one event as leuko record writes it"
              .formatted(file, number, e.getMessage()));
    }
  }

  private InputStream open() throws IOException {
    return file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
  }

  private BadInputException cannotRead(IOException e) {
    return new BadInputException(
        e instanceof NoSuchFileException
            ? "There is no file %s; check the name.".formatted(file)
            : "Cannot read %s: %s; name a recording that this user may read."
                .formatted(file, UserFile.problem(e)));
  }
}
