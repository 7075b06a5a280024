package io.leukocyte.deploy;

import io.leukocyte.events.BlockedImage;
import io.leukocyte.responder.OrderException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code leuko images}: which images may not start. */
@Command(
    name = "images",
    description = "Lists, blocks and unblocks images whose containers may not start.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "Example: leuko images block shop/web:1 --reason 'mines coins'"})
final class ImagesCommand {
  private static final int SHORT_DIGEST = "sha256:".length() + 12;

  @Spec private CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  ImagesCommand() {}

  @Command(
      name = "blocked",
      description = "Lists the images that may not start on this host, the oldest first.",
      mixinStandardHelpOptions = true,
      footer = {"", "Example: leuko images blocked --format json"})
  int blocked(
      @Mixin CommonOptions common,
      @Option(
              names = "--format",
              defaultValue = "table",
              description = "One of ${COMPLETION-CANDIDATES}. Default: table.")
          Table.Format format) {
    common.applyVerbosity();
    Table table =
        new Table("image", "id", "since", "until", "by", "running", "reason", "policy", "alert");
    for (BlockedImage image : Operator.blocked(common)) {
      boolean whole = format == Table.Format.JSON;
      table.add(
          image.image().isEmpty() ? "-" : image.image(),
          whole ? image.digest() : image.digest().substring(0, SHORT_DIGEST),
          time(image.since()),
          image.expires() == 0 ? "-" : time(image.expires()),
          image.author(),
          image.running().text(),
          image.reason().isEmpty() ? "-" : image.reason(),
          image.policy() == null ? "-" : image.policy(),
          image.alert() == null ? "-" : image.alert().value());
    }
    table.print(spec.commandLine().getOut(), format);
    return ExitCode.FINE;
  }

  private static String time(long nanos) {
    return Instant.ofEpochSecond(0, nanos).truncatedTo(ChronoUnit.SECONDS).toString();
  }

  @Command(
      name = "block",
      description =
          "Blocks an image: its containers are stopped when they start, on all hosts that share"
              + " Kafka and its keys.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko images block shop/web:1 --running pause --reason 'mines coins'",
        "Taken back by: leuko images unblock shop/web:1",
        "Exit codes: 0 done, 3 no responder answers or there is no such image."
      })
  int block(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "IMAGE",
              description = "Its name or id on this host, or its whole id, sha256:….")
          String image,
      @Option(
              names = "--for",
              paramLabel = "TIME",
              description =
                  "Trusted again by itself after this time; without it when somebody says so.")
          @Nullable Duration length,
      @Option(
              names = "--running",
              defaultValue = "leave",
              description =
                  "What is done with its containers that run: leave, stop, pause or quarantine."
                      + " Default: ${DEFAULT-VALUE}.")
          BlockedImage.Running running,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "Why; it is kept.")
          String reason) {
    common.applyVerbosity();
    return OrderOptions.said(
        spec.commandLine().getOut(),
        Operator.block(common, image, running, Optional.ofNullable(length), reason));
  }

  @Command(
      name = "unblock",
      description =
          "Lets an image start again, on all hosts. What was stopped stays so: start it, or leuko"
              + " release it.",
      mixinStandardHelpOptions = true,
      footer = {
        "",
        "Example: leuko images unblock shop/web:1 --reason 'rebuilt'",
        "Exit codes: 0 done, 2 no such image is blocked."
      })
  int unblock(
      @Mixin CommonOptions common,
      @Parameters(
              paramLabel = "IMAGE",
              description = "Its name, or its id, which may be shortened.")
          String image,
      @Option(
              names = "--reason",
              paramLabel = "TEXT",
              defaultValue = "",
              description = "Why; it is kept.")
          String reason) {
    common.applyVerbosity();
    try {
      return OrderOptions.said(
          spec.commandLine().getOut(), Operator.unblock(common, image, reason));
    } catch (OrderException e) {
      throw new BadInputException(String.valueOf(e.getMessage()));
    }
  }
}
