package io.leukocyte.deploy;

import io.leukocyte.events.Text;
import io.leukocyte.responder.EvidenceArchive;
import io.leukocyte.responder.EvidenceException;
import io.leukocyte.responder.EvidenceManifest;
import io.leukocyte.responder.Missing;
import io.leukocyte.responder.OrderException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko evidence}: what was kept of containers before they were acted on. */
@Command(
    name = "evidence",
    description = "Lists, shows, exports and deletes the evidence that was kept on this host.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example: leuko evidence list"})
final class EvidenceCommand {
  private static final int SHORT_ID = 12;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  EvidenceCommand() {}

  private static Path data(CommonOptions common) {
    common.applyVerbosity();
    return Operator.folder(common.dataFolder());
  }

  @Command(
      name = "list",
      description = "Lists the evidence on this host, the oldest first.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: leuko evidence list --format json"})
  int list(
      @Mixin CommonOptions common,
      @Option(
              names = "--format",
              defaultValue = "table",
              description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
          Table.Format format) {
    Table table =
        new Table(
            "id", "began", "container", "state", "files", "bytes", "missing", "rule", "alert");
    try {
      for (EvidenceManifest m : EvidenceArchive.list(data(common))) {
        boolean whole = format == Table.Format.JSON;
        table.add(
            whole ? m.id() : m.id().substring(0, SHORT_ID),
            m.began().truncatedTo(ChronoUnit.SECONDS).toString(),
            m.name().isEmpty() ? m.container() : m.name(),
            m.incomplete() == null ? "complete" : "incomplete",
            String.valueOf(m.files().size()),
            String.valueOf(m.bytes()),
            String.valueOf(m.missing().size()),
            text(m.rule()),
            shortened(m.alert(), whole));
      }
    } catch (EvidenceException e) {
      throw new EnvironmentException(String.valueOf(e.getMessage()), e);
    }
    table.print(spec.commandLine().getOut(), format);
    return ExitCode.FINE;
  }

  private static String text(@Nullable String text) {
    return text == null ? "-" : text;
  }

  private static String shortened(@Nullable String id, boolean whole) {
    return id == null ? "-" : whole ? id : id.substring(0, Math.min(SHORT_ID, id.length()));
  }

  @Command(
      name = "show",
      description =
          "Tells what evidence holds and lacks, and whether each file is as it was taken.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko evidence show 3f0c2a9b41de",
        "Exit codes: 0 intact, 1 a file is not as it was taken, 2 there is none of that id."
      })
  int show(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "ID",
              description = "Of the evidence, an action it was taken for, or its alert.")
          String id) {
    EvidenceArchive.Report report = asked(() -> EvidenceArchive.show(data(common), id));
    print(report, spec.commandLine().getOut());
    return report.isIntact() ? ExitCode.FINE : ExitCode.FINDINGS;
  }

  private static void print(EvidenceArchive.Report report, PrintWriter out) {
    EvidenceManifest m = report.manifest();
    out.printf("evidence   %s%n", m.id());
    out.printf("folder     %s%n", report.folder());
    out.printf("container  %s %s%n", Text.printable(m.name()), m.container());
    out.printf("alert      %s  %s%n", text(m.alert()), Text.printable(text(m.rule())));
    out.printf("policy     %s  %s%n", Text.printable(text(m.policy())), text(m.source()));
    out.printf("operator   %s%n", Text.printable(text(m.operator())));
    m.actions().forEach(action -> out.printf("taken for  %s%n", action));
    out.printf("began      %s, finished %s%n", m.began(), m.finished());
    EvidenceManifest.VolatilePart part = m.volatilePart();
    if (part != null) {
      out.printf(
          "volatile   read in %d ms, %d ms at most%n", part.micros() / 1_000, part.deadline());
    }
    EvidenceManifest.Committed image = m.committed();
    if (image != null) {
      out.printf("image      %s %s%n", image.name(), image.id());
    }
    if (m.incomplete() != null) {
      out.printf("INCOMPLETE %s%n", Text.printable(m.incomplete()));
    }
    for (EvidenceManifest.EvidenceFile file : m.files()) {
      out.printf("  %12d  %s  %s%n", file.bytes(), file.sha256(), Text.printable(file.name()));
    }
    for (Missing missing : m.missing()) {
      out.printf("missing    %s%n", Text.printable(missing.toString()));
    }
    for (String fault : report.faults()) {
      out.printf("NOT INTACT %s%n", Text.printable(fault));
    }
    out.flush();
  }

  @Command(
      name = "export",
      description = "Packs evidence with its manifest into one file.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko evidence export 3f0c2a9b41de -o case-17.tar.gz",
        "Exit codes: 0 packed, 1 packed but not intact, 2 there is none of that id."
      })
  int export(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "ID",
              description = "Of the evidence, an action it was taken for, or its alert.")
          String id,
      @Option(
              names = {"-o", "--output"},
              required = true,
              paramLabel = "FILE.tar.gz",
              description = "Where to; must not be there yet.")
          Path to) {
    EvidenceArchive.Report report =
        asked(() -> EvidenceArchive.export(data(common), id, to.toAbsolutePath()));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%s: evidence %s%n", to, report.manifest().id());
    report.faults().forEach(fault -> out.printf("NOT INTACT %s%n", Text.printable(fault)));
    out.flush();
    return report.isIntact() ? ExitCode.FINE : ExitCode.FINDINGS;
  }

  @Command(
      name = "delete",
      description =
          "Deletes evidence for good, with the image that belongs to it; not that of an action that"
              + " is open. Who did it and why is journalled before.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko evidence delete 3f0c2a9b41de --reason 'exported as case 17'",
        "Exit codes: 0 deleted, 1 not deleted, 2 there is none of that id."
      })
  int delete(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "ID",
              description = "Of the evidence, an action it was taken for, or its alert.")
          String id,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "Why; it is kept with the order.")
          String reason) {
    common.applyVerbosity();
    if (Files.notExists(Operator.folder(common.dataFolder()))) {
      throw new BadInputException(
          "There is no evidence '" + id + "': no responder ever ran with this data folder");
    }
    try {
      return OrderOptions.said(
          spec.commandLine().getOut(), Operator.deleteEvidence(common, id, reason));
    } catch (OrderException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }

  private interface Question {
    EvidenceArchive.Report ask();
  }

  private static EvidenceArchive.Report asked(Question question) {
    try {
      return question.ask();
    } catch (EvidenceException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }
}
